"""The page of what is held back, over a real workspace."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from reviewer.lead.intake_report import IntakeOptions
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.held_back_page import HeldBackPage
from reviewer.ui.lead.overview_page import OverviewPage
from reviewer.ui.page import Page
from reviewer.ui.private_clipboard import PrivateText, forget_copied
from reviewer.ui.theme import GROUP_PX
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from tests.benches.clip_page import CTRL, clip_tools
from tests.benches.spoken import FRAMES_A_WORD, write_spoken
from tests.benches.workspace import ANA, BEN, LEAD, Bench, make_bench
from tests.fakes.player import FakePlayer

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # of menus
NUMBER = "four one five five five five two six seven one"
TEXTS = (f"my number is {NUMBER} please", f"call me {NUMBER}")
START, END = 3 * FRAMES_A_WORD, 13 * FRAMES_A_WORD


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Two clips in quarantine: the words of the first have times."""
    made = make_bench(tmp_path, drafts=())
    made.agree(LEAD, ANA, BEN)
    lead = made.person(LEAD).lead
    for name, text, with_times in (("timed", TEXTS[0], True), ("plain", TEXTS[1], False)):
        manifest = write_spoken(tmp_path / "in", made.clock, [text], with_times=with_times, name=name)
        assert lead.import_manifest(manifest, IntakeOptions()).quarantined == 1
        made.clock.advance(60)
    yield made
    made.workspace.close()


@pytest.fixture
def player() -> FakePlayer:
    return FakePlayer()


@pytest.fixture
def page(bench: Bench, enter_page: Callable[[Page], None], jobs: Jobs, player: FakePlayer) -> HeldBackPage:
    made = HeldBackPage(bench.person(LEAD).lead, clip_tools(jobs, player))
    enter_page(made)
    return made


def rows(page: HeldBackPage) -> list[list[str]]:
    model = page.clips
    return [[model.index(row, column).data() for column in range(1, 4)] for row in range(model.rowCount())]


def test_the_reason_of_a_release_is_read_whole_where_there_is_room(page: HeldBackPage) -> None:
    words_px = page.reasons.fontMetrics().horizontalAdvance(page.reasons.itemText(0))
    assert page.reasons.width() >= words_px + 2 * GROUP_PX


def is_on(page: HeldBackPage, name: str) -> bool:
    return page.findChild(QPushButton, name).isEnabled()


def test_what_was_found_is_listed_and_nothing_is_opened(page: HeldBackPage, bench: Bench) -> None:
    assert rows(page) == [
        ["in quarantine", "found in the draft, redaction not decided or applied", "phone number"],
        ["in quarantine", "found in the draft", "phone number"],
    ]
    assert page.redactions.rowCount() == 1
    assert page.text.toPlainText() == ""
    assert bench.events("clip.opened") == []


def test_without_a_live_agreement_nothing_opens_and_it_is_asked_for(
    page: HeldBackPage, bench: Bench, press: Callable[..., None], qtbot: QtBot
) -> None:
    bench.clock.advance(400 * 24 * 3600)
    with qtbot.waitSignal(page.agreement_requested):
        press(Qt.Key.Key_Return, CTRL)
    assert bench.events("clip.opened") == []


