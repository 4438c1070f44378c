"""A draft keeps its undo history, as much of it as fits; one of an earlier version has none and opens."""

import json

import pytest

from reviewer.session import drafts
from reviewer.session.drafts import HISTORY_BYTES, Draft
from reviewer.transcript.history import Cursor, History
from tests.fakes.work_session import typed

FIRST = typed("")


def a_history(*texts: str) -> History:
    """Each text is one step after the text before."""
    history = History.of(FIRST)
    for text in texts:
        history = history.changed(FIRST.with_text(text), Cursor(FIRST.segments[0].id, len(text)))
    return history


def text_of(history: History) -> str:
    return history.present.annotation.text_verbatim


def test_undo_and_redo_are_read_as_they_were_saved() -> None:
    draft = Draft(a_history("so", "so well", "so well then").undo(), 4_321)
    again = Draft.from_bytes(draft.to_bytes())
    assert again == draft
    assert again.history is not None
    assert text_of(again.history.redo()) == "so well then"
    assert text_of(again.history.undo().undo()) == ""


def test_draft_without_a_history_opens_with_nothing_to_undo() -> None:
    before = json.dumps({**FIRST.with_text("half").to_table(), "position": 5}).encode()
    assert Draft.from_bytes(before) == Draft(History.of(FIRST.with_text("half")), 5)


@pytest.mark.parametrize("broken", [7, [], {"past": 1}, {"cursor": ["", 0], "past": [{}], "undone": []}])
def test_history_that_cannot_be_read_costs_no_word(broken: object) -> None:
    body = {**FIRST.with_text("half").to_table(), "position": 5, "history": broken}
    draft = Draft.from_bytes(json.dumps(body).encode())
    assert draft.annotation == FIRST.with_text("half")
    assert draft.history == History.of(FIRST.with_text("half"))


def test_of_a_history_that_is_too_long_the_oldest_steps_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "HISTORY_BYTES", 600)
    full = a_history(*("x" * length for length in range(1, 40)))
    kept = Draft.from_bytes(Draft(full).to_bytes()).history
    assert kept is not None
    assert kept.present == full.present
    assert 0 < len(kept.past) < len(full.past)
    assert kept.past == full.past[-len(kept.past) :]


def test_text_replaced_again_and_again_does_not_make_a_draft_of_megabytes() -> None:
    history = a_history(*(chr(ord("a") + number % 26) * 50_000 for number in range(60)))
    data = Draft(history).to_bytes()
    assert len(data) < HISTORY_BYTES + 60_000
    assert Draft.from_bytes(data).annotation == history.present.annotation


def test_draft_of_a_position_alone_has_no_work() -> None:
    assert Draft.from_bytes(Draft(None, 777).to_bytes()) == Draft(None, 777)
