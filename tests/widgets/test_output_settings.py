"""Level, gain and channels on the desk: keys, button, panel, and what is remembered."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.samples import Samples
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.output_settings import OutputSettingsController
from reviewer.ui.playback.output_settings_panel import OutputSettingsButton, bind_output_keys, decibels
from reviewer.ui.preferences import Preferences
from tests.benches.clip_page import CTRL, SHIFT
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import speech_like

# The platform without a screen cannot bring a popup to the front.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class _Bench:
    """A button with its choice, a player of a stereo clip, and the window that has the keys."""

    def __init__(self, qtbot: QtBot, preferences: Preferences) -> None:
        self.preferences = preferences
        self.player = FakePlayer()
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.playback = PlaybackController(self.player, self.window)
        self.controller = OutputSettingsController(self.player, self.playback, self.preferences, self.window)
        self.button = OutputSettingsButton(self.controller, Scope.DESK, self.window)
        bind_output_keys(self.window, Scope.DESK, self.controller)
        self.load(2)
        self.window.resize(500, 400)
        self.window.show()
        qtbot.waitExposed(self.window)

    @property
    def settings(self) -> OutputSettings:
        return self.player.output_settings

    def load(self, channels: int) -> None:
        self.playback.load(Samples(16_000, speech_like(channels=channels)))

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        QTest.keyClick(self.window, key, modifiers)

    def text(self, name: str) -> str:
        return self.button.panel.findChild(QLabel, name).text()

    def close(self) -> None:
        self.button.panel.hide()
        self.playback.close()


@pytest.fixture
def open_bench(qtbot: QtBot) -> Iterator[Callable[..., _Bench]]:
    """Opens the button for somebody with these preferences."""
    made: list[_Bench] = []

    def open_with(preferences: Preferences | None = None, **chosen: object) -> _Bench:
        preferences = preferences or Preferences()
        for name, value in chosen.items():
            preferences.put(f"sound.{name}", value)
        made.append(_Bench(qtbot, preferences))
        return made[-1]

    yield open_with
    for one in made:
        one.close()


@pytest.fixture
def bench(open_bench: Callable[..., _Bench]) -> _Bench:
    return open_bench()


CTRL_SHIFT = CTRL | SHIFT
LEVELLED = OutputSettings(is_levelled=True)


def test_a_new_person_hears_all_clips_at_one_level(bench: _Bench) -> None:
    assert bench.settings == LEVELLED


@pytest.mark.parametrize(
    ("key", "modifiers", "changes"),
    [
        (Qt.Key.Key_F7, CTRL, {"gain_db": 10}),
        (Qt.Key.Key_F5, CTRL, {"gain_db": 8}),
        (Qt.Key.Key_F6, CTRL, {"gain_db": 0}),
        (Qt.Key.Key_F6, CTRL_SHIFT, {"is_levelled": False}),
        (Qt.Key.Key_F9, CTRL, {"muted": frozenset({1})}),
        (Qt.Key.Key_F9, CTRL_SHIFT, {"is_swapped": True}),
        (Qt.Key.Key_F10, CTRL, {"is_mono": True}),
    ],
)
def test_each_has_its_key(
    bench: _Bench, key: Qt.Key, modifiers: Qt.KeyboardModifier, changes: dict[str, Any]
) -> None:
    bench.controller.set_gain(9)
    bench.press(key, modifiers)
    assert bench.settings == replace(LEVELLED, **{"gain_db": 9, **changes})


def test_the_button_says_what_is_done_to_the_channels(bench: _Bench) -> None:
    narrow = bench.button.width()
    bench.controller.next_solo()
    bench.controller.next_solo()
    assert bench.button.text() == "0 dB, only R"
    assert bench.button.width() > narrow
    bench.controller.toggle_swap()
    bench.controller.toggle_mono()
    assert bench.button.text() == "0 dB, only R, swapped, mono"
    bench.load(2)
    assert bench.button.text() == "0 dB, mono"


def test_level_gain_and_mono_are_remembered_and_solo_and_swap_are_not(
    open_bench: Callable[..., _Bench], bench: _Bench
) -> None:
    for act in ("louder", "toggle_level", "toggle_mono", "toggle_swap", "next_solo"):
        getattr(bench.controller, act)()
    assert open_bench(bench.preferences).settings == OutputSettings(gain_db=1, is_mono=True)


def test_with_the_next_clip_solo_and_swap_are_over_and_one_channel_has_neither(
    bench: _Bench,
) -> None:
    bench.controller.toggle_swap()
    bench.controller.next_solo()
    bench.load(2)
    assert bench.settings == LEVELLED
    bench.load(1)
    bench.controller.toggle_swap()
    bench.controller.next_solo()
    assert bench.settings == LEVELLED


def test_a_choice_made_in_settings_is_heard_at_once_and_from_the_start_the_next_time(
    open_bench: Callable[..., _Bench], bench: _Bench
) -> None:
    bench.preferences.put("sound.gain_db", -4)
    bench.preferences.put("sound.device", "ALSA/Headset")
    for one in (bench, open_bench(bench.preferences)):
        assert (one.settings.gain_db, one.player.output) == (-4, "ALSA/Headset")


@pytest.mark.parametrize("stored", ["99", "loud", "-300"])
def test_a_stored_gain_that_makes_no_sense_stays_within_bounds(
    open_bench: Callable[..., _Bench], stored: str
) -> None:
    assert -20 <= open_bench(gain_db=stored).settings.gain_db <= 20


def test_the_button_shows_the_gain_and_says_the_rest(bench: _Bench) -> None:
    bench.controller.set_gain(3)
    bench.controller.solo(1)
    assert bench.button.text() == "+3 dB, only R"
    assert "+3 dB, only R" in bench.button.toolTip()
    assert "loudness matched" in bench.button.accessibleName()


def test_the_button_opens_the_panel(bench: _Bench) -> None:
    QTest.mouseClick(bench.button, Qt.MouseButton.LeftButton)

    assert bench.button.panel.isVisible()


@pytest.mark.parametrize(
    ("level_db", "sentence"),
    [
        (7.24, "Quiet clip: +7.2 dB"),
        (-4.0, "Loud clip: −4.0 dB"),
        (0.3, "This clip needs no change."),
        (None, "Measuring this clip…"),
    ],
)
def test_the_panel_says_what_the_level_does_now_and_when_it_is_off(
    bench: _Bench, level_db: float | None, sentence: str
) -> None:
    bench.player.level_db = level_db
    bench.controller.changed.emit()
    assert bench.text("output_level_now") == sentence
    bench.controller.toggle_level()
    assert bench.text("output_level_now").startswith("Off")


def test_once_the_clip_is_measured_an_open_panel_says_so(qtbot: QtBot, bench: _Bench) -> None:
    bench.player.level_db = None
    bench.button.open_panel()
    bench.player.level_db = 5.0

    qtbot.waitUntil(lambda: bench.text("output_level_now") == "Quiet clip: +5.0 dB")


def test_the_slider_sets_the_gain_and_follows_the_keys(bench: _Bench) -> None:
    slider = bench.button.panel.findChild(QSlider, "output_gain")
    slider.setValue(-7)
    assert (bench.settings.gain_db, bench.text("output_gain_now")) == (-7, "−7 dB")
    bench.press(Qt.Key.Key_F7, CTRL)
    assert slider.value() == -6


@pytest.mark.parametrize(
    ("name", "muted"), [("output_solo_1", {1}), ("output_solo_2", {0}), ("output_solo_all", set())]
)
def test_the_panel_gives_one_channel_or_both(bench: _Bench, name: str, muted: set[int]) -> None:
    bench.button.open_panel()
    QTest.mouseClick(bench.button.panel.findChild(QToolButton, name), Qt.MouseButton.LeftButton)
    checked = [b.objectName() for b in bench.button.panel.findChildren(QToolButton) if b.isChecked()]
    assert (bench.settings, checked) == (replace(LEVELLED, muted=frozenset(muted)), [name])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("output_level", {"is_levelled": False}),
        ("output_swap", {"is_swapped": True}),
        ("output_mono", {"is_mono": True}),
    ],
)
def test_the_panel_has_a_switch_for_each(bench: _Bench, name: str, change: dict[str, Any]) -> None:
    bench.button.open_panel()
    bench.button.panel.findChild(QCheckBox, name).click()
    assert bench.settings == replace(LEVELLED, **change)


def test_channels_are_only_offered_where_there_are_two(bench: _Bench) -> None:
    bench.button.open_panel()
    channels = bench.button.panel.findChild(QWidget, "output_channels")
    assert channels.isVisible()
    bench.load(1)
    assert not channels.isVisible()


@pytest.mark.parametrize(
    ("value", "written"), [(3, "+3 dB"), (-20, "−20 dB"), (0, "0 dB"), (7.24, "+7.2 dB"), (-0.5, "−0.5 dB")]
)
def test_a_gain_is_written_with_its_sign(value: float, written: str) -> None:
    assert decibels(value) == written
