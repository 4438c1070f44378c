"""A closed list of reasons, of which one is chosen: by a digit, an arrow or a click."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from reviewer.ui.keymap.key_positions import typed_digit
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.widget_ids import named

R = TypeVar("R", bound=StrEnum)


class ReasonList(QWidget, Generic[R]):
    """Numbered radio buttons, none chosen at first; the dialog passes keys on, see ``choose_by_key``."""

    picked = Signal()

    def __init__(self, name: str, reasons: Sequence[tuple[R, str]], parent: QWidget | None = None) -> None:
        """``name``: the buttons are called ``name_reason``; ``reasons``: with their words, in order."""
        super().__init__(parent)
        self._reasons = [reason for reason, _ in reasons]
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        for place, (reason, says) in enumerate(reasons):
            button = named(QRadioButton(f"{place + 1}   {says}", self), f"{name}_{reason.value}", says)
            self._group.addButton(button, place)
            column.addWidget(button)
        self._group.idClicked.connect(self.picked)

    @property
    def chosen(self) -> R:
        """The chosen reason; there is one from ``picked`` on."""
        return self._reasons[self._group.checkedId()]

    def choose(self, reason: R) -> None:
        """Chooses as a click does."""
        self._group.button(self._reasons.index(reason)).click()

    def take_focus(self) -> None:
        """Moves the focus to the first reason."""
        self._group.button(0).setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_by_key(self, event: QKeyEvent) -> bool:
        """Chooses and focuses the reason of a typed digit; False for any other key."""
        digit = typed_digit(event, QGuiApplication.platformName())
        if not digit or not 1 <= int(digit) <= len(self._reasons):
            return False
        button = self._group.button(int(digit) - 1)
        button.click()
        button.setFocus(Qt.FocusReason.OtherFocusReason)
        return True
