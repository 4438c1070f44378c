"""Files and folders that the user points at."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.widgets.file_chooser import FileChooser

OPEN, FOLDER, SAVE = "getOpenFileName", "getExistingDirectory", "getSaveFileName"


@pytest.mark.parametrize("name", ["/data/place", ""])
@pytest.mark.parametrize(
    ("ask", "dialog", "suggestion"),
    [
        ("manifest", OPEN, []),
        ("folder", FOLDER, []),
        ("checkpoint", SAVE, ["checkpoint.txt"]),
        ("keys_to_read", OPEN, []),
        ("keys_to_write", SAVE, ["keys.toml"]),
    ],
)
def test_the_place_that_was_pointed_at_is_given_and_none_to_who_changed_their_mind(
    themed, qtbot: QtBot, monkeypatch, ask: str, dialog: str, suggestion: list[str], name: str
):
    parent, asked = QWidget(), []
    qtbot.addWidget(parent)

    def answer(*arguments: object) -> str | tuple[str, str]:
        asked.extend(arguments)
        return name if dialog == FOLDER else (name, "")

    monkeypatch.setattr(QFileDialog, dialog, answer)
    assert getattr(FileChooser(), ask)(parent, *suggestion) == (Path(name) if name else None)
    assert asked[0] is parent
    assert set(suggestion) <= set(asked[2:])
