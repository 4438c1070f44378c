"""The undo history of an annotation, in memory and as it is saved."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.annotation import Annotation, Flag
from reviewer.transcript import edits
from reviewer.transcript.history import MAX_STEPS, Cursor, History

FRAMES = 160_000


def typed(*texts: str) -> History:
    """A history in which each text replaced the one before it."""
    first, *later = texts
    history = History.of(Annotation.of_text(first, FRAMES))
    for text in later:
        present = history.present.annotation
        history = history.changed(present.with_text(text), Cursor(present.segments[0].id, len(text)))
    return history


def text_of(history: History) -> str:
    return history.present.annotation.text_verbatim


def test_undo_and_redo_walk_through_the_steps() -> None:
    history = typed("", "so", "so then")
    assert [text_of(history), text_of(history.undo()), text_of(history.undo().undo())] == [
        "so then",
        "so",
        "",
    ]
    assert text_of(history.undo().undo().redo()) == "so"
    assert history.undo().redo() == history


def test_there_is_nothing_before_the_first_step_and_nothing_after_the_last() -> None:
    history = typed("so")
    assert history.undo() is history
    assert history.redo() is history


def test_a_change_within_a_step_is_undone_with_it() -> None:
    history = typed("", "s")
    grown = history.present.annotation.with_text("so")
    history = history.changed(grown, Cursor("x", 2), begins_step=False)
    assert text_of(history.undo()) == ""


def test_the_first_change_begins_a_step_whatever_it_is() -> None:
    history = typed("")
    grown = history.present.annotation.with_text("s")
    assert text_of(history.changed(grown, Cursor(), begins_step=False).undo()) == ""


def test_what_a_text_began_as_is_undone_with_it_and_read_as_it_was_saved() -> None:
    history = typed("", "so")
    present = history.present.annotation
    taken = history.changed(present, Cursor(), origin="a1")
    edited = taken.changed(present.with_text("so then"), Cursor())
    other = edited.changed(present.with_text("so now"), Cursor(), origin="a2")
    again = History.from_table(other.present.annotation, json.loads(json.dumps(other.to_table())))
    assert again == other
    found = [step.origin for step in (again.present, *reversed(again.past))]
    assert found == ["a2", "a1", "a1", "", ""]
    assert (again.undo().present.origin, again.undo().redo().present.origin) == ("a1", "a2")
    assert again.mapped(lambda each: each.with_text("x")).undo().present.origin == "a1"


def test_a_new_change_forgets_what_was_undone() -> None:
    history = typed("", "so", "so then").undo()
    history = history.changed(history.present.annotation.with_text("so now"), Cursor())
    assert history.redo() is history
    assert text_of(history.undo()) == "so"


def test_undo_returns_to_where_the_cursor_was() -> None:
    history = typed("", "so").moved(Cursor("x", 1))
    history = history.changed(history.present.annotation.with_text("s, o"), Cursor("x", 3))
    assert history.undo().present.cursor == Cursor("x", 1)


def test_an_unchanged_annotation_is_no_step() -> None:
    history = typed("", "so")
    assert history.changed(history.present.annotation, Cursor()).past == history.past


def test_only_the_last_steps_are_kept() -> None:
    history = typed(*(str(number) for number in range(MAX_STEPS + 20)))
    assert len(history.past) == MAX_STEPS
    assert history.past[0].annotation.text_verbatim == "19"


_TEXT = st.text("abc 𐐷é", max_size=12)
_EDIT = st.one_of(
    st.tuples(st.just("text"), _TEXT),
    st.tuples(st.just("split"), st.integers(1, FRAMES - 1)),
    st.tuples(st.just("speaker"), st.sampled_from(["", "S1", "S2"])),
    st.tuples(st.just("join"), st.none()),
    st.tuples(st.just("flag"), st.sampled_from(Flag)),
    st.tuples(st.just("label"), st.sampled_from(["yes", "no"])),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("redo"), st.none()),
)


def edited(history: History, name: str, value: object) -> History:
    if name == "undo":
        return history.undo()
    if name == "redo":
        return history.redo()
    now = history.present.annotation
    first = now.segments[0].id
    match name, value:
        case "text", str(text):
            now = replace(now, segments=edits.set_text(now.segments, first, text))
        case "split", int(frame):
            now = replace(now, segments=edits.split(now.segments, first, frame, None))
        case "speaker", str(speaker):
            now = replace(now, segments=edits.set_speaker(now.segments, first, speaker))
        case "join", _:
            now = replace(now, segments=edits.join_with_next(now.segments, first))
        case "flag", Flag() as flag:
            now = replace(now, flags=now.flags ^ {flag})
        case _, str(answer):
            now = replace(now, labels={"accent": answer})
    return history.changed(now, Cursor(first, 1))


@given(st.lists(_EDIT, max_size=30))
def test_what_is_saved_is_read_back_step_for_step(changes: list[tuple[str, object]]) -> None:
    history = typed("so then")
    for name, value in changes:
        history = edited(history, name, value)
    stored = json.loads(json.dumps(history.to_table()))
    assert History.from_table(history.present.annotation, stored) == history


def test_a_long_text_is_stored_once_and_each_step_holds_its_difference() -> None:
    long = "word " * 20_000
    history = typed(long, *(long + "x" * size for size in range(1, 51)))
    assert len(json.dumps(history.to_table())) < 10_000


def test_a_history_of_another_annotation_or_another_program_is_left_out() -> None:
    history = typed("", "so")
    other = Annotation.of_text("other", FRAMES)
    table = history.to_table()
    assert History.from_table(other, {}) == History.of(other)
    assert History.from_table(other, {**table, "past": [{"segments": [{"id": "x"}]}]}) == History.of(other)
    assert History.from_table(other, {**table, "past": 7}) == History.of(other)


def test_what_was_saved_before_is_saved_alike_after_more_edits() -> None:
    history = typed("", "so", "so then")
    history.to_table()
    present = history.present.annotation
    later = history.changed(present.with_text("so then we"), Cursor(present.segments[0].id, 10)).undo()
    table = json.loads(json.dumps(later.to_table()))
    assert History.from_table(later.present.annotation, table) == later


def test_answers_under_earlier_forms_are_steps_like_others() -> None:
    first = Annotation.of_text("so", FRAMES)
    segment = replace(first.segments[0], earlier={"form@1": {"a": ("x", "y")}})
    second = replace(first, segments=(segment,), earlier={"form@1": {"b": True}})
    history = History.of(first).changed(second, Cursor()).changed(first, Cursor()).undo()
    table = json.loads(json.dumps(history.to_table()))
    again = History.from_table(second, table)
    assert again.undo().present.annotation == again.redo().present.annotation == first
    assert again.redo().undo().present.annotation == second


def test_a_denial_is_saved_with_every_step() -> None:
    first = Annotation.of_text("so", FRAMES)
    second = replace(first, denied=frozenset({"one two"}))
    history = History.of(first).changed(second, Cursor()).changed(first, Cursor()).undo()
    again = History.from_table(second, json.loads(json.dumps(history.to_table())))
    assert again.undo().present.annotation == again.redo().present.annotation == first
    assert again.redo().undo().present.annotation == second


def test_a_change_of_every_step_leaves_those_that_it_does_not_change() -> None:
    history = typed("", "so", "so then").undo()
    changed = history.mapped(lambda each: each.with_text("SO") if each.text_verbatim == "so" else each)
    assert [text_of(changed), text_of(changed.undo()), text_of(changed.redo())] == ["SO", "", "so then"]
    assert changed.past[0] is history.past[0]


def test_a_cursor_that_moved_after_an_undo_comes_back_with_the_draft() -> None:
    first, second = (Annotation.of_text(text, 1000) for text in ("so", "so it"))
    history = History.of(first).changed(second, Cursor("s", 5)).undo()
    history.to_table()
    history = history.redo()
    history.to_table()
    history = history.undo()
    history = history.moved(Cursor("s", 1)).redo()
    assert History.from_table(second, history.to_table()) == history
