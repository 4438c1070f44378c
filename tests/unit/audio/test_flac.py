import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.io.flac import cut_flac, encode_flac, read_canonical, without_metadata
from reviewer.audio.samples import Samples
from reviewer.errors import Damaged, Refused
from tests.sounds import some_noise, some_samples, sound_file


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (22_050, 2), (192_000, 8), (44_101, 1)])
def test_what_is_encoded_comes_back_bit_for_bit(bits: int, rate_hz: int, channels: int) -> None:
    samples = some_samples(5_000, rate_hz=rate_hz, channels=channels, bits=bits)

    back = read_canonical(io.BytesIO(encode_flac(samples)))

    assert back.rate_hz == rate_hz
    assert back.data.dtype == samples.data.dtype
    assert (back.data == samples.data).all()


@given(st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=300))
def test_any_16_bit_samples_come_back(values: list[int]) -> None:
    samples = Samples(16_000, np.array(values, np.int16)[:, None])

    assert (read_canonical(io.BytesIO(encode_flac(samples))).data == samples.data).all()


def test_canonical_flac_has_one_metadata_block() -> None:
    flac = encode_flac(some_samples(100))

    assert flac[:8] == b"fLaC\x80\x00\x00\x22"
    assert flac[42:44] in (b"\xff\xf8", b"\xff\xf9")  # the first audio frame follows at once


def test_metadata_of_a_flac_is_cut_out() -> None:
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", 16_000, 1, subtype="PCM_16", format="FLAC") as sound:
        sound.artist = "Testperson"
        sound.write(some_noise(1_000))

    flac = without_metadata(out.getvalue())

    assert b"Testperson" in out.getvalue()
    assert b"Testperson" not in flac
    assert (read_canonical(io.BytesIO(flac)).data == some_noise(1_000)).all()


@pytest.mark.parametrize("content", [b"", b"fLaC", b"RIFF" + bytes(60), b"fLaC\x84" + bytes(60)])
def test_metadata_is_only_cut_out_of_a_flac(content: bytes) -> None:
    with pytest.raises(ValueError, match="FLAC"):
        without_metadata(content)


@pytest.mark.parametrize(("rate_hz", "channels"), [(16_000, 9), (700_000, 1), (65_537, 1)])
def test_what_flac_cannot_hold_is_refused_with_a_sentence(rate_hz: int, channels: int) -> None:
    with pytest.raises(Refused) as caught:
        encode_flac(some_samples(10, rate_hz=rate_hz, channels=channels))

    assert caught.value.code == "UNDECODABLE"
    assert caught.value.hint


def test_a_cut_holds_exactly_its_frames() -> None:
    samples = some_samples(1_000, channels=2)

    cut = read_canonical(io.BytesIO(cut_flac(samples, 100, 250)))

    assert (cut.data == samples.data[100:250]).all()


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (6, 5), (0, 1_001)])
def test_a_cut_outside_the_clip_is_a_bug(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not inside"):
        cut_flac(some_samples(1_000), start, end)


def test_bytes_that_are_no_flac_are_damage() -> None:
    with pytest.raises(Damaged):
        read_canonical(io.BytesIO(b"not sound at all"))


def test_another_format_is_damage_even_if_it_would_decode() -> None:
    with pytest.raises(Damaged, match="form"):
        read_canonical(io.BytesIO(sound_file(some_noise(100))))


def test_a_flac_that_ends_too_early_is_damage() -> None:
    flac = encode_flac(some_samples(50_000))

    with pytest.raises(Damaged):
        read_canonical(io.BytesIO(flac[: len(flac) // 2]))


def test_an_error_of_the_stream_comes_through_as_it_is() -> None:
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise Damaged("The seal does not verify.")

    with pytest.raises(Damaged, match="seal"):
        read_canonical(Broken())
