"""The evaluation sets: what was measured once is in docs/security.md; nothing found may be lost again."""

from pathlib import Path

import pytest

from reviewer.privacy.scoring import read_examples, score

FOLDER = Path(__file__).parents[2] / "data" / "pii"


@pytest.mark.parametrize("name", ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"])
def test_recall_and_false_flags_are_within_the_goal(name: str) -> None:
    with (FOLDER / f"{name}.jsonl").open("rb") as lines:
        result = score(read_examples(lines, needs_expected=True))
    assert result.recall["all"].count / result.recall["all"].total >= 0.97, result.missed
    assert result.false_flags["all"].count / result.false_flags["all"].total <= 0.02, result.flagged


def test_the_sets_have_every_kind_and_twenty_languages() -> None:
    kinds, languages = set(), set()
    for file in FOLDER.glob("*.jsonl"):
        with file.open("rb") as lines:
            for example in read_examples(lines, needs_expected=True):
                languages.add(example.locale.partition("-")[0])
                kinds |= {kind for _, _, kind in example.expected or ()}
    assert kinds >= {"phone", "card", "ssn", "digits", "email"}
    assert len(languages) >= 20
