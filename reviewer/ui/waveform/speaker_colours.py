"""The colours of segments by speaker number: Okabe and Ito's hues, mixed until they are seen on a theme."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from reviewer.ui.theme import SPEAKER_HUES, Tokens, contrast
from reviewer.ui.waveform.palette import blend, rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FILL_SHARE = 0.26
_CURRENT_SHARE = 0.5
_STEP = 0.1
_INKS = ("#000000", "#FFFFFF")  # one of them has 4.5 on any colour


@dataclass(frozen=True, slots=True)
class SpeakerColour:
    """``line`` is seen on the surface; text is read on ``fill`` and ``current``, ``on_line`` on ``line``."""

    line: str
    fill: str
    current: str
    on_line: str


@cache
def speaker_colours(colours: Tokens) -> tuple[SpeakerColour, ...]:
    """By number: nobody first, then the hues."""
    return tuple(_colour(hue, colours) for hue in (colours.dim, *SPEAKER_HUES))


def colour_place(speaker: int) -> int:
    """The place of a speaker's colours; hues repeat after the last, 0 is nobody."""
    return (speaker - 1) % len(SPEAKER_HUES) + 1 if speaker > 0 else 0


@cache
def pixel_colours(colours: Tokens) -> "NDArray[np.uint32]":
    """``0xFFRRGGBB`` of ``line``, ``fill`` and ``current``, by place: shape (places, 3)."""
    rows = [[rgb(each.line), rgb(each.fill), rgb(each.current)] for each in speaker_colours(colours)]
    return np.array(rows, dtype=np.uint32)


def _colour(hue: str, colours: Tokens) -> SpeakerColour:
    line = _mixed(hue, colours.text, colours.surface, colours.shape_contrast)
    return SpeakerColour(
        line=line,
        fill=_ground(line, colours, _FILL_SHARE),
        current=_ground(line, colours, _CURRENT_SHARE),
        on_line=max(_INKS, key=lambda each: contrast(each, line)),
    )


def _mixed(hue: str, toward: str, ground: str, least: float) -> str:
    """The hue with as little of another colour as it takes to stand out from a ground."""
    share = 0.0
    while contrast(mixed := _hex(blend(rgb(hue), rgb(toward), share)), ground) < least and share < 1.0:
        share += _STEP
    return mixed


def _ground(line: str, colours: Tokens, share: float) -> str:
    """A tint on which text can be read: with less of the hue if need be."""
    surface, pixel = rgb(colours.surface), rgb(line)
    while contrast(tint := _hex(blend(surface, pixel, share)), colours.text) < colours.text_contrast:
        share -= 0.02
    return tint


def _hex(pixel: int) -> str:
    return f"#{pixel & 0xFFFFFF:06X}"
