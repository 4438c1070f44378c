"""Names for sources, voices and sounds that say nothing without the workspace key."""

from reviewer.audio.decode.decoder import Decoded
from reviewer.clips.keys import keyed_hash, subkey
from reviewer.model.people import Keyring
from reviewer.privacy.offer import ManifestRow


class KeyedHashes:
    """HMAC-SHA256 in hexadecimal, each kind under a subkey of its own."""

    def __init__(self, keyring: Keyring) -> None:
        self._source, self._speaker, self._samples = (
            subkey(keyring.workspace_key, purpose) for purpose in ("source", "speaker", "samples")
        )

    def source(self, row: ManifestRow) -> str:
        """Tells whether a source came before, and finds its clip when consent is withdrawn."""
        return self.of_source_id(row.source_id)

    def of_source_id(self, source_id: str) -> str:
        """The same for a source that a list of withdrawals names."""
        return keyed_hash(self._source, source_id.encode())

    def speaker(self, row: ManifestRow) -> str:
        """Keeps one voice's clips together, for splits that no speaker crosses."""
        return keyed_hash(self._speaker, row.speaker.encode())

    def samples(self, decoded: Decoded) -> str:
        """Tells whether the same sound came before, whatever file it was in."""
        return keyed_hash(self._samples, decoded.samples_sha256)
