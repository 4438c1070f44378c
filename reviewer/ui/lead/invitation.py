"""Shows a one-time code once."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QMimeData, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.ui.icons import set_icon
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX, GROUP_PX, TITLE_PX, time_font
from reviewer.ui.time_format import day_and_time
from reviewer.ui.widgets.widget_ids import named, put_value

if TYPE_CHECKING:
    from reviewer.lead.people import Invitation

_SIDE_PX = 320


class InvitationPanel(QFrame):
    """Name, code and expiry; a button copies the code, and leaving the page clears it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "invitation", self.tr("One-time code"), kind="panel").setToolTip("")
        self.setFixedWidth(_SIDE_PX)
        self._who = QLabel(self)
        self._who.setProperty("kind", "heading")
        self._who.setWordWrap(True)
        self.code = named(QLabel(self), "invitation_code", self.tr("One-time code"))
        self.code.setFont(time_font(TITLE_PX - 2))
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.hint = QLabel(self)
        self.hint.setProperty("kind", "label")
        self.hint.setWordWrap(True)
        self._make_buttons()
        self._lay_out()
        self.hide()

    def _make_buttons(self) -> None:
        self.copy = named(
            QPushButton(self.tr("Copy"), self),
            "invitation_copy",
            self.tr("Copy the code"),
            shortcut_id="people.copy",
        )
        set_icon(self.copy, "copy")
        self.done = named(
            QPushButton(self.tr("Done"), self),
            "invitation_done",
            self.tr("Clear the code; it cannot be shown again"),
        )
        self.copy.clicked.connect(self._on_copy)
        self.done.clicked.connect(self.clear)
        bind_shortcut(self.copy, "people.copy", self.copy.click)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.copy)
        row.addStretch()
        row.addWidget(self.done)
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP_PX, GROUP_PX, GROUP_PX, GROUP_PX)
        column.setSpacing(GAP_PX)
        for widget in (self._who, self.code, self.hint):
            column.addWidget(widget)
        column.addLayout(row)

    def show_invitation(self, invitation: "Invitation", file: Path | None = None) -> None:
        """Shows a code, and where the file is that goes with it; the code cannot be shown again."""
        self._who.setText(self.tr("Code for {0}").format(invitation.person.name))
        put_value(self.code, invitation.code)
        until = day_and_time(invitation.until)
        told = self.tr("Shown once and not stored. Works once, until {0}. Give it to the person yourself.")
        sent = self.tr(
            "Shown once and not stored. Works once, until {0}. Send them the file {1}, and tell them the "
            "code in another way, as by telephone. They choose Join a team, and send you an answer to admit."
        )
        self.hint.setText(told.format(until) if file is None else sent.format(until, file.name))
        self.copy.setText(self.tr("Copy"))
        self.show()
        self.copy.setFocus()

    @Slot()
    def clear(self) -> None:
        """Clears the code, in the clipboard too if it is still there."""
        clipboard = QGuiApplication.clipboard()
        if self.code.text() and clipboard.text() == self.code.text():
            clipboard.clear()
        self.code.clear()
        self._who.clear()
        self.hide()

    @Slot()
    def _on_copy(self) -> None:
        data = QMimeData()
        data.setText(self.code.text())
        # Asks clipboard histories of KDE, macOS and Windows not to keep it.
        data.setData("x-kde-passwordManagerHint", b"secret")
        data.setData("application/x-nspasteboard-concealed-type", b"1")
        data.setData(
            'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"', b"1"
        )
        QGuiApplication.clipboard().setMimeData(data)
        self.copy.setText(QCoreApplication.translate("InvitationPanel", "Copied"))
