"""Where the clip stands, in figures that do not move."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QToolButton, QWidget

from reviewer.ui.theme import time_font
from reviewer.ui.waveform.ruler_ticks import clip_time
from reviewer.ui.widgets.widget_ids import named

_PADDING_PX = 22
_FACES = ("length", "left", "samples")


class TimeButton(QToolButton):
    """Position and length; a click shows what is left instead, and another one samples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(
            self,
            "play_time",
            self.tr("Position and length"),
            hint=self.tr("Position and length; click for what is left, and for samples"),
        )
        self.setFont(time_font())
        self.ensurePolished()  # the style sheet's size, before it is measured
        # Its width is fixed too: so a time that runs does not have the bar laid out anew with each picture.
        self.setFixedHeight(self.sizeHint().height())
        self._face = 0
        self._shown = (0, -1, 1)
        self.clicked.connect(self._show_next_face)
        self.show_position(0, 0, 1)

    def show_position(self, frame: int, frames: int, rate_hz: int) -> None:
        """All in frames. Its width follows the length of the clip alone, so that nothing beside it moves."""
        if (frame, frames, rate_hz) == self._shown:
            return
        is_other_clip = (frames, rate_hz) != self._shown[1:]
        self._shown = (frame, frames, rate_hz)
        self._show()
        if is_other_clip:
            widest = max((self._text(face, frames) for face in _FACES), key=len)
            self.setFixedWidth(self.fontMetrics().horizontalAdvance("0" * len(widest)) + _PADDING_PX)

    @Slot()
    def _show_next_face(self) -> None:
        self._face = (self._face + 1) % len(_FACES)
        self._show()

    def _show(self) -> None:
        text = self._text(_FACES[self._face], self._shown[0])
        self.setText(text)
        self.setAccessibleDescription(text)

    def _text(self, face: str, frame: int) -> str:
        _, frames, rate_hz = self._shown
        now, whole = clip_time(frame, rate_hz), clip_time(frames, rate_hz)
        if face == "samples":
            return f"{frame:,} / {frames:,}"
        if face == "left":
            left = clip_time(max(frames - frame, 0), rate_hz)
            return f"{now} \N{MINUS SIGN}{left.rjust(len(whole))}"
        return f"{now} / {whole}"
