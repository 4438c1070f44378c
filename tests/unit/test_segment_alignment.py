"""Which segments of two transcripts belong together, whoever is on the left."""

from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.annotation import Segment
from reviewer.transcript.edits import Segments
from reviewer.transcript.segment_alignment import align_segments, corresponding_speakers


def segment(name: str, start: int, end: int, speaker: str = "") -> Segment:
    return Segment(name, start, end, speaker=speaker)


def names(left: Segments, right: Segments) -> list[tuple[str, str]]:
    """The rows, as the ids of both sides."""
    rows = align_segments(left, right)
    return [("".join(each.id for each in row.left), "".join(each.id for each in row.right)) for row in rows]


@st.composite
def made(draw: st.DrawFn, prefix: str = "") -> Segments:
    """Segments of any speakers, overlapping or not, in any order."""
    times = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=8))
    speakers = st.sampled_from(["", "A", "B", f"{prefix}C"])
    return tuple(
        segment(f"{prefix}{place}", start, start + length, draw(speakers))
        for place, (start, length) in enumerate(times)
    )


@given(made("l"), made("r"))
def test_every_segment_is_in_exactly_one_row_and_rows_follow_time(left: Segments, right: Segments) -> None:
    rows = align_segments(left, right)
    assert sorted(each.id for row in rows for each in row.left) == sorted(each.id for each in left)
    assert sorted(each.id for row in rows for each in row.right) == sorted(each.id for each in right)
    assert [row.start for row in rows] == sorted(row.start for row in rows)
    assert all(row.left or row.right for row in rows)


@given(made("l"), made("r"))
def test_a_segment_stands_beside_one_that_it_shares_time_with_or_alone(
    left: Segments, right: Segments
) -> None:
    for row in align_segments(left, right):
        for ones, others in ((row.left, row.right), (row.right, row.left)):
            for one in ones:
                assert not others or any(one.start < each.end and each.start < one.end for each in others)


@given(made())
def test_a_version_against_itself_has_no_segment_alone(left: Segments) -> None:
    for row in align_segments(left, left):
        assert {each.id for each in row.left} == {each.id for each in row.right}


def test_segments_without_a_counterpart_are_alone() -> None:
    left = (segment("a", 0, 100), segment("b", 400, 500))
    right = (segment("x", 5, 98), segment("y", 200, 300))
    assert names(left, right) == [("a", "x"), ("", "y"), ("b", "")]


def test_a_segment_that_the_other_split_stands_beside_all_its_parts() -> None:
    left = (segment("a", 0, 100, "A"), segment("b", 100, 160, "A"))
    right = (segment("x", 0, 40, "A"), segment("y", 40, 100, "A"), segment("z", 104, 160, "A"))
    assert names(left, right) == [("a", "xy"), ("b", "z")]
    assert names(right, left) == [("xy", "a"), ("z", "b")]


def test_speakers_who_talk_at_the_same_time_are_kept_apart() -> None:
    left = (segment("a", 0, 100, "A"), segment("b", 20, 90, "B"))
    right = (segment("x", 0, 95, "B"), segment("y", 10, 100, "A"))
    assert sorted(names(left, right)) == [("a", "y"), ("b", "x")]


def test_a_short_answer_during_another_s_turn_is_a_row_of_its_own() -> None:
    left = (segment("a", 0, 100, "A"), segment("b", 40, 50, "B"))
    assert names(left, (segment("x", 0, 100, "A"),)) == [("a", "x"), ("b", "")]


def test_a_turn_given_to_the_wrong_speaker_still_stands_beside_it() -> None:
    left = (segment("a", 0, 100, "A"), segment("b", 100, 200, "B"))
    right = (segment("x", 0, 100, "A"), segment("y", 100, 195, "A"))
    assert names(left, right) == [("a", "x"), ("b", "y")]


def test_names_that_only_one_version_has_correspond_by_time() -> None:
    left = (segment("a", 0, 100, "S1"), segment("b", 100, 150, "S2"), segment("c", 150, 170, "guest"))
    right = (
        segment("x", 0, 110, "agent"),
        segment("y", 110, 150, "customer"),
        segment("z", 150, 170, "guest"),
    )
    assert corresponding_speakers(left, right) == {"S1": "agent", "S2": "customer", "guest": "guest"}
