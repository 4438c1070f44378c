"""Joining a team: makes a workspace on this machine from a lead's invitation."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from reviewer.errors import ReviewerError
from reviewer.places import default_workspace
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message, message_for, term
from reviewer.ui.signin.joined_page import JoinedPage
from reviewer.ui.signin.passphrase import PassphraseField
from reviewer.ui.signin.strength import StrengthLabel
from reviewer.ui.theme import EDGE_PX, GAP_PX, GRID_PX
from reviewer.ui.time_format import day_and_time
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.labelled_line import labelled, secret_line
from reviewer.ui.widgets.path_field import PathField
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.access.invitation import InvitationFile

_WIDTH_PX = 600
_CODE_ERRORS = frozenset({"INVITATION_CODE_WRONG", "INVITATION_OVER"})
_FOLDER_ERRORS = frozenset({"WORKSPACE_FOLDER_NOT_EMPTY", "FOLDER_NOT_WRITABLE"})


@dataclass(frozen=True, slots=True)
class JoinEntry:
    """What was chosen and typed; code and passphrase are left out of the repr."""

    folder: Path
    invitation: "InvitationFile"
    code: str = field(repr=False)
    passphrase: str = field(repr=False)


class JoinDialog(QDialog):
    """Invitation, folder, code and a passphrase twice; then where the answer for the lead is."""

    joined = Signal(object)
    """Carries the folder of the new workspace, as a Path, when the dialog is left."""

    def __init__(
        self,
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
        join: Callable[[JoinEntry], object] | None = None,
    ) -> None:
        super().__init__(parent)
        title = self.tr("Join a team")
        named(self, "join_dialog", title).setToolTip("")
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH_PX)
        self._jobs = jobs
        self._join = join or _join
        self._invitation: InvitationFile | None = None
        self._team = ""
        self._folder: Path | None = None
        self._is_busy = False
        chooser = chooser or FileChooser()
        self._make_fields(chooser)
        self._make_buttons()
        self.joined_page = JoinedPage(self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self._form(title))
        self.pages.addWidget(self.joined_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.addWidget(self.pages)
        self._connect()
        self._update_button()
        self.file.setFocus()

    def _make_fields(self, chooser: FileChooser) -> None:
        self.file = PathField(
            "join_file",
            self.tr("The invitation that your lead sent you"),
            self.tr("C&hoose…"),
            chooser.invitation_to_read,
            self,
        )
        self.folder = PathField(
            "join_folder",
            self.tr("The folder for the new workspace, empty or not there yet"),
            self.tr("Choo&se…"),
            chooser.new_workspace,
            self,
        )
        self.folder.line.setText(str(_free_folder()))
        self.code = secret_line("join_code", self.tr("One-time code"), self)
        self.code.setPlaceholderText("XXXX-XXXX-XXXX-XXXX")
        self.passphrase = PassphraseField("join_passphrase", self.tr("New passphrase"), self)
        self.again = PassphraseField("join_again", self.tr("Repeat the new passphrase"), self)
        self.strength = StrengthLabel("join_strength", self)
        self.file_message = InlineMessage("join_file_message", lines=3, parent=self)
        self.folder_message = InlineMessage("join_folder_message", lines=2, parent=self)
        self.code_message = InlineMessage("join_code_message", lines=2, parent=self)
        self.message = InlineMessage("join_message", lines=2, parent=self)

    def _make_buttons(self) -> None:
        self.cancel_button = named(
            QPushButton(self.tr("Cancel"), self), "join_cancel", self.tr("Make no workspace")
        )
        self.cancel_button.setAutoDefault(False)
        self.button = named(
            QPushButton(self.tr("&Join"), self),
            "join_button",
            self.tr("Make the workspace and the answer for your lead"),
            kind="primary",
        )
        self.button.setDefault(True)

    def _form(self, title: str) -> QWidget:
        form = QWidget(self)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        heading = QLabel(title, form)
        heading.setProperty("kind", "title")
        column.addWidget(heading)
        column.addSpacing(GAP_PX)
        passphrase = self.tr("&New passphrase, at least 12 characters")
        rows: tuple[tuple[str, QWidget, QWidget | None], ...] = (
            (self.tr("&Invitation, the file from your lead"), self.file, self.file_message),
            (self.tr("&Folder for your workspace"), self.folder, self.folder_message),
            (self.tr("One-time &code, which your lead told you"), self.code, self.code_message),
            (passphrase, self.passphrase, None),
            (self.tr("&Repeat the new passphrase"), self.again, self.strength),
        )
        for caption, widget, below in rows:
            labelled(column, caption, widget)
            if below is not None:
                column.addWidget(below)
        column.addWidget(self.message)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.button)
        column.addStretch()
        column.addLayout(buttons)
        return form

    def _connect(self) -> None:
        self.file.changed.connect(self._on_file_changed)
        self.file.settled.connect(self._on_file_settled)
        self.folder.changed.connect(self.folder_message.clear)
        self.code.textChanged.connect(self.code_message.clear)
        for line in (self.folder.line, self.code, self.passphrase, self.again):
            line.textChanged.connect(self._update_button)
        self.button.clicked.connect(self._on_join)
        self.cancel_button.clicked.connect(self.reject)
        self.joined_page.done.connect(self._on_done)

    @Slot()
    def _on_file_changed(self) -> None:
        self._invitation = None
        self.file_message.clear()
        self._update_button()

    @Slot()
    def _on_file_settled(self) -> None:
        path = self.file.path()
        if path is None or self._invitation is not None or self._is_busy:
            return
        self._jobs.run(
            lambda _token: _read(path),
            lambda read: self._show_invitation(path, *read),
            lambda error: self._show_unread(path, error),
            owner=self,
        )

    def _show_invitation(self, path: Path, invitation: "InvitationFile", team: str) -> None:
        if path != self.file.path():
            return
        self._invitation, self._team = invitation, team
        said = self.tr("For {0} ({1}), of the team {2}. It can be used until {3}.").format(
            invitation.person.name, term("ROLE", invitation.person.role), team, day_and_time(invitation.until)
        )
        self.file_message.show_message(Message(said), "ok")
        self._update_button()

    def _show_unread(self, path: Path, error: Exception) -> None:
        if path == self.file.path():
            self.file_message.show_error(error)

    @Slot()
    def _on_join(self) -> None:
        folder, invitation = self.folder.path(), self._invitation
        if not self.button.isEnabled() or folder is None or invitation is None:
            return
        for message in (self.folder_message, self.code_message, self.message):
            message.clear()
        entry = JoinEntry(folder, invitation, self.code.text(), self.passphrase.text())
        self._set_busy(busy=True)
        self._jobs.run(
            lambda _token: self._join(entry), lambda _person: self._joined(entry), self._failed, owner=self
        )

    def _joined(self, entry: JoinEntry) -> None:
        self._set_busy(busy=False)
        self._folder = entry.folder
        for secret in (self.code, self.passphrase, self.again):
            secret.clear()
        self.joined_page.show_joined(entry.folder, self._team, entry.invitation.person.name)
        self.pages.setCurrentWidget(self.joined_page)
        self.joined_page.setFocus()

    def _failed(self, error: Exception) -> None:
        self._set_busy(busy=False)
        code = error.code if isinstance(error, ReviewerError) else ""
        said = replace(message_for(error), may_retry=False)
        if code in _CODE_ERRORS:
            self.code_message.show_message(said, "error")
            self.code.setFocus()
        elif code in _FOLDER_ERRORS:
            self.folder_message.show_message(said, "error")
            self.folder.setFocus()
        else:
            self.message.show_message(said, "error")
            self.button.setFocus()

    def _set_busy(self, *, busy: bool) -> None:
        """Disables the form while keys and folder are made."""
        self._is_busy = busy
        for widget in (self.file, self.folder, self.code, self.passphrase, self.again, self.cancel_button):
            widget.setEnabled(not busy)
        self.button.setText(self.tr("Making keys and folder…") if busy else self.tr("&Join"))
        self._update_button()

    @Slot()
    def _update_button(self) -> None:
        is_good = self.strength.judge(self.passphrase.text(), self.again.text())
        is_filled = self.folder.path() is not None and bool(self.code.text().strip())
        is_ready = self._invitation is not None and is_filled and is_good
        why = self.tr("Choose the invitation and a folder, and enter the code and a strong passphrase twice.")
        enable(self.button, is_ready and not self._is_busy, "" if self._is_busy else why)

    @Slot()
    def _on_done(self) -> None:
        self.accept()

    def done(self, result: int) -> None:
        """However the dialog is left: a workspace that was made is opened."""
        if self._is_busy:
            return
        super().done(result)
        if self._folder is not None:
            self.joined.emit(self._folder)


def _free_folder() -> Path:
    """The user's own place for a workspace, or one beside it while that is taken."""
    first = default_workspace()
    names = (first, *(first.with_name(f"{first.name}-{number}") for number in range(2, 100)))
    return next((folder for folder in names if not folder.exists()), first)


def _read(path: Path) -> "tuple[InvitationFile, str]":
    from reviewer.lead.joining import read_invitation  # noqa: PLC0415 - loads cryptography

    invitation, project = read_invitation(path)
    return invitation, project.name


def _join(entry: JoinEntry) -> object:
    from reviewer.lead.joining import join_team  # noqa: PLC0415 - loads cryptography

    return join_team(entry.folder, entry.invitation, entry.code, entry.passphrase)
