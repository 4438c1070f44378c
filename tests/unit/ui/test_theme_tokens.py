"""Colours that can be read by everybody."""

import re
from dataclasses import fields

import pytest

from reviewer.places import resource
from reviewer.ui.theme import (
    DARK,
    DARK_HIGH,
    LIGHT,
    LIGHT_HIGH,
    Scheme,
    Tokens,
    contrast,
    style_sheet,
    tokens_of,
)

GROUNDS = ("background", "surface", "raised")
TEXT_ROLES = ("text", "dim", "accent", "ok", "warn", "error")
ALL = pytest.mark.parametrize("of", [tokens_of(each) for each in Scheme], ids=list(Scheme))
HIGH = pytest.mark.parametrize("of", [DARK_HIGH, LIGHT_HIGH], ids=["dark", "light"])


@ALL
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_text_can_be_read_on_every_ground(of: Tokens, role: str, ground: str):
    assert contrast(getattr(of, role), getattr(of, ground)) >= of.text_contrast


@ALL
def test_text_on_a_filled_accent_can_be_read(of: Tokens):
    assert contrast(of.on_accent, of.accent) >= of.text_contrast


@ALL
@pytest.mark.parametrize("shape", ["wave", "cursor", "heard"])
def test_shapes_stand_out_from_their_ground(of: Tokens, shape: str):
    assert contrast(getattr(of, shape), of.surface) >= of.shape_contrast


def test_text_of_usual_contrast_meets_wcag_aa_and_of_high_contrast_aaa():
    assert [of.text_contrast for of in (DARK, LIGHT, DARK_HIGH, LIGHT_HIGH)] == [4.5, 4.5, 7.0, 7.0]


@HIGH
def test_in_high_contrast_text_is_read_where_a_button_is_pressed_and_on_a_flag_that_is_set(of: Tokens):
    assert contrast(of.text, of.line) >= of.text_contrast
    assert contrast(of.background, of.warn) >= of.text_contrast


@HIGH
@pytest.mark.parametrize("ground", GROUNDS)
def test_in_high_contrast_edges_of_controls_and_of_what_is_selected_are_seen(of: Tokens, ground: str):
    for edge in (of.edge, of.selected_edge):
        assert contrast(edge, getattr(of, ground)) >= of.text_contrast
    assert contrast(of.line, of.surface) >= 2.9


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#FFFFFF", 21), ("#FFFFFF", "#000000", 21), ("#6CB4EE", "#6CB4EE", 1)],
)
def test_contrast_goes_from_one_to_that_of_black_and_white_and_is_the_same_both_ways(
    one: str, other: str, ratio: int
):
    assert contrast(one, other) == pytest.approx(ratio)


@ALL
def test_every_colour_is_written_in_full(of: Tokens):
    colours = {f.name: getattr(of, f.name) for f in fields(of) if not f.name.endswith("_contrast")}
    assert [name for name, it in colours.items() if not re.fullmatch(r"#[0-9A-F]{6}", it)] == []


@pytest.mark.parametrize("scheme", list(Scheme))
def test_no_role_is_left_open_in_the_style_sheet_and_every_picture_of_it_is_there(scheme: Scheme):
    sheet = style_sheet(scheme)
    assert "$" not in sheet
    named = re.findall(r'url\("([^"]+)"\)', sheet)
    assert named
    assert [name for name in named if not resource(name).is_file()] == []


def test_colours_stand_only_in_the_tokens():
    template = resource("styles", "reviewer.qss").read_text(encoding="utf-8")
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b", template) == []
