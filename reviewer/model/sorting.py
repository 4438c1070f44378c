"""Sorting many rows on a thread of its own, without stopping the others."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

R = TypeVar("R")
_RUN = 2048


def sorted_in_runs(
    rows: Sequence[R],
    key: Callable[[R], Any],
    is_descending: bool,  # noqa: FBT001
    cancelled: Callable[[], bool] = lambda: False,
) -> list[R]:
    """``sorted(rows, key=key)``, in steps of a few milliseconds; what was cancelled comes unsorted.

    Numbers and texts make the best keys: many tuples or lists would wake the garbage collector, which stops
    all threads.
    """
    keys = [key(row) for row in rows]
    runs = [
        sorted(range(first, min(first + _RUN, len(keys))), key=keys.__getitem__)
        for first in range(0, len(keys), _RUN)
    ]
    while len(runs) > 1:
        if cancelled():
            return list(rows)
        pairs = [runs[place : place + 2] for place in range(0, len(runs), 2)]
        runs = [_merged(pair[0], pair[1], keys) if len(pair) > 1 else pair[0] for pair in pairs]
    places = runs[0] if runs else []
    if is_descending:
        places.reverse()
    return [rows[place] for place in places]


def _merged(left: list[int], right: list[int], keys: list[Any]) -> list[int]:
    """Two sorted lists of places as one, by steps that let other threads in."""
    merged: list[int] = []
    one = two = 0
    while one < len(left) and two < len(right):
        if keys[left[one]] <= keys[right[two]]:
            merged.append(left[one])
            one += 1
        else:
            merged.append(right[two])
            two += 1
    merged.extend(left[one:])
    merged.extend(right[two:])
    return merged
