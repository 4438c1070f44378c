"""The transcript editor, with its problems and the training text."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from reviewer.transcript.checks import TextProblem
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.find import Match
from reviewer.transcript.normalisation import normalise
from reviewer.transcript.pasted_text import cleaned
from reviewer.transcript.spelling import Hints, word_at
from reviewer.transcript.tag_details import OpenTag, open_tag
from reviewer.transcript.text_checker import TextChecker
from reviewer.transcript.tokens import TAG
from reviewer.ui.keymap.key_positions import digit_at
from reviewer.ui.keymap.shortcut import active_keys
from reviewer.ui.messages import translated_catalogue
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.theme import GAP_PX, GRID_PX
from reviewer.ui.transcript.find_bar import FindBar
from reviewer.ui.transcript.spelling_checker import SpellingChecker
from reviewer.ui.transcript.text_edit import Span, TextField, one_line
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.read_only_text import Preview
from reviewer.ui.widgets.widget_ids import named, restyle

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_AFTER_MS = 120
_SPELL_AFTER_MS = 450
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
    paste_cleaned = Signal(object)
    """Carries what was changed in a pasted text, a tuple of PasteChange."""
    add_word_requested = Signal(str)
    tag_completed = Signal(int, int)
    """The detail of a tag was chosen; carries the code points [start, end) of the tag."""

    def __init__(self, conventions: Conventions, checker: TextChecker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transcript")
        self._conventions = conventions
        self._checker = checker
        self._problems: tuple[TextProblem, ...] = ()
        self.found_in: Callable[[], tuple[list[str], int]] = lambda: ([self._field.text], 0)
        self._spelling: SpellingChecker | None = None
        self._hints = Hints()
        self._is_strict = False
        self._least_lines = 1
        self.find_bar = FindBar(self)  # before the text: Tab goes from that to the form
        self._field = named(
            TextField(self),
            "transcript_text",
            self.tr("Transcript"),
            hint=self.tr("Transcript, word for word"),
        )
        self._field.setPlaceholderText(self.tr("Type what is said, word for word."))
        self._problem_line = ElidedLabel("transcript_problems", self.tr("Problems of the transcript"), self)
        self._caption, self._preview = QLabel(self.tr("Training text"), self), Preview(self)
        self._below = QHBoxLayout()
        self._beside_preview: QWidget | None = None
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_LOOK_AFTER_MS)
        self._spell = QTimer(self)
        self._spell.setSingleShot(True)
        self._spell.setInterval(_SPELL_AFTER_MS)
        self._connect()
        self._lay_out()
        self.setFocusProxy(self._field)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def text(self) -> str:
        return self._field.text

    @property
    def caret(self) -> int:
        """The code point before which the cursor is."""
        return self._field.caret

    @property
    def selected(self) -> Span:
        """The selection (code points); empty at the cursor without one."""
        return self._field.selected

    @property
    def problems(self) -> tuple[TextProblem, ...]:
        """What breaks the conventions, and unknown words, in the order of the text."""
        return self._problems

    @property
    def clip_locale(self) -> str:
        """The locale of the clip."""
        return self._conventions.clip_locale

    def select(self, start: int, end: int, *, takes_focus: bool = False) -> None:
        """Selects code points [start, end) and scrolls to them."""
        self._field.select(Span(start, end))
        if takes_focus:
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def use_conventions(self, conventions: Conventions) -> None:
        """Uses the conventions of the clip's locale, from the next text on."""
        self._conventions = conventions
        if self._spelling is not None:
            self._spelling.use_conventions(conventions)

    def use_spelling(self, checker: SpellingChecker) -> None:
        """Shows what the checker finds beside what breaks the conventions."""
        self._spelling = checker
        checker.use_conventions(self._conventions)
        checker.problems_found.connect(self._on_spelling)

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

    def forget(self) -> None:
        """Removes what is remembered of the clip's texts."""
        self._spell.stop()
        self._hints = Hints()
        if self._spelling is not None:
            self._spelling.forget()
        if not self.find_bar.isHidden():
            self.find_bar.forget()

    def set_text_px(self, pixels: int) -> None:
        """Sets the size of the text."""
        self._field.set_text_px(pixels)
        self.set_least_lines(self._least_lines)

    def set_least_lines(self, lines: int) -> None:
        """How many lines of text have room at least."""
        self._least_lines = lines
        self._field.setMinimumHeight(self._field.height_px(lines))

    def set_preview_lines(self, lines: int, *, has_buttons: bool) -> None:
        """How many lines of training text are shown, and whether the buttons beside it are."""
        self._preview.set_lines(lines)
        lower = max(self._preview.baseline_px - self._caption.fontMetrics().ascent(), 0)
        self._caption.setContentsMargins(0, lower, 0, 0)  # on one baseline with the text beside it
        for part in (self._caption, self._preview):
            part.setVisible(lines > 0)
        if self._beside_preview is not None:
            self._beside_preview.setVisible(lines > 0 and has_buttons)

    def height_px(self, lines: int, preview_lines: int, *, has_buttons: bool) -> int:
        """How high it is with so many lines of text and of training text, whatever it shows now."""
        parts = [self._field.height_px(lines), _LINE_PX]
        if preview_lines:
            buttons = self._beside_preview.maximumHeight() if self._beside_preview and has_buttons else 0
            parts.append(max(self._preview.height_px(preview_lines), buttons))
        if not self.find_bar.isHidden():
            parts.append(self.find_bar.sizeHint().height())
        return sum(parts) + GRID_PX * (len(parts) - 1)

    def add_beside_preview(self, part: QWidget) -> None:
        """Adds buttons of a fixed height at the end of the training text's line."""
        self._below.addWidget(part, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        self._beside_preview = part

    def say(self, sentence: str) -> None:
        """Says something that is no problem in the line below the text, until the text or cursor changes."""
        self._problem_line.show_text(sentence)
        self._problem_line.setProperty("kind", "dim")
        restyle(self._problem_line)

    def replace_text(self, text: str) -> None:
        """Replaces the whole text as one step that can be undone."""
        self._field.replace_all(text)

    @Slot(str)
    def insert_tag(self, tag: str) -> None:
        """Inserts a tag such as ``[laugh]`` at the cursor."""
        if not self._field.isReadOnly():
            self._field.insert_tag(tag)
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def insert_snippet(self, text: str) -> None:
        """Types a text at the cursor, with spaces around it as a tag has them."""
        if text:
            self.insert_tag(text)

    @Slot()
    def paste_as_it_is(self) -> None:
        """Pastes without cleaning."""
        self._field.paste_as_it_is()

    @Slot()
    def find_text(self) -> None:
        """Opens the bar that finds, with the selected text."""
        self._open_find_bar(to_replace=False)

    @Slot()
    def find_and_replace(self) -> None:
        """Opens the bar that finds and replaces, with the selected text."""
        self._open_find_bar(to_replace=True)

    @Slot()
    def add_word(self) -> None:
        """Asks to add the word at the cursor to the person's own, or to take it out of them."""
        word = word_at(self._field.text, self._field.caret)
        if word:
            self.add_word_requested.emit(word)

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
        self._spell.start()  # later: suggestions for half a word would be work for nothing
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
        self._problems = self._hints.among(self._checker.check(text, self._conventions), text)
        self.show_in_find_bar()
        shown = self._without_word_being_typed(text, caret)
        self._field.mark([Span(*tag.span()) for tag in TAG.finditer(text)], shown)
        around, before = _around(text, caret)
        preview = normalise(around, self._conventions)
        place = before / max(len(around), 1)
        self._preview.show_text(preview, self._conventions.profile("training").id, place)
        here = next((p for p in shown if p.start <= caret <= p.end), None)
        self._say(here or next(iter(shown), None), len(shown))
        self._offer_details()
        if not self._spell.isActive():
            self._check_spelling()

    def _open_tag(self) -> OpenTag | None:
        selected = self._field.selected
        return open_tag(self._field.text, selected.start, selected.end, self._conventions)

    def _offer_details(self) -> None:
        """Says the details of the tag with the cursor, each with its digit."""
        found = None if self._is_strict or self._field.isReadOnly() else self._open_tag()
        if found is not None:
            details = " · ".join(
                f"{place} {detail}" for place, detail in enumerate(found.tag.details, start=1)
            )
            self.say(self.tr("[{0}:…]  {1}").format(found.tag.name, details))

    def _take_key(self, event: QKeyEvent) -> bool:
        """In a tag with a closed list of details a digit chooses one, and Return the one that is begun."""
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        found = self._open_tag() if is_plain else None
        if found is None:
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            detail = found.completed()
        else:
            detail = found.numbered(digit_at(event, QGuiApplication.platformName()) or event.text())
        if not detail:
            return False
        tag = found.written(detail)
        self._field.replace_tag(Span(found.start, found.end), tag)
        self.tag_completed.emit(found.start, found.start + len(tag))
        return True

    @Slot()
    def _check_spelling(self) -> None:
        text = self._field.text
        if self._spelling is not None and text != self._hints.text:
            self._spelling.check(text)

    @Slot(str, object)
    def _on_spelling(self, text: str, problems: tuple[TextProblem, ...]) -> None:
        self._hints = Hints(text, problems)
        if text == self._field.text:
            self._on_look()

    def _open_find_bar(self, *, to_replace: bool) -> None:
        selected = one_line(self._field.textCursor().selectedText())
        self.find_bar.open(selected, to_replace=to_replace)
        self.show_in_find_bar()

    def show_in_find_bar(self) -> None:
        """Finds in the present texts; the owner calls it when those of other segments changed."""
        if self.find_bar.isVisible():
            locale, is_read_only = self._conventions.clip_locale, self._field.isReadOnly()
            self.find_bar.show_texts(self.found_in()[0], locale, is_read_only=is_read_only)

    @Slot(object)
    def _on_match_chosen(self, match: Match) -> None:
        if match.row == self.found_in()[1]:
            self.select(match.start, match.end)

    @Slot()
    def _on_place_changed(self) -> None:
        if self.find_bar.isVisible():
            span = self._field.selected
            self.find_bar.show_place(self.found_in()[1], span.start, span.end)

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
        self._spell.timeout.connect(self._check_spelling)
        self._field.selectionChanged.connect(self._on_place_changed)
        self.find_bar.match_chosen.connect(self._on_match_chosen)
        self.find_bar.closed.connect(self._field.setFocus)
        self._field.clean = lambda text: cleaned(text, self._conventions)
        self._field.paste_cleaned.connect(self.paste_cleaned)
        self._field.edited.connect(self._on_edited)
        self._field.cursorPositionChanged.connect(self._on_cursor_moved)
        self._field.next_requested.connect(self.next_requested)
        self._field.previous_requested.connect(self.previous_requested)
        self._field.undo_requested.connect(self.undo_requested)
        self._field.redo_requested.connect(self.redo_requested)
        self._field.tooltip_at = self._tooltip_at
        self._field.take_key = self._take_key
        live = active_keys()
        if live is not None:
            live.changed.connect(self._look.start)

    def _lay_out(self) -> None:
        self._problem_line.setFixedHeight(_LINE_PX)
        self._caption.setObjectName("training_text_caption")
        self._caption.setProperty("kind", "label")
        self._below.setSpacing(GAP_PX)
        self._below.addWidget(self._caption, 0, Qt.AlignmentFlag.AlignTop)
        self._below.addWidget(self._preview, 1, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self.find_bar)
        layout.addWidget(self._field, 1)
        layout.addWidget(self._problem_line)
        layout.addLayout(self._below)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)


def _around(text: str, caret: int) -> tuple[str, int]:
    """The text, or of a long one the words around the cursor; and how much of it is before the cursor."""
    if len(text) <= 2 * _PREVIEWED:
        return text, caret
    start = text.find(" ", max(caret - _PREVIEWED, 0)) if caret > _PREVIEWED else 0
    end = text.rfind(" ", 0, caret + _PREVIEWED)
    start = max(start, 0)
    return text[start : end if end > caret else len(text)], caret - start
