"""Frames as the times that formats write."""

import math


def milliseconds(frames: int, rate_hz: int) -> int:
    """A time as whole milliseconds, half up; equal frames give equal times."""
    return (frames * 2000 + rate_hz) // (2 * rate_hz)


def seconds(frames: int, rate_hz: int) -> str:
    """A time as seconds with six decimals, which give the frames back at every rate that can be stored."""
    return f"{frames / rate_hz:.6f}"


def duration(start: int, end: int, rate_hz: int) -> str:
    """How long something lasts, so that it ends where ``seconds`` says: both are rounded before."""
    return f"{float(seconds(end, rate_hz)) - float(seconds(start, rate_hz)):.6f}"


def parse_number(text: str) -> float:
    """A number that was read; not a number, which is in no order with any, where there is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def clock_time(milliseconds: int, point: str = ".") -> str:
    """``hh:mm:ss.mmm``, as captions have it; ``point`` stands before the milliseconds."""
    rest, thousandths = divmod(milliseconds, 1000)
    minutes, in_seconds = divmod(rest, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{in_seconds:02d}{point}{thousandths:03d}"
