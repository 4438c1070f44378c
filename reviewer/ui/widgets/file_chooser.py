"""Choosing files and folders."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget


class FileChooser:
    """Asks for a path in the platform's file dialogs; None if the user cancelled."""

    def manifest(self, parent: QWidget) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(
            parent,
            _tr("Choose a manifest"),
            "",
            _tr("Manifests (*.jsonl *.json *.csv *.tsv *.txt);;All files (*)"),
        )
        return Path(name) if name else None

    def mapping(self, parent: QWidget) -> Path | None:
        """A file that says how another source becomes a manifest."""
        name, _ = QFileDialog.getOpenFileName(
            parent, _tr("Choose a mapping file"), "", _tr("Mapping files (*.toml);;All files (*)")
        )
        return Path(name) if name else None

    def withdrawals(self, parent: QWidget) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(
            parent,
            _tr("Choose a list of withdrawals"),
            "",
            _tr("Lists (*.csv *.tsv *.txt *.json *.jsonl);;All files (*)"),
        )
        return Path(name) if name else None

    def folder(self, parent: QWidget) -> Path | None:
        name = QFileDialog.getExistingDirectory(parent, _tr("Choose where to write the export"))
        return Path(name) if name else None

    def workspace(self, parent: QWidget) -> Path | None:
        name = QFileDialog.getExistingDirectory(parent, _tr("Choose the folder of a workspace"))
        return Path(name) if name else None

    def new_workspace(self, parent: QWidget) -> Path | None:
        """A folder for a workspace that is not there yet."""
        name = QFileDialog.getExistingDirectory(parent, _tr("Choose an empty folder for the workspace"))
        return Path(name) if name else None

    def invitation_to_read(self, parent: QWidget) -> Path | None:
        return _opened(parent, _tr("Choose the invitation that your lead sent"))

    def answer_to_read(self, parent: QWidget) -> Path | None:
        """An answer to an invitation, or a request for a login."""
        return _opened(parent, _tr("Choose the answer that somebody sent"))

    def invitation_to_write(self, parent: QWidget, suggestion: str) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(
            parent, _tr("Save the invitation"), suggestion, _tr("Invitations and answers (*.json)")
        )
        return Path(name) if name else None

    def checkpoint(self, parent: QWidget, suggestion: str) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(
            parent,
            _tr("Save the checkpoint on another machine or drive"),
            suggestion,
            _tr("Checkpoints (*.txt)"),
        )
        return Path(name) if name else None

    def agreement(self, parent: QWidget, suggestion: str) -> Path | None:
        """Where to write a copy of a signed agreement."""
        chosen, _ = QFileDialog.getSaveFileName(
            parent, _tr("Save a copy of the agreement"), suggestion, _tr("PDF (*.pdf)")
        )
        return Path(chosen) if chosen else None

    def log_table(self, parent: QWidget, suggestion: str) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(
            parent, _tr("Save the rows of the access log"), suggestion, _tr("Tables (*.csv)")
        )
        return Path(name) if name else None

    def table(self, parent: QWidget, title: str, suggestion: str) -> Path | None:
        """Where to write a table."""
        name, _ = QFileDialog.getSaveFileName(parent, title, suggestion, _tr("Tables (*.csv)"))
        return Path(name) if name else None

    def keys_to_read(self, parent: QWidget) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(
            parent, _tr("Choose a keymap file"), "", _tr("Keymaps (*.toml);;All files (*)")
        )
        return Path(name) if name else None

    def keys_to_write(self, parent: QWidget, suggestion: str) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(
            parent, _tr("Save the keymap"), suggestion, _tr("Keys (*.toml)")
        )
        return Path(name) if name else None


def _opened(parent: QWidget, title: str) -> Path | None:
    name, _ = QFileDialog.getOpenFileName(
        parent, title, "", _tr("Invitations and answers (*.json);;All files (*)")
    )
    return Path(name) if name else None


def _tr(text: str) -> str:
    return QCoreApplication.translate("choose", text)
