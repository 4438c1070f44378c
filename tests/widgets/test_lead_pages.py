"""Overview, people, and the access log."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from reviewer.access.checkpoint import parse_checkpoint
from reviewer.access.verification import Finding
from reviewer.errors import Notice, Unavailable
from reviewer.model.people import Role
from reviewer.model.task import QueueCounts
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.log_page import LogPage
from reviewer.ui.lead.overview_page import OverviewPage
from reviewer.ui.lead.people_page import PeoplePage
from reviewer.ui.page import StatusFacts
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from reviewer.ui.widgets.count_tiles import CountTiles
from tests.fakes.lead import ADA, FakeLead, a_log_row, an_overview
from tests.fakes.workspace_gateway import CODE

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Chooses:
    """Chooses one place, always."""

    def __init__(self, place: Path | None) -> None:
        self._place = place

    def manifest(self, parent: QWidget) -> Path | None:
        return self._place

    def folder(self, parent: QWidget) -> Path | None:
        return self._place

    def checkpoint(self, parent: QWidget, suggestion: str) -> Path | None:
        return self._place


@pytest.fixture
def shown(themed, qtbot: QtBot, settle):
    def show(page):
        qtbot.addWidget(page)
        page.resize(1140, 740)
        page.show()
        page.enter()
        settle()
        return page

    return show


def _confirm(page: QWidget, *, yes: bool) -> None:
    dialog = page.findChild(ConfirmDialog)
    dialog.findChild(QPushButton, "confirm_act" if yes else "confirm_cancel").click()


# The overview


def test_clips_and_tasks_are_counted_by_state(shown, jobs: Jobs):
    page = shown(OverviewPage(FakeLead(), jobs))
    assert page.findChild(QLabel, "overview_clips_ready").text() == "96"
    assert page.findChild(QLabel, "overview_clips_purged").text() == "0"
    assert page.findChild(QLabel, "overview_tasks_accepted").text() == "11"


def test_each_person_s_work_stands_in_a_row(shown, jobs: Jobs):
    page = shown(OverviewPage(FakeLead(), jobs))
    assert [page.people.index(0, column).data() for column in range(5)] == [
        "Ada Contractor",
        "14",
        "11",
        "1",
        "2",
    ]


def test_who_holds_what_is_shown_by_name(shown, jobs: Jobs):
    page = shown(OverviewPage(FakeLead(), jobs))
    assert page.leases.index(0, 0).data() == "Ada Contractor"
    assert page.late.index(0, 0).data() == "Ada Contractor"


def test_rows_without_a_witness_are_said(shown, jobs: Jobs):
    page = shown(OverviewPage(FakeLead(), jobs))
    assert "12 rows" in page.message.text


def test_a_workspace_without_clips_says_what_to_do(shown, jobs: Jobs):
    empty = an_overview(counts=QueueCounts({}, {}, 0, {}), people=(), leases=(), late_drafts=())
    page = shown(OverviewPage(FakeLead(overview=empty), jobs))
    assert "No clips yet" in page.message.text
    assert "Import" in page.message.text


def test_the_status_bar_is_told(qtbot: QtBot, shown, jobs: Jobs):
    page = OverviewPage(FakeLead(), jobs)
    facts: list[StatusFacts] = []
    page.status_changed.connect(facts.append)
    shown(page)
    assert facts == [StatusFacts(waiting=96, unwitnessed=12)]


def test_a_lease_is_released_after_a_question(shown, jobs: Jobs, settle):
    lead = FakeLead()
    page = shown(OverviewPage(lead, jobs))
    page._lease_table.selectRow(1)
    page._release.click()
    _confirm(page, yes=True)
    settle()
    assert lead.released == ["task-t9"]


def test_a_lease_is_kept_when_the_question_is_cancelled(shown, jobs: Jobs, settle):
    lead = FakeLead()
    page = shown(OverviewPage(lead, jobs))
    page._lease_table.selectRow(0)
    page._release.click()
    _confirm(page, yes=False)
    settle()
    assert lead.released == []


def test_without_a_chosen_lease_there_is_nothing_to_release(shown, jobs: Jobs):
    page = shown(OverviewPage(FakeLead(), jobs))
    assert not page._release.isEnabled()


def test_figures_that_cannot_be_read_are_said(shown, jobs: Jobs):
    lead = FakeLead()
    lead.errors["overview"] = [Unavailable("The workspace cannot be read.")]
    assert "cannot be read" in shown(OverviewPage(lead, jobs)).message.text


# People


def _add(page: PeoplePage, name: str, settle) -> None:
    page.name.setText(name)
    page.add_button.click()
    settle()


def test_everybody_is_listed_with_role_and_state(shown, jobs: Jobs):
    page = shown(PeoplePage(FakeLead(), jobs))
    rows = [[page.people.index(row, column).data() for column in range(3)] for row in range(3)]
    assert rows[1] == ["Ben Okafor", "contractor", "invited"]


def test_adding_shows_the_code(shown, jobs: Jobs, settle):
    page = shown(PeoplePage(FakeLead(), jobs))
    _add(page, "Chiara Rossi", settle)
    assert page.invitation.isVisible()
    assert page.invitation.code.text() == CODE
    assert page.people.rowCount() == 4


def test_the_role_that_was_chosen_is_given(shown, jobs: Jobs, settle):
    lead = FakeLead()
    page = shown(PeoplePage(lead, jobs))
    page.role.setCurrentIndex(1)
    _add(page, "Quinn", settle)
    assert lead.everybody[-1].role is Role.QA


def test_the_code_is_gone_after_leaving_the_page(shown, jobs: Jobs, settle):
    page = shown(PeoplePage(FakeLead(), jobs))
    _add(page, "Chiara Rossi", settle)
    page.leave()
    page.enter()
    settle()
    assert not page.invitation.isVisible()
    assert page.invitation.code.text() == ""


def test_the_code_can_be_copied_and_leaves_the_clipboard_with_the_page(shown, jobs: Jobs, settle):
    page = shown(PeoplePage(FakeLead(), jobs))
    _add(page, "Chiara Rossi", settle)
    page.invitation.copy.click()
    assert QGuiApplication.clipboard().text() == CODE
    page.leave()
    assert QGuiApplication.clipboard().text() == ""


def test_what_else_was_copied_stays_in_the_clipboard(shown, jobs: Jobs, settle):
    page = shown(PeoplePage(FakeLead(), jobs))
    _add(page, "Chiara Rossi", settle)
    QGuiApplication.clipboard().setText("something else")
    page.invitation.done.click()
    assert QGuiApplication.clipboard().text() == "something else"


def test_a_taken_name_is_said_and_can_be_changed(shown, jobs: Jobs, settle):
    page = shown(PeoplePage(FakeLead(), jobs))
    _add(page, ADA.name, settle)
    assert "taken" in page.message.text
    assert page.name.text() == ADA.name
    assert page.add_button.isEnabled()


def test_without_a_name_nobody_is_added(shown, jobs: Jobs):
    page = shown(PeoplePage(FakeLead(), jobs))
    page.name.setText("   ")
    assert not page.add_button.isEnabled()


def test_revoking_asks_and_says_what_it_does(shown, jobs: Jobs, settle):
    lead = FakeLead()
    page = shown(PeoplePage(lead, jobs))
    page.table_view.selectRow(0)
    page.revoke_button.click()
    assert "keys are destroyed" in page.findChild(QLabel, "confirm_text").text()
    assert "revoke" not in lead.calls
    _confirm(page, yes=True)
    settle()
    assert "revoke" in lead.calls
    assert "Ada Contractor was revoked" in page.message.text


def test_a_cancelled_question_revokes_nobody(shown, jobs: Jobs, settle):
    lead = FakeLead()
    page = shown(PeoplePage(lead, jobs))
    page.table_view.selectRow(0)
    page.revoke_button.click()
    _confirm(page, yes=False)
    settle()
    assert "revoke" not in lead.calls


def test_a_key_adds(shown, jobs: Jobs, settle, qtbot: QtBot):
    page = shown(PeoplePage(FakeLead(), jobs))
    page.name.setText("Chiara Rossi")
    qtbot.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert page.invitation.code.text() == CODE


# The access log


def _log(lead: FakeLead, jobs: Jobs, place: Path | None = None) -> LogPage:
    return LogPage(lead, jobs, chooser=Chooses(place))


def test_the_newest_row_stands_first(shown, jobs: Jobs):
    page = shown(_log(FakeLead(log=[a_log_row(1), a_log_row(2, "task.claimed")]), jobs))
    assert [page.rows.index(0, column).data() for column in (0, 2, 4)] == [
        "2",
        "Ada Contractor",
        "Task claimed",
    ]


def test_the_reason_of_a_refusal_has_room(shown, jobs: Jobs):
    row = a_log_row(1, outcome="refused", reason="NDA_REQUIRED")
    page = shown(_log(FakeLead(log=[row]), jobs))
    table = page.findChild(QTableView, "log_table")
    assert table.sizeHintForColumn(6) <= table.columnWidth(6)


def test_an_id_is_short_in_the_log_and_whole_in_its_tooltip(shown, jobs: Jobs):
    long = "0123456789abcdef" * 2
    page = shown(_log(FakeLead(log=[a_log_row(1, object=long, detail={"task": 4, "lease": long})]), jobs))
    assert [page.rows.index(0, column).data() for column in (5, 7)] == [
        "0123…cdef",
        "lease 0123…cdef  task 4",
    ]
    assert page.rows.index(0, 5).data(Qt.ItemDataRole.ToolTipRole) == long


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("overview_people", "are counted here."),
        ("overview_leases", "No clips are leased."),
        ("overview_late", "was submitted."),
    ],
)
def test_an_empty_table_of_the_overview_says_so(shown, jobs: Jobs, name: str, end: str):
    empty = an_overview(people=(), leases=(), late_drafts=())
    page = shown(OverviewPage(FakeLead(overview=empty), jobs))
    assert page.findChild(QTableView, name).accessibleDescription().endswith(end)


def test_tasks_that_nobody_can_take_are_counted_apart_and_do_not_wait(shown, jobs: Jobs):
    facts: list[StatusFacts] = []
    counts = QueueCounts({"quarantined": 3, "ready": 2}, {"held_back": 3, "open": 2}, 0, {})
    page = OverviewPage(FakeLead(overview=an_overview(counts=counts)), jobs)
    page.status_changed.connect(facts.append)
    shown(page)
    assert page.findChild(QLabel, "overview_tasks_open").text() == "2"
    assert page.findChild(QLabel, "overview_tasks_held_back").text() == "3"
    assert facts[-1].waiting == 2


def test_counts_of_clips_and_of_tasks_stand_under_each_other(shown, jobs: Jobs):
    page = shown(OverviewPage(FakeLead(), jobs))

    def lefts(tiles: CountTiles) -> list[int]:
        return [label.x() for label in tiles.findChildren(QLabel) if label.property("kind") == "count"]

    assert lefts(page.tasks) == lefts(page.clips)[: len(lefts(page.tasks))]


def test_a_whole_log_is_called_whole(shown, jobs: Jobs, settle):
    page = shown(_log(FakeLead(), jobs))
    page.verify.click()
    settle()
    assert "All 42 rows verify" in page.message.text
    assert page.verify.isEnabled()


def test_the_first_bad_row_is_named(shown, jobs: Jobs, settle):
    lead = FakeLead()
    lead.finding = Finding(ok=False, first_bad=17, notice=Notice("LOG_ROW_CHANGED", {"row": 17}), rows=16)
    page = shown(_log(lead, jobs))
    page.verify.click()
    settle()
    assert "Row 17 of the access log was changed" in page.message.text
    assert "row 17 is the first bad one" in page.message.text


def test_a_checkpoint_is_written_where_one_chose(shown, jobs: Jobs, settle, tmp_path: Path):
    place = tmp_path / "checkpoint.txt"
    page = shown(_log(FakeLead(), jobs, place))
    page.save.click()
    settle()
    assert parse_checkpoint(place.read_text(encoding="utf-8")).size == 42
    assert "42 rows" in page.message.text


def test_rows_count_as_witnessed_once_the_checkpoint_is_written(shown, jobs: Jobs, settle, tmp_path: Path):
    lead = FakeLead()
    page = shown(_log(lead, jobs, tmp_path / "checkpoint.txt"))
    facts: list[StatusFacts] = []
    page.status_changed.connect(facts.append)
    page.save.click()
    settle()
    assert "witnessed" in lead.calls
    assert facts == [StatusFacts(unwitnessed=12)]


def test_no_checkpoint_is_made_when_no_place_was_chosen(shown, jobs: Jobs, settle):
    lead = FakeLead()
    page = shown(_log(lead, jobs, None))
    page.save.click()
    settle()
    assert "checkpoint" not in lead.calls


def test_a_place_that_cannot_be_written_is_said(shown, jobs: Jobs, settle, tmp_path: Path):
    lead = FakeLead()
    page = shown(_log(lead, jobs, tmp_path / "nowhere" / "checkpoint.txt"))
    page.save.click()
    settle()
    assert "witnessed" not in lead.calls
    assert "could not be written" in page.message.text
    assert page.save.isEnabled()
