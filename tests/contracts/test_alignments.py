"""The times of an annotation's words are kept sealed, and bound to that annotation."""

from dataclasses import replace
from typing import Any

import pytest

from reviewer.clips.alignments import Alignment, AlignmentRepository
from reviewer.errors import Damaged, Refused
from reviewer.model.annotation import Annotation, Segment
from reviewer.model.hypothesis import Word
from reviewer.transcript.aligned_texts import AlignedText
from tests.benches.capabilities import Capabilities

TEXT = Annotation((Segment("s1", 0, 9_000, "Grüße, Ada"), Segment("s2", 9_000, 12_000, "ja")))
WORDS = AlignedText("s1", 0, 9_000, "Grüße, Ada", (Word("grüße", 0, 4_000), Word("ada", 4_000, 9_000)))
MADE = Alignment("a1", "c1", "engine", "1", (WORDS,), is_complete=False)


@pytest.fixture
def alignments(bench: Capabilities) -> AlignmentRepository:
    made = AlignmentRepository(bench.database, bench.content, bench.clock)
    made.add(bench.keyring, TEXT, MADE)
    return made


def test_an_alignment_is_given_back_whole_and_replaced_by_a_later_one(
    bench: Capabilities, alignments: AlignmentRepository
) -> None:
    assert alignments.get(bench.keyring, "a1", TEXT) == MADE
    assert not alignments.has_complete("a1")
    assert alignments.get(bench.keyring, "a2", TEXT) is None
    later = replace(MADE, version="2", is_complete=True)
    alignments.add(bench.keyring, TEXT, later)
    assert alignments.get(bench.keyring, "a1", TEXT) == later
    assert alignments.has_complete("a1")


@pytest.mark.parametrize("change", [{"text": "Grüße, Eva"}, {"start": 1}, {"end": 8_999}, {"id": "s3"}])
def test_word_times_never_open_with_another_text(
    bench: Capabilities, alignments: AlignmentRepository, change: dict[str, Any]
) -> None:
    other = Annotation((replace(TEXT.segments[0], **change), TEXT.segments[1]))
    with pytest.raises(Damaged):
        alignments.get(bench.keyring, "a1", other)


@pytest.mark.parametrize("change", ["annotation_id = 'a2'", "engine = 'better'", "clip_id = 'c2'"])
def test_an_alignment_that_was_moved_is_damage(
    bench: Capabilities, alignments: AlignmentRepository, change: str
) -> None:
    bench.database.execute(f"UPDATE alignment SET {change}")
    with pytest.raises(Damaged):
        alignments.get(bench.keyring, "a2" if "a2" in change else "a1", TEXT)


def test_nothing_is_aligned_of_a_purged_clip(bench: Capabilities, alignments: AlignmentRepository) -> None:
    bench.purge("c1")
    with pytest.raises(Refused):
        alignments.add(bench.keyring, TEXT, replace(MADE, annotation_id="a3"))
    alignments.delete_of_clip("c1")
    assert alignments.get(bench.keyring, "a1", TEXT) is None
