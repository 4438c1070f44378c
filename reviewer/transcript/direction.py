"""The base direction of a transcript: left-to-right or right-to-left."""

from enum import StrEnum

import regex

_TAG_OR_STRONG = regex.compile(r"\[[^\[\]\s]*\]|(?P<left>\p{bc=L})|(?P<right>[\p{bc=R}\p{bc=AL}])")


class Direction(StrEnum):
    """The side from which a text is read."""

    LEFT_TO_RIGHT = "left_to_right"
    RIGHT_TO_LEFT = "right_to_left"


def text_direction(text: str) -> Direction | None:
    """The direction of the first strong character outside tags; None if there is none.

    Rules P2 and P3 of the Unicode Bidirectional Algorithm (UAX 9), except that a tag counts as neutral: its
    Latin name says nothing about the language of the text that follows it. Digits are not strong.
    """
    for match in _TAG_OR_STRONG.finditer(text):
        if match["left"]:
            return Direction.LEFT_TO_RIGHT
        if match["right"]:
            return Direction.RIGHT_TO_LEFT
    return None
