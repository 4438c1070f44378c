"""Names a window by its session and process, so that a crashed one is not waited for."""

import os
import socket
import sys
from datetime import datetime, timedelta
from hashlib import sha256

BEAT_SECONDS = 15
LIVE_SECONDS = 3 * BEAT_SECONDS


def of_session(session_id: str) -> str:
    """The name of this process's window of a session."""
    return f"{session_id}.{os.getpid()}.{_host()}"


def is_live(name: str, seen_at: datetime, now: datetime) -> bool:
    """Whether a window that was seen then can still be there: seen lately, and its process runs."""
    if not timedelta(0) <= now - seen_at <= timedelta(seconds=LIVE_SECONDS):
        return False
    _, process, host = name.split(".")
    return host != _host() or _runs(int(process))


def _runs(process: int) -> bool:
    if sys.platform == "win32":
        return True  # there a signal 0 would end the process; the beat alone decides
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _host() -> str:
    return sha256(socket.gethostname().encode()).hexdigest()[:8]
