"""Whoever has no mouse and no eyes for it: every control by Tab, in order, seen and named."""

from collections.abc import Iterable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.shortcuts_dialog import ShortcutsDialog
from reviewer.ui.theme import tokens
from reviewer.ui.widgets.read_only_text import CommentText
from tests.widgets.scenes import FURTHER_SCENES, SCENES

_ENOUGH = 200
_BARS = "theme_button keys_button settings_button lock_button"
_SIDEBAR_OF_LEAD = (
    "sidebar_overview sidebar_progress sidebar_clips sidebar_import sidebar_export sidebar_held "
    "sidebar_retention sidebar_corpus sidebar_people sidebar_log"
)
ROADS = {
    "sign_in": "sign_in_name sign_in_passphrase sign_in_enrol",
    "agreement": "nda_text nda_tick nda_name nda_passphrase nda_decline",
    "desk": "transcript_text field_speech_quality_clear field_intelligibility_1 "
    "field_speakers_one field_noise_music text_accent flag_personal_data skip submit "
    f"{_BARS} sidebar_desk sidebar_mine play_start",
    "listening": "settings_pages listening_step_ms listening_backstep_ms listening_again_percent "
    "listening_play_on_open",
    "own_keys": "settings_pages keys_preset keys_search keys_actions keys_change keys_add keys_remove "
    "keys_reset_all keys_import keys_export settings_close",
    "skip": "skip_cannot_understand skip_cancel",
    "mine": f"{_BARS} sidebar_desk sidebar_mine mine_refresh mine_find mine_whole_words mine_search_button "
    "mine_table",
    "compared_check": "qa_theirs qa_mine qa_comment qa_return qa_accept",
    "overview": f"{_BARS} {_SIDEBAR_OF_LEAD} overview_activity overview_policy overview_refresh "
    "overview_clips_ready_open overview_clips_in_review_open overview_clips_reviewed_open "
    "overview_clips_final_open overview_clips_quarantined_open overview_people overview_leases overview_late",
    "people": f"{_SIDEBAR_OF_LEAD} people_table people_revoke people_code people_register people_languages "
    "people_set_languages people_skills people_set_skills people_name people_role people_add people_invite "
    "people_admit invitation_copy invitation_done",
    "import": f"{_SIDEBAR_OF_LEAD} import_refresh import_manifest import_choose import_mapping "
    "import_choose_mapping import_sample import_seed import_stratify import_check import_run import_outcome "
    "import_code import_find import_csv import_rows import_reasons import_past",
    "clips": f"{_SIDEBAR_OF_LEAD} clips_csv clips_refresh clips_state clips_locale clips_product "
    "clips_person clips_refusal clips_withheld clips_id clips_shortest clips_longest clips_since clips_until "
    "clips_passes clips_saved clips_table clips_open clips_names clips_assign clips_reasons clips_hold",
    "progress": f"{_SIDEBAR_OF_LEAD} progress_refresh progress_days_csv progress_days progress_by "
    "progress_groups_csv progress_groups progress_stuck_csv progress_stuck",
    "appearance": "settings_pages appearance_theme appearance_contrast appearance_size settings_close",
    "log": f"{_SIDEBAR_OF_LEAD} log_refresh log_seen log_csv log_checkpoint log_verify log_message_retry "
    "log_person log_act log_on log_since log_until log_table",
}
"""Screen -> the controls that Tab comes to one after the other, from somewhere on the round."""


def _walk(front: QWidget, qtbot: QtBot) -> list[QWidget]:
    """What Tab comes to, each once, in order, from where the focus is."""
    if QApplication.focusWidget() is None:
        front.setFocus()
        front.focusNextPrevChild(True)
    walked: list[QWidget] = []
    for _ in range(_ENOUGH):
        here = QApplication.focusWidget()
        if here is None or here in walked:
            break
        walked.append(here)
        qtbot.keyClick(here, Qt.Key.Key_Tab)
    return walked


def _controls(front: QWidget) -> set[QWidget]:
    """Every control that is awake and in view, and takes the keyboard by Tab."""
    return {
        widget
        for widget in front.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isEnabled()
        and widget.isVisible()
        and widget.focusProxy() is None
        and widget.window() is front.window()
    }


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


def _names(widgets: Iterable[QWidget]) -> list[str]:
    return sorted(_name(widget) for widget in widgets)


def _ring(widget: QWidget) -> set[str]:
    """The colours at the middle of a control's left edge, where a focus ring is."""
    picture = widget.grab().toImage()
    scale, middle = picture.devicePixelRatio(), picture.height() // 2
    return {QColor(picture.pixel(x, middle)).name() for x in range(round(2 * scale))}


def _spoken(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


@pytest.mark.parametrize("name", SCENES | FURTHER_SCENES)
def test_tab_comes_to_every_control_and_each_is_named_and_has_a_ring(name: str, scene_of, qtbot: QtBot):
    scene = scene_of(name)
    walked = _walk(scene.front, qtbot)
    assert _names(_controls(scene.front) - set(walked)) == []
    assert [_name(w) for w in walked if not _spoken(w)] == []
    assert [_name(w) for w in walked if not w.objectName()] == []
    ring = {tokens().accent.lower(), tokens().text.lower()}
    for widget in walked:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert _ring(widget) & ring, _name(widget)


@pytest.mark.parametrize(("name", "names"), ROADS.items())
def test_tab_goes_as_one_reads(name: str, names: str, scene_of, qtbot: QtBot):
    scene, road = scene_of(name), names.split()
    walked = [widget.objectName() for widget in _walk(scene.front, qtbot)]
    turned = walked[walked.index(road[0]) :] + walked[: walked.index(road[0])]
    assert turned[: len(road)] == road


def test_a_remark_that_scrolls_is_a_stop_for_the_keyboard_and_a_short_one_is_not(themed, qtbot: QtBot):
    remark = CommentText("says", "CommentText")
    qtbot.addWidget(remark)
    remark.setFixedWidth(300)
    remark.show()
    remark.show_text("Listen again.")
    assert not remark.focusPolicy() & Qt.FocusPolicy.TabFocus
    remark.show_text("Listen to the end again. " * 20)
    assert remark.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize(("room", "height"), [(300, 480), (800, 752), (1440, 960)])
def test_the_list_of_keys_is_as_high_as_the_window_lets_it(
    room: int, height: int, themed: QApplication, qtbot: QtBot
):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, room)
    assert ShortcutsDialog([], "", window).height() == height
