"""Who answers to which key: rules, conflicts, and what a person may change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.messages import window_catalogue
from reviewer.ui.keymap.actions import ACTIONS, Origin, action, actions_of
from reviewer.ui.keymap.key_rules import reason_not_allowed, to_portable_text
from reviewer.ui.keymap.keymap import Keymap, conflicts_in
from reviewer.ui.keymap.keymap_files import PRESETS, default_preset, preset
from reviewer.ui.keymap.shortcut import Scope, Shortcut, conflicting_pairs
from reviewer.ui.shortcuts import TABLE
from tests.refusals import shown_sentence_of

OURS = Keymap(default_preset())


def refusal(keymap: Keymap, action_id: str, *keys: str) -> str:
    with pytest.raises(Refused) as refused:
        keymap.with_keys(action_id, keys)
    return shown_sentence_of(refused.value)


# Keys


@pytest.mark.parametrize(
    ("written", "key"),
    [("ctrl+space", "Ctrl+Space"), ("Ctrl+,", "Ctrl+,"), ("Ctrl+;", "Ctrl+;"), ("f4", "F4")],
)
def test_a_key_has_one_way_of_being_written(written: str, key: str):
    assert to_portable_text(written) == key


@pytest.mark.parametrize("written", ["", "Ctrl", "Ctrl+Foo", "F99", "Ctrl+K, Ctrl+C", "Shift+CapsLock"])
def test_what_is_not_one_key_is_refused(written: str):
    with pytest.raises(Refused):
        to_portable_text(written)


TYPES = ("A", "7", "Space", "Shift+A", "Shift+Space", "Ä", "Ctrl+Alt+Q", "[")
EDITS = ("Return", "Enter", "Backspace", "Del", "Left", "Shift+Right", "Home", "PgUp")
EDITS_TOO = ("Ctrl+Left", "Ctrl+Backspace", "Shift+Ins")
OF_THE_EDITOR = ("Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+A", "Ctrl+Y", "Ctrl+Shift+Z")
MOVES_CLOSES_OR_LEAVES = ("Tab", "Shift+Tab", "Ctrl+Tab", "Esc", "Alt+F4", "Meta+L")


@pytest.mark.parametrize(
    ("key", "why"),
    [
        *((key, "types text") for key in TYPES),
        *((key, "editing") for key in EDITS + EDITS_TOO),
        *((key, "in the editor.") for key in OF_THE_EDITOR),
        *((key, key) for key in MOVES_CLOSES_OR_LEAVES),
    ],
)
def test_a_key_that_is_needed_elsewhere_is_refused_with_the_reason(key: str, why: str):
    reason = reason_not_allowed(key)
    assert reason is not None
    assert why in window_catalogue().words(reason).sentence


@pytest.mark.parametrize(
    "key", ["F5", "Ctrl+P", "Alt+Left", "Ctrl+Return", "Ctrl+PgUp", "Alt+Space", "Media Play"]
)
def test_a_key_that_types_nothing_may_be_used(key: str):
    assert reason_not_allowed(key) is None


# Actions


def test_the_same_act_of_desk_and_qa_is_one_action():
    assert {row.id for row in action("listening.play").rows} == {"desk.play", "qa.play"}


def test_acts_of_the_same_name_that_do_something_else_stay_two():
    made = actions_of([Shortcut("desk.x", Scope.DESK, "F5", "one"), Shortcut("qa.x", Scope.QA, "F5", "two")])
    assert [one.id for one in made] == ["desk.x", "qa.x"]


def test_every_row_of_the_table_is_in_one_action():
    assert sorted(row.id for one in ACTIONS for row in one.rows) == sorted(row.id for row in TABLE)


def test_the_same_act_has_the_same_key_on_both_pages():
    assert [one.id for one in ACTIONS if len({row.keys for row in one.rows}) > 1] == []


def test_an_action_that_is_not_there_is_refused_by_its_name():
    with pytest.raises(Refused, match="ACTION_UNKNOWN"):
        action("desk.dance")


# Changes


def test_without_own_changes_the_table_s_keys_are_in_force():
    assert {row.id: OURS.rows()[row.id] for row in TABLE} == {row.id: row.keys for row in TABLE}


def test_an_own_key_is_that_of_both_pages_and_the_old_ones_are_gone():
    rows = OURS.with_keys("listening.play", ("Ctrl+P",)).rows()
    assert (rows["desk.play"], rows["qa.play"]) == ("Ctrl+P", "Ctrl+P")


def test_an_action_may_have_two_keys_or_none():
    assert OURS.with_keys("listening.focus_form", ("F9", "Ctrl+T")).rows()["desk.focus_form"] == "F9; Ctrl+T"
    assert OURS.with_keys("listening.focus_form", ()).rows()["desk.focus_form"] == ""


@pytest.mark.parametrize(
    ("action_id", "key", "other"),
    [
        ("desk.submit", "Ctrl+Space", "“Play or pause” (Listening)"),
        ("log.verify", "Ctrl+Shift+F1", "“First page” (Everywhere)"),
        ("window.lock", "Ctrl+S", "“Save the filter” (Clips)"),
    ],
)
def test_a_conflict_is_refused_with_the_other_s_name_and_place_also_of_window_and_page(
    action_id: str, key: str, other: str
):
    assert refusal(OURS, action_id, key) == f"{key} is already used for {other}."


def test_pages_that_are_never_shown_together_may_share_a_key():
    assert OURS.with_keys("people.add", ("F5",)).keys("people.add") == ("F5",)


def test_a_key_that_was_given_away_is_free():
    freed = OURS.with_keys("listening.play", ("F4",))
    assert freed.with_keys("desk.submit", ("Ctrl+Space",)).keys("desk.submit") == ("Ctrl+Space",)


@pytest.mark.parametrize("fixed", ["window.keys", "window.settings", "sign_in.back", "nda.agree"])
def test_help_settings_and_the_sign_in_pages_keep_their_keys(fixed: str):
    assert "cannot be changed" in refusal(OURS, fixed, "Ctrl+P")
    assert OURS.origin(fixed) is Origin.FIXED


def test_esc_may_go_back_to_the_action_that_had_it_and_to_no_other():
    without = OURS.with_keys("listening.select_none", ())
    assert without.with_keys("listening.select_none", ("Esc",)).keys("listening.select_none") == ("Esc",)
    assert "closes" in refusal(without, "listening.play", "Esc")


def test_the_preset_s_keys_chosen_again_are_no_own_change():
    assert (
        OURS.with_keys("listening.focus_form", ("Ctrl+T",)).with_keys("listening.focus_form", ("F9",)).custom
        == {}
    )


def test_a_row_that_goes_back_to_the_preset_does_not_take_what_was_given_to_another():
    moved = OURS.with_keys("listening.play", ("F4",)).with_keys("desk.submit", ("Ctrl+Space",))
    back = moved.with_preset_keys("listening.play")
    assert back.keys("listening.play") == ("F4",)
    assert back.keys("desk.submit") == ("Ctrl+Space",)


def test_own_keys_stay_when_the_preset_changes():
    moved = OURS.with_keys("desk.submit", ("Ctrl+L",)).with_preset(preset("elan"))
    assert moved.keys("desk.submit") == ("Ctrl+L",)
    assert moved.keys("listening.loop") == ("Shift+F3",)
    assert moved.keys("listening.zoom_in") == ("Ctrl+=",)


KEYS = st.sampled_from(
    "F1 F2 F4 F5 F9 Ctrl+Space Ctrl+P Ctrl+L Ctrl+1 Ctrl+Return Esc A Ctrl+E".split()  # noqa: SIM905
)
ACTS = st.sampled_from([one.id for one in ACTIONS])
STEPS = st.one_of(
    st.tuples(st.just("keys"), ACTS, st.lists(KEYS, max_size=3).map(tuple)),
    st.tuples(st.just("preset keys"), ACTS),
    st.tuples(st.just("preset"), st.sampled_from(PRESETS)),
)
LOADED = {name: preset(name) for name in PRESETS}


def _after(keymap: Keymap, step: tuple) -> Keymap:
    try:
        if step[0] == "keys":
            return keymap.with_keys(step[1], step[2])
        if step[0] == "preset keys":
            return keymap.with_preset_keys(step[1])
        return keymap.with_preset(LOADED[step[1]])
    except Refused:
        return keymap


@settings(max_examples=40)
@given(st.lists(STEPS, max_size=12))
def test_whatever_is_accepted_no_key_does_two_things_none_types_and_it_can_be_taken_over_one_by_one(
    steps: list[tuple],
):
    keymap = OURS
    for step in steps:
        keymap = _after(keymap, step)
    rows = keymap.rows()
    assert conflicting_pairs([Shortcut(row.id, row.scope, rows[row.id], row.does) for row in TABLE]) == []
    assert list(conflicts_in(keymap)) == []
    allowed = {key for one in ACTIONS for key in one.defaults}
    used = {key for one in ACTIONS for key in keymap.keys(one.id)}
    assert [key for key in used - allowed if reason_not_allowed(key)] == []
    assert [one.id for one in ACTIONS if one.is_fixed and keymap.keys(one.id) != one.defaults] == []
    assert Keymap(keymap.preset).with_custom_keys(keymap.custom).rows() == rows
