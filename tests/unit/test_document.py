"""A transcript while it is edited: segments, speakers, borders and undo, as values."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.annotation import Annotation, Flag, Segment
from reviewer.transcript.document import Document
from reviewer.transcript.edits import Edge

FRAMES = 1000


def blank(text: str = "") -> Document:
    return Document.of(Annotation.of_text(text, FRAMES), FRAMES)


def of(*segments: tuple[int, int, str, str]) -> Document:
    """Segments as start, end, speaker, text; the cursor is in the first."""
    made = tuple(
        Segment(f"s{number}", start, end, text, speaker)
        for number, (start, end, speaker, text) in enumerate(segments)
    )
    return Document.of(Annotation(made), FRAMES)


def rows(document: Document) -> list[tuple[int, int, str, str]]:
    return [(each.start, each.end, each.speaker, each.text) for each in document.segments]


def test_an_annotation_without_segments_gets_one_over_the_whole_clip() -> None:
    document = Document.of(Annotation(flags=frozenset({Flag.UNUSABLE})), FRAMES)
    assert rows(document) == [(0, FRAMES, "", "")]
    assert document.annotation.flags == {Flag.UNUSABLE}
    assert not document.is_segmented


@pytest.mark.parametrize(
    "segments", [[(0, 1000, "S1", "")], [(0, 900, "", "")], [(0, 500, "", ""), (500, 1000, "", "")]]
)
def test_a_speaker_a_border_or_a_second_segment_makes_a_clip_segmented(
    segments: list[tuple[int, int, str, str]],
) -> None:
    assert of(*segments).is_segmented


def test_marks_while_playing_cut_the_clip_and_typing_goes_on_in_the_newest() -> None:
    document = blank().typed("so", 2, begins_step=True).mark(300).typed("then", 4, begins_step=True).mark(700)
    assert rows(document) == [(0, 300, "", "so"), (300, 700, "", "then"), (700, 1000, "", "")]
    assert document.place == 2


def test_a_mark_in_a_gap_begins_a_segment_of_the_speaker_before_up_to_the_next_one() -> None:
    document = of((0, 200, "S1", "so"), (600, 800, "S2", "")).mark(300)
    assert rows(document)[1] == (300, 600, "S1", "")
    assert document.place == 1


def test_a_split_cuts_text_at_the_cursor_and_time_at_the_playhead() -> None:
    document = blank("so then").split(2, 400)
    assert rows(document) == [(0, 400, "", "so"), (400, 1000, "", "then")]
    assert (document.place, document.cursor.offset) == (1, 0)


def test_a_split_with_the_playhead_elsewhere_cuts_time_in_proportion_to_the_text() -> None:
    assert rows(blank("abcd efghi").split(5, 0)) == [(0, 500, "", "abcd"), (500, 1000, "", "efghi")]


def test_a_split_at_the_edge_of_a_segment_changes_nothing() -> None:
    document = of((0, 500, "", "a"), (500, 1000, "", "b"))
    assert document.split_at_frame(500).segments == document.segments
    assert document.mark(0) is document


def test_joining_keeps_the_cursor_where_the_texts_met() -> None:
    document = of((0, 500, "", "so"), (500, 1000, "", "then")).join_with_next()
    assert rows(document) == [(0, 1000, "", "so then")]
    assert document.cursor.offset == 2


def test_deleting_goes_on_with_the_next_segment_and_keeps_the_last_one() -> None:
    document = of((0, 500, "", "so"), (500, 1000, "", "then")).delete()
    assert rows(document) == [(500, 1000, "", "then")]
    assert document.delete() is document


def test_deleting_the_last_row_goes_to_the_one_before() -> None:
    assert of((0, 500, "", "so"), (500, 1000, "", "")).next().delete().place == 0


def test_next_and_previous_stop_at_the_ends() -> None:
    document = of((0, 500, "", "so"), (500, 1000, "", "then"))
    assert document.next().place == document.next().next().place == 1
    assert document.next().cursor.offset == len("then")
    assert document.previous().place == 0


def test_numbers_give_speakers_in_the_order_in_which_they_spoke_and_a_new_one_behind_them() -> None:
    document = of((0, 500, "", ""), (500, 1000, "", "")).set_speaker_number(1)
    document = document.next().set_speaker_number(2)
    assert document.speakers == ("S1", "S2")
    assert document.set_speaker_number(1).speakers == ("S1",)
    assert document.speaker_name(7) == "S3"


def test_a_renamed_speaker_is_renamed_everywhere_and_the_name_of_another_merges_the_two() -> None:
    document = of((0, 300, "S1", ""), (300, 600, "S2", ""), (600, 1000, "S1", ""))
    assert document.rename_speaker("S1", "Ana").speakers == ("Ana", "S2")
    assert document.rename_speaker("S1", "S2").speakers == ("S2",)


def test_speakers_who_overlap_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="overlap"):
        of((0, 500, "S1", ""), (300, 600, "S2", "")).rename_speaker("S1", "S2")


def test_a_segment_over_others_gets_a_speaker_who_is_free() -> None:
    document = of((0, 600, "S1", "so"), (600, 1000, "S2", "")).add(400, 700)
    assert (document.current.start, document.current.end, document.current.speaker) == (400, 700, "S3")


def test_a_segment_where_nobody_speaks_gets_the_first_speaker() -> None:
    assert of((0, 300, "S1", ""), (700, 1000, "S2", "")).add(400, 500).current.speaker == "S1"


def test_a_shared_border_moves_as_one_and_a_drag_is_one_step() -> None:
    document = of((0, 500, "", "so"), (500, 1000, "", "then"))
    dragged = document.move_edge("s0", Edge.END, 450)
    dragged = dragged.move_edge("s0", Edge.END, 400, begins_step=False)
    assert rows(dragged) == [(0, 400, "", "so"), (400, 1000, "", "then")]
    assert dragged.undo().segments == document.segments


def test_proposals_replace_the_single_segment_of_a_clip_which_keeps_its_text() -> None:
    proposals = [Segment("a", 100, 300), Segment("b", 400, 900)]
    assert rows(blank("so").propose(proposals)) == [(100, 300, "", "so"), (400, 900, "", "")]


def test_the_first_proposal_keeps_the_flags_of_the_single_segment() -> None:
    flagged = blank("so").with_segment_flag(Flag.PERSONAL_DATA)
    first, second = flagged.propose([Segment("a", 100, 300), Segment("b", 400, 900)]).segments
    assert (first.flags, second.flags) == ({Flag.PERSONAL_DATA}, frozenset())


def test_proposals_fill_only_gaps_between_segments() -> None:
    document = of((0, 350, "", "so"), (800, 1000, "", "then"))
    proposals = [Segment("a", 100, 300), Segment("b", 400, 700)]
    assert [(each.start, each.end) for each in document.propose(proposals).segments] == [
        (0, 350),
        (400, 700),
        (800, 1000),
    ]
    assert document.propose([]) is document


def test_labels_and_flags_of_a_segment_are_its_own() -> None:
    document = of((0, 500, "", "so"), (500, 1000, "", "then")).with_segment_labels({"accent": "yes"})
    document = document.next().with_segment_flag("personal_data")
    first, second = document.segments
    assert (dict(first.labels), sorted(first.flags)) == ({"accent": "yes"}, [])
    assert (dict(second.labels), sorted(second.flags)) == ({}, ["personal_data"])
    assert document.with_segment_flag("personal_data").segments[1].flags == frozenset()


def test_undo_returns_to_the_segment_where_the_change_was() -> None:
    document = of((0, 500, "", "so"), (500, 1000, "", "then")).typed("so x", 4, begins_step=True).next()
    document = document.typed("then y", 6, begins_step=True)
    once = document.undo()
    assert (rows(once)[1][3], once.place) == ("then", 1)
    assert (rows(once.undo())[0][3], once.undo().place) == ("so", 0)
    assert rows(once.undo().redo().redo()) == rows(document)


def test_several_texts_change_in_one_step() -> None:
    document = of((0, 500, "", "so"), (500, 1000, "", "so")).with_texts({"s0": "well", "s1": "well"})
    assert [each.text for each in document.segments] == ["well", "well"]
    assert [each.text for each in document.undo().segments] == ["so", "so"]


def test_another_annotation_is_one_step_and_the_cursor_is_in_one_of_its_segments() -> None:
    document = of((0, 500, "", "so"), (500, 1000, "", "then"))
    other = document.with_annotation(Annotation((Segment("x", 0, 1000, "older"),)))
    assert other.current.text == "older"
    assert other.undo().segments == document.segments


_ACTS = st.sampled_from(
    [
        "mark",
        "split",
        "join",
        "delete",
        "next",
        "previous",
        "speaker",
        "extend",
        "add",
        "undo",
        "redo",
        "type",
    ]
)


def acted(document: Document, act: str, frame: int) -> Document:
    match act:
        case "mark":
            return document.mark(frame)
        case "split":
            return document.split(frame % (len(document.current.text) + 1), frame)
        case "speaker":
            return document.set_speaker_number(frame % 3 + 1)
        case "add":
            return document.add(frame // 2, frame)
        case "type":
            return document.typed(f"{document.current.text} {frame}", 0, begins_step=bool(frame % 2))
        case "join":
            return document.join_with_next()
        case "extend":
            return document.extend_from_previous()
        case _:
            return {
                "delete": document.delete,
                "next": document.next,
                "previous": document.previous,
                "undo": document.undo,
                "redo": document.redo,
            }[act]()


@given(st.lists(st.tuples(_ACTS, st.integers(0, FRAMES)), max_size=40))
def test_whatever_is_done_segments_stay_in_order_inside_the_clip_and_one_of_them_is_current(
    acts: list[tuple[str, int]],
) -> None:
    document = blank()
    for act, frame in acts:
        document = acted(document, act, frame)
        starts = [(each.start, each.end) for each in document.segments]
        assert starts == sorted(starts)
        assert all(0 <= start < end <= FRAMES for start, end in starts)
        assert document.current in document.segments
        for a in document.segments:
            others = [b for b in document.segments if b.id != a.id and b.speaker == a.speaker]
            assert not any(a.start < b.end and b.start < a.end for b in others)


def test_the_whole_history_comes_back_with_its_cursor() -> None:
    document = blank().typed("so", 2, begins_step=True).mark(300)
    again = Document.resumed(document.history, FRAMES)
    assert again == document
    lost = replace(document.history.present, cursor=replace(document.cursor, segment_id="gone"))
    assert Document.resumed(replace(document.history, present=lost), FRAMES).place == 0
