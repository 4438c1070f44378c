"""The sign-in page."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QPushButton, QWidget

from reviewer.ui.messages import Message, message_for
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.signin.card import Card, centred
from reviewer.ui.signin.passphrase import PassphraseField
from reviewer.ui.theme import GROUP_PX
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.widget_ids import enable, named


@dataclass(frozen=True, slots=True)
class SignInEntry:
    """What was typed; the passphrase is left out of the repr."""

    name: str
    passphrase: str = field(repr=False)


class SignInPage(QFrame):
    """Name and passphrase."""

    sign_in_requested = Signal(object)
    """Carries a SignInEntry."""
    enrol_requested = Signal()
    other_workspace_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "sign_in_page", self.tr("Sign in")).setToolTip("")
        self._card = Card("sign_in_card", self.tr("Reviewer"), "", self)
        self.name = named(QLineEdit(self), "sign_in_name", self.tr("Your name"))
        self.passphrase = PassphraseField("sign_in_passphrase", self.tr("Your passphrase"), self)
        self.message = InlineMessage("sign_in_message", lines=4, parent=self)
        self.button = named(
            QPushButton(self.tr("Sign in"), self),
            "sign_in_button",
            self.tr("Sign in"),
            shortcut_id="sign_in.enter",
            kind="primary",
        )
        self.enrol_button = named(
            QPushButton(self.tr("First time here? Use your one-time code"), self),
            "sign_in_enrol",
            self.tr("First time here? Use your one-time code"),
            shortcut_id="sign_in.enrol",
            kind="link",
        )
        self._card.add_field(self.tr("Name"), self.name)
        self._card.add_field(self.tr("Passphrase"), self.passphrase)
        self.other_button = named(
            QPushButton(self.tr("Another workspace…"), self),
            "sign_in_other_workspace",
            self.tr("Open another workspace"),
            shortcut_id="sign_in.other_workspace",
            kind="link",
        )
        for widget in (self.message, self.button, self.enrol_button, self.other_button):
            self._card.column.addWidget(widget)
        centred(self._card, self)
        self._is_busy = False
        self._connect()
        self._update_buttons()

    def show_project(self, name: str) -> None:
        """Shows the project's name, which is known shortly after the page is shown."""
        self._card.show_subtitle(name)

    def offer(self, heading: str, entries: Sequence[tuple[str, SignInEntry]]) -> None:
        """Shows a button that fills the form in for each entry: the people of the demo."""
        column = self._card.column
        column.addSpacing(GROUP_PX)
        caption = QLabel(heading, self)
        caption.setProperty("kind", "label")
        column.addWidget(caption)
        for number, (text, entry) in enumerate(entries, start=1):
            button = named(QPushButton(text, self), f"sign_in_offer_{number}", text)
            button.clicked.connect(partial(self._fill_in, entry))
            column.addWidget(button)

    @Slot()
    def _fill_in(self, entry: SignInEntry, _checked: object = None) -> None:
        self.name.setText(entry.name)
        self.passphrase.setText(entry.passphrase)
        self.button.setFocus()

    def reset(self, message: Message | None = None) -> None:
        """Clears the page for the next person; after a lock the name stays."""
        self.set_busy(busy=False)
        self.passphrase.take()
        self.message.clear()
        if message is not None:
            self.message.show_message(message)

    def set_busy(self, *, busy: bool) -> None:
        """Disables the form while the passphrase is checked."""
        self._is_busy = busy
        self.button.setText(self.tr("Checking…") if busy else self.tr("Sign in"))
        for widget in (self.name, self.passphrase, self.enrol_button, self.other_button):
            widget.setEnabled(not busy)
        self._update_buttons()

    def show_error(self, error: BaseException) -> None:
        self.set_busy(busy=False)
        # Without the button that tries again: the passphrase has to be typed for it.
        self.message.show_message(replace(message_for(error), may_retry=False), "error")
        self.passphrase.setFocus()

    def _connect(self) -> None:
        self.button.clicked.connect(self._on_sign_in)
        self.passphrase.returnPressed.connect(self._on_sign_in)
        self.name.returnPressed.connect(self.passphrase.setFocus)
        self.name.textChanged.connect(self._update_buttons)
        self.passphrase.textChanged.connect(self._update_buttons)
        self.enrol_button.clicked.connect(self.enrol_requested)
        self.other_button.clicked.connect(self.other_workspace_requested)
        bind_shortcut(self, "sign_in.other_workspace", self.other_workspace_requested.emit)
        bind_shortcut(self, "sign_in.enrol", self.enrol_requested.emit)

    @Slot()
    def _on_sign_in(self) -> None:
        if not self.button.isEnabled():
            return
        entry = SignInEntry(self.name.text().strip(), self.passphrase.take())
        self.message.clear()
        self.set_busy(busy=True)
        self.sign_in_requested.emit(entry)

    @Slot()
    def _update_buttons(self) -> None:
        typed = bool(self.name.text().strip() and self.passphrase.text())
        why = "" if self._is_busy else self.tr("Enter your name and passphrase first.")
        enable(self.button, typed and not self._is_busy, why)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        (self.passphrase if self.name.text() else self.name).setFocus()
