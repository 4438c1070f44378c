"""The split of each speaker, by a keyed hash: nobody without the workspace's key can predict or choose it."""

from functools import lru_cache

from reviewer.clips.keys import keyed_hash, subkey
from reviewer.formats.dataset import SPLITS

_BUCKETS = 10_000
_SPEAKERS_KNOWN = 1024


class Splits:
    """Train, dev and test by speaker.

    It depends on the speaker and the shares alone, so a set that grows keeps every speaker where it was.
    """

    def __init__(self, hash_key: bytes, shares: tuple[int, int, int] | None) -> None:
        key = subkey(hash_key, "export split")
        train, dev, _ = shares or (0, 0, 0)
        self._ends = [share * _BUCKETS // 100 for share in (train, train + dev)] if shares else []
        self._bucket = lru_cache(maxsize=_SPEAKERS_KNOWN)(
            lambda speaker: int(keyed_hash(key, speaker.encode())[:16], 16) % _BUCKETS
        )

    def of(self, speaker: str) -> str:
        """The split of all rows of a speaker's clips, empty if the set is not split."""
        if not self._ends:
            return ""
        bucket = self._bucket(speaker)
        return SPLITS[sum([bucket >= end for end in self._ends])]
