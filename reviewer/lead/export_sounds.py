"""Writes the audio files of a set while its rows are still being collected, a batch of clips at a time.

Stored sound that goes out as it is, is unsealed, written and hashed by a worker process
(``lead.sound_worker``), while the exporting one judges the texts of the next batch.
"""

import hashlib
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, BinaryIO, Self, TypeVar, cast

from reviewer.audio.decode.host import start_python
from reviewer.errors import Unavailable
from reviewer.formats import dataset
from reviewer.formats.dataset import CLIPS
from reviewer.formats.written_files import WrittenFile, WrittenFiles
from reviewer.lead.export_audio import decoded, encoded, is_as_stored, require_same
from reviewer.lead.export_rows import Row, SelectedClip
from reviewer.lead.set_options import SetOptions
from reviewer.lead.sound_worker import (
    Answer,
    NotWritten,
    Request,
    Sounds,
    StoredSound,
    Written,
    decode_answer,
)
from reviewer.lead.worker_pipe import receive, send
from reviewer.model.people import Identity
from reviewer.session.export_access import ExportAccess, OpenedBatch, is_batch

if TYPE_CHECKING:
    from reviewer.audio.samples import Samples
    from reviewer.model.clip import Clip

T = TypeVar("T", bound=Answer)
_WORKER = "reviewer.lead.sound_worker"
SOUNDS_WORTH_A_PROCESS = 64
_Given = tuple[OpenedBatch, list[Row]]
"""A batch, and the rows of it whose sound a worker writes."""


class SetSounds:
    """The audio files of one set, under ``clips/``. A context manager, which ends the worker process.

    The clips of a batch, the row that says that they are opened, and then their sound: in this order.
    """

    def __init__(
        self,
        access: ExportAccess,
        identity: Identity,
        folder: Path,
        options: SetOptions,
        in_commit: Callable[[Mapping[str, str]], None],
        progress: Callable[[int], None],
        clips: int,
        written: WrittenFiles,
    ) -> None:
        """``in_commit`` is called with the annotation of each clip of a batch, in the commit of its row.

        ``progress`` is called with the number of clips that are written, of about ``clips``. Files are added
        to ``written``. May raise OSError.
        """
        self._access = access
        self._identity = identity
        self._folder = folder
        self._options = options
        self._in_commit = in_commit
        self._progress = progress
        self._clips_expected = clips
        self._worker: SoundWorker | None = None
        self._clips: dict[str, Clip] = {}
        self._rows: list[Row] = []
        self._with_worker: _Given | None = None
        self._written = written
        self._clips_written, self._last_clip = 0, ""
        self.rows_opened = 0
        """The first rows of all, whose clips were recorded and opened."""
        (folder / CLIPS).mkdir()

    def __enter__(self) -> Self:
        self._worker = worker_for(self._access, self._options, self._clips_expected)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker is not None:
            self._worker.close()

    def add(self, some: Sequence[tuple[SelectedClip, list[Row]]]) -> None:
        """Adds the rows of clips. Raises Refused, Damaged, Unavailable, OSError."""
        for selected, rows in some:
            self._clips[selected.clip.id] = selected.clip
            self._rows += rows
        if is_batch(len(self._clips), self._clips_expected, is_first=not self.rows_opened):
            self._write_batch()

    def open_rest(self) -> None:
        """Opens what is left, and lets the worker begin with it. Raises the same as ``add``."""
        if self._clips:
            self._write_batch()

    def finish(self) -> WrittenFiles:
        """Waits for the last files; gives all by path relative to the set. Raises the same as ``add``."""
        self._take_written()
        return self._written

    def _write_batch(self) -> None:
        clips, self._clips = self._clips, {}
        rows, self._rows = self._rows, []
        works = {row.utterance.clip_id: row.annotation_id for row in rows}
        batch = self._access.open(self._identity, works, clips, in_commit=lambda: self._in_commit(works))
        self.rows_opened += len(rows)
        given, sounds, rest = self._for_worker(batch, rows)
        self._take_written((batch, given), sounds)
        self._write_here(batch, rest)

    def _for_worker(
        self, batch: OpenedBatch, rows: list[Row]
    ) -> tuple[list[Row], list[StoredSound], list[Row]]:
        """The rows that the worker can do, what it needs for them, and the other rows."""
        given, sounds, rest = list[Row](), list[StoredSound](), list[Row]()
        if self._worker is None:
            return given, sounds, rows
        for row in rows:
            path = f"{self._folder}/{row.utterance.path}"
            sound = stored_sound(batch, row, path) if is_as_stored(row, self._options) else None
            if sound is None:
                rest.append(row)
            else:
                given.append(row)
                sounds.append(sound)
        return given, sounds, rest

    def _take_written(self, following: _Given | None = None, sounds: Sequence[StoredSound] = ()) -> None:
        """Waits for the worker, which then begins with ``following``, and takes what it has written.

        What it could not do is done here, which also says what is wrong with it.
        """
        before, self._with_worker = self._with_worker, following
        if self._worker is None:
            return
        answer = self._worker.answer(Written) if before else None
        if following is not None:
            self._worker.begin(Sounds(list(sounds)))
        if before is None:
            return
        batch, rows = before
        if answer is None:  # it has ended, in the midst of some file
            for row in rows:
                (self._folder / row.utterance.path).unlink(missing_ok=True)
            self._write_here(batch, rows)
            return
        for row, one in zip(rows, answer.sounds, strict=True):
            if one is None:
                self._write_here(batch, [row])
            else:
                utterance = row.utterance
                self._note(
                    row,
                    WrittenFile(
                        one.digest, one.inode, one.size, one.changed_ns, utterance.frames, utterance.rate_hz
                    ),
                )

    def _write_here(self, batch: OpenedBatch, rows: Sequence[Row]) -> None:
        """Writes the files of rows; those of a clip stand side by side, and it is decoded once for all."""
        of_clip: tuple[str, Samples] | None = None
        for row in rows:
            one, clip_id = row.utterance, row.utterance.clip_id
            if is_as_stored(row, self._options):
                data = require_same(*batch.audio(clip_id))
            else:
                if of_clip is None or of_clip[0] != clip_id:
                    of_clip = clip_id, decoded(*batch.audio(clip_id))
                data = encoded(row, of_clip[1], self._options)
            path = self._folder / one.path
            dataset.write_bytes(path, data)
            digest = hashlib.sha256(data).digest()
            self._note(row, WrittenFile.at(path, digest, one.frames, one.rate_hz))

    def _note(self, row: Row, written: WrittenFile) -> None:
        self._written.add(row.utterance.path, written)
        if row.utterance.clip_id != self._last_clip:
            self._last_clip = row.utterance.clip_id
            self._clips_written += 1
            self._progress(self._clips_written)


