"""Renders one frame of the waveform into an image."""

import numpy as np
from PySide6.QtGui import QImage

from reviewer.ui.theme import Tokens
from reviewer.ui.waveform.channel_lanes import ChannelLanes
from reviewer.ui.waveform.palette import Background, palette
from reviewer.ui.waveform.raster import PixelValues, Raster, column_spans, dot
from reviewer.ui.waveform.render_state import Columns, IntervalMarks, RenderState
from reviewer.ui.waveform.speaker_colours import pixel_colours
from reviewer.ui.waveform.trace import Trace, envelope

STRIP_PX = 4
_STROKE_PX = 1.0
_LINE_STROKE_PX = 1.5
_HATCH_PX = 8
_BORDERS_FROM_PX = 24.0
SEGMENT_BORDERS_FROM_PX = 12.0
_BRACKET_PX = 6
_CLIP_PX = 7
_DOT_PX = 5


class WaveformRenderer:
    """Renders one state after another into the same image."""

    def __init__(self) -> None:
        self._raster = Raster(1, 1)
        self._colours: Tokens | None = None
        self._image = QImage()

    @property
    def image(self) -> QImage:
        """The last frame in RGB: Qt copies it directly; an indexed image needs a slow lookup."""
        return self._image

    def draw(self, state: RenderState, colours: Tokens, columns: int, rows: int) -> None:
        """Renders a state, backgrounds to bottom strip, at ``columns`` by ``rows`` device pixels."""
        if self._raster.size != (columns, rows):
            self._raster, self._colours = Raster(columns, rows), None
        if self._colours != colours:
            self._raster.show_in(palette(colours))
            self._colours = colours
        lanes = channel_lanes(state, rows)
        unheard = state.unheard.columns(state.window, columns)
        redacted = state.redacted.columns(state.window, columns)
        borders, brackets = _borders(state, columns)
        row = _background_row(state, columns)
        row[borders] = Background.BORDER
        for lane, drawn in enumerate(state.traces):
            ground = _hatched(row, lanes, lane, (unheard, redacted), state.scale)
            self._draw_lane(state, lanes, lane, drawn, ground)
        pixels, thick = self._raster.begin(), max(round(state.scale), 1)
        pixels[:thick, brackets] = Background.BORDER
        pixels[lanes.height - thick : lanes.height, brackets] = Background.BORDER
        self._draw_edges(pixels[: lanes.height], state, thick)
        foot = np.where(unheard, np.uint8(Background.UNHEARD), np.uint8(Background.STRIP))
        foot[state.heard.columns(state.window, columns)] = Background.HEARD
        pixels[lanes.height :] = foot
        self._image = self._raster.image.convertToFormat(QImage.Format.Format_RGB32)
        if len(state.segments):
            _draw_segments(self._image, state, colours, lanes.height)
        self._image.setDevicePixelRatio(state.scale)

    def _draw_lane(
        self, state: RenderState, lanes: ChannelLanes, lane: int, drawn: Trace, ground: PixelValues
    ) -> None:
        top, bottom, middle = lanes.top(lane), lanes.top(lane + 1), lanes.middle(lane)
        if drawn.y.size:
            stroke = (_LINE_STROKE_PX if drawn.is_samples else _STROKE_PX) * max(state.scale, 1.0)
            ends = envelope(drawn, self._raster.size[0])
            self._raster.paint(
                top, bottom, middle, column_spans(*ends, middle, lanes.reach(lane), stroke), ground
            )
        pixels, thick = self._raster.begin(), max(round(state.scale), 1)
        if not drawn.y.size:
            pixels[top:bottom] = ground
        if drawn.has_dots:
            rows = middle + 0.5 - drawn.y * lanes.reach(lane)
            self._raster.stamp(drawn.x, rows, dot(_DOT_PX * state.scale))
        if lane:
            pixels[top : top + thick] = Background.LINE
        for x in np.rint(drawn.clipped).astype(np.intp).tolist():
            # At the top of the lane: the waveform itself may hide clipping.
            pixels[top : top + round(_CLIP_PX * state.scale), max(x - thick, 0) : x + thick] = (
                Background.CLIPPED
            )

    def _draw_edges(self, pixels: PixelValues, state: RenderState, thick: int) -> None:
        """The edges of the selection."""
        if state.selection.is_empty:
            return
        for frame in (state.selection.start, state.selection.end):
            x = round(state.window.x_of(frame, pixels.shape[1]))
            pixels[:, max(x - thick // 2, 0) : max(x - thick // 2 + 2 * thick, 0)] = Background.EDGE


def channel_lanes(state: RenderState, rows: int) -> ChannelLanes:
    """The lanes of an image of this height: everything except the strip at the bottom."""
    return ChannelLanes(len(state.traces), rows - min(round(STRIP_PX * state.scale), rows // 4))


def _background_row(state: RenderState, columns: int) -> PixelValues:
    """The background of each column, for all rows: speech is one bit, the selection another."""
    row = state.speech.columns(state.window, columns).view(np.uint8)
    if not state.selection.is_empty:
        marked = IntervalMarks.of((state.selection,)).columns(state.window, columns)
        row = row | (marked.view(np.uint8) << np.uint8(1))
    return row


def _hatched(
    row: PixelValues, lanes: ChannelLanes, lane: int, marked: tuple[Columns, Columns], scale: float
) -> PixelValues:
    """Hatching where speech was not heard, and the other way round where sound is muted or was removed.

    A pattern, so that colour is not the only sign.
    """
    unheard, redacted = marked
    if not unheard.any() and not redacted.any():
        return row[None, :]
    step, thick = max(round(_HATCH_PX * scale), 4), max(round(scale), 1)
    across, down = np.arange(row.size), np.arange(step)[:, None]
    patterns = np.where(((across + down) % step < thick) & unheard, np.uint8(Background.HATCH), row)
    slant = ((across - down) % step < 2 * thick) & redacted
    patterns = np.where(slant, np.uint8(Background.REDACTED), patterns)  # it repeats after ``step`` rows
    return patterns[np.arange(lanes.top(lane), lanes.top(lane + 1)) % step]


def _borders(state: RenderState, columns: int) -> tuple[Columns, Columns]:
    """Where speech begins and ends, once intervals are wide enough, and the ends of their brackets.

    None beside segments: two kinds of borders could not be told apart.
    """
    borders, brackets = np.zeros((2, columns), dtype=np.bool_)
    if len(state.segments):
        return borders, brackets
    thick, reach = max(round(state.scale), 1), round(_BRACKET_PX * state.scale)
    left, right = state.speech.edges(state.window, columns, _BORDERS_FROM_PX * state.scale)
    for marked, long in ((borders, thick), (brackets, reach)):
        along = np.arange(long)
        places = np.concatenate((left[:, None] + along, right[:, None] - 1 - along), axis=None)
        marked[places[(places >= 0) & (places < columns)]] = True
    return borders, brackets


def _draw_segments(image: QImage, state: RenderState, colours: Tokens, height: int) -> None:
    """Borders in the hue of the speaker, above the waves; the current segment has a frame, twice as thick."""
    track, columns, thick = state.segments, image.width(), max(round(state.scale), 1)
    pixels = np.frombuffer(image.bits(), dtype=np.uint32).reshape(image.height(), -1)[:height, :columns]
    lines = pixel_colours(colours)[:, 0]
    at, places = track.edges(state.window, columns, SEGMENT_BORDERS_FROM_PX * state.scale)
    if at.size:
        hues = lines[track.colours[places]]
        for step in range(thick):
            pixels[:, np.minimum(at + step, columns - 1)] = hues
    if track.current >= 0:
        bar = track.bars[track.current]
        hue, frame = lines[track.colours[track.current]], 2 * thick
        left, right = (round(state.window.x_of(edge, columns)) for edge in (bar.start, bar.end))
        first, after = min(max(left, 0), columns), min(max(right, 0), columns)
        if first < after:
            pixels[:frame, first:after] = hue
            pixels[height - frame :, first:after] = hue
        for edge in (left, right - frame):
            pixels[:, min(max(edge, 0), columns) : min(max(edge + frame, 0), columns)] = hue
