"""Who is signed in, as far as the access log shows: a window that was killed says nothing at its end."""

from collections.abc import Iterator
from datetime import datetime

from reviewer.access.audit_log import SESSION_ENDS, AuditLog


def open_sessions(log: AuditLog, since: datetime) -> dict[str, str]:
    """The sessions with a row since then that did not end, each with the id of its person."""
    found: dict[str, str] = {}
    for session, action, actor in _acts(log, since):
        if action in SESSION_ENDS:
            found.pop(session, None)
        else:
            found[session] = actor
    return found


def _acts(log: AuditLog, since: datetime) -> Iterator[tuple[str, str, str]]:
    for row in log.rows(log.first_since(since)):
        fields = row.fields()
        if fields["session"]:
            yield str(fields["session"]), str(fields["action"]), str(fields["actor"])
