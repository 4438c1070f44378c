"""In, out, and what is left behind a lock."""

from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from reviewer.errors import NdaRequired, Refused, Unavailable
from reviewer.model.people import Role
from reviewer.model.project import IntakeRules
from reviewer.ui.jobs import Jobs
from reviewer.ui.main_window import initial_size, least_size
from reviewer.ui.page import Page, PageRequest
from reviewer.ui.shortcuts_dialog import ShortcutsDialog
from reviewer.ui.theme import Scheme, Theme, current_scheme
from tests.benches.agreement import sign
from tests.benches.main_window import NAME, MainWindowBench
from tests.fakes.work_session import an_open_clip


@pytest.fixture
def made(main_window) -> MainWindowBench:
    """A lead's window."""
    return main_window()


def tool(made: MainWindowBench, name: str) -> QAbstractButton:
    return made.signed_in.findChild(QAbstractButton, name)


def test_before_sign_in_there_is_nothing_but_the_page_and_it_closes_at_once(
    qtbot: QtBot, jobs: Jobs, settle, dark: Theme
):
    made = MainWindowBench(qtbot, jobs, settle, dark, Role.LEAD)
    assert made.window.signed_in is None
    assert made.window.sign_in_flow.isVisible()
    made.window.close()
    assert not made.window.isVisible()


@pytest.mark.parametrize(
    ("role", "screens"),
    [
        (Role.CONTRACTOR, ["desk", "mine"]),
        (Role.QA, ["qa"]),
        (
            Role.LEAD,
            [
                "overview",
                "progress",
                "clips",
                "import",
                "export",
                "held",
                "retention",
                "corpus",
                "people",
                "log",
            ],
        ),
    ],
)
def test_sidebar_and_keys_have_only_the_screens_of_the_role(main_window, role: Role, screens: list[str]):
    signed_in = main_window(role).signed_in
    buttons = signed_in.sidebar.findChildren(QPushButton)
    assert [button.objectName().removeprefix("sidebar_") for button in buttons] == screens
    screen_keys = [*(f"Ctrl+Shift+F{number}" for number in (1, 2, 3, 4, 5, 7))]
    screen_keys += ["Alt+F7", "Alt+F8", "Shift+F11", "Shift+F12"]
    keys = dict(signed_in.keys())
    assert [key for key in screen_keys if key in keys] == screen_keys[: len(screens)]


def test_the_bar_says_where_and_who(main_window):
    signed_in = main_window(Role.QA).signed_in
    assert signed_in.findChild(QLabel, "project").text() == "Translator, autumn · en-US"
    assert NAME in signed_in.findChild(QLabel, "locked_to").text()


@pytest.mark.parametrize(
    ("width", "words"),
    [(1280, "People"), (1000, "")],
)
def test_the_sidebar_shows_words_where_there_is_room_and_folds_to_icons_where_there_is_none(
    made: MainWindowBench, width: int, words: str
):
    made.window.resize(width, 800)
    button = tool(made, "sidebar_people")
    assert button.text() == words
    assert button.accessibleName() == "People"


@pytest.mark.parametrize("way", ["click", "key"])
def test_a_click_in_the_sidebar_or_a_key_brings_the_screen(made: MainWindowBench, qtbot: QtBot, way: str):
    if way == "click":
        made.click("sidebar_progress")
    else:
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        qtbot.keyClick(made.window, Qt.Key.Key_F2, both)
        made.settle()
    assert made.page.objectName() == "progress_page"
    assert tool(made, "sidebar_progress").isChecked()


def test_work_taken_back_under_my_work_is_shown_at_the_desk(main_window):
    bench = main_window(Role.CONTRACTOR)
    bench.signed_in.go_to("mine")
    bench.page.page_requested.emit(PageRequest("desk", "a1"))
    bench.settle()
    assert bench.page.objectName() == "desk_page"
    assert "take_back" in bench.desk.work.calls


