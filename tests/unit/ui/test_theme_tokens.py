"""Colours that can be read by everybody."""

import re
from dataclasses import fields

import pytest

from reviewer.places import resource
from reviewer.ui.theme import (
    DARK,
    GROUNDS,
    LIGHT,
    TEXT_ROLES,
    Scheme,
    Tokens,
    contrast,
    style_sheet,
    tokens_of,
)

READABLE = 4.5
BOTH = pytest.mark.parametrize("of", [DARK, LIGHT], ids=["dark", "light"])


@BOTH
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_text_can_be_read_on_every_ground(of: Tokens, role: str, ground: str):
    assert contrast(getattr(of, role), getattr(of, ground)) >= READABLE


@BOTH
def test_text_on_a_filled_accent_can_be_read(of: Tokens):
    assert contrast(of.on_accent, of.accent) >= READABLE


@BOTH
@pytest.mark.parametrize("shape", ["wave", "cursor", "heard"])
def test_shapes_stand_out_from_their_ground(of: Tokens, shape: str):
    assert contrast(getattr(of, shape), of.surface) >= 3


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#FFFFFF", 21), ("#FFFFFF", "#000000", 21), ("#6CB4EE", "#6CB4EE", 1)],
)
def test_contrast_goes_from_one_to_that_of_black_and_white_and_is_the_same_both_ways(
    one: str, other: str, ratio: int
):
    assert contrast(one, other) == pytest.approx(ratio)


@BOTH
def test_every_colour_is_written_in_full(of: Tokens):
    assert [f.name for f in fields(of) if not re.fullmatch(r"#[0-9A-F]{6}", getattr(of, f.name))] == []


@pytest.mark.parametrize("scheme", list(Scheme))
def test_no_role_is_left_open_in_the_style_sheet_and_every_picture_of_it_is_there(scheme: Scheme):
    sheet = style_sheet(tokens_of(scheme))
    assert "$" not in sheet
    named = re.findall(r'url\("([^"]+)"\)', sheet)
    assert named
    assert [name for name in named if not resource(name).is_file()] == []


def test_colours_stand_only_in_the_tokens():
    template = resource("styles", "reviewer.qss").read_text(encoding="utf-8")
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b", template) == []
