"""The signed list of what was purged or redacted since a backup was made.

The form is that of C2SP signed-note (https://c2sp.org/signed-note), as for checkpoints: whose log, which
backup, the length of the log and the time, a line for each clip, the log's key with its endorsements, an
empty line, the signature. The keys in a backup's own log verify it: a restore elsewhere needs nothing else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from reviewer.access import signing
from reviewer.access.audit_log import AuditLog
from reviewer.access.checkpoint import b64, parse_endorsement, unb64
from reviewer.access.log_keys import Endorsement, LogKeys, are_linked
from reviewer.errors import Damaged, Refused
from reviewer.model.clock import to_iso

MOST_BYTES = 64 << 20
"""A million clips."""
_NOTE = re.compile(
    r"(?P<signed>reviewer/(?P<log_id>[^\s+]+)/purged\nbackup (?P<backup>\S+)\nrows (?P<rows>[1-9][0-9]*)\n"
    r"time (?P<time>\S+)\n(?P<clips>(clip \S+\n)*)key (?P<key>\S+)\n(?P<endorsed>(endorsed \S+ \S+\n)*))"
    r"\n— reviewer/(?P=log_id)/purged (?P<signature>\S+)\n"
)


@dataclass(frozen=True, slots=True)
class PurgeList:
    """A list whose signature fits the key that it names; whose key that is, ``require_key_of`` tells.

    ``lines`` are ids of purged clips, and ``clip=name of its files`` for each redacted one. ``log_rows`` is
    the length of the log when it was written: what was purged after that row is not in it.
    """

    log_id: str
    backup_id: str
    log_rows: int
    made_at: datetime
    lines: tuple[str, ...]
    public_key: bytes
    endorsements: tuple[Endorsement, ...]

    def require_backup(self, log_id: str, backup_id: str) -> None:
        """Raises Damaged if the list belongs to another backup or workspace."""
        if (self.log_id, self.backup_id) != (log_id, backup_id):
            raise Damaged("PURGE_LIST_OF_ANOTHER_BACKUP")

    def require_key_of(self, keys: LogKeys, rows: int) -> None:
        """Raises Damaged unless the list was signed by the log inside the backup, which has these keys and
        ``rows`` rows.

        The key must be the one in force at the end of the backup's log, or a later one that it endorses.
        """
        of_list = (self.public_key, *(each.by for each in self.endorsements))
        if keys.current not in of_list or of_list[-1] != keys.first or self.log_rows < rows:
            raise Damaged("PURGE_LIST_FORGED")


def write_purge_list(log: AuditLog, backup_id: str, made_at: datetime, lines: Iterable[str]) -> str:
    """A list under the present key of the log. Raises Refused for somebody who has none."""
    log_key = log.signing_key
    if log_key is None:
        raise Refused("KEYS_REPLACED")
    public_key = signing.public_key_of(log_key)
    signed = "".join(
        f"{line}\n"
        for line in (
            f"reviewer/{log.log_id}/purged",
            f"backup {backup_id}",
            f"rows {log.head().size}",
            f"time {to_iso(made_at)}",
            *(f"clip {line}" for line in lines),
            f"key {b64(public_key)}",
            *(f"endorsed {b64(each.by)} {b64(each.signature)}" for each in log.keys().endorsements),
        )
    )
    signature = _key_hash(log.log_id, public_key) + signing.sign(log_key, signed.encode())
    return f"{signed}\n— reviewer/{log.log_id}/purged {b64(signature)}\n"


def parse_purge_list(text: str) -> PurgeList:
    """Reads a list and checks its signature against the key inside it; changed line ends are corrected.

    Raises Damaged: ``PURGE_LIST_NOT_SIGNED`` for another file or the list of an earlier version,
    ``PURGE_LIST_CHANGED`` for one that was edited or cut.
    """
    text = text.replace("\r\n", "\n").strip() + "\n"
    if not text.startswith("reviewer/"):
        raise Damaged("PURGE_LIST_NOT_SIGNED")
    match = _NOTE.fullmatch(text)
    if match is None:
        raise Damaged("PURGE_LIST_CHANGED")
    log_id = match["log_id"]
    try:
        made_at = datetime.fromisoformat(match["time"]).astimezone(UTC)
        public_key = unb64(match["key"], 32)
        signature = unb64(match["signature"], 68)
        endorsements = tuple(parse_endorsement(line) for line in match["endorsed"].splitlines())
        log_rows = int(match["rows"])
    except ValueError as error:
        raise Damaged("PURGE_LIST_CHANGED") from error
    is_signed = signing.verify(public_key, match["signed"].encode(), signature[4:])
    is_linked = are_linked(log_id, public_key, endorsements)
    if signature[:4] != _key_hash(log_id, public_key) or not is_signed or not is_linked:
        raise Damaged("PURGE_LIST_CHANGED")
    lines = tuple(line.removeprefix("clip ") for line in match["clips"].splitlines())
    return PurgeList(log_id, match["backup"], log_rows, made_at, lines, public_key, endorsements)


def _key_hash(log_id: str, public_key: bytes) -> bytes:
    return signing.note_key_hash(f"reviewer/{log_id}/purged", signing.NOTE_ED25519, public_key)
