"""Mouse bindings of the waveform: click, drag, wheel, pinch."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture

from reviewer.ui.waveform.selection import Selection

if TYPE_CHECKING:
    from reviewer.ui.waveform.waveform_view import WaveformView

ZOOM_STEP = 1.6
PAN_SHARE = 0.25
GRAB_PX = 4
_WHEEL_NOTCH = 120.0
_DRAG_FROM_PX = 4


class MouseBindings:
    """Click seeks; drag selects or moves the grabbed edge; Shift+click moves the nearer edge.

    The wheel and pinching zoom at the pointer; Shift+wheel and the middle button pan.
    """

    def __init__(self, on: "WaveformView") -> None:
        self._on = on
        self._pressed_x: float | None = None
        self._is_dragging = False
        self._panned_x: float | None = None
        self._anchor: float | None = None
        self._off_edge_px = 0.0

    def is_on_edge(self, x: float) -> bool:
        """Whether a press here would grab an edge of the selection."""
        return self._edge_at(x) is not None

    def wheel(self, event: QWheelEvent) -> None:
        window = self._on.view_window
        sideways, turned = event.angleDelta().x(), event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not sideways:
            sideways, turned = turned, 0
        if abs(sideways) > abs(turned):
            self._on.set_window(window.panned(-sideways / _WHEEL_NOTCH * PAN_SHARE / 2 * window.span))
        elif turned:
            self._zoom(ZOOM_STEP ** (turned / _WHEEL_NOTCH), event.position().x())
        event.accept()

    def pinched(self, event: QEvent, left: float) -> bool:
        """A pinch on a trackpad or touch screen; ``left`` is the view's left edge in screen coordinates."""
        if isinstance(event, QNativeGestureEvent):
            return self._native(event)
        return isinstance(event, QGestureEvent) and self._gesture(event, left)

    def press(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panned_x = x
        elif event.button() == Qt.MouseButton.LeftButton:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._on.select(self._on.selection.extended(self._frame_at(x), self._on.position))
            else:
                self._pressed_x, self._is_dragging = x, False
                self._grab(x)

    def move(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._panned_x is not None:
            window = self._on.view_window
            self._on.set_window(window.panned((self._panned_x - x) / max(self._on.width(), 1) * window.span))
            self._panned_x = x
        elif self._pressed_x is not None:
            self._is_dragging = self._is_dragging or abs(x - self._pressed_x) >= _DRAG_FROM_PX
            if self._is_dragging and self._anchor is not None:
                self._on.preview_selection(
                    Selection.between(self._anchor, self._frame_at(x - self._off_edge_px))
                )

    def release(self, event: QMouseEvent) -> None:
        pressed, is_dragging = self._pressed_x is not None, self._is_dragging
        was_panning = self._panned_x is not None
        self._let_go()
        if was_panning or not pressed:
            return
        if is_dragging:
            self._on.finish_selection(self._on.selection)
        else:
            self._on.request_seek(int(self._frame_at(event.position().x())))

    def _native(self, event: QNativeGestureEvent) -> bool:
        """Each event of a trackpad carries the relative change of scale."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._zoom(max(1.0 + event.value(), 0.1), event.position().x())
        return True

    def _gesture(self, event: QGestureEvent, left: float) -> bool:
        """A touch screen's pinch, in screen coordinates."""
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(pinch, QPinchGesture):
            return False
        self._let_go()
        self._zoom(max(pinch.scaleFactor(), 0.1), pinch.centerPoint().x() - left)
        event.accept(pinch)
        return True

    def _grab(self, x: float) -> None:
        """Grabs an edge, keeping the other one fixed, or begins a new selection."""
        edge, selection = self._edge_at(x), self._on.selection
        if edge is None:
            self._anchor, self._off_edge_px = self._frame_at(x), 0.0
        else:
            self._anchor = float(selection.end if edge == selection.start else selection.start)
            self._off_edge_px = x - self._x_of(edge)

    def _edge_at(self, x: float) -> int | None:
        selection = self._on.selection
        if selection.is_empty:
            return None
        nearer = min((selection.start, selection.end), key=lambda edge: abs(self._x_of(edge) - x))
        return nearer if abs(self._x_of(nearer) - x) <= GRAB_PX else None

    def _let_go(self) -> None:
        self._pressed_x = self._panned_x = self._anchor = None
        self._is_dragging = False

    def _zoom(self, factor: float, x: float) -> None:
        self._on.set_window(self._on.view_window.zoomed(factor, self._frame_at(x)))

    def _frame_at(self, x: float) -> float:
        return self._on.view_window.frame_at(x, self._on.width())

    def _x_of(self, frame: float) -> float:
        return self._on.view_window.x_of(frame, self._on.width())
