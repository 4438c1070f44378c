"""What is painted of a clip is what numpy says of its samples, pixel by pixel."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from reviewer.audio.samples import IntSamples, Samples
from reviewer.audio.view.peaks import FACTOR, FIRST_BIN, PeakPyramid
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.ui import theme
from reviewer.ui.waveform.channel_lanes import ChannelLanes
from reviewer.ui.waveform.palette import FULL, Background, palette, pixel_value
from reviewer.ui.waveform.raster import Raster
from reviewer.ui.waveform.render_state import IntervalMarks, RenderState
from reviewer.ui.waveform.renderer import STRIP_PX, WaveformRenderer
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.trace import WaveformSource, trace, waveform_source
from reviewer.ui.waveform.view_window import ViewWindow

ROWS = 60
COLOURS = palette(theme.DARK)
WAVE = COLOURS[pixel_value(Background.PLAIN, FULL)]
NONE = IntervalMarks.of(())


def noise(frames: int, channels: int = 1, seed: int = 1) -> IntSamples:
    random = np.random.default_rng(seed)
    swell = np.abs(np.sin(np.arange(frames) / 50.0)) * 20_000
    return (random.uniform(-1, 1, (frames, channels)) * swell[:, None]).astype(np.int16)


def a_source(data: IntSamples) -> WaveformSource:
    return waveform_source(Samples(16_000, data), PeakPyramid.from_samples(data))


def drawn(
    source: WaveformSource,
    window: ViewWindow,
    columns: int,
    *,
    rows: int = ROWS,
    speech: IntervalMarks = NONE,
    unheard: IntervalMarks = NONE,
    heard: IntervalMarks = NONE,
    selection: Selection = Selection(),  # noqa: B008 - frozen
    scale: float = 1.0,
) -> "np.ndarray[tuple[int, int], np.dtype[np.uint32]]":
    """The picture of a window as ``(rows, columns)`` of colours."""
    traces = tuple(trace(source, channel, window, columns) for channel in range(source.channels))
    scene = RenderState(window, traces, selection, speech, unheard, heard, scale)
    picture = WaveformRenderer()
    picture.draw(scene, theme.DARK, columns, rows)
    return pixels_of(picture.image)


def pixels_of(image: QImage) -> "np.ndarray[tuple[int, int], np.dtype[np.uint32]]":
    full = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(full.constBits(), dtype=np.uint32).reshape(image.height(), -1).copy()


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
    lanes = ChannelLanes(1, ROWS - STRIP_PX)
    parts = [frames_of(column, window, columns, len(data)) for column in range(columns)]
    values = [data[first:after, 0].astype(np.float64) * gain for first, after in parts]
    low, high = [float(v.min()) for v in values], [float(v.max()) for v in values]
    picture = [[COLOURS[Background.PLAIN]] * columns for _ in range(lanes.height)]
    picture[lanes.middle(0)] = [COLOURS[Background.LINE]] * columns
    for x in range(columns):
        least = min(low[x], high[x - 1]) if x else low[x]
        most = max(high[x], low[x - 1]) if x else high[x]
        top = round((lanes.middle(0) + 0.5 - most * lanes.reach(0) - 0.5) * 256)
        bottom = round((lanes.middle(0) + 0.5 - least * lanes.reach(0) + 0.5) * 256)
        for y in range(lanes.height):
            covered = min((y + 1) * 256, bottom) - max(y * 256, top)
            if covered > 0:
                ground = Background.LINE if y == lanes.middle(0) else Background.PLAIN
                picture[y][x] = covered_by(ground, min(covered, 256))
    return picture


def covered_by(ground: Background, parts: int) -> int:
    """The colour of a pixel of which the wave covers so many of 256 parts."""
    return COLOURS[pixel_value(ground, (parts * FULL + 128) // 256)]


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
    span = min(max(frames * share, columns * 1.01), float(frames))
    start = min(left * frames, frames - span)
    window = ViewWindow(start, start + span, frames)
    made = drawn(source, window, columns)
    assert made[: ROWS - STRIP_PX].tolist() == oracle(data, source.gain, window, columns)


@pytest.mark.parametrize("frames_a_pixel", [0.02, 0.3, 0.9])
def test_below_a_sample_a_pixel_the_line_runs_through_every_sample(
    qapp: QApplication, frames_a_pixel: float
) -> None:
    data = noise(2_000)
    source, columns = a_source(data), 300
    window = ViewWindow(500.0, 500.0 + columns * frames_a_pixel, 2_000)
    made, lanes = drawn(source, window, columns), ChannelLanes(1, ROWS - STRIP_PX)
    for frame in range(int(np.ceil(window.start)), int(window.end)):
        x = int((frame - window.start) / frames_a_pixel)
        y = lanes.middle(0) + 0.5 - float(data[frame, 0]) * source.gain * lanes.reach(0)
        assert is_inked(made[int(y), min(x, columns - 1)])


def test_between_two_samples_the_line_is_straight(qapp: QApplication) -> None:
    source = a_source(np.array([[-20_000], [20_000]], dtype=np.int16))
    made = drawn(source, ViewWindow(0.0, 1.0, 2), 200, rows=104)
    ys = [np.flatnonzero(is_inked(made[:100, x])).mean() for x in range(10, 190)]
    np.testing.assert_allclose(ys, np.linspace(ys[0], ys[-1], len(ys)), atol=1.5)
    assert ys[0] - ys[-1] > 80


@given(
    top=st.integers(0, 30 * 256),
    height=st.integers(256, 20 * 256),
    other=st.integers(0, 30 * 256),
    other_height=st.integers(256, 20 * 256),
)
def test_columns_that_share_no_row_are_filled_each_in_its_place(
    qapp: QApplication, top: int, height: int, other: int, other_height: int
) -> None:
    raster, ground = Raster(2, 50), np.zeros((1, 2), dtype=np.uint8)
    raster.show_in(COLOURS)
    tops = np.array([top, other], dtype=np.int32)
    bottoms = tops + np.array([height, other_height], dtype=np.int32)
    raster.paint(0, 50, 49, (tops, bottoms), ground)
    made = pixels_of(raster.image)
    for x in range(2):
        covered = [
            max(min((y + 1) * 256, int(bottoms[x])) - max(y * 256, int(tops[x])), 0) for y in range(50)
        ]
        expected = [covered_by(Background.PLAIN, part) for part in covered[:49]]
        assert made[:49, x].tolist() == expected


def test_a_palette_goes_from_each_ground_to_the_wave_in_even_steps() -> None:
    for ground in Background:
        shades = [COLOURS[pixel_value(ground, level)] for level in range(FULL + 1)]
        assert shades[-1] == WAVE
        blues = np.diff([shade & 255 for shade in shades])
        assert np.ptp(blues) <= 1


def is_inked(colours: "np.ndarray[tuple[int, ...], np.dtype[np.uint32]] | np.uint32") -> Any:
    """Whether the wave covers most of a pixel, by its red, green and blue."""
    parts = [colours >> np.uint32(s) & np.uint32(255) for s in (0, 8, 16)]
    wave, ground = ([colour >> s & 255 for s in (0, 8, 16)] for colour in (WAVE, COLOURS[Background.PLAIN]))
    return np.all([p > (w + g) / 2 for p, w, g in zip(parts, wave, ground, strict=True)], axis=0)


def silence(frames: int = 1_000, channels: int = 1) -> WaveformSource:
    return a_source(np.zeros((frames, channels), dtype=np.int16))


WHOLE = ViewWindow.whole(1_000)


def test_speech_has_a_ground_of_its_own_up_to_its_edges(qapp: QApplication) -> None:
    made = drawn(silence(), WHOLE, 100, speech=IntervalMarks.of([Span(300, 500), Span(800, 1_000)]))
    assert set(made[10, 32:48].tolist()) == {COLOURS[Background.SPEECH]}
    assert set(made[10, :30].tolist()) == {COLOURS[Background.PLAIN]}
    assert set(made[10, 50:80].tolist()) == {COLOURS[Background.PLAIN]}


def test_speech_never_hides_the_wave(qapp: QApplication) -> None:
    source, window = a_source(noise(1_000)), ViewWindow.whole(1_000)
    plain = drawn(source, window, 100)
    shaded = drawn(source, window, 100, speech=IntervalMarks.of([Span(0, 500), Span(600, 900)]))
    assert ((plain == WAVE) == (shaded == WAVE)).all()


def test_speech_in_a_selection_can_still_be_told_from_silence(qapp: QApplication) -> None:
    made = drawn(
        silence(), WHOLE, 100, speech=IntervalMarks.of([Span(0, 500)]), selection=Selection(200, 800)
    )
    assert [made[10, x] for x in (10, 40, 60, 90)] == [
        COLOURS[Background.SPEECH],
        COLOURS[Background.SELECTED_SPEECH],
        COLOURS[Background.SELECTED],
        COLOURS[Background.PLAIN],
    ]


def test_borders_of_speech_stand_at_its_edges_once_there_is_room(qapp: QApplication) -> None:
    speech = IntervalMarks.of([Span(300, 600)])
    near = drawn(silence(), WHOLE, 100, speech=speech)
    assert np.flatnonzero(near[10] == COLOURS[Background.BORDER]).tolist() == [30, 59]
    far = drawn(silence(), WHOLE, 60, speech=speech)
    assert not (far == COLOURS[Background.BORDER]).any()


def test_unheard_speech_is_hatched_and_nothing_else_is(qapp: QApplication) -> None:
    made = drawn(silence(), WHOLE, 100, unheard=IntervalMarks.of([Span(300, 600)]))
    lane = made[: ROWS - STRIP_PX] == COLOURS[Background.HATCH]
    assert lane[:, 30:60].any(axis=0).all()
    assert not lane[:, 30:60].all(axis=0).any()
    assert not lane[:, :30].any()
    assert not lane[:, 60:].any()


def test_the_foot_shows_what_was_heard_of_the_window_in_view(qapp: QApplication) -> None:
    window = ViewWindow(500.0, 1_000.0, 1_000)
    heard = IntervalMarks.of([HeardRange(0, 100), HeardRange(600, 700)])
    foot = drawn(silence(), window, 100, heard=heard)[-STRIP_PX:]
    assert (foot[:, 20:40] == COLOURS[Background.HEARD]).all()
    assert (foot[:, :20] == COLOURS[Background.STRIP]).all()
    assert (foot[:, 40:] == COLOURS[Background.STRIP]).all()


def test_each_channel_stays_in_its_own_lane(qapp: QApplication) -> None:
    data = np.concatenate([noise(1_000), np.zeros((1_000, 1), dtype=np.int16)], axis=1)
    made = drawn(a_source(data), WHOLE, 200, rows=124)
    lanes = ChannelLanes(2, 120)
    lower = made[lanes.top(1) + 3 : lanes.top(2)] == WAVE
    assert np.flatnonzero(lower.any(axis=1)).tolist() == [lanes.middle(1) - lanes.top(1) - 3]


def test_at_twice_the_scale_lines_are_twice_as_thick(qapp: QApplication) -> None:
    made = drawn(silence(), WHOLE, 200, rows=120, scale=2.0, speech=IntervalMarks.of([Span(300, 600)]))
    assert np.flatnonzero(made[20] == COLOURS[Background.BORDER]).tolist() == [60, 61, 118, 119]
    assert (made[-2 * STRIP_PX :] == COLOURS[Background.STRIP]).all()
    assert (made[:, 5] != COLOURS[Background.PLAIN]).sum() >= 2 + 2 * STRIP_PX


@given(
    spans=st.lists(st.tuples(st.integers(0, 990), st.integers(1, 200)), max_size=12),
    start=st.floats(0, 900),
    columns=st.integers(1, 150),
)
def test_a_column_is_marked_if_a_stretch_touches_it(
    spans: list[tuple[int, int]], start: float, columns: int
) -> None:
    stretches = [Span(first, first + length) for first, length in spans]
    window = ViewWindow(start, start + 100.0, 2_000)
    scale = columns / 100.0
    expected = [
        any((s.start - start) * scale < x + 1 and (s.end - start) * scale > x for s in stretches)
        for x in range(columns)
    ]
    marks = IntervalMarks.of(stretches)
    assert marks.columns(window, columns).tolist() == expected
    runs = [x for left, right in marks.runs(window, columns) for x in range(left, right)]
    assert runs == [x for x, is_marked in enumerate(expected) if is_marked]
