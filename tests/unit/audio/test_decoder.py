"""What the parent makes of a decoding process that lies, stops or is ended; no process is started."""

import io
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from reviewer.audio.decode.decoder import Decoder
from reviewer.audio.decode.input_file import open_bytes, open_source
from reviewer.audio.decode.wire import ENDED, KILLED, TIMED_OUT
from reviewer.audio.io.flac import encode_flac
from reviewer.audio.samples import Samples
from reviewer.errors import Refused
from reviewer.model.project import DecodeLimits
from tests.fakes.decoder import decode_whole
from tests.refusals import hint_of, reason_of, said, sentence_of


class _Job:
    def __init__(self, content: bytes, how: tuple[int, int]) -> None:
        self.stream = io.BytesIO(content)
        self._how = how

    def verdict(self) -> tuple[int, int]:
        return self._how


class _Host:
    """Sends what a test says."""

    needs_name = False

    def __init__(self, content: bytes, how: tuple[int, int] = (ENDED, 0)) -> None:
        self._content = content
        self._how = how

    @contextmanager
    def start_decoding(self, path: Path, source: int, limits: DecodeLimits) -> Iterator[_Job]:
        yield _Job(self._content, self._how)

    def start(self) -> None:
        return

    def give_ahead(self, source: int) -> None:
        raise AssertionError("nothing was announced")

    def drop_ahead(self) -> None:
        raise AssertionError("nothing was announced")

    def close(self) -> None:
        return


def _record(tag: bytes, content: bytes) -> bytes:
    return struct.pack("<cI", tag, len(content)) + content


def _head(
    rate_hz: int = 16_000, channels: int = 1, sample_bytes: int = 2, container: bytes = b"WAV"
) -> bytes:
    return _record(b"H", struct.pack("<IHB?8s", rate_hz, channels, sample_bytes, False, container))


def _tail(frames: int, invalid: int = 0, *, is_short: bool = False) -> bytes:
    return _record(b"E", struct.pack("<QQ???", frames, invalid, is_short, False, False))


def _failure(why: bytes, number: int = 0) -> bytes:
    return _record(b"F", struct.pack("<12si", why, number))


def _samples(*values: int) -> bytes:
    return _record(b"S", np.array(values, "<i2").tobytes())


def _decode(tmp_path: Path, host: _Host, **limits: float) -> object:
    path = tmp_path / "a.wav"
    path.write_bytes(b"anything")
    return decode_whole(Decoder(host), path, DecodeLimits(**limits))  # type: ignore[arg-type]


def _refusal(tmp_path: Path, host: _Host, **limits: float) -> Refused:
    with pytest.raises(Refused) as caught:
        _decode(tmp_path, host, **limits)
    assert sentence_of(caught.value).endswith(".")
    return caught.value


def test_an_honest_stream_is_taken(tmp_path: Path) -> None:
    host = _Host(_head() + _samples(1, 2) + _samples(3) + _tail(3, 2, is_short=True))
    decoded = _decode(tmp_path, host)
    assert decoded.frames == 3  # type: ignore[attr-defined]
    assert said(decoded.notes)[:2] == (  # type: ignore[attr-defined]
        "The file is shorter than its header says.",
        "2 invalid samples (NaN or infinity) were replaced by silence.",
    )


@pytest.mark.parametrize("values_a_record", [7_777, 65_536, 65_537, 200_000])
def test_a_sound_is_the_same_however_its_records_are_cut(tmp_path: Path, values_a_record: int) -> None:
    values = np.arange(200_000, dtype=np.int64).astype("<i2")
    parts = [values[start : start + values_a_record] for start in range(0, len(values), values_a_record)]
    content = b"".join(_record(b"S", part.tobytes()) for part in parts)
    decoded = _decode(tmp_path, _Host(_head() + content + _tail(len(values))))
    expected = Samples(16_000, values.astype(np.int16).reshape(-1, 1))
    assert decoded.samples_sha256 == expected.sha256()  # type: ignore[attr-defined]
    assert decoded.flac == encode_flac(expected)  # type: ignore[attr-defined]


