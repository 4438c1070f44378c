"""Status bar, sidebar and top bar on their own."""

from itertools import pairwise
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.model.project import Project
from reviewer.ui.page import SendingFacts, StatusFacts
from reviewer.ui.sidebar import Sidebar, SidebarEntry
from reviewer.ui.status_bar import StatusBar
from reviewer.ui.theme import SIDEBAR_FOLDED_PX, SIDEBAR_PX, STATUS_BAR_PX, TOP_BAR_PX
from reviewer.ui.top_bar import TopBar

W = TypeVar("W", bound=QWidget)
ENTRIES = (SidebarEntry("desk", "Desk", "desk"), SidebarEntry("mine", "My work", "mine"))


def shown(qtbot: QtBot, bar: W) -> W:
    qtbot.addWidget(bar)
    bar.show()
    return bar


@pytest.fixture
def status(themed, qtbot: QtBot) -> StatusBar:
    return shown(qtbot, StatusBar())


@pytest.fixture
def sidebar(themed, qtbot: QtBot) -> Sidebar:
    return shown(qtbot, Sidebar(ENTRIES))


@pytest.fixture
def top(themed, qtbot: QtBot) -> TopBar:
    return shown(qtbot, TopBar(Project(name="Translator", locale="de-DE")))


def _label(bar: StatusBar, name: str) -> QLabel:
    return bar.findChild(QLabel, f"status_{name}")


def _text(bar: StatusBar, name: str) -> str:
    return _label(bar, name).text()


def test_facts_of_a_narrow_window_stand_beside_each_other_and_the_least_important_give_way(status: StatusBar):
    away = SendingFacts(12, "14:02", "The server does not answer.", 20, "22:15")
    status.show_facts(StatusFacts("14:02:11", 1_234, 123, 1_234, "Loudspeakers (48 kHz)", sending=away))
    for width, gone in ((1600, []), (900, ["unwitnessed", "sound"])):
        status.resize(width, STATUS_BAR_PX)
        QApplication.processEvents()
        labels = [label for label in status.findChildren(QLabel) if label.isVisible()]
        labels.sort(key=QLabel.x)
        assert all(each.width() >= each.sizeHint().width() for each in labels), width
        assert all(one.geometry().right() < other.x() for one, other in pairwise(labels))
        assert labels[-1].geometry().right() < width
        assert [n for n in ("unwitnessed", "sound") if not _label(status, n).isVisible()] == gone, width


def test_a_long_name_is_read_whole_and_the_project_gives_way(themed, qtbot: QtBot):
    top = shown(qtbot, TopBar(Project(name="Call centre recordings of the whole of Europe", locale="de-DE")))
    top.show_person("Aleksandra Wiśniewska-Kowalczyk", "contractor")
    top.resize(900, TOP_BAR_PX)
    QApplication.processEvents()
    who = top.findChild(QLabel, "locked_to")
    assert who.width() >= who.sizeHint().width()
    assert 0 < top.findChild(QLabel, "project").width() < top.findChild(QLabel, "project").sizeHint().width()


def test_each_fact_has_its_own_place_and_stays_until_it_is_told_anew(status: StatusBar):
    names = ("saved", "waiting", "done", "unwitnessed", "sound")
    said = ["Saved 14:02:11", "38 waiting for you", "12 done today", "3 rows not witnessed", "Speakers"]
    status.show_facts(StatusFacts("14:02:11", 38, 12, 3, "Speakers"))
    assert [_text(status, name) for name in names] == said
    status.show_facts(StatusFacts(saved="", unwitnessed=0))
    assert [_text(status, name) for name in names] == ["", *said[1:3], "all rows witnessed", said[4]]
    assert status.findChild(QLabel, "status_saved").isVisible()
    assert (
        status.findChild(QLabel, "status_waiting").accessibleName()
        == "Tasks that you can take: 38 waiting for you"
    )
    status.show_facts(StatusFacts(waiting=0, undrawn=6_435))
    assert _text(status, "waiting") == "0 waiting for you, 6,435 new submissions"
    status.show_facts(StatusFacts(log_problem="The log was cut."))
    assert _text(status, "log") == "Server refuses the access log"
    assert status.findChild(QLabel, "status_log").toolTip() == "The log was cut."
    status.clear()
    assert not any(label.text() for label in status.findChildren(QLabel))


def test_places_that_were_never_used_take_no_room_and_nothing_moves_when_a_count_grows(status: StatusBar):
    places = []
    for facts in (StatusFacts("14:02:11", 1, None, 1), StatusFacts("14:02:12", 99, None, 99)):
        status.show_facts(facts)
        status.layout().activate()
        places.append(status.findChild(QLabel, "status_unwitnessed").x())
    assert places[0] == places[1]
    assert not status.findChild(QLabel, "status_done").isVisible()


def test_the_bars_keep_their_heights(status: StatusBar, top: TopBar):
    assert (status.height(), top.height()) == (STATUS_BAR_PX, TOP_BAR_PX)


@pytest.mark.parametrize("way", ["click", "key"])
def test_a_click_or_a_key_asks_for_the_screen(sidebar: Sidebar, qtbot: QtBot, way: str):
    with qtbot.waitSignal(sidebar.page_requested) as asked:
        if way == "click":
            sidebar.findChild(QPushButton, "sidebar_mine").click()
        else:
            both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
            qtbot.keyClick(sidebar, Qt.Key.Key_F2, both)
    assert asked.args == ["mine"]


def test_exactly_one_button_is_down(sidebar: Sidebar):
    sidebar.mark("desk")
    sidebar.mark("mine")
    down = [button.objectName() for button in sidebar.findChildren(QPushButton) if button.isChecked()]
    assert down == ["sidebar_mine"]


def test_a_screen_reader_says_radio_button_and_tab_stops_at_each(sidebar: Sidebar, qtbot: QtBot):
    sidebar.mark("desk")
    first, second = sidebar.findChildren(QPushButton)
    spoken = [QAccessible.queryAccessibleInterface(button) for button in (first, second)]
    assert [each.role() for each in spoken] == [QAccessible.Role.RadioButton] * 2
    assert [bool(each.state().checked) for each in spoken] == [True, False]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()


def test_a_folded_sidebar_is_narrow_and_words_fit_into_an_open_one(sidebar: Sidebar):
    for folded, width in ((True, SIDEBAR_FOLDED_PX), (False, SIDEBAR_PX)):
        sidebar.fold(folded=folded)
        assert sidebar.width() == width
    for button in sidebar.findChildren(QPushButton):
        assert button.sizeHint().width() <= SIDEBAR_PX


def test_the_top_bar_says_project_language_and_who_it_is_locked_to(top: TopBar):
    top.show_person("Ana K.", "contractor")
    assert top.findChild(QLabel, "project").text() == "Translator · de-DE"
    assert top.findChild(QLabel, "locked_to").text() == "Locked to Ana K. · contractor"


@pytest.mark.parametrize("what", ["theme", "keys", "lock"])
def test_each_button_asks_for_what_it_says(top: TopBar, qtbot: QtBot, what: str):
    with qtbot.waitSignal(getattr(top, f"{what}_requested")):
        top.findChild(QToolButton, f"{what}_button").click()


def test_a_lead_is_told_what_anybody_may_take(status: StatusBar):
    status.show_facts(StatusFacts(open_tasks=96, unwitnessed=12))
    assert _text(status, "open") == "96 tasks open"
    assert not status.findChild(QLabel, "status_waiting").isVisible()
