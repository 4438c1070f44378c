"""The columns of a table of signed agreements: a person's own, and the lead's register."""

from PySide6.QtCore import QCoreApplication

from reviewer.access.nda import AgreementState, RegisterEntry
from reviewer.ui.widgets.tables import Column


def agreement_columns() -> list[Column[RegisterEntry]]:
    """Version, days and whether it is in force."""
    states = {
        AgreementState.VALID: _tr("in force"),
        AgreementState.EXPIRED: _tr("expired"),
        AgreementState.SUPERSEDED: _tr("replaced by a newer version"),
        AgreementState.ENDED: _tr("ended with an earlier key or role"),
        AgreementState.DAMAGED: _tr("does not verify"),
    }
    return [
        Column(_tr("Version"), lambda row: f"{row.version}, {row.locale}"),
        Column(_tr("Signed"), lambda row: f"{row.signed_at:%Y-%m-%d}"),
        Column(_tr("Until"), lambda row: f"{row.until:%Y-%m-%d}"),
        Column(_tr("State"), lambda row: states[row.state], role=_role),
    ]


def _role(row: RegisterEntry) -> str | None:
    return {AgreementState.VALID: None, AgreementState.DAMAGED: "warn"}.get(row.state, "dim")


def _tr(text: str) -> str:
    return QCoreApplication.translate("agreements", text)
