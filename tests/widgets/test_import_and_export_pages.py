"""Clips in, labelled sets out."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView, QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import NdaRequired, Refused
from reviewer.lead.intake_report import IntakeOptions, IntakeReport
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.export_page import FORMATS, ExportPage
from reviewer.ui.lead.import_page import ImportPage
from tests.fakes.lead import ROWS, FakeLead

PATIENCE_SECONDS = 10


class Chooses:
    """Chooses one place, always."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def manifest(self, parent: QWidget) -> Path:
        return self._place

    def folder(self, parent: QWidget) -> Path:
        return self._place

    def checkpoint(self, parent: QWidget, suggestion: str) -> Path:
        return self._place


@pytest.fixture
def lead() -> FakeLead:
    return FakeLead()


@pytest.fixture
def importing(themed, qtbot: QtBot, jobs: Jobs, lead: FakeLead, tmp_path: Path) -> ImportPage:
    page = ImportPage(lead, jobs, chooser=Chooses(tmp_path / "manifest.jsonl"))
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.fixture
def exporting(themed, qtbot: QtBot, jobs: Jobs, lead: FakeLead, tmp_path: Path) -> ExportPage:
    page = ExportPage(lead, jobs, chooser=Chooses(tmp_path))
    qtbot.addWidget(page)
    page.show()
    return page


def _run(page: ImportPage, settle) -> None:
    page.choose.click()
    page.run_button.click()
    settle()


def test_without_a_manifest_nothing_can_be_imported(importing: ImportPage):
    assert not importing.run_button.isEnabled()


def test_every_line_gets_a_row_with_code_and_sentence(importing: ImportPage, settle):
    _run(importing, settle)
    rows = [[importing.rows.index(row, column).data() for column in range(5)] for row in range(3)]
    assert rows[1] == [
        "2",
        "b.mp3",
        "refused",
        "CONSENT_MISSING",
        "The line does not state which consent was given, and when.",
    ]
    assert rows[0][4] == "The last frame is cut short."


def test_the_counts_are_said(importing: ImportPage, settle):
    _run(importing, settle)
    assert "1 accepted, 1 refused, 1 quarantined." in importing.message.text


def test_all_clips_are_taken_where_nothing_else_is_asked(importing: ImportPage, lead: FakeLead, settle):
    _run(importing, settle)
    assert lead.options == IntakeOptions()


def test_options_are_passed_on(importing: ImportPage, lead: FakeLead, settle):
    importing.sample.setValue(50)
    importing.seed.setValue(7)
    importing.stratify.setText(" locale, product,")
    importing.dry_run.setChecked(True)
    _run(importing, settle)
    assert lead.options == IntakeOptions(sample=50, seed=7, stratify=("locale", "product"), dry_run=True)


def test_a_dry_run_is_called_one(importing: ImportPage, lead: FakeLead, settle):
    lead.report = IntakeReport(ROWS, is_dry_run=True)
    importing.dry_run.setChecked(True)
    assert importing.run_button.text() == "Check"
    _run(importing, settle)
    assert "nothing was imported" in importing.message.text


def test_progress_is_shown_and_nothing_can_be_changed_meanwhile(
    importing: ImportPage, lead: FakeLead, settle, qtbot: QtBot
):
    go_on = threading.Event()

    def halfway(progress, _cancelled) -> None:
        progress(3, 6)
        assert go_on.wait(PATIENCE_SECONDS)

    lead.before_report = halfway
    importing.choose.click()
    importing.run_button.click()
    qtbot.waitUntil(lambda: importing.progress.value() == 3)
    assert importing.progress.isVisible()
    assert importing.progress.maximum() == 6
    assert not importing.run_button.isEnabled()
    assert not importing.manifest.isEnabled()
    assert importing.cancel_button.isEnabled()
    go_on.set()
    settle()
    assert importing.run_button.isEnabled()


def test_a_stop_is_passed_on_and_the_report_still_comes(
    importing: ImportPage, lead: FakeLead, settle, qtbot: QtBot
):
    pressed, seen = threading.Event(), []

    def until_pressed(progress, cancelled) -> None:
        progress(1, 6)
        assert pressed.wait(PATIENCE_SECONDS)
        seen.append(cancelled())

    lead.before_report = until_pressed
    lead.report = IntakeReport(ROWS[:1], was_cancelled=True)
    importing.choose.click()
    importing.run_button.click()
    qtbot.waitUntil(lambda: importing.progress.value() == 1)
    importing.cancel_button.click()
    pressed.set()
    settle()
    assert seen == [True]
    assert "Stopped early" in importing.message.text
    assert importing.rows.rowCount() == 1


