"""The label form: shows the schema's fields that apply, and emits their answers."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from reviewer.labels.earlier import hidden_answers
from reviewer.labels.schema import FieldScope, Schema
from reviewer.labels.validate import FieldProblem, answered_from, visible_fields, without_hidden
from reviewer.labels.wording import earlier_worded
from reviewer.model.annotation import EarlierLabels, Labels, LabelValue
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
    finished = Signal()
    """The last question was answered by a key: the focus may go back to the text."""

    def __init__(
        self, schema: Schema, parent: QWidget | None = None, *, per: FieldScope = FieldScope.CLIP
    ) -> None:
        """``per`` chooses the questions about the clip or those about a segment."""
        super().__init__(parent)
        self.setObjectName("form" if per is FieldScope.CLIP else f"{per}_form")
        self.setAccessibleName(schema.title)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._forms: Mapping[str, Schema] = {}
        self._earlier_answers: EarlierLabels = {}
        self._schema = schema = schema.per(per)
        self._rows = {field.key: FieldRow(field, self) for field in schema.fields}
        is_of_clip = per is FieldScope.CLIP
        title = QLabel(schema.title if is_of_clip else self.tr("About this segment"), self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        title.setProperty("kind", "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_ROW_GAP_PX)
        layout.addWidget(title)
        layout.addSpacing(GAP_PX - _ROW_GAP_PX)
        self._earlier = QLabel(self)
        self._earlier.setObjectName("earlier_answers")
        self._earlier.setTextFormat(Qt.TextFormat.PlainText)
        self._earlier.setWordWrap(True)
        self._earlier.setProperty("kind", "label")
        self._earlier.hide()
        layout.addWidget(self._earlier)
        for row in self._rows.values():
            row.answered.connect(self._on_answered)
            row.moved_on.connect(self._on_moved_on)
            layout.addWidget(row)
        self._show_what_applies()

    @property
    def labels(self) -> dict[str, LabelValue]:
        """The answers of the visible fields."""
        return without_hidden(self._schema, self._answers())

    @property
    def has_open_question(self) -> bool:
        """Whether a required question that is shown has no answer."""
        return any(row.field.required and row.value is None for row in self._visible_rows())

    @property
    def earlier(self) -> EarlierLabels:
        """The answers under earlier forms that are shown."""
        return self._earlier_answers

    def use_forms(self, forms: Mapping[str, Schema]) -> None:
        """Takes the wording of answers under earlier forms (by their ids) from these."""
        self._forms = forms

    def show_labels(self, labels: Labels, earlier: EarlierLabels | None = None) -> None:
        """Shows answers without a signal; fields without one are empty, and problems are cleared.

        Answers under ``earlier`` forms are named in a sentence; one that fits a question which is hidden now
        is its answer once the question is shown.
        """
        self._earlier_answers = earlier = earlier or {}
        self._show_earlier(labels)
        offered = hidden_answers(self._schema, labels, earlier)
        shown = {field.key for field in visible_fields(self._schema, labels)}
        for key, row in self._rows.items():
            row.show_value(labels.get(key) if key in shown else offered.get(key))
            row.show_problem("")
        self._show_what_applies()

    def answer_from(self, source: Mapping[str, LabelValue]) -> None:
        """Answers the open questions as in ``source``, and emits once if that changed anything."""
        before = self.labels
        answers = answered_from(self._schema, before, source)
        if answers != before:
            for key, value in answers.items():
                self._rows[key].show_value(value)
                self._rows[key].show_problem("")
            self._on_answered()

    def show_problems(self, problems: Sequence[FieldProblem]) -> None:
        """Shows each problem beside its field, and clears the others."""
        words = translated_catalogue().words
        sentences = {problem.field: words(problem.notice).sentence for problem in problems}
        for key, row in self._rows.items():
            row.show_problem(sentences.get(key, ""))

    def focus_field(self, key: str = "") -> None:
        """Sets the focus to a field, or to the first required one without an answer, or to the first."""
        rows = self._visible_rows()
        open_rows = [row for row in rows if row.field.required and row.value is None]
        row = self._rows.get(key) or next(iter(open_rows or rows), None)
        if row is not None:
            row.take_focus()

    def row(self, key: str) -> FieldRow:
        """The row of a field, to scroll to."""
        return self._rows[key]

    @Slot()
    def _on_answered(self) -> None:
        self._show_what_applies()
        self._show_earlier(self.labels)
        self.labels_changed.emit(self.labels)

    @Slot()
    def _on_moved_on(self) -> None:
        rows = self._visible_rows()
        answered = self.sender()
        place = next((i for i, row in enumerate(rows) if row is answered), len(rows))
        if place + 1 < len(rows):
            rows[place + 1].take_focus()
        else:
            self.finished.emit()

    def _show_earlier(self, labels: Labels) -> None:
        """Names the answers under earlier forms, which stay with the work."""
        answers = earlier_worded(self._earlier_answers, self._forms, labels)
        parts = [each.line for each in answers]
        sentence = self.tr("Earlier answers, kept with the work: {0}.")
        self._earlier.setText(sentence.format("; ".join(parts)) if parts else "")
        self._earlier.setVisible(bool(parts))
        self.setAccessibleDescription(self._earlier.text())

    def _visible_rows(self) -> list[FieldRow]:
        return [row for row in self._rows.values() if row.isVisibleTo(self)]

    def _answers(self) -> dict[str, LabelValue]:
        found = ((key, row.value) for key, row in self._rows.items())
        return {key: value for key, value in found if value is not None}

    def _show_what_applies(self) -> None:
        shown = {field.key for field in visible_fields(self._schema, self._answers())}
        for key, row in self._rows.items():
            row.setVisible(key in shown)
