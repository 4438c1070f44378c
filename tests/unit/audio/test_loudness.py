"""Against ITU-R BS.1770-4 itself: its tables, its check tone, and its filters run sample by sample."""

from collections.abc import Callable
from math import cos, pi, sin, sqrt, tan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.dsp.loudness import Loudness, LoudnessAnalyser, integrated, measure_loudness
from reviewer.audio.samples import IntSamples, Samples
from tests.fakes.sound import ReadSound
from tests.sounds import some_samples


def _biquads(rate_hz: int) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """The standard's two filters at any rate: bilinear transforms of the analog ones behind its tables.

    Their parameters are the well-known solution for the published 48 kHz coefficients (de Man, pyloudnorm).
    """
    gain, shelf_q, shelf_hz = 10 ** (3.999843853973347 / 20), 0.7071752369554196, 1681.974450955533
    middle, warped = gain**0.4996667741545416, tan(pi * shelf_hz / rate_hz)
    shelf = 1 + warped / shelf_q + warped**2
    head = (
        (
            (gain + middle * warped / shelf_q + warped**2) / shelf,
            2 * (warped**2 - gain) / shelf,
            (gain - middle * warped / shelf_q + warped**2) / shelf,
        ),
        (1.0, 2 * (warped**2 - 1) / shelf, (1 - warped / shelf_q + warped**2) / shelf),
    )
    low_q, warped = 0.5003270373238773, tan(pi * 38.13547087602444 / rate_hz)
    low = 1 + warped / low_q + warped**2
    return [
        head,
        ((1.0, -2.0, 1.0), (1.0, 2 * (warped**2 - 1) / low, (1 - warped / low_q + warped**2) / low)),
    ]


def _filtered(values: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    for (b0, b1, b2), (_, a1, a2) in _biquads(rate_hz):
        out, first, second = np.empty_like(values), 0.0, 0.0
        for place, value in enumerate(values.tolist()):
            now = b0 * value + first
            first, second = b1 * value - a1 * now + second, b2 * value - a2 * now
            out[place] = now
        values = out
    return values


def _oracle(data: IntSamples, rate_hz: int) -> float:
    """The standard in plain steps, one sample after the other."""
    step = rate_hz // 10
    weighted = [_filtered(channel / 32768.0, rate_hz) ** 2 for channel in data.T.astype(float)]
    starts = range(0, data.shape[0] - 4 * step + 1, step)
    powers = [sum(float(each[start : start + 4 * step].mean()) for each in weighted) for start in starts]

    def level(power: float) -> float:
        return float(-0.691 + 10 * np.log10(max(power, 1e-20)))

    above = [power for power in powers if level(power) > -70]
    gate = level(float(np.mean(above))) - 10
    return level(float(np.mean([power for power in above if level(power) > gate])))


def _sine(pitch_hz: float, rate_hz: int, seconds: float = 3.0, peak: float = 32767.0) -> NDArray[np.int16]:
    wave = peak * np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * rate_hz)) / rate_hz)
    return np.rint(wave).astype(np.int16)[:, None]


