"""Decodes and seals the files of an import, several at a time, ahead of the commits that take them in.

A large import has a worker process for each core (``lead.preparation_worker``). In a small one the threads
that would wait for workers do the work themselves: it takes no longer than starting those.
"""

import os
import secrets
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, BinaryIO, Generic, Protocol, Self, TypeAlias, TypeVar, cast

from reviewer.audio.decode.decoder import Decoded, Decoder
from reviewer.audio.decode.host import start_python
from reviewer.clips.content import ClipContent
from reviewer.clips.new_clip import NewClip
from reviewer.clips.store import ClipStore, NewObject
from reviewer.errors import Refused, Unavailable
from reviewer.lead.preparation_worker import (
    Answers,
    NotPrepared,
    Ready,
    Request,
    Requests,
    SealedFiles,
    Setup,
    prepare_clip,
    receive,
)
from reviewer.lead.worker_pipe import send
from reviewer.model.project import DecodeLimits

_WORKER = "reviewer.lead.preparation_worker"
MakeDecoder = Callable[[], AbstractContextManager[Decoder]]
MakeProcess = Callable[[DecodeLimits], "PreparingProcess"]
T = TypeVar("T")

_FILES_A_THREAD = 4  # fewer are not worth another decoding process
FILES_WORTH_A_PROCESS = 64
_SHORT_FILE_BYTES = 1 << 20
_ATTEMPTS = 2
_END_SECONDS = 5
_AHEAD = 16  # files that may be asked for before they are taken: a commit takes as long as some of them
_AHEAD_OF_PROCESSES = 64  # each has its next files before it has answered
_OTHER_OPEN_FILES = 384  # with those of the batches that are being synced and committed


@dataclass(frozen=True, slots=True)
class PreparedClip:
    """A clip whose files are sealed and finished, under a key of its own, and have no name yet."""

    clip_id: str
    new: NewClip
    decoded: Decoded


class Preparer(Protocol):
    """Prepares groups of files, in the order in which they are asked for."""

    groups_ahead: int
    """How many groups it is asked for beside the one that is waited for."""

    def start(self) -> None:
        """Starts what takes a while, before there is a file. Raises Unavailable."""

    def ask(self, paths: Sequence[Path]) -> None:
        """Asks for a group of files, at least one. Raises Unavailable."""

    def answer(self) -> "list[PreparedClip | Refused]":
        """For each file of the oldest unanswered group: the sealed clip, or why the file is refused.
        Raises Unavailable."""

    def close(self) -> None:
        """Ends its processes."""


class PreparingThread:
    """Prepares files on the thread that asks; decoding, encoding and hashing leave Python's lock."""

    groups_ahead = 0

    def __init__(self, content: ClipContent, make_decoder: MakeDecoder, limits: DecodeLimits) -> None:
        self._content = content
        self._limits = limits
        self._open = ExitStack()
        self._make_decoder = make_decoder
        self._decoder: Decoder | None = None
        self._asked = deque[Sequence[Path]]()

    def start(self) -> None:
        return None

    def ask(self, paths: Sequence[Path]) -> None:
        self._asked.append(paths)

    def answer(self) -> list[PreparedClip | Refused]:
        return _all_or_none([partial(self._prepared, path) for path in self._asked.popleft()])

    def _prepared(self, path: Path) -> PreparedClip | Refused:
        clip_id = _new_clip_id()
        new = self._content.new_files(clip_id)
        try:
            self._decoder = self._decoder or self._open.enter_context(self._make_decoder())
            decoded = prepare_clip(new, self._decoder, path, self._limits)
        except Refused as refused:
            new.discard()
            return refused
        except BaseException:
            new.discard()
            raise
        return PreparedClip(clip_id, new, decoded)

    def close(self) -> None:
        self._open.close()


@dataclass(slots=True)
class _Asked:
    """A group of files for a worker."""

    ids: Sequence[str]
    paths: Sequence[Path]
    is_sent: bool = False
    """The worker that there is has it, and its answer is the next after those of the groups before."""
    answers: list[SealedFiles | NotPrepared] | None = None


