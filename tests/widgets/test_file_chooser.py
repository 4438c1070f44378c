"""Files and folders that the user points at."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.widgets.file_chooser import DialogFileChooser


@pytest.fixture
def parent(themed, qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_the_manifest_that_was_pointed_at_is_given(parent: QWidget, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/data/manifest.csv", ""))
    assert DialogFileChooser().manifest(parent) == Path("/data/manifest.csv")


def test_the_folder_that_was_pointed_at_is_given(parent: QWidget, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "/data/out")
    assert DialogFileChooser().folder(parent) == Path("/data/out")


def test_the_place_for_a_checkpoint_is_given_with_a_suggestion(parent: QWidget, monkeypatch):
    asked: list[str] = []

    def answer(_parent: QWidget, _title: str, suggestion: str, _filter: str) -> tuple[str, str]:
        asked.append(suggestion)
        return "/mnt/stick/checkpoint.txt", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    assert DialogFileChooser().checkpoint(parent, "checkpoint.txt") == Path("/mnt/stick/checkpoint.txt")
    assert asked == ["checkpoint.txt"]


def test_who_changed_their_mind_chose_nothing(parent: QWidget, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    chooser = DialogFileChooser()
    assert [chooser.manifest(parent), chooser.folder(parent), chooser.checkpoint(parent, "c")] == [None] * 3
