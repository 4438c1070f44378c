"""The columns of the list of all clips."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from reviewer.model.clip import ClipState
from reviewer.model.clip_list import ClipColumn, ListedClip
from reviewer.model.clock import from_micros
from reviewer.ui.messages import term
from reviewer.ui.time_format import day_and_time
from reviewer.ui.widgets.tables import Column

WIDTHS = {
    ClipColumn.ID: 146,
    ClipColumn.LOCALE: 72,
    ClipColumn.LENGTH: 64,
    ClipColumn.WHEN: 126,
    ClipColumn.PASSES: 54,
}
FITTED = tuple(column for column in ClipColumn if column not in WIDTHS)
"""Words and names share what is left, by what is in them; the last one stretches."""
UNREAD_PX = 72
"""How wide those are until there are rows: all headings fit into a small window."""
_ROLES = {
    ClipState.QUARANTINED: "warn",
    ClipState.WITH_LEAD: "warn",
    ClipState.FINAL: "ok",
    ClipState.EXPORTED: "ok",
    ClipState.PURGED: "dim",
}


def clip_columns(product_name: Callable[[str], str]) -> list[Column[ListedClip]]:
    """In the order of ``ClipColumn``; ``product_name`` says what the project calls a product."""
    has = _tr("{0} (assigned)")
    return [
        Column(_tr("Clip"), lambda row: row.id),
        Column(
            _tr("State"), lambda row: term("CLIP_STATE", row.state), role=lambda row: _ROLES.get(row.state)
        ),
        Column(_tr("Language"), lambda row: row.locale),
        Column(_tr("Product"), lambda row: product_name(row.product)),
        Column(_tr("Asks for"), lambda row: row.route),
        Column(_tr("Length"), lambda row: f"{row.seconds:.1f} s", is_figure=True),
        Column(
            _tr("Has it"),
            lambda row: ", ".join((*row.has, *(has.format(name) for name in row.assigned))),
        ),
        Column(_tr("Did it"), lambda row: ", ".join(row.did)),
        Column(_tr("Last act"), lambda row: _when(row.changed_at), is_figure=True),
        Column(_tr("Passes"), lambda row: f"{row.done}/{row.passes}", is_figure=True),
        Column(_tr("Skipped"), _skips, role=lambda _row: "dim"),
        Column(_tr("Withheld"), kept_back, role=lambda _row: "warn"),
    ]


def kept_back(row: ListedClip) -> str:
    """Why nobody gets it, or no export has it."""
    if not row.hold and not row.held_back:  # most clips, of which there are tens of thousands
        return ""
    words = [_tr("hold: {0}").format(term("HOLD_REASON", row.hold))] if row.hold else []
    return ", ".join([*words, *(term("HELD_CODE", code) for code in row.held_back)])


def _skips(row: ListedClip) -> str:
    return ", ".join(
        term("REFUSAL", reason) if count == 1 else f"{term('REFUSAL', reason)} {count}"
        for reason, count in row.reasons.items()
    )


def _when(micros: int) -> str:
    return day_and_time(from_micros(micros)) if micros else ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("clips", text)
