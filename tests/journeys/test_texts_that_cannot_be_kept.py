"""Texts that no keyboard types, as a script can hand them in: refused in a sentence, nothing lost."""

from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.model.annotation import Annotation
from tests.benches.workspace import ANA, annotation, claim_and_hear, make_bench

GOOD = "what was typed before"
BAD = {
    "half of a surrogate pair": ("one \ud83d two", "TEXT_NOT_STORABLE"),
    "NUL": ("one \0 two", "TEXT_NOT_STORABLE"),
    "longer than any clip": ("word " * 2_000_000, "TEXT_TOO_LONG"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_kept_is_refused_as_draft_and_as_work_and_the_last_draft_stays(
    tmp_path: Path, kind: str
) -> None:
    text, code = BAD[kind]
    bench = make_bench(tmp_path)
    bench.agree(ANA)
    work = bench.work(ANA)
    lease = claim_and_hear(work)
    work.save_draft(lease, annotation(GOOD), 1)
    for act in (
        lambda: work.save_draft(lease, annotation(text), 2),
        lambda: work.save_draft(lease, annotation(GOOD, accent=text), 2),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.code == code
    with pytest.raises(Refused):
        work.submit(lease, annotation(text))
    opened = work.open(lease)
    assert opened.draft is not None
    assert opened.draft.text_verbatim == GOOD
    bench.workspace.close()


@pytest.mark.parametrize("text", ["a \\\\u0000 b", "\\u0000", "\U0001f600", "\ufeff", "\u2028"])
def test_what_only_looks_like_it_is_kept(text: str) -> None:
    made = Annotation.of_text(text, 100)
    assert Annotation.from_bytes(made.to_bytes()).text_verbatim == text