def test_the_text_is_shown_after_a_row_and_the_muted_part_is_silent(
    page: HeldBackPage, bench: Bench, press: Callable[..., None], player: FakePlayer
) -> None:
    press(Qt.Key.Key_Return, CTRL)
    assert TEXTS[0] in page.text.toPlainText()
    assert len(bench.events("clip.opened")) == 1
    assert not player.loaded.read(START, END).any()
    assert player.loaded.read(0, START // 2).any()
    press(Qt.Key.Key_Space, CTRL)
    player.listen(4000)
    page.playback.pause()
    page.leave()
    assert page.text.toPlainText() == ""
    assert player.loaded is None


def test_the_muted_part_is_heard_after_a_reason_and_a_row(
    page: HeldBackPage, bench: Bench, press: Callable[..., None], player: FakePlayer, settle
) -> None:
    assert not is_on(page, "held_hear")
    press(Qt.Key.Key_Return, CTRL)
    press(Qt.Key.Key_H)
    page.findChild(QMenu, "hearing_reasons").actions()[0].trigger()
    settle()
    (row,) = [row for row in bench.events("clip.opened") if row.detail["purpose"] == "muted"]
    first, end = row.detail["span"]
    assert row.detail["why"] == "content"
    assert player.loaded.frames == end - first
    assert player.loaded.read(START - first, END - first).any()
    player.listen(end)
    page.muted.stop()
    settle()
    assert bench.events("clip.heard")[-1].detail["purpose"] == "muted"


def test_texts_cannot_be_pasted_into_another_program(page: HeldBackPage, press) -> None:
    press(Qt.Key.Key_Return, CTRL)
    page.text.selectAll()
    page.text.copy()
    is_private = isinstance(QGuiApplication.clipboard().mimeData(), PrivateText)
    forget_copied()
    assert is_private


def test_what_the_lead_heard_is_logged(
    page: HeldBackPage, bench: Bench, press, player: FakePlayer, settle
) -> None:
    press(Qt.Key.Key_Return, CTRL)
    press(Qt.Key.Key_Space, CTRL)
    player.listen(4000)
    page.playback.pause()
    settle()
    (row,) = bench.events("clip.heard")
    assert row.detail["ranges"] == [[0, 4000, 100]]


def test_a_key_removes_the_sound_and_the_clip_leaves_the_list(
    page: HeldBackPage, bench: Bench, press: Callable[..., None]
) -> None:
    assert not is_on(page, "held_release")
    press(Qt.Key.Key_I)
    assert len(rows(page)) == 1
    assert bench.person(LEAD).lead.overview().counts.clips == {"quarantined": 1, "ready": 1}
    assert "removed" in page.message.text


def test_a_rejected_redaction_makes_way_for_a_release(
    page: HeldBackPage, bench: Bench, press: Callable[..., None]
) -> None:
    press(Qt.Key.Key_N)
    assert is_on(page, "held_release")
    press(Qt.Key.Key_R)
    assert len(rows(page)) == 1
    (row,) = bench.events("held.released")
    assert row.reason == "not_personal"


def test_a_selection_is_redacted_after_the_clip_was_opened(
    page: HeldBackPage, bench: Bench, press: Callable[..., None], settle
) -> None:
    from reviewer.ui.waveform.selection import Selection

    page.clip_table.selectRow(1)
    assert not is_on(page, "held_redact")
    press(Qt.Key.Key_Return, CTRL)
    page.waves.select(Selection(10_000, 60_000))
    press(Qt.Key.Key_I)
    assert len(rows(page)) == 1
    assert len(bench.events("redaction.applied")) == 1


def test_a_clip_is_handed_to_a_contractor_by_name(
    page: HeldBackPage, bench: Bench, press: Callable[..., None]
) -> None:
    page.clip_table.selectRow(1)
    assert [page.names.itemText(place) for place in range(page.names.count())] == [ANA, BEN]
    page.names.setCurrentText(BEN)
    press(Qt.Key.Key_G)
    assert bench.work(ANA).claim() is None
    assert bench.work(BEN).claim() is not None


def test_a_purge_is_asked_about_first(
    page: HeldBackPage, bench: Bench, press: Callable[..., None], settle
) -> None:
    press(Qt.Key.Key_X)
    dialog = page.findChild(ConfirmDialog)
    assert len(rows(page)) == 2
    dialog.accept()
    settle()
    assert len(rows(page)) == 1
    assert len(bench.events("clip.purged")) == 1


def test_the_overview_says_how_many_wait(
    themed, bench: Bench, qtbot: QtBot, jobs: Jobs, settle: Callable[[], None]
) -> None:
    page = OverviewPage(bench.person(LEAD).lead, jobs)
    qtbot.addWidget(page)
    page.enter()
    settle()
    assert page.findChild(QLabel, "overview_held_back").text().endswith(": 2")


def test_a_clip_that_may_not_be_open_any_more_leaves_within_one_beat(
    page: HeldBackPage, bench: Bench, press: Callable[..., None], player: FakePlayer, settle
) -> None:
    press(Qt.Key.Key_Return, CTRL)
    page.beat_now()
    settle()
    assert TEXTS[0] in page.text.toPlainText()
    bench.clock.advance(400 * 86_400)
    page.beat_now()
    settle()
    assert page.text.toPlainText() == ""
    assert player.loaded is None
    assert [event.reason for event in bench.events("clip.put_away")] == ["NDA_REQUIRED"]
    assert page.message.text