class _HostAhead(_Host):
    """Remembers the files that it was given ahead."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.given: list[int] = []

    def give_ahead(self, source: int) -> None:
        assert os.fstat(source).st_size
        self.given.append(source)

    def drop_ahead(self) -> None:
        return


def test_files_given_ahead_are_closed_although_nobody_asks_for_them(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("now.wav", "next.wav", "empty.wav", "last.wav")]
    for path in paths:
        path.write_bytes(b"" if path.stem == "empty" else b"anything")
    host = _HostAhead(_head() + _samples(1, 2) + _tail(2))
    with Decoder(host) as decoder:
        decoder.announce(paths)
        decode_whole(decoder, paths[0])
        (ahead,) = host.given  # the empty one is refused when it is asked for
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(ahead)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"free text instead of records",
        _head(),
        _head() + _samples(1, 2),
        _head() + _samples(1, 2) + _tail(3),
        _head() + _samples(1, 2) + _tail(1),
        _head() + _record(b"S", b"\1") + _tail(0),
        _head(sample_bytes=4) + _record(b"S", b"\1\0\0\0") + _tail(1),
        _samples(1) + _tail(1),
    ],
    ids=[
        "nothing",
        "text",
        "head",
        "no tail",
        "frames missing",
        "frames too many",
        "half a sample",
        "25 bits",
        "no head",
    ],
)
def test_a_stream_that_does_not_add_up_is_refused(tmp_path: Path, content: bytes) -> None:
    refusal = _refusal(tmp_path, _Host(content))
    assert (reason_of(refusal), sentence_of(refusal)) == (
        "UNDECODABLE",
        "The decoder stopped without a result.",
    )


def test_more_samples_than_asked_for_are_not_kept(tmp_path: Path) -> None:
    assert _decode(tmp_path, _Host(_head() + _samples(*range(16)) + _tail(16)), audio_seconds=0.001)
    host = _Host(_head() + _samples(*range(17)) + _tail(17))
    assert _refusal(tmp_path, host, audio_seconds=0.001).code.startswith("TOO_LONG")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ((TIMED_OUT, 0), "takes more time or memory"),
        ((KILLED, 24), "takes more time or memory"),
        ((KILLED, 9), "takes more time or memory"),
        ((KILLED, 11), "crashed on this file (signal 11)"),
        ((ENDED, 9), "without a result"),
    ],
)
def test_how_the_process_ended_is_said(tmp_path: Path, how: tuple[int, int], words: str) -> None:
    refusal = _refusal(tmp_path, _Host(_head(), how))
    assert refusal.code.startswith("UNDECODABLE")
    assert words in sentence_of(refusal)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (_failure(b"library", 1), "UNDECODABLE", "not an audio file"),
        (_failure(b"library", 71), "EMPTY_AUDIO", "no audio"),
        (_failure(b"library", 32), "UNDECODABLE", "Channel count is zero"),
        (_failure(b"library", 0), "UNDECODABLE", "cannot be decoded: no reason"),
        (_failure(b"library", -5), "UNDECODABLE", "cannot be decoded: no reason"),
        (_failure(b"library", 1 << 30), "UNDECODABLE", "cannot be decoded"),
        (_failure(b"memory"), "UNDECODABLE", "memory"),
        (_head() + _failure(b"broken_off", 158), "INCOMPLETE", "damaged"),
        (_failure(b"incomplete", 0), "INCOMPLETE", "cut off"),
        (_failure(b"incomplete", 1), "INCOMPLETE", "second recording"),
        (_failure(b"container", 0), "UNDECODABLE", "MPEG-4"),
        (_failure(b"codec"), "UNDECODABLE", "codec"),
        (_failure(b"streams", 3), "UNDECODABLE", "3 audio tracks"),
        (_failure(b"streams", 0), "EMPTY_AUDIO", "no audio track"),
        (_head() + _failure(b"too_long"), "TOO_LONG", "longer than the project allows"),
        (_head() + _tail(0), "EMPTY_AUDIO", "no audio"),
        (_head(channels=9), "UNDECODABLE", "9 channels; at most 8"),
        (_head(rate_hz=700_000), "UNDECODABLE", "700000"),
    ],
)
def test_each_reason_has_its_sentence(tmp_path: Path, content: bytes, code: str, words: str) -> None:
    refusal = _refusal(tmp_path, _Host(content))
    assert reason_of(refusal) == code
    assert words in sentence_of(refusal)
    assert hint_of(refusal)


def test_text_from_the_process_is_not_repeated(tmp_path: Path) -> None:
    decoded = _decode(tmp_path, _Host(_head(container=b"SECRET") + _samples(5, -9) + _tail(2)))
    assert "SECRET" not in " ".join(said(decoded.notes))  # type: ignore[attr-defined]


def _not_opened(path: Path, most_bytes: int = 100) -> Refused:
    with pytest.raises(Refused) as caught:
        open_source(path, most_bytes)
    return caught.value


def test_an_open_file_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"sound")
    descriptor = open_source(path, 5)
    assert os.read(descriptor, 10) == b"sound"
    os.close(descriptor)


@pytest.mark.parametrize("name", ["file/below", "nul\0byte", "x" * 300])
def test_what_cannot_be_opened_is_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    refusal = _not_opened(tmp_path / name)
    assert refusal.code.startswith("UNDECODABLE")
    assert name not in sentence_of(refusal) + hint_of(refusal)


@pytest.mark.skipif(sys.platform != "linux", reason="files in memory can be sealed on Linux only")
def test_bytes_are_given_to_a_decoder_in_memory_where_nothing_can_be_written_any_more() -> None:
    with open_bytes(b"sound", 5, needs_name=False) as (_, descriptor):
        assert os.read(descriptor, 10) == b"sound"
        assert str(Path(f"/proc/self/fd/{descriptor}").readlink()).startswith("/memfd:")
        with pytest.raises(PermissionError):
            os.pwrite(descriptor, b"x", 0)
        with pytest.raises(PermissionError):
            os.ftruncate(descriptor, 100)
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(descriptor)


def test_bytes_have_a_name_only_where_one_is_needed_and_while_they_are_read() -> None:
    with open_bytes(b"sound", 5, needs_name=True) as (path, descriptor):
        assert path.read_bytes() == os.read(descriptor, 10) == b"sound"
    assert not path.parent.exists()


@pytest.mark.parametrize(("content", "code"), [(b"", "EMPTY_AUDIO_FILE"), (b"sounds", "TOO_LONG_BYTES")])
@pytest.mark.parametrize("needs_name", [False, True])
def test_bytes_are_refused_as_a_file_would_be(content: bytes, code: str, needs_name: bool) -> None:
    with pytest.raises(Refused) as caught, open_bytes(content, 5, needs_name=needs_name):
        pass
    assert caught.value.code == code
