"""A decoder that reads nothing out of a file but its bytes."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from reviewer.audio.decode.decoder import Decoded, Decoder, SoundOutput
from reviewer.audio.dsp import speech_detection
from reviewer.audio.io.flac import MemoryOutput
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

    def decode(self, path: Path, limits: DecodeLimits, out: SoundOutput) -> Decoded:
        self.asked.append(path.name)
        content = path.read_bytes()
        if content.startswith(b"bad "):
            raise Refused(content.split()[1].decode())
        notes = (Notice("AUDIO_SILENT"),) if content.startswith(b"odd") else ()
        spoken = speech_detection.to_bytes((), 8000)
        digest = hashlib.sha256(content).digest()
        out.write(content)
        return Decoded((b"peaks",), spoken, 8000, 1, 8000, digest, notes)


@dataclass(frozen=True)
class WholeDecoded:
    """One file's sound, with all of its FLAC and peaks."""

    flac: bytes
    peaks: bytes
    decoded: Decoded

    def __getattr__(self, name: str) -> Any:
        return getattr(self.decoded, name)


class MemorySound(MemoryOutput):
    """A sound that is written into memory."""

    def reread(self) -> BinaryIO:
        return io.BytesIO(self.getvalue())


def decode_whole(decoder: Decoder, path: Path, limits: DecodeLimits | None = None) -> WholeDecoded:
    """What the decoder makes of a file, in memory."""
    out = MemorySound()
    decoded = decoder.decode(path, limits or DecodeLimits(), out)
    return WholeDecoded(out.getvalue(), b"".join(decoded.peaks or ()), decoded)
