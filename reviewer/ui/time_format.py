"""Formats times in the local time zone."""

from datetime import datetime


def day_and_time(moment: datetime) -> str:
    """``2026-11-02 09:00``, local."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def exact_time(moment: datetime) -> str:
    """``2026-11-02 09:00:00``, local."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def clock_time(moment: datetime) -> str:
    """``09:00:00``, local."""
    return moment.astimezone().strftime("%H:%M:%S")
