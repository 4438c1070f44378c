"""Destroying clips whose time is up or whose consent was withdrawn."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reviewer.access.ledger import Ledger
from reviewer.access.rights import Act, require
from reviewer.clips.catalogue import Catalogue
from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.lead.withdrawals import read_withdrawn
from reviewer.model.clip import ClipState
from reviewer.model.clock import Clock, from_micros, to_iso
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity
from reviewer.queue.queue import Queue

__all__ = ["PurgeReport", "Recall", "Retention", "read_withdrawn"]
WITHDRAWN = "consent_withdrawn"
RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Recall:
    """An export that holds destroyed clips; whoever has it must delete them."""

    export: str
    made_at: str
    formats: str
    clips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What was destroyed now, by clip id and reason, and what must be recalled.

    ``unknown`` counts sources that never came in here. The recall list also names clips of the same
    request that an earlier purge destroyed, so that asking again gives the same list.
    """

    purged: tuple[tuple[str, str], ...]
    unknown: int
    recall: tuple[Recall, ...]

    def to_json(self) -> dict[str, Any]:
        """The object that ``purge --json`` prints."""
        return {
            "purged": [{"clip": clip, "reason": reason} for clip, reason in self.purged],
            "unknown": self.unknown,
            "recall": [
                {
                    "export": one.export,
                    "made_at": one.made_at,
                    "formats": one.formats,
                    "clips": list(one.clips),
                }
                for one in self.recall
            ],
        }


class Retention:
    """The only way to destroy a clip: its key goes, so everything ever sealed under it is unreadable."""

    def __init__(
        self,
        *,
        require_signed_in: Callable[[Identity], None],
        database: Database,
        catalogue: Catalogue,
        vault: Vault,
        queue: Queue,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._require_signed_in = require_signed_in
        self._database = database
        self._catalogue = catalogue
        self._vault = vault
        self._queue = queue
        self._ledger = ledger
        self._clock = clock

    def purge(self, identity: Identity, sources: Sequence[str], *, retention: bool) -> PurgeReport:
        """Destroys the clips of these sources and, with ``retention``, all whose time is up.

        Each clip is one commit (key, sealed work, tombstone, log row); its sealed files go afterwards,
        also those that a purge which was killed left behind.

        Raises: NotAllowed for anybody but a lead; Unavailable when the disk says no.
        """
        self._require_signed_in(identity)
        require(identity.person, Act.PURGE)
        hashes = KeyedHashes(identity.keyring)
        found = [self._catalogue.of_source(hashes.of_source_id(source)) for source in sources]
        reasons = {clip: WITHDRAWN for clip in found if clip is not None}
        if retention:
            for clip in self._catalogue.due_for_purge(self._clock.now()):
                reasons.setdefault(clip, RETENTION)
        exports = self._exports_of(reasons)
        purged = [(clip, why) for clip, why in reasons.items() if self._destroy(identity, clip, why, exports)]
        self._vault.sweep()
        return PurgeReport(tuple(purged), found.count(None), self._recall(exports))

    def _destroy(self, identity: Identity, clip: str, reason: str, exports: dict[str, list[str]]) -> bool:
        with self._database.transaction():
            if self._queue.clip_state(clip) is ClipState.PURGED:
                return False
            self._catalogue.destroy_key(clip)
            self._queue.withdraw_clip(clip, reason)
            self._ledger.record(
                Event.by(
                    identity,
                    Action.PURGED,
                    clip,
                    reason=reason,
                    detail={"exports": [one for one, clips in exports.items() if clip in clips]},
                )
            )
        return True

    def _exports_of(self, clips: Iterable[str]) -> dict[str, list[str]]:
        """The exports that hold any of these clips, oldest first, with which of them."""
        found: dict[str, list[str]] = {}
        wanted = set(clips)
        for row in self._database.rows(
            "SELECT c.export_id, c.clip_id FROM export_clip c JOIN export e ON e.id = c.export_id"
            " ORDER BY e.made_at, e.id, c.clip_id"
        ):
            if row["clip_id"] in wanted:
                found.setdefault(row["export_id"], []).append(row["clip_id"])
        return found

    def _recall(self, exports: dict[str, list[str]]) -> tuple[Recall, ...]:
        recall = []
        for export, clips in exports.items():
            row = self._database.rows("SELECT made_at, formats FROM export WHERE id = ?", (export,))[0]
            recall.append(Recall(export, to_iso(from_micros(row["made_at"])), row["formats"], tuple(clips)))
        return tuple(recall)
