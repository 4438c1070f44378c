"""Admits somebody by the answer to their invitation, or by their request for a login."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from reviewer.errors import NotAllowed, ReviewerError, Unavailable
from reviewer.queue.api import DatabaseOwner
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message, message_for
from reviewer.ui.theme import EDGE_PX, GAP_PX, GRID_PX
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.labelled_line import labelled, masked_line
from reviewer.ui.widgets.path_field import PathField
from reviewer.ui.widgets.widget_ids import enable, named
from reviewer.untrusted_files import read_untrusted_text

if TYPE_CHECKING:
    from reviewer.lead.admission import Admission
    from reviewer.model.people import Person

_WIDTH_PX = 600


class AdmitDialog(QDialog):
    """The file, and name and password of who owns the queue's database; neither is kept."""

    admitted = Signal(object, object)
    """Carries the Person, and why the policy did not reach the server, or None."""

    def __init__(
        self,
        admission: "Admission",
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
    ) -> None:
        super().__init__(parent)
        title = self.tr("Admit somebody")
        named(self, "admit_dialog", title).setToolTip("")
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH_PX)
        self._admission = admission
        self._jobs = jobs
        self._is_busy = False
        self.file = PathField(
            "admit_file",
            self.tr("The answer that they sent you"),
            self.tr("C&hoose…"),
            (chooser or FileChooser()).answer_to_read,
            self,
        )
        self.owner = named(QLineEdit(self), "admit_owner", self.tr("Name of the owner of the database"))
        self.owner.setText(os.environ.get("PGUSER", ""))
        self.password = masked_line("admit_password", self.tr("Password of the owner of the database"), self)
        if os.environ.get("PGPASSWORD"):
            self.password.setPlaceholderText(self.tr("as in the environment of this program (PGPASSWORD)"))
        self.file_message = InlineMessage("admit_file_message", lines=3, parent=self)
        self.owner_message = InlineMessage("admit_owner_message", lines=2, parent=self)
        self._make_buttons()
        self._lay_out(title)
        self._connect()
        self._update_button()
        self.file.setFocus()

    def _make_buttons(self) -> None:
        self.cancel_button = named(
            QPushButton(self.tr("Cancel"), self), "admit_cancel", self.tr("Admit nobody")
        )
        self.cancel_button.setAutoDefault(False)
        self.button = named(
            QPushButton(self.tr("&Admit"), self),
            "admit_button",
            self.tr("Enrol them and give them their login"),
            kind="primary",
        )
        self.button.setDefault(True)

    def _lay_out(self, title: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GRID_PX)
        heading = QLabel(title, self)
        heading.setProperty("kind", "title")
        column.addWidget(heading)
        column.addSpacing(GAP_PX)
        labelled(column, self.tr("Answer to an &invitation, or request for a login"), self.file)
        column.addWidget(self.file_message)
        labelled(column, self.tr("&Name of the owner of the queue's database"), self.owner)
        labelled(column, self.tr("Their &password; it is not kept"), self.password)
        column.addWidget(self.owner_message)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.cancel_button)
        row.addWidget(self.button)
        column.addLayout(row)

    def _connect(self) -> None:
        self.file.changed.connect(self.file_message.clear)
        self.file.changed.connect(self._update_button)
        for line in (self.owner, self.password):
            line.textChanged.connect(self.owner_message.clear)
        self.button.clicked.connect(self._on_admit)
        self.cancel_button.clicked.connect(self.reject)

    @Slot()
    def _on_admit(self) -> None:
        file = self.file.path()
        if file is None or not self.button.isEnabled():
            return
        self.file_message.clear()
        self.owner_message.clear()
        owner = DatabaseOwner(self.owner.text().strip(), self.password.text())
        self._set_busy(busy=True)
        self._jobs.run(
            lambda _token: self._admit(file, owner),
            self._admitted,
            self._failed,
            owner=self,
            is_on_network=True,
        )

    def _admit(self, file: Path, owner: DatabaseOwner) -> "tuple[Person, ReviewerError | None]":
        """On the job pool."""
        person = self._admission.admit(read_untrusted_text(file), owner)
        try:
            self._admission.publish()
        except ReviewerError as error:
            return person, error
        return person, None

    def _admitted(self, outcome: "tuple[Person, ReviewerError | None]") -> None:
        self._set_busy(busy=False)
        self.password.clear()
        self.admitted.emit(*outcome)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self._set_busy(busy=False)
        said, code = message_for(error), error.code if isinstance(error, ReviewerError) else ""
        if code == "QUEUE_SIGN_IN":
            said = Message(
                self.tr("The server does not take this name and password."),
                self.tr("They are those of the database's owner, whom the team guide makes in section 4."),
            )
        elif isinstance(error, NotAllowed) or code == "NOT_ALLOWED":
            said = Message(
                self.tr("This login may not admit anybody."),
                self.tr("Enter the name and the password of who owns the queue's database."),
            )
        elif not isinstance(error, Unavailable):
            self.file_message.show_message(said, "error")
            self.file.setFocus()
            return
        self.owner_message.show_message(replace(said, may_retry=False), "error")
        (self.owner if not self.owner.text() else self.password).setFocus()

    def _set_busy(self, *, busy: bool) -> None:
        """Disables the form while the server is asked."""
        self._is_busy = busy
        for widget in (self.file, self.owner, self.password, self.cancel_button):
            widget.setEnabled(not busy)
        self.button.setText(self.tr("Asking the server…") if busy else self.tr("&Admit"))
        self._update_button()

    @Slot()
    def _update_button(self) -> None:
        has_file = self.file.path() is not None
        enable(self.button, has_file and not self._is_busy, "" if has_file else self.tr("Choose the file."))

    def done(self, result: int) -> None:
        """Not while the server is asked: the answer is told here."""
        if not self._is_busy:
            super().done(result)
