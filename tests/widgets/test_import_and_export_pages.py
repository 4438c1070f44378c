"""Clips in, labelled sets out."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from reviewer.errors import NdaRequired, Refused
from reviewer.formats import catalogue
from reviewer.formats.titles import TITLES, missing_package
from reviewer.lead.intake_report import IntakeOptions, IntakeReport
from reviewer.lead.set_options import AudioForm, SetOptions
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.export_options_form import ExportOptionsForm
from reviewer.ui.lead.export_page import ExportPage, road_of
from reviewer.ui.lead.import_page import ImportPage
from reviewer.ui.widgets.tables import RowsModel
from tests.fakes.file_chooser import FakeFileChooser
from tests.fakes.lead import ROWS, FakeLead

PATIENCE_SECONDS = 30


@pytest.fixture
def lead() -> FakeLead:
    return FakeLead()


@pytest.fixture
def importing(themed, show, jobs: Jobs, lead: FakeLead, tmp_path: Path) -> ImportPage:
    page = ImportPage(lead, jobs, chooser=FakeFileChooser(tmp_path / "manifest.jsonl"))
    show(page)
    return page


@pytest.fixture
def exporting(themed, show, jobs: Jobs, lead: FakeLead, tmp_path: Path) -> ExportPage:
    page = ExportPage(lead, jobs, chooser=FakeFileChooser(tmp_path))
    show(page)
    return page


@pytest.fixture(params=["importing", "exporting"])
def page(request: pytest.FixtureRequest) -> ImportPage | ExportPage:
    return request.getfixturevalue(request.param)


def _begin(page: ImportPage | ExportPage) -> None:
    page.choose.click()
    (page.check_button if isinstance(page, ImportPage) else page.run_button).click()


def _run(page: ImportPage | ExportPage, settle) -> None:
    _begin(page)
    settle()
    if isinstance(page, ImportPage):
        page.run_button.click()
        settle()


def _cells(model: RowsModel, rows: int, columns: int) -> list[list[str]]:
    return [[model.index(row, column).data() for column in range(columns)] for row in range(rows)]


def test_without_a_manifest_or_a_folder_nothing_can_be_run(page: ImportPage | ExportPage):
    assert not page.run_button.isEnabled()


def test_every_line_gets_a_row_with_code_and_sentence_and_the_counts_are_said(importing: ImportPage, settle):
    _run(importing, settle)
    rows = _cells(importing.rows, 3, 5)
    sentence = "The line does not state which consent was given, and when."
    assert rows[1] == ["2", "b.mp3", "refused", "CONSENT_MISSING", sentence]
    assert rows[0][4] == "The file is shorter than its header says."
    assert "1 accepted, 1 refused, 1 quarantined." in importing.message.text


def test_options_are_passed_on_and_all_clips_are_taken_where_nothing_else_is_asked(
    importing: ImportPage, lead: FakeLead, settle
):
    _run(importing, settle)
    assert lead.options == IntakeOptions()
    importing.sample.setValue(50)
    importing.seed.setValue(7)
    importing.stratify.setText(" locale, product,")
    _begin(importing)
    settle()
    assert lead.options == IntakeOptions(sample=50, seed=7, stratify=("locale", "product"), dry_run=True)


def test_a_mapping_file_is_passed_on_and_its_change_asks_for_another_check(
    importing: ImportPage, lead: FakeLead, settle, tmp_path: Path
):
    (tmp_path / "manifest.jsonl").write_text("one", encoding="utf-8")
    importing.choose_mapping.click()
    lead.report = IntakeReport(ROWS, consent_from="Signed forms, folder 12", is_dry_run=True)
    _begin(importing)
    settle()
    assert lead.options.mapping == tmp_path / "manifest.jsonl"
    assert importing.run_button.isEnabled()
    (tmp_path / "manifest.jsonl").write_text("another", encoding="utf-8")
    importing.manifest.textChanged.emit("")
    assert not importing.run_button.isEnabled()


def test_audio_that_no_row_names_is_said(importing: ImportPage, lead: FakeLead, settle):
    lead.report = IntakeReport((), consent_from="Signed forms, folder 12", unnamed_files=1_200)
    _run(importing, settle)
    assert "left out: 1,200. Consent is on record: Signed forms, folder 12" in importing.message.text


def test_where_consent_is_on_record_is_said(importing: ImportPage, lead: FakeLead, settle):
    lead.report = IntakeReport(ROWS, consent_from="Signed forms, folder 12")
    _run(importing, settle)
    assert "Signed forms, folder 12" in importing.message.text


def test_an_import_needs_a_check_of_the_same_manifest_with_the_same_options(
    importing: ImportPage, lead: FakeLead, settle
):
    importing.choose.click()
    assert not importing.run_button.isEnabled()
    _begin(importing)
    settle()
    assert "nothing was imported" in importing.message.text
    assert importing.run_button.isEnabled()
    importing.sample.setValue(5)
    assert not importing.run_button.isEnabled()
    importing.sample.setValue(0)
    assert importing.run_button.isEnabled()
    importing.manifest.setText("another.jsonl")
    assert not importing.run_button.isEnabled()


def test_a_check_that_was_stopped_does_not_count(importing: ImportPage, lead: FakeLead, settle):
    lead.report = IntakeReport(ROWS, was_cancelled=True)
    _begin(importing)
    settle()
    assert not importing.run_button.isEnabled()
    assert "nothing was imported" in importing.message.text


def test_rows_come_while_the_import_runs(importing: ImportPage, lead: FakeLead, settle, qtbot: QtBot):
    go_on = threading.Event()
    lead.before_report = lambda _progress, _cancelled: go_on.wait(PATIENCE_SECONDS)
    _begin(importing)
    qtbot.waitUntil(lambda: importing.rows.rowCount() == 3)
    assert not importing.run_button.isEnabled()
    go_on.set()
    settle()
    assert importing.rows.rowCount() == 3


def test_lines_are_counted_by_reason_and_a_reason_leads_to_its_lines(importing: ImportPage, settle):
    _run(importing, settle)
    report = importing.report
    assert _cells(report.reasons, 2, 3) == [["CONSENT_MISSING", "1", "2"], ["PII_FLAGGED", "1", "3"]]
    report.reason_table.selectRow(1)
    settle()
    assert _cells(importing.rows, 1, 2) == [["3", "c.flac"]]


def test_the_report_is_filtered_sorted_and_written(
    importing: ImportPage, settle, qtbot: QtBot, tmp_path: Path
):
    _run(importing, settle)
    report = importing.report
    report.row_table.horizontalHeader().sectionClicked.emit(1)
    report.row_table.horizontalHeader().sectionClicked.emit(1)
    settle()
    assert [row.line for row in importing.rows.rows] == [3, 2, 1]
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    for key, lines in ((Qt.Key.Key_B, [1, 2, 3]), (Qt.Key.Key_S, [1, 3, 2])):
        qtbot.keyClick(importing, key, both)
        settle()
        assert [row.line for row in importing.rows.rows] == lines
    report.text.setText("B.MP")
    qtbot.waitUntil(lambda: importing.rows.rowCount() == 1)
    report.text.clear()
    report.outcome.setCurrentIndex(report.outcome.findData("quarantined"))
    qtbot.waitUntil(lambda: importing.rows.rowCount() == 1)
    qtbot.keyClick(importing, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle()
    written = (tmp_path / "manifest.jsonl").read_text(encoding="utf-8-sig").splitlines()
    assert written[0] == "line,outcome,code,clip,audio,sentence,consent_from"
    assert len(written) == 4


def test_past_imports_are_listed_and_their_lines_shown(importing: ImportPage, lead: FakeLead, settle):
    importing.enter()
    settle()
    assert [row[1:] for row in _cells(importing.past, 3, 9)] == [
        ["Lee Moreau", "import", "3", "1", "1", "1", "0", "finished"],
        ["Lee Moreau", "check", "3", "1", "1", "1", "0", "finished"],
        ["Lee Moreau", "import", "900", "", "", "", "", "killed"],
    ]
    importing.past_table.selectRow(0)
    settle()
    assert [row.line for row in importing.rows.rows] == [1, 2, 3]
    assert importing.report.caption.text().startswith("Import of ")


def test_progress_is_shown_and_nothing_can_be_changed_meanwhile(
    importing: ImportPage, lead: FakeLead, settle, qtbot: QtBot
):
    go_on = threading.Event()

    def halfway(progress, _cancelled) -> None:
        progress(3, 6)
        assert go_on.wait(PATIENCE_SECONDS)

    lead.before_report = halfway
    _begin(importing)
    qtbot.waitUntil(lambda: importing.progress.value() == 3)
    assert importing.progress.isVisible()
    assert importing.progress.maximum() == 6
    assert not importing.run_button.isEnabled()
    assert not importing.manifest.isEnabled()
    assert importing.cancel_button.isEnabled()
    go_on.set()
    settle()
    assert importing.run_button.isEnabled()


@pytest.mark.parametrize("act", ["cancel", "lock"])
def test_a_stop_and_a_lock_end_the_import_and_only_after_a_stop_its_report_comes(
    importing: ImportPage, lead: FakeLead, settle, qtbot: QtBot, act: str
):
    ended, seen = threading.Event(), []

    def until_ended(progress, cancelled) -> None:
        progress(1, 6)
        assert ended.wait(PATIENCE_SECONDS)
        seen.append(cancelled())

    lead.before_report = until_ended
    lead.report = IntakeReport(ROWS[:1], was_cancelled=True)
    _begin(importing)
    qtbot.waitUntil(lambda: importing.progress.value() == 1)
    (importing.cancel_button.click if act == "cancel" else importing.close_down)()
    ended.set()
    settle()
    assert seen == [True]
    assert ("Stopped early" in importing.message.text) is (act == "cancel")
    assert act == "lock" or importing.rows.rowCount() == 1


@pytest.mark.parametrize(("page", "act"), [("importing", "import_manifest"), ("exporting", "export")])
def test_a_refusal_is_said_and_one_may_run_it_again(page: str, act: str, request, lead: FakeLead, settle):
    shown = request.getfixturevalue(page)
    lead.errors[act] = [Refused("SIGNED_OUT")]
    _begin(shown)
    settle()
    assert shown.message.text == "You are signed out. Sign in again; your drafts are kept."
    assert (shown.check_button if page == "importing" else shown.run_button).isEnabled()


def test_a_key_chooses_and_a_key_imports(importing: ImportPage, lead: FakeLead, settle, qtbot: QtBot):
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(importing, Qt.Key.Key_O, control)
    qtbot.keyClick(importing, Qt.Key.Key_K, control | Qt.KeyboardModifier.ShiftModifier)
    settle()
    qtbot.keyClick(importing, Qt.Key.Key_Return, control)
    settle()
    assert lead.calls.count("import_manifest") == 2


def test_a_set_needs_a_format(exporting: ExportPage):
    exporting.choose.click()
    assert exporting.run_button.isEnabled()
    for box in exporting.formats:
        box.setChecked(False)
    assert not exporting.run_button.isEnabled()


@pytest.mark.parametrize("where", ['locale = "en-US"', None])
def test_formats_folder_and_filter_are_passed_on_if_there_is_one(
    exporting: ExportPage, lead: FakeLead, settle, tmp_path: Path, where: str | None
):
    exporting.where.setText(where or "")
    exporting.formats[1].setChecked(False)
    _run(exporting, settle)
    assert lead.exported == (tmp_path / "set", ("nemo",), where)


def test_what_was_written_and_what_was_left_out_is_shown(exporting: ExportPage, settle):
    _run(exporting, settle)
    assert "11 clips, 1 min 23 s" in exporting.message.text
    assert _cells(exporting.left_out, 2, 2) == [["not accepted yet", "3"], ["flag personal data", "1"]]


def test_what_a_set_would_hold_is_shown_before_it_is_written(exporting: ExportPage, lead: FakeLead, settle):
    exporting.options.cut.setCurrentIndex(1)
    exporting.options.split.setCurrentIndex(1)
    exporting.options.audio.setCurrentIndex(2)
    exporting.options.channels.setCurrentIndex(1)
    exporting.preview_button.click()
    settle()
    assert lead.export_options == SetOptions(cut=True, split=(80, 10, 10), audio=AudioForm.OPUS, mono=True)
    assert "12 rows of 11 clips, 1 min 23 s, about 2.6 MB" in exporting.message.text
    assert exporting.preview.rowCount() == 3
    assert _cells(exporting.left_out, 2, 3) == [
        ["not accepted yet", "3", "clips"],
        ["no text", "2", "rows, segments"],
    ]
    assert "QA has not drawn it yet" in road_of("not_accepted")
    assert lead.calls == ["preview_export"]


def test_a_margin_is_for_cut_segments_alone(exporting: ExportPage):
    assert not exporting.options.margin.isEnabled()
    exporting.options.cut.setCurrentIndex(1)
    assert exporting.options.margin.isEnabled()
    assert exporting.options.chosen() == SetOptions(cut=True)


def test_an_export_that_runs_can_be_cancelled(exporting: ExportPage, lead: FakeLead, settle):
    begun, stopped = threading.Event(), []

    def wait(_progress, is_cancelled) -> None:
        begun.set()
        until = threading.Event()
        for _ in range(PATIENCE_SECONDS * 100):
            if is_cancelled():
                stopped.append(True)
                break
            until.wait(0.01)

    lead.before_report = wait
    _begin(exporting)
    assert begun.wait(PATIENCE_SECONDS)
    exporting.cancel_button.click()
    settle()
    assert stopped == [True]
    assert not exporting.cancel_button.isVisible()


def test_an_export_without_a_live_agreement_asks_for_it(exporting: ExportPage, lead: FakeLead, qtbot: QtBot):
    lead.errors["export"] = [NdaRequired()]
    with qtbot.waitSignal(exporting.agreement_requested):
        _begin(exporting)


def test_the_page_offers_the_formats_that_there_are(exporting: ExportPage):
    assert [box.text() for box in exporting.formats] == [TITLES[name] for name in catalogue.FORMATS]


def test_a_format_says_what_it_leaves_out(exporting: ExportPage):
    assert all(box.toolTip().startswith("Leaves out: ") for box in exporting.formats)


def test_a_format_whose_package_is_missing_cannot_be_chosen(exporting: ExportPage):
    boxes = dict(zip(TITLES, exporting.formats, strict=True))
    assert {name for name, box in boxes.items() if not box.isEnabled()} == set(
        filter(missing_package, TITLES)
    )


def test_the_bar_is_not_seen_when_nothing_runs_but_has_its_place(page: ImportPage | ExportPage, settle):
    table = page.findChild(QTableView)
    assert not page.progress.isVisible()
    before = table.geometry()
    page.progress.show()
    page.layout().activate()
    assert table.geometry() == before


def test_an_empty_table_says_what_will_be_here(page: ImportPage | ExportPage, lead: FakeLead, settle):
    lead.imports.clear()
    page.enter()
    settle()
    assert page.findChild(QTableView).accessibleDescription().endswith(".")


def test_the_comment_of_a_key_does_not_go_into_a_set(qtbot) -> None:
    form = ExportOptionsForm(("training",))
    qtbot.addWidget(form)
    form.encrypt_to.setText(" age1abc , ssh-ed25519 AAAA somebody@example.org,")
    assert form.chosen().encrypt_to == ("age1abc", "ssh-ed25519 AAAA")
