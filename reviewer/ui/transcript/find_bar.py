"""The bar that finds and replaces in the clip's text."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.transcript.find import Match, Query, find, replaced
from reviewer.ui.private_clipboard import PrivateLine
from reviewer.ui.theme import GAP_PX, GRID_PX, tabular
from reviewer.ui.widgets.widget_ids import named

_COUNT_PX = 96


class FindBar(QWidget):
    """Gets the texts of the segments from its owner, and gives back places to show and texts to change.

    Enter goes to the next match, Shift+Enter to the one before, Escape closes.
    """

    match_chosen = Signal(object)
    """A Match to select."""
    texts_replaced = Signal(object)
    """The changed texts by row, a dict, to be put in as one step of undo."""
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("find_bar")
        self._texts: tuple[str, ...] = ()
        self._locale = ""
        self._place = Match(0, 0, 0)
        self._matches: tuple[Match, ...] = ()
        self._is_read_only = False
        self.wanted = named(PrivateLine(self), "find_text", self.tr("Find"))
        self.wanted.setPlaceholderText(self.tr("Find"))
        self.replacement = named(PrivateLine(self), "replace_text", self.tr("Replace with"))
        self.replacement.setPlaceholderText(self.tr("Replace with"))
        self.count = named(QLabel(self), "find_count", self.tr("Matches"))
        self.count.setToolTip("")
        self.count.setFont(tabular(self.count.font()))
        self.count.setMinimumWidth(_COUNT_PX)
        self.whole_words = named(
            QCheckBox(self.tr("Whole words"), self), "find_whole_words", self.tr("Whole words")
        )
        self.match_case = named(QCheckBox(self.tr("Match case"), self), "find_case", self.tr("Match case"))
        self.ignores_marks = named(
            QCheckBox(self.tr("Ignore points and accents"), self),
            "find_ignore_marks",
            self.tr("Ignore points and accents"),
        )
        self._previous = self._button("find_previous", self.tr("Previous"), self.go_to_previous)
        self._next = self._button("find_next", self.tr("Next"), self.go_to_next)
        self._one = self._button("replace_one", self.tr("Replace"), self.replace_one)
        self._all = self._button("replace_all", self.tr("Replace all"), self.replace_all)
        self._close = self._button("find_close", self.tr("Close"), self.close_bar)
        self.wanted.textChanged.connect(self._on_query_changed)
        for box in (self.whole_words, self.match_case, self.ignores_marks):
            box.toggled.connect(self._on_query_changed)
        self._lay_out()
        self.hide()

    @property
    def query(self) -> Query:
        """What is looked for."""
        return Query(
            self.wanted.text(),
            whole_words=self.whole_words.isChecked(),
            match_case=self.match_case.isChecked(),
            ignores_marks=self.ignores_marks.isChecked(),
        )

    @property
    def matches(self) -> tuple[Match, ...]:
        return self._matches

    def show_texts(self, texts: Sequence[str], locale: str, *, is_read_only: bool = False) -> None:
        """Looks in other texts; the owner calls it whenever they change."""
        self._texts, self._locale, self._is_read_only = tuple(texts), locale, is_read_only
        self._look()

    def show_place(self, row: int, start: int, end: int) -> None:
        """The cursor or selection of the owner: the next match is after it."""
        self._place = Match(row, start, end)
        self._say()

    def open(self, selected: str = "", *, to_replace: bool = False) -> None:
        """Shows the bar, with the selected text as what to find."""
        self._replace_row.setVisible(to_replace)
        if selected:
            self.wanted.setText(selected)
        self.show()
        self._look()
        self.wanted.selectAll()
        self.wanted.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def forget(self) -> None:
        """Closes, and removes what was typed here and the texts."""
        self.close_bar()
        self.wanted.clear()
        self.replacement.clear()

    @Slot()
    def go_to_next(self) -> None:
        """Chooses the match after the cursor, wrapping around."""
        behind = [match for match in self._matches if (match.row, match.start) >= self._behind()]
        self._choose((behind or list(self._matches))[:1])

    @Slot()
    def go_to_previous(self) -> None:
        """Chooses the match before the cursor, wrapping around."""
        here = (self._place.row, self._place.start)
        before = [match for match in self._matches if (match.row, match.start) < here]
        self._choose((before or list(self._matches))[-1:])

    @Slot()
    def replace_one(self) -> None:
        """Replaces the match that is selected and goes to the next; without one, goes to the next."""
        if self._place in self._matches and not self._is_read_only:
            end = self._place.start + len(self.replacement.text())
            place = Match(self._place.row, end, end)
            self._replace([self._place])
            self._place = place
        self.go_to_next()

    @Slot()
    def replace_all(self) -> None:
        """Replaces every match in all segments, and says how many."""
        if not self._matches or self._is_read_only:
            return
        count = len(self._matches)
        self._replace(self._matches)
        self.count.setText(self.tr("%n replaced", "", count))

    @Slot()
    def close_bar(self) -> None:
        """Hides the bar; the owner takes the focus back."""
        self.hide()
        self._texts = self._matches = ()
        self.closed.emit()

    @Slot()
    def _on_query_changed(self) -> None:
        self._look()
        at = [match for match in self._matches if match.row == self._place.row]
        here = [match for match in at if match.start >= self._place.start]
        self._choose((here or list(self._matches))[:1])

    def _behind(self) -> tuple[int, int]:
        return (self._place.row, max(self._place.end, self._place.start))

    def _choose(self, matches: Sequence[Match]) -> None:
        for match in matches:
            self._place = match
            self.match_chosen.emit(match)
        self._say()

    def _replace(self, matches: Sequence[Match]) -> None:
        made = replaced(self._texts, matches, self.replacement.text())
        if made:
            self._texts = tuple(made.get(row, text) for row, text in enumerate(self._texts))
            self._look()
            self.texts_replaced.emit(made)

    def _look(self) -> None:
        if self.isHidden():
            self._matches = ()
            return
        self._matches = find(self._texts, self.query, self._locale)
        self._say()

    def _say(self) -> None:
        count = len(self._matches)
        for button in (self._previous, self._next):
            button.setEnabled(bool(count))
        for button in (self._one, self._all):
            button.setEnabled(bool(count) and not self._is_read_only)
        if not self.wanted.text():
            self.count.setText("")
        elif not count:
            self.count.setText(self.tr("No matches"))
        elif self._place in self._matches:
            self.count.setText(self.tr("{0} of {1}").format(self._matches.index(self._place) + 1, count))
        else:
            self.count.setText(self.tr("%n matches", "", count))

    def _button(self, name: str, words: str, call: object) -> QPushButton:
        made = named(QPushButton(words, self), name, words)
        made.setAutoDefault(False)
        made.clicked.connect(call)
        return made

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(GAP_PX)
        first.addWidget(self.wanted, 1)
        for each in (self.count, self._previous, self._next, self._close):
            first.addWidget(each)
        options = QHBoxLayout()
        options.setSpacing(GAP_PX)
        for box in (self.whole_words, self.match_case, self.ignores_marks):
            options.addWidget(box)
        options.addStretch()
        self._replace_row = QWidget(self)
        second = QHBoxLayout(self._replace_row)
        second.setContentsMargins(0, 0, 0, 0)
        second.setSpacing(GAP_PX)
        second.addWidget(self.replacement, 1)
        second.addWidget(self._one)
        second.addWidget(self._all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(first)
        column.addWidget(self._replace_row)
        column.addLayout(options)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if self.replacement.hasFocus():
                self.replace_one()
            elif is_back:
                self.go_to_previous()
            else:
                self.go_to_next()
        else:
            super().keyPressEvent(event)
