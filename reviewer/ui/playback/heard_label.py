"""How much of the speech was heard, with a mark once it is enough."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from reviewer.ui.assets import SMALL_PX, put_icon
from reviewer.ui.theme import GRID_PX, tabular

if TYPE_CHECKING:
    from reviewer.ui.playback.heard_coverage import HeardCoverage

SHARE_PERCENT = 98
"""What is asked for where the project says nothing else."""


class HeardLabel(QWidget):
    """A count and a tick; the tooltip says what is missing. Its width is the same whatever it says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("play_heard_part")
        self._share_percent = SHARE_PERCENT
        self._count = QLabel(self)
        self._count.setObjectName("play_heard")
        self._count.setAccessibleName(self.tr("How much was heard"))
        self._count.setProperty("kind", "label")
        self._count.setFont(tabular(self._count.font()))
        self._count.ensurePolished()  # the style sheet's size, before it is measured
        self._count.setFixedWidth(self._count.fontMetrics().horizontalAdvance(self._text(100)) + GRID_PX)
        self._tick = QLabel(self)
        self._tick.setObjectName("play_heard_tick")
        self._tick.setAccessibleName(self.tr("Enough was heard"))
        put_icon(self._tick, "ok", "ok")
        self._tick.setFixedWidth(SMALL_PX)
        policy = self._tick.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._tick.setSizePolicy(policy)
        self._tick.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        row.addWidget(self._tick)
        row.addWidget(self._count)

    def ask_for(self, share_percent: int) -> None:
        """So much is enough from now on."""
        self._share_percent = share_percent

    def show_heard(self, so_far: "HeardCoverage", rate_hz: int) -> None:
        is_enough = so_far.reaches(self._share_percent)
        self._count.setText(self._text(so_far.percent))
        self._tick.setVisible(is_enough)
        sentence = self._sentence(so_far, rate_hz)
        if sentence != self.toolTip():
            self.setToolTip(sentence)
            self._count.setAccessibleDescription(sentence)

    def _text(self, percent: int) -> str:
        return self.tr("heard %s %%") % percent

    def _sentence(self, so_far: "HeardCoverage", rate_hz: int) -> str:
        missing = so_far.missing_frames
        if so_far.frames and not missing:
            return self.tr("All speech was heard.") if so_far.is_of_speech else self.tr("All was heard.")
        of = self.tr("of the speech") if so_far.is_of_speech else self.tr("of the clip")
        told = self.tr("{0} % {1} was heard; {2} s are missing. {3} % are asked for.")
        return told.format(so_far.percent, of, f"{missing / rate_hz:.1f}", self._share_percent)
