"""One pass over the rows of an access log: chain, tree, form, names, times; other checks listen to it.

Signatures are slow to verify, and one vouches for everything before it: the program signs nothing on top of a
row that it did not check (``AuditLog``). So rows that a signed checkpoint covers are held to its hash and
root, which cover their signatures too. Signatures are verified one by one for the rows after the last
checkpoint, for those of versions before checkpoints had a root, for the rows before a mismatch, and for all
on request.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, ClassVar, Protocol

from msgspec.structs import asdict

from reviewer.access import signing
from reviewer.access.audit_log import CHECKPOINT_EVERY, CHECKPOINT_SECONDS, MAY_BE_UNSIGNED
from reviewer.access.checkpoint import Checkpoint
from reviewer.access.log_chain import GENESIS, LogRow, RowBody, canonical_body, flaw, objects_of
from reviewer.access.log_keys import LogKeys
from reviewer.access.merkle import Frontier
from reviewer.access.session_binding import Sessions
from reviewer.errors import Notice
from reviewer.model.event import CLIP_IDS, Action

_PAGE = 2000
_SLACK_SECONDS = 60
_UNSEALED_MICROS = (CHECKPOINT_SECONDS + _SLACK_SECONDS) * 1_000_000


class Mismatch(Exception):
    """Something does not verify: the log row that shows it, if any, and its message."""

    def __init__(self, seq: int | None, notice: Notice) -> None:
        super().__init__(notice.code)
        self.seq = seq
        self.notice = notice


class RowListener(Protocol):
    """Collects the rows of some acts during the pass, to hold a table against them afterwards."""

    actions: ClassVar[frozenset[Action]]

    def add(self, seq: int, fields: dict[str, Any]) -> None:
        """Takes a row that verified; ``fields`` is its body. May raise Mismatch."""
        ...


_AddRow = Callable[[int, dict[str, Any]], None]
StoredRow = tuple[Any, ...]
"""Number, body, prev, hash and signature; then time, person and act as the file's index has them."""


