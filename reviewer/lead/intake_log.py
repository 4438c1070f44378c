"""The access log's rows of one import: ids, counts and codes, never a name or a word of a clip."""

import secrets
from collections.abc import Sequence

from reviewer.access.ledger import Ledger
from reviewer.lead.intake_options import IntakeOptions
from reviewer.lead.intake_report import ReportRow
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.privacy.offer import Decision, Outcome

_LOGGED_AS = {
    Outcome.ACCEPTED: Action.CLIP_IMPORTED,
    Outcome.REFUSED: Action.CLIP_REFUSED,
    Outcome.QUARANTINED: Action.CLIP_QUARANTINED,
}


class IntakeLog:
    """Writes one import's rows, all under its id."""

    def __init__(self, ledger: Ledger, identity: Identity) -> None:
        self._ledger = ledger
        self._identity = identity
        self._id = f"i{secrets.token_hex(8)}"

    def started(self, lines: int, options: IntakeOptions) -> None:
        """Before anything is decided."""
        detail: dict[str, DetailValue] = {"lines": lines, "dry_run": options.dry_run}
        if options.sample is not None:
            detail |= {"sample": options.sample, "seed": options.seed, "stratify": list(options.stratify)}
        self._log(Action.IMPORT_STARTED, detail, about=self._id)

    def line(self, number: int, decision: Decision, clip_id: str) -> None:
        """What became of one line; a refused one has no clip."""
        self._log(
            _LOGGED_AS[decision.outcome],
            {"import": self._id, "line": number},
            about=clip_id,
            reason=decision.code.value if decision.code else "",
        )

    def ended(self, outcome: str, rows: Sequence[ReportRow], not_drawn: int, *, is_dry_run: bool) -> None:
        """``outcome`` is ok, cancelled or failed."""
        detail: dict[str, DetailValue] = {
            each.value: sum(row.outcome is each for row in rows) for each in Outcome
        }
        detail |= {"not_drawn": not_drawn, "dry_run": is_dry_run}
        self._log(Action.IMPORT_ENDED, detail, about=self._id, outcome=outcome)

    def _log(
        self,
        action: Action,
        detail: dict[str, DetailValue],
        *,
        about: str,
        outcome: str = "ok",
        reason: str = "",
    ) -> None:
        person = self._identity.person
        self._ledger.record(
            Event(action, person.id, person.role, self._identity.session_id, about, outcome, reason, detail)
        )
