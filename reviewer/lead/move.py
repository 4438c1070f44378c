"""Moves a workspace's queue and clips to a server or a bucket, or home into its folder.

Everything is copied and compared before the workspace switches; only then is the old place emptied. Killed
at any moment, it is as it was or as it will be, and the same command goes on.
"""

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Protocol

from reviewer.access.open_sessions import open_sessions
from reviewer.access.rights import Act, require
from reviewer.clips.object_copy import Progress, copy_objects
from reviewer.clips.store import ClipStore
from reviewer.errors import Refused, ReviewerError, Unavailable
from reviewer.files import write_atomically
from reviewer.lead.brought_home import BroughtHome
from reviewer.lead.policy_files import put_back_on_failure
from reviewer.lead.project_file import parse_project, read_project
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.project import ClipsPlace, Project
from reviewer.places import PROJECT_FILE
from reviewer.queue.move_record import MoveRecord, Places, UnfinishedMove
from reviewer.queue.queue_rows import QueueRows, copy_rows, digests
from reviewer.session.policy import WorkspacePolicy
from reviewer.session.sign_in import SignIn
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.untrusted_files import read_untrusted_text

_SESSION = timedelta(hours=12)
"""A session without a row in the log for so long counts as over: its window was killed."""


class Backends(Protocol):
    """Opens any place that a project file can name."""

    def queue_rows(self, project: Project) -> AbstractContextManager[QueueRows]:
        """The rows of a project's queue. Raises Refused, Unavailable."""
        ...

    def clip_store(self, place: ClipsPlace) -> ClipStore:
        """The objects at a place. Raises Refused."""
        ...


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What was moved, or would be. ``problem``: why the old place could not be emptied yet.

    ``objects`` are the files of clips; of a plan, the clips.
    """

    rows: int = 0
    objects: int = 0
    problem: ReviewerError | None = None
    is_finished_only: bool = False
    """An earlier run had moved, and only the old place was emptied."""


@dataclass(frozen=True, slots=True)
class _Route:
    """From one project to another, whose file is ``text``."""

    old: Project
    new: Project
    text: str

    @property
    def moves_queue(self) -> bool:
        return self.old.queue.url != self.new.queue.url

    @property
    def moves_clips(self) -> bool:
        return self.old.clips != self.new.clips

    @property
    def record(self) -> UnfinishedMove:
        return UnfinishedMove(_places(self.old), _places(self.new), _sha256(self.text))


class WorkspaceMove:
    """One lead's move of one workspace."""

    def __init__(
        self,
        identity: Identity,
        unit: UnitOfWork,
        *,
        sign_in: SignIn,
        policy: WorkspacePolicy,
        record: MoveRecord,
        backends: Backends,
        gone: Collection[str] = (),
    ) -> None:
        """``gone``: names of people whose window was killed: their sessions are over."""
        self._identity = identity
        self._unit = unit
        self._sign_in = sign_in
        self._policy = policy
        self._record = record
        self._backends = backends
        self._gone = gone
        self._file = unit.folder / PROJECT_FILE

    def plan(self, text: str) -> MoveReport:
        """Checks whether ``run`` could move now, and counts; changes nothing. Raises the same as ``run``."""
        self._require_lead()
        left = self._record.get()
        if left is not None and left.is_switched:
            return MoveReport(is_finished_only=True)
        route = self._route(text, left)
        with self._opened(route) as (source, _):
            objects = len(self._unit.clips.all_stored_as()) if route.moves_clips else 0
            rows = sum(digest.rows for digest in digests(source).values()) if route.moves_queue else 0
            return MoveReport(rows, objects)

    def run(self, text: str, progress: Progress) -> MoveReport:
        """Moves to the places of a project file, or finishes a move that was interrupted.

        Raises:
            Refused: somebody is at work, the place is used, or the file changes more than places; nothing was
                changed, but for copies that the next run uses.
            Unavailable: a server, a store or the disk does not answer.
            Damaged: something cannot be read.
        """
        self._require_lead()
        left = self._record.get()
        if left is not None and left.is_switched:
            self._empty(left)
            if _places(parse_project(text)) == left.new:
                return MoveReport(is_finished_only=True)
            left = None
        route = self._route(text, left)
        with self._opened(route) as (source, target):
            report = self._moved(route, source, target, progress)
        try:
            self._empty(replace(route.record, is_switched=True))
        except ReviewerError as problem:
            return replace(report, problem=problem)
        return report

    def _require_lead(self) -> None:
        self._sign_in.require(self._identity)
        require(self._identity.person, Act.CHANGE_POLICY)

    def _route(self, text: str, left: UnfinishedMove | None) -> _Route:
        """From where to where; where only the new file was written, without the commit, it goes on."""
        present, new = read_project(self._file), parse_project(text)
        is_written = left is not None and _sha256(read_untrusted_text(self._file)) == left.project_sha256
        if is_written and left is not None:
            if _sha256(text) != left.project_sha256:
                raise Refused("MOVE_BEGUN")
            present = _at(present, left.old)
        differing = {each.file for each in self._policy.differences()} - (
            {PROJECT_FILE} if is_written else set()
        )
        if differing:
            raise Refused("POLICY_DIFFERS", files=", ".join(sorted(differing)))
        if _places(present) == _places(new):
            raise Refused("MOVE_NOWHERE")
        if _at(present, _places(new)) != new:
            raise Refused("MOVE_OTHER_SETTINGS")
        return _Route(present, new, text)

    @contextmanager
    def _opened(self, route: _Route) -> Iterator[tuple[QueueRows, QueueRows | None]]:
        """The present queue, and the other if the queue is to move; both checked, nobody at work."""
        with ExitStack() as until_done:
            source = until_done.enter_context(self._backends.queue_rows(route.old))
            source.require_ours()
            target = None
            if route.moves_queue:
                target = until_done.enter_context(self._backends.queue_rows(route.new))
                target.require_free()
            if route.moves_clips:
                self._backends.clip_store(route.new.clips).clip_ids()
            self._require_idle(source)
            yield source, target

    def _require_idle(self, source: QueueRows) -> None:
        """Raises Refused while somebody works, or an act is on its way."""
        names = {person.id: person.name for person in self._unit.people.all()}
        unknown = set(self._gone) - set(names.values())
        if unknown:
            raise Refused("NO_ACCOUNT", name=min(unknown))
        found = open_sessions(self._unit.log, self._unit.clock.now() - _SESSION)
        left = self._record.get()
        own = {self._identity.session_id, *(left.sessions if left else ())}
        others = {names.get(who, who) for each, who in found.items() if each not in own}
        if others - set(self._gone):
            raise Refused("MOVE_SIGNED_IN", names=", ".join(sorted(others - set(self._gone))))
        waiting = self._unit.outbox.waiting()
        if waiting:
            raise Refused("MOVE_UNSENT", count=waiting)
        leases = source.live_leases()
        if leases:
            raise Refused("MOVE_LEASES", count=leases)

    def _moved(
        self, route: _Route, source: QueueRows, target: QueueRows | None, progress: Progress
    ) -> MoveReport:
        left = self._record.get()
        sessions = (*(left.sessions if left else ()), self._identity.session_id)
        self._record.put(replace(route.record, sessions=sessions))
        if target is not None:
            target.begin()
            source.begin_to_leave()
        names: AbstractSet[str] = frozenset()
        objects = 0
        if route.moves_clips:
            names = self._unit.clips.all_stored_as()
            old, new = self._backends.clip_store(route.old.clips), self._backends.clip_store(route.new.clips)
            objects = copy_objects(old, new, names, progress)
        if target is not None and not target.is_in_workspace:
            copy_rows(source, target)
        brought = BroughtHome()
        if target is not None and target.is_in_workspace:
            brought = BroughtHome.read(self._unit, self._identity, source)
        report = MoveReport(self._switched(route, source, target, names, objects, brought), objects)
        if target is not None:
            target.settle()
        return report

    def _switched(
        self,
        route: _Route,
        source: QueueRows,
        target: QueueRows | None,
        names: AbstractSet[str],
        objects: int,
        brought: BroughtHome,
    ) -> int:
        """One commit, in which nobody else writes: compares, then signs the new project file."""
        with ExitStack() as until_done:
            until_done.enter_context(put_back_on_failure(self._file))
            until_done.enter_context(source.held_still())
            if target is not None:
                until_done.enter_context(target.filling())
            until_done.enter_context(self._unit.transaction())
            self._require_idle(source)
            rows = 0
            if target is not None:
                rows = _filled(source, target)
                target.finish()
                brought.record(self._unit, self._identity)
            if route.moves_clips:
                self._require_objects(route, names)
            try:
                write_atomically(self._file, route.text.encode())
            except OSError as error:
                raise Unavailable(
                    "FILE_NOT_WRITTEN", file=PROJECT_FILE, problem=error.strerror or ""
                ) from error
            self._policy.apply(self._identity, moved=True)
            detail: dict[str, DetailValue] = {"rows": rows, "objects": objects, **_kinds(route)}
            self._unit.log.record(
                Event.by(self._identity, Action.WORKSPACE_MOVED, reason="moved", detail=detail)
            )
            begun = self._record.get() or route.record
            self._record.put(replace(begun, is_switched=True))
        return rows

    def _require_objects(self, route: _Route, names: AbstractSet[str]) -> None:
        """Raises Unavailable when a clip came, or a copy went, since they were compared."""
        wanted = self._unit.clips.all_stored_as()
        if not wanted <= names or not wanted <= self._backends.clip_store(route.new.clips).clip_ids():
            raise Unavailable("MOVE_CHANGED")

    def _empty(self, move: UnfinishedMove) -> None:
        """Empties the old places once the workspace uses the new ones. Raises Refused, Unavailable."""
        present = read_project(self._file)
        if _places(present) != move.new:
            raise Refused("MOVE_PLACES_CHANGED")
        if move.old.queue != move.new.queue:
            with self._backends.queue_rows(present) as rows:
                rows.settle()
            with self._backends.queue_rows(_at(present, move.old)) as rows:
                rows.retire()
        if move.old.clips != move.new.clips:
            store = self._backends.clip_store(move.old.clips)
            for name in sorted(store.clip_ids()):
                store.remove(name)
        with self._unit.transaction():
            if move.old.clips != move.new.clips:  # partial files of runs that were killed
                self._backends.clip_store(move.new.clips).sweep(self._unit.clips.all_stored_as())
            self._record.remove()
            self._unit.log.record(Event.by(self._identity, Action.WORKSPACE_MOVED, reason="emptied"))


def _filled(source: QueueRows, target: QueueRows) -> int:
    """How many rows both places have, which are all equal. Raises Unavailable when they are not."""
    if target.is_in_workspace:
        copy_rows(source, target)
    wanted = digests(source)
    if digests(target) != wanted:
        raise Unavailable("MOVE_CHANGED")
    return sum(digest.rows for digest in wanted.values())


def _kinds(route: _Route) -> dict[str, str]:
    """The kinds of both places, old and new, without addresses."""
    queues = ["server" if each.queue.url else "file" for each in (route.old, route.new)]
    clips = ["bucket" if each.clips.url else "folder" for each in (route.old, route.new)]
    return {"queue": " > ".join(queues), "clips": " > ".join(clips)}


def _places(project: Project) -> Places:
    return Places(project.queue.url, project.clips)


def _at(project: Project, places: Places) -> Project:
    return replace(project, queue=replace(project.queue, url=places.queue), clips=places.clips)


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()
