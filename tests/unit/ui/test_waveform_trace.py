"""What reaches the screen is the clip's own peaks, one pair a pixel, or its samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.samples import IntSamples, Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import Damaged
from reviewer.ui.waveform.trace import WaveformSource, trace, waveform_source
from reviewer.ui.waveform.view_window import ViewWindow


def a_source(data: IntSamples, rate_hz: int = 16_000) -> WaveformSource:
    return waveform_source(Samples(rate_hz, data), PeakPyramid.from_samples(data))


def a_ramp(frames: int, channels: int = 1) -> IntSamples:
    ramp = np.linspace(-20_000, 20_000, frames).astype(np.int16)
    return np.repeat(ramp[:, None], channels, axis=1)


def test_the_loudest_sample_fills_its_lane() -> None:
    source = a_source(a_ramp(10_000))
    drawn = trace(source, 0, ViewWindow.whole(10_000), 500)
    assert drawn.y.max() == pytest.approx(1.0, abs=1e-3)
    assert drawn.y.min() == pytest.approx(-1.0, abs=1e-3)


def test_near_silence_is_not_blown_up_to_look_like_speech() -> None:
    hiss = np.tile(np.array([[3], [-3]], dtype=np.int16), (8_000, 1))
    drawn = trace(a_source(hiss), 0, ViewWindow.whole(16_000), 500)
    assert np.abs(drawn.y).max() < 0.01


def test_digital_silence_is_a_flat_line() -> None:
    drawn = trace(a_source(np.zeros((16_000, 1), dtype=np.int16)), 0, ViewWindow.whole(16_000), 500)
    assert not drawn.y.any()
    assert len(drawn.y) == 1000


@given(
    frames=st.integers(min_value=2_000, max_value=200_000), pixels=st.integers(min_value=10, max_value=1500)
)
def test_what_is_drawn_never_grows_with_the_clip(frames: int, pixels: int) -> None:
    drawn = trace(a_source(a_ramp(frames)), 0, ViewWindow.whole(frames), pixels)
    assert len(drawn.x) <= 2 * pixels
    assert len(drawn.x) == len(drawn.y)
    assert drawn.x.dtype == np.float64


def test_one_loud_sample_in_eight_minutes_is_seen() -> None:
    data = np.zeros((16_000 * 480, 1), dtype=np.int16)
    data[3_456_789] = 30_000
    drawn = trace(a_source(data), 0, ViewWindow.whole(len(data)), 1200)
    column = int(3_456_789 / len(data) * 1200)
    assert drawn.y.reshape(-1, 2)[column, 1] == pytest.approx(1.0)


def test_zoomed_in_to_samples_each_stands_at_its_own_time() -> None:
    source = a_source(a_ramp(10_000))
    window = ViewWindow(1_000.0, 1_100.0, 10_000)
    drawn = trace(source, 0, window, 1000)
    assert drawn.is_samples
    assert drawn.has_dots
    inside = (drawn.x >= 0) & (drawn.x < 1000)
    expected = source.samples.data[1_000:1_100, 0] * source.gain
    np.testing.assert_allclose(drawn.y[inside], expected)


def test_lines_between_samples_run_on_beyond_the_edges() -> None:
    drawn = trace(a_source(a_ramp(10_000)), 0, ViewWindow(1_000.5, 1_100.5, 10_000), 1000)
    assert drawn.x[0] < 0
    assert drawn.x[-1] >= 1000


def test_a_clip_of_one_sample_is_drawn() -> None:
    drawn = trace(a_source(np.array([[12_000]], dtype=np.int16)), 0, ViewWindow.whole(1), 500)
    assert drawn.y.tolist() == [1.0]


def test_a_clip_of_no_samples_draws_nothing() -> None:
    drawn = trace(a_source(np.empty((0, 1), dtype=np.int16)), 0, ViewWindow.whole(0), 500)
    assert len(drawn.x) == 0


def test_24_bit_samples_fill_the_lane_like_16_bit_ones() -> None:
    wide = a_ramp(10_000).astype(np.int32) << 16
    drawn = trace(a_source(wide), 0, ViewWindow.whole(10_000), 500)
    assert drawn.y.max() == pytest.approx(1.0, abs=1e-3)


def test_channels_share_one_scale() -> None:
    data = a_ramp(10_000, channels=2)
    data[:, 1] //= 2
    source = a_source(data)
    quiet = trace(source, 1, ViewWindow.whole(10_000), 500)
    assert quiet.y.max() == pytest.approx(0.5, abs=1e-2)


class _Damaged:
    """A long clip that does not verify where it is read."""

    rate_hz, frames, channels, bits = 16_000, 10_000, 1, 16

    def read(self, start: int, end: int) -> IntSamples:
        raise Damaged("A sealed object does not verify; nothing of it was used.", "Call your lead.")


def test_what_turns_out_damaged_is_not_drawn_and_the_rest_is() -> None:
    source = waveform_source(_Damaged(), PeakPyramid.from_samples(a_ramp(10_000)))

    assert trace(source, 0, ViewWindow(0.0, 2_000.0, 10_000), 500).y.size == 0
    assert trace(source, 0, ViewWindow(0.0, 100.0, 10_000), 500).y.size == 0
    assert trace(source, 0, ViewWindow.whole(10_000), 100).y.size == 200
