"""The columns of the held-back page, and the words of an opened clip."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from reviewer.model.held_back import HeldBackClip
from reviewer.model.redaction import Redaction
from reviewer.ui.messages import term
from reviewer.ui.time_format import day_and_time
from reviewer.ui.widgets.tables import Column

if TYPE_CHECKING:
    from reviewer.lead.held_back import OpenedHeldClip


def clip_columns() -> list[Column[HeldBackClip]]:
    """Which clip, where it stands, why, which kinds, since when."""
    return [
        Column(_tr("Clip"), lambda row: row.clip.id),
        Column(_tr("Where"), lambda row: term("HELD_STATE", row.state)),
        Column(_tr("Why"), lambda row: ", ".join(term("HELD_CODE", code) for code in row.codes)),
        Column(_tr("Kinds"), lambda row: ", ".join(term("PERSONAL_DATA", kind) for kind in row.kinds)),
        Column(_tr("Since"), lambda row: day_and_time(row.since), is_figure=True),
    ]


def redaction_columns(rate_hz: Callable[[], int]) -> list[Column[Redaction]]:
    """From when to when, what, and its state."""

    def seconds(frame: int) -> str:
        return f"{frame / rate_hz():.2f} s"

    return [
        Column(_tr("From"), lambda row: seconds(row.start), is_figure=True),
        Column(_tr("To"), lambda row: seconds(row.end), is_figure=True),
        Column(_tr("Kind"), lambda row: term("PERSONAL_DATA", row.kind)),
        Column(_tr("State"), lambda row: term("REDACTION", row.state)),
    ]


def content_words(opened: "OpenedHeldClip") -> str:
    """The drafts and the held work of an opened clip, each with its heading."""
    parts = [f"{_tr('Draft of {0}').format(draft.engine)}\n{draft.text}" for draft in opened.hypotheses]
    parts += [f"{_tr('Submitted text')}\n{each.text_verbatim}" for each in opened.annotations]
    return "\n\n".join(parts)


def _tr(text: str) -> str:
    return QCoreApplication.translate("held_back", text)
