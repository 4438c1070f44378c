"""Asks for the reason of a skip, from the closed list, and says what happens then."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.model.task import SkipReason
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.widgets.reason_list import ReasonList
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import enable, named

_WIDTH_PX = 440


class SkipDialog(QDialog):
    """Until a reason is chosen, Cancel is the default; from then on Enter skips.

    Only a clip that others found distressing comes with that reason chosen.
    """

    skip_requested = Signal(object)
    """Carries a SkipReason."""

    def __init__(self, parent: QWidget | None = None, chosen: SkipReason | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("skip_dialog")
        self.setWindowTitle(self.tr("Skip this clip"))
        self.setMinimumWidth(_WIDTH_PX)
        self._reasons = ReasonList("skip", [(reason, self._says(reason)) for reason in SkipReason], self)
        self._skip = named(
            QPushButton(self.tr("Skip this clip"), self), "skip_confirm", self.tr("Skip this clip")
        )
        self._skip.setProperty("kind", "danger")
        self._skip.setAutoDefault(False)
        enable(self._skip, False, self.tr("Choose a reason first."))
        self._skip.clicked.connect(self._on_confirmed)
        self._cancel = named(QPushButton(self.tr("Cancel"), self), "skip_cancel", self.tr("Keep the clip"))
        self._cancel.setDefault(True)
        self._cancel.clicked.connect(self.reject)
        self._reasons.picked.connect(self._on_picked)
        self._lay_out()
        if chosen is not None:
            self._reasons.choose(chosen)
        tab_through(self._reasons, self._skip, self._cancel)

    @Slot()
    def _on_picked(self) -> None:
        enable(self._skip, True, "")
        self._cancel.setAutoDefault(False)
        self._skip.setDefault(True)

    @Slot()
    def _on_confirmed(self) -> None:
        self.skip_requested.emit(self._reasons.chosen)
        self.accept()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GAP_PX)
        title = QLabel(self.tr("Why are you skipping this clip?"), self)
        title.setProperty("kind", "heading")
        column.addWidget(title)
        column.addWidget(self._reasons)
        after = QLabel(self.tr("You will not get it again, and your text for it is deleted."), self)
        after.setProperty("kind", "label")
        after.setWordWrap(True)
        column.addSpacing(GAP_PX)
        column.addWidget(after)
        row = QHBoxLayout()
        row.setSpacing(GROUP_PX)
        row.addWidget(self._skip)
        row.addStretch()
        row.addWidget(self._cancel)
        column.addSpacing(GAP_PX)
        column.addLayout(row)

    def _says(self, reason: SkipReason) -> str:
        return {
            SkipReason.CANNOT_UNDERSTAND: self.tr("I cannot understand enough of it"),
            SkipReason.NOT_MY_LANGUAGE: self.tr("It is not in a language I work in"),
            SkipReason.KNOWN_SPEAKER: self.tr("I know the speaker"),
            SkipReason.DISTRESSING: self.tr("It is distressing (this is never held against you)"),
            SkipReason.TECHNICAL: self.tr("It does not play, or something is broken"),
        }[reason]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._reasons.choose_by_key(event):
            super().keyPressEvent(event)
