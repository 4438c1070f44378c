"""The line that names the redactions of the open clip, one at a time, and the buttons that decide."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from reviewer.model.redaction import Redaction, RedactionState
from reviewer.ui.icons import set_icon
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.messages import term
from reviewer.ui.theme import GAP_PX, tabular
from reviewer.ui.widgets.widget_ids import named, put_value

_THOUSAND = 1000


class RedactionBar(QWidget):
    """Stands in the line of the clip's facts, so that nothing moves when something is marked.

    It shows the first redaction that waits, or the number of those that were decided.
    """

    confirm_requested = Signal(str)
    reject_requested = Signal(str)
    hear_requested = Signal(str)
    """All carry the redaction's id."""

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "redactions", self.tr("Personal data in this clip")).setToolTip("")
        self._waiting: tuple[Redaction, ...] = ()
        self._may_decide = False
        self._icon = QLabel(self)
        set_icon(self._icon, "warn", "warn")
        self._says = named(QLabel(self), "redaction_says", self.tr("Muted personal data"), kind="label")
        self._says.setFont(tabular(self._says.font()))
        self._says.setToolTip("")
        self._make_buttons(is_qa=scope is Scope.QA)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        for part in (self._icon, self._says, self.hear, self.confirm, self.reject):
            row.addWidget(part)
        self.show_redactions((), 1)

    def allow_decisions(self) -> None:
        """From now on it has its buttons: for QA."""
        self._may_decide = True

    def show_redactions(self, redactions: Sequence[Redaction], rate_hz: int) -> None:
        """Shows the redactions of the open clip; none hides everything."""
        self._waiting = tuple(one for one in redactions if one.state is RedactionState.PROPOSED)
        others = [
            one for one in redactions if one.state in (RedactionState.CONFIRMED, RedactionState.APPLIED)
        ]
        put_value(self._says, self._words(len(others), rate_hz))
        self._icon.setVisible(bool(self._waiting or others))
        for button in (self.hear, self.confirm, self.reject):
            button.setVisible(self._may_decide and bool(self._waiting))

    @Slot()
    def confirm_first(self) -> None:
        """The redaction that is shown is right."""
        if self._waiting and self._may_decide:
            self.confirm_requested.emit(self._waiting[0].id)

    @Slot()
    def reject_first(self) -> None:
        """What is shown is no personal data."""
        if self._waiting and self._may_decide:
            self.reject_requested.emit(self._waiting[0].id)

    @Slot()
    def hear_first(self) -> None:
        """What is shown has to be heard before it can be decided."""
        if self._waiting and self._may_decide:
            self.hear_requested.emit(self._waiting[0].id)

    def _make_buttons(self, *, is_qa: bool) -> None:
        self.hear = named(
            QPushButton(self.tr("Hear…"), self),
            "redaction_hear",
            self.tr("Hear the muted part once, after a reason; logged"),
            shortcut_id="qa.hear_muted" if is_qa else "",
            kind="small",
        )
        self.confirm = named(
            QPushButton(self.tr("Remove"), self),
            "redaction_confirm",
            self.tr("It is personal data: remove the sound"),
            shortcut_id="qa.redact" if is_qa else "",
            kind="small",
        )
        self.reject = named(
            QPushButton(self.tr("Reject"), self),
            "redaction_reject",
            self.tr("It is not personal data: unmute it from the next opening on"),
            shortcut_id="qa.reject" if is_qa else "",
            kind="small",
        )
        self.hear.clicked.connect(self.hear_first)
        self.confirm.clicked.connect(self.confirm_first)
        self.reject.clicked.connect(self.reject_first)

    def _words(self, decided: int, rate_hz: int) -> str:
        if not self._waiting:
            return self.tr("Personal data removed or confirmed: {0}").format(decided) if decided else ""
        first, count = self._waiting[0], len(self._waiting)
        start, end = (f"{frame * _THOUSAND // rate_hz / _THOUSAND:.2f}" for frame in (first.start, first.end))
        kind = term("PERSONAL_DATA", first.kind)
        if count == 1:
            return self.tr("Muted: {0}, {1}–{2} s").format(kind, start, end)
        return self.tr("Muted: {0}, {1}–{2} s, and {3} more").format(kind, start, end, count - 1)
