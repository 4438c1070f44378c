"""The base direction of a text."""

import pytest

from reviewer.transcript.direction import Direction, text_direction

LEFT, RIGHT = Direction.LEFT_TO_RIGHT, Direction.RIGHT_TO_LEFT


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("hello שלום", LEFT),
        ("שלום hello", RIGHT),
        ("مرحبا 12", RIGHT),
        ("12 ١٢ … مرحبا hello", RIGHT),
        ("[laugh] שלום", RIGHT),
        ("[laugh] [foreign:he] مرحبا", RIGHT),
        ("[laugh hello] שלום", LEFT),
        ("[שלום] hello", LEFT),
    ],
)
def test_the_first_strong_character_outside_tags_decides(text: str, direction: Direction) -> None:
    assert text_direction(text) is direction


@pytest.mark.parametrize("text", ["", "[laugh]", "12, 34 …", "١٢"])
def test_a_text_without_letters_has_no_direction(text: str) -> None:
    assert text_direction(text) is None
