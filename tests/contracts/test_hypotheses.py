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
    kept = tuple(a_hypothesis(number) for number in (3, 1, 2))
    for one in kept:
        bench.hypotheses.add(bench.keyring, one)
    assert of_clip(bench) == kept
    assert of_clip(bench, "c2") == ()


def test_text_without_times_is_kept_too(bench: Capabilities) -> None:
    plain = Hypothesis("h1", "c1", "manifest", "", "no times", ())
    bench.hypotheses.add(bench.keyring, plain)
    assert of_clip(bench) == (plain,)


def test_neither_text_nor_words_lie_in_the_file(bench: Capabilities) -> None:
    bench.hypotheses.add(bench.keyring, a_hypothesis(1))
    folder = bench.database.path.parent
    for file in folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert not any(secret in data for secret in ("grüße".encode(), b"text number"))


@pytest.mark.parametrize("other_clip", ["c1", "c2"])
def test_hypotheses_exchanged_in_the_file_are_damage(bench: Capabilities, other_clip: str) -> None:
    bench.hypotheses.add(bench.keyring, a_hypothesis(1))
    bench.hypotheses.add(bench.keyring, a_hypothesis(2, other_clip))
    foreign = bench.database.value("SELECT sealed FROM hypothesis WHERE id = 'h2'")
    bench.database.execute("UPDATE hypothesis SET sealed = ? WHERE id = 'h1'", (foreign,))
    with pytest.raises(Damaged):
        of_clip(bench)


@pytest.mark.parametrize(
    ("column", "value"), [("clip_id", "c2"), ("engine", "a better one"), ("version", "2.2")]
)
def test_hypothesis_given_to_another_clip_engine_or_version_is_damage(
    bench: Capabilities, column: str, value: str
) -> None:
    bench.hypotheses.add(bench.keyring, a_hypothesis(1))
    bench.database.execute(f"UPDATE hypothesis SET {column} = ?", (value,))
    with pytest.raises(Damaged):
        of_clip(bench, "c2" if column == "clip_id" else "c1")


def test_nothing_is_unsealed_inside_a_transaction(bench: Capabilities) -> None:
    bench.hypotheses.add(bench.keyring, a_hypothesis(1))
    with bench.database.transaction(), pytest.raises(RuntimeError):
        of_clip(bench)


def test_hypothesis_of_a_clip_that_is_not_here_is_refused(bench: Capabilities) -> None:
    with pytest.raises(Refused) as refused:
        bench.hypotheses.add(bench.keyring, a_hypothesis(1, "c9"))
    assert refused.value.code == "NO_SUCH_CLIP"


def test_hypothesis_of_a_purged_clip_is_neither_kept_nor_taken(bench: Capabilities) -> None:
    bench.hypotheses.add(bench.keyring, a_hypothesis(1))
    bench.purge("c1")
    assert of_clip(bench) == ()
    with pytest.raises(Refused) as refused:
        bench.hypotheses.add(bench.keyring, a_hypothesis(2))
    assert refused.value.code == "PURGED"
