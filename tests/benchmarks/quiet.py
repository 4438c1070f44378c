"""Waits for a moment in which no neighbour uses the processor, so that two cores are two cores."""

import time
from pathlib import Path

_STAT = Path("/proc/stat")
_LOOK_SECONDS = 0.3
_QUIET_SHARE = 0.9


def wait_for_quiet(most_seconds: float) -> float:
    """Until all cores are idle, or so long at most; the share that was idle at last, 1 where nobody tells."""
    latest = time.monotonic() + most_seconds
    share = _idle_share()
    while share < _QUIET_SHARE and time.monotonic() < latest:
        share = _idle_share()
    return share


def _idle_share() -> float:
    if not _STAT.exists():
        return 1.0
    before = _ticks()
    time.sleep(_LOOK_SECONDS)
    idle, total = (after - earlier for after, earlier in zip(_ticks(), before, strict=True))
    return idle / total if total else 1.0


def _ticks() -> tuple[int, int]:
    """Idle and all ticks of all cores since the machine started; proc_stat(5)."""
    fields = [int(field) for field in _STAT.read_text(encoding="ascii").splitlines()[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)
