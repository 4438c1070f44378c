"""The keys of single clips that a broker released to the people signed in here."""

from dataclasses import dataclass, field
from datetime import datetime

from reviewer.model.people import Keyring


@dataclass(frozen=True, slots=True)
class ReleasedKey:
    """The key of one clip, for the length of its lease; ``stored_as`` is the name of the files under it."""

    clip_id: str
    key: bytes = field(repr=False)
    stored_as: str
    generation: int
    until: datetime


class ReleasedKeys:
    """Keeps each key in memory until its clip is closed; for keyrings without the workspace key.

    The clip of a lease that was lost is put away, but what was typed last is still to be kept for its author:
    a retired key seals, and opens nothing.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[bytes, str], ReleasedKey] = {}
        self._retired: dict[tuple[bytes, str], ReleasedKey] = {}

    def hold(self, keyring: Keyring, released: ReleasedKey) -> None:
        """Keeps a key that came just now."""
        place = keyring.signing_key, released.clip_id
        self._retired.pop(place, None)
        self._held[place] = released

    def find(self, keyring: Keyring, clip_id: str, *, may_be_retired: bool = False) -> ReleasedKey | None:
        """The key of a clip, if it is here; ``may_be_retired`` for sealing."""
        place = keyring.signing_key, clip_id
        return self._held.get(place) or (self._retired.get(place) if may_be_retired else None)

    def retire(self, keyring: Keyring, clip_id: str) -> None:
        """The clip was put away: its key only seals from now on."""
        place = keyring.signing_key, clip_id
        found = self._held.pop(place, None)
        if found is not None:
            self._retired[place] = found

    def drop(self, keyring: Keyring, clip_id: str, *, only: ReleasedKey | None = None) -> None:
        """The clip was closed. ``only``: unless its key was released again since."""
        place = keyring.signing_key, clip_id
        for keys in (self._held, self._retired):
            if only is None or keys.get(place) is only:
                keys.pop(place, None)

    def drop_all(self, keyring: Keyring) -> None:
        """The person signed out."""
        for keys in (self._held, self._retired):
            for place in [each for each in list(keys) if each[0] == keyring.signing_key]:
                keys.pop(place, None)
