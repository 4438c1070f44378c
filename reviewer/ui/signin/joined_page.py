"""What somebody who joined a team does next: sends the answer to the lead, and waits."""

from pathlib import Path

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from reviewer.ui.icons import set_icon
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.widgets.labelled_line import labelled
from reviewer.ui.widgets.widget_ids import named


class JoinedPage(QWidget):
    """Where the answer for the lead is, and that the folder waits for them."""

    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = QLabel(self)
        self._heading.setProperty("kind", "title")
        self._heading.setWordWrap(True)
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.answer = named(QLineEdit(self), "joined_answer", self.tr("The answer for your lead"))
        self.answer.setReadOnly(True)
        self.waiting = QLabel(
            self.tr(
                "Your folder waits for your lead to admit you. You can close the program until they tell you "
                "that they have; then sign in with your name and the passphrase that you have just set. "
                "Before that, sign-in says that the folder still waits."
            ),
            self,
        )
        self.waiting.setWordWrap(True)
        self._make_buttons()
        self._lay_out()

    def _make_buttons(self) -> None:
        self.copy = named(
            QPushButton(self.tr("Copy its &path"), self),
            "joined_copy",
            self.tr("Copy the path of the answer"),
        )
        set_icon(self.copy, "copy")
        self.open = named(
            QPushButton(self.tr("&Open its folder"), self),
            "joined_open",
            self.tr("Show the folder with the answer in the file manager"),
        )
        self.button = named(
            QPushButton(self.tr("&Continue to sign-in"), self),
            "joined_continue",
            self.tr("Open the new workspace"),
            kind="primary",
        )
        for each in (self.copy, self.open):
            each.setAutoDefault(False)
        self.copy.clicked.connect(self._on_copy)
        self.open.clicked.connect(self._on_open)
        self.button.clicked.connect(self.done)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addWidget(self._heading)
        column.addWidget(self.text)
        column.addSpacing(GROUP_PX)
        labelled(column, self.tr("Send this &file to your lead, in any way; it holds no secret"), self.answer)
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        row.addWidget(self.copy)
        row.addWidget(self.open)
        row.addStretch()
        column.addLayout(row)
        column.addSpacing(GROUP_PX)
        column.addWidget(self.waiting)
        column.addStretch()
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(self.button)
        column.addLayout(below)

    def show_joined(self, folder: Path, team: str, name: str) -> None:
        """Says that this person joined, and where."""
        from reviewer.session.team_files import ANSWER_FILE  # noqa: PLC0415 - loads cryptography

        self._heading.setText(self.tr("You have joined {0}").format(team))
        self.text.setText(self.tr("{0} is now the workspace of {1}.").format(folder, name))
        self.answer.setText(str(folder / ANSWER_FILE))
        self.answer.setCursorPosition(0)
        self.answer.setToolTip(self.answer.text())

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.answer.text())
        self.copy.setText(self.tr("Copied"))

    @Slot()
    def _on_open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self.answer.text()).parent)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.button.setDefault(True)
        self.copy.setFocus()
