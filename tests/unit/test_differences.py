"""Where two versions of a clip differ, and where each difference is heard."""

from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.annotation import Segment
from reviewer.model.hypothesis import Word
from reviewer.session.differences import (
    DifferenceSounds,
    Mark,
    Side,
    compare_segments,
    differences,
)
from reviewer.transcript.aligned_texts import AlignedText, AlignedTexts
from reviewer.transcript.edits import Segments

RATE = 1000
TEXT = st.lists(st.sampled_from(["ano", "ne", "שלום", "😀", "[laugh]", "你好"]), max_size=6).map(" ".join)


def segment(name: str, start: int, end: int, text: str = "", speaker: str = "", **more: object) -> Segment:
    return Segment(name, start, end, text, speaker, **more)  # type: ignore[arg-type]


def version(*texts: str) -> Segments:
    return tuple(segment(f"{texts}{at}", at * 1000, (at + 1) * 1000, text) for at, text in enumerate(texts))


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_without_the_marked_words_both_texts_of_a_row_are_the_same(pairs: list[tuple[str, str]]) -> None:
    theirs, mine = version(*(one for one, _ in pairs)), version(*(other for _, other in pairs))
    rows = compare_segments(theirs, mine, RATE)
    found = differences(rows)
    for place, row in enumerate(rows):
        left = []
        for side in Side:
            text = list(row.text(side))
            for mark in [each.mark(side) for each in found if each.row == place]:
                if mark is not None:
                    text[mark.start : mark.end] = " " * (mark.end - mark.start)
            left.append("".join("".join(text).split()))
        assert left[0] == left[1]


@given(st.lists(TEXT, min_size=1, max_size=4), st.sets(st.integers(0, 3999), max_size=5))
def test_every_difference_is_heard_within_its_row(texts: list[str], starts: set[int]) -> None:
    rows = compare_segments(version(*texts), version(*reversed(texts)), RATE)
    heard = [Word("ano", start, start + 50) for start in sorted(starts)]
    sounds = DifferenceSounds(rows, heard, RATE)
    for each in differences(rows):
        start, end = sounds.of(each)
        first, last = rows[each.row].frames
        assert first <= start < end <= last


def test_a_border_counts_from_more_than_50_milliseconds() -> None:
    theirs = (segment("a", 1000, 2000, "ano"),)
    (near,) = compare_segments(theirs, (segment("x", 950, 2050, "ano"),), RATE)
    (far,) = compare_segments(theirs, (segment("x", 949, 2051, "ano"),), RATE)
    assert (near.start_frames, near.end_frames) == (0, 0)
    assert (far.start_frames, far.end_frames) == (-51, 51)
    assert not differences([near])
    assert [each.row for each in differences([far])] == [0]


def test_another_speaker_differs_but_not_another_name_of_the_same() -> None:
    theirs = (segment("a", 0, 1000, "", "S1"), segment("b", 1000, 2000, "", "S2"))
    renamed = (segment("x", 0, 1000, "", "agent"), segment("y", 1000, 2000, "", "customer"))
    wrong = (segment("x", 0, 1000, "", "S1"), segment("y", 1000, 2000, "", "S1"))
    assert [row.has_other_speaker for row in compare_segments(theirs, renamed, RATE)] == [False, False]
    assert [row.has_other_speaker for row in compare_segments(theirs, wrong, RATE)] == [False, True]


def test_labels_differ_only_where_both_have_some_and_flags_always() -> None:
    noisy = segment("a", 0, 1000, labels={"noise": "high"}, flags=frozenset({"distressing"}))
    for labels, expected in (({}, ""), ({"noise": "low"}, "noise"), ({"noise": "high"}, "")):
        (row,) = compare_segments((noisy,), (segment("x", 0, 1000, labels=labels),), RATE)
        assert (" ".join(row.labels), *row.flags) == (expected, "distressing")


def test_what_only_one_version_has_is_one_difference_over_its_whole_length() -> None:
    rows = compare_segments((segment("a", 500, 900, "ano ne ano"),), (), RATE)
    (found,) = differences(rows)
    assert (found.theirs, found.mine) == (None, None)
    assert DifferenceSounds(rows, (), RATE).of(found) == (500, 900)


def test_a_word_is_heard_where_a_recogniser_heard_it_else_at_its_share_of_the_segment() -> None:
    theirs = (segment("a", 1000, 2000, "aaa bbb"), segment("b", 2000, 8000, "one two six ten"))
    mine = (segment("x", 1000, 2000, "aaa bbb"), segment("y", 2000, 8000, "one two ten"))
    rows = compare_segments(theirs, mine, RATE)
    (found,) = differences(rows)
    assert found.theirs == Mark(8, 11)
    assert DifferenceSounds(rows, (), RATE).of(found) == (5000 - 300, 6500 + 300)
    heard = [Word("one", 2100, 2300), Word("six", 3000, 3400), Word("ten", 7000, 7500)]
    assert DifferenceSounds(rows, heard, RATE).of(found) == (2900, 3500)


def test_a_word_is_heard_where_either_version_was_aligned() -> None:
    theirs, mine = segment("a", 0, 8000, "one two six ten"), segment("x", 0, 8000, "one two six eleven")
    rows = compare_segments((theirs,), (mine,), RATE)
    (found,) = differences(rows)
    for side, each, last in ((Side.THEIRS, theirs, "ten"), (Side.MINE, mine, "eleven")):
        words = (Word("six", 3000, 3400), Word(last, 5000, 5500))
        aligned = AlignedTexts.of([AlignedText(each.id, each.start, each.end, each.text, words)])
        assert DifferenceSounds(rows, (), RATE, {side: aligned}).of(found) == (4900, 5600)


def test_a_word_of_a_split_segment_is_heard_in_its_own_part() -> None:
    theirs = (segment("a", 0, 4000, "one two six ten", "S1"),)
    mine = (segment("x", 0, 2000, "one two", "S1"), segment("y", 2000, 4000, "six nine ten", "S1"))
    rows = compare_segments(theirs, mine, RATE)
    segment_itself, word = differences(rows)
    assert (segment_itself.theirs, segment_itself.mine) == (None, None)
    start, end = DifferenceSounds(rows, (), RATE).of(word)
    assert 2000 <= start < end <= 4000
