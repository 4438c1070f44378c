"""Asks why a lead listens to a clip, from the closed list, before it is opened."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from reviewer.model.hold import ListenReason
from reviewer.ui.messages import term
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.widgets.reason_list import ReasonList
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import enable, named

_WIDTH_PX = 460
_LONGEST = 120


class ListenDialog(QDialog):
    """A digit chooses a reason; from then on Enter opens the clip."""

    listen_requested = Signal(object, str)
    """Carries a ListenReason and the note."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("listen_dialog")
        self.setWindowTitle(self.tr("Listen to the clip"))
        self.setMinimumWidth(_WIDTH_PX)
        reasons = [(reason, term("LISTEN_REASON", reason)) for reason in ListenReason]
        self._reasons = ReasonList("listen", reasons, self)
        self._reasons.picked.connect(self._on_picked)
        self.note = named(QLineEdit(self), "listen_note", self.tr("Note for the access log"))
        self.note.setMaxLength(_LONGEST)
        self.note.setPlaceholderText(self.tr("Note, if you like: never what is said in the clip"))
        self.listen = named(
            QPushButton(self.tr("Open"), self), "listen_confirm", self.tr("Open the clip"), kind="primary"
        )
        self.listen.setAutoDefault(False)
        enable(self.listen, False, self.tr("Choose a reason first."))
        self.listen.clicked.connect(self._on_confirmed)
        self._cancel = named(
            QPushButton(self.tr("Cancel"), self), "listen_cancel", self.tr("Do not open the clip")
        )
        self._cancel.setDefault(True)
        self._cancel.clicked.connect(self.reject)
        self._lay_out()
        tab_through(self._reasons, self.note, self.listen, self._cancel)
        self._reasons.take_focus()  # a digit is a reason, not the beginning of the note

    @Slot()
    def _on_picked(self) -> None:
        enable(self.listen, True, "")
        self._cancel.setAutoDefault(False)
        self.listen.setDefault(True)

    @Slot()
    def _on_confirmed(self) -> None:
        self.listen_requested.emit(self._reasons.chosen, self.note.text())
        self.accept()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GAP_PX)
        title = QLabel(self.tr("Why are you listening to this clip?"), self)
        title.setProperty("kind", "heading")
        column.addWidget(title)
        column.addWidget(self._reasons)
        column.addSpacing(GAP_PX)
        column.addWidget(self.note)
        after = QLabel(self.tr("Reason, note and what you hear are written into the access log."), self)
        after.setProperty("kind", "label")
        after.setWordWrap(True)
        column.addWidget(after)
        row = QHBoxLayout()
        row.setSpacing(GROUP_PX)
        row.addWidget(self.listen)
        row.addStretch()
        row.addWidget(self._cancel)
        column.addSpacing(GAP_PX)
        column.addLayout(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._reasons.choose_by_key(event):
            super().keyPressEvent(event)
