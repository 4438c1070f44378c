"""Choosing the workspace to open."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import NoWorkspace
from reviewer.places import DATABASE_FILE
from reviewer.ui.jobs import Jobs
from reviewer.ui.signin.join_dialog import JoinDialog
from reviewer.ui.signin.workspace_dialog import WorkspaceDialog
from reviewer.ui.widgets.file_chooser import FileChooser
from tests.refusals import shown_sentence_of


class Chosen(FileChooser):
    """The folder that the user will choose next; None for Cancel."""

    def __init__(self) -> None:
        self.folder_chosen: Path | None = None

    def workspace(self, parent: QWidget) -> Path | None:
        return self.folder_chosen


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    folders = [tmp_path / "north", tmp_path / "south"]
    for folder in folders:
        folder.mkdir()
        (folder / DATABASE_FILE).touch()
    return folders


@pytest.fixture
def dialog_of(themed, jobs: Jobs, qtbot: QtBot):
    def show(folders: list[Path], chooser: FileChooser | None = None) -> WorkspaceDialog:
        dialog = WorkspaceDialog(folders, jobs, chooser=chooser)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return show


def test_the_newest_is_one_key_away(dialog_of, two: list[Path], qtbot: QtBot):
    dialog = dialog_of(two)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.open_button.click()
    assert chosen.args == [two[0]]
    assert not dialog.isVisible()


def test_another_of_the_list_is_opened_by_activating_it(dialog_of, two: list[Path], qtbot: QtBot):
    dialog = dialog_of(two)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.list.setCurrentRow(1)
        dialog.list.itemActivated.emit(dialog.list.item(1))
    assert chosen.args == [two[1]]


def test_a_folder_without_a_workspace_is_a_sentence_and_the_dialog_stays(
    dialog_of, two: list[Path], tmp_path: Path, qtbot: QtBot
):
    chooser = Chosen()
    dialog = dialog_of([], chooser)
    assert not dialog.open_button.isEnabled()
    assert not dialog.list.isVisible()
    chooser.folder_chosen = tmp_path
    dialog.browse_button.click()
    assert shown_sentence_of(NoWorkspace(tmp_path)) in dialog.message.text
    assert dialog.isVisible()
    chooser.folder_chosen = None
    dialog.browse_button.click()
    assert dialog.isVisible()
    chooser.folder_chosen = two[1]
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.browse_button.click()
    assert chosen.args == [two[1]]


def test_with_none_it_says_how_one_is_made(dialog_of):
    dialog = dialog_of([])
    words = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert "reviewer init" in words
    assert "reviewer demo" in words


def test_a_folder_that_was_made_by_joining_is_opened(dialog_of, two: list[Path], qtbot: QtBot):
    dialog = dialog_of([])
    assert dialog.focusWidget() is dialog.join_button
    dialog.join_button.click()
    joining = dialog.findChild(JoinDialog)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        joining.joined.emit(two[1])
    assert chosen.args == [two[1]]
    joining.reject()
