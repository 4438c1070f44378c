"""The page with the non-disclosure agreement."""

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from reviewer.access.nda import STATEMENT
from reviewer.ui.keymap.key_precedence import IGNORES_ENTER
from reviewer.ui.messages import Message
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.signin.card import centred
from reviewer.ui.signin.nda_text import NdaTextView
from reviewer.ui.signin.passphrase import PassphraseField
from reviewer.ui.theme import GAP_PX, GRID_PX, GROUP_PX
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.access.nda import NdaText


_TITLE_PX = 28
_COLUMN_PX = 760
_ASK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class NdaAnswer:
    """A signature with everything the record needs; the passphrase is left out of the repr."""

    text: "NdaText"
    typed_name: str
    passphrase: str = field(repr=False)


class NdaPage(QFrame):
    """Nothing is ticked in advance, Enter accepts nothing, and both answers look alike."""

    accept_requested = Signal(object)
    """Carries an NdaAnswer."""
    decline_requested = Signal(object)
    """Carries the NdaText."""
    end_reached = Signal(object)
    """Carries the NdaText: its end came into view, or the least reading time may be over."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "nda_page", self.tr("Non-disclosure agreement")).setToolTip("")
        self._text: NdaText | None = None
        self._name = ""
        self._is_busy = False
        self._reading = QTimer(self)
        self._reading.setSingleShot(True)
        self._reading.timeout.connect(self._tell_end_reached)
        self.gate = NdaGate()
        self._make_parts()
        column = QWidget(self)
        column.setFixedWidth(_COLUMN_PX)
        self._lay_out(QVBoxLayout(column))
        centred(column, self)
        grid = self.layout()
        if isinstance(grid, QGridLayout):
            grid.setRowStretch(0, 0)
            grid.setRowStretch(1, 1)
            grid.setRowStretch(2, 0)
        self._connect()
        self._update_buttons()

    def show_agreement(self, text: "NdaText", name: str) -> None:
        """Shows a text from its beginning, with nothing filled in."""
        self._text, self._name = text, name
        self.gate = NdaGate()
        self._reading.stop()
        self.title.setText(text.title)
        self.facts.setText(
            self.tr("Version {0} · {1} · SHA-256 {2}…").format(text.version, text.locale, text.sha256[:16])
        )
        self.tick.setChecked(False)
        self.name.clear()
        self.name.setPlaceholderText(name)
        self.passphrase.take()
        self.message.clear()
        self.set_busy(busy=False)
        self.view.show_text(text.text)
        self.gate = replace(self.gate, is_exact=self.view.is_exactly(text.text, text.sha256))
        if not self.gate.is_exact:
            self._refuse_text()
        self.view.setFocus()
        self._update_buttons()

    def show_reading_time(self, seconds_left: float | None) -> None:
        """Shows the reading time left according to the access log; None: its end was not logged yet."""
        is_read = seconds_left is not None and seconds_left <= 0
        self.gate = replace(self.gate, is_end_reached=seconds_left is not None, is_read=is_read)
        if seconds_left is not None and not is_read:
            self._reading.start(round(min(seconds_left, _ASK_AGAIN_SECONDS) * 1000))
            words = self.tr("Please take your time to read it: {0} s left.").format(math.ceil(seconds_left))
            self.message.show_message(Message(words))
        elif is_read and self.gate.is_exact:
            self.message.clear()
        self._update_buttons()

    def set_busy(self, *, busy: bool) -> None:
        """Disables the form while the signature is made."""
        self._is_busy = busy
        for widget in (self.tick, self.name, self.passphrase, self.decline):
            widget.setEnabled(not busy)
        self._update_buttons()

    def show_error(self, error: BaseException) -> None:
        self.passphrase.take()
        self.set_busy(busy=False)
        self.message.show_error(error)

    def _make_parts(self) -> None:
        self.title = named(QLabel(self), "nda_title", self.tr("Title"), kind="title")
        self.facts = named(QLabel(self), "nda_facts", self.tr("Version"), kind="label")
        self.view = NdaTextView(self)
        self.tick = named(
            QCheckBox(STATEMENT, self),
            "nda_tick",
            STATEMENT,
        )
        self.name = named(QLineEdit(self), "nda_name", self.tr("Your full name, as your signature"))
        self.passphrase = PassphraseField("nda_passphrase", self.tr("Your passphrase again"), self)
        self.message = InlineMessage("nda_message", lines=2, parent=self)
        self.decline = named(
            QPushButton(self.tr("Decline"), self),
            "nda_decline",
            self.tr("Decline: you cannot open clips, and you are signed out"),
            shortcut_id="nda.decline",
        )
        self.agree = named(
            QPushButton(self.tr("I agree and sign"), self),
            "nda_agree",
            self.tr("I agree and sign with my name and key"),
            shortcut_id="nda.agree",
        )
        width = max(self.decline.sizeHint().width(), self.agree.sizeHint().width(), 160)
        for button in (self.decline, self.agree):
            button.setFixedSize(width, button.sizeHint().height())
            button.setAutoDefault(False)
            button.setProperty(IGNORES_ENTER, True)
            button.installEventFilter(self)

    def _lay_out(self, column: QVBoxLayout) -> None:
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        self.title.setMinimumHeight(_TITLE_PX)
        for widget in (self.title, self.facts):
            column.addWidget(widget)
        column.addWidget(self.view, 1)
        column.addWidget(self.tick)
        fields = QGridLayout()
        fields.setHorizontalSpacing(GROUP_PX)
        fields.setVerticalSpacing(GRID_PX)
        captions = (self.tr("Type your full name"), self.tr("Enter your passphrase again"))
        for place, (caption, part) in enumerate(zip(captions, (self.name, self.passphrase), strict=True)):
            label = QLabel(caption, self)
            label.setProperty("kind", "label")
            label.setBuddy(part)
            fields.addWidget(label, 0, place)
            fields.addWidget(part, 1, place)
        column.addLayout(fields)
        answers = QHBoxLayout()
        answers.setSpacing(GAP_PX)
        answers.addWidget(self.message, 1)
        answers.addWidget(self.decline, 0, Qt.AlignmentFlag.AlignBottom)
        answers.addWidget(self.agree, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(answers)

    def _connect(self) -> None:
        self.view.end_reached.connect(self._on_end_reached)
        self.tick.toggled.connect(self._update_buttons)
        self.name.textChanged.connect(self._update_buttons)
        self.passphrase.textChanged.connect(self._update_buttons)
        for line in (self.name, self.passphrase):
            line.returnPressed.connect(self._say_what_is_missing)
        self.agree.clicked.connect(self._on_agree)
        self.decline.clicked.connect(self._on_decline)
        bind_shortcut(self, "nda.agree", self._on_agree)
        bind_shortcut(self, "nda.decline", self._on_decline)

    def _refuse_text(self) -> None:
        self.message.show_message(
            Message(
                self.tr("The agreement cannot be shown exactly as stored, so it cannot be signed here."),
                self.tr("Tell your lead: the file does not match its fingerprint."),
            ),
            "error",
        )

    @Slot()
    def _on_end_reached(self) -> None:
        if not self.gate.is_end_reached:
            self._tell_end_reached()

    @Slot()
    def _tell_end_reached(self) -> None:
        if self._text is not None:
            self.end_reached.emit(self._text)

    @Slot()
    def _say_what_is_missing(self) -> None:
        """Enter signs nothing: it goes to the button, or says why that is disabled."""
        if self.gate.is_open:
            self.agree.setFocus()
        elif self.gate.is_exact and not self._is_busy:
            self.message.show_message(Message(self._missing()))

    @Slot()
    def _on_agree(self) -> None:
        if not self.agree.isEnabled() or self._text is None:
            self._say_what_is_missing()
            return
        answer = NdaAnswer(self._text, self.name.text(), self.passphrase.take())
        self.message.clear()
        self.set_busy(busy=True)
        self.accept_requested.emit(answer)

    @Slot()
    def _on_decline(self) -> None:
        if self._text is not None and self.decline.isEnabled():
            self.set_busy(busy=True)
            self.decline_requested.emit(self._text)

    @Slot()
    def _update_buttons(self) -> None:
        was_open = self.gate.is_open
        self.gate = replace(
            self.gate,
            is_ticked=self.tick.isChecked(),
            is_named=bool(self._name) and same_name(self.name.text(), self._name),
            has_passphrase=bool(self.passphrase.text()),
        )
        may_say = self.gate.is_exact and not self._is_busy
        enable(self.agree, self.gate.is_open and not self._is_busy, self._missing() if may_say else "")
        if self.gate.is_open and not was_open:
            self.message.clear()

    def _missing(self) -> str:
        """What is missing before it can be signed; empty when nothing is."""
        if not self.gate.is_end_reached:
            return self.tr("Read to the end first.")
        if not self.gate.is_read:
            return self.tr("Please take your time to read it.")
        if not (self.gate.is_ticked and self.gate.is_named and self.gate.has_passphrase):
            return self.tr("Tick the box, type your name as in your account, and enter your passphrase.")
        return ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter on a focused answer does nothing; on some platforms it would press the button."""
        if isinstance(event, QKeyEvent) and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            return watched in (self.agree, self.decline)
        return super().eventFilter(watched, event)


@dataclass(frozen=True, slots=True)
class NdaGate:
    """The six conditions for signing.

    ``is_exact``: the text shown is the text that is signed. ``is_end_reached`` and ``is_read`` (the least
    reading time is over) come from the access log.
    """

    is_exact: bool = False
    is_end_reached: bool = False
    is_read: bool = False
    is_ticked: bool = False
    is_named: bool = False
    has_passphrase: bool = False

    @property
    def is_open(self) -> bool:
        return (
            self.is_exact
            and self.is_end_reached
            and self.is_read
            and self.is_ticked
            and self.is_named
            and self.has_passphrase
        )


def same_name(typed: str, name: str) -> bool:
    """Whether a typed name matches the account's, ignoring case and extra spaces."""
    return " ".join(typed.split()).casefold() == " ".join(name.split()).casefold()
