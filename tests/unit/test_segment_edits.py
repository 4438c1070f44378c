"""Whatever is done to segments: order, lengths, texts and the one-speaker rule hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.annotation import Segment
from reviewer.transcript import edits
from reviewer.transcript.edits import Edge, Segments

FRAMES = 1000
FRAME = st.integers(-50, FRAMES + 50)
SPEAKER = st.sampled_from(["", "A", "B"])


def segment(name: str, start: int, end: int, text: str = "", speaker: str = "") -> Segment:
    return Segment(name, start, end, text, speaker)


def shape(segments: Segments) -> list[tuple[int, int, str, str]]:
    return [(each.start, each.end, each.text, each.speaker) for each in segments]


def words_of(segments: Segments, speaker: str) -> list[str]:
    return " ".join(each.text for each in segments if each.speaker == speaker).split()


TWO = (segment("one", 100, 300, "hello there you", "A"), segment("two", 300, 500, "fine", "A"))
OVERLAP = (segment("one", 100, 300, "yes", "A"), segment("two", 200, 400, "no", "B"))


@st.composite
def made(draw: st.DrawFn) -> Segments:
    """Segments as a person makes them: by adding, then by any other edits."""
    segments: Segments = ()
    for _ in range(draw(st.integers(0, 5))):
        segments = edits.add(segments, draw(FRAME), draw(FRAME), FRAMES, draw(SPEAKER))
    for place, each in enumerate(segments):
        segments = edits.set_text(segments, each.id, f"word{place} and more")
    return segments


EDITS = {
    "add": lambda draw, s, _: edits.add(s, draw(FRAME), draw(FRAME), FRAMES, draw(SPEAKER)),
    "delete": lambda _, s, one: edits.delete(s, one),
    "times": lambda draw, s, one: edits.set_times(s, one, draw(FRAME), draw(FRAME), FRAMES),
    "edge": lambda draw, s, one: edits.move_edge(s, one, draw(st.sampled_from(Edge)), draw(FRAME), FRAMES),
    "split": lambda draw, s, one: edits.split(
        s, one, draw(st.none() | FRAME), draw(st.none() | st.integers(0, len(edits.find(s, one).text)))
    ),
    "join": lambda _, s, one: edits.join_with_next(s, one),
    "extend": lambda _, s, one: edits.extend_from_previous(s, one),
    "speaker": lambda draw, s, one: edits.set_speaker(s, one, draw(SPEAKER)),
}


def assert_valid(segments: Segments) -> None:
    assert list(segments) == sorted(segments, key=lambda each: (each.start, each.end))
    assert len({each.id for each in segments}) == len(segments)
    assert all(0 <= each.start < each.end <= FRAMES for each in segments)
    for place, a in enumerate(segments):
        for b in segments[place + 1 :]:
            assert a.speaker != b.speaker or a.end <= b.start


@given(made(), st.data())
def test_every_edit_keeps_order_and_one_segment_of_a_speaker_at_a_time(segments, data) -> None:
    for _ in range(4):
        names = ["add", *(EDITS if segments else ())]
        name = data.draw(st.sampled_from(names))
        one = data.draw(st.sampled_from(segments)).id if segments else ""
        segments = EDITS[name](data.draw, segments, one)
        assert_valid(segments)


@given(made(), st.data())
def test_splitting_and_joining_never_lose_a_word(segments, data) -> None:
    for each in segments:
        frame = data.draw(st.integers(each.start, each.end))
        cut = edits.split(segments, each.id, frame, None)
        assert words_of(cut, each.speaker) == words_of(segments, each.speaker)
        if len(cut) > len(segments):
            joined = edits.join_with_next(cut, each.id)
            assert sorted(shape(joined)) == sorted(shape(segments))  # equal times have no order


@pytest.mark.parametrize(
    ("frame", "offset", "expected"),
    [
        (200, None, [(100, 200, "hello", "A"), (200, 300, "there you", "A")]),
        (None, 12, [(100, 260, "hello there", "A"), (260, 300, "you", "A")]),
        (150, 12, [(100, 150, "hello there", "A"), (150, 300, "you", "A")]),
        (100, None, [(100, 300, "hello there you", "A")]),
        (None, None, [(100, 300, "hello there you", "A")]),
    ],
)
def test_a_segment_is_cut_at_the_playhead_or_at_the_text_cursor(frame, offset, expected) -> None:
    assert shape(edits.split(TWO[:1], "one", frame, offset)) == expected


def test_a_shared_border_moves_both_segments_and_neither_vanishes() -> None:
    assert shape(edits.move_edge(TWO, "one", Edge.END, 350, FRAMES))[0][1] == 350
    assert shape(edits.move_edge(TWO, "one", Edge.END, 350, FRAMES))[1][0] == 350
    assert edits.move_edge(TWO, "two", Edge.START, 0, FRAMES)[0].end == 101
    assert edits.move_edge(TWO, "one", Edge.END, 900, FRAMES)[1].start == 499


def test_different_speakers_overlap_and_one_does_not() -> None:
    assert edits.set_times(OVERLAP, "two", 150, 400, FRAMES)[1].start == 150
    assert edits.set_times(TWO, "two", 150, 500, FRAMES)[1].start == 300
    assert edits.set_speaker(OVERLAP, "two", "A") == OVERLAP
    assert shape(edits.add(TWO, 0, 600, FRAMES, "A")) == [(0, 100, "", "A"), *shape(TWO)]
    assert edits.add(TWO, 100, 500, FRAMES, "A") == TWO


def test_joined_segments_keep_both_texts_and_cover_both_times() -> None:
    assert shape(edits.join_with_next(TWO, "one")) == [(100, 500, "hello there you fine", "A")]
    assert edits.join_with_next(OVERLAP, "one") == OVERLAP


def test_a_segment_extends_to_the_end_of_the_one_before() -> None:
    later = edits.add(OVERLAP, 600, 700, FRAMES, "B")
    assert edits.extend_from_previous(later, later[2].id)[2].start == 400
    assert edits.extend_from_previous(OVERLAP, "one") == OVERLAP


def test_a_speaker_is_renamed_everywhere_and_merged_only_without_overlap() -> None:
    assert {each.speaker for each in edits.rename_speaker(TWO, "A", "Ada")} == {"Ada"}
    apart = (OVERLAP[0], segment("two", 400, 500, speaker="B"))
    assert edits.speakers(edits.rename_speaker(apart, "B", "A")) == ("A",)
    with pytest.raises(ValueError, match="overlap"):
        edits.rename_speaker(OVERLAP, "B", "A")


@pytest.mark.parametrize(("frame", "expected"), [(304, 300), (306, 306), (95, 100), (800, 800)])
def test_a_frame_snaps_to_the_nearest_edge_within_the_tolerance(frame: int, expected: int) -> None:
    assert edits.snapped(frame, TWO, 5) == expected
    assert edits.snapped(frame, (), 5) == frame


def test_joined_segments_keep_the_earlier_answers_of_both() -> None:
    first = Segment("s1", 0, 5, earlier={"form@1": {"a": "x"}})
    second = Segment("s2", 5, 9, earlier={"form@1": {"a": "y", "b": "z"}, "form@2": {"c": True}})
    (joined,) = edits.join_with_next((first, second), "s1")
    assert joined.earlier == {"form@1": {"a": "x", "b": "z"}, "form@2": {"c": True}}
