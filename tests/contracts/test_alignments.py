"""The times of an annotation's words are kept sealed, and bound to that annotation."""

import pytest

from reviewer.clips.alignments import Alignment, AlignmentRepository
from reviewer.errors import Damaged, Refused
from reviewer.model.hypothesis import Word
from tests.benches.capabilities import Capabilities

WORDS = (Word("grüße", 0, 4_000), Word("ada", 4_000, 9_000))


@pytest.fixture
def alignments(bench: Capabilities) -> AlignmentRepository:
    made = AlignmentRepository(bench.database, bench.content, bench.clock)
    made.add(bench.keyring, Alignment("a1", "c1", "engine", "1", WORDS))
    return made


def test_an_alignment_is_given_back_whole_and_replaced_by_a_later_one(
    bench: Capabilities, alignments: AlignmentRepository
) -> None:
    assert alignments.get(bench.keyring, "a1") == Alignment("a1", "c1", "engine", "1", WORDS)
    assert alignments.get(bench.keyring, "a2") is None
    later = Alignment("a1", "c1", "engine", "2", WORDS[:1])
    alignments.add(bench.keyring, later)
    assert alignments.get(bench.keyring, "a1") == later


@pytest.mark.parametrize("change", ["annotation_id = 'a2'", "engine = 'better'", "clip_id = 'c2'"])
def test_an_alignment_that_was_moved_is_damage(
    bench: Capabilities, alignments: AlignmentRepository, change: str
) -> None:
    bench.database.execute(f"UPDATE alignment SET {change}")
    with pytest.raises(Damaged):
        alignments.get(bench.keyring, "a2" if "a2" in change else "a1")


def test_nothing_is_aligned_of_a_purged_clip(bench: Capabilities, alignments: AlignmentRepository) -> None:
    bench.purge("c1")
    with pytest.raises(Refused):
        alignments.add(bench.keyring, Alignment("a3", "c1", "engine", "1", WORDS))
    alignments.delete_of_clip("c1")
    assert not alignments.has("a1")
