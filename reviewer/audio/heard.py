"""Ranges that were heard, put together."""

from collections.abc import Iterable

from reviewer.model.event import HeardRange


def merged(ranges: Iterable[HeardRange]) -> list[HeardRange]:
    """The same frames at the same speeds in as few ranges as possible, ordered by start, then speed.

    Ranges of one speed that touch or overlap become one; empty ones vanish.
    """
    by_speed: dict[int, list[HeardRange]] = {}
    for each in ranges:
        if each.end > each.start:
            by_speed.setdefault(each.speed_percent, []).append(each)
    found = [one for same in by_speed.values() for one in _merged_at_one_speed(same)]
    return sorted(found, key=lambda each: (each.start, each.speed_percent))


def heard_frames(ranges: Iterable[HeardRange]) -> int:
    """How many different frames were heard, whatever the speed."""
    one_speed = (HeardRange(each.start, each.end) for each in ranges)
    return sum(each.end - each.start for each in merged(one_speed))


def _merged_at_one_speed(ranges: list[HeardRange]) -> list[HeardRange]:
    done: list[HeardRange] = []
    for each in sorted(ranges, key=lambda one: one.start):
        if done and each.start <= done[-1].end:
            done[-1] = HeardRange(done[-1].start, max(done[-1].end, each.end), each.speed_percent)
        else:
            done.append(each)
    return done
