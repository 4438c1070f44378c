"""The page of all clips, over a real workspace."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from reviewer.model.clip_list import ClipColumn, ClipFilter
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.clips_page import ClipsPage
from reviewer.ui.lead.listen_dialog import ListenDialog
from reviewer.ui.lead.route_dialog import RouteDialog
from reviewer.ui.lead.saved_filters import SavedFilters
from reviewer.ui.page import Page
from reviewer.ui.preferences import Preferences
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from tests.benches.clip_page import CTRL, clip_tools
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, make_bench
from tests.fakes.file_chooser import FakeFileChooser
from tests.fakes.player import FakePlayer


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Three clips: one submitted by Ana, one leased to Ben."""
    made = make_bench(tmp_path)
    made.agree(LEAD, ANA, BEN, QUINN)
    made.submitted(ANA, "some words")
    made.clock.advance(60)
    made.work(BEN).claim()
    yield made
    made.workspace.close()


@pytest.fixture
def player() -> FakePlayer:
    return FakePlayer()


@pytest.fixture
def page(
    bench: Bench, enter_page: Callable[[Page], None], jobs: Jobs, player: FakePlayer, tmp_path: Path
) -> ClipsPage:
    chooser = FakeFileChooser(tmp_path / "clips.csv")
    made = ClipsPage(bench.person(LEAD).lead, clip_tools(jobs, player), chooser=chooser)
    enter_page(made)
    return made


@pytest.fixture
def listen(page: ClipsPage, press: Callable[..., None], qtbot: QtBot, settle) -> Callable[..., None]:
    """Opens the selected clip for the second reason of the list."""

    def opened(note: str = "") -> None:
        press(Qt.Key.Key_Return, CTRL)
        dialog = page.findChild(ListenDialog)
        assert not dialog.listen.isEnabled()
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_2)
        dialog.note.setText(note)
        qtbot.keyClick(dialog.note, Qt.Key.Key_Return)
        come_back(page, qtbot)
        settle()

    return opened


def come_back(page: ClipsPage, qtbot: QtBot) -> None:
    """The window is active again after a dialog, as a desktop makes it."""
    with qtbot.waitActive(page):
        page.activateWindow()


def column(page: ClipsPage, which: ClipColumn) -> list[str]:
    place = list(ClipColumn).index(which)
    return [page.clips.index(row, place).data() for row in range(page.clips.rowCount())]


def is_on(page: ClipsPage, name: str) -> bool:
    return page.findChild(QPushButton, name).isEnabled()


def select(page: ClipsPage, clip_id: str) -> None:
    page.clip_table.selectRow([row.id for row in page.clips.rows].index(clip_id))


def test_every_clip_is_listed_the_newest_act_first_and_nothing_is_opened(
    page: ClipsPage, bench: Bench
) -> None:
    assert column(page, ClipColumn.STATE) == ["in progress", "submitted", "ready"]
    assert column(page, ClipColumn.HAS) == [BEN, "", ""]
    assert column(page, ClipColumn.DID) == ["", ANA, ""]
    assert page.counts.text() == "3 of 3 clips, 3 s"
    assert len(bench.events("clip.opened")) == 1  # Ana's


def test_skills_have_a_column_only_where_a_clip_asks_for_one(page: ClipsPage) -> None:
    place = list(ClipColumn).index(ClipColumn.ROUTE)
    assert page.clip_table.isColumnHidden(place)
    page._show_row(page.clips.rows[0]._replace(skill="medical"))
    assert not page.clip_table.isColumnHidden(place)


def test_fields_filter_and_clear_shows_all_again(page: ClipsPage, qtbot: QtBot, press) -> None:
    page.filters.person.setCurrentText(ANA)
    qtbot.waitUntil(lambda: page.clips.rowCount() == 1)
    assert column(page, ClipColumn.DID) == [ANA]
    wanted = page.clips.rows[0].id
    press(Qt.Key.Key_E)
    qtbot.waitUntil(lambda: page.clips.rowCount() == 3)
    press(Qt.Key.Key_F, CTRL)
    assert page.filters.id_part.hasFocus()
    qtbot.keyClicks(page.filters.id_part, wanted[3:9])
    qtbot.waitUntil(lambda: [row.id for row in page.clips.rows] == [wanted])


@pytest.mark.parametrize("item", [ClipFilter(state="ready").to_json(), "id"])
def test_another_page_leads_to_the_clips_of_a_filter_or_to_one(
    page: ClipsPage, qtbot: QtBot, item: str
) -> None:
    ready = next(row.id for row in page.clips.rows if row.state == "ready")
    page.open_item(ready[2:] if item == "id" else item)
    qtbot.waitUntil(lambda: [row.id for row in page.clips.rows] == [ready])


def test_a_length_or_day_that_is_none_is_said_and_the_list_stays(page: ClipsPage, qtbot: QtBot) -> None:
    page.filters.since.setText("28.11.")
    qtbot.waitUntil(lambda: "2026-11-28" in page.message.text)
    assert page.clips.rowCount() == 3


