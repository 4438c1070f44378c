"""Mouse events that pytest-qt has no call for, straight to a widget."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NO_KEY = Qt.KeyboardModifier.NoModifier


def turn_wheel(
    widget: QWidget, at: QPointF, turned: int, *, sideways: int = 0, keys: Qt.KeyboardModifier = NO_KEY
) -> bool:
    """Turns the wheel by so many eighths of a degree; gives whether the widget took it."""
    phase, globally = Qt.ScrollPhase.NoScrollPhase, widget.mapToGlobal(at)
    event = QWheelEvent(at, globally, QPoint(), QPoint(sideways, turned), NONE, keys, phase, False)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def send_mouse(
    widget: QWidget, kind: QEvent.Type, at: QPointF, held: Qt.MouseButton, button: Qt.MouseButton = LEFT
) -> None:
    """Sends a press, move or release with the buttons that are ``held`` after it."""
    button = NONE if kind == QEvent.Type.MouseMove else button
    QApplication.sendEvent(widget, QMouseEvent(kind, at, widget.mapToGlobal(at), button, held, NO_KEY))


def drag(widget: QWidget, y: float, start: float, *stops: float, button: Qt.MouseButton = LEFT) -> None:
    """Presses at ``start``, moves from stop to stop and lets go at the last."""
    send_mouse(widget, QEvent.Type.MouseButtonPress, QPointF(start, y), button, button)
    for x in stops:
        send_mouse(widget, QEvent.Type.MouseMove, QPointF(x, y), button)
    send_mouse(widget, QEvent.Type.MouseButtonRelease, QPointF(stops[-1], y), NONE, button)
