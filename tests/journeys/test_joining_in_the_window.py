"""Joining a team without a terminal: what is refused is said beside its field, and the folder can be used."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.clips.keys import KdfParameters
from reviewer.lead.joining import join_team
from reviewer.model.people import Role
from reviewer.ui import theme
from reviewer.ui.jobs import Jobs
from reviewer.ui.signin.join_dialog import JoinDialog, JoinEntry
from reviewer.workspace import make_workspace, open_workspace
from tests.benches.workspace import ANA, LEAD, PASSPHRASE
from tests.fakes.file_chooser import FakeFileChooser

TEAM = """name = "Voices"
[queue]
url = "postgresql://127.0.0.1:1/none"
[clips]
url = "s3://bucket/sealed"
[broker]
url = "https://127.0.0.1:1"
public_key = "{key}"
"""
CHEAP = KdfParameters.cheap()


@pytest.fixture
def invited(tmp_path: Path) -> tuple[Path, str]:
    """The file of an invitation, and its code."""
    pytest.importorskip("psycopg")
    pytest.importorskip("obstore")
    project, file = tmp_path / "project.toml", tmp_path / "ana.json"
    project.write_text(TEAM.format(key="0" * 64), "utf-8")
    make_workspace(tmp_path / "lead", LEAD, PASSPHRASE, project, parameters=CHEAP)
    with open_workspace(tmp_path / "lead", parameters=CHEAP) as workspace:
        admission = workspace.sign_in(LEAD, PASSPHRASE).lead.admission
        return file, admission.invite(ANA, Role.CONTRACTOR, file).code


@pytest.fixture
def dialog(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[JoinDialog, Callable[[], None]]]:
    """The dialog, and a function that waits for its jobs."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    theme.apply(qapp, theme.Scheme.DARK)
    jobs = Jobs()

    def join(entry: JoinEntry) -> object:
        cheaply = partial(join_team, parameters=CHEAP)
        return cheaply(entry.folder, entry.invitation, entry.code, entry.passphrase)

    made = JoinDialog(jobs, chooser=FakeFileChooser(tmp_path / "ana.json"), join=join)
    qtbot.addWidget(made)
    made.show()

    def settle() -> None:
        idle: list[bool] = []
        jobs.when_idle(lambda: idle.append(True))
        qtbot.waitUntil(lambda: bool(idle), timeout=30_000)

    yield made, settle
    jobs.close()


def fill_in(dialog: JoinDialog, qtbot: QtBot, folder: Path, code: str) -> None:
    dialog.folder.line.setText(str(folder))
    dialog.code.setText(code)
    for line in (dialog.passphrase, dialog.again):
        line.clear()
        qtbot.keyClicks(line, PASSPHRASE)


def test_contractor_joins_by_keys_alone_and_the_folder_opens(dialog, invited, tmp_path: Path, qtbot: QtBot):
    (joining, settle), (_, code) = dialog, invited
    taken, folder = tmp_path / "lead", tmp_path / "ana"
    joining.file.button.click()
    settle()
    assert f"For {ANA}" in joining.file_message.text
    assert "Voices" in joining.file_message.text
    fill_in(joining, qtbot, taken, code)
    qtbot.keyClick(joining.again, Qt.Key.Key_Return)
    assert not joining.button.isEnabled()
    joining.reject()
    assert joining.isVisible()  # keys are being made
    settle()
    assert "is not an empty folder" in joining.folder_message.text
    fill_in(joining, qtbot, folder, "2222-2222-2222-2222")
    qtbot.keyClick(joining.again, Qt.Key.Key_Return)
    settle()
    assert "does not open this invitation" in joining.code_message.text
    assert (joining.folder_message.text, folder.exists()) == ("", False)
    fill_in(joining, qtbot, folder, code)
    qtbot.keyClick(joining.again, Qt.Key.Key_Return)
    settle()
    page = joining.joined_page
    assert joining.pages.currentWidget() is page
    assert (joining.code.text(), joining.passphrase.text(), joining.again.text()) == ("", "", "")
    assert Path(page.answer.text()).is_file()
    page.copy.click()
    assert QApplication.clipboard().text() == str(folder / "answer.json")
    with qtbot.waitSignal(joining.joined) as joined:
        page.button.click()
    assert joined.args == [folder]
    with open_workspace(folder, parameters=CHEAP) as workspace:
        assert workspace.sign_in(ANA, PASSPHRASE).identity.person.role is Role.CONTRACTOR


def test_file_that_is_no_invitation_is_said_beside_it(dialog, invited, tmp_path: Path, qtbot: QtBot):
    (joining, settle), (file, code) = dialog, invited
    fill_in(joining, qtbot, tmp_path / "ana", code)
    file.write_text(file.read_text("utf-8").replace(ANA, "Anna Kowalska"), "utf-8")
    joining.file.button.click()
    settle()
    assert "not as the lead signed it" in joining.file_message.text
    assert not joining.button.isEnabled()
    file.write_text("{}", "utf-8")
    joining.file.button.click()
    settle()
    assert "not an invitation" in joining.file_message.text
    joining.reject()
    assert not joining.isVisible()
