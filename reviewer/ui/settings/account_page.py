"""The settings page for one's own account: the passphrase and the keychain."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.model.people import Identity
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message
from reviewer.ui.settings.keychain_form import KeychainForm
from reviewer.ui.signin.passphrase import PassphraseField
from reviewer.ui.signin.strength import strength_of
from reviewer.ui.theme import GAP_PX, GRID_PX, GROUP_PX
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import enable, named
from reviewer.ui.workspace_gateway import WorkspaceGateway

if TYPE_CHECKING:
    from reviewer.session.sign_in import SignIn

_FIELD_PX = 400


class AccountPage(QWidget):
    """Who is signed in, and forms that change their passphrase and whether they use the keychain."""

    def __init__(
        self, identity: Identity, gateway: WorkspaceGateway, jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, "account_page", self.tr("Account")).setToolTip("")
        self._identity = identity
        self._sign_in: SignIn = gateway.sign_in
        self._jobs = jobs
        self._is_busy = False
        self.old = PassphraseField("account_old", self.tr("Your present passphrase"), self)
        self.new = PassphraseField("account_new", self.tr("New passphrase"), self)
        self.again = PassphraseField("account_again", self.tr("Repeat the new passphrase"), self)
        self.button = named(
            QPushButton(self.tr("Change passphrase"), self),
            "account_change",
            self.tr("Change your passphrase"),
            kind="primary",
        )
        self.button.setAutoDefault(False)
        self.message = InlineMessage("account_message", lines=3, parent=self)
        self.keychain = KeychainForm(identity, gateway, jobs, _FIELD_PX, self)
        self._lay_out()
        for field in (self.old, self.new, self.again):
            field.textChanged.connect(self._update_button)
        self.again.returnPressed.connect(self._on_change)
        self.button.clicked.connect(self._on_change)
        tab_through(self.old, self.new, self.again, self.button, self.keychain)
        self._update_button()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GAP_PX, 0)
        column.setSpacing(GRID_PX)
        who = QLabel(self.tr("Signed in as {0}.").format(self._identity.person.name), self)
        who.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(who)
        column.addSpacing(GROUP_PX)
        captions = (
            (self.tr("Your present passphrase"), self.old),
            (self.tr("New passphrase, at least 12 characters"), self.new),
            (self.tr("Repeat the new passphrase"), self.again),
        )
        for caption, field in captions:
            label = QLabel(caption, self)
            label.setProperty("kind", "label")
            label.setBuddy(field)
            field.setMaximumWidth(_FIELD_PX)
            column.addWidget(label)
            column.addWidget(field)
            column.addSpacing(GAP_PX)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch()
        column.addLayout(row)
        column.addWidget(self.message)
        column.addSpacing(GROUP_PX)
        column.addWidget(self.keychain)
        column.addStretch()

    @Slot()
    def _on_change(self) -> None:
        if not self.button.isEnabled():
            return
        old, new = self.old.take(), self.new.take()
        self.again.take()
        self.message.clear()
        self._set_busy(busy=True)
        self._jobs.run(
            lambda _token: self._sign_in.change_passphrase(self._identity, old, new),
            self._changed,
            self._failed,
            owner=self,
        )

    def _changed(self, _none: None) -> None:
        self._set_busy(busy=False)
        said = self.tr("Your passphrase was changed. The old one no longer works.")
        self.message.show_message(Message(said), "ok")

    def _failed(self, error: Exception) -> None:
        self._set_busy(busy=False)
        self.message.show_error(error)

    def _set_busy(self, *, busy: bool) -> None:
        self._is_busy = busy
        for field in (self.old, self.new, self.again):
            field.setEnabled(not busy)
        self._update_button()

    @Slot()
    def _update_button(self) -> None:
        new = self.new.text()
        is_ready = bool(self.old.text()) and strength_of(new).is_enough and new == self.again.text()
        why = self.tr("Enter your present passphrase, and a strong new one twice.")
        enable(self.button, is_ready and not self._is_busy, "" if self._is_busy else why)
