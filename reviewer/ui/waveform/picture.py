"""One frame of the waves, painted into an image."""

import numpy as np
from PySide6.QtGui import QImage

from reviewer.ui.theme import Tokens
from reviewer.ui.waveform.envelope import envelope
from reviewer.ui.waveform.inks import Ground, palette
from reviewer.ui.waveform.lanes import Lanes
from reviewer.ui.waveform.marks import Columns, Marks
from reviewer.ui.waveform.raster import Bytes, Canvas, dot, spans_of
from reviewer.ui.waveform.reduce import Trace
from reviewer.ui.waveform.scene import Scene

STRIP_PX = 4
_STROKE_PX = 1.0
_LINE_STROKE_PX = 1.5
_HATCH_PX = 8
_BORDERS_FROM_PX = 24.0
_BRACKET_PX = 6
_CLIP_PX = 7
_DOT_PX = 5


class Picture:
    """Paints scenes, one after the other, into the same image."""

    def __init__(self) -> None:
        self._canvas = Canvas(1, 1)
        self._colours: Tokens | None = None
        self._image = QImage()

    @property
    def image(self) -> QImage:
        """The last frame in colours: Qt copies these, but would look up each byte, slowly, in each paint."""
        return self._image

    def draw(self, scene: Scene, colours: Tokens, columns: int, rows: int) -> None:
        """Paints a scene ``columns`` by ``rows`` device pixels large: grounds, waves, marks, the foot."""
        if self._canvas.size != (columns, rows):
            self._canvas, self._colours = Canvas(columns, rows), None
        if self._colours != colours:
            self._canvas.show_in(palette(colours))
            self._colours = colours
        lanes = lanes_of(scene, rows)
        unheard = scene.unheard.columns(scene.window, columns)
        borders, brackets = _borders(scene, columns)
        row = _ground_row(scene, columns)
        row[borders] = Ground.BORDER
        for lane, drawn in enumerate(scene.traces):
            self._draw_lane(scene, lanes, lane, drawn, _hatched(row, lanes, lane, unheard, scene.scale))
        pixels, thick = self._canvas.begin(), max(round(scene.scale), 1)
        pixels[:thick, brackets] = Ground.BORDER
        pixels[lanes.height - thick : lanes.height, brackets] = Ground.BORDER
        self._draw_edges(pixels[: lanes.height], scene, thick)
        foot = np.where(unheard, np.uint8(Ground.UNHEARD), np.uint8(Ground.STRIP))
        foot[scene.heard.columns(scene.window, columns)] = Ground.HEARD
        pixels[lanes.height :] = foot
        self._image = self._canvas.image.convertToFormat(QImage.Format.Format_RGB32)
        self._image.setDevicePixelRatio(scene.scale)

    def _draw_lane(self, scene: Scene, lanes: Lanes, lane: int, drawn: Trace, ground: Bytes) -> None:
        top, bottom, middle = lanes.top(lane), lanes.top(lane + 1), lanes.middle(lane)
        if drawn.y.size:
            stroke = (_LINE_STROKE_PX if drawn.is_samples else _STROKE_PX) * max(scene.scale, 1.0)
            ends = envelope(drawn, self._canvas.size[0])
            self._canvas.paint(
                top, bottom, middle, spans_of(*ends, middle, lanes.reach(lane), stroke), ground
            )
        pixels, thick = self._canvas.begin(), max(round(scene.scale), 1)
        if not drawn.y.size:
            pixels[top:bottom] = ground
        if drawn.has_dots:
            rows = middle + 0.5 - drawn.y * lanes.reach(lane)
            self._canvas.stamp(drawn.x, rows, dot(_DOT_PX * scene.scale))
        if lane:
            pixels[top : top + thick] = Ground.LINE
        for x in np.rint(drawn.clipped).astype(np.intp).tolist():
            # At the top of the lane: the wave itself may hide that it was cut.
            pixels[top : top + round(_CLIP_PX * scene.scale), max(x - thick, 0) : x + thick] = Ground.CLIPPED

    def _draw_edges(self, pixels: Bytes, scene: Scene, thick: int) -> None:
        """Where the selection begins and ends."""
        if scene.selection.is_empty:
            return
        for frame in (scene.selection.start, scene.selection.end):
            x = round(scene.window.x_of(frame, pixels.shape[1]))
            pixels[:, max(x - thick // 2, 0) : max(x - thick // 2 + 2 * thick, 0)] = Ground.EDGE


def lanes_of(scene: Scene, rows: int) -> Lanes:
    """The lanes of a picture so many rows high: all but the strip at its foot."""
    return Lanes(len(scene.traces), rows - min(round(STRIP_PX * scene.scale), rows // 4))


def _ground_row(scene: Scene, columns: int) -> Bytes:
    """What is behind the wave in each column, for all rows: speech is one bit, the selection another."""
    row = scene.speech.columns(scene.window, columns).view(np.uint8)
    if not scene.selection.is_empty:
        marked = Marks.of((scene.selection,)).columns(scene.window, columns)
        row = row | (marked.view(np.uint8) << np.uint8(1))
    return row


def _hatched(row: Bytes, lanes: Lanes, lane: int, unheard: Columns, scale: float) -> Bytes:
    """Slanted lines where speech was not heard: a pattern, since a colour alone would not do."""
    if not unheard.any():
        return row[None, :]
    step, thick = max(round(_HATCH_PX * scale), 4), max(round(scale), 1)
    slant = (np.arange(row.size) + np.arange(step)[:, None]) % step < thick
    patterns = np.where(slant & unheard, np.uint8(Ground.HATCH), row)  # they come again every so many rows
    return patterns[np.arange(lanes.top(lane), lanes.top(lane + 1)) % step]


def _borders(scene: Scene, columns: int) -> tuple[Columns, Columns]:
    """Where passages of speech begin and end, once these stand apart, and the ends of brackets there."""
    borders, brackets = np.zeros((2, columns), dtype=np.bool_)
    thick, reach = max(round(scene.scale), 1), round(_BRACKET_PX * scene.scale)
    left, right = scene.speech.edges(scene.window, columns, _BORDERS_FROM_PX * scene.scale)
    for marked, long in ((borders, thick), (brackets, reach)):
        along = np.arange(long)
        places = np.concatenate((left[:, None] + along, right[:, None] - 1 - along), axis=None)
        marked[places[(places >= 0) & (places < columns)]] = True
    return borders, brackets
