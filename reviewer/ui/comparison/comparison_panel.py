"""Both versions side by side: differing words, segments, labels and flags, the figures, and a comment."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from reviewer.labels.schema import Schema
from reviewer.labels.wording import earlier_worded, worded
from reviewer.model.annotation import Annotation, Flag, Labels
from reviewer.model.hypothesis import Word
from reviewer.session.differences import ComparedRow, Difference, DifferenceSounds, Side, differences
from reviewer.transcript.edits import Segments
from reviewer.ui.comparison.marked_text import MarkedText
from reviewer.ui.comparison.row_facts import facts_of
from reviewer.ui.comparison.segment_comparison import DIFFERS, SegmentComparisonTable, ShownRow
from reviewer.ui.comparison.side_names import SideNames, of_review
from reviewer.ui.form.flags import flag_label
from reviewer.ui.icons import set_icon
from reviewer.ui.private_clipboard import PrivateLine
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX, GRID_PX, GROUP_PX, tabular
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.widget_ids import named, put_value

if TYPE_CHECKING:
    from reviewer.session.comparison import Comparison
    from reviewer.stats.wer import WordErrors


class ComparisonPanel(QWidget):
    """Shows a comparison that the session has computed; by segments if either version has several."""

    sound_requested = Signal(int, int)
    """A difference was gone to; carries the frames in which it is heard."""
    segment_chosen = Signal(int, int)
    """A row was chosen; carries its frames."""
    current_changed = Signal()
    """Another submitted segment is current, or none."""

    def __init__(
        self, schema: Schema, parent: QWidget | None = None, *, forms: Mapping[str, Schema] | None = None
    ) -> None:
        """``forms`` are the label forms that were ever in force, by id."""
        super().__init__(parent)
        self.setObjectName("comparison_panel")
        self._schema = schema
        self._forms = forms or {}
        self._rows: tuple[ComparedRow, ...] = ()
        self._differences: tuple[Difference, ...] = ()
        self._sounds = DifferenceSounds((), (), 1)
        self._at = -1
        self._current = ""
        self._names = of_review()
        self.theirs = MarkedText(Side.THEIRS, "qa_theirs", self.tr("Submitted version"), self)
        self.mine = MarkedText(Side.MINE, "qa_mine", self.tr("My version"), self)
        self.segments = SegmentComparisonTable(self)
        self.their_answers = _answers_line("qa_their_answers", self.tr("Submitted labels and flags"), self)
        self.my_answers = _answers_line("qa_my_answers", self.tr("My labels and flags"), self)
        self.figures = _figures_line("qa_figures", self.tr("Number of differences"), self)
        self.place = _figures_line("qa_difference_place", self.tr("Difference"), self)
        self.previous = self._step_button(
            "previous_difference", self.tr("Previous difference"), "previous_segment"
        )
        self.next = self._step_button("problem", self.tr("Next difference"), "next_segment")
        self.comment = named(
            PrivateLine(self),
            "qa_comment",
            self.tr("Comment"),
            hint=self.tr("What to change; work can be returned only with a comment"),
        )
        self.comment.setPlaceholderText(self.tr("Comment for the contractor; needed to return the work"))
        self._of_texts: list[QWidget] = [self.theirs, self.mine]
        self._captions: list[QLabel] = []
        self._lay_out()
        self.segments.hide()
        self._connect()

    @property
    def current_segment(self) -> str:
        """The id of the submitted segment that is looked at; empty if there is none."""
        return self._current

    def show_comparison(
        self, comparison: "Comparison", heard: Sequence[Word] = (), names: SideNames | None = None
    ) -> None:
        """Shows both versions, before any decision; ``heard`` are a recogniser's words with their times.

        With ``names`` they are two passes, of which none is returned to anybody: there is no comment.
        """
        self._name_sides(names or of_review(), has_comment=names is None)
        theirs, mine = comparison.theirs, comparison.mine
        is_segmented = max(len(theirs.segments), len(mine.segments)) > 1
        self._show_rows(comparison.rows if is_segmented else (), comparison.rate_hz, comparison.their_form)
        self._rows = comparison.rows
        found = differences(comparison.rows)
        self._differences = (
            found if is_segmented else tuple(each for each in found if each.theirs or each.mine)
        )
        self._sounds = DifferenceSounds(comparison.rows, heard, comparison.rate_hz, comparison.aligned)
        for text, version in ((self.theirs, theirs), (self.mine, mine)):
            if is_segmented:
                text.show_text("", ())
            else:
                text.show_text(version.text_verbatim, comparison.words)
        their_form = comparison.their_form or self._schema
        their_answers = self._answers(theirs, mine, their_form, is_segmented=is_segmented)
        my_answers = self._answers(mine, theirs, self._schema, is_segmented=is_segmented)
        if is_segmented:  # the table's columns are not those of the lines below
            their_answers = f"{self._names.spoken[0]}: {their_answers}"
            my_answers = f"{self._names.spoken[1]}: {my_answers}"
        self.their_answers.show_text(their_answers)
        self.my_answers.show_text(my_answers)
        put_value(self.figures, self._figures(comparison.errors))
        self._go_to(-1)
        self.comment.clear()

    def clear(self) -> None:
        """Removes everything of the last clip."""
        self._show_rows((), 1)
        self._rows, self._differences = (), ()
        self._sounds = DifferenceSounds((), (), 1)
        for part in (self.theirs, self.mine):
            part.show_text("", ())
        for line in (self.their_answers, self.my_answers):
            line.show_text("")
        self.figures.clear()
        self._go_to(-1)
        self.comment.clear()

    @Slot()
    def next_difference(self) -> None:
        """Selects the next difference and asks for its sound; after the last, the first."""
        self._step(1)

    @Slot()
    def previous_difference(self) -> None:
        """Selects the difference before; before the first, the last."""
        self._step(-1)

    def choose_segment(self, segment_id: str) -> None:
        """Selects the row of a submitted segment."""
        for row, each in enumerate(self._rows):
            if any(segment.id == segment_id for segment in each.theirs) and not self.segments.isHidden():
                self.segments.selectRow(row)

    def _step(self, by: int) -> None:
        count = len(self._differences)
        if not count:
            return
        self._go_to((self._at + by) % count if self._at >= 0 or by > 0 else count - 1)
        self.sound_requested.emit(*self._sounds.of(self._differences[self._at]))

    def _go_to(self, at: int) -> None:
        """Selects a difference; -1 for none."""
        self._at = at
        difference = self._differences[at] if at >= 0 else None
        if not self.segments.isHidden():
            self.segments.show_difference(difference)
        else:
            self.theirs.select_mark(difference.theirs if difference else None)
            self.mine.select_mark(difference.mine if difference else None)
        self._set_current(difference.row if difference else -1)
        self._show_place()

    def _show_place(self) -> None:
        count = len(self._differences)
        sentence = self.tr("Difference {0} of {1}") if self._at >= 0 else self.tr("Differences: {1}")
        put_value(self.place, sentence.format(self._at + 1, count) if self._rows else "")
        for button in (self.previous, self.next):
            button.setEnabled(count > 0)

    def _set_current(self, row: int) -> None:
        theirs = self._rows[row].theirs if row >= 0 else ()
        self._current = theirs[0].id if theirs else ""
        self.current_changed.emit()

    @Slot(int)
    def _on_row_chosen(self, row: int) -> None:
        """The next difference is then the first one of this row or after it."""
        before = sum(each.row < row for each in self._differences)
        self._at = before - 1
        self._set_current(row)
        put_value(self.place, self.tr("Differences: {0}").format(len(self._differences)))
        self.segment_chosen.emit(*self._rows[row].frames)

    def _name_sides(self, names: SideNames, *, has_comment: bool) -> None:
        self._names = names
        for label, caption in zip(self._captions, names.captions, strict=True):
            label.setText(caption)
        for text, spoken in ((self.theirs, names.spoken[0]), (self.mine, names.spoken[1])):
            text.setAccessibleName(spoken)
        self.comment.setVisible(has_comment)

    def _show_rows(self, rows: Sequence[ComparedRow], rate_hz: int, their_form: Schema | None = None) -> None:
        self.segments.show_rows(
            [ShownRow(row, facts_of(row, rate_hz, self._schema, their_form, self._names)) for row in rows],
            self._names.captions,
        )
        self.segments.setVisible(bool(rows))
        for part in self._of_texts:
            part.setVisible(not rows)

    def _figures(self, errors: "WordErrors") -> str:
        if not errors.errors:
            return self.tr("The training texts are the same word for word.")
        most = max(errors.reference_words, errors.other_words)
        return self._names.figures.format(errors.errors, most, f"{errors.rate * 100:.1f}")

    def _answers(self, one: Annotation, other: Annotation, form: Schema, *, is_segmented: bool) -> str:
        """Labels and flags of one version; those that the other does not share come first, marked with ≠.

        A version without labels differs in none, because a review does not require them. Those of a single
        segment are shown here too, and those under earlier forms, in their words.
        """
        of_one, of_other = ((), ()) if is_segmented else (one.segments, other.segments)
        labels, others = _labels(one, of_one), _labels(other, of_other)
        parts = [
            _marked(
                each.line,
                is_shared=not others or others.get(each.key) == labels[each.key],
            )
            for each in worded(form, labels)
        ]
        parts += [
            self.tr("earlier, {0}").format(each.line)
            for labels, earlier in ((one.labels, one.earlier), *((s.labels, s.earlier) for s in of_one))
            for each in earlier_worded(earlier, self._forms, labels)
        ]
        flags, other_flags = _flags(one, of_one), _flags(other, of_other)
        parts += [_marked(flag_label(flag), is_shared=flag in other_flags) for flag in Flag if flag in flags]
        parts.sort(key=lambda words: not words.startswith(DIFFERS))  # a narrow window cuts off the others
        return " · ".join(parts) if parts else self.tr("No labels or flags.")

    def _step_button(self, act: str, spoken: str, glyph: str) -> QToolButton:
        button = named(QToolButton(self), f"qa_{act}_button", spoken, shortcut_id=f"qa.{act}")
        set_icon(button, glyph)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _connect(self) -> None:
        self.segments.row_chosen.connect(self._on_row_chosen)
        self.next.clicked.connect(self.next_difference)
        self.previous.clicked.connect(self.previous_difference)
        bind_shortcut(self, "qa.problem", self.next_difference)
        bind_shortcut(self, "qa.previous_difference", self.previous_difference)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GROUP_PX)
        grid.setVerticalSpacing(GAP_PX)
        sides = (
            (self._names.captions[0], self.theirs, self.their_answers),
            (self._names.captions[1], self.mine, self.my_answers),
        )
        for column, (caption, text, answers) in enumerate(sides):
            label = QLabel(caption, self)
            label.setProperty("kind", "label")
            self._of_texts.append(label)
            self._captions.append(label)
            grid.addWidget(label, 0, column)
            grid.addWidget(text, 1, column)
            grid.addWidget(answers, 2, column)
            grid.setColumnStretch(column, 1)
        grid.addWidget(self.segments, 0, 0, 2, 2)
        grid.setRowStretch(1, 1)
        line = QHBoxLayout()
        line.setSpacing(GRID_PX)
        line.addWidget(self.figures, 1)
        for part in (self.place, self.previous, self.next):
            line.addWidget(part)
        grid.addLayout(line, 3, 0, 1, 2)
        grid.addWidget(self.comment, 4, 0, 1, 2)


def _answers_line(name: str, spoken: str, parent: QWidget) -> ElidedLabel:
    line = ElidedLabel(name, spoken, parent)
    line.setProperty("kind", "label")
    return line


def _figures_line(name: str, spoken: str, parent: QWidget) -> QLabel:
    line = named(QLabel(parent), name, spoken)
    line.setToolTip("")
    line.setFont(tabular(line.font()))
    return line


def _labels(annotation: Annotation, segments: Segments) -> Labels:
    return {**annotation.labels, **{key: value for each in segments for key, value in each.labels.items()}}


def _flags(annotation: Annotation, segments: Segments) -> set[str]:
    return set(annotation.flags).union(*(each.flags for each in segments))


def _marked(words: str, *, is_shared: bool) -> str:
    return words if is_shared else f"{DIFFERS}{words}"
