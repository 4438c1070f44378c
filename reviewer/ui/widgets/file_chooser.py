"""Files and folders that the user points at."""

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget


class FileChooser(Protocol):
    """Asks the user for a place; None when they changed their mind."""

    def manifest(self, parent: QWidget) -> Path | None: ...
    def folder(self, parent: QWidget) -> Path | None: ...
    def checkpoint(self, parent: QWidget, suggestion: str) -> Path | None: ...


class DialogFileChooser:
    """Asks with the platform's file dialogs."""

    def manifest(self, parent: QWidget) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(
            parent, _tr("Choose a manifest"), "", _tr("Manifests (*.jsonl *.csv);;All files (*)")
        )
        return Path(name) if name else None

    def folder(self, parent: QWidget) -> Path | None:
        name = QFileDialog.getExistingDirectory(parent, _tr("Choose where the set will be written"))
        return Path(name) if name else None

    def checkpoint(self, parent: QWidget, suggestion: str) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(
            parent, _tr("Save the checkpoint outside this machine"), suggestion, _tr("Checkpoints (*.txt)")
        )
        return Path(name) if name else None

    def keys_to_read(self, parent: QWidget) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(
            parent, _tr("Choose a file of keys"), "", _tr("Keys (*.toml);;All files (*)")
        )
        return Path(name) if name else None

    def keys_to_write(self, parent: QWidget, suggestion: str) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(parent, _tr("Save the keys"), suggestion, _tr("Keys (*.toml)"))
        return Path(name) if name else None


def _tr(text: str) -> str:
    return QCoreApplication.translate("choose", text)
