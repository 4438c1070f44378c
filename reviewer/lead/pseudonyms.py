"""The names that speakers and people go by outside a workspace."""

from reviewer.clips.keys import keyed_hash, subkey
from reviewer.model.clip import Clip

_LENGTH = 12


class Pseudonyms:
    """Keyed hashes, 48 bits in hex: the same in every export of a workspace, but not those used inside."""

    def __init__(self, workspace_key: bytes) -> None:
        self._speakers = subkey(workspace_key, "export speaker")
        self._people = subkey(workspace_key, "export person")

    def speaker(self, clip: Clip) -> str:
        """A clip whose speaker is not known is a speaker of its own: that errs towards disjoint splits."""
        return keyed_hash(self._speakers, (clip.speaker_hash or f"clip {clip.id}").encode())[:_LENGTH]

    def person(self, person_id: str) -> str:
        return keyed_hash(self._people, person_id.encode())[:_LENGTH]
