"""Overview, people, and the access log."""

import errno
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from reviewer.access.checkpoint import parse_checkpoint
from reviewer.access.log_chain import LogRow
from reviewer.access.log_search import LogFilter
from reviewer.access.verification import Finding
from reviewer.errors import Notice, Refused, Unavailable
from reviewer.lead.witnessed_logs import LogState, SeenLog
from reviewer.model.clip_list import ClipFilter
from reviewer.model.people import Role
from reviewer.model.task import QueueCounts, TaskKind, UntakenCount
from reviewer.queue.api import DatabaseOwner
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.activity_dialog import ActivityDialog
from reviewer.ui.lead.admit_dialog import AdmitDialog
from reviewer.ui.lead.log_page import LogPage
from reviewer.ui.lead.overview_page import OverviewPage
from reviewer.ui.lead.people_page import PeoplePage
from reviewer.ui.lead.register_dialog import RegisterDialog
from reviewer.ui.lead.seen_logs_dialog import SeenLogsDialog
from reviewer.ui.page import PageRequest, StatusFacts
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from reviewer.ui.widgets.count_tiles import CountTiles
from reviewer.ui.widgets.tables import RowsModel
from reviewer.ui.widgets.widget_ids import refresh_shortcuts
from tests.fakes.file_chooser import FakeFileChooser
from tests.fakes.lead import ADA, BEN, LEE, NOON, FakeLead, a_log_row, an_overview
from tests.fakes.work_session import a_lease
from tests.fakes.workspace_gateway import CODE


@pytest.fixture
def lead() -> FakeLead:
    return FakeLead()


@pytest.fixture
def facts() -> list[StatusFacts]:
    """What the status bar was told."""
    return []


@pytest.fixture
def shown(themed, qtbot: QtBot, jobs: Jobs, settle, lead: FakeLead, facts: list[StatusFacts]):
    def show(kind: type, **more: object):
        page = kind(lead, jobs, **more)
        page.status_changed.connect(facts.append)
        qtbot.addWidget(page)
        page.resize(1140, 740)
        page.show()
        page.enter()
        settle()
        return page

    return show


def _cells(model: RowsModel, row: int, *columns: int) -> list[str]:
    return [model.index(row, column).data() for column in columns]


def _count(page: OverviewPage, name: str) -> str:
    return page.findChild(QLabel, f"overview_{name}").text()


def _answer(page: QWidget, *, yes: bool) -> None:
    dialog = page.findChild(ConfirmDialog)
    dialog.findChild(QPushButton, "confirm_act" if yes else "confirm_cancel").click()


# The overview


def test_clips_and_tasks_are_counted_by_state_and_each_person_s_work_and_clips_are_listed_by_name(shown):
    page = shown(OverviewPage)
    counts = [_count(page, name) for name in ("clips_ready", "clips_purged", "tasks_accepted")]
    assert counts == ["96", "0", "11"]
    assert _cells(page.people, 0, *range(5)) == ["Ada Contractor", "14", "11", "1", "2"]
    assert page.leases.index(0, 0).data() == page.late.index(0, 0).data() == "Ada Contractor"


def test_the_name_below_a_count_opens_the_clips_behind_it(shown, qtbot: QtBot):
    page = shown(OverviewPage)
    opens = page.findChild(QPushButton, "overview_clips_quarantined_open")
    with qtbot.waitSignal(page.page_requested) as asked:
        opens.click()
    assert asked.args == [PageRequest("clips", ClipFilter(state="quarantined").to_json())]
    assert not page.findChild(QPushButton, "overview_clips_purged_open").isEnabled()


def test_rows_without_a_witness_are_said_on_the_page_and_in_the_status_bar(shown, facts: list[StatusFacts]):
    assert "12 rows" in shown(OverviewPage).message.text
    assert facts == [StatusFacts(open_tasks=96, unwitnessed=12)]


def test_a_workspace_without_clips_says_what_to_do_and_its_tables_what_they_are_for(shown, lead: FakeLead):
    lead.shown = an_overview(counts=QueueCounts({}, {}, 0, {}), people=(), leases=(), late_drafts=())
    page = shown(OverviewPage)
    assert "No clips yet" in page.message.text
    assert "Import" in page.message.text
    for name, end in (
        ("people", "are counted here."),
        ("leases", "No clips are checked out."),
        ("late", "was submitted."),
    ):
        assert page.findChild(QTableView, f"overview_{name}").accessibleDescription().endswith(end)


