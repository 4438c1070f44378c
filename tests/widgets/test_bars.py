"""Status bar, sidebar and top bar on their own."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from reviewer.model.project import Project
from reviewer.ui.page import StatusFacts
from reviewer.ui.sidebar import Sidebar, SidebarEntry
from reviewer.ui.status_bar import StatusBar
from reviewer.ui.theme import SIDEBAR_FOLDED_PX, SIDEBAR_PX, STATUS_BAR_PX, TOP_BAR_PX
from reviewer.ui.top_bar import TopBar

ENTRIES = (SidebarEntry("desk", "Desk", "desk"), SidebarEntry("mine", "My work", "mine"))


@pytest.fixture
def status(themed, qtbot: QtBot) -> StatusBar:
    made = StatusBar()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def sidebar(themed, qtbot: QtBot) -> Sidebar:
    made = Sidebar(ENTRIES)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def top(themed, qtbot: QtBot) -> TopBar:
    made = TopBar(Project(name="Translator", locale="de-DE"))
    qtbot.addWidget(made)
    made.show()
    return made


def _slot(bar: StatusBar, name: str) -> QLabel:
    return bar.findChild(QLabel, f"status_{name}")


def test_each_fact_has_its_own_place(status: StatusBar):
    status.show_facts(StatusFacts("14:02:11", 38, 12, 3, "Speakers (48 kHz)"))
    shown = [_slot(status, name).text() for name in ("saved", "waiting", "done", "unwitnessed", "sound")]
    assert shown == [
        "Saved 14:02:11",
        "38 waiting",
        "12 done today",
        "3 rows not witnessed",
        "Speakers (48 kHz)",
    ]


def test_a_fact_that_is_not_told_stays(status: StatusBar):
    status.show_facts(StatusFacts(waiting=38))
    status.show_facts(StatusFacts(saved="14:02:11"))
    assert _slot(status, "waiting").text() == "38 waiting"


def test_an_empty_text_clears_its_place_and_keeps_it(status: StatusBar):
    status.show_facts(StatusFacts(saved="14:02:11"))
    status.show_facts(StatusFacts(saved=""))
    assert _slot(status, "saved").text() == ""
    assert _slot(status, "saved").isVisible()


def test_no_rows_without_a_witness_is_said_too(status: StatusBar):
    status.show_facts(StatusFacts(unwitnessed=0))
    assert _slot(status, "unwitnessed").text() == "all rows witnessed"


def test_places_that_were_never_used_take_no_room(status: StatusBar):
    status.show_facts(StatusFacts(waiting=1))
    assert not _slot(status, "done").isVisible()


def test_nothing_moves_when_a_count_grows(status: StatusBar):
    status.show_facts(StatusFacts("14:02:11", 1, 1, 1))
    status.layout().activate()
    before = _slot(status, "unwitnessed").x()
    status.show_facts(StatusFacts("14:02:12", 99, 99, 99))
    status.layout().activate()
    assert _slot(status, "unwitnessed").x() == before


def test_a_cleared_bar_says_nothing(status: StatusBar):
    status.show_facts(StatusFacts("14:02:11", 38, 12, 3, "Speakers"))
    status.clear()
    assert [label.text() for label in status.findChildren(QLabel)] == [""] * 5


def test_the_bars_keep_their_heights(status: StatusBar, top: TopBar):
    assert (status.height(), top.height()) == (STATUS_BAR_PX, TOP_BAR_PX)


def test_a_click_asks_for_the_screen(sidebar: Sidebar, qtbot: QtBot):
    with qtbot.waitSignal(sidebar.page_requested) as asked:
        sidebar.findChild(QToolButton, "sidebar_mine").click()
    assert asked.args == ["mine"]


def test_a_key_asks_for_the_screen(sidebar: Sidebar, qtbot: QtBot):
    with qtbot.waitSignal(sidebar.page_requested) as asked:
        qtbot.keyClick(sidebar, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert asked.args == ["mine"]


def test_exactly_one_button_is_down(sidebar: Sidebar):
    sidebar.mark("desk")
    sidebar.mark("mine")
    down = [button.objectName() for button in sidebar.findChildren(QToolButton) if button.isChecked()]
    assert down == ["sidebar_mine"]


def test_a_folded_sidebar_is_narrow(sidebar: Sidebar):
    sidebar.fold(folded=True)
    assert sidebar.width() == SIDEBAR_FOLDED_PX
    sidebar.fold(folded=False)
    assert sidebar.width() == SIDEBAR_PX


def test_words_fit_into_the_sidebar(sidebar: Sidebar):
    for button in sidebar.findChildren(QToolButton):
        assert button.sizeHint().width() <= SIDEBAR_PX


def test_the_top_bar_says_project_and_language(top: TopBar):
    assert top.findChild(QLabel, "project").text() == "Translator · de-DE"


def test_the_top_bar_says_who_it_is_locked_to(top: TopBar):
    top.show_person("Ana K.", "contractor")
    assert top.findChild(QLabel, "locked_to").text() == "Signed in as Ana K. · contractor"


@pytest.mark.parametrize("what", ["theme", "keys", "lock"])
def test_each_button_asks_for_what_it_says(top: TopBar, qtbot: QtBot, what: str):
    with qtbot.waitSignal(getattr(top, f"{what}_requested")):
        top.findChild(QToolButton, f"{what}_button").click()