def test_a_lock_stops_the_import(importing: ImportPage, lead: FakeLead, settle):
    locked, seen = threading.Event(), []

    def until_locked(_progress, cancelled) -> None:
        assert locked.wait(PATIENCE_SECONDS)
        seen.append(cancelled())

    lead.before_report = until_locked
    importing.choose.click()
    importing.run_button.click()
    importing.close_down()
    locked.set()
    settle()
    assert seen in ([True], [])


def test_a_manifest_that_cannot_be_read_is_said(importing: ImportPage, lead: FakeLead, settle):
    lead.errors["import_manifest"] = [Refused("Line 3 is not JSON.", "Mend it.")]
    _run(importing, settle)
    assert importing.message.text == "Line 3 is not JSON. Mend it."
    assert importing.run_button.isEnabled()


def test_a_key_chooses_and_a_key_imports(importing: ImportPage, lead: FakeLead, settle, qtbot: QtBot):
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(importing, Qt.Key.Key_O, control)
    qtbot.keyClick(importing, Qt.Key.Key_Return, control)
    settle()
    assert lead.calls == ["import_manifest"]


def test_a_set_needs_a_folder(exporting: ExportPage):
    assert not exporting.run_button.isEnabled()


def test_a_set_needs_a_format(exporting: ExportPage):
    exporting.choose.click()
    assert exporting.run_button.isEnabled()
    for box in exporting.formats:
        box.setChecked(False)
    assert not exporting.run_button.isEnabled()


def test_formats_filter_and_folder_are_passed_on(
    exporting: ExportPage, lead: FakeLead, settle, tmp_path: Path
):
    exporting.choose.click()
    exporting.where.setText('locale = "en-US"')
    exporting.formats[1].setChecked(False)
    exporting.run_button.click()
    settle()
    assert lead.exported == (tmp_path / "set", ("nemo",), 'locale = "en-US"')


def test_without_a_filter_everything_is_asked_for(exporting: ExportPage, lead: FakeLead, settle):
    exporting.choose.click()
    exporting.run_button.click()
    settle()
    assert lead.exported is not None
    assert lead.exported[2] is None


def test_what_was_written_and_what_was_left_out_is_shown(exporting: ExportPage, settle):
    exporting.choose.click()
    exporting.run_button.click()
    settle()
    assert "11 clips, 1 min 23 s" in exporting.message.text
    rows = [[exporting.left_out.index(row, column).data() for column in range(2)] for row in range(2)]
    assert rows == [["not accepted yet", "3"], ["flag personal data", "1"]]


def test_a_refused_export_says_why(exporting: ExportPage, lead: FakeLead, settle):
    lead.errors["export"] = [Refused("There is no accepted work to export.", "Wait for QA.")]
    exporting.choose.click()
    exporting.run_button.click()
    settle()
    assert "no accepted work" in exporting.message.text
    assert exporting.run_button.isEnabled()


def test_an_export_without_a_live_agreement_asks_for_it(
    exporting: ExportPage, lead: FakeLead, settle, qtbot: QtBot
):
    lead.errors["export"] = [NdaRequired()]
    exporting.choose.click()
    with qtbot.waitSignal(exporting.agreement_requested):
        exporting.run_button.click()


def test_the_page_offers_the_formats_that_there_are():
    from reviewer.lead.export import FORMATS as THERE

    assert {name for name, _ in FORMATS} == set(THERE)


@pytest.mark.parametrize("page", ["importing", "exporting"])
def test_the_bar_is_not_seen_when_nothing_runs_but_has_its_place(page: str, request, settle):
    shown = request.getfixturevalue(page)
    table = shown.findChild(QTableView)
    assert not shown.progress.isVisible()
    before = table.geometry()
    shown.progress.show()
    shown.layout().activate()
    assert table.geometry() == before


@pytest.mark.parametrize("page", ["importing", "exporting"])
def test_an_empty_table_says_what_will_be_here(page: str, request):
    table = request.getfixturevalue(page).findChild(QTableView)
    assert table.accessibleDescription().endswith(".")
