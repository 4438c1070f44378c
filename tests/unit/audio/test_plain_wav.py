"""Plain WAV files are read without a decoding process; whatever is unusual about a file, that decodes it."""

import struct
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.decode import decoder as decoder_module
from reviewer.audio.decode import plain_wav as module
from reviewer.audio.decode.decoder import Decoder
from reviewer.audio.decode.host import DecodeJob, ForkingHost, can_fork
from reviewer.audio.decode.plain_wav import PlainWav, plain_wav
from reviewer.audio.samples import Samples
from reviewer.errors import Refused
from reviewer.model.project import DecodeLimits
from tests.fakes.decoder import decode_whole
from tests.sounds import a_wav, put, some_noise, sound_file

_LIMITS = DecodeLimits()
FORM = struct.pack("<HHIIHH", 1, 1, 16_000, 32_000, 2, 16)
SOUND = b"\1\2\3\4"


class NoHost(ForkingHost):
    """A decoding process that must not be asked."""

    def start_decoding(
        self, path: Path, source: int, limits: DecodeLimits
    ) -> AbstractContextManager[DecodeJob]:
        raise AssertionError(path)


@pytest.fixture(scope="module")
def process() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(*chunks: bytes, mark: bytes = b"RIFF", kind: bytes = b"WAVE", more: int = 0) -> bytes:
    content = kind + b"".join(chunks)
    return mark + struct.pack("<I", len(content) + more) + content


def form(**other: int) -> bytes:
    names = ("tag", "channels", "rate_hz", "bytes_a_second", "frame_bytes", "bits")
    values = dict(zip(names, (1, 1, 16_000, 32_000, 2, 16), strict=True)) | other
    return chunk(b"fmt ", struct.pack("<HHIIHH", *values.values()))


PLAIN = riff(form(), chunk(b"data", SOUND))


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_its_samples_come_in_without_a_process(tmp_path: Path, channels: int) -> None:
    data = some_noise(70_000, channels=channels)
    with Decoder(NoHost()) as decoder:
        decoder.announce([tmp_path / "a.wav"])
        decoded = decode_whole(decoder, put(tmp_path, "a.wav", a_wav(data, rate_hz=22_050)), _LIMITS)
        assert decoder.length(a_wav(data, rate_hz=22_050), _LIMITS) == (70_000, 22_050)
    assert decoded.samples_sha256 == Samples(22_050, data).sha256()
    assert (decoded.rate_hz, decoded.channels, decoded.frames) == (22_050, channels, 70_000)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        riff(chunk(b"LIST", b"INFOISFT\4\0\0\0abc\0"), form(), chunk(b"data", SOUND)),
        riff(chunk(b"JUNK", bytes(28)), form(), chunk(b"data", SOUND), chunk(b"LIST", b"odd")),
        riff(form(), chunk(b"bext", bytes(602)), chunk(b"data", SOUND), chunk(b"id3 ", b"\xff" * 9)),
    ],
)
def test_what_only_speaks_of_the_sound_is_passed_over(content: bytes) -> None:
    assert plain_wav(content) == PlainWav(16_000, 1, SOUND)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        PLAIN[:20],
        PLAIN[:-1],
        PLAIN + b"\0",
        PLAIN + PLAIN,
        riff(form(), chunk(b"data", SOUND), more=2),
        riff(form(), chunk(b"data", SOUND), mark=b"RIFX"),
        riff(form(), chunk(b"data", SOUND), kind=b"WAVX"),
        riff(form()),
        riff(chunk(b"data", SOUND)),
        riff(chunk(b"data", SOUND), form()),
        riff(form(), form(), chunk(b"data", SOUND)),
        riff(form(), chunk(b"data", SOUND), chunk(b"data", SOUND)),
        riff(form(), chunk(b"data", b"")),
        riff(form(), chunk(b"data", b"\1\2\3")),
        riff(form(), b"data" + struct.pack("<I", 0xFFFFFFFF) + SOUND),
        riff(form(), b"data" + struct.pack("<I", 0) + SOUND),
        riff(form(), chunk(b"data", SOUND), b"LIS"),
        riff(form(), chunk(b"data", SOUND), b"\0" * 8),
        riff(form(), chunk(b"wavl", SOUND), chunk(b"data", SOUND)),
        riff(chunk(b"fmt ", FORM + b"\0\0"), chunk(b"data", SOUND)),
        riff(form(tag=3), chunk(b"data", SOUND)),
        riff(form(tag=0xFFFE), chunk(b"data", SOUND)),
        riff(form(bits=24), chunk(b"data", SOUND)),
        riff(form(bits=8), chunk(b"data", SOUND)),
        riff(form(channels=0, frame_bytes=0, bytes_a_second=0), chunk(b"data", SOUND)),
        riff(form(channels=2), chunk(b"data", SOUND)),
        riff(form(rate_hz=0, bytes_a_second=0), chunk(b"data", SOUND)),
        riff(form(rate_hz=8_000), chunk(b"data", SOUND)),
        riff(form(frame_bytes=4), chunk(b"data", SOUND)),
    ],
)
def test_any_other_file_is_for_the_process(content: bytes) -> None:
    assert plain_wav(content) is None


