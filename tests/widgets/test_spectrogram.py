"""The spectrogram lies under the waves, follows them, and never makes the window wait."""

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.samples import IntSamples, Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.audio.view.spectrogram import Band, SpectrogramParameters
from reviewer.ui import theme
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.waveform.frequency_axis import frequency_label, tick_frequencies_hz
from reviewer.ui.waveform.plot import WaveformPlot
from reviewer.ui.waveform.spectrogram import RANGES_DB, Spectrogram, SpectrogramSettings
from reviewer.ui.waveform.spectrogram_tiles import SpectrogramTiles, TileKey
from reviewer.ui.waveform.toolbars import SpectrogramToggle, SpectrogramToolbar
from reviewer.ui.waveform.waveform_view import WaveformView
from tests.benches.clip_page import ClipPageBench, Role
from tests.fakes.work_session import speech_like
from tests.sounds import a_tone

Settle = Callable[[], None]
Show = Callable[[QWidget], None]

RATE = 16_000
WIDTH, HEIGHT = 800, 380


def put_on(view: WaveformView, data: IntSamples, rate_hz: int = RATE) -> None:
    view.show_clip(Samples(rate_hz, data), PeakPyramid.from_samples(data))


@pytest.fixture
def view(themed: QApplication, jobs: Jobs, show: Show) -> Iterator[WaveformView]:
    """With the spectrogram on, and no clip."""
    made = WaveformView()
    made.put_under(Spectrogram(jobs, made))
    made.resize(WIDTH, HEIGHT)
    show(made)
    under(made).toggle()
    yield made
    made.show_nothing()


def silence(frames: int = RATE) -> IntSamples:
    return np.zeros((frames, 1), dtype=np.int16)


def under(view: WaveformView) -> Spectrogram:
    return view.findChild(Spectrogram)


def picture(view: WaveformView, settle: Settle) -> QImage:
    settle()
    assert under(view).is_complete
    return under(view).grab().toImage()


def ground() -> QColor:
    return QColor(theme.tokens().surface)


def columns_with_sound(image: QImage, row: int) -> list[int]:
    return [x for x in range(80, image.width() - 150) if image.pixelColor(x, row) != ground()]


def test_it_is_off_until_it_is_asked_for_and_shows_the_clip_then(
    view: WaveformView, jobs: Jobs, settle: Settle
) -> None:
    under(view).toggle()
    put_on(view, speech_like(seconds=2))
    assert not under(view).isVisible()
    assert jobs.running == 0
    under(view).toggle()
    assert columns_with_sound(picture(view, settle), 100)


def test_a_click_stands_under_the_same_click_of_the_wave(view: WaveformView, settle: Settle) -> None:
    data = silence()
    data[6_400] = 30_000
    put_on(view, data)
    for _ in range(3):
        view.zoom_in()
        found = columns_with_sound(picture(view, settle), 70)
        at = view.view_window.x_of(6_400, under(view).width())
        if 80 < at < WIDTH - 150:
            assert (found[0] + found[-1] + 1) / 2 == pytest.approx(at, abs=1.5)


def test_it_is_as_wide_as_the_wave(view: WaveformView, settle: Settle) -> None:
    put_on(view, speech_like(seconds=2))
    settle()
    plot = view.findChild(WaveformPlot)
    assert under(view).width() == plot.width()
    assert under(view).mapTo(view, under(view).rect().topLeft()).x() == plot.mapTo(view, plot.pos()).x()


def test_a_tone_is_a_line_at_its_pitch(view: WaveformView, settle: Settle) -> None:
    put_on(view, a_tone(RATE, pitch_hz=2_000))
    under(view).toggle_band()
    image = picture(view, settle)
    lightest = max(range(2, image.height()), key=lambda y: image.pixelColor(400, y).lightness())
    assert lightest == pytest.approx(image.height() * 3 / 4, abs=3)


