"""What reaches the screen is the clip's own peaks, one pair a pixel, or its samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.samples import IntSamples, Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import Damaged
from reviewer.ui.waveform.trace import Trace, WaveformSource, trace, waveform_source
from reviewer.ui.waveform.view_window import ViewWindow


def a_source(data: IntSamples) -> WaveformSource:
    return waveform_source(Samples(16_000, data), PeakPyramid.from_samples(data))


def whole(data: IntSamples, channel: int = 0, pixels: int = 500) -> Trace:
    """A channel of the whole clip as it is drawn."""
    return trace(a_source(data), channel, ViewWindow.whole(len(data)), pixels)


def a_ramp(frames: int, channels: int = 1) -> IntSamples:
    ramp = np.linspace(-20_000, 20_000, frames).astype(np.int16)
    return np.repeat(ramp[:, None], channels, axis=1)


@pytest.mark.parametrize("up_bits", [0, 16], ids=["16 bit", "24 bit"])
def test_the_loudest_sample_fills_its_lane(up_bits: int) -> None:
    drawn = whole(a_ramp(10_000).astype(np.int32 if up_bits else np.int16) << up_bits)
    assert (drawn.y.min(), drawn.y.max()) == pytest.approx((-1.0, 1.0), abs=1e-3)


@pytest.mark.parametrize(("loudest", "most"), [(3, 0.01), (0, 0)], ids=["hiss", "digital silence"])
def test_near_silence_is_not_blown_up_to_look_like_speech(loudest: int, most: float) -> None:
    drawn = whole(np.tile(np.array([[loudest], [-loudest]], dtype=np.int16), (8_000, 1)))
    assert len(drawn.y) == 1000
    assert np.abs(drawn.y).max() <= most


@given(
    frames=st.integers(min_value=2_000, max_value=200_000), pixels=st.integers(min_value=10, max_value=1500)
)
def test_what_is_drawn_never_grows_with_the_clip(frames: int, pixels: int) -> None:
    drawn = whole(a_ramp(frames), pixels=pixels)
    assert len(drawn.x) <= 2 * pixels
    assert len(drawn.x) == len(drawn.y)
    assert drawn.x.dtype == np.float64


def test_one_loud_sample_in_eight_minutes_is_seen() -> None:
    data = np.zeros((16_000 * 480, 1), dtype=np.int16)
    data[3_456_789] = 30_000
    column = int(3_456_789 / len(data) * 1200)
    assert whole(data, pixels=1200).y.reshape(-1, 2)[column, 1] == pytest.approx(1.0)


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


@pytest.mark.parametrize(("samples", "drawn"), [([12_000], [1.0]), ([], [])])
def test_a_clip_of_one_sample_is_drawn_and_one_of_none_draws_nothing(
    samples: list[int], drawn: list[float]
) -> None:
    assert whole(np.array(samples, dtype=np.int16).reshape(-1, 1)).y.tolist() == drawn


def test_channels_share_one_scale() -> None:
    data = a_ramp(10_000, channels=2)
    data[:, 1] //= 2
    assert whole(data, channel=1).y.max() == pytest.approx(0.5, abs=1e-2)


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
