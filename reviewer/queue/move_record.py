"""What the workspace file remembers of a move that is not finished: from where, to where, how far."""

import json
from dataclasses import dataclass

from reviewer.db.connection import Database
from reviewer.errors import Damaged
from reviewer.model.project import ClipsPlace

_KEY = "move"


@dataclass(frozen=True, slots=True)
class Places:
    """Where a workspace has its queue and its clips; empty: in its own folder."""

    queue: str
    clips: ClipsPlace


@dataclass(frozen=True, slots=True)
class UnfinishedMove:
    """``project_sha256`` is the new project file's, in hex.

    ``is_switched``: the workspace uses the new places, and the old ones wait to be emptied. ``sessions`` are
    those of its runs, which may have been killed.
    """

    old: Places
    new: Places
    project_sha256: str
    is_switched: bool = False
    sessions: tuple[str, ...] = ()


class MoveRecord:
    """One row of the table ``meta``, while a workspace is moved."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self) -> UnfinishedMove | None:
        """The move that is not finished, if there is one. Raises Damaged."""
        text = self._database.value("SELECT value FROM meta WHERE key = ?", (_KEY,))
        if text is None:
            return None
        try:
            old, new, project, is_switched, sessions = json.loads(text)
            places = _places(old), _places(new)
            return UnfinishedMove(*places, str(project), bool(is_switched), tuple(map(str, sessions)))
        except (ValueError, TypeError) as error:
            raise Damaged("WORKSPACE_META") from error

    def put(self, move: UnfinishedMove) -> None:
        """Remembers it, in the open transaction if there is one."""
        places = _listed(move.old), _listed(move.new)
        text = json.dumps([*places, move.project_sha256, move.is_switched, move.sessions])
        self._database.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_KEY, text))

    def remove(self) -> None:
        """The move is finished."""
        self._database.execute("DELETE FROM meta WHERE key = ?", (_KEY,))


def _listed(places: Places) -> list[str]:
    return [places.queue, places.clips.url, places.clips.endpoint, places.clips.region]


def _places(listed: list[str]) -> Places:
    queue, *clips = (str(each) for each in listed)
    return Places(queue, ClipsPlace(*clips))
