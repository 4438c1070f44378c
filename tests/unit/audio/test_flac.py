"""Our own FLAC: written, read whole, and read where it is wanted."""

import io
import threading
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.io.flac import (
    BLOCK_FRAMES,
    FlacStream,
    FlacWriter,
    MemoryOutput,
    close_sound,
    encode_flac,
    open_sound,
    read_canonical,
)
from reviewer.audio.samples import Samples, format_of
from reviewer.errors import Damaged, Refused, Unavailable
from tests.refusals import hint_of
from tests.sounds import some_noise, some_samples, sound_file


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (22_050, 2), (192_000, 8), (44_101, 1)])
def test_what_is_encoded_comes_back_bit_for_bit(bits: int, rate_hz: int, channels: int) -> None:
    samples = some_samples(5_000, rate_hz=rate_hz, channels=channels, bits=bits)
    back = read_canonical(io.BytesIO(encode_flac(samples)))
    assert back.rate_hz == rate_hz
    assert back.data.dtype == samples.data.dtype
    assert (back.data == samples.data).all()


def test_canonical_flac_has_one_metadata_block() -> None:
    flac = encode_flac(some_samples(100))
    assert flac[:8] == b"fLaC\x80\x00\x00\x22"
    assert flac[42:44] in (b"\xff\xf8", b"\xff\xf9")  # the first audio frame follows at once


@pytest.mark.parametrize("block_frames", [1, 4_095, 65_536])
def test_a_flac_written_in_blocks_is_the_one_that_is_written_at_once(block_frames: int) -> None:
    samples, out = some_samples(70_000 if block_frames > 1 else 50, bits=24), MemoryOutput()
    with FlacWriter(out, format_of(samples)) as flac:
        for start in range(0, samples.frames, block_frames):
            flac.write(samples.data[start : start + block_frames])
    assert out.getvalue() == encode_flac(samples)
    assert (read_canonical(io.BytesIO(out.getvalue())).data == samples.data).all()


def test_what_is_encoded_leaves_memory_with_each_block() -> None:
    samples, out = some_samples(500_000), MemoryOutput()
    with FlacWriter(out, format_of(samples)) as flac:
        for written, start in enumerate(range(0, samples.frames, 65_536)):
            assert len(out.getvalue()) >= written * 100_000  # noise: FLAC makes it hardly smaller
            flac.write(samples.data[start : start + 65_536])


class _FullDisk(MemoryOutput):
    def write(self, data: bytes, /) -> int:
        if self.tell() > 100_000:
            raise Unavailable("CLIP_NOT_WRITTEN", problem="disk full")
        return super().write(data)


def _write(out: MemoryOutput, samples: Samples) -> None:
    with FlacWriter(out, format_of(samples)) as flac:
        for start in range(0, samples.frames, 10_000):
            flac.write(samples.data[start : start + 10_000])


def test_what_the_output_raises_is_raised() -> None:
    with pytest.raises(Unavailable, match="CLIP_NOT_WRITTEN"):
        _write(_FullDisk(), some_samples(200_000))


@pytest.mark.parametrize(("rate_hz", "channels"), [(16_000, 9), (700_000, 1), (65_537, 1)])
def test_what_flac_cannot_hold_is_refused_with_a_sentence(rate_hz: int, channels: int) -> None:
    with pytest.raises(Refused) as caught:
        encode_flac(some_samples(10, rate_hz=rate_hz, channels=channels))
    assert caught.value.code.startswith("UNDECODABLE")
    assert hint_of(caught.value)


_FRAMES = 5 * BLOCK_FRAMES + 123


@lru_cache
def _samples(channels: int = 1, bits: int = 16) -> Samples:
    return some_samples(_FRAMES, channels=channels, bits=bits)


@lru_cache
def _flac(channels: int = 1, bits: int = 16) -> bytes:
    return encode_flac(_samples(channels, bits))


class _Breaking(io.BytesIO):
    """A stream of which the bytes from ``place`` on cannot be had."""

    def __init__(self, content: bytes, place: int, error: Exception) -> None:
        super().__init__(content)
        self.place = place
        self._error = error

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() + (len(self.getvalue()) if size is None or size < 0 else size) > self.place:
            raise self._error
        return super().read(size)


_PLACES = st.integers(-10, _FRAMES + 10)


@given(
    st.lists(st.tuples(_PLACES, _PLACES), min_size=1, max_size=6),
    st.sampled_from([(1, 16), (2, 16), (1, 24), (3, 24)]),
)
def test_every_range_is_read_as_it_was_kept(ranges: list[tuple[int, int]], form: tuple[int, int]) -> None:
    sound, samples = FlacStream(io.BytesIO(_flac(*form))), _samples(*form)
    assert (sound.rate_hz, sound.frames, sound.channels, sound.bits) == (16_000, _FRAMES, *form)
    for start, end in ranges:
        read = sound.read(start, end)
        wanted = samples.read(start, max(end, start))
        assert read.dtype == wanted.dtype
        assert read.shape == wanted.shape
        assert (read == wanted).all()


