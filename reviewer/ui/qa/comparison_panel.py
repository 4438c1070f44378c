"""Both versions side by side: differing words, labels and flags, the figures, and a comment."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from reviewer.labels.schema import Field, Schema
from reviewer.model.annotation import Annotation, Flag, LabelValue
from reviewer.ui.form.flags import flag_label
from reviewer.ui.qa.marked_text import MarkedText, Side
from reviewer.ui.theme import GAP_PX, GROUP_PX, tabular
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.widget_ids import named, put_value

if TYPE_CHECKING:
    from reviewer.qa.session import Comparison
    from reviewer.stats.wer import WordErrors


class ComparisonPanel(QWidget):
    """Shows a comparison that the session has computed."""

    def __init__(self, schema: Schema, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparison_panel")
        self._schema = schema
        self.theirs = MarkedText(Side.THEIRS, "qa_theirs", self.tr("Submitted version"), self)
        self.mine = MarkedText(Side.MINE, "qa_mine", self.tr("My version"), self)
        self.their_answers = _answers_line("qa_their_answers", self.tr("Submitted labels and flags"), self)
        self.my_answers = _answers_line("qa_my_answers", self.tr("My labels and flags"), self)
        self.figures = named(QLabel(self), "qa_figures", self.tr("Number of differences"))
        self.figures.setToolTip("")
        self.figures.setFont(tabular(self.figures.font()))
        self.comment = named(
            QLineEdit(self),
            "qa_comment",
            self.tr("Comment"),
            hint=self.tr("What to change; work can be returned only with a comment"),
        )
        self.comment.setPlaceholderText(self.tr("Comment for the contractor; needed to return the work"))
        self._lay_out()

    def show_comparison(self, comparison: "Comparison") -> None:
        """Shows both versions, before any decision."""
        theirs, mine = comparison.theirs, comparison.mine
        self.theirs.show_text(theirs.text_verbatim, comparison.words)
        self.mine.show_text(mine.text_verbatim, comparison.words)
        self.their_answers.show_text(self._answers(theirs, mine))
        self.my_answers.show_text(self._answers(mine, theirs))
        put_value(self.figures, self._figures(comparison.errors))
        self.comment.clear()

    def clear(self) -> None:
        """Removes everything of the last clip."""
        for part in (self.theirs, self.mine):
            part.show_text("", ())
        for line in (self.their_answers, self.my_answers):
            line.show_text("")
        self.figures.clear()
        self.comment.clear()

    def _figures(self, errors: "WordErrors") -> str:
        if not errors.errors:
            return self.tr("The training texts are the same word for word.")
        return self.tr(
            "{0} of {1} words differ in the training text · WER {2:.1f} % against my version"
        ).format(errors.errors, max(errors.reference_words, errors.other_words), errors.rate * 100)

    def _answers(self, one: Annotation, other: Annotation) -> str:
        """Labels and flags of one version; those that the other does not share are marked with ≠.

        A version without labels differs in none, because a review does not require them.
        """
        parts = [
            _marked(f"{field.label}: {_shown(field, one.labels[field.key])}", _agree(field.key, one, other))
            for field in self._schema.fields
            if field.key in one.labels
        ]
        parts += [_marked(flag_label(flag), flag in other.flags) for flag in Flag if flag in one.flags]
        return " · ".join(parts) if parts else self.tr("No labels or flags.")

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GROUP_PX)
        grid.setVerticalSpacing(GAP_PX)
        sides = (
            (self.tr("Submitted (struck through: not in my version)"), self.theirs, self.their_answers),
            (self.tr("My version (underlined: not in theirs)"), self.mine, self.my_answers),
        )
        for column, (caption, text, answers) in enumerate(sides):
            label = QLabel(caption, self)
            label.setProperty("kind", "label")
            grid.addWidget(label, 0, column)
            grid.addWidget(text, 1, column)
            grid.addWidget(answers, 2, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        grid.addWidget(self.figures, 3, 0, 1, 2)
        grid.addWidget(self.comment, 4, 0, 1, 2)


def _answers_line(name: str, spoken: str, parent: QWidget) -> ElidedLabel:
    line = ElidedLabel(name, spoken, parent)
    line.setProperty("kind", "label")
    return line


def _agree(key: str, one: Annotation, other: Annotation) -> bool:
    return not other.labels or other.labels.get(key) == one.labels[key]


def _marked(words: str, is_shared: bool) -> str:  # noqa: FBT001 - one of two signs
    return words if is_shared else f"≠ {words}"


def _shown(field: Field, value: LabelValue) -> str:
    if isinstance(value, bool):
        return "✓" if value else "✗"
    labels = {choice.value: choice.label for choice in field.choices}
    return ", ".join(labels.get(one, one) for one in (value if isinstance(value, tuple) else (str(value),)))
