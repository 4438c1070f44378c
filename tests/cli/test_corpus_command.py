"""``corpus``."""

from pathlib import Path

from reviewer.model.task import VerdictKind
from reviewer.workspace import open_workspace
from tests.benches.workspace import QUINN, Bench
from tests.fakes.clock import FakeClock


def test_statistics_are_printed_by_language_and_words_only_on_request(lead, workspace: Path):
    with open_workspace(workspace) as opened:
        Bench(opened, FakeClock()).reviewed(QUINN, "first words", VerdictKind.ACCEPTED)
    found = lead("corpus", "--json").json
    assert (found["locales"][0]["locale"], found["locales"][0]["clips"]) == ("en-US", 1)
    assert "words" not in found
    assert "corpus.saved" not in [row["action"] for row in lead("audit", "show", "--json").json["rows"]]
    words = lead("corpus", "--words", "--json").json["words"]
    assert sum(each["times"] for each in words) == found["locales"][0]["words"]
    actions = [row["action"] for row in lead("audit", "show", "--json").json["rows"]]
    assert {"corpus.saved", "text.opened"} <= set(actions)
    assert words[0]["text"] in lead("corpus", "--words").out