def test_a_long_one_is_for_the_process_which_reads_a_part_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "a.wav", PLAIN)
    monkeypatch.setattr(module, "MOST_BYTES", len(PLAIN) - 1)
    assert plain_wav(PLAIN) is None
    with Decoder(NoHost()) as decoder, pytest.raises(AssertionError):
        decode_whole(decoder, path, _LIMITS)
    monkeypatch.setattr(module, "MOST_BYTES", len(PLAIN))
    with Decoder(NoHost()) as decoder:
        assert decode_whole(decoder, path, _LIMITS).frames == 2


@pytest.mark.skipif(not can_fork(), reason="elsewhere each file starts a process, which takes long")
@given(
    place=st.integers(0, 60), value=st.integers(0, 255), cut=st.integers(0, 30), channels=st.integers(1, 3)
)
def test_what_is_read_is_what_the_process_decodes(
    process: Decoder,
    tmp_path_factory: pytest.TempPathFactory,
    place: int,
    value: int,
    cut: int,
    channels: int,
) -> None:
    content = bytearray(a_wav(some_noise(12, channels=channels)))
    content[place] = value
    del content[len(content) - cut :]
    folder = tmp_path_factory.getbasetemp()
    read = plain_wav(bytes(content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_BYTES", -1)
        try:
            decoded = decode_whole(process, put(folder, "some.wav", bytes(content)), _LIMITS)
        except Refused:
            assert read is None or not 1 <= read.rate_hz <= 65_535 or read.channels > 8
            return
    if read is not None:
        data = np.frombuffer(read.samples, "<i2").reshape(-1, read.channels)
        assert decoded.samples_sha256 == Samples(read.rate_hz, data).sha256()
        assert (decoded.rate_hz, decoded.channels) == (read.rate_hz, read.channels)


def test_files_that_need_the_process_go_to_it_ahead_past_those_that_do_not(
    process: Decoder, tmp_path: Path
) -> None:
    sounds = [some_noise(1_000 + number) for number in range(9)]
    kinds = ("WAV", "AU", "AU", "WAV", "WAV", "AU", "WAV", "AU", "AU")
    paths = [
        put(tmp_path, f"{number}.{kind.lower()}", sound_file(sounds[number], container=kind))
        for number, kind in enumerate(kinds)
    ]
    process.announce(paths)
    for path, data in zip(paths, sounds, strict=True):
        decoded = decode_whole(process, path, _LIMITS)
        assert decoded.samples_sha256 == Samples(16_000, data).sha256()


def test_a_plain_wav_behind_another_file_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [
        put(tmp_path, f"{place}.{kind.lower()}", sound_file(some_noise(1_000), container=kind))
        for place, kind in enumerate(("AU", "WAV"))
    ]
    read: list[PlainWav | None] = []

    def counted(descriptor: int) -> PlainWav | None:
        read.append(module.read_plain_wav(descriptor))
        return read[-1]

    monkeypatch.setattr(decoder_module, "read_plain_wav", counted)
    with Decoder() as decoder:
        decoder.announce(paths)
        for path in paths:
            decode_whole(decoder, path, _LIMITS)
    assert [found is not None for found in read] == [False, True]


def test_a_plain_wav_inside_another_file_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder_module, "open_bytes", None)
    with Decoder(NoHost()) as decoder:
        assert decoder.length(PLAIN, _LIMITS) == (len(SOUND) // 2, 16_000)
