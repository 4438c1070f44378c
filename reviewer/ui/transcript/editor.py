"""The transcript editor, with its problems and the training text."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from reviewer.transcript.checks import TextProblem, check_text
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.normalisation import normalise
from reviewer.transcript.tokens import TokenKind, tokenize
from reviewer.ui.keymap.shortcut import active_keys
from reviewer.ui.messages import translated_catalogue
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.theme import GAP_PX, GRID_PX
from reviewer.ui.transcript.text_edit import Span, TextField
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.read_only_text import Preview
from reviewer.ui.widgets.widget_ids import named, restyle

_LOOK_AFTER_MS = 120
_LINE_PX = 20


class TranscriptEditor(QWidget):
    """Knows the conventions, but no clips and no queue: text in, text out."""

    text_changed = Signal(str)

    def __init__(self, conventions: Conventions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transcript")
        self._conventions = conventions
        self._problems: tuple[TextProblem, ...] = ()
        self._is_strict = False
        self._field = named(
            TextField(self),
            "transcript_text",
            self.tr("Transcript"),
            hint=self.tr("Transcript, word for word"),
        )
        self._field.setPlaceholderText(self.tr("Type what is said, word for word."))
        self._problem_line = ElidedLabel("transcript_problems", self.tr("Problems of the transcript"), self)
        self._preview = Preview(self)
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_LOOK_AFTER_MS)
        self._look.timeout.connect(self._on_look)
        self._field.textChanged.connect(self._on_text_changed)
        self._field.cursorPositionChanged.connect(self._look.start)
        self._field.tooltip_at = self._tooltip_at
        live = active_keys()
        if live is not None:
            live.changed.connect(self._look.start)
        self._lay_out()
        self.setFocusProxy(self._field)

    @property
    def text(self) -> str:
        return self._field.text

    def use_conventions(self, conventions: Conventions) -> None:
        """Uses the conventions of the clip's locale, from the next text on."""
        self._conventions = conventions

    def show_text(self, text: str) -> None:
        """Shows another clip's text, without a signal."""
        self._field.blockSignals(True)
        self._field.put_text(text)
        self._field.blockSignals(False)
        self._is_strict = False
        self._on_look()

    def set_read_only(self, is_read_only: bool) -> None:  # noqa: FBT001 - as Qt's own setters
        self._field.setReadOnly(is_read_only)

    def set_text_px(self, pixels: int) -> None:
        """Sets the size of the text."""
        self._field.set_text_px(pixels)

    def replace_text(self, text: str) -> None:
        """Replaces the whole text as one step that can be undone."""
        self._field.replace_all(text)

    @Slot(str)
    def insert_tag(self, tag: str) -> None:
        """Inserts a tag such as ``[laugh]`` at the cursor."""
        if not self._field.isReadOnly():
            self._field.insert_tag(tag)
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_all_problems(self) -> None:
        """Also shows problems at the cursor, which are hidden while typing."""
        self._is_strict = True
        self._on_look()

    @Slot()
    def next_problem(self) -> bool:
        """Selects the next problem after the cursor, wrapping around; False if there is none."""
        self.show_all_problems()
        if not self._problems:
            return False
        caret = self._field.caret
        found = next((p for p in self._problems if p.start >= caret), self._problems[0])
        self._field.select(Span(found.start, max(found.end, found.start + 1)))
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say(found)
        return True

    @Slot()
    def fix_problem(self) -> bool:
        """Applies the correction of the problem at the cursor, else of the next one that has one.

        Returns: whether there was one.
        """
        self.show_all_problems()
        caret = self._field.caret
        fixable = [p for p in self._problems if p.replacement is not None]
        found = next((p for p in fixable if p.start <= caret <= p.end), None) or next(
            (p for p in fixable if p.start >= caret), fixable[0] if fixable else None
        )
        if found is None or found.replacement is None or self._field.isReadOnly():
            return False
        self._field.replace(Span(found.start, found.end), found.replacement)
        self._on_look()
        return True

    @Slot()
    def _on_text_changed(self) -> None:
        self._is_strict = False
        self._look.start()
        self.text_changed.emit(self._field.text)

    @Slot()
    def _on_look(self) -> None:
        """Checks the text and derives the training text, after the last key: typing never waits."""
        self._look.stop()
        text = self._field.text
        self._problems = check_text(text, self._conventions)
        shown = tuple(p for p in self._problems if not self._is_being_typed(p))
        tags = [Span(t.start, t.end) for t in tokenize(text) if t.kind is TokenKind.TAG]
        self._field.mark(tags, [Span(p.start, p.end) for p in shown])
        self._preview.show_text(normalise(text, self._conventions), self._conventions.profile("training").id)
        caret = self._field.caret
        here = next((p for p in shown if p.start <= caret <= p.end), shown[0] if shown else None)
        self._say(here, len(shown))

    def _tooltip_at(self, point: int) -> str:
        """What is wrong at a place of the text, and the key that mends it."""
        found = next((p for p in self._problems if p.start <= point < p.end), None)
        return self._sentence(found) if found is not None else ""

    def _sentence(self, problem: TextProblem) -> str:
        sentence = translated_catalogue().words(problem.notice).sentence
        keys = shortcut("desk.fix_problem").shown
        if problem.replacement is None or not keys:
            return sentence
        if not problem.replacement.strip():
            return self.tr("{0} {1} deletes it.").format(sentence, keys)
        return self.tr("{0} {1} writes “{2}”.").format(sentence, keys, problem.replacement.strip())

    def _is_being_typed(self, problem: TextProblem) -> bool:
        """Whether it is in the unfinished word at the cursor."""
        if self._is_strict or not self._field.hasFocus():
            return False
        caret = self._field.caret
        before, after = self._field.text[:caret], self._field.text[caret:]
        start = caret - len(before.split(" ")[-1])
        end = caret + len(after.split(" ")[0])
        return problem.start <= end and start <= problem.end

    def _say(self, problem: TextProblem | None, count: int = 0) -> None:
        """One line below the text: the number of problems, and the first of them."""
        line = self._problem_line
        if problem is None:
            line.show_text("")
            return
        count = count or len(self._problems)
        more, shown = self.tr("{0} to fix").format(count), shortcut("desk.problem").shown
        sentence = self._sentence(problem)
        line.show_text(f"{more} ({shown}) · {sentence}" if shown else f"{more} · {sentence}")
        line.setProperty("kind", "warn")
        restyle(line)

    def _lay_out(self) -> None:
        self._problem_line.setFixedHeight(_LINE_PX)
        caption = QLabel(self.tr("Training text"), self)
        caption.setProperty("kind", "label")
        below = QHBoxLayout()
        below.setSpacing(GAP_PX)
        below.addWidget(caption, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._preview, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self._field, 1)
        layout.addWidget(self._problem_line)
        layout.addLayout(below)
        self._field.setMinimumHeight(72)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
