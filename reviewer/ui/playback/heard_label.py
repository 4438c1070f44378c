"""Shows how much of the speech was heard, with a tick once it is enough."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from reviewer.model.intervals import total_frames
from reviewer.session.coverage import Coverage
from reviewer.ui.icons import SMALL_PX, set_icon
from reviewer.ui.playback.player_clock import still_to_hear
from reviewer.ui.theme import GRID_PX, tabular
from reviewer.ui.widgets.widget_ids import put_value

SHARE_PERCENT = 98
"""The default of the project setting ``heard_percent``."""


class HeardLabel(QWidget):
    """A percentage and a tick; the tooltip says what is missing. Its width is constant."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("play_heard_part")
        self._share_percent = SHARE_PERCENT
        self._count = QLabel(self)
        self._count.setObjectName("play_heard")
        self._count.setAccessibleName(self.tr("How much was heard"))
        self._count.setProperty("kind", "label")
        self._count.setFont(tabular(self._count.font()))
        self._count.ensurePolished()  # apply the style sheet's font size before measuring
        self._count.setFixedWidth(self._count.fontMetrics().horizontalAdvance(self._text(100)) + GRID_PX)
        self._tick = QLabel(self)
        self._tick.setObjectName("play_heard_tick")
        self._tick.setAccessibleName(self.tr("Enough was heard"))
        set_icon(self._tick, "ok", "ok")
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

    def require(self, share_percent: int) -> None:
        """Sets the share that is enough."""
        self._share_percent = share_percent

    def show_coverage(self, coverage: Coverage) -> None:
        put_value(self._count, self._text(coverage.percent))
        self._tick.setVisible(coverage.frames > 0 and coverage.percent >= self._share_percent)
        sentence = self._sentence(coverage)
        if sentence != self.toolTip():
            self.setToolTip(sentence)
            self._count.setAccessibleDescription(sentence)

    def _text(self, percent: int) -> str:
        return self.tr("heard %s %%") % percent

    def _sentence(self, coverage: Coverage) -> str:
        missing = total_frames(still_to_hear(coverage))
        if coverage.frames and not missing:
            if coverage.speech:
                return self.tr("All speech was heard.")
            return self.tr("The whole clip was heard.")
        if coverage.speech:
            words = self.tr("{0} % of the speech was heard; {1} s are missing. {2} % are required.")
        else:
            words = self.tr("{0} % of the clip was heard; {1} s are missing. {2} % are required.")
        return words.format(coverage.percent, f"{missing / coverage.rate_hz:.1f}", self._share_percent)
