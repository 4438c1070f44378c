import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.dsp.resample import converted, mixed_to_channels
from reviewer.audio.samples import AudioFormat, IntSamples, Samples, Sound
from tests.fakes.sound import ReadSound
from tests.sounds import a_tone, some_samples

_RATES = [(16_000, 44_100), (22_050, 48_000), (48_000, 16_000), (8_000, 48_000), (44_100, 48_000)]


def _whole(sound: Sound, rate_hz: int | None = None, channels: int | None = None) -> IntSamples:
    form = AudioFormat(rate_hz or sound.rate_hz, channels or sound.channels, sound.bits)
    out = converted(sound, form)
    return out.read(0, out.frames)


def _sine(frames: int, rate_hz: int, pitch_hz: float) -> NDArray[np.float64]:
    return 0.3 * 32_767 * np.sin(2 * np.pi * pitch_hz * np.arange(frames) / rate_hz)


def test_a_clip_that_is_in_form_already_is_the_very_clip() -> None:
    samples = some_samples(100)

    assert converted(samples, AudioFormat(16_000, 1, 16)) is samples


@pytest.mark.parametrize(("from_hz", "to_hz"), _RATES)
@pytest.mark.parametrize("pitch_hz", [100.0, 1_000.0, 3_000.0])
def test_a_tone_is_the_same_tone_in_the_same_place_with_no_seam(
    from_hz: int, to_hz: int, pitch_hz: float
) -> None:
    out = _whole(Samples(from_hz, a_tone(3 * from_hz, rate_hz=from_hz, pitch_hz=pitch_hz)), to_hz)

    inner = slice(to_hz // 10, -to_hz // 10)
    assert np.abs(out[inner, 0] - _sine(out.shape[0], to_hz, pitch_hz)[inner]).max() <= 1.2


@settings(max_examples=30)
@given(
    st.sampled_from(_RATES),
    st.integers(1, 100_000),
    st.lists(st.integers(0, 300_000), min_size=1, max_size=6),
)
def test_however_it_is_read_it_is_the_same(rates: tuple[int, int], frames: int, cuts: list[int]) -> None:
    samples = some_samples(frames, rate_hz=rates[0])
    out = converted(samples, AudioFormat(rates[1], 1, 16))
    edges = sorted({0, out.frames, *(min(cut, out.frames) for cut in cuts)})
    parts = [out.read(start, end) for start, end in pairwise(edges)]

    assert np.array_equal(np.concatenate(parts), _whole(samples, rates[1]))


@given(st.sampled_from([*_RATES, (44_099, 48_000), (48_000, 11_025)]), st.integers(0, 5_000))
def test_its_length_is_the_duration_at_the_other_rate_rounded_up(rates: tuple[int, int], frames: int) -> None:
    out = _whole(some_samples(frames, rate_hz=rates[0]), rates[1])

    assert out.shape == (-(-frames * rates[1] // rates[0]), 1)


def test_what_the_lower_rate_cannot_hold_is_gone() -> None:
    out = _whole(Samples(48_000, a_tone(48_000, rate_hz=48_000, pitch_hz=11_000.0)), 16_000)

    assert np.abs(out[2_000:-2_000]).max() <= 1


def test_a_constant_stays_the_constant_across_every_piece() -> None:
    out = _whole(Samples(22_050, np.full((80_000, 1), 16_000, np.int16)), 48_000)

    assert np.abs(out[500:-500] - 16_000).max() <= 1


def test_channels_are_kept_apart() -> None:
    data = np.hstack([a_tone(8_000), np.zeros((8_000, 1), np.int16)])
    out = _whole(Samples(8_000, data), 16_000)

    assert out[:, 0].any()
    assert not out[:, 1].any()


def test_24_bits_stay_24_bits() -> None:
    samples = Samples(16_000, a_tone(16_000).astype(np.int32) << 16)
    out = _whole(samples, 48_000)

    assert out.dtype == np.int32
    assert not (out & 0xFF).any()
    assert np.abs(out[3_000:-3_000:3] // 65_536 - samples.data[1_000:-1_000] // 65_536).max() <= 1


def test_channels_are_copied_or_mixed_to_their_mean_without_overflow() -> None:
    mono, loud = some_samples(50), np.full((3, 4), 32_767, np.int16)

    assert np.array_equal(_whole(mono, channels=2), np.repeat(mono.data, 2, axis=1))
    assert mixed_to_channels(mono.data, 1) is mono.data
    assert mixed_to_channels(np.array([[100, 200, 301, 0]], np.int16), 2).tolist() == [[150, 150]]
    assert (mixed_to_channels(loud, 1) == 32_767).all()


@pytest.mark.parametrize(("rate_hz", "channels"), [(48_000, 1), (16_000, 2), (48_000, 2)])
def test_a_long_sound_is_read_in_small_pieces_and_comes_out_as_one_at_hand(
    rate_hz: int, channels: int
) -> None:
    samples = some_samples(100_000)
    streamed = ReadSound(samples)

    assert np.array_equal(_whole(streamed, rate_hz, channels), _whole(samples, rate_hz, channels))
    assert max(streamed.reads) < 10_000


def test_making_the_conversion_reads_nothing_yet() -> None:
    streamed = ReadSound(some_samples(100_000))
    converted(streamed, AudioFormat(48_000, 2, 16))

    assert streamed.reads == []


def test_without_the_library_it_is_one_sentence_and_what_to_install() -> None:
    code = """
import sys
from itertools import pairwise
sys.modules['samplerate'] = None
import numpy as np
from reviewer.audio.dsp.resample import converted
from reviewer.audio.samples import AudioFormat
from reviewer.audio.samples import Samples
from reviewer.errors import Unavailable
from tests.refusals import hint_of, sentence_of
try:
    converted(Samples(8000, np.zeros((9, 1), np.int16)), AudioFormat(16000, 1, 16))
except Unavailable as error:
    print(sentence_of(error), hint_of(error))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "does not support the clip's sample rate" in done.stdout
    assert "samplerate" in done.stdout
