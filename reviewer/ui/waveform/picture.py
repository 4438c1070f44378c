"""One frame of the waves, painted into an image."""

import numpy as np
from PySide6.QtGui import QFont, QImage, QPainter

from reviewer.ui.theme import Tokens
from reviewer.ui.waveform.envelope import envelope
from reviewer.ui.waveform.inks import Inks
from reviewer.ui.waveform.lanes import Lanes
from reviewer.ui.waveform.marks import Columns, Marks
from reviewer.ui.waveform.overlay import paint_over
from reviewer.ui.waveform.raster import Band, Canvas, Pixels, spans_of
from reviewer.ui.waveform.reduce import Trace
from reviewer.ui.waveform.scene import Scene

STRIP_PX = 4
_STROKE_PX = 1.0
_LINE_STROKE_PX = 1.5
_HATCH_PX = 8
_BORDERS_FROM_PX = 24.0
_BRACKET_PX = 6


class Picture:
    """Paints scenes, one after the other, into the same image."""

    def __init__(self) -> None:
        self._canvas = Canvas(1, 1)

    @property
    def image(self) -> QImage:
        """The last frame; it changes with the next."""
        return self._canvas.image

    def draw(self, scene: Scene, colours: Tokens, columns: int, rows: int, font: QFont) -> None:
        """Paints a scene ``columns`` by ``rows`` device pixels large."""
        if self._canvas.size != (columns, rows):
            self._canvas = Canvas(columns, rows)
        self.image.setDevicePixelRatio(1.0)
        strip = min(round(STRIP_PX * scene.scale), rows // 4)
        lanes = Lanes(len(scene.traces), rows - strip)
        self._draw_waves(scene, Inks.of(colours), lanes)
        painter = QPainter(self.image)
        paint_over(painter, scene, lanes, colours, font)
        painter.end()
        self.image.setDevicePixelRatio(scene.scale)

    def _draw_waves(self, scene: Scene, inks: Inks, lanes: Lanes) -> None:
        columns = self._canvas.size[0]
        speech, unheard = (marks.columns(scene.window, columns) for marks in (scene.speech, scene.unheard))
        row = _ground_row(scene, inks, speech)
        borders, brackets = _borders(scene, columns)
        row[0, borders] = inks.border
        for lane, drawn in enumerate(scene.traces):
            band = Band(lanes.top(lane), lanes.top(lane + 1), lanes.middle(lane), inks.wave, inks.line)
            ground = row
            if unheard.any():
                ground = _hatched(row, band, unheard, inks.hatch, scene.scale)
            if drawn.y.size:
                spans = spans_of(
                    *envelope(drawn, columns), band.middle, lanes.reach(lane), _stroke(scene, drawn)
                )
                self._canvas.paint(band, spans, ground)
            else:
                self._canvas.pixels[band.top : band.bottom] = ground
        thick = max(round(scene.scale), 1)
        self._canvas.pixels[:thick, brackets] = inks.border
        self._canvas.pixels[lanes.height - thick : lanes.height, brackets] = inks.border
        foot = np.full(columns, inks.strip, dtype=np.uint32)
        foot[unheard] = inks.unheard
        foot[scene.heard.columns(scene.window, columns)] = inks.heard
        self._canvas.pixels[lanes.height :] = foot


def _ground_row(scene: Scene, inks: Inks, speech: Columns) -> Pixels:
    """The colour behind the wave in each column, for all rows."""
    row = np.where(speech, np.uint32(inks.speech), np.uint32(inks.ground))
    if not scene.selection.is_empty:
        marked = Marks.of((scene.selection,)).columns(scene.window, row.size)
        row[marked] = np.where(speech[marked], np.uint32(inks.marked_speech), np.uint32(inks.marked))
    return row[None, :]


def _borders(scene: Scene, columns: int) -> tuple[Columns, Columns]:
    """Where passages of speech begin and end, once these stand apart, and the ends of brackets there."""
    borders, brackets = np.zeros((2, columns), dtype=np.bool_)
    thick, reach = max(round(scene.scale), 1), round(_BRACKET_PX * scene.scale)
    for left, right in scene.speech.edges(scene.window, columns, _BORDERS_FROM_PX * scene.scale):
        first, last = round(left), round(right)
        for start, end, marked in (
            (first, first + thick, borders),
            (last - thick, last, borders),
            (first, first + reach, brackets),
            (last - reach, last, brackets),
        ):
            marked[max(start, 0) : max(end, 0)] = True
    return borders, brackets


def _stroke(scene: Scene, drawn: Trace) -> float:
    return (_LINE_STROKE_PX if drawn.is_samples else _STROKE_PX) * max(scene.scale, 1.0)


def _hatched(row: Pixels, band: Band, unheard: Columns, ink: int, scale: float) -> Pixels:
    """Slanted lines where speech was not heard: a pattern, since a colour alone would not do."""
    step, thick = max(round(_HATCH_PX * scale), 4), max(round(scale), 1)
    slant = (np.arange(row.size)[None, :] + np.arange(band.top, band.bottom)[:, None]) % step < thick
    return np.where(slant & unheard, np.uint32(ink), row)
