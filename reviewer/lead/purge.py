"""Purges clips whose consent was withdrawn or whose retention time is over, by destroying their keys."""

import csv
import io
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reviewer.access.rights import Act, require
from reviewer.clips.repository import PurgeReason
from reviewer.errors import Refused, Unavailable
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.model.clip import ClipState
from reviewer.model.clock import to_iso
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity
from reviewer.session.unit_of_work import UnitOfWork

_SOURCE_FIELD = "source_id"


@dataclass(frozen=True, slots=True)
class Recall:
    """An export that contains purged clips; its holder must delete them."""

    export: str
    made_at: str
    formats: str
    clips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What was purged, by clip id and reason, and which exports must be recalled.

    ``unknown`` counts sources that were never imported. The recall list also names clips of the same request
    that an earlier purge destroyed, so a second request gives the same list.
    """

    purged: tuple[tuple[str, str], ...]
    unknown: int
    recall: tuple[Recall, ...]

    def to_json(self) -> dict[str, Any]:
        """The object that ``purge --json`` prints."""
        return {
            "purged": [{"clip": clip, "reason": reason} for clip, reason in self.purged],
            "unknown": self.unknown,
            "recall": [asdict(one) for one in self.recall],
        }


class Purge:
    """The only way to destroy a clip: without its key, nothing that was sealed under it can be read."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def purge_clips(self, identity: Identity, sources: Sequence[str], *, retention: bool) -> PurgeReport:
        """Purges the clips of these sources and, with ``retention``, all whose retention or consent is over.

        Each clip is one commit (key, sealed work, tombstone, log row). Its sealed files are removed
        afterwards, as are those that an interrupted purge left behind.

        Raises: NotAllowed for anybody but a lead; Unavailable when the disk fails.
        """
        require(identity.person, Act.PURGE)
        clips = self._unit.clips
        hashes = KeyedHashes(identity.keyring)
        found = [clips.of_source(hashes.of_source_id(source)) for source in sources]
        reasons = {clip: PurgeReason.CONSENT_ENDED for clip in found if clip is not None}
        if retention:
            reasons = clips.due_for_purge(self._unit.clock.now()) | reasons
        recall = self._recall(reasons.keys())
        purged = [(clip, why) for clip, why in reasons.items() if self._destroy(identity, clip, why, recall)]
        self._unit.content.sweep()
        return PurgeReport(tuple(purged), found.count(None), recall)

    def purge_clip(self, identity: Identity, clip_id: str, reason: PurgeReason) -> PurgeReport:
        """Purges one clip for a lead's own reason. Raises NotAllowed, Refused for an unknown clip."""
        require(identity.person, Act.PURGE)
        self._unit.clips.get(clip_id)
        recall = self._recall([clip_id])
        is_done = self._destroy(identity, clip_id, reason, recall)
        self._unit.content.sweep()
        return PurgeReport(((clip_id, reason),) if is_done else (), 0, recall)

    def _destroy(self, identity: Identity, clip: str, reason: str, recall: Iterable[Recall]) -> bool:
        exports = [one.export for one in recall if clip in one.clips]
        unit = self._unit
        with unit.transaction_with_queue():
            if unit.queue.clip_state(clip) is ClipState.PURGED:
                return False
            with unit.transaction():
                unit.clips.destroy_key(clip)
                if reason == PurgeReason.REPLACED:
                    unit.clips.free_source(clip)
                unit.hypotheses.delete_of_clip(clip)
                unit.alignments.delete_of_clip(clip)
                unit.draft_distances.delete_of_clip(clip)
                unit.redactions.delete_of_clip(clip)
                unit.held_finds.delete_of_clip(clip)
                unit.drafts.delete_of_clip(clip)
                unit.versions.delete_of_clip(clip)
                event = Event.by(identity, Action.PURGED, clip, reason=reason, detail={"exports": exports})
                unit.log.record(event)
            unit.queue.withdraw_clip(clip, reason)
        return True

    def _recall(self, clips: Collection[str]) -> tuple[Recall, ...]:
        """The exports that contain any of these clips, oldest first."""
        return tuple(
            Recall(export.id, to_iso(export.made_at), ",".join(export.formats), tuple(export.clips))
            for export in self._unit.exports.exports_of(clips)
        )


def read_withdrawn_sources(file: Path) -> tuple[str, ...]:
    """The source ids of a list of withdrawals, in its order, each once.

    JSON Lines if the first line begins an object, CSV if it names a column ``source_id``, else one id a line.
    Raises Unavailable if the file cannot be read, Refused if any line is invalid: overlooking a withdrawal
    would be worse than asking for the list again.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unavailable("WITHDRAWALS_UNREADABLE", problem=str(error)) from error
    except UnicodeDecodeError as error:
        raise Refused("WITHDRAWALS_NOT_UTF8") from error
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise Refused("WITHDRAWALS_EMPTY")
    first = lines[0][1]
    if first.startswith("{"):
        found = [_source_from_json(number, line) for number, line in lines]
    elif _SOURCE_FIELD in (cell.strip() for cell in next(csv.reader([first]))):
        found = _sources_from_csv(text)
    else:
        found = [line for _, line in lines]
    return tuple(dict.fromkeys(found))


def _source_from_json(number: int, line: str) -> str:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise Refused("WITHDRAWALS_BAD_LINE", line=number) from error
    value = row.get(_SOURCE_FIELD) if isinstance(row, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise Refused("WITHDRAWALS_BAD_LINE", line=number)
    return value.strip()


def _sources_from_csv(text: str) -> list[str]:
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    found = []
    for row in rows:
        value = next((cell for head, cell in row.items() if head and head.strip() == _SOURCE_FIELD), None)
        if not value or not value.strip():
            raise Refused("WITHDRAWALS_BAD_LINE", line=rows.line_num)
        found.append(value.strip())
    return found
