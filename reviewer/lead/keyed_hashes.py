"""Keyed hashes of sources, speakers, samples and people, meaningless without the workspace key."""

import unicodedata
from functools import lru_cache

from reviewer.audio.decode.decoder import Decoded
from reviewer.clips.keys import keyed_hash, subkey
from reviewer.model.clip import Clip
from reviewer.model.people import Keyring
from reviewer.privacy.manifest_row import ManifestRow

_PSEUDONYM_LENGTH = 12
_SPEAKERS_KNOWN = 1024
_KEPT = 256
"""Hashes of samples: a batch of an import asks for each several times."""


class KeyedHashes:
    """What a workspace stores about a clip's origin: HMAC-SHA256 in hexadecimal, a subkey for each kind."""

    def __init__(self, keyring: Keyring) -> None:
        self._source, self._speaker, self._samples = (
            subkey(keyring.hash_key, purpose) for purpose in ("source", "speaker", "samples")
        )
        self._hashed = lru_cache(_KEPT)(keyed_hash)
        self._of_name = lru_cache(_SPEAKERS_KNOWN)(self._of_speaker_name)

    def of_source_id(self, source_id: str) -> str:
        """Tells whether a source was imported before, and finds its clip when consent is withdrawn.

        The id is taken in NFC and without spaces around it: lists of withdrawals come from other programs.
        """
        return keyed_hash(self._source, unicodedata.normalize("NFC", source_id.strip()).encode())

    def of_speaker(self, row: ManifestRow) -> str:
        """Keeps one speaker's clips together, for speaker-disjoint splits.

        The name is taken in NFC, without spaces around it and without what cannot be seen: marks of direction
        come and go with the programs that a table went through.
        """
        return self._of_name(row.speaker)

    def of_samples(self, decoded: Decoded) -> str:
        """Tells whether the same samples were imported before, whatever the file."""
        return self._hashed(self._samples, decoded.samples_sha256)

    def _of_speaker_name(self, name: str) -> str:
        seen = "".join(char for char in name if unicodedata.category(char) != "Cf")
        return keyed_hash(self._speaker, unicodedata.normalize("NFC", seen.strip()).encode())


class Pseudonyms:
    """The names of speakers and people in exports: 48 bits in hexadecimal, the same in every export of a
    workspace, and different from the hashes kept inside it."""

    def __init__(self, hash_key: bytes) -> None:
        speakers = subkey(hash_key, "export speaker")
        self._of_name = lru_cache(maxsize=_SPEAKERS_KNOWN)(
            lambda name: keyed_hash(speakers, name.encode())[:_PSEUDONYM_LENGTH]
        )
        self._people = subkey(hash_key, "export person")

    def speaker(self, clip: Clip) -> str:
        """The speaker of a clip; an unknown speaker is treated as one who is in no other clip, which errs
        towards disjoint splits."""
        return self.speaker_of(clip.id, clip.speaker_hash)

    def speaker_of(self, clip_id: str, speaker_hash: str) -> str:
        """As ``speaker``, for a clip whose facts were not all read."""
        return self._of_name(speaker_hash or f"clip {clip_id}")

    def speaker_within(self, clip: Clip, name: str) -> str:
        """One of several speakers of a clip, who is not known to be in another."""
        return self._of_name(f"clip {clip.id} {name}")

    def person(self, person_id: str) -> str:
        return keyed_hash(self._people, person_id.encode())[:_PSEUDONYM_LENGTH]
