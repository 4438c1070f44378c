"""Chooses which rows of the access log are shown: by person, act, object and day."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from reviewer.access.log_search import LogFilter
from reviewer.model.event import Action
from reviewer.model.people import Person
from reviewer.ui.messages import term
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.widget_ids import named

_DAY_PX = 116
_PERSON_LETTERS, _ACT_LETTERS = 16, 24


class LogFilterBar(QWidget):
    """A row of fields; an empty one matches all rows."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.people = self._choice("log_person", self.tr("Only acts of this person"), _PERSON_LETTERS)
        self.people.addItem(self.tr("Everybody"), "")
        self.acts = self._choice("log_act", self.tr("Only this act"), _ACT_LETTERS)
        self.acts.addItem(self.tr("Every act"), "")
        for label, action in sorted((term("ACTION", action), action.value) for action in Action):
            self.acts.addItem(label, action)
        self.on = self._field("log_on", self.tr("Only acts on this clip, task or person"), self.tr("Id"))
        self.first_day = self._field("log_since", self.tr("Only from this day on (UTC)"), self.tr("From"))
        self.last_day = self._field("log_until", self.tr("Only up to this day (UTC)"), self.tr("To"))
        for field in (self.first_day, self.last_day):
            field.setFixedWidth(_DAY_PX)
            field.setToolTip(f"{field.accessibleName()}: 2026-11-28")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        for widget in self.fields():
            row.addWidget(widget, 1 if widget is self.on else 0)
        self.people.currentIndexChanged.connect(self._on_changed)
        self.acts.currentIndexChanged.connect(self._on_changed)

    def fields(self) -> tuple[QWidget, ...]:
        """The fields in the order of Tab."""
        return self.people, self.acts, self.on, self.first_day, self.last_day

    def show_people(self, people: Sequence[Person]) -> None:
        """Offers these people; whoever is chosen stays so."""
        if self.people.count() == len(people) + 1:
            return
        chosen = self.people.currentData()
        self.people.blockSignals(True)
        while self.people.count() > 1:
            self.people.removeItem(1)
        for person in sorted(people, key=lambda each: each.name.casefold()):
            self.people.addItem(person.name, person.id)
        self.people.setCurrentIndex(max(0, self.people.findData(chosen)))
        self.people.blockSignals(False)

    def chosen(self) -> LogFilter | None:
        """What the fields say; None if a day is not one."""
        try:
            first, last = _day(self.first_day.text()), _day(self.last_day.text())
        except ValueError:
            return None
        until = None if last is None else last + timedelta(days=1)
        return LogFilter(
            self.people.currentData(), self.acts.currentData(), self.on.text().strip(), first, until
        )

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()

    def _choice(self, name: str, spoken: str, letters: int) -> QComboBox:
        """As wide as so many letters, whatever it offers and whatever was measured before."""
        made = named(QComboBox(self), name, spoken)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(letters)
        return made

    def _field(self, name: str, spoken: str, hint: str) -> QLineEdit:
        made = named(QLineEdit(self), name, spoken)
        made.setPlaceholderText(hint)
        made.editingFinished.connect(self._on_changed)
        return made


def _day(text: str) -> datetime | None:
    return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC) if text.strip() else None
