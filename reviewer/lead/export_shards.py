"""Lets a worker process write the shards of a set while its rows are still being collected.

That needs rows in the order of their ids, all with sound that goes out as it is stored, in files of this
machine. Whatever is otherwise, these shards are given up, and the format writes its own when all rows are
there: it also says what is wrong with a sound.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from reviewer.formats import webdataset
from reviewer.formats.tags import in_format
from reviewer.formats.written_files import WrittenFile, WrittenFiles
from reviewer.lead.export_audio import is_as_stored
from reviewer.lead.export_rows import Row, SelectedClip
from reviewer.lead.export_sounds import SoundWorker, stored_sound, worker_for
from reviewer.lead.set_options import SetOptions
from reviewer.lead.sound_worker import Added, EndOfShards, Sample, Samples, Shards
from reviewer.model.people import Identity
from reviewer.session.export_access import ExportAccess, is_batch

if TYPE_CHECKING:
    from reviewer.model.clip import Clip

SHARDS = "webdataset"
"""The name of the format."""


class SetShards:
    """The shards of one set that is nothing else. A context manager, which ends the worker process.

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
    ) -> None:
        """The arguments are those of ``SetSounds``."""
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
        self._samples_begun = self._samples_written = 0
        self._has_given_up = False
        self._last_id = ""
        self.rows_opened = 0
        """The first rows of all, whose clips were recorded and opened: also when the shards are given up."""

    def __enter__(self) -> Self:
        self._worker = worker_for(self._access, self._options, self._clips_expected)
        if self._worker is None:
            self._has_given_up = True
        else:
            (self._folder / webdataset.FOLDER).mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker is not None:
            self._worker.close()

    def add(self, some: Sequence[tuple[SelectedClip, list[Row]]]) -> None:
        """Adds the rows of clips. Raises Refused, Unavailable, OSError."""
        for selected, rows in some:
            for row in rows:
                if not self._has_given_up and not self._takes(row):
                    self._give_up()
                if self._has_given_up:
                    return
                self._last_id = row.utterance.id
                self._clips[selected.clip.id] = selected.clip
                self._rows.append(row)
        if is_batch(len(self._rows), self._clips_expected, is_first=not self.rows_opened):
            self._write_batch()

    def open_rest(self) -> None:
        """Opens what is left, and lets the worker begin with it. Raises the same as ``add``."""
        if self._rows:
            self._write_batch()

    def finish(self) -> WrittenFiles:
        """Ends the shards; gives all by path relative to the set, none if they were given up."""
        written = WrittenFiles()
        if self._worker is not None and self._are_added():
            self._worker.begin(EndOfShards())
            shards = self._worker.answer(Shards)
            if shards is None:
                self._give_up()
            else:
                for path, one in shards.written.items():
                    written.add(path, WrittenFile(one.digest, one.inode, one.size, one.changed_ns))
        return written

    def _takes(self, row: Row) -> bool:
        one = row.utterance
        return one.id > self._last_id and is_as_stored(row, self._options)

    def _give_up(self) -> None:
        """Removes what was written of them."""
        self._has_given_up = True
        self._clips, self._rows = {}, []
        if self._worker is not None:
            self._worker.close()
            self._worker = None
            shutil.rmtree(self._folder / webdataset.FOLDER)

    def _write_batch(self) -> None:
        clips, self._clips = self._clips, {}
        rows, self._rows = self._rows, []
        works = {row.utterance.clip_id: row.annotation_id for row in rows}
        batch = self._access.open(self._identity, works, clips, in_commit=lambda: self._in_commit(works))
        self.rows_opened += len(rows)
        samples = []
        for row in rows:
            one, sound = in_format(SHARDS, row.utterance), stored_sound(batch, row)
            if sound is not None:
                samples.append(
                    Sample(webdataset.shard_name(one), one.id, sound, *webdataset.row_and_text(one))
                )
        if len(samples) < len(rows):
            self._give_up()
        if self._are_added() and self._worker is not None:
            self._worker.begin(Samples(str(self._folder), webdataset.FOLDER, samples))
            self._samples_begun = len(samples)

    def _are_added(self) -> bool:
        """Waits for the samples of the batch before; False if the shards are given up."""
        if self._worker is not None and self._samples_begun:
            begun, self._samples_begun = self._samples_begun, 0
            added = self._worker.answer(Added)
            if added is None or added.samples < begun:
                self._give_up()
            else:
                self._samples_written += begun
                self._progress(self._samples_written)
        return not self._has_given_up
