"""The transcript editor, with its problems and the training text."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from reviewer.transcript.checks import TextProblem
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.normalisation import normalise
from reviewer.transcript.text_checker import TextChecker
from reviewer.transcript.tokens import TAG
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
_PREVIEWED = 1000


class TranscriptEditor(QWidget):
    """Knows the conventions, but no clips and no queue: text in, text out."""

    text_edited = Signal(str, bool)
    """Carries the text, and whether an undo step begins with the edit."""
    caret_moved = Signal(int)
    next_requested = Signal()
    """Return was pressed in one of several segments; Shift+Return is ``previous_requested``."""
    previous_requested = Signal()
    undo_requested = Signal()
    redo_requested = Signal()

    def __init__(self, conventions: Conventions, checker: TextChecker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transcript")
        self._conventions = conventions
        self._checker = checker
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
        self._connect()
        self._lay_out()
        self.setFocusProxy(self._field)

    @property
    def text(self) -> str:
        return self._field.text

    @property
    def caret(self) -> int:
        """The code point before which the cursor is."""
        return self._field.caret

    @property
    def has_typing_focus(self) -> bool:
        """Whether what is typed goes into the text."""
        return self._field.hasFocus()

    def use_conventions(self, conventions: Conventions) -> None:
        """Uses the conventions of the clip's locale, from the next text on."""
        self._conventions = conventions

    def set_one_of_several(self, *, is_one_of_several: bool) -> None:
        """Whether Return goes to the next segment."""
        self._field.is_one_of_several = is_one_of_several

    def show_text(self, text: str, caret: int | None = None) -> None:
        """Shows another text, without a signal; the cursor at its end unless ``caret`` is given."""
        self._field.put_text(text, caret)
        self._is_strict = False
        self._on_look()

    def set_read_only(self, is_read_only: bool) -> None:  # noqa: FBT001 - as Qt's own setters
        self._field.setReadOnly(is_read_only)

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
    def next_problem(self, *, wraps: bool = True) -> bool:
        """Selects the next problem after the cursor; False if there is none."""
        self.show_all_problems()
        caret = self._field.caret
        found = next((p for p in self._problems if p.start >= caret), None)
        if found is None and wraps and self._problems:
            found = self._problems[0]
        if found is None:
            return False
        self._field.select(Span(found.start, max(found.end, found.start + 1)))
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say(found, len(self._problems))
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

    @Slot(bool)
    def _on_edited(self, begins_step: bool) -> None:  # noqa: FBT001 - as the signal has it
        self._is_strict = False
        self._look.start()
        self.text_edited.emit(self._field.text, begins_step)

    @Slot()
    def _on_cursor_moved(self) -> None:
        self._look.start()
        self.caret_moved.emit(self._field.caret)

    @Slot()
    def _on_look(self) -> None:
        """Checks the text and derives the training text, after the last key: typing never waits."""
        self._look.stop()
        text, caret = self._field.text, self._field.caret
        self._problems = self._checker.check(text, self._conventions)
        shown = self._without_word_being_typed(text, caret)
        self._field.mark(
            [Span(*tag.span()) for tag in TAG.finditer(text)], [Span(p.start, p.end) for p in shown]
        )
        preview = normalise(_around(text, caret), self._conventions)
        self._preview.show_text(preview, self._conventions.profile("training").id)
        here = next((p for p in shown if p.start <= caret <= p.end), None)
        self._say(here or next(iter(shown), None), len(shown))

    def _without_word_being_typed(self, text: str, caret: int) -> tuple[TextProblem, ...]:
        """The problems, but for those in the unfinished word at the cursor."""
        if self._is_strict or not self._field.hasFocus():
            return self._problems
        start = text.rfind(" ", 0, caret) + 1
        end = text.find(" ", caret)
        end = len(text) if end < 0 else end
        return tuple(p for p in self._problems if p.start > end or p.end < start)

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

    def _say(self, problem: TextProblem | None, count: int) -> None:
        """One line below the text: the number of problems, and the one at the cursor."""
        line = self._problem_line
        if problem is None:
            line.show_text("")
            return
        more, shown = self.tr("{0} to fix").format(count), shortcut("desk.problem").shown
        sentence = self._sentence(problem)
        line.show_text(f"{more} ({shown}) · {sentence}" if shown else f"{more} · {sentence}")
        line.setProperty("kind", "warn")
        restyle(line)

    def _connect(self) -> None:
        self._look.timeout.connect(self._on_look)
        self._field.edited.connect(self._on_edited)
        self._field.cursorPositionChanged.connect(self._on_cursor_moved)
        self._field.next_requested.connect(self.next_requested)
        self._field.previous_requested.connect(self.previous_requested)
        self._field.undo_requested.connect(self.undo_requested)
        self._field.redo_requested.connect(self.redo_requested)
        self._field.tooltip_at = self._tooltip_at
        live = active_keys()
        if live is not None:
            live.changed.connect(self._look.start)

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


def _around(text: str, caret: int) -> str:
    """The text, or of a long one the words around the cursor."""
    if len(text) <= 2 * _PREVIEWED:
        return text
    start = text.find(" ", max(caret - _PREVIEWED, 0)) if caret > _PREVIEWED else 0
    end = text.rfind(" ", 0, caret + _PREVIEWED)
    return text[max(start, 0) : end if end > caret else len(text)]
