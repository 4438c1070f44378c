"""Formats times in the local time zone, and amounts of audio."""

from datetime import datetime

_MINUTE_SECONDS, _HOUR_SECONDS = 60, 3600


def day_and_time(moment: datetime) -> str:
    """``2026-11-02 09:00``, local."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def exact_time(moment: datetime) -> str:
    """``2026-11-02 09:00:00``, local."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def audio_amount(seconds: float) -> str:
    """An amount of audio in the unit that says something of it: ``48 s``, ``12.5 min``, ``1,204.3 h``."""
    if seconds < _MINUTE_SECONDS:
        return f"{seconds:.0f} s"
    if seconds < _HOUR_SECONDS:
        return f"{seconds / _MINUTE_SECONDS:.1f} min"
    return f"{seconds / _HOUR_SECONDS:,.1f} h"


def hours(seconds: float) -> str:
    """Hours for a column of hours: ``0.02`` for a minute."""
    return f"{seconds / _HOUR_SECONDS:,.2f}"