def test_a_clip_is_of_the_product_as_the_project_names_it(main_window):
    bench = main_window(Role.CONTRACTOR)
    bench.lock()
    names = IntakeRules(product_names={an_open_clip().clip.product: "Name of the project"})
    bench.gateway.project = replace(bench.gateway.project, intake=names)
    bench.sign_in("desk")
    bench.take_next()
    assert bench.window.findChild(QLabel, "clip_product").text() == "Name of the project"


def test_facts_of_a_page_stand_in_the_status_bar(made: MainWindowBench):
    shown = [made.signed_in.findChild(QLabel, f"status_{name}").text() for name in ("open", "unwitnessed")]
    assert shown == ["96 tasks open", "12 rows not witnessed"]


@pytest.mark.parametrize("way", ["button", "key"])
def test_a_lock_blanks_at_once_signs_out_and_throws_the_pages_away(
    made: MainWindowBench, qtbot: QtBot, way: str
):
    signed_in = made.signed_in
    if way == "button":
        tool(made, "lock_button").click()
    else:
        modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        qtbot.keyClick(made.window, Qt.Key.Key_L, modifiers)
    assert not signed_in.isVisible()
    assert made.window.sign_in_flow.isVisible()
    made.settle()
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]
    assert made.window.signed_in is None
    qtbot.waitUntil(lambda: not shiboken6.isValid(signed_in))


def test_a_lock_stops_the_sound_lets_the_player_go_and_closes_the_clip_before_the_sign_out(main_window):
    made = main_window(Role.QA)
    made.take_next()
    made.page.workspace.playback.toggle()
    assert made.player.is_playing
    made.window.lock()
    assert not made.player.is_playing
    assert made.player.is_closed
    assert "lock" not in made.gateway.sign_in.calls
    made.settle()
    assert "close" in made.qa.work.calls
    assert made.gateway.sign_in.calls[-1] == "lock"


def test_after_a_lock_one_can_come_in_again(made: MainWindowBench):
    made.lock()
    made.sign_in()
    assert made.page.objectName() == "overview_page"


def test_a_lock_shuts_open_questions(made: MainWindowBench):
    made.window.show_keys()
    dialog = made.window.findChild(ShortcutsDialog)
    assert dialog.isVisible()
    made.window.lock()
    assert not dialog.isVisible()


def test_a_lock_at_the_agreement_signs_out_too(main_window):
    made = main_window(Role.CONTRACTOR, signed=False)
    assert made.window.sign_in_flow.currentWidget() is made.window.sign_in_flow.nda_page
    made.lock()
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]


def test_closing_the_window_signs_out_first(made: MainWindowBench, qtbot: QtBot):
    made.window.close()
    assert made.window.isVisible()
    qtbot.waitUntil(lambda: not made.window.isVisible())
    assert made.gateway.sign_in.calls == ["sign_in", "sign_out"]


