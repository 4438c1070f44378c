from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.dsp.limiter import CEILING
from reviewer.audio.dsp.loudness import Loudness, measured
from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.samples import IntSamples, Samples, Sound
from tests.sounds import some_noise, some_samples

_RATE_HZ = 8_000


def _speech(seconds: float, loudness: float, seed: int = 1, channels: int = 1) -> NDArray[np.int16]:
    """Syllables of noise."""
    source = np.random.default_rng(seed)
    frames = round(seconds * _RATE_HZ)
    syllables = np.repeat(source.choice([0.3, 0.8, 1.0], size=frames // 1_600 + 1), 1_600)[:frames]
    values = source.normal(size=(frames, channels)) * syllables[:, None] * loudness * 32_768
    return np.clip(np.rint(values), -32_768, 32_767).astype(np.int16)


def _with_a_shout() -> Samples:
    data = _speech(12.0, 0.003)
    data[48_000:64_000] = _speech(2.0, 0.3, seed=2)
    return Samples(_RATE_HZ, data)


def _heard(ears: OutputSettings, sound: Sound) -> IntSamples:
    return ears.applied(sound, measured(sound)).read(0, sound.frames)


def _level(data: IntSamples) -> float:
    loudness = measured(Samples(_RATE_HZ, data)).whole
    assert loudness is not None
    return loudness


_EARS = st.builds(
    OutputSettings,
    is_levelled=st.booleans(),
    gain_db=st.integers(-20, 20),
    muted=st.frozensets(st.integers(0, 1)),
    is_swapped=st.booleans(),
    is_mono=st.booleans(),
)


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_ears_of_whom_nothing_is_asked_get_the_very_clip(channels: int) -> None:
    samples = some_samples(500, channels=channels)

    assert OutputSettings().applied(samples, measured(samples)) is samples


def test_swap_and_mono_mean_nothing_to_a_clip_of_one_channel() -> None:
    samples = some_samples(500)

    assert OutputSettings(is_swapped=True, is_mono=True).applied(samples, None) is samples


@settings(max_examples=40)
@given(_EARS, st.lists(st.integers(0, 96_000), min_size=1, max_size=8))
def test_however_it_is_cut_it_is_the_same_sound(ears: OutputSettings, cuts: list[int]) -> None:
    data = np.hstack([_with_a_shout().data, _speech(12.0, 0.05, seed=3)])
    sound = Samples(_RATE_HZ, data)
    loudness = measured(sound)
    edges = [0, *sorted(cuts), sound.frames]
    parted = ears.applied(sound, loudness)
    parts = [parted.read(start, end) for start, end in pairwise(edges)]

    whole = ears.applied(sound, loudness).read(0, sound.frames)
    assert np.array_equal(np.concatenate(parts), whole)


@settings(max_examples=40)
@given(_EARS, st.integers(0, 1_000))
def test_raised_or_levelled_nothing_is_above_the_ceiling(ears: OutputSettings, seed: int) -> None:
    sound = Samples(_RATE_HZ, np.clip(_speech(4.0, 0.4, seed, channels=2), -29_000, 29_000))

    assert np.abs(_heard(ears, sound).astype(int)).max() <= round(CEILING * 32_768)


@settings(max_examples=40)
@given(_EARS)
def test_form_and_length_stay_the_clips(ears: OutputSettings) -> None:
    sound = some_samples(20_001, rate_hz=_RATE_HZ, channels=2, bits=24)
    heard = ears.applied(sound, measured(sound))

    assert (heard.rate_hz, heard.frames, heard.channels, heard.bits) == (_RATE_HZ, 20_001, 2, 24)
    assert heard.read(0, 20_001).shape == (20_001, 2)


@pytest.mark.parametrize("loudness", [0.01, 0.03, 0.1, 0.25])
def test_quiet_and_loud_clips_come_out_at_one_level(loudness: float) -> None:
    sound = Samples(_RATE_HZ, _speech(6.0, loudness))

    assert _level(_heard(OutputSettings(is_levelled=True), sound)) == pytest.approx(
        -23.0, abs=0.7
    )  # -20 on two ears


def test_a_stereo_clip_comes_to_the_same_level_on_two_ears() -> None:
    sound = Samples(_RATE_HZ, _speech(6.0, 0.02, channels=2))

    assert _level(_heard(OutputSettings(is_levelled=True), sound)) == pytest.approx(-20.0, abs=0.7)


def test_one_channel_alone_has_its_own_level() -> None:
    sound = Samples(_RATE_HZ, np.hstack([_speech(6.0, 0.2), _speech(6.0, 0.01, seed=4)]))
    second = _heard(OutputSettings(is_levelled=True).solo(1, 2), sound)

    assert _level(second) == pytest.approx(-20.0, abs=0.7)
    assert not second[:, 0].any()


def test_a_shout_in_a_quiet_clip_is_brought_down_towards_its_level() -> None:
    sound = _with_a_shout()
    loudness = Loudness(-50.0, (-50.0,))  # of the quiet speech
    heard = OutputSettings(is_levelled=True).applied(sound, loudness).read(0, sound.frames)

    assert _level(sound.data[50_000:62_000]) + 24 > 6  # what its level would make of the shout
    assert -23 < _level(heard[50_000:62_000]) < -23 + 6
    assert np.abs(heard.astype(int)).max() <= round(CEILING * 32_768)


def test_before_and_long_after_a_shout_the_speech_is_at_its_level() -> None:
    sound = _with_a_shout()
    heard = OutputSettings(is_levelled=True).applied(sound, Loudness(-50.0, (-50.0,))).read(0, sound.frames)
    gain = 10 ** ((-20 + 50 - 3.01) / 20)
    gain = min(gain, 10 ** (24 / 20))

    for part in (slice(0, 43_000), slice(84_000, 96_000)):
        assert np.abs(heard[part] - np.rint(sound.data[part] * gain)).max() <= 1


def test_silence_gets_no_gain() -> None:
    sound = Samples(_RATE_HZ, np.zeros((16_000, 1), np.int16))
    ears = OutputSettings(is_levelled=True)

    assert ears.level_db(measured(sound)) == 0.0
    assert ears.applied(sound, measured(sound)) is sound


@pytest.mark.parametrize(("lufs", "gain"), [(-20.0, 0.0), (-27.2, 7.2), (-69.0, 24.0), (6.0, -20.0)])
def test_the_level_is_what_is_lacking_within_bounds(lufs: float, gain: float) -> None:
    stereo = Loudness(lufs, (lufs - 3, lufs - 3))

    assert OutputSettings(is_levelled=True).level_db(stereo) == pytest.approx(gain)
    assert OutputSettings().level_db(stereo) == 0.0


def test_until_the_clip_is_measured_there_is_no_level() -> None:
    samples = some_samples(500)

    assert OutputSettings(is_levelled=True).applied(samples, None) is samples
    assert OutputSettings(is_levelled=True).level_db(None) == 0.0


@pytest.mark.parametrize("decibels", [-20, -6, -1])
def test_less_gain_is_just_less_gain(decibels: int) -> None:
    samples = some_samples(30_000)
    heard = OutputSettings(gain_db=decibels).applied(samples, None).read(0, 30_000)

    assert np.abs(heard - samples.data * 10 ** (decibels / 20)).max() <= 0.51


def test_more_gain_is_just_more_gain_where_it_is_not_too_loud() -> None:
    samples = Samples(16_000, (some_noise(30_000) // 8).astype(np.int16))
    heard = OutputSettings(gain_db=10).applied(samples, None).read(0, 30_000)

    assert np.abs(heard - samples.data * 10**0.5).max() <= 0.51


def test_swap_changes_sides_and_no_sample() -> None:
    samples = some_samples(500, channels=2, bits=24)

    assert np.array_equal(_heard(OutputSettings(is_swapped=True), samples), samples.data[:, ::-1])


def test_a_muted_channel_is_silent_and_the_other_as_it_was() -> None:
    samples = some_samples(500, channels=2)
    heard = _heard(OutputSettings(muted=frozenset({0})), samples)

    assert not heard[:, 0].any()
    assert np.array_equal(heard[:, 1], samples.data[:, 1])


def test_mono_gives_both_ears_the_mean() -> None:
    samples = some_samples(500, channels=2)
    heard = _heard(OutputSettings(is_mono=True), samples)

    assert np.array_equal(heard[:, 0], heard[:, 1])
    assert np.abs(heard[:, 0] - samples.data.mean(axis=1)).max() <= 0.51


def test_mono_of_one_channel_gives_it_whole_to_both_ears() -> None:
    samples = some_samples(500, channels=2)
    heard = _heard(OutputSettings(is_mono=True).solo(1, 2), samples)

    assert np.array_equal(heard, samples.data[:, [1, 1]])


def test_with_all_muted_there_is_silence() -> None:
    assert not _heard(
        OutputSettings(muted=frozenset({0, 1}), is_mono=True), some_samples(500, channels=2)
    ).any()


def test_solo_goes_round_all_first_second() -> None:
    ears = OutputSettings(gain_db=3)
    rounds = [ears := ears.next_solo(2) for _ in range(3)]

    assert [each.soloed(2) for each in rounds] == [0, 1, None]
    assert rounds[-1] == OutputSettings(gain_db=3)


def test_there_is_no_solo_in_a_clip_of_one_channel() -> None:
    assert OutputSettings().next_solo(1) == OutputSettings()
    assert OutputSettings().soloed(1) is None


@pytest.mark.parametrize(("asked", "given"), [(-99, -20), (-20, -20), (7, 7), (21, 20)])
def test_gain_has_bounds(asked: int, given: int) -> None:
    assert OutputSettings().with_gain(asked).gain_db == given


def test_the_next_clip_keeps_level_gain_and_mono_but_no_mute_and_no_swap() -> None:
    ears = OutputSettings(is_levelled=True, gain_db=4, muted=frozenset({1}), is_swapped=True, is_mono=True)

    assert ears.for_new_clip() == replace(ears, muted=frozenset(), is_swapped=False)
