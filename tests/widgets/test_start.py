"""The window is there before the workspace is open, and tells what opening it could not do."""

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from reviewer.app.doors import LateDoors
from reviewer.clips.keys import KdfParameters
from reviewer.errors import NoWorkspace, Refused, Unavailable
from reviewer.places import PROJECT_FILE
from reviewer.ui.first_paint import after_first_paint
from reviewer.workspace import Workspace, make_workspace, open_workspace
from tests.workspaces import LEAD, PASSPHRASE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    make_workspace(made, LEAD, PASSPHRASE, parameters=KdfParameters.cheap())
    return made


def cheaply(folder: Path) -> Workspace:
    return open_workspace(folder, parameters=KdfParameters.cheap())


def test_a_folder_without_a_workspace_is_told_before_there_is_a_window(tmp_path: Path):
    with pytest.raises(NoWorkspace, match="no workspace"):
        LateDoors(tmp_path)


def test_the_project_is_known_without_opening_the_workspace(folder: Path):
    opened: list[Path] = []
    doors = LateDoors(folder, lambda path: opened.append(path) or cheaply(path))

    assert doors.project.locale == "en-US"
    assert opened == []


def test_whoever_asks_waits_until_the_workspace_is_open(folder: Path):
    may_open = threading.Event()

    def open_when_told(path: Path) -> Workspace:
        may_open.wait()
        return cheaply(path)

    doors = LateDoors(folder, open_when_told)
    doors.begin()
    asked = threading.Thread(target=lambda: doors.sign_in)
    asked.start()
    asked.join(0.05)
    was_waiting = asked.is_alive()
    may_open.set()
    asked.join()

    assert was_waiting
    assert doors.sign_in.sign_in(LEAD, PASSPHRASE).person.name == LEAD
    doors.close()


def test_it_is_opened_once_however_many_ask(folder: Path):
    opened: list[Path] = []
    doors = LateDoors(folder, lambda path: opened.append(path) or cheaply(path))
    doors.begin()
    doors.begin()

    assert doors.sign_in is doors.workspace.sign_in_desk
    assert opened == [folder]
    doors.close()


def test_a_workspace_that_does_not_open_says_why_each_time(folder: Path):
    (folder / PROJECT_FILE).write_text("colour = 3\n")
    doors = LateDoors(folder, cheaply)

    for _ in range(2):
        with pytest.raises(Refused, match="unknown setting: colour"):
            _ = doors.sign_in
    doors.close()


def test_what_is_closed_does_not_open_again(folder: Path):
    doors = LateDoors(folder, cheaply)
    doors.begin()
    doors.close()

    with pytest.raises(Unavailable, match="closed"):
        _ = doors.sign_in


def test_closing_before_anybody_asked_opens_nothing(folder: Path):
    opened: list[Path] = []
    doors = LateDoors(folder, lambda path: opened.append(path) or cheaply(path))
    doors.close()

    assert opened == []


def test_what_waits_for_the_first_paint_comes_once_and_after_it(qtbot: QtBot):
    told: list[str] = []

    class Painted(QWidget):
        def paintEvent(self, event: object) -> None:
            told.append("painted")

    window = Painted()
    qtbot.addWidget(window)
    after_first_paint(window, lambda: told.append("then"))
    assert told == []

    window.show()
    qtbot.waitUntil(lambda: "then" in told)
    window.repaint()

    assert told[0] == "painted"
    assert told.count("then") == 1
