"""The theme's colours as a picture's pixels have them."""

from dataclasses import dataclass
from functools import cache

from reviewer.ui.theme import Tokens

_OPAQUE = 0xFF000000
_SPEECH_SHARE = 0.13
_MARKED_SHARE = 0.26
_UNHEARD_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Inks:
    """Each ``0xFFRRGGBB``. ``speech`` and ``marked`` are grounds; ``marked_speech`` is both at once."""

    ground: int
    speech: int
    marked: int
    marked_speech: int
    wave: int
    line: int
    hatch: int
    heard: int
    unheard: int
    strip: int
    border: int

    @classmethod
    @cache
    def of(cls, colours: Tokens) -> "Inks":
        """Tints are mixed here, once a theme, so that drawing needs no transparent colours."""
        ground, wave, accent = (packed(c) for c in (colours.surface, colours.wave, colours.accent))
        speech = mixed(ground, wave, _SPEECH_SHARE)
        return cls(
            ground=ground,
            speech=speech,
            marked=mixed(ground, accent, _MARKED_SHARE),
            marked_speech=mixed(speech, accent, _MARKED_SHARE),
            wave=wave,
            line=packed(colours.line),
            hatch=mixed(ground, packed(colours.warn), _UNHEARD_SHARE),
            heard=packed(colours.heard),
            unheard=packed(colours.warn),
            strip=packed(colours.raised),
            border=packed(colours.dim),
        )


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
