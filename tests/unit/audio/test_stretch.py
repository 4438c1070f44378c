"""Time stretch: length, pitch, times and joins; and no click that the clip does not have."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.dsp.stretch import (
    SignalsmithStretch,
    cross_faded,
    declicked,
    largest_step,
    out_frames,
)
from reviewer.audio.samples import IntSamples, Samples, Sound, as_float, concatenated
from tests.fakes.sound import ReadSound
from tests.sounds import a_tone, largest_step_from_silence, some_noise, some_samples

pytest.importorskip("python_stretch")

_RATE = 16_000


def stretched(sound: Sound, percent: int) -> IntSamples:
    """The whole sound at ``percent`` of its speed, as the prefetcher joins it window by window."""
    stretch = SignalsmithStretch(sound, percent)
    tail = sound.read(0, 0)
    done = [tail]
    for window in range(stretch.windows):
        made = stretch.render_window(window)
        frames = stretch.edge(window + 1) - stretch.edge(window)
        done.append(cross_faded(tail, made[:frames]))
        tail = made[frames:]
    return concatenated(done)


def _pitch_hz(data: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(data[:, 0] * np.hanning(data.shape[0])))
    return float(spectrum.argmax() * _RATE / data.shape[0])


def _clicks(seconds: list[float], *, frames: int) -> np.ndarray:
    """Short bursts of noise at these times in silence."""
    data = np.zeros((frames, 1), np.int16)
    for second in seconds:
        place = int(second * _RATE)
        data[place - 400 : place + 400] = some_samples(800).data
    return data


def _middle_of_burst(data: np.ndarray, near: float, reach: float = 0.5) -> float:
    first = max(0, int((near - reach) * _RATE))
    piece = np.abs(data[first : int((near + reach) * _RATE), 0].astype(float))
    return (first + float((np.arange(piece.size) * piece).sum() / piece.sum())) / _RATE


@pytest.mark.parametrize("percent", [25, 50, 75, 99, 125, 150, 200, 300])
@pytest.mark.parametrize("bits", [16, 24])
def test_length_and_type_are_as_promised(percent: int, bits: int) -> None:
    samples = some_samples(20_001, channels=2, bits=bits)
    out = stretched(samples, percent)
    assert out.shape == (out_frames(20_001, percent), 2)
    assert out.dtype == samples.data.dtype


@pytest.mark.parametrize("percent", [50, 150, 300])
def test_pitch_is_kept(percent: int) -> None:
    out = stretched(Samples(_RATE, a_tone(_RATE * 2)), percent)
    assert _pitch_hz(out) == pytest.approx(440, abs=3)


@pytest.mark.parametrize("percent", [50, 75, 150, 200])
def test_times_are_kept_in_a_clip_of_many_windows(percent: int) -> None:
    seconds = [0.7, 3.9, 8.2, 13.0, 18.5]
    out = stretched(Samples(_RATE, _clicks(seconds, frames=_RATE * 20)), percent)
    for second in seconds:
        assert _middle_of_burst(out, second * 100 / percent) * percent / 100 == pytest.approx(
            second, abs=0.02
        )


@pytest.mark.parametrize("percent", [50, 150])
def test_a_steady_tone_stays_steady_where_windows_meet(percent: int) -> None:
    out = stretched(Samples(_RATE, a_tone(_RATE * 15)), percent).astype(float)
    inner = out[_RATE:-_RATE, 0]
    loudness = np.sqrt((inner[: inner.size // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1))
    assert loudness.max() < 1.5 * np.median(loudness)
    assert (loudness < 0.2 * np.median(loudness)).mean() < 0.01


@pytest.mark.parametrize("percent", [25, 50, 75, 150, 200, 300])
@pytest.mark.parametrize("pitch_hz", [80.0, 150.0, 440.0, 3_000.0])
def test_no_step_is_larger_than_a_tones_own_in_all_of_the_sound(pitch_hz: float, percent: int) -> None:
    tone = a_tone(_RATE * 5, pitch_hz=pitch_hz)
    assert (
        largest_step_from_silence(stretched(Samples(_RATE, tone), percent))
        <= np.abs(np.diff(tone, axis=0)).max()
    )


@pytest.mark.parametrize("percent", [50, 200])
def test_a_clip_that_begins_and_ends_loud_begins_and_ends_softly(percent: int) -> None:
    tone = a_tone(_RATE * 2, loudness=0.9)[9:-9]
    out = stretched(Samples(_RATE, tone), percent)
    assert abs(int(tone[0, 0])) > 10_000
    assert max(abs(int(out[0, 0])), abs(int(out[-1, 0]))) < 20
    assert largest_step_from_silence(out) <= np.abs(np.diff(tone.astype(int), axis=0)).max()


_SPOKEN = (
    "en_harvard_1_1.wav",  # of which the library alone makes a step 1.28 times as large, at 75 %
    "en_digit_4_b.wav",
    "en_libri_a2.flac",
    "en_lj_0007.wav",
    "en_sonnet_2.mp3",
    "he_alpha_01.ogg",
)


@pytest.mark.parametrize("percent", [50, 75, 150, 200])
@pytest.mark.parametrize("name", _SPOKEN)
def test_no_step_is_larger_than_real_speech_has(speech_folder: Path, name: str, percent: int) -> None:
    clip = speech_folder / "dev" / name
    if not clip.is_file():
        pytest.skip(f"{name} is not in the folder of real speech")
    data, rate_hz = soundfile.read(clip, frames=200_000, dtype="int16", always_2d=True)
    assert largest_step_from_silence(stretched(Samples(rate_hz, data), percent)) <= largest_step_from_silence(
        data
    )


def test_silence_stays_silent() -> None:
    out = stretched(Samples(_RATE, np.zeros((_RATE * 6, 1), np.int16)), 150)
    assert not out.any()


def test_full_scale_does_not_wrap_around() -> None:
    loud = Samples(_RATE, np.where(a_tone(_RATE) > 0, 32_767, -32_768).astype(np.int16))
    out = stretched(loud, 50).astype(int)
    assert out.max() == 32_767


@pytest.mark.parametrize("frames", [0, 1, 2, 50])
def test_the_shortest_clips_do_not_fail(frames: int) -> None:
    assert stretched(some_samples(frames), 200).shape == (out_frames(frames, 200), 1)


def _rendered(stretch: SignalsmithStretch, order: list[int]) -> dict[int, np.ndarray]:
    return {window: stretch.render_window(window) for window in order}


def test_windows_may_be_made_in_any_order() -> None:
    samples = some_samples(_RATE * 5)
    made = _rendered(SignalsmithStretch(samples, 75), [3, 0, 4, 2, 1])
    again = _rendered(SignalsmithStretch(samples, 75), [0, 1, 2, 3, 4])
    assert SignalsmithStretch(samples, 75).windows == 5
    assert all((made[window] == again[window]).all() for window in made)


@pytest.mark.parametrize("percent", [25, 75, 150, 300])
@pytest.mark.parametrize("frames", [_RATE // 3, _RATE, 53_640, 53_641, 53_642, 53_643, int(5.49 * _RATE)])
def test_every_frame_belongs_to_the_window_that_has_it(frames: int, percent: int) -> None:
    stretch = SignalsmithStretch(some_samples(frames), percent)
    for window in range(stretch.windows):
        start, stop = stretch.edge(window), stretch.edge(window + 1)
        assert start < stop <= start + stretch.render_window(window).shape[0]
        assert {stretch.window_at(frame) for frame in (start, (start + stop) // 2, stop - 1)} == {window}
    assert (stretch.edge(0), stretch.edge(stretch.windows)) == (0, stretch.frames)
    assert stretch.window_at(stretch.frames) == stretch.windows - 1


def test_only_what_a_window_needs_is_read() -> None:
    sound = ReadSound(some_samples(5 * _RATE), frames=10 * 3_600 * _RATE)
    stretch = SignalsmithStretch(sound, 150)
    stretch.render_window(stretch.window_at(stretch.frames // 2))
    assert sum(sound.reads) < 5 * _RATE


def test_a_window_after_its_tail_is_as_in_the_whole() -> None:
    samples = some_samples(_RATE * 5)
    whole, stretch = stretched(samples, 150), SignalsmithStretch(samples, 150)
    before, own = stretch.render_window(1), stretch.render_window(2)
    start, stop = stretch.edge(2), stretch.edge(3)
    part = cross_faded(before[start - stretch.edge(1) :], own[: stop - start])
    assert (part == whole[start:stop]).all()


def test_a_join_goes_from_the_tail_to_what_follows_and_does_not_touch_the_rest() -> None:
    tail, data = np.full((3, 1), 400, np.int16), np.full((6, 1), 800, np.int16)
    assert cross_faded(tail, data)[:, 0].tolist() == [500, 600, 700, 800, 800, 800]


def test_windows_meet_where_it_is_quiet() -> None:
    samples = some_samples(_RATE * 3)
    samples.data[int(1.1 * _RATE) : int(1.2 * _RATE)] //= 100
    edge = SignalsmithStretch(samples, 100).edge(1)
    assert 1.1 * _RATE <= edge <= 1.2 * _RATE


def _tone(pitch_hz: float, loudness: float, frames: int = 4_000) -> np.ndarray:
    return as_float(a_tone(frames, pitch_hz=pitch_hz, loudness=loudness))


def test_sound_without_too_large_a_step_is_given_back_as_it_is() -> None:
    values = _tone(440.0, 0.5)
    assert declicked(values, _RATE, 2 * largest_step(values)) is values


def test_only_the_sound_around_a_step_is_made_softer() -> None:
    values = _tone(440.0, 0.3)
    before = largest_step(values)
    values[2_000:2_020] *= 2.0
    out = declicked(values, _RATE, before / 0.9)
    reach = 170
    assert largest_step(out) <= before / 0.9
    assert np.array_equal(out[: 2_000 - reach], values[: 2_000 - reach])
    assert np.array_equal(out[2_020 + reach :], values[2_020 + reach :])


def test_all_channels_are_made_softer_together() -> None:
    values = np.repeat(_tone(440.0, 0.3), 2, axis=1)
    values[2_000:2_020, 0] *= 3.0
    out = declicked(values, _RATE, largest_step(values[:1_000]) / 0.9)
    assert np.abs(out).sum() < np.abs(values).sum()
    assert np.allclose(out[:, 0] * values[:, 1], out[:, 1] * values[:, 0])


@given(st.integers(0, 2**16), st.floats(0.02, 1.0), st.sampled_from([8_000, 16_000, 48_000]))
def test_no_step_is_larger_than_what_is_allowed(seed: int, part: float, rate_hz: int) -> None:
    values = as_float(some_noise(3_000, channels=2, seed=seed))
    values[1_000:2_000] *= 2.0
    most = part * largest_step(values)
    assert largest_step(declicked(values, rate_hz, most)) <= most


@given(st.floats(60.0, 4_000.0), st.floats(1.0, 1.5))
def test_a_tone_is_made_no_softer_than_it_needs(pitch_hz: float, excess: float) -> None:
    values = _tone(pitch_hz, 0.5)
    most = largest_step(values) / excess
    assert largest_step(declicked(values, _RATE, most)) >= 0.9 * most
