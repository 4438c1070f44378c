"""What is painted of a clip is what numpy says of its samples, pixel by pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QFont, QImage
from PySide6.QtWidgets import QApplication

from reviewer.audio.pyramid import FACTOR, FIRST_BIN, Pyramid
from reviewer.audio.samples import IntSamples, Samples
from reviewer.model.event import HeardRange
from reviewer.model.span import Span
from reviewer.ui import theme
from reviewer.ui.waveform.inks import Inks
from reviewer.ui.waveform.lanes import Lanes
from reviewer.ui.waveform.marks import Marks
from reviewer.ui.waveform.picture import STRIP_PX, Picture
from reviewer.ui.waveform.raster import Band, Canvas, blend
from reviewer.ui.waveform.reduce import Source, source_of, trace
from reviewer.ui.waveform.scene import Scene
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.window import ViewWindow

ROWS = 60
INKS = Inks.of(theme.DARK)
NONE = Marks.of(())


def noise(frames: int, channels: int = 1, seed: int = 1) -> IntSamples:
    random = np.random.default_rng(seed)
    swell = np.abs(np.sin(np.arange(frames) / 50.0)) * 20_000
    return (random.uniform(-1, 1, (frames, channels)) * swell[:, None]).astype(np.int16)


def a_source(data: IntSamples) -> Source:
    return source_of(Samples(16_000, data), Pyramid.from_samples(data))


def drawn(
    source: Source,
    window: ViewWindow,
    columns: int,
    *,
    rows: int = ROWS,
    speech: Marks = NONE,
    unheard: Marks = NONE,
    heard: Marks = NONE,
    selection: Selection = Selection(),  # noqa: B008 - frozen
    scale: float = 1.0,
) -> "np.ndarray[tuple[int, int], np.dtype[np.uint32]]":
    """The picture of a window as ``(rows, columns)`` of colours."""
    traces = tuple(trace(source, channel, window, columns) for channel in range(source.channels))
    scene = Scene(window, traces, selection, speech, unheard, heard, scale)
    picture = Picture()
    picture.draw(scene, theme.DARK, columns, rows, QFont())
    return pixels_of(picture.image)


def pixels_of(image: QImage) -> "np.ndarray[tuple[int, int], np.dtype[np.uint32]]":
    return np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), -1).copy()


def frames_of(column: int, window: ViewWindow, columns: int, frames: int) -> tuple[int, int]:
    """Which frames a pixel touches; wider than a bin, all of the bins it touches."""
    width = window.span / columns
    left, right = (
        window.start + column * window.span / columns,
        window.start + (column + 1) * window.span / columns,
    )
    first, after = int(np.floor(left)), max(int(np.ceil(right)), int(np.floor(left)) + 1)
    size = 1
    if width >= FIRST_BIN:
        size = FIRST_BIN
        while size * FACTOR <= width:
            size *= FACTOR
    return first // size * size, min(-(-after // size) * size, frames)


def oracle(data: IntSamples, gain: float, window: ViewWindow, columns: int) -> list[list[int]]:
    """The same picture with loops and no cleverness: a colour a pixel of the lane, first row first."""
    lanes = Lanes(1, ROWS - STRIP_PX)
    parts = [frames_of(column, window, columns, len(data)) for column in range(columns)]
    values = [data[first:after, 0].astype(np.float64) * gain for first, after in parts]
    low, high = [float(v.min()) for v in values], [float(v.max()) for v in values]
    picture = [[INKS.ground] * columns for _ in range(lanes.height)]
    picture[lanes.middle(0)] = [INKS.line] * columns
    for x in range(columns):
        least = min(low[x], high[x - 1]) if x else low[x]
        most = max(high[x], low[x - 1]) if x else high[x]
        top = round((lanes.middle(0) + 0.5 - most * lanes.reach(0) - 0.5) * 256)
        bottom = round((lanes.middle(0) + 0.5 - least * lanes.reach(0) + 0.5) * 256)
        for y in range(lanes.height):
            covered = min((y + 1) * 256, bottom) - max(y * 256, top)
            if covered > 0:
                picture[y][x] = mixed(picture[y][x], INKS.wave, min(covered, 256))
    return picture


def mixed(under: int, ink: int, parts: int) -> int:
    channels = (
        (((under >> s & 255) * (256 - parts) + (ink >> s & 255) * parts + 128) >> 8) << s for s in (0, 8, 16)
    )
    return 0xFF000000 | sum(channels)


@settings(max_examples=60)
@given(
    frames=st.integers(400, 60_000),
    seed=st.integers(0, 100),
    left=st.floats(0, 0.9),
    share=st.floats(0.01, 1),
    columns=st.integers(20, 120),
)
def test_every_pixel_is_what_numpy_says_of_the_samples(
    qapp: QApplication, frames: int, seed: int, left: float, share: float, columns: int
) -> None:
    data, source = noise(frames, seed=seed), a_source(noise(frames, seed=seed))
    span = min(max(frames * share, columns * 1.0), float(frames))
    start = min(left * frames, frames - span)
    window = ViewWindow(start, start + span, frames)
    made = drawn(source, window, columns)
    assert made[: ROWS - STRIP_PX].tolist() == oracle(data, source.gain, window, columns)
