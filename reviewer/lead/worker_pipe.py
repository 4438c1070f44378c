"""Messages between a process and its workers: MessagePack, each behind its length."""

import struct
from collections.abc import Callable
from typing import BinaryIO, TypeVar

import msgspec

T = TypeVar("T")
_LENGTH = struct.Struct("<I")


def send(stream: BinaryIO, message: object) -> None:
    """Writes one message; raises OSError when nobody reads."""
    content = msgspec.msgpack.encode(message)
    stream.write(_LENGTH.pack(len(content)) + content)
    stream.flush()


def receive(stream: BinaryIO, decode: Callable[[bytes], T]) -> T | None:
    """The next message, or None at the end of the stream."""
    head = stream.read(_LENGTH.size)
    content = stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    return decode(content) if content else None
