"""The ``own_words`` table: words that people added to the dictionaries, sealed for each of them."""

import json

from reviewer.clips import keys
from reviewer.clips.seal import SealContext, seal, unseal
from reviewer.db.connection import Database
from reviewer.model.clip import ContentKind
from reviewer.model.people import Identity

_PURPOSE = "own words"


class OwnWords:
    """Words may be names heard in clips, so only the person who added them can read them.

    The key is derived from the person's signing key, which nobody else has. Writing needs a transaction,
    because two windows of one person may add words.
    """

    def __init__(self, workspace_id: str, database: Database) -> None:
        self._workspace_id = workspace_id
        self._database = database

    def of(self, identity: Identity, language: str) -> tuple[str, ...]:
        """This person's words of a language, in the order in which they were added. Raises Damaged."""
        return tuple(self._read(identity).get(language, ()))

    def put(self, identity: Identity, language: str, words: tuple[str, ...]) -> None:
        """Replaces this person's words of a language."""
        self._database.require_transaction()
        kept = self._read(identity) | {language: list(dict.fromkeys(words))}
        data = json.dumps({key: value for key, value in kept.items() if value}, ensure_ascii=False).encode()
        sealed = seal(self._key(identity), self._context(identity), data)
        self._database.execute(
            "INSERT INTO own_words (person_id, sealed) VALUES (?, ?)"
            " ON CONFLICT (person_id) DO UPDATE SET sealed = excluded.sealed",
            (identity.person.id, sealed),
        )

    def remove(self, person_id: str) -> None:
        """Removes the words of somebody who lost the key that opens them."""
        self._database.execute("DELETE FROM own_words WHERE person_id = ?", (person_id,))

    def _read(self, identity: Identity) -> dict[str, list[str]]:
        sealed = self._database.value(
            "SELECT sealed FROM own_words WHERE person_id = ?", (identity.person.id,)
        )
        if sealed is None:
            return {}
        read: dict[str, list[str]] = json.loads(unseal(self._key(identity), self._context(identity), sealed))
        return read

    def _key(self, identity: Identity) -> bytes:
        return keys.subkey(identity.keyring.signing_key, _PURPOSE)

    def _context(self, identity: Identity) -> SealContext:
        return SealContext(self._workspace_id, "", ContentKind.OWN_WORDS, identity.person.id)
