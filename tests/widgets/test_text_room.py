"""The room of the text: its size, the border to the waveform, tags and draft folded away; all remembered."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QSplitter, QToolButton, QWidget

from reviewer.ui.theme import Theme
from tests.benches.clip_page import ALT, CTRL, SHIFT, ClipPageBench, Role
from tests.fakes.work_session import FakeDesk, a_hypothesis, a_lease, an_open_clip


def again(bench: ClipPageBench) -> None:
    """Closes the page and opens it anew."""
    bench.close()
    bench.open(FakeDesk(an_open_clip(a_lease(7), hypotheses=(a_hypothesis("a machine's text"),))))


def height(bench: ClipPageBench, name: str) -> int:
    QApplication.processEvents()
    return bench.page.findChild(QWidget, name).height()


def test_text_grows_and_shrinks_by_keys_within_bounds_and_stays_so(
    bench: ClipPageBench, role: Role, dark: Theme
) -> None:
    bench.open_role(role)
    bench.type("hello")
    bench.press(Qt.Key.Key_Equal, CTRL | SHIFT)
    assert bench.field.font().pixelSize() == 22
    assert bench.field.text == "hello"
    for _ in range(12):
        bench.press(Qt.Key.Key_Equal, CTRL | SHIFT)
    assert bench.field.font().pixelSize() == 40
    dark.toggle()
    assert bench.field.font().pixelSize() == 40
    again(bench)
    assert bench.field.font().pixelSize() == 40
    QTest.mouseClick(bench.page.findChild(QToolButton, "text_smaller"), Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is bench.field
    assert bench.field.font().pixelSize() == 38


def test_without_room_for_the_tags_their_button_says_so_and_cannot_be_pressed(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    button = bench.page.findChild(QToolButton, "fold_tags")
    assert button.isEnabled()
    assert button.isChecked()
    bench.preferences.put("text.size_px", 40)
    bench.preferences.put("desk.wave_share", 500)
    assert height(bench, "tag_palette") == 0
    assert not button.isEnabled()
    assert not button.isChecked()
    assert "No room" in button.toolTip()
    bench.preferences.put("text.size_px", 20)
    bench.preferences.put("desk.wave_share", 200)
    assert height(bench, "tag_palette") > 0
    assert button.isEnabled()
    assert button.isChecked()
    assert "No room" not in button.toolTip()


@pytest.mark.parametrize("way", ["key", "button"])
def test_folded_tags_give_their_room_to_the_text_and_their_keys_still_work(
    bench: ClipPageBench, way: str
) -> None:
    bench.open_role("desk")
    before = height(bench, "transcript_text")
    if way == "key":
        bench.press(Qt.Key.Key_G, CTRL | SHIFT)
    else:
        bench.page.findChild(QToolButton, "fold_tags").click()
    assert height(bench, "tag_palette") == 0
    assert height(bench, "transcript_text") > before + 60
    bench.press(Qt.Key.Key_1, ALT)
    assert bench.field.text == "[laugh] "
    again(bench)
    assert height(bench, "tag_palette") == 0
    bench.press(Qt.Key.Key_G, CTRL | SHIFT)
    assert height(bench, "tag_palette") > 0


def test_a_folded_draft_is_one_line_and_can_still_be_used(bench: ClipPageBench) -> None:
    bench.open_role("desk", hypotheses=(a_hypothesis("a machine's text"),))
    bench.press(Qt.Key.Key_D, CTRL | SHIFT)
    fold = "fold_drafts"
    assert bench.page.findChild(QPushButton, fold).accessibleName() == "Show the drafts"
    again(bench)
    assert bench.page.findChild(QPushButton, fold).accessibleName() == "Show the drafts"
    bench.press(Qt.Key.Key_M, CTRL | SHIFT)
    assert bench.field.text == "a machine's text"


def test_the_border_moves_by_keys_and_is_remembered_for_its_page(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    before = height(bench, "waveform_panel")
    for _ in range(2):
        bench.press(Qt.Key.Key_PageDown, CTRL | SHIFT)
    grown = height(bench, "waveform_panel")
    assert grown > before + 40
    assert [
        name.partition(".")[0]
        for name in ("desk.wave_share", "qa.wave_share")
        if bench.preferences.text(name)
    ] == [role]
    bench.press(Qt.Key.Key_PageUp, CTRL | SHIFT)
    assert before < height(bench, "waveform_panel") < grown


def test_the_border_is_dragged_and_stays_where_it_was_left(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    border = bench.page.findChild(QSplitter, "border")
    border.moveSplitter(320, 1)
    left = height(bench, "waveform_panel")
    assert abs(left - 320) <= 2
    again(bench)
    assert abs(height(bench, "waveform_panel") - left) <= 2


def test_a_share_from_somewhere_else_is_kept_within_bounds(bench: ClipPageBench) -> None:
    bench.preferences.put("desk.wave_share", 5000)
    bench.open_role("desk")
    assert height(bench, "waveform_panel") <= 0.7 * height(bench, "clip_view") + 1
