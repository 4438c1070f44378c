"""What a pixel of the waves can be, and the theme's colours for it."""

from enum import IntEnum
from functools import cache

from reviewer.ui.theme import Tokens

LEVELS = 16
"""In how many steps the wave covers a pixel: 0 not at all, 15 whole."""
FULL = LEVELS - 1
_KINDS = 16
_OPAQUE = 0xFF000000
_SPEECH_SHARE = 0.11
_MARKED_SHARE = 0.2
_UNHEARD_SHARE = 0.5


class Ground(IntEnum):
    """What lies behind the wave. Speech and selection are bits: 3 is speech that is selected."""

    PLAIN = 0
    SPEECH = 1
    MARKED = 2
    MARKED_SPEECH = 3
    LINE = 4
    HATCH = 5
    BORDER = 6
    EDGE = 7
    CLIPPED = 8
    STRIP = 9
    HEARD = 10
    UNHEARD = 11


def index_of(ground: int, level: int) -> int:
    """The byte of a pixel: its ground, and how much of it the wave covers."""
    return level * _KINDS + ground


@cache
def palette(colours: Tokens) -> tuple[int, ...]:
    """``0xFFRRGGBB`` for each byte; tints are mixed here, once a theme, and drawing mixes nothing."""
    grounds, wave = _grounds(colours), packed(colours.wave)
    blank = grounds[Ground.PLAIN]
    return tuple(
        mixed(grounds.get(Ground(kind), blank) if kind in set(Ground) else blank, wave, level / FULL)
        for level in range(LEVELS)
        for kind in range(_KINDS)
    )


def _grounds(colours: Tokens) -> dict[Ground, int]:
    plain, wave, accent = (packed(c) for c in (colours.surface, colours.wave, colours.accent))
    speech = mixed(plain, wave, _SPEECH_SHARE)
    return {
        Ground.PLAIN: plain,
        Ground.SPEECH: speech,
        Ground.MARKED: mixed(plain, accent, _MARKED_SHARE),
        Ground.MARKED_SPEECH: mixed(speech, accent, _MARKED_SHARE),
        Ground.LINE: packed(colours.line),
        Ground.HATCH: mixed(plain, packed(colours.warn), _UNHEARD_SHARE),
        Ground.BORDER: packed(colours.dim),
        Ground.EDGE: accent,
        Ground.CLIPPED: packed(colours.error),
        Ground.STRIP: packed(colours.raised),
        Ground.HEARD: packed(colours.heard),
        Ground.UNHEARD: packed(colours.warn),
    }


def packed(colour: str) -> int:
    """``#RRGGBB`` as ``0xFFRRGGBB``."""
    return _OPAQUE | int(colour[1:], 16)


def mixed(one: int, other: int, share: float) -> int:
    """``share`` of ``other`` over ``one``, a channel at a time."""
    parts = (
        round(((one >> shift) & 255) * (1 - share) + ((other >> shift) & 255) * share) << shift
        for shift in (0, 8, 16)
    )
    return _OPAQUE | sum(parts)
