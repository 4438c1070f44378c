"""What became of each line of a manifest."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reviewer.privacy.offer import Code, Outcome


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line's end. ``clip`` is the new id, empty where nothing came in; ``notes`` tell of odd audio."""

    line: int
    audio: str
    outcome: Outcome
    code: Code | None
    sentence: str
    clip: str = ""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "audio": self.audio,
            "outcome": self.outcome.value,
            "code": self.code.value if self.code else "",
            "sentence": " ".join(part for part in (self.sentence, *self.notes) if part),
            "clip": self.clip,
        }


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What an import did. ``not_drawn`` counts clips that a sample left where they were."""

    rows: tuple[ReportRow, ...]
    not_drawn: int = 0
    is_dry_run: bool = False
    was_cancelled: bool = False

    @classmethod
    def of(
        cls, rows: Iterable[ReportRow], *, not_drawn: int, is_dry_run: bool, was_cancelled: bool
    ) -> "IntakeReport":
        """A report with its rows in the order of the manifest."""
        return cls(tuple(sorted(rows, key=lambda row: row.line)), not_drawn, is_dry_run, was_cancelled)

    @property
    def accepted(self) -> int:
        return self._count(Outcome.ACCEPTED)

    @property
    def refused(self) -> int:
        return self._count(Outcome.REFUSED)

    @property
    def quarantined(self) -> int:
        return self._count(Outcome.QUARANTINED)

    def to_json(self) -> dict[str, Any]:
        """The object that ``import --json`` prints; what is out of the ordinary is only there when it is."""
        body: dict[str, Any] = {
            "accepted": self.accepted,
            "refused": self.refused,
            "quarantined": self.quarantined,
            "rows": [row.to_json() for row in self.rows],
        }
        if self.not_drawn:
            body["not_drawn"] = self.not_drawn
        if self.is_dry_run:
            body["dry_run"] = True
        if self.was_cancelled:
            body["cancelled"] = True
        return body

    def _count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)
