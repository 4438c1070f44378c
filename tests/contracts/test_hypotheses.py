"""What a recogniser made of a clip is kept with its words and times, sealed, and bound to its own row."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.errors import Damaged, Refused
from reviewer.model.hypothesis import Hypothesis, Word
from tests.benches.capabilities import Capabilities, capabilities

WORDS = (Word("grüße", 0, 4_000, 0.875), Word("ada", 4_000, 9_000))


def a_hypothesis(number: int, clip_id: str = "c1") -> Hypothesis:
    return Hypothesis(f"h{number}", clip_id, f"engine-{number}", "2.1", f"text number {number}", WORDS)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Capabilities]:
    with capabilities(tmp_path) as made:
        made.import_clip("c1")
        made.import_clip("c2")
        yield made


def of_clip(bench: Capabilities, clip_id: str = "c1") -> tuple[Hypothesis, ...]:
    return bench.hypotheses.of_clip(bench.keyring, clip_id)


def test_clip_can_have_many_and_gives_them_back_whole_in_their_order(bench: Capabilities) -> None:
    kept = (a_hypothesis(3), a_hypothesis(1), Hypothesis("h2", "c1", "manifest", "", "no times", ()))
    for one in kept:
        bench.hypotheses.add(bench.keyring, one)
    assert of_clip(bench) == kept
    assert of_clip(bench, "c2") == ()


@pytest.mark.parametrize(
    "change",
    [
        "sealed = (SELECT sealed FROM hypothesis WHERE id = 'h2')",
        "sealed = (SELECT sealed FROM hypothesis WHERE id = 'h3')",
        "clip_id = 'c2'",
        "engine = 'a better one'",
        "version = '2.2'",
    ],
    ids=["sealed of the same clip", "sealed of another clip", "moved to another clip", "engine", "version"],
)
def test_hypothesis_exchanged_or_moved_in_the_file_is_damage(bench: Capabilities, change: str) -> None:
    for number, clip_id in ((1, "c1"), (2, "c1"), (3, "c2")):
        bench.hypotheses.add(bench.keyring, a_hypothesis(number, clip_id))
    bench.database.execute(f"UPDATE hypothesis SET {change} WHERE id = 'h1'")
    with pytest.raises(Damaged):
        of_clip(bench, "c2" if change.startswith("clip_id") else "c1")


def test_hypothesis_of_a_clip_that_is_not_here_is_refused(bench: Capabilities) -> None:
    with pytest.raises(Refused, match="NO_SUCH_CLIP"):
        bench.hypotheses.add(bench.keyring, a_hypothesis(1, "c9"))


def test_hypothesis_of_a_purged_clip_is_neither_kept_nor_taken(bench: Capabilities) -> None:
    bench.hypotheses.add(bench.keyring, a_hypothesis(1))
    bench.purge("c1")
    assert of_clip(bench) == ()
    with pytest.raises(Refused) as refused:
        bench.hypotheses.add(bench.keyring, a_hypothesis(2))
    assert refused.value.code == "PURGED"
