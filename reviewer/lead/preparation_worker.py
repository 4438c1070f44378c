"""The process that prepares files for an import: ``python -m reviewer.lead.preparation_worker``.

There is one for each core, so that encoding and sealing do not wait for Python's lock in the importing one.
It decodes nothing but plain WAV: that is done, as everywhere, in a confined process (``audio.decode``), which
is started for the first file that needs it. It opens no database,
and has no key but those that it makes for new clips, which go to the importing process through a pipe. It
ends with that process.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from reviewer.audio.decode.decoder import Decoded, Decoder
from reviewer.clips.new_clip import NewClip
from reviewer.clips.store import LocalClipStore
from reviewer.errors import Notice, Parameters, Refused, Unavailable
from reviewer.files import NewFile
from reviewer.lead import worker_pipe
from reviewer.lead.worker_pipe import send
from reviewer.model.clip import ContentKind
from reviewer.model.project import DecodeLimits
from reviewer.process_guard import end_with_parent, harden_process


class Setup(msgspec.Struct, tag=True):
    """The first message to a worker, which answers with ``Ready``."""

    folder: bytes
    workspace_id: str
    limits: DecodeLimits


class Ready(msgspec.Struct, tag=True):
    """The worker can begin."""


class Request(msgspec.Struct):
    """A file to be prepared as the clip of this id."""

    clip_id: str
    path: bytes


class Requests(msgspec.Struct, tag=True):
    """Files to be prepared one after another; ``Answers`` has as many parts."""

    files: list[Request]


class SealedFiles(msgspec.Struct, tag=True):
    """A prepared clip: its key, its files by their temporary names, and what is known of its sound."""

    key: bytes
    files: list[tuple[ContentKind, str]]
    rate_hz: int
    channels: int
    frames: int
    samples_sha256: bytes
    notes: list[tuple[str, dict[str, str | int | float]]]

    def decoded(self) -> Decoded:
        """What the decoder said, without the parts that are in files now."""
        notes = tuple(Notice(code, parameters) for code, parameters in self.notes)
        return Decoded(None, None, self.rate_hz, self.channels, self.frames, self.samples_sha256, notes)


class NotPrepared(msgspec.Struct, tag=True):
    """The file is refused; or, if ``is_refused`` is False, something else failed."""

    code: str
    parameters: dict[str, str | int | float]
    is_refused: bool


class Answers(msgspec.Struct, tag=True):
    """What became of the files of a message, in its order."""

    files: list[SealedFiles | NotPrepared]


Message = Setup | Ready | Requests | Answers
_decode = msgspec.msgpack.Decoder(Message).decode


def receive(stream: BinaryIO) -> Message | None:
    """The next message, or None at the end of the stream."""
    return worker_pipe.receive(stream, _decode)


def prepare_clip(new: NewClip, decoder: Decoder, path: Path, limits: DecodeLimits) -> Decoded:
    """Decodes a file, and writes the sealed files of its clip. Raises Refused, Unavailable."""
    decoded = decoder.decode(path, limits, new.create(ContentKind.AUDIO))
    if decoded.peaks is not None:
        new.write(ContentKind.PEAKS, decoded.peaks)
    if decoded.speech is not None:
        new.write(ContentKind.SPEECH, [decoded.speech])
    new.finish()
    return decoded


class _NotingStore(LocalClipStore):
    """Keeps the temporary names of the files that are created."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.created: list[tuple[ContentKind, NewFile]] = []

    def create(self, clip_id: str, kind: ContentKind) -> NewFile:
        file = super().create(clip_id, kind)
        self.created.append((kind, file))
        return file


def main() -> None:
    """Serves the parent on standard input until that closes."""
    harden_process()
    end_with_parent()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    source = sys.stdin.buffer
    setup = receive(source)
    if not isinstance(setup, Setup):
        return
    store = _NotingStore(Path(os.fsdecode(setup.folder)))
    with Decoder() as decoder:
        send(out, Ready())
        while isinstance(asked := receive(source), Requests):
            send(out, Answers(_answers(store, setup, decoder, asked.files)))
    os._exit(0)  # nothing is left to be done, and taking all libraries down would take as long as 20 clips


def _answers(
    store: _NotingStore, setup: Setup, decoder: Decoder, files: list[Request]
) -> list[SealedFiles | NotPrepared]:
    decoder.announce(Path(os.fsdecode(request.path)) for request in files)
    return [_answer(store, setup, decoder, request) for request in files]


def _answer(
    store: _NotingStore, setup: Setup, decoder: Decoder, request: Request
) -> SealedFiles | NotPrepared:
    store.created.clear()
    new = NewClip(store, setup.workspace_id, request.clip_id, request.clip_id)
    try:
        decoded = prepare_clip(new, decoder, Path(os.fsdecode(request.path)), setup.limits)
    except (Refused, Unavailable) as error:
        new.discard()
        return NotPrepared(error.code, _plain(error.parameters), isinstance(error, Refused))
    for _, file in store.created:
        file.stream.close()  # the importing process opens them, and gives them their names
    return SealedFiles(
        new.key,
        [(kind, file.temporary_name) for kind, file in store.created],
        decoded.rate_hz,
        decoded.channels,
        decoded.frames,
        decoded.samples_sha256,
        [(note.code, _plain(note.parameters)) for note in decoded.notes],
    )


def _plain(parameters: Parameters) -> dict[str, str | int | float]:
    return {name: value for name, value in parameters.items() if not isinstance(value, Notice)}


if __name__ == "__main__":
    main()
