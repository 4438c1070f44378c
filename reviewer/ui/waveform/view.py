"""A clip to look at: minimap, ruler and waves that show the same moment."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from reviewer.model.event import HeardRange
from reviewer.ui import theme
from reviewer.ui.waveform.minimap import Minimap
from reviewer.ui.waveform.reduce import Source, source_of
from reviewer.ui.waveform.ruler import Ruler
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.window import ViewWindow

if TYPE_CHECKING:
    from reviewer.audio.pyramid import Pyramid
    from reviewer.audio.samples import Sound
    from reviewer.ui.waveform.plot import WavePlot
    from reviewer.ui.waveform.spectrogram import Spectrogram

ZOOM_STEP = 1.6
PAN_SHARE = 0.25
_WHEEL_NOTCH = 120.0
_DRAG_FROM_PX = 4


class WaveformView(QWidget):
    """Values in (clip, position, heard ranges), intents out. It knows no player and no queue.

    Click seeks, drag marks a selection, Shift and click moves its nearer edge. The wheel zooms at the
    pointer; Shift and wheel, or a drag with the middle button, moves the picture.
    """

    seek_requested = Signal(int)
    selection_changed = Signal(int, int)
    """Carries start and end in frames, once a drag is over; equal when nothing is selected."""
    window_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("waveform")
        self.setAccessibleName(self.tr("Waveform"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._source: Source | None = None
        self._rate_hz = 1
        self._window = ViewWindow.whole(1)
        self._position = 0.0
        self._selection = Selection()
        self._pressed_x: float | None = None
        self._is_dragging = False
        self._panned_x: float | None = None
        self._plot: WavePlot | None = None
        self._under: Spectrogram | None = None
        self._minimap = Minimap(self)
        self._ruler = Ruler(self)
        self._empty = QLabel(self)
        self._empty.setObjectName("waveform_empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setProperty("kind", "dim")
        self._waves = QStackedLayout()
        self._waves.addWidget(self._empty)
        self._lay_out()
        self._minimap.seek_requested.connect(self.seek_requested)
        self._minimap.centre_requested.connect(self._on_centre_requested)

    @property
    def view_window(self) -> ViewWindow:
        """The part of the clip in view."""
        return self._window

    @property
    def position(self) -> float:
        """The frame at which the cursor stands."""
        return self._position

    def put_under(self, picture: "Spectrogram") -> None:
        """Lays a spectrogram under the waves; from now on it shows the same clip, window and moment."""
        self._under = picture
        self._column.addWidget(picture)
        picture.show_source(self._source)
        picture.show_window(self._window)

    @property
    def selection(self) -> Selection:
        """What is marked; empty if nothing is."""
        return self._selection

    def show_clip(self, samples: "Sound", pyramid: "Pyramid") -> None:
        """Puts a clip on, all of it in view, the cursor at its start, nothing heard."""
        self._rate_hz = samples.rate_hz
        self._put_on(source_of(samples, pyramid))
        self._waves.setCurrentWidget(self._loaded_plot())

    def show_nothing(self, sentence: str = "") -> None:
        """Takes the clip off; the sentence says what will be here."""
        self._empty.setText(sentence)
        self._put_on(None)
        self._waves.setCurrentWidget(self._empty)

    def show_position(self, frame: float, *, follow: bool = False) -> None:
        """Moves the cursor; with ``follow`` the page turns when the cursor runs out of it.

        It does not turn when the user has moved the picture away from the cursor.
        """
        was_in_view = self._window.start <= self._position <= self._window.end
        self._position = frame
        if follow and was_in_view:
            self._set_window(self._window.showing(frame))
        self._minimap.show_position(frame)
        if self._plot is not None:
            self._plot.show_position(frame)
        if self._under is not None:
            self._under.show_position(frame)

    def show_heard(self, ranges: Sequence[HeardRange]) -> None:
        self._minimap.show_heard(ranges)

    def select(self, selection: Selection) -> None:
        """Marks a part of the clip, and tells it."""
        if self._source is not None and selection != self._selection:
            self._show_selection(selection)
            self.selection_changed.emit(selection.start, selection.end)

    @Slot()
    def select_none(self) -> None:
        self.select(Selection())

    @Slot()
    def select_from(self) -> None:
        """The selection begins at the cursor."""
        self.select(self._selection.beginning(int(self._position), self._window.total))

    @Slot()
    def select_to(self) -> None:
        """The selection ends at the cursor."""
        self.select(self._selection.ending(int(self._position)))

    @Slot()
    def zoom_in(self) -> None:
        self._set_window(self._window.zoomed(ZOOM_STEP, self._anchor()))

    @Slot()
    def zoom_out(self) -> None:
        self._set_window(self._window.zoomed(1 / ZOOM_STEP, self._anchor()))

    @Slot()
    def zoom_whole(self) -> None:
        self._set_window(ViewWindow.whole(self._window.total))

    @Slot()
    def pan_left(self) -> None:
        self._set_window(self._window.panned(-PAN_SHARE * self._window.span))

    @Slot()
    def pan_right(self) -> None:
        self._set_window(self._window.panned(PAN_SHARE * self._window.span))

    @Slot(float)
    def _on_centre_requested(self, frame: float) -> None:
        self._set_window(self._window.centred(frame))

    def _anchor(self) -> float:
        """What stays in place at a zoom by key: the cursor if it is in view, else the middle."""
        if self._window.start <= self._position <= self._window.end:
            return self._position
        return (self._window.start + self._window.end) / 2

    def _show_selection(self, selection: Selection) -> None:
        self._selection = selection
        if self._plot is not None:
            self._plot.show_selection(selection)

    def _put_on(self, source: Source | None) -> None:
        self.select_none()
        self._source = source
        self._window = ViewWindow.whole(source.frames if source is not None else 1)
        self._position = 0.0
        self._minimap.show_source(source)
        self._ruler.show_window(self._window if source is not None else None, self._rate_hz)
        plot = self._loaded_plot() if source is not None else self._plot
        if plot is not None:
            plot.show_position(0.0)
            plot.show_source(source)
            plot.paint_in(theme.tokens())
            plot.show_window(self._window)
        if self._under is not None:
            self._under.show_source(source)
        self.window_changed.emit(self._window)

    def _set_window(self, window: ViewWindow) -> None:
        if self._source is None or window == self._window:
            return
        self._window = window
        self._minimap.show_window(window)
        self._ruler.show_window(window, self._rate_hz)
        if self._plot is not None:
            self._plot.show_window(window)
        if self._under is not None:
            self._under.show_window(window)
        self.window_changed.emit(window)

    def _loaded_plot(self) -> "WavePlot":
        """pyqtgraph comes with the first clip: the window must not wait half a second for it."""
        if self._plot is None:
            from reviewer.ui.waveform.plot import WavePlot  # noqa: PLC0415 - see above

            self._plot = WavePlot(self)
            self._waves.addWidget(self._plot)
        return self._plot

    def _lay_out(self) -> None:
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._minimap)
        layout.addSpacing(theme.GRID_PX)
        layout.addWidget(self._ruler)
        layout.addLayout(self._waves, 1)
        self.setMinimumHeight(100)

    def _frame_at(self, x: float) -> float:
        return self._window.frame_at(x, self.width())

    def _is_on_waves(self, point: QPointF) -> bool:
        return self._source is not None and point.y() >= self._ruler.y()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._source is None:
            event.ignore()
            return
        sideways, turned = event.angleDelta().x(), event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not sideways:
            sideways, turned = turned, 0
        if abs(sideways) > abs(turned):
            self._set_window(
                self._window.panned(-sideways / _WHEEL_NOTCH * PAN_SHARE / 2 * self._window.span)
            )
        elif turned:
            at = self._frame_at(event.position().x())
            self._set_window(self._window.zoomed(ZOOM_STEP ** (turned / _WHEEL_NOTCH), at))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._is_on_waves(event.position()):
            return
        x = event.position().x()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panned_x = x
        elif event.button() == Qt.MouseButton.LeftButton:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.select(self._selection.extended(self._frame_at(x), self._position))
            else:
                self._pressed_x, self._is_dragging = x, False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._panned_x is not None:
            self._set_window(
                self._window.panned((self._panned_x - x) / max(self.width(), 1) * self._window.span)
            )
            self._panned_x = x
        elif self._pressed_x is not None:
            self._is_dragging = self._is_dragging or abs(x - self._pressed_x) >= _DRAG_FROM_PX
            if self._is_dragging:
                self._show_selection(Selection.between(self._frame_at(self._pressed_x), self._frame_at(x)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._panned_x is not None:
            self._panned_x = None
        elif self._pressed_x is not None and self._is_dragging:
            self.selection_changed.emit(self._selection.start, self._selection.end)
        elif self._pressed_x is not None:
            self.seek_requested.emit(int(self._frame_at(event.position().x())))
        self._pressed_x, self._is_dragging = None, False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._plot is not None:
            self._plot.paint_in(theme.tokens())
