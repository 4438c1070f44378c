"""The label form: shows the schema's fields that apply, and emits their answers."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from reviewer.labels.schema import Schema
from reviewer.labels.validate import FieldProblem, visible_fields, without_hidden
from reviewer.model.annotation import LabelValue
from reviewer.ui.form.fields import FieldRow
from reviewer.ui.messages import translated_catalogue
from reviewer.ui.theme import GAP_PX

_ROW_GAP_PX = 12


class FormPanel(QWidget):
    """Built from the schema alone, so that a lead can change the form without Python.

    Answers in a field that is hidden again are remembered, but not emitted.
    """

    labels_changed = Signal(object)
    """Carries the answers of the visible fields, a dict by field key."""

    def __init__(self, schema: Schema, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("form")
        self.setAccessibleName(schema.title)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._schema = schema
        self._rows = {field.key: FieldRow(field, self) for field in schema.fields}
        title = QLabel(schema.title, self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        title.setProperty("kind", "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_ROW_GAP_PX)
        layout.addWidget(title)
        layout.addSpacing(GAP_PX - _ROW_GAP_PX)
        for row in self._rows.values():
            row.answered.connect(self._on_answered)
            layout.addWidget(row)
        self._show_what_applies()

    @property
    def labels(self) -> dict[str, LabelValue]:
        """The answers of the visible fields."""
        return without_hidden(self._schema, self._answers())

    def show_labels(self, labels: Mapping[str, LabelValue]) -> None:
        """Shows answers without a signal; fields without one are empty, and problems are cleared."""
        for key, row in self._rows.items():
            row.show_value(labels.get(key))
            row.show_problem("")
        self._show_what_applies()

    def show_problems(self, problems: Sequence[FieldProblem]) -> None:
        """Shows each problem beside its field, and clears the others."""
        words = translated_catalogue().words
        sentences = {problem.field: words(problem.notice).sentence for problem in problems}
        for key, row in self._rows.items():
            row.show_problem(sentences.get(key, ""))

    def focus_field(self, key: str = "") -> None:
        """Sets the focus to a field, or to the first visible one."""
        rows = [row for row in self._rows.values() if row.isVisibleTo(self)]
        row = self._rows.get(key) or (rows[0] if rows else None)
        if row is not None:
            row.take_focus()

    def row(self, key: str) -> FieldRow:
        """The row of a field, to scroll to."""
        return self._rows[key]

    @Slot()
    def _on_answered(self) -> None:
        self._show_what_applies()
        self.labels_changed.emit(self.labels)

    def _answers(self) -> dict[str, LabelValue]:
        found = ((key, row.value) for key, row in self._rows.items())
        return {key: value for key, value in found if value is not None}

    def _show_what_applies(self) -> None:
        shown = {field.key for field in visible_fields(self._schema, self._answers())}
        for key, row in self._rows.items():
            row.setVisible(key in shown)
