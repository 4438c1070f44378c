"""The report of an import: the result of each line, and its rows in the access log."""

import csv
import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewer.access.audit_log import AuditLog
from reviewer.access.signed_facts import imported_clips
from reviewer.errors import Notice
from reviewer.formats.csv_table import shown_cell
from reviewer.lead.sources import Source
from reviewer.messages import MessageCatalogue
from reviewer.model.clip import Clip
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.privacy.manifest_row import Decision, Outcome, RefusalCode

REPORT_COLUMNS = ("line", "outcome", "code", "clip", "audio", "sentence")
_ACTIONS = {
    Outcome.ACCEPTED: Action.CLIP_IMPORTED,
    Outcome.REFUSED: Action.CLIP_REFUSED,
    Outcome.QUARANTINED: Action.CLIP_QUARANTINED,
}


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """How to import. A ``sample`` is drawn by ``seed`` from the clips that the cheap rules do not refuse and
    that are not here yet; ``mapping`` is a file that says how a source becomes a manifest."""

    sample: int | None = None
    seed: int = 0
    stratify: tuple[str, ...] = ()
    dry_run: bool = False
    mapping: Path | None = None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """The outcome of one line. ``clip`` is the new id, empty if nothing was imported; ``notes`` are warnings
    about the quality of its audio."""

    line: int
    audio: str
    outcome: Outcome
    code: RefusalCode | None
    notice: Notice | None
    clip: str = ""
    notes: tuple[Notice, ...] = ()

    def sentence(self, catalogue: MessageCatalogue) -> str:
        """Why it was refused or quarantined, and warnings about its audio."""
        notices = (self.notice, *self.notes) if self.notice else self.notes
        return " ".join(catalogue.words(notice).sentence for notice in notices)

    def to_json(self, catalogue: MessageCatalogue) -> dict[str, Any]:
        return {
            "line": self.line,
            "audio": self.audio,
            "outcome": self.outcome.value,
            "code": self.code.value if self.code else "",
            "sentence": self.sentence(catalogue),
            "clip": self.clip,
        }


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """The result of an import, in manifest order. ``not_drawn`` counts clips outside the sample.

    ``rows`` of a large import are read from a file one by one.

    ``consent_from`` says where the consent is on record, as a mapping file states it; empty for a manifest.
    ``unnamed_files`` counts audio files in an audiofolder that no row of its metadata names.
    """

    rows: Sequence[ReportRow]
    not_drawn: int = 0
    is_dry_run: bool = False
    was_cancelled: bool = False
    consent_from: str = ""
    unnamed_files: int = 0

    @property
    def accepted(self) -> int:
        return self._count(Outcome.ACCEPTED)

    @property
    def refused(self) -> int:
        return self._count(Outcome.REFUSED)

    @property
    def quarantined(self) -> int:
        return self._count(Outcome.QUARANTINED)

    def to_json(self, catalogue: MessageCatalogue) -> dict[str, Any]:
        """The object that ``import --json`` prints; unusual keys are only there when they apply."""
        body: dict[str, Any] = {
            "accepted": self.accepted,
            "refused": self.refused,
            "quarantined": self.quarantined,
            "rows": [row.to_json(catalogue) for row in self.rows],
        }
        if self.not_drawn:
            body["not_drawn"] = self.not_drawn
        if self.is_dry_run:
            body["dry_run"] = True
        if self.was_cancelled:
            body["cancelled"] = True
        if self.consent_from:
            body["consent_from"] = self.consent_from
        if self.unnamed_files:
            body["unnamed_files"] = self.unnamed_files
        return body

    def to_csv(self, catalogue: MessageCatalogue) -> str:
        """A table with a row for each line, which spreadsheets open as UTF-8 and without formulas."""
        out = io.StringIO(newline="")
        table = csv.writer(out, lineterminator="\r\n")
        table.writerow((*REPORT_COLUMNS, "consent_from"))
        for row in self.rows:
            cells = row.to_json(catalogue) | {"consent_from": self.consent_from}
            table.writerow([shown_cell(str(cells[name])) for name in (*REPORT_COLUMNS, "consent_from")])
        return f"\ufeff{out.getvalue()}"

    def _count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)


class IntakeLog:
    """Writes an import's rows to the access log: ids, counts and codes, never a name or a word of a clip."""

    def __init__(self, log: AuditLog, identity: Identity) -> None:
        self._log = log
        self._identity = identity
        self._import_id = f"i{secrets.token_hex(8)}"

    def record_start(self, lines: int, options: IntakeOptions, source: Source) -> None:
        """Must be called before any line is decided. Says where the consent of a mapped source is stated."""
        detail: dict[str, DetailValue] = {"lines": lines, "dry_run": options.dry_run}
        if source.consent_from:
            detail |= {"source": source.kind.value, "consent_from": source.consent_from}
            detail["mapping"] = source.mapping_sha256
        if options.sample is not None:
            detail |= {"sample": options.sample, "seed": options.seed, "stratify": list(options.stratify)}
        self._record(Action.IMPORT_STARTED, detail, self._import_id)

    def record_lines(self, lines: Sequence[tuple[int, Decision, Clip | None]]) -> None:
        """Logs the outcomes of lines, with the dates of imported clips.

        All lines with the same outcome and reason share one row, which lists their clips and is found by each
        of them.
        """
        batches: dict[tuple[Action, str], list[tuple[int, Clip | None]]] = {}
        for number, decision, clip in lines:
            reason = decision.code.value if decision.code else ""
            batches.setdefault((_ACTIONS[decision.outcome], reason), []).append((number, clip))
        for (action, reason), batch in batches.items():
            clips = [clip for _, clip in batch if clip is not None]
            detail: dict[str, DetailValue] = {"import": self._import_id}
            detail |= {"lines": [number for number, _ in batch]} | imported_clips(clips)
            self._record(action, detail, "", reason=reason)

    def record_end(
        self, outcome: str, counts: Mapping[Outcome, int], not_drawn: int, *, is_dry_run: bool
    ) -> None:
        """``outcome`` is ok, cancelled or failed; ``counts`` has the lines of each outcome."""
        detail: dict[str, DetailValue] = {each.value: counts.get(each, 0) for each in Outcome}
        detail |= {"not_drawn": not_drawn, "dry_run": is_dry_run}
        self._record(Action.IMPORT_ENDED, detail, self._import_id, outcome=outcome)

    def _record(
        self,
        action: Action,
        detail: dict[str, DetailValue],
        target: str,
        *,
        outcome: str = "ok",
        reason: str = "",
    ) -> None:
        event = Event.by(self._identity, action, target, outcome=outcome, reason=reason, detail=detail)
        self._log.record(event)
