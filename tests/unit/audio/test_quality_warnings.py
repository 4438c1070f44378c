import numpy as np
import pytest

from reviewer.audio.dsp.quality_warnings import warn_about_name, warn_about_sound
from reviewer.audio.samples import Samples
from tests.sounds import a_tone, some_samples


def _samples(data: np.ndarray) -> Samples:
    return Samples(16_000, data)


def test_ordinary_sound_has_no_notes() -> None:
    assert warn_about_sound(_samples(a_tone(16_000))) == ()


@pytest.mark.parametrize("value", [0, 1, -2])
def test_silence_is_noted(value: int) -> None:
    notes = warn_about_sound(_samples(np.full((1_000, 1), value, np.int16)))

    assert notes == ("The recording is silent.",)


def test_silence_off_centre_is_still_silence() -> None:
    notes = warn_about_sound(_samples(np.full((1_000, 1), 8_000, np.int16)))

    assert notes[0] == "The recording is silent."


def test_quiet_speech_is_not_silence() -> None:
    assert warn_about_sound(_samples(a_tone(1_000, loudness=0.001))) == ()


@pytest.mark.parametrize("bits", [16, 24])
def test_clipping_is_noted_with_its_share(bits: int) -> None:
    samples = some_samples(1_000, bits=bits)
    top = 32_767 if bits == 16 else 0x7FFFFF00
    samples.data[:20] = top
    samples.data[20:25] = -top - (1 if bits == 16 else 0x100)

    assert warn_about_sound(samples) == ("Clipped: 2.50 % of the samples are at full scale.",)


def test_a_single_full_sample_in_a_long_clip_is_not_clipping() -> None:
    data = a_tone(32_000)
    data[0] = 32_767

    assert warn_about_sound(_samples(data)) == ()


@pytest.mark.parametrize(("offset", "words"), [(13_107, "+0.40"), (-3_277, "-0.10")])
def test_a_constant_offset_is_noted(offset: int, words: str) -> None:
    data = (a_tone(16_000, loudness=0.1) + np.int16(offset)).astype(np.int16)

    assert warn_about_sound(_samples(data)) == (f"DC offset: {words} of full scale.",)


def test_the_worst_channel_decides_the_offset() -> None:
    data = np.hstack([a_tone(16_000), a_tone(16_000) + np.int16(6_554)]).astype(np.int16)

    assert "+0.20" in warn_about_sound(_samples(data))[0]


@pytest.mark.parametrize(
    ("extension", "container"),
    [(".wav", "WAV"), (".WAV", "WAVEX"), (".flac", "FLAC"), (".opus", "OGG"), (".xyz", "FLAC"), ("", "WAV")],
)
def test_a_fitting_or_unknown_extension_needs_no_note(extension: str, container: str) -> None:
    assert warn_about_name(extension, container) == ()


def test_an_extension_of_another_format_is_noted() -> None:
    assert warn_about_name(".FLAC", "MP3") == ("The file is named .flac but holds MP3.",)


def test_a_container_that_is_not_on_our_list_is_not_repeated() -> None:
    assert warn_about_name(".wav", "EVIL\n") == ("The file is named .wav but holds another format.",)
