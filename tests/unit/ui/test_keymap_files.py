"""Presets hold together, and what was exported comes back."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import Refused, Unavailable
from reviewer.places import resource
from reviewer.ui.keymap.actions import ACTIONS
from reviewer.ui.keymap.keymap import Keymap, conflicts_in
from reviewer.ui.keymap.keymap_files import (
    PRESETS,
    default_preset,
    preset,
    read_keymap,
    to_toml,
    write_keymap,
)
from tests.refusals import shown_sentence_of

OURS = Keymap(default_preset())


def a_file(folder: Path, text: str) -> Path:
    path = folder / "keys.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_complete_no_key_does_two_things_and_only_the_first_is_ours(name: str):
    made = preset(name)
    assert set(made.keys) == {one.id for one in ACTIONS}
    assert list(conflicts_in(Keymap(made))) == []
    with_a_key = {one.id for one in ACTIONS if one.defaults}
    assert {action_id for action_id, keys in made.keys.items() if not keys} & with_a_key == set()
    assert (made.keys == default_preset().keys) is (name == "reviewer")


def test_every_file_of_keys_is_offered():
    assert {path.stem for path in resource("keys").glob("*.toml")} == set(PRESETS)


@pytest.mark.parametrize(
    ("name", "action_id", "key"),
    [
        ("express-scribe", "listening.play", "F9"),
        ("express-scribe", "listening.back", "F7"),
        ("elan", "listening.loop", "Ctrl+L"),
        ("elan", "listening.play", "Ctrl+Space"),
        ("label-studio", "listening.play", "Alt+Space"),
        ("label-studio", "listening.back", "Alt+Left"),
    ],
)
def test_a_preset_has_the_keys_that_its_people_know(name: str, action_id: str, key: str):
    assert key in preset(name).keys[action_id]


def test_a_preset_that_is_not_there_is_refused():
    with pytest.raises(Refused, match="PRESET_UNKNOWN"):
        preset("praat")


@pytest.mark.parametrize(
    "made",
    [
        Keymap(preset("elan"))
        .with_keys("listening.focus_form", ("Ctrl+\\", 'Ctrl+"'))
        .with_keys("mine.refresh", ()),
        OURS.with_keys("desk.submit", ("Ctrl+L",)).with_preset(preset("elan")),
    ],
    ids=["with keys to be quoted", "with a key that gave way"],
)
def test_what_was_written_is_read_back_the_same(tmp_path: Path, made: Keymap):
    write_keymap(tmp_path / "keys.toml", made)
    assert read_keymap(tmp_path / "keys.toml").rows() == made.rows()


@given(
    st.dictionaries(st.sampled_from([one.id for one in ACTIONS]), st.sampled_from(["Ctrl+P", "Alt+\\", ""]))
)
def test_what_is_written_is_toml_with_these_keys(wanted: dict[str, str]):
    keymap = OURS
    for action_id, key in wanted.items():
        try:
            keymap = keymap.with_keys(action_id, (key,) if key else ())
        except Refused:
            continue
    read = tomllib.loads(to_toml(keymap))
    assert read.pop("preset") == "reviewer"
    assert {
        f"{place}.{name}": tuple(v) for place, row in read.items() for name, v in row.items()
    } == keymap.custom


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("preset = ", "not valid TOML"),
        ('preset = "praat"', "praat"),
        ('colour = "red"', "colour"),
        ('[desk]\ndance = ["F5"]', "desk.dance"),
        ('[desk]\nskip = "F9"', "list of texts"),
        ('[desk]\nskip = ["Ctrl+Foo"]', "Ctrl+Foo is not a key"),
        ('[desk]\nskip = ["A"]', "A types text"),
        ('[desk]\nskip = ["F1"]', "F1 is already used for “Show the shortcuts”"),
        ('[desk]\nskip = ["Ctrl+J"]\nsubmit = ["Ctrl+J"]', "Ctrl+J is already used for “"),
        ('[window]\nkeys = ["F12"]', "cannot be changed"),
        ('[listening]\nplay = ["F5"]', "listening.slower"),
        ("listening = 3", "a table"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused_with_the_reason(tmp_path: Path, text: str, said: str):
    with pytest.raises(Refused) as refused:
        read_keymap(a_file(tmp_path, text))
    assert said in shown_sentence_of(refused.value)
    assert shown_sentence_of(refused.value).startswith("keys.toml")


@pytest.mark.parametrize(
    ("content", "code"), [(b"\xff\xfe\x00", "FILE_NOT_UTF8"), (b"# much\n" * 20_000, "KEYMAP_TOO_LARGE")]
)
def test_a_file_that_is_no_text_or_far_too_large_is_refused(tmp_path: Path, content: bytes, code: str):
    path = tmp_path / "keys.toml"
    path.write_bytes(content)
    with pytest.raises(Refused, match=code):
        read_keymap(path)


def test_keys_swapped_in_a_file_are_taken_over(tmp_path: Path):
    made = read_keymap(a_file(tmp_path, '[listening]\nslower = ["F7"]\nfaster = ["F5"]\n'))
    assert (made.keys("listening.slower"), made.keys("listening.faster")) == (("F7",), ("F5",))


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path):
    with pytest.raises(Unavailable, match="KEYMAP_NOT_WRITTEN"):
        write_keymap(tmp_path / "nowhere" / "keys.toml", OURS)
