"""The table of past imports."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from reviewer.ui.messages import term
from reviewer.ui.time_format import day_and_time
from reviewer.ui.widgets.tables import Column

if TYPE_CHECKING:
    from reviewer.lead.import_history import PastImport
    from reviewer.lead.session import LeadSession

_ROLES = {"ok": None, "cancelled": "warn"}


@dataclass(frozen=True, slots=True)
class ListedImport:
    """A past import with the name of whoever made it."""

    past: "PastImport"
    name: str


def read_imports(lead: "LeadSession") -> list[ListedImport]:
    """On the job pool."""
    names = {person.id: person.name for person in lead.people()}
    return [ListedImport(past, names.get(past.person_id, past.person_id)) for past in lead.past_imports()]


def import_columns() -> list[Column[ListedImport]]:
    """When, by whom, how many lines, and what became of them."""
    return [
        Column(_tr("When"), lambda row: day_and_time(row.past.begun_at)),
        Column(_tr("Who"), lambda row: row.name),
        Column(_tr("Lines"), lambda row: f"{row.past.lines:,}", is_figure=True),
        Column(_tr("Result"), _result, role=lambda row: _ROLES.get(row.past.outcome, "error"), whole=_result),
    ]


def _result(row: ListedImport) -> str:
    past = row.past
    if past.is_dry_run:
        words = _tr("check: {0} accepted, {1} refused, {2} quarantined")
    else:
        words = _tr("{0} accepted, {1} refused, {2} quarantined")
    said = words.format(f"{past.accepted:,}", f"{past.refused:,}", f"{past.quarantined:,}")
    if past.not_drawn:
        said = _tr("{0}, {1} not in the sample").format(said, f"{past.not_drawn:,}")
    if past.outcome == "ok":
        return said
    return (
        f"{term('IMPORT_OUTCOME', past.outcome)}: {said}"
        if past.last_row
        else term("IMPORT_OUTCOME", past.outcome)
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("imports", text)
