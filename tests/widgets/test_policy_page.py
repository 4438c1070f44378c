"""A lead signs changed files in the window; others are told which files differ."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from reviewer.app.workspace_gateway import OpenWorkspaceGateway
from reviewer.places import PROJECT_FILE
from reviewer.ui.jobs import Jobs
from reviewer.ui.signin.signin_flow import SignInFlow
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, make_bench


@pytest.fixture
def flow(themed, qtbot: QtBot, jobs: Jobs, tmp_path: Path):
    bench = make_bench(tmp_path, drafts=())
    bench.sign_out(LEAD)
    bench.workspace.close()
    file = bench.workspace.path / PROJECT_FILE
    file.write_text("nda_days = 999\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    window = bench.another_window()
    made = SignInFlow(OpenWorkspaceGateway(window.workspace), jobs)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    yield made
    window.workspace.close()


def enter(flow: SignInFlow, name: str) -> None:
    page = flow.sign_in_page
    page.name.setText(name)
    page.passphrase.setText(PASSPHRASE)
    page.button.click()


def test_a_lead_sees_what_differs_signs_it_and_signs_in(flow: SignInFlow, qtbot: QtBot, settle) -> None:
    enter(flow, LEAD)
    settle()
    assert flow.currentWidget() is flow.policy_page
    lines = [flow.policy_page.list.item(row).text() for row in range(flow.policy_page.list.count())]
    assert lines == ["project.toml (changed)", "project.toml: nda_days (added)"]
    flow.policy_page.button.click()
    settle()
    assert flow.currentWidget() is flow.sign_in_page
    with qtbot.waitSignal(flow.entered):
        enter(flow, LEAD)


def test_others_are_told_which_file_differs(flow: SignInFlow, settle) -> None:
    enter(flow, ANA)
    settle()
    assert flow.currentWidget() is flow.sign_in_page
    assert "project.toml" in flow.sign_in_page.message.text


def test_a_lead_may_go_back_without_signing(flow: SignInFlow, settle) -> None:
    enter(flow, LEAD)
    settle()
    flow.policy_page.back_button.click()
    settle()
    assert flow.currentWidget() is flow.sign_in_page
    assert flow.identity is None