class PreparingProcess:
    """Prepares files in a worker process, while the thread that asks waits.

    A worker that ends is replaced, and the next one tries its file again; after two attempts the file is
    refused. Short files are sent several at a time, because each message wakes two processes and a thread; if
    the worker ends at one of them, all are tried again one by one. The next groups are sent before the first
    is answered, so that the worker need not wait until a thread here gets Python's lock.
    """

    files_at_once = 16
    groups_ahead = 2

    def __init__(self, store: ClipStore, folder: Path, workspace_id: str, limits: DecodeLimits) -> None:
        """``folder``: where the worker writes sealed files, which the store then adopts."""
        self._store = store
        self._setup = Setup(os.fsencode(folder.absolute()), workspace_id, limits)
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = deque[_Asked]()

    def start(self) -> None:
        self._started()

    def ask(self, paths: Sequence[Path]) -> None:
        asked = _Asked([_new_clip_id() for _ in paths], paths)
        self._send(asked)
        self._asked.append(asked)

    def answer(self) -> list[PreparedClip | Refused]:
        asked = self._asked.popleft()
        self._receive(asked)
        if asked.answers is None:
            return _all_or_none([partial(self._prepared_alone, path) for path in asked.paths])
        answered = zip(asked.paths, asked.ids, asked.answers, strict=True)
        return _all_or_none([partial(self._result, *each) for each in answered])

    def _prepared_alone(self, path: Path) -> PreparedClip | Refused:
        for before in self._asked:
            self._receive(before)
        status = 0
        for _ in range(_ATTEMPTS):
            asked = _Asked([_new_clip_id()], [path])
            self._send(asked)
            self._receive(asked)
            if asked.answers is None:
                status = self._end()
                continue
            made = self._made(asked.ids[0], asked.answers[0])
            if made is not None:
                return made
        return Refused("UNDECODABLE_CRASH", signal=abs(status))

    def _result(self, path: Path, clip_id: str, answer: SealedFiles | NotPrepared) -> PreparedClip | Refused:
        return self._made(clip_id, answer) or self._prepared_alone(path)

    def _made(self, clip_id: str, answer: SealedFiles | NotPrepared) -> PreparedClip | Refused | None:
        """The prepared clip of an answer; None if another process removed its files as leftovers."""
        if isinstance(answer, SealedFiles):
            with suppress(FileNotFoundError):
                return PreparedClip(clip_id, self._adopted(clip_id, answer), answer.decoded())
            return None
        if answer.is_refused:
            return Refused(answer.code, **answer.parameters)
        raise Unavailable(answer.code, **answer.parameters)

    def close(self) -> None:
        self._end()

    def _end(self) -> int:
        """Ends the worker and returns its exit status."""
        for asked in self._asked:
            asked.is_sent = False
        process, self._process = self._process, None
        if process is None:
            return 0
        with suppress(subprocess.TimeoutExpired):  # it ends when nothing more can come
            process.communicate(timeout=_END_SECONDS)
        with process:
            process.kill()
        return process.returncode

    def _send(self, asked: _Asked) -> None:
        """Sends a message. Raises Unavailable; that a worker has ended is noticed where its answer is
        awaited."""
        process = self._started()
        files = [Request(of, os.fsencode(path)) for of, path in zip(asked.ids, asked.paths, strict=True)]
        with suppress(OSError):
            send(_pipe(process.stdin), Requests(files))
            asked.is_sent = True

    def _receive(self, asked: _Asked) -> None:
        """The worker's answer about each file; empty if it has ended."""
        if not asked.is_sent or asked.answers is not None or self._process is None:
            return
        answer = None
        with suppress(OSError):
            answer = receive(_pipe(self._process.stdout))
        asked.is_sent = isinstance(answer, Answers)
        asked.answers = answer.files if isinstance(answer, Answers) else None

    def _started(self) -> "subprocess.Popen[bytes]":
        """A worker that is ready. Raises Unavailable."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        process = self._process = start_python(_WORKER, [], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        is_ready = False
        with suppress(OSError):
            send(_pipe(process.stdin), self._setup)
            is_ready = isinstance(receive(_pipe(process.stdout)), Ready)
        if not is_ready:
            raise Unavailable("DECODER_NOT_STARTED")
        return process

    def _adopted(self, clip_id: str, answer: SealedFiles) -> NewClip:
        files: list[NewObject] = []
        try:
            for kind, written_as in answer.files:
                files.append(self._store.adopt(clip_id, kind, written_as))
        except OSError:
            for file in files:
                file.discard()
            raise
        return NewClip(self._store, self._setup.workspace_id, clip_id, clip_id, sealed=(answer.key, files))


def _all_or_none(prepare: Sequence[Callable[[], PreparedClip | Refused]]) -> list[PreparedClip | Refused]:
    """The results of all calls; if one of them raises, what the others prepared is discarded."""
    made: list[PreparedClip | Refused] = []
    try:
        made.extend(each() for each in prepare)  # those before an error are in the list
    except BaseException:
        for one in made:
            _discard(one)
        raise
    return made


def _discard(prepared: PreparedClip | Refused | None) -> None:
    if isinstance(prepared, PreparedClip):
        prepared.new.discard()


def _new_clip_id() -> str:
    return f"c{secrets.token_hex(8)}"


def _pipe(stream: IO[bytes] | None) -> BinaryIO:
    if stream is None:
        raise ValueError("a process without pipes")
    return cast("BinaryIO", stream)


def _is_long(path: Path) -> bool:
    try:
        return path.stat().st_size > _SHORT_FILE_BYTES
    except OSError:  # whoever opens it says why
        return False


_Prepared: TypeAlias = Future[list[PreparedClip | Refused]]
_Queued: TypeAlias = tuple[list[Path], _Prepared]
_Waiting: TypeAlias = tuple[list[tuple[T, Path | None]], _Prepared | None]


class ClipPreparation(Generic[T]):
    """Threads, one a core, each with a decoder of its own or with a worker process that has one.

    A context manager; on leaving it no file is left that was not kept, and no decoding process.
    """

    def __init__(
        self, thread: Callable[[], Preparer], process: Callable[[], Preparer] | None, *, files: int
    ) -> None:
        """``files`` is how many there are at most: many are worth a ``process`` each, where there is one."""
        are_processes = process is not None and files >= FILES_WORTH_A_PROCESS
        self._make = process if process is not None and are_processes else thread
        self._files_at_once = PreparingProcess.files_at_once if are_processes else 1
        self._ahead = (_AHEAD_OF_PROCESSES if are_processes else _AHEAD) // self._files_at_once
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._threads = max(1, min(cores, -(-files // _FILES_A_THREAD)))
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="intake")
        self._queue = SimpleQueue[_Queued | None]()

    def __enter__(self) -> Self:
        _allow_open_files(_OTHER_OPEN_FILES + (self._threads + self._ahead) * self._files_at_once)
        for _ in range(self._threads):  # worker processes start while the lines are checked
            self._pool.submit(self._serve)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _ in range(self._threads):
            self._queue.put(None)
        self._pool.shutdown()

    def prepared(
        self, jobs: Iterable[tuple[T, Path | None]]
    ) -> Generator[tuple[T, PreparedClip | Refused | None], None, None]:
        """Each job, in order, with its clip or the refusal of its file; None where there was no file.

        The caller discards the clips it gets; closing the generator discards the others.
        """
        waiting = deque[_Waiting[T]]()
        groups = self._groups(jobs)
        ready = deque[tuple[T, PreparedClip | Refused | None]]()
        try:
            while True:
                while len(waiting) < self._threads + self._ahead:
                    group = next(groups, None)
                    if group is None:
                        break
                    waiting.append((group, self._queued([path for _, path in group if path])))
                if not waiting:
                    return
                group, future = waiting.popleft()
                made = iter(future.result() if future else ())
                ready.extend((of, next(made) if path else None) for of, path in group)
                while ready:
                    yield ready.popleft()
        finally:
            for _, left in ready:
                _discard(left)
            for _, future in waiting:
                if future is not None and not future.cancel():
                    for each in future.result():
                        _discard(each)

    def _groups(self, jobs: Iterable[tuple[T, Path | None]]) -> Iterator[list[tuple[T, Path | None]]]:
        """Groups of jobs for one preparer; a long file ends a group, because another preparer may be idle."""
        group, files = list[tuple[T, Path | None]](), 0
        for job in jobs:
            group.append(job)
            files += job[1] is not None
            if files == self._files_at_once or len(group) == _AHEAD or (job[1] and _is_long(job[1])):
                yield group
                group, files = [], 0
        if group:
            yield group

    def _queued(self, paths: list[Path]) -> _Prepared | None:
        if not paths:
            return None
        prepared = _Prepared()
        self._queue.put((paths, prepared))
        return prepared

    def _serve(self) -> None:
        """Runs on a thread that outlives its worker, because a worker ends with the thread that started
        it."""
        begun = deque[_Prepared]()
        with ExitStack() as stack:
            preparer = self._make()
            stack.callback(preparer.close)
            with suppress(Unavailable):  # the first file raises it again
                preparer.start()
            while True:
                while len(begun) <= preparer.groups_ahead and (queued := self._next(is_waited_for=not begun)):
                    if queued[1].set_running_or_notify_cancel() and _is_asked(preparer, *queued):
                        begun.append(queued[1])
                if not begun:
                    return
                _answer(preparer, begun.popleft())

    def _next(self, *, is_waited_for: bool) -> _Queued | None:
        """The next group for a preparer; None if there is none yet, or there will be none."""
        try:
            queued = self._queue.get(is_waited_for)
        except Empty:
            return None
        if queued is None:
            self._queue.put(None)  # it is looked for again when all answers are there
        return queued


def _allow_open_files(count: int) -> None:
    """Each prepared clip is an open file until its commit; macOS allows a process 256 unless it asks."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        allowed = count if hard == resource.RLIM_INFINITY else min(count, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def _is_asked(preparer: Preparer, paths: Sequence[Path], prepared: _Prepared) -> bool:
    try:
        preparer.ask(paths)
    except BaseException as error:  # noqa: BLE001 - raised again where the group is waited for
        prepared.set_exception(error)
        return False
    return True


def _answer(preparer: Preparer, prepared: _Prepared) -> None:
    try:
        prepared.set_result(preparer.answer())
    except BaseException as error:  # noqa: BLE001 - raised again where the group is waited for
        prepared.set_exception(error)
