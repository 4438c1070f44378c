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


def test_black_on_white_has_the_greatest_contrast_there_is():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_contrast_is_the_same_both_ways():
    assert contrast(DARK.text, DARK.surface) == contrast(DARK.surface, DARK.text)


def test_a_colour_has_no_contrast_with_itself():
    assert contrast("#6CB4EE", "#6CB4EE") == 1


@BOTH
def test_every_colour_is_written_in_full(of: Tokens):
    assert [f.name for f in fields(of) if not re.fullmatch(r"#[0-9A-F]{6}", getattr(of, f.name))] == []


@pytest.mark.parametrize("scheme", list(Scheme))
def test_no_role_is_left_open_in_the_style_sheet(scheme: Scheme):
    assert "$" not in style_sheet(tokens_of(scheme))


@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_picture_of_the_style_sheet_is_there(scheme: Scheme):
    named = re.findall(r'url\("([^"]+)"\)', style_sheet(tokens_of(scheme)))
    assert named
    assert [name for name in named if not resource(name).is_file()] == []


def test_colours_stand_only_in_the_tokens():
    template = resource("styles", "reviewer.qss").read_text(encoding="utf-8")
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b", template) == []
