"""Pixel values of the waveform image, and the theme's colours for them."""

from enum import IntEnum
from functools import cache

from reviewer.ui.theme import Tokens

LEVELS = 16
"""Steps of coverage of a pixel by the waveform: 0 is none, 15 is full."""
FULL = LEVELS - 1
_KINDS = 16
_OPAQUE = 0xFF000000
_SPEECH_SHARE = 0.11
_SELECTED_SHARE = 0.2
_UNHEARD_SHARE = 0.5
_REDACTED_SHARE = 0.7


class Background(IntEnum):
    """What is behind the waveform. Speech and selection are bits: 3 is selected speech."""

    PLAIN = 0
    SPEECH = 1
    SELECTED = 2
    SELECTED_SPEECH = 3
    LINE = 4
    HATCH = 5
    BORDER = 6
    EDGE = 7
    CLIPPED = 8
    STRIP = 9
    HEARD = 10
    UNHEARD = 11
    REDACTED = 12


def pixel_value(ground: int, level: int) -> int:
    """The byte of a pixel: its background, and how much of it the waveform covers."""
    return level * _KINDS + ground


@cache
def palette(colours: Tokens) -> tuple[int, ...]:
    """``0xFFRRGGBB`` for each byte; tints are blended here once for each theme, not while drawing."""
    grounds, wave = _backgrounds(colours), rgb(colours.wave)
    blank = grounds[Background.PLAIN]
    return tuple(
        blend(grounds.get(Background(kind), blank) if kind in set(Background) else blank, wave, level / FULL)
        for level in range(LEVELS)
        for kind in range(_KINDS)
    )


def _backgrounds(colours: Tokens) -> dict[Background, int]:
    plain, wave, accent = (rgb(c) for c in (colours.surface, colours.wave, colours.accent))
    speech = blend(plain, wave, _SPEECH_SHARE)
    return {
        Background.PLAIN: plain,
        Background.SPEECH: speech,
        Background.SELECTED: blend(plain, accent, _SELECTED_SHARE),
        Background.SELECTED_SPEECH: blend(speech, accent, _SELECTED_SHARE),
        Background.LINE: rgb(colours.line),
        Background.HATCH: blend(plain, rgb(colours.warn), _UNHEARD_SHARE),
        Background.BORDER: rgb(colours.dim),
        Background.EDGE: accent,
        Background.CLIPPED: rgb(colours.error),
        Background.STRIP: rgb(colours.raised),
        Background.HEARD: rgb(colours.heard),
        Background.UNHEARD: rgb(colours.warn),
        Background.REDACTED: blend(plain, rgb(colours.error), _REDACTED_SHARE),
    }


def rgb(colour: str) -> int:
    """``#RRGGBB`` as ``0xFFRRGGBB``."""
    return _OPAQUE | int(colour[1:], 16)


def blend(one: int, other: int, share: float) -> int:
    """``share`` of ``other`` over ``one``, channel by channel."""
    parts = (
        round(((one >> shift) & 255) * (1 - share) + ((other >> shift) & 255) * share) << shift
        for shift in (0, 8, 16)
    )
    return _OPAQUE | sum(parts)
