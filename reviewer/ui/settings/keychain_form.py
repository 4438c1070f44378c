"""A form that turns the second secret of one's own account on and off: the keychain of this machine."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.model.people import Identity
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message, message_for
from reviewer.ui.signin.passphrase import PassphraseField
from reviewer.ui.theme import GAP_PX, GRID_PX
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import enable, named
from reviewer.ui.workspace_gateway import WorkspaceGateway

if TYPE_CHECKING:
    from reviewer.session.sign_in import SignIn


class KeychainForm(QWidget):
    """Says whether the account needs the keychain of a machine; the passphrase changes it."""

    def __init__(
        self,
        identity: Identity,
        gateway: WorkspaceGateway,
        jobs: Jobs,
        field_px: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "keychain_form", self.tr("Keychain")).setToolTip("")
        self._identity = identity
        self._sign_in: SignIn = gateway.sign_in
        self._jobs = jobs
        self._is_on: bool | None = None
        self.state = named(QLabel(self), "keychain_state", self.tr("Keychain"))
        self.state.setToolTip("")
        self.passphrase = PassphraseField("keychain_passphrase", self.tr("Your passphrase"), self)
        self.passphrase.setMaximumWidth(field_px)
        self.button = named(QPushButton(self), "keychain_switch", self.tr("Use the keychain"))
        self.button.setAutoDefault(False)
        self.message = InlineMessage("keychain_message", lines=4, parent=self)
        self._lay_out()
        self.passphrase.textChanged.connect(self._update_button)
        self.passphrase.returnPressed.connect(self._on_switch)
        self.button.clicked.connect(self._on_switch)
        tab_through(self.passphrase, self.button)
        self._show_state(is_on=None)
        self._jobs.run(
            lambda _token: self._sign_in.uses_keychain(self._identity),
            self._state_known,
            self._failed,
            owner=self,
        )

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Keychain of this machine"), self)
        title.setProperty("kind", "heading")
        caption = QLabel(self.tr("Your passphrase, to change this"), self)
        caption.setProperty("kind", "label")
        caption.setBuddy(self.passphrase)
        self.state.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addWidget(title)
        column.addWidget(self.state)
        column.addSpacing(GAP_PX)
        column.addWidget(caption)
        column.addWidget(self.passphrase)
        column.addSpacing(GAP_PX)
        column.addLayout(row)
        column.addWidget(self.message)

    @Slot()
    def _on_switch(self) -> None:
        if not self.button.isEnabled():
            return
        passphrase, turns_on = self.passphrase.take(), not self._is_on
        switch = self._sign_in.turn_keychain_on if turns_on else self._sign_in.turn_keychain_off
        self.message.show_message(
            Message(self.tr("The keychain is asked; it may show a prompt of its own.")), "text"
        )
        self._show_state(is_on=None)
        self._jobs.run(
            lambda _token: switch(self._identity, passphrase),
            lambda _none: self._switched(is_on=turns_on),
            lambda error: self._not_switched(error, is_on=not turns_on),
            owner=self,
        )

    def _state_known(self, is_on: bool) -> None:  # noqa: FBT001 - the result of a job
        self._show_state(is_on=is_on)

    def _switched(self, *, is_on: bool) -> None:
        self._show_state(is_on=is_on)
        said = (
            self.tr("Turned on. If this keychain is lost, a lead gives you a new code; your work is kept.")
            if is_on
            else self.tr(
                "Turned off. The secret stays in the keychain, for copies and backups made meanwhile."
            )
        )
        self.message.show_message(Message(said), "ok")

    def _not_switched(self, error: Exception, *, is_on: bool) -> None:
        self._show_state(is_on=is_on)
        self._failed(error)

    def _failed(self, error: Exception) -> None:
        # Without the button that tries again: the passphrase has to be typed for it.
        self.message.show_message(replace(message_for(error), may_retry=False), "error")

    def _show_state(self, *, is_on: bool | None) -> None:
        """Shows the state; None while it is not known or being changed."""
        self._is_on = is_on
        if is_on is not None:
            self.state.setText(self._sentence(is_on=is_on))
        words = self.tr("Turn the keychain off") if is_on else self.tr("Use this machine's keychain")
        self.button.setText(words)
        self.button.setAccessibleName(words)
        self.passphrase.setEnabled(is_on is not None)
        self._update_button()

    def _sentence(self, *, is_on: bool) -> str:
        if is_on:
            return self.tr(
                "Your account opens only with your passphrase and a secret in the keychain of this machine."
            )
        return self.tr(
            "Your passphrase alone opens your account, also in a copy of the workspace. With a secret in the"
            " keychain of this machine, a copy does not open anywhere else."
        )

    @Slot()
    def _update_button(self) -> None:
        is_ready = self._is_on is not None and bool(self.passphrase.text())
        why = self.tr("Enter your passphrase first.") if self._is_on is not None else ""
        enable(self.button, is_ready, why)
