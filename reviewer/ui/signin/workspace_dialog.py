"""Choosing the workspace to open: one of those opened before, any folder, or a new one of a team."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from reviewer.errors import Unavailable
from reviewer.ui.jobs import Jobs
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.widget_ids import enable, named
from reviewer.workspace_folder import require_workspace

_SIZE_PX = (560, 380)


class WorkspaceDialog(QDialog):
    """The remembered workspaces, newest first, and buttons for any other folder and for joining a team."""

    chosen = Signal(object)
    """Carries the folder of a workspace, as a Path."""

    def __init__(
        self,
        folders: Sequence[Path],
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
    ) -> None:
        super().__init__(parent)
        title = self.tr("Open a workspace")
        named(self, "workspace_dialog", title).setToolTip("")
        self.setWindowTitle(title)
        self.resize(*_SIZE_PX)
        self._jobs = jobs
        self._chooser = chooser or FileChooser()
        self._heading = QLabel(title, self)
        self._heading.setProperty("kind", "title")
        self._hint = QLabel(self)
        self._hint.setProperty("kind", "dim")
        self._hint.setWordWrap(True)
        self._hint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.list = named(QListWidget(self), "workspace_list", self.tr("Workspaces opened before"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.message = InlineMessage("workspace_message", lines=3, parent=self)
        self._make_buttons()
        self._lay_out()
        for folder in folders:
            self._add(folder)
        self._hint.setText(self._words_for(folders))
        self.list.setVisible(bool(folders))
        self.list.setCurrentRow(0)
        (self.list if folders else self.join_button).setFocus()
        self._connect()

    def _make_buttons(self) -> None:
        self.open_button = named(
            QPushButton(self.tr("&Open"), self),
            "workspace_open",
            self.tr("Open this workspace"),
            kind="primary",
        )
        self.open_button.setDefault(True)
        self.browse_button = named(
            QPushButton(self.tr("Other &folder…"), self),
            "workspace_browse",
            self.tr("Choose the folder of a workspace"),
        )
        self.browse_button.setAutoDefault(False)
        self.join_button = named(
            QPushButton(self.tr("&Join a team…"), self),
            "workspace_join",
            self.tr("Make a workspace on this machine from the invitation that your lead sent"),
        )
        self.join_button.setAutoDefault(False)
        self.cancel_button = named(
            QPushButton(self.tr("Cancel"), self), "workspace_cancel", self.tr("Open nothing")
        )
        self.cancel_button.setAutoDefault(False)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        row.addWidget(self.join_button)
        row.addWidget(self.browse_button)
        row.addStretch()
        row.addWidget(self.cancel_button)
        row.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GROUP_PX)
        for widget in (self._heading, self._hint):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addWidget(self.message)
        column.addStretch()
        column.addLayout(row)

    def _connect(self) -> None:
        self.open_button.clicked.connect(self._on_open)
        self.browse_button.clicked.connect(self._on_browse)
        self.join_button.clicked.connect(self._on_join)
        self.cancel_button.clicked.connect(self.reject)
        self.list.itemActivated.connect(self._on_open)
        self.list.currentRowChanged.connect(self._update_buttons)
        self._update_buttons()

    def _words_for(self, folders: Sequence[Path]) -> str:
        made = self.tr(
            "A lead makes a workspace at a terminal:  reviewer init FOLDER --lead NAME\n"
            "To look round first, with demo clips:  reviewer demo"
        )
        none = self.tr(
            "No workspace was opened here yet. If your lead sent you an invitation, join the team; "
            "if they gave you the folder of a workspace, choose it."
        )
        return made if folders else f"{none}\n\n{made}"

    def _add(self, folder: Path) -> None:
        item = QListWidgetItem(f"{folder.name}\n{folder}", self.list)
        item.setData(Qt.ItemDataRole.UserRole, folder)
        item.setToolTip(str(folder))

    @Slot()
    def _on_open(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._take(item.data(Qt.ItemDataRole.UserRole))

    @Slot()
    def _on_browse(self) -> None:
        folder = self._chooser.workspace(self)
        if folder is not None:
            self._take(folder)

    @Slot()
    def _on_join(self) -> None:
        from reviewer.ui.signin.join_dialog import JoinDialog  # noqa: PLC0415 - loads cryptography

        dialog = JoinDialog(self._jobs, self, chooser=self._chooser)
        dialog.joined.connect(self._take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _take(self, folder: Path) -> None:
        try:
            require_workspace(folder)
        except Unavailable as error:
            self.message.show_error(error)
            return
        self.chosen.emit(folder)
        self.accept()

    @Slot()
    def _update_buttons(self) -> None:
        has_one = self.list.currentItem() is not None
        enable(self.open_button, has_one, self.tr("Choose a workspace first."))