def test_a_clip_that_somebody_from_qa_has_is_listed_by_their_name(shown, lead: FakeLead):
    lead.shown = an_overview(leases=(replace(a_lease("t7"), person_id="p3"),))
    assert shown(OverviewPage).leases.index(0, 0).data() == "Quinn Reviewer"


@pytest.mark.parametrize("yes", [True, False])
def test_a_chosen_lease_is_released_if_the_question_is_answered_with_yes(
    shown, lead: FakeLead, settle, yes: bool
):
    page = shown(OverviewPage)
    release = page.findChild(QPushButton, "overview_release")
    assert not release.isEnabled()
    page.findChild(QTableView, "overview_leases").selectRow(1)
    release.click()
    _answer(page, yes=yes)
    settle()
    assert lead.released == (["task-t9"] if yes else [])


def test_figures_that_cannot_be_read_are_said(shown, lead: FakeLead):
    lead.errors["overview"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    page = shown(OverviewPage)
    assert "could not be read" in page.message.text
    assert page.findChild(QTableView, "overview_leases").accessibleDescription() == ""


def test_tasks_that_nobody_can_take_are_counted_apart_and_do_not_wait(
    shown, lead: FakeLead, facts: list[StatusFacts]
):
    counts = QueueCounts({"quarantined": 3, "ready": 2}, {"held_back": 3, "open": 2}, 0, {})
    lead.shown = an_overview(counts=counts)
    page = shown(OverviewPage)
    assert (_count(page, "tasks_open"), _count(page, "tasks_held_back")) == ("2", "3")
    assert facts[-1].open_tasks == 2


def test_counts_of_clips_and_of_tasks_stand_under_each_other(shown):
    def lefts(tiles: CountTiles) -> list[int]:
        return [label.x() for label in tiles.findChildren(QLabel) if label.property("kind") == "count"]

    page = shown(OverviewPage)
    assert lefts(page.tasks) == lefts(page.clips)[: len(lefts(page.tasks))]


# People


@pytest.fixture
def inviting(shown, tmp_path: Path) -> PeoplePage:
    """The page of people, where every file dialog gives the same file."""
    return shown(PeoplePage, chooser=FakeFileChooser(tmp_path / "answer.json"))


def test_invitation_to_a_machine_of_their_own_is_written_and_its_code_shown(
    inviting: PeoplePage, lead: FakeLead, settle, qtbot: QtBot, tmp_path: Path
):
    assert not inviting.invite_button.isEnabled()
    inviting.name.setText("Chiara Rossi")
    qtbot.keyClick(
        inviting, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    settle()
    assert lead.admission.invited == [("Chiara Rossi", tmp_path / "answer.json")]
    assert inviting.invitation.code.text() == CODE
    assert "answer.json" in inviting.invitation.hint.text()
    inviting.table_view.selectRow(0)
    inviting.invite_button.click()
    assert "not sent from there is lost" in inviting.findChild(QLabel, "confirm_text").text()
    _answer(inviting, yes=True)
    settle()
    assert lead.admission.invited[-1] == (ADA.name, tmp_path / "answer.json")


def test_invitation_that_cannot_be_written_is_said_and_the_person_is_in_the_list(
    inviting: PeoplePage, lead: FakeLead, settle
):
    problem = {"file": "x.json", "name": "Chiara Rossi", "problem": "full"}
    lead.admission.errors["invite"] = Unavailable("INVITATION_NOT_WRITTEN", **problem)
    inviting.name.setText("Chiara Rossi")
    inviting.invite_button.click()
    settle()
    assert "Chiara Rossi was added, but" in inviting.message.text
    assert inviting.people.rowCount() == 4
    assert inviting.invite_button.isEnabled()


def test_answer_is_admitted_with_the_owners_password_which_is_not_kept(
    inviting: PeoplePage, lead: FakeLead, settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PGUSER", "voices_owner")
    (tmp_path / "answer.json").write_text("an answer", "utf-8")
    inviting.admit_button.click()
    dialog = inviting.findChild(AdmitDialog)
    assert not dialog.button.isEnabled()
    dialog.file.button.click()
    dialog.password.setText("wrong")
    lead.admission.errors["admit"] = Refused("QUEUE_SIGN_IN")
    dialog.button.click()
    dialog.reject()
    assert dialog.isVisible()  # the server is asked
    settle()
    assert "does not take this name and password" in dialog.owner_message.text
    dialog.password.setText("right")
    lead.admission.errors["admit"] = Refused("JOIN_ANSWER_NOT_INVITED")
    dialog.button.click()
    settle()
    assert "any open invitation" in dialog.file_message.text
    dialog.button.click()
    settle()
    assert lead.admission.admitted[-1] == ("an answer", DatabaseOwner("voices_owner", "right"))
    assert lead.admission.published == 1
    assert inviting.findChild(AdmitDialog) is None  # and with it the password
    assert f"{ADA.name} is admitted and can" in inviting.message.text
    lead.admission.errors["publish"] = Unavailable("QUEUE_UNREACHABLE")
    inviting.admit_button.click()
    again = inviting.findChild(AdmitDialog)
    again.file.button.click()
    again.button.click()
    settle()
    assert f"{ADA.name} is admitted, but" in inviting.message.text


def test_project_without_servers_says_why_nobody_can_be_invited_to_another_machine(lead: FakeLead, shown):
    lead.admission.has_servers = False
    page = shown(PeoplePage)
    page.name.setText("Chiara Rossi")
    for button in (page.invite_button, page.admit_button):
        assert not button.isEnabled()
        assert "on servers first" in button.toolTip()


@pytest.fixture
def people(shown) -> PeoplePage:
    return shown(PeoplePage)


def _add(page: PeoplePage, name: str, settle) -> None:
    page.name.setText(name)
    page.add_button.click()
    settle()


def test_everybody_is_listed_with_role_and_state(people: PeoplePage):
    assert _cells(people.people, 1, 0, 1, 2) == ["Ben Okafor", "contractor", "invited"]


@pytest.mark.parametrize("way", ["button", "key"])
def test_adding_gives_the_chosen_role_and_shows_the_code(
    people: PeoplePage, lead: FakeLead, settle, qtbot: QtBot, way: str
):
    people.role.setCurrentIndex(1)
    people.name.setText("Chiara Rossi")
    if way == "key":
        qtbot.keyClick(people, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    else:
        people.add_button.click()
    settle()
    assert people.invitation.isVisible()
    assert people.invitation.code.text() == CODE
    assert people.people.rowCount() == 4
    assert lead.everybody[-1].role is Role.QA


def test_the_code_can_be_copied_and_leaves_page_and_clipboard_with_the_page(people: PeoplePage, settle):
    _add(people, "Chiara Rossi", settle)
    people.invitation.copy.click()
    assert QGuiApplication.clipboard().text() == CODE
    people.leave()
    assert QGuiApplication.clipboard().text() == ""
    people.enter()
    settle()
    assert not people.invitation.isVisible()
    assert people.invitation.code.text() == ""


def test_what_else_was_copied_stays_in_the_clipboard(people: PeoplePage, settle):
    _add(people, "Chiara Rossi", settle)
    QGuiApplication.clipboard().setText("something else")
    people.invitation.done.click()
    assert QGuiApplication.clipboard().text() == "something else"


def test_a_taken_name_is_said_and_can_be_changed(people: PeoplePage, settle):
    _add(people, ADA.name, settle)
    assert "taken" in people.message.text
    assert people.name.text() == ADA.name
    assert people.add_button.isEnabled()


def test_without_a_name_nobody_is_added(people: PeoplePage):
    people.name.setText("   ")
    assert not people.add_button.isEnabled()


@pytest.mark.parametrize("yes", [True, False])
def test_a_new_code_is_asked_about_and_shown_after_a_yes(
    people: PeoplePage, lead: FakeLead, settle, yes: bool
):
    people.table_view.selectRow(0)
    people.code_button.click()
    assert "words they added" in people.findChild(QLabel, "confirm_text").text()
    assert "issue_code" not in lead.calls
    _answer(people, yes=yes)
    settle()
    assert ("issue_code" in lead.calls) is yes
    assert people.invitation.isHidden() is not yes


def test_nobody_issues_a_code_for_themselves(people: PeoplePage):
    row = [person.name for person in people.people.rows].index(LEE.name)
    people.table_view.selectRow(row)
    assert people.revoke_button.isEnabled()
    assert not people.code_button.isEnabled()


@pytest.mark.parametrize(
    ("leads", "has_key", "said"),
    [(1, True, "only the recovery key helps"), (1, False, "no recovery key"), (2, True, "not witnessed")],
)
def test_the_only_lead_is_asked_for_a_second(jobs, settle, qtbot, leads, has_key, said):
    lead = FakeLead(overview=an_overview(leads=leads, has_recovery_key=has_key))
    page = OverviewPage(lead, jobs)
    qtbot.addWidget(page)
    page.enter()
    settle()
    assert said in page.message.text


@pytest.mark.parametrize("yes", [True, False])
def test_revoking_asks_says_what_it_does_and_does_it_after_a_yes(
    people: PeoplePage, lead: FakeLead, settle, yes: bool
):
    people.table_view.selectRow(0)
    people.revoke_button.click()
    assert "keys are destroyed" in people.findChild(QLabel, "confirm_text").text()
    assert "revoke" not in lead.calls
    _answer(people, yes=yes)
    settle()
    assert ("revoke" in lead.calls) is yes
    assert ("Ada Contractor was revoked" in people.message.text) is yes


# The access log


def test_the_newest_row_stands_first(shown, lead: FakeLead):
    lead.log = [a_log_row(1), a_log_row(2, "task.claimed")]
    assert _cells(shown(LogPage).rows, 0, 0, 2, 4) == ["2", "Ada Contractor", "Task claimed"]


def test_the_reason_of_a_refusal_has_room(shown, lead: FakeLead):
    lead.log = [a_log_row(1, outcome="refused", reason="NDA_REQUIRED")]
    table = shown(LogPage).findChild(QTableView, "log_table")
    assert table.sizeHintForColumn(6) <= table.columnWidth(6)


def test_an_id_is_short_in_the_log_and_whole_in_its_tooltip(shown, lead: FakeLead):
    long = "0123456789abcdef" * 2
    lead.log = [a_log_row(1, object=long, detail={"task": 4, "lease": long})]
    page = shown(LogPage)
    assert _cells(page.rows, 0, 5, 7) == ["0123…cdef", "lease 0123…cdef  task 4"]
    assert page.rows.index(0, 5).data(Qt.ItemDataRole.ToolTipRole) == long


BAD = Finding(ok=False, first_bad=17, notice=Notice("LOG_ROW_CHANGED", {"row": 17}), rows=16)


@pytest.mark.parametrize(
    ("finding", "parts"),
    [
        (None, ["All 42 rows verify"]),
        (BAD, ["Row 17 of the access log was changed", "row 17 is the first bad one"]),
    ],
)
def test_a_whole_log_is_called_whole_and_the_first_bad_row_is_named(
    shown, lead: FakeLead, settle, finding: Finding | None, parts: list[str]
):
    lead.finding = finding or lead.finding
    page = shown(LogPage)
    page.verify.click()
    settle()
    assert all(part in page.message.text for part in parts)
    assert page.verify.isEnabled()


def test_a_checkpoint_is_written_where_one_chose_and_its_rows_count_as_witnessed_from_then_on(
    shown, lead: FakeLead, settle, tmp_path: Path, facts: list[StatusFacts]
):
    place = tmp_path / "checkpoint.txt"
    page = shown(LogPage, chooser=FakeFileChooser(place))
    facts.clear()
    page.save.click()
    settle()
    assert parse_checkpoint(place.read_text(encoding="utf-8")).size == 42
    assert "42 rows" in page.message.text
    assert "witnessed" in lead.calls
    assert facts == [StatusFacts(unwitnessed=12)]


def test_no_checkpoint_is_made_when_no_place_was_chosen(shown, lead: FakeLead, settle):
    shown(LogPage, chooser=FakeFileChooser(None)).save.click()
    settle()
    assert "checkpoint" not in lead.calls


def test_a_place_that_cannot_be_written_is_said(shown, lead: FakeLead, settle, tmp_path: Path):
    page = shown(LogPage, chooser=FakeFileChooser(tmp_path / "nowhere" / "checkpoint.txt"))
    page.save.click()
    settle()
    assert "witnessed" not in lead.calls
    assert "could not be written" in page.message.text
    assert page.save.isEnabled()


def test_overview_says_what_nobody_can_take_and_in_which_language(shown, lead: FakeLead) -> None:
    clips = [("cs-CZ", 8), ("und", 3), ("xx-XX", 2), ("fr", 1), ("es", 1)]
    untaken = [UntakenCount(TaskKind.TRANSCRIBE, locale, count) for locale, count in clips]
    untaken.append(UntakenCount(TaskKind.REVIEW, "de-DE", 4))
    lead.shown = an_overview(untaken=tuple(untaken))
    page = shown(OverviewPage)
    assert (
        "Tasks that nobody can take: 19 (8 in Czech (cs-CZ), 4 in German (de-DE) for review,"
        " 3 in no known language, 2 in xx-XX, 2 in others)."
    ) in page.message.text


def test_languages_of_the_selected_person_are_shown_and_set(shown, lead: FakeLead, settle) -> None:
    page = shown(PeoplePage)
    assert [_cells(page.people, row, 3) for row in (0, 1)] == [["en-GB de"], ["every"]]
    assert not page.languages_button.isEnabled()
    page.table_view.selectRow(0)
    assert page.languages.text() == "en-GB de"
    page.languages.setText("fr, EN-us")
    page.languages_button.click()
    settle()
    assert lead.spoken[ADA.id] == ("en-US", "fr")
    assert _cells(page.people, 0, 3) == ["en-US fr"]


def test_skills_of_the_selected_person_are_shown_and_set(shown, lead: FakeLead, settle) -> None:
    page = shown(PeoplePage)
    assert [_cells(page.people, row, 4) for row in (0, 1)] == [["medical"], [""]]
    assert not page.skills_button.isEnabled()
    page.table_view.selectRow(0)
    assert page.skills.text() == "medical"
    page.skills.setText("Code-Switching, medical")
    page.skills_button.click()
    settle()
    assert lead.able[ADA.id] == ("code-switching", "medical")
    assert _cells(page.people, 0, 4) == ["code-switching medical"]


def test_language_that_is_none_is_said_and_what_was_typed_stays(shown, lead: FakeLead, settle) -> None:
    page = shown(PeoplePage)
    page.table_view.selectRow(0)
    page.languages.setText("english")
    page.languages_button.click()
    settle()
    assert "This is not a language tag: english." in page.message.text
    assert page.languages.text() == "english"


def test_a_disabled_button_says_why_also_to_a_screen_reader_until_it_is_enabled(shown):
    page = shown(PeoplePage)
    assert page.add_button.toolTip().endswith("\nEnter a name first.")
    assert page.add_button.accessibleDescription().endswith(". Ctrl+N. Enter a name first.")
    refresh_shortcuts(page)
    assert page.add_button.toolTip().endswith("\nEnter a name first.")
    page.name.setText("Ada")
    assert "\n" not in page.add_button.toolTip()
    assert page.add_button.accessibleDescription().endswith(". Ctrl+N")


def test_overview_names_whom_a_limit_stopped_before_anything_else(shown, lead: FakeLead) -> None:
    lead.shown = replace(an_overview(), limited=("Ben", "Cleo"))
    page = shown(OverviewPage)
    assert page.message.text.startswith("Stopped by a limit in the last day: Ben, Cleo.")


def test_activity_shows_what_each_person_took_and_lifts_the_limits_of_one_who_was_stopped(
    shown, lead: FakeLead, settle
) -> None:
    page = shown(OverviewPage)
    page.findChild(QPushButton, "overview_activity").click()
    settle()
    dialog = page.findChild(ActivityDialog)
    assert _cells(dialog.rows, 1, 1, 2, 3, 6, 7, 8) == ["240", "241", "41", "180", "1.0", "2"]
    lift = dialog.findChild(QPushButton, "activity_lift")
    table = dialog.findChild(QTableView, "activity_table")
    table.selectRow(0)
    assert not lift.isEnabled(), "nobody stopped her"
    assert "No limit" in lift.toolTip()
    table.selectRow(1)
    lift.click()
    settle()
    assert "lift_limits" in lead.calls
    assert lead.calls[-1] == "overview", "the figures are fresh"


def test_the_register_shows_who_signed_what_and_whether_it_counts(people: PeoplePage, settle) -> None:
    people.register_button.click()
    settle()
    dialog = people.findChild(RegisterDialog)
    assert [_cells(dialog.rows, row, 0, 1, 2, 5) for row in range(2)] == [
        [ADA.name, "contractor", "2, en-US", "in force"],
        [BEN.name, "contractor", "1, de-DE", "replaced by a newer version"],
    ]
    dialog.findChild(QPushButton, "register_close").click()


def test_people_whose_log_was_cut_or_replaced_are_named(shown, lead: FakeLead, settle) -> None:
    silent = SeenLog("p-gone", "log-x", 3, NOON, NOON + timedelta(hours=2), LogState.SILENT, 0, None)
    lead.logs_seen.append(silent)
    page = shown(LogPage)
    page.seen.click()
    settle()
    dialog = page.findChild(SeenLogsDialog)
    assert [_cells(dialog.rows, row, 0, 2, 3, 6) for row in range(5)] == [
        [BEN.name, "shorter than before", "7", "2"],
        ["p-gone", "silent", "3", "0"],
        [ADA.name, "seen", "420", "0"],
        [LEE.name, "never worked", "0", "0"],
        [ADA.name, "replaced", "99", "0"],
    ]
    dialog.findChild(QPushButton, "seen_logs_close").click()


def test_server_that_is_away_shows_nobodys_log_and_says_so(shown, lead: FakeLead, settle) -> None:
    lead.errors["seen_logs"] = [Unavailable("QUEUE_UNREACHABLE")]
    page = shown(LogPage)
    page.seen.click()
    settle()
    assert page.findChild(SeenLogsDialog) is None
    assert "cannot be reached" in page.message.text


def test_the_log_is_filtered_by_person_act_object_and_day(shown, lead: FakeLead, settle) -> None:
    lead.log = [a_log_row(1)]
    page = shown(LogPage)
    bar = page.filters
    bar.people.setCurrentIndex(1)
    bar.acts.setCurrentIndex(bar.acts.findData("clip.opened"))
    bar.on.setText("c1")
    bar.first_day.setText("2026-11-02")
    bar.last_day.setText("2026-11-03")
    bar.last_day.editingFinished.emit()
    settle()
    day = datetime(2026, 11, 2, tzinfo=UTC)
    person = bar.people.currentData()
    assert person
    assert lead.wanted == LogFilter(person, "clip.opened", "c1", day, day + timedelta(days=2))


def test_a_day_that_is_none_is_said(shown, lead: FakeLead, settle) -> None:
    page = shown(LogPage)
    page.filters.first_day.setText("yesterday")
    page.filters.first_day.editingFinished.emit()
    settle()
    assert "2026-11-28" in page.message.text


def test_rows_of_the_filter_are_written_as_csv(shown, lead: FakeLead, settle, tmp_path: Path) -> None:
    lead.log = [a_log_row(1), a_log_row(2, object="=1+1")]
    place = tmp_path / "log.csv"
    page = shown(LogPage, chooser=FakeFileChooser(place))
    page.as_csv.click()
    settle()
    assert "2 rows written" in page.message.text
    assert ",'=1+1," in place.read_text(encoding="utf-8")


def test_a_table_of_the_log_that_the_disk_does_not_take_leaves_the_one_before(
    shown, lead: FakeLead, settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(_wanted: object) -> Iterator[LogRow]:
        yield a_log_row(1)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(lead, "log_rows_for_export", rows)
    place = tmp_path / "log.csv"
    place.write_text("before", encoding="utf-8")
    page = shown(LogPage, chooser=FakeFileChooser(place))
    page.as_csv.click()
    settle()
    assert page.message.text.startswith("The table could not be written: No space left on device")
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [
        ("log.csv", "before")
    ]
