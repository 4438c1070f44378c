"""What a project file names: where the queue is, and where the clips are."""

import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.access.nda import newest_evidence
from reviewer.access.scram import scram_verifier
from reviewer.clips.store import ClipStore, LocalClipStore
from reviewer.db.connection import Database
from reviewer.errors import Refused
from reviewer.model.clock import Clock
from reviewer.model.people import Identity
from reviewer.model.project import ClipsPlace, Project, QueueRules
from reviewer.queue.api import DatabaseOwner, Queue
from reviewer.queue.queue_rows import QueueRows
from reviewer.queue.sqlite import SqliteQueue
from reviewer.queue.sqlite_rows import SqliteQueueRows
from reviewer.session.queue_login import queue_login

if TYPE_CHECKING:
    from reviewer.queue.administration import QueueAdministration

CLIPS_FOLDER = "clips"


def clip_store(path: Path, place: ClipsPlace, workspace_id: str) -> ClipStore:
    """The folder of the workspace, or the bucket that its project file names. Raises Refused."""
    local = LocalClipStore(path / CLIPS_FOLDER)
    if not place.url:
        return local
    if importlib.util.find_spec("obstore") is None:
        raise Refused("CLIPS_NEED_PACKAGE")
    from reviewer.clips.s3_store import Bucket, S3ClipStore  # noqa: PLC0415 - an optional package

    return S3ClipStore(Bucket.of(place), workspace_id, local)


def work_queue(database: Database, clock: Clock, rules: QueueRules) -> Queue:
    """The queue in the workspace's own file, or on the server that its project file names. Raises Refused."""
    if not rules.url:
        return SqliteQueue(database, clock, rules)
    _require_team()
    from reviewer.queue.postgres import PostgresQueue  # noqa: PLC0415 - an optional package
    from reviewer.queue.postgres_connection import QueueAddress, QueueServer  # noqa: PLC0415

    return PostgresQueue(QueueServer(QueueAddress.of(rules.url).conninfo), partial(newest_evidence, database))


def _require_team() -> None:
    if importlib.util.find_spec("psycopg") is None:
        raise Refused("QUEUE_NEEDS_PACKAGE")


def queue_administration(
    project: Project, workspace_id: str, agreements: Sequence[str], owner: DatabaseOwner | None = None
) -> "QueueAdministration":
    """The server of the project's queue; ``agreements`` count there. Raises Refused without a server."""
    if not project.queue.url:
        raise Refused("QUEUE_NO_SERVER")
    _require_team()
    from reviewer.queue.administration import QueueAdministration  # noqa: PLC0415 - an optional package
    from reviewer.queue.postgres_connection import QueueAddress  # noqa: PLC0415
    from reviewer.queue.postgres_schema import ServerRules  # noqa: PLC0415

    rules = ServerRules(project.queue, project.limits, agreements, project.nda_days)
    return QueueAdministration(QueueAddress.of(project.queue.url), workspace_id, rules, owner)


@dataclass(frozen=True, slots=True)
class MoveBackends:
    """Every place that a workspace can be moved to or from, for the lead who moves it."""

    path: Path
    database: Database
    clock: Clock
    workspace_id: str
    agreements: Sequence[str]
    identity: Identity

    @contextmanager
    def queue_rows(self, project: Project) -> Iterator[QueueRows]:
        """The rows of a project's queue. Raises Refused, Unavailable."""
        if not project.queue.url:
            yield SqliteQueueRows(self.database, self.clock)
            return
        login = queue_login(self.identity, self.workspace_id)
        verifier = scram_verifier(login.password)
        server = queue_administration(project, self.workspace_id, self.agreements)
        with server.rows(login.name, self.identity.person, verifier) as rows:
            yield rows

    def clip_store(self, place: ClipsPlace) -> ClipStore:
        """The objects at a place. Raises Refused."""
        return clip_store(self.path, place, self.workspace_id)