def test_a_window_whose_text_cannot_be_saved_stays_open_until_asked_again(main_window, qtbot: QtBot):
    bench = main_window(Role.CONTRACTOR)
    bench.page.workspace.presenter.take_next()
    bench.settle()
    bench.signed_in.go_to("mine")
    desk = bench.signed_in.page_of("desk")
    work = bench.desk.work
    work.errors["save_draft"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    desk.workspace.view.transcription.editor.replace_text("hello")
    bench.window.close()
    assert bench.window.isVisible()
    assert bench.page is desk
    assert desk.workspace.view.message.text.startswith("Not saved yet")
    bench.window.close()
    qtbot.waitUntil(lambda: not bench.window.isVisible())
    assert work.drafts["task-1"].text_verbatim == "hello"


def test_a_page_is_made_when_it_is_first_shown_and_then_kept(made: MainWindowBench):
    first = made.page
    assert made.signed_in.findChildren(Page) == [first]
    made.signed_in.go_to("people")
    people = made.page
    made.signed_in.go_to("overview")
    made.signed_in.go_to("people")
    assert made.page is people
    assert made.signed_in.findChildren(Page) == [first, people]


def test_asked_a_second_time_the_window_closes_whatever_is_under_way(made: MainWindowBench):
    made.window.close()
    made.window.close()
    assert not made.window.isVisible()


def test_f1_shows_the_keys_of_the_page_and_its_screens_by_name(made: MainWindowBench, qtbot: QtBot):
    qtbot.keyClick(made.window, Qt.Key.Key_F1)
    model = made.window.findChild(ShortcutsDialog).findChild(QTableView, "keys_table").model()
    shown = {model.index(row, 0).data(): model.index(row, 1).data() for row in range(model.rowCount())}
    assert shown.items() >= {"F5": "Refresh", "Ctrl+Shift+F2": "Progress", "F1": "Show the shortcuts"}.items()


def test_the_theme_button_turns_the_light_on_and_icons_follow(made: MainWindowBench):
    button = tool(made, "lock_button")
    before = button.icon().pixmap(16, 16).toImage()
    made.click("theme_button")
    assert current_scheme() is Scheme.LIGHT
    assert button.icon().pixmap(16, 16).toImage() != before


def test_a_lead_who_needs_the_agreement_reads_it_and_comes_back(main_window, qtbot: QtBot):
    made = main_window(signed=False)
    made.signed_in.go_to("export")
    made.lead.errors["export"] = [NdaRequired()]
    made.page.out.setText("/nowhere/set")
    made.page.run_button.click()
    made.settle()
    page = made.window.sign_in_flow.nda_page
    assert page.isVisible()
    sign(page, qtbot)
    made.settle()
    assert made.page.objectName() == "export_page"
    assert made.signed_in.isVisible()
    assert made.gateway.agreement.signed == {NAME}


def test_a_lead_who_declines_comes_back_without_it(main_window):
    made = main_window(signed=False)
    made.page.agreement_requested.emit()
    made.settle()
    made.window.sign_in_flow.nda_page.decline.click()
    made.settle()
    assert made.signed_in.isVisible()
    assert made.gateway.sign_in.calls == ["sign_in"]


def test_a_contractor_who_declines_is_signed_out(main_window):
    made = main_window(Role.CONTRACTOR, signed=False)
    made.window.sign_in_flow.nda_page.decline.click()
    made.settle()
    assert made.window.signed_in is None
    assert made.gateway.sign_in.calls == ["sign_in", "sign_out"]
    assert "declined" in made.window.sign_in_flow.sign_in_page.message.text


@pytest.mark.parametrize(
    ("room", "size", "fills"),
    [
        (QSize(2560, 1440), QSize(1280, 800), False),
        (QSize(1280, 800), QSize(1264, 752), True),
        (QSize(1280, 720), QSize(1264, 672), True),
        (QSize(1366, 728), QSize(1280, 680), True),
        (QSize(900, 600), QSize(900, 600), True),
        (QSize(853, 493), QSize(853, 493), True),
        (QSize(800, 800), QSize(1280, 800), False),
    ],
)
def test_the_window_fills_a_screen_that_has_no_room_for_it(room: QSize, size: QSize, fills: bool) -> None:
    assert initial_size(room) == (size, fills)


def test_the_window_can_be_made_as_small_as_a_laptop_s_screen_at_150_percent() -> None:
    assert least_size(QSize(1280, 760)) == QSize(900, 600)
    assert least_size(QSize(853, 493)) == QSize(853, 493)
    assert least_size(QSize(960, 520)) == QSize(900, 520)
    assert least_size(QSize(800, 800)) == QSize(900, 600), "no screen at all"


def test_changing_pages_moves_the_focus_into_the_page_and_back_to_where_it_was(
    main_window,
):
    made = main_window(Role.CONTRACTOR)
    made.sign_in("desk")
    made.take_next()
    field = QApplication.focusWidget()
    assert field.objectName() == "transcript_text"
    made.signed_in.go_to("mine")
    assert made.page.isAncestorOf(QApplication.focusWidget())
    made.signed_in.go_to("desk")
    assert QApplication.focusWidget() is field


@pytest.mark.parametrize("role", Role)
def test_whoever_signs_in_has_the_focus_on_the_first_page(main_window, role: Role) -> None:
    made = main_window(role)
    assert made.page.isAncestorOf(QApplication.focusWidget())


def test_changing_pages_gives_the_focus_to_nothing_on_the_way(main_window, qapp: QApplication) -> None:
    made, passed = main_window(Role.CONTRACTOR), list[object]()
    made.sign_in("desk")
    made.take_next()
    qapp.focusChanged.connect(lambda _old, new: passed.append(new))
    made.signed_in.go_to("mine")
    assert passed == [None, QApplication.focusWidget()]


def test_facts_are_asked_for_anew_every_minute_and_when_the_page_comes_back(main_window):
    made = main_window(Role.CONTRACTOR)
    made.sign_in("desk")
    made.take_next()
    made.desk.work.calls.clear()
    made.signed_in.findChild(QTimer, "minute", Qt.FindChildOption.FindDirectChildrenOnly).timeout.emit()
    made.settle()
    assert made.desk.work.calls == ["daily_counts"]
    made.signed_in.go_to("mine")
    made.desk.work.calls.clear()
    made.signed_in.go_to("desk")
    made.settle()
    assert "daily_counts" in made.desk.work.calls


@pytest.mark.parametrize("role", list(Role))
def test_window_of_every_role_purges_what_is_due_at_once_and_each_quarter_of_an_hour(
    main_window, role, qtbot: QtBot
):
    made = main_window(role)
    assert made.gateway.purges == [NAME]
    timer = made.signed_in.findChild(QTimer, "due_purges")
    assert timer.isActive()
    assert timer.interval() == 15 * 60_000
    made.gateway.purge_error = Unavailable("DISK_FULL")
    timer.timeout.emit()
    made.settle()
    assert made.gateway.purges == [NAME] * 2
    made.window.lock()
    made.settle()
    qtbot.waitUntil(lambda: made.window.findChild(QTimer, "due_purges") is None)


def test_an_open_window_seals_the_log_every_minute_although_nobody_does_anything(made: MainWindowBench):
    timer = made.signed_in.findChild(QTimer, "log_seal")
    assert timer.isActive()
    timer.timeout.emit()
    made.settle()
    assert "seal_log" in made.gateway.sign_in.calls


def test_access_log_that_the_server_refuses_is_said_in_the_status_bar_until_it_is_taken(
    made: MainWindowBench,
):
    timer = made.signed_in.findChild(QTimer, "log_show")
    label = made.signed_in.status_bar.findChild(QLabel, "status_log")
    for refusal in (None, Refused("WITNESS_LOG_CUT", rows=3, seen=5), Unavailable("QUEUE_UNREACHABLE"), None):
        made.gateway.sign_in.log_refusal = refusal
        timer.timeout.emit()
        made.settle()
        if isinstance(refusal, Unavailable):
            assert label.text()  # nothing new is known
            continue
        assert (label.text() == "Server refuses the access log") is (refusal is not None)
        assert ("rows were cut off" in label.toolTip()) is (refusal is not None)


@pytest.mark.parametrize(
    ("role", "page_id", "name"),
    [
        (Role.CONTRACTOR, "mine", "mine_table"),
        (Role.LEAD, "clips", "clips_table"),
        (Role.LEAD, "log", "log_table"),
        (Role.LEAD, "import", "import_manifest"),
    ],
)
def test_page_of_a_list_begins_in_the_list(main_window, role: Role, page_id: str, name: str) -> None:
    made = main_window(role)
    made.signed_in.go_to(page_id)
    made.settle()
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName() == name
