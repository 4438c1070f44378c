"""A lead reads a late draft beside what was handed in since, and decides about it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from reviewer.errors import LeaseLost
from reviewer.model.event import Action
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.late_draft_dialog import LateDraftDialog
from reviewer.ui.lead.overview_page import OverviewPage
from reviewer.ui.mine.page import MinePage
from reviewer.ui.page import Page
from tests.benches.clip_page import CTRL, SHIFT, clip_tools
from tests.benches.workspace import ANA, BEN, LEAD, Bench, annotation, claim_and_hear, hear, make_bench
from tests.fakes.player import FakePlayer

OF_ANA, OF_BEN = "the lamp is broken", "the lamb is broken"
OPEN = (Qt.Key.Key_D, CTRL | SHIFT)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Ana's text came after Ben had taken the clip, and Ben has handed his in."""
    made = make_bench(tmp_path)
    made.agree(LEAD, ANA, BEN)
    lost = claim_and_hear(made.work(ANA))
    made.clock.advance(31 * 60)
    work = made.work(BEN)
    hear(work, taken := work.claim())
    with pytest.raises(LeaseLost):
        made.work(ANA).submit(lost, annotation(OF_ANA))
    work.submit(taken, annotation(OF_BEN))
    yield made
    made.workspace.close()


@pytest.fixture
def page(bench: Bench, enter_page: Callable[[Page], None], jobs: Jobs) -> OverviewPage:
    tools = clip_tools(jobs, FakePlayer())
    made = OverviewPage(bench.person(LEAD).lead, jobs, make_tools=lambda: tools)
    enter_page(made)
    return made


@pytest.fixture
def dialog(page: OverviewPage, qtbot: QtBot, settle: Callable[[], None]) -> LateDraftDialog:
    """Opened by the keyboard from the table."""
    page._late_table.selectRow(0)
    qtbot.keyClick(page, *OPEN)
    settle()
    return page.findChild(LateDraftDialog)


def test_both_texts_are_shown_and_an_adopted_one_is_said_on_both_sides(
    page: OverviewPage, dialog: LateDraftDialog, bench: Bench, settle, show, jobs: Jobs
) -> None:
    assert (dialog.texts.theirs.toPlainText(), dialog.texts.mine.toPlainText()) == (OF_BEN, OF_ANA)
    assert (dialog.texts.theirs.marked, dialog.texts.mine.marked) == (("lamb",), ("lamp",))
    assert dialog.texts.comment.isHidden()
    dialog.adopt.click()
    settle()
    assert "work of Ana Kowalska" in page.message.text
    assert page.late.rows == ()
    assert bench.events()[-1].action is Action.CLIP_CLOSED
    mine = MinePage(bench.person(ANA).desk, jobs)
    show(mine)
    mine.enter()
    settle()
    assert [mine.done.index(0, column).data() for column in (1, 2)] == [
        "in review · adopted late draft",
        OF_ANA,
    ]


def test_dismissed_for_a_reason_and_the_author_reads_it(
    page: OverviewPage, dialog: LateDraftDialog, bench: Bench, settle
) -> None:
    dialog.reasons.setCurrentIndex(1)
    dialog.dismiss.click()
    settle()
    (row,) = bench.events(Action.LATE_DISMISSED)
    assert row.reason == "incomplete"
    assert page.findChild(LateDraftDialog) is None
    (past,) = bench.work(ANA).history()
    assert (past.text, past.reason) == (OF_ANA, "incomplete")


def test_clip_leaves_the_screen_when_it_may_not_be_open_any_more(
    page: OverviewPage, dialog: LateDraftDialog, bench: Bench, settle
) -> None:
    with bench.database() as database:
        database.execute("UPDATE clip SET purge_at = 0")
    dialog.beat_now()
    settle()
    assert page.findChild(LateDraftDialog) is None
    assert "retention" in page.message.text.lower()
    assert bench.events()[-1].action is Action.CLIP_PUT_AWAY


def test_what_is_not_complete_is_said_in_the_dialog_which_stays_open(
    page: OverviewPage, dialog: LateDraftDialog, bench: Bench, settle
) -> None:
    bench.person(LEAD).lead.late_drafts._opened.clear()
    dialog.adopt.click()
    settle()
    assert dialog.isVisible()
    assert dialog.message.text
