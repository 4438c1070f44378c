"""The ``hypothesis`` table: recogniser output for each clip, sealed under the clip's key."""

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

from reviewer.clips.content import ClipContent, Resealer
from reviewer.db.connection import Database
from reviewer.errors import Damaged
from reviewer.model.clip import ContentKind
from reviewer.model.clock import Clock, to_micros
from reviewer.model.hypothesis import Hypothesis, SealedHypothesis, Word
from reviewer.model.people import Keyring
from reviewer.model.serialization import from_columns, to_columns


class HypothesisRepository:
    """Any number of hypotheses for each clip; text and words are sealed, engine and version are not."""

    def __init__(self, database: Database, content: ClipContent, clock: Clock) -> None:
        self._database = database
        self._content = content
        self._clock = clock

    def add(self, keyring: Keyring, hypothesis: Hypothesis) -> None:
        """Adds one to an imported clip. Raises Refused if the clip is unknown or was purged."""
        name = _name(hypothesis.id, hypothesis.engine, hypothesis.version)
        sealed = self._content.seal(
            keyring, hypothesis.clip_id, ContentKind.HYPOTHESIS, name, _to_bytes(hypothesis)
        )
        facts = {"id": hypothesis.id, "clip_id": hypothesis.clip_id, "engine": hypothesis.engine}
        made_at = to_micros(self._clock.now())
        self._database.insert(
            "hypothesis", {**facts, "version": hypothesis.version, "sealed": sealed, "made_at": made_at}
        )

    def of_clip(self, keyring: Keyring, clip_id: str) -> tuple[Hypothesis, ...]:
        """All hypotheses of a clip, oldest first; unseals, so it must be called outside a transaction.

        Raises Damaged, or Refused if the clip was purged.
        """
        rows = self._database.rows(
            "SELECT id, engine, version, sealed FROM hypothesis WHERE clip_id = ? ORDER BY made_at, rowid",
            (clip_id,),
        )
        found = []
        for row in rows:
            facts = row["id"], row["engine"], row["version"]
            data = self._content.unseal(
                keyring, clip_id, ContentKind.HYPOTHESIS, _name(*facts), row["sealed"]
            )
            found.append(_from_bytes(clip_id, *facts, data))
        return tuple(found)

    def sealed_of(self, clip_ids: Collection[str]) -> dict[str, tuple[SealedHypothesis, ...]]:
        """What goes to others' own folders, by clip, oldest first; nothing is unsealed.

        Of a clip in whose drafts personal data was found there is none, until a lead has let it go.
        """
        rows = self._database.rows(
            "SELECT clip_id, id, engine, version, sealed FROM hypothesis"
            " WHERE clip_id IN (SELECT value FROM json_each(?)) AND NOT EXISTS"
            " (SELECT 1 FROM held_find WHERE held_find.clip_id = hypothesis.clip_id AND annotation_id = '')"
            " ORDER BY made_at, rowid",
            (json.dumps(list(clip_ids)),),
        )
        found: dict[str, tuple[SealedHypothesis, ...]] = {}
        for row in rows:
            one = from_columns(SealedHypothesis, row)
            found[row["clip_id"]] = (*found.get(row["clip_id"], ()), one)
        return found

    def keep(self, clip_id: str, drafts: Sequence[SealedHypothesis]) -> None:
        """In somebody's own folder: keeps what the team has of a clip now, in place of what was here.

        One that is named as another clip's is left out: its seal would not open here.
        """
        held = self._database.rows(
            "SELECT id, engine, version, sealed FROM hypothesis WHERE clip_id = ? ORDER BY made_at, rowid",
            (clip_id,),
        )
        rows = [to_columns(one) for one in drafts]
        if held == rows:
            return
        facts = {"clip_id": clip_id, "made_at": to_micros(self._clock.now())}
        with self._database.transaction():
            self.delete_of_clip(clip_id)
            for row in rows:
                if not self._database.value("SELECT 1 FROM hypothesis WHERE id = ?", (row["id"],)):
                    self._database.insert("hypothesis", row | facts)

    def reseal_clip(
        self, clip_id: str, resealer: Resealer, change: Callable[[Hypothesis], Hypothesis | None]
    ) -> tuple[Hypothesis, ...]:
        """Seals a clip's hypotheses under its next key, as ``change`` makes them; None removes one.

        In the transaction that replaces the key. Returns them as they were. Raises Damaged.
        """
        rows = self._database.rows(
            "SELECT id, engine, version, sealed FROM hypothesis WHERE clip_id = ? ORDER BY made_at, rowid",
            (clip_id,),
        )
        found = []
        for row in rows:
            facts = row["id"], row["engine"], row["version"]
            data = resealer.unseal(ContentKind.HYPOTHESIS, _name(*facts), row["sealed"])
            found.append(_from_bytes(clip_id, *facts, data))
            changed = change(found[-1])
            if changed is None:
                self._database.execute("DELETE FROM hypothesis WHERE id = ?", (row["id"],))
            else:
                sealed = resealer.seal(ContentKind.HYPOTHESIS, _name(*facts), _to_bytes(changed))
                self._database.execute("UPDATE hypothesis SET sealed = ? WHERE id = ?", (sealed, row["id"]))
        return tuple(found)

    def delete(self, hypothesis_id: str) -> None:
        """Removes one hypothesis."""
        self._database.execute("DELETE FROM hypothesis WHERE id = ?", (hypothesis_id,))

    def engines_of(self, clip_id: str) -> frozenset[str]:
        """Which engines made hypotheses for a clip; nothing is unsealed."""
        rows = self._database.rows("SELECT DISTINCT engine FROM hypothesis WHERE clip_id = ?", (clip_id,))
        return frozenset(row["engine"] for row in rows)

    def delete_of_clip(self, clip_id: str) -> None:
        """Removes the hypotheses of a purged clip."""
        self._database.execute("DELETE FROM hypothesis WHERE clip_id = ?", (clip_id,))


def _name(hypothesis_id: str, engine: str, version: str) -> str:
    """The name that binds the seal to the unsealed columns, in canonical form."""
    return json.dumps([hypothesis_id, engine, version])


def _to_bytes(hypothesis: Hypothesis) -> bytes:
    words = [[word.text, word.start, word.end, word.confidence] for word in hypothesis.words]
    return json.dumps({"text": hypothesis.text, "words": words}, ensure_ascii=False).encode()


def _from_bytes(clip_id: str, hypothesis_id: str, engine: str, version: str, data: bytes) -> Hypothesis:
    try:
        body: dict[str, Any] = json.loads(data)
        words = tuple(Word(text, start, end, confidence) for text, start, end, confidence in body["words"])
        return Hypothesis(hypothesis_id, clip_id, engine, version, body["text"], words)
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("HYPOTHESIS_UNREADABLE") from error
