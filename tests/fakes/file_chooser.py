"""File dialogs in which a person always points at the same place."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from reviewer.ui.widgets.file_chooser import FileChooser


class FakeFileChooser(FileChooser):
    """Answers every question with ``path``; what was suggested last is kept."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.suggested = ""

    def manifest(self, parent: QWidget) -> Path | None:
        return self.path

    def checkpoint(self, parent: QWidget, suggestion: str) -> Path | None:
        self.suggested = suggestion
        return self.path

    def table(self, parent: QWidget, title: str, suggestion: str) -> Path | None:
        self.suggested = suggestion
        return self.path

    folder = keys_to_read = withdrawals = mapping = new_workspace = manifest
    invitation_to_read = answer_to_read = workspace = manifest
    keys_to_write = agreement = log_table = invitation_to_write = checkpoint