def test_channels_are_stacked_like_the_waves(view: WaveformView, settle: Settle) -> None:
    tone = a_tone(RATE, pitch_hz=4_000)
    put_on(view, np.concatenate([tone, np.zeros_like(tone)], axis=1))
    image = picture(view, settle)
    assert image.pixelColor(400, image.height() // 4) != ground()
    assert image.pixelColor(400, image.height() * 3 // 4) == ground()


def test_the_cursor_stands_where_the_wave_has_it(view: WaveformView, settle: Settle) -> None:
    put_on(view, silence())
    view.show_position(RATE / 2)
    image = picture(view, settle)
    colours = {image.pixelColor(x, 70).name() for x in range(WIDTH // 2 - 2, WIDTH // 2 + 2)}
    assert theme.DARK.cursor.lower() in colours


@pytest.mark.parametrize("frames", [0, 1, 2, 65])
def test_very_short_clips_are_shown_and_none_is_shown_as_nothing(
    view: WaveformView, settle: Settle, frames: int
) -> None:
    put_on(view, speech_like(seconds=1)[:frames])
    assert not picture(view, settle).isNull()
    view.show_nothing()
    assert under(view).grab().toImage().pixelColor(400, 70) == ground()


def test_the_other_theme_repaints_it_on_its_own_ground(
    view: WaveformView, settle: Settle, themed: QApplication
) -> None:
    put_on(view, silence())
    dark = picture(view, settle).pixelColor(400, 70)
    theme.apply(themed, theme.Scheme.LIGHT)
    light = picture(view, settle).pixelColor(400, 70)
    assert (dark.name(), light.name()) == (theme.DARK.surface.lower(), theme.LIGHT.surface.lower())


def test_nothing_of_a_clip_stays_when_the_next_comes_but_what_was_chosen(
    view: WaveformView, settle: Settle
) -> None:
    put_on(view, speech_like(seconds=1))
    under(view).toggle_band()
    settle()
    put_on(view, silence())
    assert columns_with_sound(picture(view, settle), 100) == []
    assert under(view).settings == SpectrogramSettings(is_on=True, band=Band.NARROW)


def test_a_narrower_range_leaves_out_fainter_sounds_without_new_work(
    view: WaveformView, settle: Settle, jobs: Jobs
) -> None:
    put_on(view, speech_like(seconds=1))
    before = picture(view, settle)
    for _ in RANGES_DB:
        under(view).show_less()
    assert jobs.running == 0
    assert len(columns_with_sound(picture(view, settle), 60)) < len(columns_with_sound(before, 60))


@pytest.mark.parametrize(("end", "step"), [(RANGES_DB[0], -1), (RANGES_DB[-1], 1)])
def test_the_range_ends_at_both_ends(end: int, step: int) -> None:
    assert SpectrogramSettings(range_db=end).with_range(step).range_db == end


def test_while_it_is_off_its_other_keys_change_nothing(view: WaveformView) -> None:
    under(view).toggle()
    under(view).toggle_band()
    under(view).show_more()
    assert under(view).settings == SpectrogramSettings()


def test_buttons_say_what_is_on(view: WaveformView, qtbot: QtBot) -> None:
    under(view).toggle()
    bar = SpectrogramToolbar(under(view), Scope.DESK)
    switch = SpectrogramToggle(under(view), Scope.DESK)
    qtbot.addWidget(switch)
    band = bar.findChild(QToolButton, "band_button")
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert switch.isChecked()
    assert bar.isVisible()
    qtbot.mouseClick(band, Qt.MouseButton.LeftButton)
    assert under(view).settings.band is Band.NARROW
    assert band.text() == "Narrow"


@pytest.fixture
def gate(jobs: Jobs) -> threading.Event:
    """All threads of the pool are busy until it is set."""
    made = threading.Event()
    for _ in range(3):
        jobs.run(lambda _token: made.wait(30), lambda _done: None, lambda _error: None)
    return made


@pytest.fixture
def tiles(jobs: Jobs) -> SpectrogramTiles:
    made = SpectrogramTiles(jobs)
    made.show_samples(Samples(RATE, speech_like(seconds=4)))
    return made


def a_key(index: int) -> TileKey:
    return TileKey(SpectrogramParameters(RATE), 0, 4, index)


def test_one_job_at_a_time_leaves_the_pool_to_others(
    tiles: SpectrogramTiles, jobs: Jobs, settle: Settle
) -> None:
    tiles.want(a_key(index) for index in range(8))
    assert jobs.running == 1
    settle()
    assert all(tiles.get(a_key(index)) is not None for index in range(8))


def test_work_on_what_left_the_view_is_cancelled(
    gate: threading.Event, tiles: SpectrogramTiles, settle: Settle
) -> None:
    tiles.want([a_key(0), a_key(1)])
    tiles.want([a_key(6)])
    gate.set()
    settle()
    assert tiles.get(a_key(0)) is None
    assert tiles.get(a_key(6)) is not None


def test_tiles_of_a_clip_that_left_are_not_delivered(
    gate: threading.Event, tiles: SpectrogramTiles, settle: Settle
) -> None:
    tiles.want([a_key(0)])
    tiles.show_samples(None)
    gate.set()
    settle()
    assert tiles.get(a_key(0)) is None


@pytest.mark.parametrize("height", [40.0, 70.0, 140.0, 280.0])
@pytest.mark.parametrize("top_hz", [4_000.0, 8_000.0, 24_000.0])
def test_names_of_pitches_do_not_touch(height: float, top_hz: float) -> None:
    marks = tick_frequencies_hz(top_hz, height)
    assert all(0 < hertz < top_hz for hertz in marks)
    assert all((b - a) / top_hz * height >= 20 for a, b in pairwise(marks))


@pytest.mark.parametrize(("hertz", "name"), [(500, "500 Hz"), (1_500, "1.5 kHz"), (8_000, "8 kHz")])
def test_pitches_are_named_in_hertz_and_kilohertz(hertz: int, name: str) -> None:
    assert frequency_label(hertz) == name


@pytest.mark.parametrize(
    ("dtype", "loud", "clipped"),
    [(np.int16, 32_766, -32_768), (np.int32, 0x7FFFFE00, 0x7FFFFF00), (np.int32, -0x7FFFFF00, -0x80000000)],
)
def test_only_samples_at_full_scale_are_marked_on_the_wave_where_they_are(
    view: WaveformView, dtype: type, loud: int, clipped: int
) -> None:
    plot = view.findChild(WaveformPlot)
    data = np.full((200, 2), loud, dtype=dtype)
    put_on(view, data)
    assert plot.clip_marks.size == 0
    data = data.copy()
    data[100, 1] = clipped
    put_on(view, data)
    assert plot.clip_marks.tolist() == pytest.approx([plot.width() / 2], abs=WIDTH / 200)


def test_at_1280_x_800_the_text_keeps_room_for_two_lines(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.page.resize(1144, 736)
    spectrogram = bench.workspace.view.waveform.spectrogram
    spectrogram.toggle()
    bench.settle()
    field = bench.page.findChild(QWidget, "transcript")
    assert spectrogram.height() == 140
    assert field.height() >= 2 * 1.5 * theme.TRANSCRIPT_PX
