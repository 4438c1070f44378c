"""A warning comes before a distressing clip plays, and skipping it is one key away."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from reviewer.model.task import SkipReason
from reviewer.ui.desk.skip_dialog import SkipDialog
from tests.benches.clip_page import CTRL, SHIFT, ClipPageBench, Role


@pytest.mark.parametrize("plays_on_open", [False, True])
def test_the_first_request_to_play_only_warns(bench: ClipPageBench, role: Role, plays_on_open: bool) -> None:
    bench.preferences.put("listening.play_on_open", plays_on_open)
    bench.open_role(role, is_distressing=True)
    assert not bench.player.is_playing
    assert "distressing" in bench.message
    bench.press(Qt.Key.Key_F4)
    assert not bench.player.is_playing
    assert "distressing" in bench.message
    bench.press(Qt.Key.Key_F4)
    assert bench.player.is_playing


def test_other_clips_play_at_once_also_after_a_distressing_one(bench: ClipPageBench) -> None:
    bench.open_role("desk", count=2, is_distressing=True)
    bench.close()
    bench.open_role("desk")
    bench.press(Qt.Key.Key_F4)
    assert bench.player.is_playing


def test_its_skip_has_the_reason_already(bench: ClipPageBench) -> None:
    bench.open_role("desk", is_distressing=True)
    bench.press(Qt.Key.Key_K, CTRL | SHIFT)
    dialog = bench.page.findChild(SkipDialog)
    assert dialog.findChild(QAbstractButton, "skip_distressing").isChecked()
    chosen: list[object] = []
    dialog.skip_requested.connect(chosen.append)
    dialog.findChild(QAbstractButton, "skip_confirm").click()
    assert chosen == [SkipReason.DISTRESSING]
