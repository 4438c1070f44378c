"""A decoder that reads nothing out of a file but its bytes."""

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Self

from reviewer.audio.decode.decoder import Decoded
from reviewer.audio.dsp import speech_detection
from reviewer.errors import Notice, Refused
from reviewer.model.project import DecodeLimits


class FakeDecoder:
    """Gives a clip of one second for any file; ``asked`` are the names of the files it was given.

    Files with the same bytes have the same samples; one beginning with ``bad`` is refused as its next word
    says.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self) -> Self:
        return self

    def decode(self, path: Path, limits: DecodeLimits) -> Decoded:
        self.asked.append(path.name)
        content = path.read_bytes()
        if content.startswith(b"bad "):
            raise Refused(content.split()[1].decode())
        notes = (Notice("AUDIO_SILENT"),) if content.startswith(b"odd") else ()
        spoken = speech_detection.to_bytes((), 8000)
        digest = hashlib.sha256(content).digest()
        return Decoded(content, b"peaks", spoken, 8000, 1, 8000, digest, notes)
