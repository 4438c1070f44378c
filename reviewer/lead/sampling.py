"""Samples the rows of a manifest, and orders their clips in the queue."""

import hashlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence

from reviewer.errors import Refused
from reviewer.privacy.manifest_row import ManifestRow

STRATA = ("product", "locale", "speaker")
SPREAD_MICROS = 30 * 24 * 3_600_000_000
"""Over which the clips of an import are spread in the order of the queue: 30 days."""


def draw_sample(
    rows: Sequence[ManifestRow], size: int, seed: int, stratify: Sequence[str] = ()
) -> frozenset[int]:
    """The indexes in ``rows`` of a stratified sample of ``size`` clips.

    Rows that agree in all fields of ``stratify`` form a stratum. Each stratum gets its proportional share;
    what is left after rounding down goes to the largest remainders (Hamilton's method). Within a stratum the
    clips with the smallest SHA-256 of seed and source are taken, so the order of the lines does not matter,
    and a larger sample of an unstratified manifest contains every smaller one.

    Raises: Refused for a size below one or a field that cannot be stratified by.
    """
    check_sample(size, stratify)
    if size >= len(rows):
        return frozenset(range(len(rows)))
    strata: dict[tuple[str, ...], list[int]] = {}
    for index, row in enumerate(rows):
        strata.setdefault(tuple(getattr(row, name) for name in stratify), []).append(index)
    shares = _shares({key: len(indexes) for key, indexes in strata.items()}, size, seed)
    return frozenset(
        index
        for key, indexes in strata.items()
        for index in sorted(indexes, key=lambda index: _rank(seed, rows[index]))[: shares[key]]
    )


def check_sample(size: int, stratify: Sequence[str]) -> None:
    """Raises Refused for a sample that cannot be drawn."""
    if size < 1:
        raise Refused("SAMPLE_EMPTY")
    if not set(stratify) <= set(STRATA):
        raise Refused("STRATUM_UNKNOWN", known=", ".join(STRATA))


def interleaved_sort_keys(speakers: Sequence[str], imported_at: int) -> "array[int]":
    """A sort key for each clip, given the keyed hash of its speaker: microseconds, as the import's time.

    The n clips of a speaker are spread evenly over 30 days from the import on, from a beginning that the hash
    and the import decide; so clips of other speakers come between them, also those of another import. A clip
    comes before whatever is imported more than 30 days after it.
    """
    counts = Counter(speakers)
    used: defaultdict[str, int] = defaultdict(int)
    offsets = {speaker: int.from_bytes(_hash(imported_at, speaker)[:7], "big") for speaker in counts}
    keys = array("Q")
    for speaker in speakers:
        step = SPREAD_MICROS // counts[speaker]
        keys.append(imported_at + used[speaker] * step + (offsets[speaker] * step >> 56))
        used[speaker] += 1
    return keys


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
