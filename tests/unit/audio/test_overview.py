import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.audio.io.flac import encode_flac
from reviewer.audio.samples import IntSamples, Samples
from reviewer.audio.view.overview import OVERVIEW_BIN, overview
from reviewer.audio.view.peaks import FACTOR, PeakPyramid
from reviewer.errors import Damaged, Unavailable
from tests.refusals import refused, sentence_of
from tests.sounds import put, some_noise, some_samples, sound_file


def _is_that_of(made: PeakPyramid, data: IntSamples) -> bool:
    """Whether each bin of each level holds what a plain minimum and maximum of its frames give."""
    for number, level in enumerate(made.levels):
        size = OVERVIEW_BIN * FACTOR**number
        pieces = [data[start : start + size] for start in range(0, data.shape[0], size)]
        lows = np.stack([piece.min(axis=0) for piece in pieces], axis=1)
        highs = np.stack([piece.max(axis=0) for piece in pieces], axis=1)
        if not np.array_equal(level, np.stack((lows, highs), axis=1)) or level.dtype != data.dtype:
            return False
    return made.frames == data.shape[0] and made.levels[-1].shape[2] <= FACTOR


@given(st.integers(1, 9_000), st.integers(1, 3), st.sampled_from([16, 24]), st.integers(1, 5))
@settings(max_examples=40)
def test_however_many_threads_the_pyramid_is_that_of_the_samples(
    frames: int, channels: int, bits: int, workers: int
) -> None:
    samples = some_samples(frames, channels=channels, bits=bits)
    flac = encode_flac(samples)
    made = overview(lambda: io.BytesIO(flac), workers)
    assert _is_that_of(made, samples.data)


def test_a_wav_on_the_disk_with_parts_longer_than_a_block_is_read_as_well(tmp_path: Path) -> None:
    data = (np.arange(9_000_000) * 7 % 30_000).astype(np.int16)[:, None]
    path = put(tmp_path, "a.wav", sound_file(data, subtype="PCM_16"))
    assert _is_that_of(overview(path, workers=1), data)


def test_each_stream_that_was_opened_is_closed() -> None:
    flac, streams = encode_flac(some_samples(1_000)), list[io.BytesIO]()

    def opened() -> io.BytesIO:
        streams.append(io.BytesIO(flac))
        return streams[-1]

    overview(opened, 2)
    assert len(streams) == 2
    assert all(stream.closed for stream in streams)


def test_what_does_not_decode_is_damage_and_its_stream_closed() -> None:
    other = io.BytesIO(b"nothing of the kind")
    flac = encode_flac(Samples(16_000, np.tile(some_noise(4_000), (5, 1))))
    with pytest.raises(Damaged):
        overview(lambda: io.BytesIO(flac[: len(flac) // 2]))
    with pytest.raises(Damaged):
        overview(lambda: other)
    assert other.closed


def test_a_seal_that_does_not_verify_is_told_in_its_own_words() -> None:
    flac = encode_flac(Samples(16_000, np.tile(some_noise(40_000), (5, 1))))
    for error in (Damaged("SEALED_OBJECT_DAMAGED"), Unavailable("CLIP_NOT_READ", problem="gone")):
        with refused(sentence_of(error), type(error)):
            overview(lambda error=error: _Failing(flac, len(flac) // 2, error))  # type: ignore[misc]
        with refused(sentence_of(error), type(error)):
            overview(lambda error=error: _Failing(flac, 0, error))  # type: ignore[misc]


def test_an_overview_is_not_mistaken_for_what_is_kept() -> None:
    flac = encode_flac(some_samples(5_000))
    with pytest.raises(ValueError, match="256"):
        overview(lambda: io.BytesIO(flac)).to_bytes()


class _Failing(io.BytesIO):
    """A stream that does not go beyond a place."""

    def __init__(self, content: bytes, end: int, error: Exception) -> None:
        super().__init__(content)
        self._end, self._error = end, error

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() + (size or 0) > self._end:
            raise self._error
        return super().read(size)
