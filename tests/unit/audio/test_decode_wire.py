import io
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.decode.child import send_sound
from reviewer.audio.decode.wire import (
    Failure,
    Head,
    InvalidRecord,
    Sender,
    Tail,
    received_records,
)
from reviewer.audio.limits import MAX_RECORD_BYTES
from tests.sounds import a_wav, put, some_noise

_HEAD = Head(16_000, 2, 2, "WAV")


def _sent(*acts: Callable[[Sender], None]) -> bytes:
    reading, writing = os.pipe()
    sender = Sender(writing)
    for act in acts:
        act(sender)
    sender.flush()
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        return stream.read()


def _read(content: bytes) -> list[object]:
    return list(received_records(io.BytesIO(content)))


def _head(sender: Sender) -> None:
    sender.send_head(_HEAD)


def _block(sender: Sender) -> None:
    sender.send_block(np.array([[1, -2]], np.int16))


def _tail(sender: Sender) -> None:
    sender.send_tail(Tail(1, 0, is_short=True))


def _failure(sender: Sender) -> None:
    sender.send_failure(Failure("library", 71))


def test_head_samples_and_tail_come_through() -> None:
    assert _read(_sent(_head, _block, _tail)) == [_HEAD, struct.pack("<hh", 1, -2), Tail(1, 0, is_short=True)]


def test_a_failure_comes_through_at_once_or_after_samples() -> None:
    assert _read(_sent(_failure)) == [Failure("library", 71)]
    assert _read(_sent(_head, _block, _failure))[-1] == Failure("library", 71)


def test_what_follows_the_end_is_not_read() -> None:
    assert len(_read(_sent(_head, _tail) + b"anything")) == 2


@pytest.mark.parametrize(
    "acts", [(), (_head,), (_head, _block), (_block, _tail), (_tail,), (_head, _head, _tail)]
)
def test_a_stream_in_any_other_order_is_refused(acts: tuple[Callable[[Sender], None], ...]) -> None:
    with pytest.raises(InvalidRecord):
        _read(_sent(*acts))


@given(st.integers(0, 60))
def test_a_stream_that_breaks_off_is_refused(length: int) -> None:
    content = _sent(_head, _block, _tail)
    with pytest.raises(InvalidRecord):
        _read(content[: length % len(content)])


@given(st.binary(max_size=80))
def test_any_other_bytes_are_refused_and_nothing_else_happens(content: bytes) -> None:
    with pytest.raises(InvalidRecord):
        _read(content)


_NOT_ASCII = struct.pack("<IHB?8s", 16_000, 1, 2, False, b"\xff\xfe")


@pytest.mark.parametrize(
    "content",
    [
        struct.pack("<cI", b"H", MAX_RECORD_BYTES + 1),
        struct.pack("<cI", b"H", len(_NOT_ASCII)) + _NOT_ASCII + _sent(_tail),
        *(
            _sent(lambda sender, head=head: sender.send_head(head), _tail)
            for head in (Head(0, 1, 2, "WAV"), Head(1, 0, 2, "WAV"), Head(1, 1, 3, "WAV"))
        ),
        _sent(lambda sender: sender.send_failure(Failure("whatever"))),
    ],
    ids=["gigabytes", "not ASCII", "no rate", "no channels", "24 bits", "a reason of its own"],
)
def test_a_record_that_makes_no_sense_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidRecord):
        _read(content)


def test_no_more_sound_than_was_asked_for_is_sent(tmp_path: Path) -> None:
    path = put(tmp_path, "a.wav", a_wav(some_noise(17)))
    with path.open("rb") as file:
        records = _read(_sent(lambda sender: send_sound(file.fileno(), sender, 0.001)))
    assert records[-1] == Failure("too_long")