def test_a_click_sorts_and_another_turns_the_order_round_and_so_do_keys(
    page: ClipsPage, settle: Callable[[], None], press
) -> None:
    header = page.clip_table.horizontalHeader()
    place = list(ClipColumn).index(ClipColumn.ID)
    header.sectionClicked.emit(place)
    settle()
    ids = column(page, ClipColumn.ID)
    assert ids == sorted(ids)
    header.sectionClicked.emit(place)
    settle()
    assert column(page, ClipColumn.ID) == ids[::-1]
    press(Qt.Key.Key_B)
    assert column(page, ClipColumn.ID) == ids
    press(Qt.Key.Key_S)
    assert page.order.column is ClipColumn.STATE


def test_the_selected_clip_stays_selected_when_the_order_changes(page: ClipsPage, press) -> None:
    page.clip_table.selectRow(2)
    chosen = page.chosen.id
    press(Qt.Key.Key_B)
    assert page.chosen.id == chosen
    assert page.clips.rows[0].id == chosen


def test_filters_are_saved_under_a_name_shown_again_and_removed(page: ClipsPage, qtbot: QtBot, press) -> None:
    assert not page.filters.save.isEnabled()
    page.filters.state.setCurrentIndex(page.filters.state.findData("ready"))
    qtbot.waitUntil(lambda: page.clips.rowCount() == 1)
    press(Qt.Key.Key_S, CTRL)
    dialog = page.findChild(QInputDialog)
    dialog.setTextValue("  waiting   clips ")
    dialog.accept()
    come_back(page, qtbot)
    press(Qt.Key.Key_E)
    qtbot.waitUntil(lambda: page.clips.rowCount() == 3)
    page.filters.names.setCurrentIndex(page.filters.names.findData("waiting clips"))
    page.filters.names.activated.emit(page.filters.names.currentIndex())
    qtbot.waitUntil(lambda: page.clips.rowCount() == 1)
    assert page.filters.remove.isEnabled()
    press(Qt.Key.Key_X)
    assert page.filters.names.count() == 1


def test_saved_filters_are_each_persons_own_and_what_cannot_be_read_is_left_out() -> None:
    preferences = Preferences()
    mine, theirs = SavedFilters(preferences, "p1"), SavedFilters(preferences, "p2")
    assert mine.save("long ones", ClipFilter(shortest=9.0)) == "long ones"
    assert mine.save(" ", ClipFilter()) == ""
    assert mine.all() == {"long ones": ClipFilter(shortest=9.0)}
    assert theirs.all() == {}
    preferences.put("clip_filters/p2", '{"a": 4, "b": "nothing"}')
    assert theirs.all() == {"b": ClipFilter()}
    preferences.put("clip_filters/p2", "[")
    assert theirs.all() == {}


def test_a_clip_is_heard_after_a_reason_and_a_row(
    page: ClipsPage, bench: Bench, listen: Callable[..., None], player: FakePlayer, press
) -> None:
    page.clip_table.selectRow(2)
    listen("checks the level")
    opened = bench.events("clip.opened")[-1]
    assert (opened.object, opened.detail["why"], opened.detail["note"]) == (
        page.chosen.id, "sound", "checks the level",
    )  # fmt: skip
    press(Qt.Key.Key_Space, CTRL)
    player.listen(4000)
    page.playback.pause()
    page.leave()
    press(Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier)
    assert bench.events("clip.heard")[-1].detail["ranges"] == [[0, 4000, 100]]
    assert bench.events("clip.closed")[-1].object == opened.object
    assert player.loaded is None


def test_without_a_reason_nothing_is_opened(page: ClipsPage, bench: Bench, press) -> None:
    before = len(bench.events("clip.opened"))
    press(Qt.Key.Key_Return, CTRL)
    dialog = page.findChild(ListenDialog)
    assert dialog.findChild(QRadioButton, "listen_audit") is not None
    dialog.reject()
    assert len(bench.events("clip.opened")) == before


def test_another_selection_closes_the_clip(page: ClipsPage, bench: Bench, listen, settle, player) -> None:
    page.clip_table.selectRow(2)
    listen()
    assert not is_on(page, "clips_open")
    page.clip_table.selectRow(0)
    settle()
    assert player.loaded is None
    assert is_on(page, "clips_open")


def test_a_clip_that_may_not_be_open_any_more_leaves_within_one_beat(
    page: ClipsPage, bench: Bench, listen, settle, player: FakePlayer
) -> None:
    listen()
    page.beat_now()
    settle()
    assert player.loaded is not None
    bench.clock.advance(400 * 86_400)
    page.beat_now()
    settle()
    assert player.loaded is None
    assert page.message.text


