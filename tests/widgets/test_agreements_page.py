"""The settings page with signed agreements, and the copies that it writes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from reviewer.ui.jobs import Jobs
from reviewer.ui.settings.agreement_pdf import agreement_document
from reviewer.ui.settings.agreements_page import AgreementsPage
from tests.fakes.file_chooser import FakeFileChooser
from tests.fakes.workspace_gateway import FakeWorkspaceGateway, an_identity

NAME = "Ana Kowalska"


def page_of(
    qtbot: QtBot, jobs: Jobs, settle: Callable[[], None], file: Path | None, signed: set[str]
) -> AgreementsPage:
    gateway = FakeWorkspaceGateway(signed=signed)
    page = AgreementsPage(an_identity(), gateway, jobs, chooser=FakeFileChooser(file))
    qtbot.addWidget(page)
    settle()
    return page


def test_a_copy_is_a_pdf_and_a_json_file_beside_it(
    qtbot: QtBot, jobs: Jobs, settle: Callable[[], None], tmp_path: Path
) -> None:
    page = page_of(qtbot, jobs, settle, tmp_path / "mine.pdf", {NAME})
    page.save_button.click()
    settle()
    assert (tmp_path / "mine.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))["record"] == "ack-1"
    assert "mine.pdf" in page.message.text


def test_table_looks_like_every_other(qtbot: QtBot, jobs: Jobs, settle: Callable[[], None]) -> None:
    page = page_of(qtbot, jobs, settle, None, {NAME})
    assert not page.table_view.showGrid()
    assert not page.table_view.horizontalHeader().highlightSections()


def test_where_nothing_was_signed_nothing_can_be_saved(
    qtbot: QtBot, jobs: Jobs, settle: Callable[[], None]
) -> None:
    page = page_of(qtbot, jobs, settle, None, set())
    assert page.agreements.rows == ()
    assert not page.save_button.isEnabled()


@pytest.mark.parametrize("file", [None, Path("/nowhere/at/all/mine.pdf")])
def test_without_a_place_nothing_is_written(
    qtbot: QtBot, jobs: Jobs, settle: Callable[[], None], file: Path | None
) -> None:
    page = page_of(qtbot, jobs, settle, file, {NAME})
    page.save_button.click()
    settle()
    assert "Saved" not in page.message.text
    assert bool(page.message.text) is (file is not None)


def test_the_document_has_the_exact_text_and_who_signed_it(qtbot: QtBot) -> None:
    gateway = FakeWorkspaceGateway(signed={NAME})
    signed = gateway.agreement.copy_of(an_identity(), "ack-1")
    shown = agreement_document(signed).toPlainText()
    assert " ".join(signed.text.split()) in " ".join(shown.split())
    for part in (NAME, signed.sha256, signed.version):
        assert part in shown