def test_what_is_read_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        FlacStream(io.BytesIO(_flac())).read(0, 10)[0] = 1


def test_a_block_is_decoded_once_while_it_is_cached_and_only_so_many_are() -> None:
    frames = 18 * BLOCK_FRAMES
    flac = encode_flac(Samples(16_000, np.ones((frames, 8), np.int16)))
    stream = _Breaking(flac, 1 << 30, Damaged("SEALED_OBJECT_DAMAGED"))
    sound = FlacStream(stream)
    assert sound.read(0, frames).all()
    stream.place = 0
    assert sound.read(frames - 10, frames).all()
    with pytest.raises(Damaged):
        sound.read(0, 10)


def test_damage_far_in_is_told_when_it_is_reached_and_what_is_before_it_can_be_read() -> None:
    damage = Damaged("SEALED_OBJECT_DAMAGED")
    stream = _Breaking(_flac(), len(_flac()) // 2, damage)
    stream.place = 1 << 30
    sound = FlacStream(stream)
    stream.place = len(_flac()) // 2
    for _ in range(2):
        assert (sound.read(0, 100) == _samples().data[:100]).all()
        with pytest.raises(Damaged) as caught:
            sound.read(_FRAMES - 100, _FRAMES)
        assert caught.value is damage
    stream.place = 1 << 30
    assert (sound.read(_FRAMES - 100, _FRAMES) == _samples().data[-100:]).all()


def _changed(flac: bytes) -> bytes:
    return flac[: len(flac) // 2] + bytes([flac[len(flac) // 2] ^ 0xFF]) + flac[len(flac) // 2 + 1 :]


@pytest.mark.parametrize("content", [_flac()[: len(_flac()) // 2], _changed(_flac())])
def test_a_flac_that_was_cut_or_changed_is_damage(content: bytes) -> None:
    with pytest.raises(Damaged):
        FlacStream(io.BytesIO(content)).read(0, _FRAMES)
    with pytest.raises(Damaged):
        read_canonical(io.BytesIO(content))


@pytest.mark.parametrize(
    ("error", "told"), [(Damaged("PURGED"), "PURGED"), (OSError(5, "Input/output error"), "CLIP_NOT_READ")]
)
def test_an_error_of_the_stream_is_told_as_such(error: Exception, told: str) -> None:
    for place in range(0, len(_flac()), len(_flac()) // 20):
        stream = _Breaking(_flac(), 1 << 30, error)
        sound = FlacStream(stream)
        stream.place = place
        with pytest.raises((Damaged, Unavailable), match=told):
            sound.read(0, _FRAMES)
        with pytest.raises(type(error)):
            read_canonical(stream)


@pytest.mark.parametrize("content", [b"", b"fLaC", b"not sound at all", sound_file(some_noise(100))])
def test_what_is_not_our_flac_is_damage_and_the_stream_is_closed(content: bytes) -> None:
    stream = io.BytesIO(content)
    with pytest.raises(Damaged):
        open_sound(stream)
    assert stream.closed
    with pytest.raises(Damaged):
        read_canonical(io.BytesIO(content))


def test_a_short_clip_is_decoded_at_once_and_its_stream_closed() -> None:
    stream = io.BytesIO(_flac())
    sound = open_sound(stream)
    assert isinstance(sound, Samples)
    assert (sound.data == _samples().data).all()
    assert stream.closed


def test_a_long_clip_stays_in_its_stream_until_it_is_closed() -> None:
    silence = Samples(16_000, np.zeros((2_500_000, 1), np.int16))
    stream = io.BytesIO(encode_flac(silence))
    sound = open_sound(stream)
    assert isinstance(sound, FlacStream)
    assert not stream.closed
    close_sound(sound)
    assert stream.closed


def test_after_close_there_is_silence_of_the_same_form() -> None:
    sound = FlacStream(io.BytesIO(_flac(2, 24)))
    sound.close()
    sound.close()
    read = sound.read(10, BLOCK_FRAMES + 10)
    assert (read.shape, read.dtype, read.any()) == ((BLOCK_FRAMES, 2), np.int32, False)


def test_threads_that_read_at_once_get_what_they_asked_for() -> None:
    sound, samples = FlacStream(io.BytesIO(_flac())), _samples()
    wrong: list[int] = []

    def read(seed: int) -> None:
        starts = np.random.default_rng(seed).integers(0, _FRAMES - 3_000, 60).tolist()
        wrong.extend(
            start
            for start in starts
            if not (sound.read(start, start + 3_000) == samples.data[start : start + 3_000]).all()
        )

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