def _speechlike(rate_hz: int, seconds: float, seed: int) -> NDArray[np.int16]:
    """Noise with more bass than treble, in syllables and pauses, with hum and an offset."""
    source = np.random.default_rng(seed)
    frames = round(seconds * rate_hz)
    noise = np.convolve(source.normal(size=frames + 30), np.hanning(30), "valid")[:frames]
    syllables = np.repeat(source.choice([0.01, 0.3, 1.0], size=frames // (rate_hz // 4) + 1), rate_hz // 4)
    hum = 0.05 * np.sin(2 * np.pi * 50 * np.arange(frames) / rate_hz)
    values = noise / np.abs(noise).max() * syllables[:frames] + hum + 0.01
    return np.rint(values * 20_000).astype(np.int16)[:, None]


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_the_standards_own_check_a_full_scale_tone_of_997_hz_in_one_channel_reads_minus_3_01(
    rate_hz: int,
) -> None:
    loudness = measure_loudness(Samples(rate_hz, _sine(997, rate_hz))).whole

    assert loudness == pytest.approx(-3.01, abs=0.02)


def test_the_same_tone_in_both_channels_reads_3_01_more() -> None:
    both = np.repeat(_sine(997, 48_000), 2, axis=1)

    assert measure_loudness(Samples(48_000, both)).whole == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("seed", [1, 2])
def test_it_reads_what_the_filters_of_the_standard_give_sample_by_sample(rate_hz: int, seed: int) -> None:
    data = _speechlike(rate_hz, 2.0, seed)

    # At 8 kHz the bilinear transform bends the shelf's curve; the standard wants it as it is at 48 kHz.
    tolerance = 0.25 if rate_hz == 8_000 else 0.1
    assert measure_loudness(Samples(rate_hz, data)).whole == pytest.approx(
        _oracle(data, rate_hz), abs=tolerance
    )


@pytest.mark.parametrize("pitch_hz", [30.0, 50.0, 200.0, 1_000.0, 2_000.0, 6_000.0])
def test_every_pitch_is_weighed_as_the_filters_weigh_it(pitch_hz: float) -> None:
    data = _sine(pitch_hz, 16_000, 2.0)
    hertz = 2 * pi * pitch_hz / 48_000
    gain = 1.0
    for above, below in _biquads(48_000):
        parts = [
            complex(
                sum(c * cos(k * hertz) for k, c in enumerate(f)),
                -sum(c * sin(k * hertz) for k, c in enumerate(f)),
            )
            for f in (above, below)
        ]
        gain *= abs(parts[0] / parts[1])

    wanted = -0.691 + 20 * np.log10(gain / sqrt(2))
    assert measure_loudness(Samples(16_000, data)).whole == pytest.approx(wanted, abs=0.1)


@settings(max_examples=25)
@given(st.integers(-30, 0))
def test_so_many_decibels_less_read_so_much_less(decibels: int) -> None:
    loud = _speechlike(16_000, 3.0, 5)
    quiet = np.rint(loud * 10 ** (decibels / 20)).astype(np.int16)
    before, after = (measure_loudness(Samples(16_000, data)).whole for data in (loud, quiet))

    assert before is not None
    assert after == pytest.approx(before + decibels, abs=0.1)


@pytest.mark.parametrize("frames", [0, 32_000])
def test_silence_has_no_loudness_nor_has_a_clip_without_a_sample(frames: int) -> None:
    assert measure_loudness(Samples(16_000, np.zeros((frames, 2), np.int16))) == Loudness(None, (None, None))


def test_each_channel_is_measured_alone_too() -> None:
    data = np.hstack([_sine(997, 16_000), _sine(997, 16_000, peak=3_276.7)])

    assert measure_loudness(Samples(16_000, data)).channels == pytest.approx((-3.01, -23.01), abs=0.05)


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.3])
def test_less_than_a_block_counts_as_one(seconds: float) -> None:
    assert measure_loudness(Samples(16_000, _sine(1_000, 16_000, seconds))).whole == pytest.approx(
        -3.0, abs=0.3
    )


def test_24_bits_read_as_16_do() -> None:
    data = _speechlike(16_000, 2.0, 4)

    wide = measure_loudness(Samples(16_000, data.astype(np.int32) << 16)).whole
    assert wide == pytest.approx(measure_loudness(Samples(16_000, data)).whole, abs=1e-4)


def _ten_hours() -> ReadSound:
    return ReadSound(Samples(8_000, _sine(1_000, 8_000, 10.0, peak=3_276.7)), frames=10 * 3600 * 8_000)


def test_of_a_long_clip_a_bounded_sample_is_measured() -> None:
    sound = _ten_hours()

    assert measure_loudness(sound).whole == pytest.approx(-23.0, abs=0.05)
    assert sum(sound.reads) <= 330 * sound.rate_hz


def test_what_is_not_wanted_any_more_is_not_measured_on() -> None:
    sound = _ten_hours()

    assert measure_loudness(sound, is_wanted=lambda: False).whole is None
    assert sound.reads == []


def test_a_quiet_passage_10_lu_below_the_rest_is_gated() -> None:
    powers = np.array([1e-2] * 10 + [9e-5] * 100)

    assert integrated(powers) == pytest.approx(-20.691)


def test_a_short_clip_is_measured_at_once() -> None:
    samples, jobs = some_samples(16_000), list[Callable[[], None]]()
    analyser = LoudnessAnalyser(jobs.append)
    assert analyser.loudness is None
    analyser.measure(samples)

    assert (analyser.loudness, jobs) == (measure_loudness(samples), [])


@pytest.mark.parametrize("sound", [some_samples(1_000_001), ReadSound(some_samples())])
def test_a_long_clip_and_one_that_must_be_decoded_are_measured_once_on_another_thread(
    sound: Samples | ReadSound,
) -> None:
    jobs = list[Callable[[], None]]()
    analyser = LoudnessAnalyser(jobs.append)
    analyser.measure(sound)
    analyser.measure(sound)
    assert analyser.loudness is None
    jobs.pop()()

    assert (analyser.loudness, jobs) == (measure_loudness(sound), [])


@pytest.mark.parametrize("following", [some_samples(1_000), None])
def test_what_is_measured_too_late_is_not_taken_for_the_next_clip(following: Samples | None) -> None:
    jobs = list[Callable[[], None]]()
    analyser = LoudnessAnalyser(jobs.append)
    analyser.measure(ReadSound(some_samples()))
    if following is None:
        analyser.cancel()
    else:
        analyser.measure(following)
    jobs.pop()()

    assert analyser.loudness == (None if following is None else measure_loudness(following))
