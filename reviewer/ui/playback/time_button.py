"""The position display of the play bar, of constant width."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QToolButton, QWidget

from reviewer.ui.theme import time_font
from reviewer.ui.waveform.ruler_ticks import clip_time
from reviewer.ui.widgets.widget_ids import named

_PADDING_PX = 22
_FACES = ("length", "left", "samples")


class TimeButton(QToolButton):
    """Position and length; a click shows the time left instead, another one samples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(
            self,
            "play_time",
            self.tr("Position and length"),
            hint=self.tr("Position and length; click for time left or samples"),
        )
        self.setFont(time_font())
        self.ensurePolished()  # apply the style sheet's font size before measuring
        # The fixed width also saves a new layout of the bar with each frame.
        self.setFixedHeight(self.sizeHint().height())
        self._face = 0
        self._shown = (0, -1, 1)
        self.clicked.connect(self._show_next_face)
        self.show_position(0, 0, 1)

    def show_position(self, frame: int, frames: int, rate_hz: int) -> None:
        """Shows a position; all in frames. Its width depends on the clip's length only."""
        if (frame, frames, rate_hz) == self._shown:
            return
        is_other_clip = (frames, rate_hz) != self._shown[1:]
        self._shown = (frame, frames, rate_hz)
        self._show()
        if is_other_clip:
            widest = max((self._text(face, frames) for face in _FACES), key=len)
            self.setFixedWidth(self.fontMetrics().horizontalAdvance("0" * len(widest)) + _PADDING_PX)

    def describe(self) -> None:
        """Tells a screen reader the position; not with each frame of a playback, which would flood it."""
        if self.text() != self.accessibleDescription():
            self.setAccessibleDescription(self.text())

    @Slot()
    def _show_next_face(self) -> None:
        self._face = (self._face + 1) % len(_FACES)
        self._show()
        self.describe()

    def _show(self) -> None:
        self.setText(self._text(_FACES[self._face], self._shown[0]))

    def _text(self, face: str, frame: int) -> str:
        _, frames, rate_hz = self._shown
        now, whole = clip_time(frame, rate_hz), clip_time(frames, rate_hz)
        if face == "samples":
            return f"{frame:,} / {frames:,}"
        if face == "left":
            left = clip_time(max(frames - frame, 0), rate_hz)
            return f"{now} \N{MINUS SIGN}{left.rjust(len(whole))}"
        return f"{now} / {whole}"

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.describe()
        super().focusInEvent(event)
