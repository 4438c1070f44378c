"""Flags of the whole clip."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QCoreApplication, QEvent, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from reviewer.model.annotation import Flag
from reviewer.ui.form.chips import Chip, Chips
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.theme import GAP_PX


def flag_label(flag: Flag) -> str:
    """A flag's name, translated."""
    return {
        Flag.NO_SPEECH: QCoreApplication.translate("flags", "No speech"),
        Flag.WRONG_LANGUAGE: QCoreApplication.translate("flags", "Wrong language"),
        Flag.UNUSABLE: QCoreApplication.translate("flags", "Unusable"),
        Flag.PERSONAL_DATA: QCoreApplication.translate("flags", "Personal data"),
        Flag.DISTRESSING: QCoreApplication.translate("flags", "Distressing"),
    }[flag]


def flag_hint(flag: Flag) -> str:
    """When to set a flag, and what it does."""
    return {
        Flag.NO_SPEECH: QCoreApplication.translate("flags", "Nobody speaks. The text may stay empty."),
        Flag.WRONG_LANGUAGE: QCoreApplication.translate(
            "flags", "A language other than this project's. The text may stay empty."
        ),
        Flag.UNUSABLE: QCoreApplication.translate(
            "flags", "Damaged or unintelligible. The text may stay empty."
        ),
        Flag.PERSONAL_DATA: QCoreApplication.translate(
            "flags", "Somebody says a name, number or address. Type a [pii:...] tag in its place."
        ),
        Flag.DISTRESSING: QCoreApplication.translate(
            "flags", "Hard to listen to. You may also skip the clip; skipping is never held against you."
        ),
    }[flag]


class FlagsPanel(QWidget):
    """Five toggles, independent of each other.

    A flag that the text implies is set, and cannot be cleared while the text implies it.
    """

    flags_changed = Signal(object)
    """Carries a frozenset of Flag."""

    def __init__(self, keys: Mapping[Flag, str] | None = None, parent: QWidget | None = None) -> None:
        """``keys`` are the shortcuts that toggle the flags."""
        super().__init__(parent)
        self.setObjectName("flags")
        self.setAccessibleName(self.tr("Flags"))
        self._heading = QLabel(self.tr("Flags"), self)
        self._heading.setProperty("kind", "heading")
        self._implied: frozenset[Flag] = frozenset()
        self._reason = QLabel(self.tr("“Personal data” is set by the tag in the text."), self)
        self._reason.setObjectName("flag_reason")
        self._reason.setProperty("kind", "caption")
        self._reason.setWordWrap(True)
        self._reason.hide()
        self._shortcut_ids = rows = keys or {}
        chips = [
            Chip(flag.value, flag_label(flag), hint=flag_hint(flag), shortcut_id=rows.get(flag, ""))
            for flag in Flag
        ]
        self._chips = Chips("flag", self.tr("Flags"), chips, many=True, kind="flag", parent=self)
        self._chips.picked_changed.connect(self._on_picked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP_PX)
        layout.addWidget(self._heading)
        layout.addWidget(self._chips)
        layout.addWidget(self._reason)

    @property
    def flags(self) -> frozenset[Flag]:
        """The flags that are set."""
        return frozenset(Flag(value) for value in self._chips.picked)

    def show_flags(self, flags: Iterable[Flag]) -> None:
        """Shows flags without a signal; those that the text implies stay set."""
        self._chips.pick(flag.value for flag in self._implied.union(flags))

    def show_implied(self, implied: frozenset[Flag]) -> None:
        """Sets the flags that the text implies, and emits them if they are new.

        A flag that is no longer implied stays set: a person may clear it, but no edit of the text does.
        """
        self._implied = implied
        self._reason.setVisible(Flag.PERSONAL_DATA in implied)
        self._chips.setAccessibleDescription(self._reason.text() if implied else "")
        if not implied <= self.flags:
            self.show_flags(self.flags)
            self.flags_changed.emit(self.flags)

    def toggle(self, flag: Flag) -> None:
        """Does what a click on the flag does."""
        self._chips.toggle(flag.value)

    @Slot()
    def _on_picked(self) -> None:
        if self._implied <= self.flags:
            self.flags_changed.emit(self.flags)
        else:
            self.show_flags(self.flags)

    def _show_keys(self) -> None:
        """Names the keys above the chips, which bear the last digit of them."""
        shown = [shortcut(each).shown for each in self._shortcut_ids.values()]
        name = self.tr("Flags")
        self._heading.setText(f"{name}  {shown[0]} … {shown[-1]}" if any(shown) else name)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_keys()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:  # the settings were closed: keys may have changed
            self._show_keys()
