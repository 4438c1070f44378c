"""The page for the first sign-in with a one-time code."""

from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from reviewer.session.sign_in import MINIMUM_PASSPHRASE
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.signin.card import Card, centred
from reviewer.ui.signin.passphrase import PassphraseField
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.widget_ids import enable, named, put_value, restyle

_DIFFERENT = 5
_GOOD_WORDS = 4
_GOOD_LENGTH = 16
_STRONG_LENGTH = 22
_STRONG_DIFFERENT = 10


class Strength(StrEnum):
    """How strong a new passphrase is; the first three are refused."""

    NONE = "none"
    TOO_SHORT = "too_short"
    TOO_PLAIN = "too_plain"
    FAIR = "fair"
    GOOD = "good"
    STRONG = "strong"

    @property
    def is_enough(self) -> bool:
        return self in {Strength.FAIR, Strength.GOOD, Strength.STRONG}


_KINDS = {Strength.GOOD: "ok", Strength.STRONG: "ok", Strength.FAIR: "warn", Strength.NONE: "label"}


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
        self.strength = named(QLabel(self), "enrol_strength", self.tr("Strength"))
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
        strength = strength_of(self.passphrase.text())
        is_same = self.passphrase.text() == self.again.text()
        differs = strength.is_enough and bool(self.again.text()) and not is_same
        put_value(self.strength, self._word(strength, differs=differs))
        self.strength.setProperty("kind", "warn" if differs else _KINDS.get(strength, "error"))
        restyle(self.strength)
        is_ready = (
            strength.is_enough and is_same and bool(self.name.text().strip() and self.code.text().strip())
        )
        why = self.tr("Enter your name, the code, and a strong passphrase twice.")
        enable(self.button, is_ready and not self._is_busy, "" if self._is_busy else why)

    def _word(self, strength: Strength, *, differs: bool) -> str:
        words = {
            Strength.NONE: self.tr("Four or five words that you can remember make a good passphrase."),
            Strength.TOO_SHORT: self.tr("Too short"),
            Strength.TOO_PLAIN: self.tr("Too few different characters"),
            Strength.FAIR: self.tr("Fair"),
            Strength.GOOD: self.tr("Good"),
            Strength.STRONG: self.tr("Strong"),
        }
        return self.tr("The passphrases differ") if differs else words[strength]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.name.setFocus()


def strength_of(passphrase: str) -> Strength:
    """Judges length and variety only; enough is what ``session.sign_in`` accepts."""
    if not passphrase:
        return Strength.NONE
    if len(passphrase) < MINIMUM_PASSPHRASE:
        return Strength.TOO_SHORT
    different = len(set(passphrase))
    if different < _DIFFERENT:
        return Strength.TOO_PLAIN
    if len(passphrase) >= _STRONG_LENGTH and different >= _STRONG_DIFFERENT:
        return Strength.STRONG
    if len(passphrase) >= _GOOD_LENGTH or len(passphrase.split()) >= _GOOD_WORDS:
        return Strength.GOOD
    return Strength.FAIR