@dataclass(slots=True)
class LogWalk:
    """The pass, and what it collects; ``rows`` counts the rows that verified so far."""

    keys: LogKeys
    checkpoints: Mapping[int, Checkpoint]
    """The checkpoints of this log, by size."""
    wanted: frozenset[int] = frozenset()
    """More sizes of which the end is wanted in ``ends``."""
    rows: int = 0
    head: bytes = GENESIS
    tree: Frontier = field(default_factory=Frontier)
    ends: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    """Size -> hash of the last row and Merkle root, for checkpoints and ``wanted``."""
    sealed: int = 0
    """The rows that a checkpoint with a root covers."""
    checkpoint_rows: set[int] = field(default_factory=set)
    about: int = 0
    """A sum over (row, object), to compare with the index whatever its order."""
    first_not_indexed: int | None = None
    """The first row that the index by person, act and time does not have as it is."""
    sessions: Sessions = field(init=False)
    first_sealed: int = field(init=False)
    """The size of the first checkpoint with a root; 0 if there is none."""
    _newest: tuple[int, int] = field(default=(0, 0), init=False)
    _is_due: bool = field(default=False, init=False)
    _last_signed_at: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.keys.log_id)
        self.first_sealed = min((size for size, each in self.checkpoints.items() if each.root), default=0)

    @property
    def log_id(self) -> str:
        """The id of the log."""
        return self.keys.log_id

    def run(  # noqa: C901 - one loop, because a million rows go through it
        self, rows: Iterable[StoredRow], listeners: Sequence[RowListener], *, has_index: bool
    ) -> None:
        """Goes through all rows; raises Mismatch at the first that does not verify."""
        by_action = defaultdict[str, list[_AddRow]](list, {Action.KEYS_REPLACED: [self._add_key]})
        for listener in listeners:
            for each in listener.actions:
                by_action[each].append(listener.add)
        is_wanted = self.wanted | self.checkpoints.keys()
        flaw_of_session, check_time, add_leaf = self.sessions.flaw, self._check_time, self.tree.add
        log_id, seq, head = self.log_id, self.rows, self.head
        for place, stored, prev, row_hash, signature, at, actor, act in rows:
            seq += 1
            is_linked = place == seq and prev == head and row_hash == sha256(b"\x00" + prev + stored).digest()
            body = canonical_body(stored, log_id, seq) if is_linked else None
            if body is None:
                row = LogRow(place, stored, prev, row_hash, signature)
                raise Mismatch(seq, flaw(row, seq, head, log_id) or _form(seq))
            action = body.action
            if not signature and action not in MAY_BE_UNSIGNED:
                raise Mismatch(seq, Notice("LOG_SIGNATURE_MISSING", {"row": seq}))
            found = flaw_of_session(seq, body, prev)
            if found is not None:
                raise Mismatch(seq, found)
            check_time(seq, action, body.ts, bool(signature))
            if has_index and (at != body.ts or act != action or actor != body.actor):
                self.first_not_indexed = self.first_not_indexed or seq
            add_leaf(sha256(b"\x00" + row_hash + signature).digest())
            self.head = head = row_hash
            self.rows = seq
            if body.object or CLIP_IDS in body.detail:
                self._add_objects(seq, body)
            for add in by_action.get(action, ()):
                add(seq, asdict(body))
            if seq in is_wanted:
                self._note_end(seq)
        if not self.rows:
            raise Mismatch(1, Notice("LOG_EMPTY"))
        if self._is_due:
            raise Mismatch(self.rows + 1, Notice("LOG_NOT_SEALED", {"row": self.rows}))

    def unproven(self, *, every: bool = False) -> list[range]:
        """The rows whose signatures must be verified one by one."""
        if every:
            return [range(1, self.rows + 1)]
        old = min(self.first_sealed, self.rows)
        return [range(1, old + 1), range(max(old, self.sealed) + 1, self.rows + 1)]

    def _check_time(self, seq: int, action: str, at: int, is_signed: bool) -> None:  # noqa: FBT001
        """Signed rows never go back in time, and the log is sealed often enough; in old logs neither holds.

        An unsigned row is anybody's, so its time means nothing.
        """
        is_ruled = 0 < self.first_sealed < seq
        if action == Action.CHECKPOINT:
            self.checkpoint_rows.add(seq)
            self._newest, self._is_due = (seq, at), False
        elif is_ruled and self._is_due:
            raise Mismatch(seq, Notice("LOG_NOT_SEALED", {"row": seq - 1}))
        elif is_ruled and is_signed:
            size, made_at = self._newest
            self._is_due = seq - size >= CHECKPOINT_EVERY or at - made_at > _UNSEALED_MICROS
        if is_signed:
            if is_ruled and at < self._last_signed_at:
                raise Mismatch(seq, Notice("LOG_TIME_BACKWARDS", {"row": seq}))
            self._last_signed_at = at

    def _add_objects(self, seq: int, body: RowBody) -> None:
        if CLIP_IDS in body.detail:
            self.about += sum(hash((seq, each)) for each in objects_of(body.object, body.detail))
        else:
            self.about += hash((seq, body.object))

    def _add_key(self, seq: int, fields: dict[str, Any]) -> None:
        self.keys.add(seq, fields)
        if self.keys.wrong_row is not None:
            raise Mismatch(seq, Notice("LOG_KEY_NOT_ENDORSED", {"row": seq}))

    def _note_end(self, seq: int) -> None:
        root = self.tree.root()
        self.ends[seq] = self.head, root
        checkpoint = self.checkpoints.get(seq)
        is_signed = checkpoint is not None and checkpoint.public_key == self.keys.at(seq)
        if checkpoint is not None and is_signed and (checkpoint.head, checkpoint.root) == (self.head, root):
            self.sealed = seq


def _form(seq: int) -> Notice:
    return Notice("LOG_ROW_FORM", {"row": seq})


def require_signatures(connection: sqlite3.Connection, walk: LogWalk, *, every: bool) -> None:
    """Verifies the signatures of the rows that no checkpoint vouches for; raises Mismatch for the first."""
    for part in walk.unproven(every=every):
        for seq, _body, _prev, row_hash, signature, *_index in stored_rows(
            connection, part.stop - 1, since=part.start - 1, has_index=False
        ):
            if signature and not signing.verify(walk.keys.at(seq), row_hash, signature):
                raise Mismatch(seq, Notice("LOG_SIGNATURE_WRONG", {"row": seq}))


def stored_rows(
    connection: sqlite3.Connection, last: Any, *, since: Any = None, has_index: bool
) -> Iterator[StoredRow]:
    """The rows after ``since`` up to ``last``, page by page, so that a verification never blocks writers."""
    index = "i.at, i.actor, i.action" if has_index else "NULL, NULL, NULL"
    join = "LEFT JOIN log_index i ON i.seq = l.seq" if has_index else ""
    while True:
        where = "" if since is None else "AND l.seq > ?"
        page = connection.execute(
            f"SELECT l.seq, l.body, l.prev, l.hash, l.signature, {index} FROM log l {join}"  # noqa: S608
            f" WHERE l.seq <= ? {where} ORDER BY l.seq LIMIT {_PAGE}",
            (last,) if since is None else (last, since),
        ).fetchall()
        if not page:
            return
        if all(set(map(type, column)) == {bytes} for column in list(zip(*page, strict=True))[1:5]):
            yield from page
        else:  # somebody made another table of it
            yield from (
                (row[0], *(part if isinstance(part, bytes) else b"" for part in row[1:5]), *row[5:])
                for row in page
            )
        since = page[-1][0]
