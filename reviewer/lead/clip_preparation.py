"""Decodes and seals the files of an import, several at a time, ahead of the commits that take them in."""

import os
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from reviewer.audio.decode.decoder import Decoded, Decoder
from reviewer.clips.content import ClipContent
from reviewer.clips.new_clip import NewClip
from reviewer.errors import Refused
from reviewer.model.clip import ContentKind
from reviewer.model.project import DecodeLimits

MakeDecoder = Callable[[], AbstractContextManager[Decoder]]
T = TypeVar("T")

_FILES_A_THREAD = 4  # fewer are not worth another decoding process
_AHEAD = 16  # files that may be ready before they are asked for: a commit takes as long as some of them


@dataclass(frozen=True, slots=True)
class PreparedClip:
    """A clip whose files are sealed and synced, under a key of its own, and have no name yet."""

    clip_id: str
    new: NewClip
    decoded: Decoded


class ClipPreparation(Generic[T]):
    """Threads with a decoder each, one a core: decoding, encoding and sealing leave Python's lock.

    A context manager; on leaving it no file is left that was not kept, and no decoding process.
    """

    def __init__(
        self, content: ClipContent, make_decoder: MakeDecoder, limits: DecodeLimits, *, files: int
    ) -> None:
        """``files`` is how many there are at most; a dry run seals them too, and keeps none."""
        self._content = content
        self._make_decoder = make_decoder
        self._limits = limits
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._threads = max(1, min(cores, -(-files // _FILES_A_THREAD)))
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="intake")
        self._decoders = ExitStack()
        self._lock = threading.Lock()
        self._own = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._decoders.close()

    def prepared(
        self, jobs: Iterable[tuple[T, Path | None]]
    ) -> Iterator[tuple[T, PreparedClip | Refused | None]]:
        """Each job with its clip or the refusal of its file, in order; None where there was no file.

        Whoever gets a clip discards it; those that nobody got are discarded when the generator is closed.
        """
        waiting: deque[tuple[T, Future[PreparedClip | Refused] | None]] = deque()
        jobs = iter(jobs)
        try:
            while True:
                while len(waiting) < self._threads + _AHEAD:
                    job = next(jobs, None)
                    if job is None:
                        break
                    waiting.append((job[0], self._pool.submit(self._prepare, job[1]) if job[1] else None))
                if not waiting:
                    return
                of, future = waiting.popleft()
                yield of, future.result() if future else None
        finally:
            for _, future in waiting:
                if future is not None and not future.cancel():
                    left = future.result()
                    if isinstance(left, PreparedClip):
                        left.new.discard()

    def _prepare(self, path: Path) -> PreparedClip | Refused:
        clip_id = f"c{secrets.token_hex(8)}"
        new = self._content.new_files(clip_id)
        try:
            decoded = self._decoder().decode(path, self._limits, new.create(ContentKind.AUDIO))
            new.write(ContentKind.PEAKS, decoded.peaks)
            if decoded.speech is not None:
                new.write(ContentKind.SPEECH, [decoded.speech])
            new.sync()
        except Refused as refused:
            new.discard()
            return refused
        except BaseException:
            new.discard()
            raise
        return PreparedClip(clip_id, new, decoded)

    def _decoder(self) -> Decoder:
        if not hasattr(self._own, "decoder"):
            with self._lock:
                self._own.decoder = self._decoders.enter_context(self._make_decoder())
        decoder: Decoder = self._own.decoder
        return decoder
