"""The ends of access logs that this account of the operating system has seen, in a file outside of every
workspace: a folder that was put back from a copy is noticed by it.

An older copy brings back clips that were withdrawn, people who were revoked, and rules that were replaced.
Nothing inside the folder can tell that.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from reviewer.access.audit_log import AuditLog
from reviewer.errors import Refused
from reviewer.files import write_atomically
from reviewer.model.clock import to_iso
from reviewer.model.event import Action


@dataclass(frozen=True, slots=True)
class SeenLog:
    """A log had ``rows`` rows, the last with the hash ``last`` (hexadecimal) and of the time ``at``."""

    rows: int
    last: str
    at: str

    @classmethod
    def of(cls, log: AuditLog) -> "SeenLog":
        """The present end of a log."""
        row = next(log.rows(log.head().size, 1))
        return cls(row.seq, row.hash.hex(), to_iso(row.at()))

    def is_in(self, log: AuditLog) -> bool:
        """Whether a log has this end, or goes on from it, or was restored by a lead at a later time."""
        restored = log.newest(Action.RESTORED)
        if restored is not None and to_iso(restored.at()) > self.at:
            return True
        row = next(log.rows(self.rows, 1), None)
        return row is not None and row.hash.hex() == self.last


class SeenLogs:
    """Remembers the newest end of each log, by its id."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def require_not_older(self, log: AuditLog) -> None:
        """Raises Refused (code LOG_OLDER_THAN_SEEN) for a log that lacks the end that was seen last."""
        seen = self._all().get(log.log_id)
        if seen is not None and not seen.is_in(log):
            raise Refused("LOG_OLDER_THAN_SEEN", rows=log.head().size, seen=seen.rows)

    def lost_rows(self, log: AuditLog) -> int:
        """How many rows of the end that was seen last this log lacks, at least 1; 0 if it lacks none."""
        seen = self._all().get(log.log_id)
        return 0 if seen is None or seen.is_in(log) else max(1, seen.rows - log.head().size)

    def remember(self, log: AuditLog, *, is_accepted: bool = False) -> None:
        """Remembers the present end of a log, unless it is an older one that no lead accepted.

        A disk that does not take it is no reason to stop.
        """
        present = SeenLog.of(log)
        seen = self._all()
        known = seen.get(log.log_id)
        if not is_accepted and known is not None and (present == known or not known.is_in(log)):
            return
        kept = {name: asdict(each) for name, each in (seen | {log.log_id: present}).items()}
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._file, json.dumps(kept, indent=1).encode())

    def _all(self) -> dict[str, SeenLog]:
        """A file that somebody damaged is as good as none."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return {
                str(log_id): SeenLog(int(one["rows"]), str(one["last"]), str(one["at"]))
                for log_id, one in kept.items()
            }
        except (OSError, ValueError, RecursionError, AttributeError, KeyError, TypeError):
            return {}