def worker_for(access: ExportAccess, options: SetOptions, clips: int) -> "SoundWorker | None":
    """A worker for the sound of about so many clips, if it may have enough to do.

    It is started before the first batch: its start takes as long as judging that.
    """
    is_worth_it = clips >= SOUNDS_WORTH_A_PROCESS and options.may_keep_sound and access.has_files()
    return SoundWorker() if is_worth_it else None


def stored_sound(batch: OpenedBatch, row: Row, out: str = "") -> StoredSound | None:
    """What the worker needs to unseal a row's sound, into the file ``out``; None if it cannot."""
    sealed = batch.sealed_audio(row.utterance.clip_id)
    if sealed is None:
        return None
    clip = batch.clip(row.utterance.clip_id)
    return StoredSound(
        os.fsencode(sealed.path),
        sealed.key,
        sealed.workspace_id,
        clip.id,
        (clip.frames, clip.rate_hz, clip.channels),
        os.fsencode(out),
    )


class SoundWorker:
    """A worker process that has at most one request; it has ended where there is no answer."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(Unavailable):  # then everything is done here
            self._process = start_python(_WORKER, [], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def begin(self, request: Request) -> None:
        """Sends a request."""
        if self._process is not None:
            with suppress(OSError):
                send(_pipe(self._process.stdin), request)

    def answer(self, kind: type[T]) -> T | None:
        """Waits for what became of the request. Raises OSError if the operating system refused to write."""
        if self._process is None:
            return None
        answer: Answer | None = None
        with suppress(OSError):
            answer = receive(_pipe(self._process.stdout), decode_answer)
        if isinstance(answer, NotWritten):
            raise OSError(answer.number, answer.sentence)
        if isinstance(answer, kind):
            return answer
        self.close()
        return None

    def close(self) -> None:
        """Ends it, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(OSError), process:  # what was not sent is lost with it
                pass


def _pipe(stream: IO[bytes] | None) -> BinaryIO:
    return cast("BinaryIO", stream)
