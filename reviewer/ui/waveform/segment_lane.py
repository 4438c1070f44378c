"""The lanes of segments above the waves: press a bar to go to it, drag its edge to move it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QStaticText,
    QTextOption,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from reviewer.ui import theme
from reviewer.ui.theme import Tokens
from reviewer.ui.waveform.mouse_bindings import GRAB_PX
from reviewer.ui.waveform.palette import rgb
from reviewer.ui.waveform.segment_bars import NO_SEGMENTS, EdgeDrag, SegmentBar, SegmentTrack
from reviewer.ui.waveform.speaker_colours import (
    colour_place,
    pixel_colours,
    speaker_colours,
)
from reviewer.ui.waveform.view_window import ViewWindow
from reviewer.ui.widgets.text_direction import is_right_to_left

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.transcript.edits import Edge

LANE_PX = (18, 15, 13, 12)
"""The height of a lane, by the number of lanes."""
_FONT_PX = 11
_SMALL_FONT_PX = 9
_NUMBER_PX = 13
_NUMBER_FROM_PX = 15.0
_TEXT_FROM_PX = 44.0
_GAP_FROM_PX = 4.0
_LAST_DIGIT = 9
_PAD_PX = 4
_TEXT_CHARACTERS = 160
_TEXT_STEP_PX = 8
_DRAG_FROM_PX = 2
_NO_SNAPPING = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
LINE, FILL, CURRENT = range(3)


class SegmentLane(QWidget):
    """Draws the bars of the visible range; hidden while there are fewer than two.

    Shows what it is given and moves nothing by itself: an edge that is dragged comes back in new bars.
    """

    segment_activated = Signal(str)
    """A bar was pressed; carries its id."""
    edge_dragged = Signal(object)
    """Carries an EdgeDrag: at each move, and when the edge was let go or, with Esc, taken back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("segment_lane")
        self.setAccessibleName(self.tr("Segments"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self._track = NO_SEGMENTS
        self._window = ViewWindow.whole(1)
        self._picture: QImage | None = None
        self._pressed: tuple[SegmentBar, Edge, float] | None = None
        self._is_dragging = False
        self._show_height()

    def show_track(self, track: SegmentTrack) -> None:
        """Shows other bars; ends a drag of a bar that is gone."""
        self._track = track
        if self._pressed is not None and all(bar.id != self._pressed[0].id for bar in track.bars):
            self.end_drag()
        self._show_height()
        self._forget_picture()

    def show_window(self, window: ViewWindow) -> None:
        if window != self._window:
            self._window = window
            self._forget_picture()

    def cancel_drag(self) -> None:
        """Takes a drag back: the edge returns to where it was."""
        if self._pressed is None:
            return
        bar, edge, _off = self._pressed
        was_dragging = self._is_dragging
        self.end_drag()
        if was_dragging:
            self.edge_dragged.emit(
                EdgeDrag(bar.id, edge, _frame_of(bar, edge), is_final=True, is_snapping=False)
            )

    def end_drag(self) -> None:
        """Ends a drag where it is, without a signal."""
        if self._is_dragging and (app := QApplication.instance()) is not None:
            app.removeEventFilter(self)
        self._pressed, self._is_dragging = None, False

    def _show_height(self) -> None:
        self.setFixedHeight(_height(self._track.lane_count))
        self.setVisible(len(self._track) > 0)

    def _forget_picture(self) -> None:
        self._picture = None
        self.update()

    def _lane_at(self, y: float) -> int:
        count = self._track.lane_count
        return min(max(int(y * count / max(self.height(), 1)), 0), count - 1)

    def _frame_at(self, x: float) -> float:
        """Not clamped to the view: a drag may leave the widget."""
        return self._window.start + x / max(self.width(), 1) * self._window.span

    def _bar_at(self, at: QPointF) -> SegmentBar | None:
        return self._track.at(self._frame_at(at.x()), self._lane_at(at.y()))

    def _edge_at(self, at: QPointF) -> "tuple[SegmentBar, Edge] | None":
        reach = GRAB_PX / max(self.width(), 1) * self._window.span
        return self._track.edge_near(self._frame_at(at.x()), self._lane_at(at.y()), reach)

    def _drag_to(self, event: QMouseEvent, *, is_final: bool) -> None:
        assert self._pressed is not None
        bar, edge, off = self._pressed
        frame = round(self._frame_at(event.position().x()) - off)
        frame = min(max(frame, 0), self._window.total)
        is_snapping = not event.modifiers() & _NO_SNAPPING
        self.edge_dragged.emit(EdgeDrag(bar.id, edge, frame, is_final, is_snapping))

    def _begin_drag(self) -> None:
        self._is_dragging = True
        if (app := QApplication.instance()) is not None:
            app.installEventFilter(self)

    def _drawn(self) -> QImage:
        """All bars in device pixels: fills by column, then numbers and texts where there is space."""
        scale, colours = self.devicePixelRatioF(), theme.tokens()
        columns, rows = max(round(self.width() * scale), 1), max(round(self.height() * scale), 1)
        picture = QImage(columns, rows, QImage.Format.Format_RGB32)
        pixels = np.frombuffer(picture.bits(), dtype=np.uint32).reshape(rows, columns)
        fill_lanes(pixels, self._track, self._window, colours, scale)
        picture.setDevicePixelRatio(scale)
        painter = QPainter(picture)
        self._paint_labels(painter, colours)
        painter.end()
        return picture

    def _paint_labels(self, painter: QPainter, colours: Tokens) -> None:
        track, height = self._track, self.height() // self._track.lane_count
        labels = _Labels.of(self.font().family(), height)
        painter.setFont(labels.font)
        painter.setPen(QColor(colours.text))
        for place, left, right in track.in_view(self._window, self.width(), _NUMBER_FROM_PX):
            bar, top = track.bars[place], height * int(track.lanes[place])
            if bar.is_current:
                painter.drawRect(QRectF(left + 0.5, top + 0.5, right - left - 1, height - 1))
            if bar.speaker:
                plate = _number_plate(bar.speaker, colours, labels, self.devicePixelRatioF())
                painter.drawImage(QPointF(left, top), plate)
            begin = left + (_NUMBER_PX + 1 if bar.speaker else 0) + _PAD_PX
            if right - begin >= _TEXT_FROM_PX and bar.text:
                labels.paint_text(painter, bar.text, begin, right - _PAD_PX, top)

    def sizeHint(self) -> QSize:
        return QSize(400, _height(self._track.lane_count))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            bar = self._bar_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), bar.text if bar is not None else "", self)
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While an edge is dragged Esc takes it back, wherever the focus is, and does nothing else."""
        if event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and (
            isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self.cancel_drag()
            return True
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        edge, bar = self._edge_at(event.position()), self._bar_at(event.position())
        if edge is not None:
            off = self._frame_at(event.position().x()) - _frame_of(*edge)
            self._pressed = (*edge, off)
        elif bar is not None:
            self.segment_activated.emit(bar.id)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            bar, edge, off = self._pressed
            moved = self._frame_at(event.position().x()) - off - _frame_of(bar, edge)
            if (
                not self._is_dragging
                and abs(moved) >= _DRAG_FROM_PX / max(self.width(), 1) * self._window.span
            ):
                self._begin_drag()
            if self._is_dragging:
                self._drag_to(event, is_final=False)
        elif event.buttons() == Qt.MouseButton.NoButton:
            is_edge = self._edge_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.SplitHCursor if is_edge else Qt.CursorShape.ArrowCursor)
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            event.ignore()
            return
        if self._is_dragging:
            pressed = self._pressed
            self._drag_to(event, is_final=True)
            if self._pressed is pressed:
                self.end_drag()
        else:
            self.segment_activated.emit(self._pressed[0].id)
            self.end_drag()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.cancel_drag()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._picture is None:
            self._picture = self._drawn()
        painter = QPainter(self)
        painter.drawImage(0, 0, self._picture)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._forget_picture()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self._forget_picture()


def fill_lanes(
    pixels: "NDArray[np.uint32]", track: SegmentTrack, window: ViewWindow, colours: Tokens, scale: float
) -> None:
    """Fills an image of ``(rows, columns)`` with the bars, one lane below the other."""
    rows, columns = pixels.shape
    ground, count, thick = np.uint32(rgb(colours.background)), track.lane_count, max(round(scale), 1)
    table = pixel_colours(colours)[track.colours]
    lines, fills = np.append(table[:, LINE], ground), np.append(table[:, FILL], ground)
    if track.current >= 0:
        fills[track.current] = table[track.current, CURRENT]
    edges, places = track.edges(window, columns, _GAP_FROM_PX * scale)
    lanes = track.lanes[places]
    for lane in range(count):
        top, bottom = rows * lane // count, rows * (lane + 1) // count
        under = track.columns(window, columns, lane)  # -1, where no bar is, is the place of the ground
        row, mine = fills[under], lanes == lane
        row[edges[mine]] = lines[places[mine]]
        pixels[top : bottom - 2 * thick] = row
        pixels[bottom - 2 * thick : bottom] = lines[under]
        if lane + 1 < count:
            pixels[bottom - thick : bottom] = ground


def _height(lanes: int) -> int:
    return lanes * LANE_PX[min(lanes, len(LANE_PX)) - 1]


def _frame_of(bar: SegmentBar, edge: "Edge") -> int:
    return bar.start if edge == "start" else bar.end


@dataclass(frozen=True, slots=True, eq=False)
class _Labels:
    """The fonts of numbers and texts in lanes of one height."""

    height: int
    font: QFont
    font_name: str
    text_top: float

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, family: str, height: int) -> "_Labels":
        font = QFont(family)
        font.setPixelSize(_FONT_PX if height >= LANE_PX[1] else _SMALL_FONT_PX)
        return cls(height, font, font.toString(), (height - 2 - QFontMetricsF(font).height()) / 2)

    def paint_text(self, painter: QPainter, text: str, left: float, right: float, top: float) -> None:
        """The beginning of a text: at the right if it is written from there."""
        prepared, width, is_from_right = _elided(text, int(right - left) // _TEXT_STEP_PX, self.font_name)
        x = right - width if is_from_right else left
        painter.drawStaticText(QPointF(x, top + self.text_top), prepared)


@lru_cache(maxsize=64)
def _number_plate(number: int, colours: Tokens, labels: _Labels, scale: float) -> QImage:
    """A speaker's number on their hue, as high as a lane; painted once, because there are many in view."""
    colour = speaker_colours(colours)[colour_place(number)]
    plate = QImage(round(_NUMBER_PX * scale), round(labels.height * scale), QImage.Format.Format_RGB32)
    plate.fill(QColor(colour.line))
    plate.setDevicePixelRatio(scale)
    font = QFont(labels.font)
    if number > _LAST_DIGIT:
        font.setPixelSize(_SMALL_FONT_PX)
    painter = QPainter(plate)
    painter.setFont(font)
    painter.setPen(QColor(colour.on_line))
    box = QRectF(0, 0, _NUMBER_PX, labels.height)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))
    painter.end()
    return plate


@lru_cache(maxsize=2048)
def _elided(text: str, steps: int, font_name: str) -> tuple[QStaticText, float, bool]:
    """A text cut to so many steps of width, with its width; laid out once for each."""
    font = QFont()
    font.fromString(font_name)
    metrics = QFontMetricsF(font)
    line = " ".join(text[:_TEXT_CHARACTERS].split())
    is_from_right = is_right_to_left(line)
    shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, steps * _TEXT_STEP_PX)
    prepared = QStaticText(shown)
    prepared.setTextFormat(Qt.TextFormat.PlainText)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    option.setTextDirection(
        Qt.LayoutDirection.RightToLeft if is_from_right else Qt.LayoutDirection.LeftToRight
    )
    prepared.setTextOption(option)
    prepared.prepare(font=font)
    return prepared, metrics.horizontalAdvance(shown), is_from_right
