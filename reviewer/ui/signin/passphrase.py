"""A passphrase field."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from reviewer.ui.icons import set_icon
from reviewer.ui.widgets.widget_ids import named


class PassphraseField(QLineEdit):
    """Masked unless shown; no undo history, no suggestions, nothing copied to the clipboard."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, spoken)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._show = QAction(self.tr("Show the passphrase"), self)
        self._show.setObjectName(f"{name}_show")
        self._show.setCheckable(True)
        self._put_icon()
        self._show.toggled.connect(self._on_show_toggled)
        self.addAction(self._show, QLineEdit.ActionPosition.TrailingPosition)

    def take(self) -> str:
        """Returns the passphrase, and clears and masks the field."""
        typed = self.text()
        self.clear()
        self._show.setChecked(False)
        return typed

    @Slot(bool)
    def _on_show_toggled(self, shown: bool) -> None:  # noqa: FBT001 - a signal's argument
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        if shown:
            self._stay_secret()
        self._put_icon()

    def _stay_secret(self) -> None:
        """Tells the input method not to learn a visible passphrase; for a masked one Qt does so itself."""
        from PySide6.QtCore import Qt  # noqa: PLC0415 - see ``docs/decisions/014``

        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )

    def _put_icon(self) -> None:
        set_icon(self._show, "hide" if self._show.isChecked() else "show", "dim")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's own menu, and at its end what the button in the field does: the keyboard gets to it here."""
        menu = self.createStandardContextMenu()
        menu.addSeparator()
        menu.addAction(self._show)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())
