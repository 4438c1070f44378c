import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.audio.flac import encode_flac
from reviewer.audio.overview import overview
from reviewer.audio.pyramid import Pyramid
from reviewer.audio.samples import Samples
from reviewer.errors import Damaged
from tests.sounds import put, some_noise, some_samples, sound_file


@given(st.integers(1, 3_000), st.integers(1, 3), st.sampled_from([16, 24]), st.integers(1, 5))
@settings(max_examples=40)
def test_however_many_threads_the_pyramid_is_that_of_the_samples(
    frames: int, channels: int, bits: int, workers: int
) -> None:
    samples = some_samples(frames, channels=channels, bits=bits)
    flac = encode_flac(samples)

    made = overview(lambda: io.BytesIO(flac), workers)

    assert made.to_bytes() == Pyramid.from_samples(samples.data).to_bytes()


def test_blocks_shorter_than_a_part_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviewer.audio.overview._BLOCK_FRAMES", 256)
    samples = some_samples(5_000, channels=2)
    flac = encode_flac(samples)

    made = overview(lambda: io.BytesIO(flac))

    assert made.to_bytes() == Pyramid.from_samples(samples.data).to_bytes()


def test_a_wav_on_the_disk_is_read_as_well(tmp_path: Path) -> None:
    data = some_noise(10_000)
    path = put(tmp_path, "a.wav", sound_file(data, subtype="PCM_16"))

    assert overview(path).to_bytes() == Pyramid.from_samples(data).to_bytes()


def test_each_stream_that_was_opened_is_closed() -> None:
    flac, streams = encode_flac(some_samples(1_000)), list[io.BytesIO]()

    def opened() -> io.BytesIO:
        streams.append(io.BytesIO(flac))
        return streams[-1]

    overview(opened, 2)

    assert len(streams) == 3
    assert all(stream.closed for stream in streams)


def test_what_does_not_decode_is_damage() -> None:
    flac = encode_flac(Samples(16_000, np.tile(some_noise(4_000), (5, 1))))

    with pytest.raises(Damaged):
        overview(lambda: io.BytesIO(flac[: len(flac) // 2]))
    with pytest.raises(Damaged):
        overview(lambda: io.BytesIO(b"nothing of the kind"))
