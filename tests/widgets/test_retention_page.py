"""The lead's page of what is due, kept for longer, withdrawn but unknown, and to be recalled."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from reviewer.access.exports import ExportFolder
from reviewer.errors import Notice, Refused
from reviewer.lead.purge import PurgeReport
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.overview_page import OverviewPage
from reviewer.ui.lead.retention_page import RetentionPage
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from reviewer.ui.widgets.tables import RowsModel
from tests.factories import NOON
from tests.fakes.file_chooser import FakeFileChooser
from tests.fakes.lead import FakeLead, a_retention_overview, an_overview

LIST = Path("/home/lee/withdrawals of november.csv")


@pytest.fixture
def lead() -> FakeLead:
    return FakeLead()


@pytest.fixture
def page(themed: object, qtbot: QtBot, jobs: Jobs, settle: Any, lead: FakeLead) -> RetentionPage:
    made = RetentionPage(lead, jobs, chooser=FakeFileChooser(LIST))  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(1140, 740)
    made.show()
    made.enter()
    settle()
    return made


def texts(model: RowsModel[Any]) -> list[list[str]]:
    return [
        [str(model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)) for column in columns]
        for row, columns in ((row, range(model.columnCount())) for row in range(model.rowCount()))
    ]


def says(page: RetentionPage | OverviewPage) -> str:
    """The sentence of the page's message."""
    return label(page, "text")


def hint(page: RetentionPage | OverviewPage) -> str:
    return label(page, "label")


def label(page: RetentionPage | OverviewPage, kind: str) -> str:
    found = page.message.findChild(QLabel, f"{page.message.objectName()}_{kind}")
    assert isinstance(found, QLabel)
    return found.text()


def confirm(page: RetentionPage, *, yes: bool = True) -> str:
    """Answers the question; gives what it says."""
    dialog = page.findChild(ConfirmDialog)
    assert dialog is not None
    asked = dialog.windowTitle()
    dialog.accept() if yes else dialog.reject()
    return asked


def test_page_shows_due_extended_unknown_and_recall(page: RetentionPage) -> None:
    assert [row[0] for row in texts(page.due)] == ["c2", "c3", "c4"]
    assert [row[2] for row in texts(page.due)] == ["consent ends", "retention", "retention"]
    (kept,) = texts(page.extended)
    assert (kept[0], kept[2], kept[3]) == ("c5", "Lee Moreau", "rare dialect")
    assert [row[2:] for row in texts(page.recall)] == [
        ["finished", "2", "/sets/autumn"],
        ["unfinished", "2", "/media/usb/set"],
    ]
    assert texts(page.recall)[0][0] == "c1\nc9"
    assert [(row[0], row[2]) for row in texts(page.unknown)] == [("w0011aabb", "2")]
    assert says(page) == "Due for purging: 1 clips now, 2 within 30 days."


def test_of_many_clips_to_recall_the_first_are_named(
    page: RetentionPage, lead: FakeLead, settle: Any
) -> None:
    whole = lead.retention.recall[0]
    lead.retention = replace(
        lead.retention, recall=(replace(whole, clips=tuple(f"c{number}" for number in range(50_000))),)
    )
    page.refresh()
    settle()
    named = texts(page.recall)[0][0].split("\n")
    assert (named[0], named[19], named[20:]) == ("c0", "c19", ["…"])


def test_purging_by_date_that_waits_is_said_first_then_plain_files_that_may_be_left(
    page: RetentionPage, lead: FakeLead, settle: Any
) -> None:
    left = ExportFolder("e1", "/media/usb/.part", "/media/usb/set", "m", "2")
    lead.retention = a_retention_overview(unfinished=(left,))
    page.refresh()
    settle()
    assert "1 unfinished export" in says(page)
    assert "/media/usb/.part" in hint(page)
    lead.retention = a_retention_overview(unfinished=(left,), is_held=True)
    page.refresh()
    settle()
    assert says(page).startswith("Purging by date waits")


def test_list_is_purged_after_a_question_and_unknown_sources_are_said(
    page: RetentionPage, lead: FakeLead, settle: Any
) -> None:
    page.choose_button.click()
    assert confirm(page, yes=False) == "Purge the clips of this list?"
    settle()
    assert lead.lists == []
    lead.purge_report = replace(lead.purge_report, unknown=3, later=(("c4", NOON),))
    page.choose_button.click()
    confirm(page)
    settle()
    assert lead.lists == [LIST]
    assert says(page) == ("1 clips purged, 3 unknown sources. To be purged on the day their consent ends: 1.")
    assert hint(page).startswith("They are remembered")
    assert lead.calls.count("retention_overview") == 2


def test_backups_that_still_have_the_clips_are_named(
    page: RetentionPage, lead: FakeLead, settle: Any
) -> None:
    files = tuple(f"/media/usb/{day}.backup" for day in range(5))
    lead.purge_report = replace(lead.purge_report, unlisted=files)
    page.choose_button.click()
    confirm(page)
    settle()
    assert says(page).endswith(
        "says so: 5 (/media/usb/0.backup, /media/usb/1.backup, /media/usb/2.backup, …)."
    )
    assert hint(page).startswith("Delete them")


def test_list_that_is_refused_says_which_line(page: RetentionPage, lead: FakeLead, settle: Any) -> None:
    lead.errors["withdraw_list"] = [
        Refused("TABLE_LINES_REFUSED", file="list", line=3, problem=Notice("TABLE_QUOTE_OPEN"), lines="3, 9")
    ]
    page.choose_button.click()
    confirm(page)
    settle()
    assert says(page) == ("list was refused as a whole: line 3: A quote is not closed on its line.")
    assert hint(page) == "Nothing was done. Lines to correct: 3, 9."


def test_purge_of_what_is_due_asks_first_and_points_at_the_recall_list(
    page: RetentionPage, lead: FakeLead, settle: Any
) -> None:
    lead.purge_report = PurgeReport((("c2", "retention"),), 0, lead.retention.recall)
    page.purge_button.click()
    assert confirm(page) == "Purge everything that is due?"
    settle()
    assert "purge" in lead.calls
    assert hint(page) == "Recall these clips from the exports below."


def test_selected_clips_are_kept_for_longer_once_there_is_a_day_and_a_reason(
    page: RetentionPage, lead: FakeLead, settle: Any
) -> None:
    assert not page.extend_button.isEnabled()
    page._due_table.selectAll()
    QTest.keyClicks(page.why, "rare dialect")
    for day in ("soon", "2028-02-30", "2028-12-3"):
        page.until.setText(day)
        assert not page.extend_button.isEnabled(), day
    page.until.setText("2028-12-31")
    assert page.extend_button.isEnabled()
    page.extend_button.click()
    settle()
    assert [(each.clip_id, each.why) for each in lead.decisions] == [
        ("c2", "rare dialect"),
        ("c3", "rare dialect"),
        ("c4", "rare dialect"),
    ]
    assert lead.decisions[0].until == datetime(2028, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert says(page) == "Kept until 2028-12-31: 3."
    assert page.why.text() == ""


def test_overview_says_what_is_due(
    themed: object, qtbot: QtBot, jobs: Jobs, settle: Any, lead: FakeLead
) -> None:
    lead.shown = an_overview(due=4, unfinished_exports=1)
    page = OverviewPage(lead, jobs)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.enter()
    settle()
    assert says(page) == "Due for purging: 4 clips. Unfinished exports: 1."
    assert hint(page) == "See why, and what to do, under Retention."
