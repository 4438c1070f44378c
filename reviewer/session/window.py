"""Window names from session and process, so that nobody waits for a crashed window."""

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
    """Whether a window may still be open: it was seen recently, and its process runs."""
    if not timedelta(0) <= now - seen_at <= timedelta(seconds=LIVE_SECONDS):
        return False
    _, process, host = name.split(".")
    return host != _host() or _runs(int(process))


def _runs(process: int) -> bool:
    if sys.platform == "win32":
        return True  # on Windows signal 0 would end the process; only the heartbeat decides
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _host() -> str:
    return sha256(socket.gethostname().encode()).hexdigest()[:8]
