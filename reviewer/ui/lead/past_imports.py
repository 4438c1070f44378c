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
        Column(_tr("What"), lambda row: _tr("check") if row.past.is_dry_run else _tr("import")),
        Column(_tr("Lines"), lambda row: f"{row.past.lines:,}", is_figure=True),
        Column(_tr("Accepted"), lambda row: _count(row, row.past.accepted), is_figure=True),
        Column(_tr("Refused"), lambda row: _count(row, row.past.refused), is_figure=True),
        Column(_tr("Quarantined"), lambda row: _count(row, row.past.quarantined), is_figure=True),
        Column(_tr("Not in the sample"), lambda row: _count(row, row.past.not_drawn), is_figure=True),
        Column(
            _tr("End"),
            lambda row: term("IMPORT_OUTCOME", row.past.outcome),
            role=lambda row: _ROLES.get(row.past.outcome, "error"),
        ),
    ]


def _count(row: ListedImport, count: int) -> str:
    """Empty where the program was killed: the log has no counts."""
    return f"{count:,}" if row.past.last_row else ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("imports", text)
