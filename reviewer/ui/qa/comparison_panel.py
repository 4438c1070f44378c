"""Both versions side by side, and what becomes of theirs."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation, LabelValue
from reviewer.stats.wer import word_errors
from reviewer.ui.assets import put_icon
from reviewer.ui.handles import named
from reviewer.ui.qa.marked_text import MarkedText, Side
from reviewer.ui.shortcuts import bind
from reviewer.ui.theme import GAP_PX, GROUP_PX, tabular
from reviewer.ui.transcript.elided import ElidedLabel

if TYPE_CHECKING:
    from reviewer.qa.session import Comparison


class ComparePanel(QWidget):
    """The diff, the figures, a comment, and two ways on."""

    accept_requested = Signal(str)
    """Carries the comment, which may be empty."""
    return_requested = Signal(str)
    """Carries the comment, which is not empty."""

    def __init__(self, schema: Schema, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare_panel")
        self._schema = schema
        self._is_busy = False
        self.theirs = MarkedText(Side.THEIRS, "qa_theirs", self.tr("What was handed in"), self)
        self.mine = MarkedText(Side.MINE, "qa_mine", self.tr("My version"), self)
        self.figures = named(QLabel(self), "qa_figures", self.tr("How much they differ"))
        self.figures.setToolTip("")
        self.figures.setFont(tabular(self.figures.font()))
        self.labels = ElidedLabel("qa_labels", self.tr("Labels and flags that were handed in"), self)
        self.labels.setProperty("kind", "label")
        self.comment = named(
            QLineEdit(self),
            "qa_comment",
            self.tr("Comment"),
            hint=self.tr("What is to be changed; work goes back only with a comment"),
        )
        self.comment.setPlaceholderText(self.tr("Comment for the contractor; needed to return the work"))
        self._make_buttons()
        self._lay_out()
        self.comment.textChanged.connect(self._wake)
        self._wake()

    def _make_buttons(self) -> None:
        self.send_back = named(
            QPushButton(self.tr("Return"), self),
            "qa_return",
            self.tr("Return to its author with the comment"),
            key_id="qa.return",
        )
        self.accept = named(
            QPushButton(self.tr("Accept"), self),
            "qa_accept",
            self.tr("Accept as it was handed in"),
            key_id="qa.accept",
            kind="primary",
        )
        put_icon(self.send_back, "return")
        put_icon(self.accept, "accept", "on_accent")
        self.accept.clicked.connect(self._on_accept)
        self.send_back.clicked.connect(self._on_return)
        bind(self.accept, "qa.accept", self.accept.click)
        bind(self.send_back, "qa.return", self.send_back.click)

    def show_comparison(self, comparison: "Comparison") -> None:
        """Puts both versions on; nothing is decided."""
        theirs, mine = comparison.theirs, comparison.mine
        self.theirs.show_text(theirs.text_verbatim, comparison.words)
        self.mine.show_text(mine.text_verbatim, comparison.words)
        self.figures.setText(self._figures(theirs, mine))
        self.labels.show_text(self._marks(theirs))
        self.comment.clear()
        self.set_busy(busy=False)
        self.comment.setFocus()

    def clear(self) -> None:
        """Leaves nothing of the last clip."""
        for part in (self.theirs, self.mine):
            part.show_text("", ())
        self.figures.clear()
        self.labels.show_text("")
        self.comment.clear()

    def set_busy(self, *, busy: bool) -> None:
        """While a verdict is written nothing can be pressed twice."""
        self._is_busy = busy
        self.comment.setEnabled(not busy)
        self._wake()

    def _figures(self, theirs: Annotation, mine: Annotation) -> str:
        errors = word_errors(mine.text_verbatim, theirs.text_verbatim)
        if not errors.errors:
            return self.tr("Word for word the same.")
        return self.tr("{0} of {1} words differ · WER {2:.1f} % against my version").format(
            errors.errors, max(errors.reference_words, errors.other_words), errors.rate * 100
        )

    def _marks(self, annotation: Annotation) -> str:
        parts = [
            f"{field.label}: {_shown(annotation.labels[field.key])}"
            for field in self._schema.fields
            if field.key in annotation.labels
        ]
        parts += [flag.value.replace("_", " ") for flag in sorted(annotation.flags)]
        return (
            self.tr("They also marked: {0}").format(" · ".join(parts))
            if parts
            else self.tr("No labels or flags.")
        )

    @Slot()
    def _wake(self) -> None:
        self.accept.setEnabled(not self._is_busy)
        self.send_back.setEnabled(bool(self.comment.text().strip()) and not self._is_busy)

    @Slot()
    def _on_accept(self) -> None:
        self.accept_requested.emit(self.comment.text().strip())

    @Slot()
    def _on_return(self) -> None:
        self.return_requested.emit(self.comment.text().strip())

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GROUP_PX)
        grid.setVerticalSpacing(GAP_PX)
        captions = (
            self.tr("Handed in (struck through: not in my version)"),
            self.tr("My version (underlined: not in theirs)"),
        )
        for column, (caption, part) in enumerate(zip(captions, (self.theirs, self.mine), strict=True)):
            label = QLabel(caption, self)
            label.setProperty("kind", "label")
            grid.addWidget(label, 0, column)
            grid.addWidget(part, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        grid.addWidget(self.figures, 2, 0)
        grid.addWidget(self.labels, 2, 1)
        verdict = QHBoxLayout()
        verdict.setSpacing(GAP_PX)
        verdict.addWidget(self.comment, 1)
        verdict.addWidget(self.send_back)
        verdict.addSpacing(GAP_PX)
        verdict.addWidget(self.accept)
        grid.addLayout(verdict, 3, 0, 1, 2)


def _shown(value: LabelValue) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return str(value)
