"""Drawing some of many clips: the same ones for the same seed, each group in its share."""

import hashlib
from collections.abc import Sequence

from reviewer.errors import Refused
from reviewer.privacy.offer import ManifestRow

STRATA = ("product", "locale", "speaker")


def draw(rows: Sequence[ManifestRow], size: int, seed: int, stratify: Sequence[str] = ()) -> frozenset[int]:
    """The places in ``rows`` of a sample of ``size`` clips.

    Rows that agree in all fields of ``stratify`` form a group. Each group gets its proportional share; what
    is left after rounding down goes to the largest remainders (Hamilton's method). Inside a group the clips
    with the smallest SHA-256 of seed and source are taken, so the order of the lines plays no part, and a
    larger sample of an unstratified manifest holds every smaller one.

    Raises: Refused for a size below one or a field that cannot be stratified by.
    """
    check(size, stratify)
    if size >= len(rows):
        return frozenset(range(len(rows)))
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(tuple(getattr(row, name) for name in stratify), []).append(place)
    shares = _shares({key: len(places) for key, places in groups.items()}, size, seed)
    return frozenset(
        place
        for key, places in groups.items()
        for place in sorted(places, key=lambda place: _rank(seed, rows[place]))[: shares[key]]
    )


def check(size: int, stratify: Sequence[str]) -> None:
    """Stops a sample that cannot be drawn; raises Refused."""
    if size < 1:
        raise Refused("A sample has at least one clip.", "Give --sample a number from 1 on.")
    if not set(stratify) <= set(STRATA):
        raise Refused(
            "The sample cannot be stratified by one of these fields.", f"Choose from: {', '.join(STRATA)}."
        )


def _shares(sizes: dict[tuple[str, ...], int], size: int, seed: int) -> dict[tuple[str, ...], int]:
    total = sum(sizes.values())
    shares = {key: count * size // total for key, count in sizes.items()}
    by_remainder = sorted(sizes, key=lambda key: (-(sizes[key] * size % total), _hash(seed, *key)))
    for key in by_remainder[: size - sum(shares.values())]:
        shares[key] += 1
    return shares


def _rank(seed: int, row: ManifestRow) -> bytes:
    return _hash(seed, row.source_id, row.audio)


def _hash(seed: int, *parts: str) -> bytes:
    return hashlib.sha256("\0".join((str(seed), *parts)).encode()).digest()
