"""The page for the first sign-in with a one-time code."""

from dataclasses import dataclass, field

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.signin.card import Card, centred
from reviewer.ui.signin.passphrase import PassphraseField
from reviewer.ui.signin.strength import StrengthLabel
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.widget_ids import enable, named


@dataclass(frozen=True, slots=True)
class EnrolEntry:
    """What was typed; code and passphrase are left out of the repr."""

    name: str
    code: str = field(repr=False)
    passphrase: str = field(repr=False)


class EnrolPage(QFrame):
    """Name, code, and a new passphrase twice."""

    enrol_requested = Signal(object)
    """Carries an EnrolEntry."""
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "enrol_page", self.tr("First sign-in")).setToolTip("")
        card = Card(
            "enrol_card",
            self.tr("First sign-in"),
            self.tr("Enter the one-time code from your lead."),
            self,
        )
        self.name = named(QLineEdit(self), "enrol_name", self.tr("Your name, as your lead entered it"))
        self.code = named(QLineEdit(self), "enrol_code", self.tr("One-time code"))
        self.code.setPlaceholderText("XXXX-XXXX-XXXX-XXXX")
        self.passphrase = PassphraseField("enrol_passphrase", self.tr("New passphrase"), self)
        self.again = PassphraseField("enrol_again", self.tr("Repeat the new passphrase"), self)
        self.strength = StrengthLabel("enrol_strength", self)
        self.message = InlineMessage("enrol_message", lines=4, parent=self)
        card.add_field(self.tr("Name"), self.name)
        card.add_field(self.tr("One-time code"), self.code)
        card.add_field(self.tr("New passphrase, at least 12 characters"), self.passphrase)
        card.add_field(self.tr("Repeat the new passphrase"), self.again)
        card.column.addWidget(self.strength)
        card.column.addWidget(self.message)
        card.column.addLayout(self._buttons())
        centred(card, self)
        self._is_busy = False
        self._connect()
        self._update_buttons()

    def reset(self) -> None:
        self.set_busy(busy=False)
        self.message.clear()
        self.code.clear()
        self.passphrase.take()
        self.again.take()

    def set_busy(self, *, busy: bool) -> None:
        """Disables the form while keys are created."""
        self._is_busy = busy
        for widget in (self.name, self.code, self.passphrase, self.again, self.back):
            widget.setEnabled(not busy)
        self.button.setText(self.tr("Creating your keys…") if busy else self.tr("Set my passphrase"))
        self._update_buttons()

    def show_error(self, error: BaseException) -> None:
        self.set_busy(busy=False)
        self.message.show_error(error)

    def _buttons(self) -> QHBoxLayout:
        self.back = named(
            QPushButton(self.tr("Back"), self),
            "enrol_back",
            self.tr("Back to sign-in"),
            shortcut_id="sign_in.back",
        )
        self.button = named(
            QPushButton(self.tr("Set my passphrase"), self),
            "enrol_button",
            self.tr("Set my passphrase"),
            shortcut_id="sign_in.set",
            kind="primary",
        )
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addWidget(self.button, 1)
        return row

    def _connect(self) -> None:
        for field_ in (self.name, self.code, self.passphrase, self.again):
            field_.textChanged.connect(self._update_buttons)
        self.again.returnPressed.connect(self._on_enrol)
        self.button.clicked.connect(self._on_enrol)
        self.back.clicked.connect(self.back_requested)
        bind_shortcut(self, "sign_in.back", self.back_requested.emit)
        bind_shortcut(self, "sign_in.set", self._on_enrol)

    @Slot()
    def _on_enrol(self) -> None:
        if not self.button.isEnabled():
            return
        entry = EnrolEntry(self.name.text().strip(), self.code.text().strip(), self.passphrase.text())
        self.message.clear()
        self.set_busy(busy=True)
        self.enrol_requested.emit(entry)

    @Slot()
    def _update_buttons(self) -> None:
        is_good = self.strength.judge(self.passphrase.text(), self.again.text())
        is_ready = is_good and bool(self.name.text().strip() and self.code.text().strip())
        why = self.tr("Enter your name, the code, and a strong passphrase twice.")
        enable(self.button, is_ready and not self._is_busy, "" if self._is_busy else why)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.name.setFocus()
