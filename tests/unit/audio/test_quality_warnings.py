import numpy as np
import pytest

from reviewer.audio.dsp.quality_warnings import SoundWarnings, warn_about_name
from reviewer.audio.samples import Samples
from reviewer.errors import Notice
from tests.refusals import said
from tests.sounds import a_tone, some_samples


def warn_about_sound(samples: Samples) -> tuple[Notice, ...]:
    """The warnings, of a sound that comes in two blocks."""
    warnings = SoundWarnings(samples.channels, bits=samples.bits)
    for block in np.array_split(samples.data, 2):
        warnings.add(block)
    return warnings.notices()


def _samples(data: np.ndarray) -> Samples:
    return Samples(16_000, data)


@pytest.mark.parametrize("loudness", [0.3, 0.001])
def test_ordinary_and_quiet_sound_has_no_notes(loudness: float) -> None:
    assert said(warn_about_sound(_samples(a_tone(16_000, loudness=loudness)))) == ()


@pytest.mark.parametrize("value", [0, 1, -2, 8_000])
def test_silence_is_noted_also_off_centre(value: int) -> None:
    notes = said(warn_about_sound(_samples(np.full((1_000, 1), value, np.int16))))
    assert notes[:1] == ("The recording is silent.",)


@pytest.mark.parametrize(("offset", "words"), [(13_107, "+0.40"), (-3_277, "-0.10")])
def test_a_constant_offset_of_the_worst_channel_is_noted(offset: int, words: str) -> None:
    tone = a_tone(16_000, loudness=0.1)
    assert said(warn_about_sound(_samples(np.hstack([tone, tone + np.int16(offset)])))) == (
        f"DC offset: {words} of full scale.",
    )


@pytest.mark.parametrize("bits", [16, 24])
def test_clipping_is_noted_with_its_share(bits: int) -> None:
    samples = some_samples(1_000, bits=bits)
    top = 32_767 if bits == 16 else 0x7FFFFF00
    samples.data[:20] = top
    samples.data[20:25] = -top - (1 if bits == 16 else 0x100)
    assert said(warn_about_sound(samples)) == ("Clipped: 2.50 % of the samples are at full scale.",)


def test_a_single_full_sample_in_a_long_clip_is_not_clipping() -> None:
    data = a_tone(32_000)
    data[0] = 32_767
    assert said(warn_about_sound(_samples(data))) == ()


@pytest.mark.parametrize(
    ("extension", "container", "notes"),
    [
        *((name, held, ()) for name, held in [(".wav", "WAV"), (".WAV", "WAVEX"), (".opus", "OGG")]),
        *((name, held, ()) for name, held in [(".xyz", "FLAC"), ("", "WAV")]),
        (".FLAC", "MP3", ("The file is named .flac but holds MP3.",)),
        (".wav", "EVIL\n", ("The file is named .wav but holds another format.",)),
    ],
)
def test_an_extension_of_another_format_is_noted_in_our_words(
    extension: str, container: str, notes: tuple[str, ...]
) -> None:
    assert said(warn_about_name(extension, container)) == notes


@pytest.mark.parametrize("frames", [1 << 16, (1 << 16) + 1, 1 << 17])
@pytest.mark.parametrize("value", [-(1 << 15), (1 << 15) - 1])
def test_no_block_is_too_long_for_its_sum(frames: int, value: int) -> None:
    warnings = SoundWarnings(1, bits=16)
    warnings.add(np.full((frames, 1), value, np.int16))
    offset = next(note for note in warnings.notices() if note.code == "AUDIO_DC_OFFSET")
    assert offset.parameters["offset"] == value / 32768