def test_a_clip_is_put_on_hold_and_released_by_keys(page: ClipsPage, bench: Bench, press) -> None:
    select(page, next(row.id for row in page.clips.rows if row.did))
    assert not is_on(page, "clips_release")
    page.reasons.setCurrentIndex(1)
    press(Qt.Key.Key_H)
    assert "hold: Personal data suspected" in column(page, ClipColumn.WITHHELD)
    assert is_on(page, "clips_release")
    press(Qt.Key.Key_R)
    assert set(column(page, ClipColumn.WITHHELD)) == {""}
    assert [event.reason for event in bench.events("hold.begun", "hold.ended")] == ["personal_data", ""]


def test_an_act_changes_its_row_alone_and_the_others_are_not_read_again(
    page: ClipsPage, qtbot: QtBot, press
) -> None:
    header = page.clip_table.horizontalHeader()
    header.sectionClicked.emit(list(ClipColumn).index(ClipColumn.WITHHELD))
    press(Qt.Key.Key_S, Qt.KeyboardModifier.NoModifier)
    first, *others = page.clips.rows
    select(page, first.id)
    with qtbot.assertNotEmitted(page.clips.modelReset):
        press(Qt.Key.Key_H)
    assert [row.id for row in page.clips.rows] == [*(each.id for each in others), first.id]
    assert page.chosen.hold
    assert all(row is other for row, other in zip(page.clips.rows, others, strict=False))


def test_a_clip_that_the_filter_does_not_let_through_any_more_leaves_the_list(
    page: ClipsPage, qtbot: QtBot, press
) -> None:
    page.filters.withheld.setCurrentIndex(page.filters.withheld.findData("neither"))
    qtbot.waitUntil(lambda: not page._arranging.is_running)
    page.clip_table.selectRow(1)
    following = page.clips.rows[2].id
    press(Qt.Key.Key_H)
    assert page.clips.rowCount() == 2
    assert page.chosen.id == following
    assert page.counts.text().startswith("2 of 3 clips")


def test_skill_and_priority_are_set_for_all_clips_that_are_listed_and_then_for_one(
    page: ClipsPage, bench: Bench, press, settle, qtbot: QtBot
) -> None:
    press(Qt.Key.Key_U)
    dialog = page.findChild(RouteDialog)
    assert not dialog.confirm.isEnabled()
    dialog.for_all.setChecked(True)
    dialog.has_skill.setChecked(True)
    dialog.skill.setText("Medical")
    dialog.has_priority.setChecked(True)
    dialog.priority.setValue(5)
    dialog.confirm.click()
    settle()
    assert column(page, ClipColumn.ROUTE) == ["medical +5"] * 3
    come_back(page, qtbot)
    page.clip_table.selectRow(1)
    press(Qt.Key.Key_U)
    dialog = page.findChildren(RouteDialog)[-1]
    assert dialog.priority.value() == 5
    dialog.has_priority.setChecked(True)
    dialog.priority.setValue(0)
    dialog.confirm.click()
    settle()
    assert sorted(column(page, ClipColumn.ROUTE)) == ["medical", "medical +5", "medical +5"]
    told = [event.detail for event in bench.events("clips.routed")]
    assert [(each.get("skill"), each["priority"], len(each["clip_ids"])) for each in told] == [
        ("medical", 5, 3), (None, 0, 1),
    ]  # fmt: skip


def test_taking_a_clip_from_somebody_is_asked_about_first(page: ClipsPage, press, settle) -> None:
    select(page, next(row.id for row in page.clips.rows if row.has))
    press(Qt.Key.Key_R)
    dialog = page.findChild(ConfirmDialog)
    assert BEN in dialog.windowTitle()
    dialog.accept()
    settle()
    assert set(column(page, ClipColumn.HAS)) == {""}


def test_a_clip_is_assigned_to_a_contractor(page: ClipsPage, press) -> None:
    select(page, next(row.id for row in page.clips.rows if not row.has and not row.did))
    assert [page.names.itemText(place) for place in range(page.names.count())] == [ANA, BEN, QUINN]
    page.names.setCurrentText(BEN)
    press(Qt.Key.Key_G)
    assert f"{BEN} (assigned)" in column(page, ClipColumn.HAS)


def test_what_is_listed_is_written_as_csv(page: ClipsPage, press, tmp_path: Path) -> None:
    press(Qt.Key.Key_C)
    lines = (tmp_path / "clips.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("clip,state,locale,product,seconds,has,assigned,did,")
    assert len(lines) == 4


def test_a_product_has_the_name_that_the_project_gives_it_in_the_list_and_its_filter(page: ClipsPage):
    product = page.clips.index(0, list(ClipColumn).index(ClipColumn.PRODUCT))
    assert product.data() == "Translator"
    offered = page.filters.product
    assert [(offered.itemText(1), offered.itemData(1))] == [("Translator", "translator")]
    page.filters.show_filter(ClipFilter(product="mixed_reality"))
    assert offered.currentText() == "Mixed Reality"
