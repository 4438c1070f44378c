"""One key, one act."""

from reviewer.ui.keymap.shortcut import Scope, Shortcut, conflicting_pairs
from reviewer.ui.shortcuts import TABLE


def test_no_key_does_two_things_at_the_same_time():
    assert conflicting_pairs(TABLE) == []


def test_a_key_of_the_window_clashes_with_the_same_key_of_a_page():
    window = Shortcut("a", Scope.WINDOW, "F1", "one")
    page = Shortcut("b", Scope.DESK, "F1", "two")
    assert conflicting_pairs([window, page]) == [(window, page)]


def test_two_pages_may_use_the_same_key():
    assert (
        conflicting_pairs([Shortcut("a", Scope.DESK, "F5", "one"), Shortcut("b", Scope.LOG, "F5", "two")])
        == []
    )


def test_every_row_is_a_key_that_qt_understands():
    written = {row.id: "; ".join(key.toString() for key in row.sequences) for row in TABLE}
    assert {row.id: row.keys for row in TABLE} == written


def test_every_row_has_its_own_id():
    assert len({row.id for row in TABLE}) == len(TABLE)


def test_every_row_says_what_it_does():
    assert [row.id for row in TABLE if not row.does.strip()] == []
