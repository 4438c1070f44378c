"""Recognisers' drafts of a clip, side by side."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from reviewer.model.hypothesis import MANIFEST_ENGINE, Hypothesis
from reviewer.ui.icons import set_icon
from reviewer.ui.theme import GAP_PX, GRID_PX, GROUP_PX
from reviewer.ui.transcript.hypothesis_text import HypothesisText
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.widget_ids import named, set_tooltip

MOST = 4
USE_KEYS = ("desk.use_draft", "desk.use_draft_2", "desk.use_draft_3", "desk.use_draft_4")


class HypothesesPanel(QWidget):
    """At most four hypotheses, each with a button and a key that use it; hidden without any.

    Nothing is filled in unasked, because people would trust it.
    """

    use_requested = Signal(object)
    """Carries the Hypothesis whose text is wanted in the transcript."""
    seek_requested = Signal(int)
    """Carries the frame of a word that was clicked."""
    folded_changed = Signal(bool)
    hypotheses_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "drafts", self.tr("Recogniser's drafts"), kind="notice").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._hypotheses: tuple[Hypothesis, ...] = ()
        self._is_folded = False
        self._icon = QLabel(self)
        self._title = ElidedLabel("drafts_title", self.tr("Recogniser's drafts"), self)
        self._fold = named(QPushButton(self), "fold_drafts", self.tr("Show or hide the drafts"), kind="link")
        self._fold.clicked.connect(self.toggle_folded)
        self._columns = QWidget(self)
        self._drafts = tuple(_Draft(number, key, self._columns) for number, key in enumerate(USE_KEYS, 1))
        for number, draft in enumerate(self._drafts, 1):
            draft.use.clicked.connect(partial(self.use, number))
            draft.text.seek_requested.connect(self.seek_requested)
        self._lay_out()
        self.show_nothing()

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Those that are shown, in their order."""
        return self._hypotheses

    def show_hypotheses(self, hypotheses: Sequence[Hypothesis], frames: int) -> None:
        """Shows those of a clip of ``frames`` samples a channel that have a text, in their order."""
        self._hypotheses = tuple(one for one in hypotheses if one.text.strip())[:MOST]
        is_alone = len(self._hypotheses) == 1
        for place, draft in enumerate(self._drafts):
            is_there = place < len(self._hypotheses)
            draft.setVisible(is_there)
            if is_there:
                draft.show_hypothesis(self._hypotheses[place], frames, is_alone=is_alone)
        set_icon(self._icon, "info", "dim")
        title = self.tr("Recogniser's draft, unchecked") if is_alone else self.tr("Drafts, unchecked")
        self._title.show_text(title)
        self._show_folded()
        self.setVisible(bool(self._hypotheses))
        self.hypotheses_changed.emit()

    def show_nothing(self) -> None:
        """Removes everything of the last clip."""
        self.show_hypotheses((), 0)

    @Slot(int)
    def show_position(self, frame: int) -> None:
        """Marks the word that is said at the playhead in each of them."""
        if not self._is_folded:
            for draft in self._drafts[: len(self._hypotheses)]:
                draft.text.show_position(frame)

    def use(self, number: int, *_checked: bool) -> None:
        """Requests the first, second ... of those shown; nothing where there is none."""
        if number <= len(self._hypotheses):
            self.use_requested.emit(self._hypotheses[number - 1])

    def set_most_lines(self, lines: int) -> None:
        """From how many lines on the drafts scroll."""
        for draft in self._drafts:
            draft.text.set_most_lines(lines)

    def height_px(self, lines: int) -> int:
        """How high it is with drafts of so many lines, or folded."""
        head = self._fold.sizeHint().height() + GRID_PX
        if self._is_folded:
            return head
        engines = self._drafts[0].use.sizeHint().height() if len(self._hypotheses) > 1 else 0
        return head + engines + self._drafts[0].text.height_px(lines)

    def set_folded(self, *, is_folded: bool) -> None:
        """Shows the title only, or everything."""
        if is_folded != self._is_folded:
            self._is_folded = is_folded
            self._show_folded()
            self.folded_changed.emit(is_folded)

    @Slot()
    def toggle_folded(self) -> None:
        """Switches between the title only and everything."""
        self.set_folded(is_folded=not self._is_folded)

    def _show_folded(self) -> None:
        self._columns.setHidden(self._is_folded)
        self._fold.setText(self.tr("Show") if self._is_folded else self.tr("Hide"))
        does = self.tr("Show the drafts") if self._is_folded else self.tr("Hide the drafts")
        self._fold.setAccessibleName(does)
        set_tooltip(self._fold, does, "desk.fold_draft")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GAP_PX)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        head.addWidget(self._fold)
        columns = QHBoxLayout(self._columns)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(GROUP_PX)
        for draft in self._drafts:
            columns.addWidget(draft, 1, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP_PX, GRID_PX // 2, GAP_PX, GRID_PX // 2)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._columns)


class _Draft(QWidget):
    """One hypothesis: which engine made it, the button that uses it, its text."""

    def __init__(self, number: int, shortcut_id: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._engine = ElidedLabel(f"draft_engine_{number}", self.tr("Recogniser {0}").format(number), self)
        self._engine.setProperty("kind", "label")
        self.use = named(
            QPushButton(self.tr("Use it"), self),
            f"use_draft_{number}",
            self.tr("Use draft {0}").format(number),
            shortcut_id=shortcut_id,
            kind="link",
        )
        self.text = HypothesisText(f"draft_text_{number}", self)
        self._number = number
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._lay_out(is_alone=False)

    def show_hypothesis(self, hypothesis: Hypothesis, frames: int, *, is_alone: bool) -> None:
        self._lay_out(is_alone=is_alone)
        engine = self.tr("From the import") if hypothesis.engine == MANIFEST_ENGINE else hypothesis.engine
        self._engine.show_text(f"{engine} {hypothesis.version}".strip())
        self.text.show_hypothesis(hypothesis, frames)
        self.text.setAccessibleName(self.tr("Draft {0}, {1}").format(self._number, engine))
        self.text.setToolTip(self.tr("Click a word to hear it.") if hypothesis.words else "")

    def _lay_out(self, *, is_alone: bool) -> None:
        """One draft alone is one row: its text, then the button."""
        top = Qt.AlignmentFlag.AlignTop
        self._engine.setHidden(is_alone)
        self._grid.addWidget(self._engine, 0, 0)
        self._grid.addWidget(self.use, 0, 1, top)
        self._grid.addWidget(self.text, 0 if is_alone else 1, 0, 1, 1 if is_alone else 2, top)
