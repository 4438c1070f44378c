"""The few words that a recogniser was least sure of, after the clip was heard in full."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from reviewer.transcript.doubtful_words import MOST, doubt_after
from reviewer.transcript.word_times import TimedWord
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.layouts import FlowLayout
from reviewer.ui.widgets.widget_ids import named, set_tooltip

_LONGEST = 24
_ROW_PX = 24
_BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class DoubtfulWordsBar(QWidget):
    """Shown only once the whole clip was heard, so that it never replaces listening.

    Tab visits the words; each that is reached asks for its place and its sound. Enter goes to it in the text.
    """

    word_requested = Signal(object)
    """Carries the TimedWord to select in the text and to play; the focus stays where it is."""
    edit_requested = Signal(object)
    """Carries the TimedWord to select in the text, which then takes the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("doubtful_words")
        self.setAccessibleName(self.tr("Doubtful words"))
        self._doubts: tuple[TimedWord, ...] = ()
        self._is_heard = False
        self._caption = QLabel(self.tr("Doubtful"), self)
        self._caption.setProperty("kind", "label")
        set_tooltip(self._caption, self.tr("The recogniser was not sure of these."), "desk.doubtful_word")
        self._caption.setFixedHeight(_ROW_PX)
        self._words = tuple(_Word(number, self) for number in range(1, MOST + 1))
        for place, word in enumerate(self._words):
            word.reached.connect(partial(self._request, place))
            word.clicked.connect(partial(self._edit, place))
        layout = FlowLayout(self, gap_px=GAP_PX)
        for part in (self._caption, *self._words):
            layout.addWidget(part)
        self.show_nothing()

    def show_doubts(self, text: str, doubts: Sequence[TimedWord]) -> None:
        """Shows these words of a text, in its order; called again after each change of the text."""
        self._doubts = tuple(doubts[:MOST])
        for place, word in enumerate(self._words):
            is_there = place < len(self._doubts)
            if is_there:
                doubt = self._doubts[place]
                word.show_word(text[doubt.start : doubt.end])
            word.setVisible(is_there)
        self._show()

    def show_nothing(self) -> None:
        """Removes the words of the last clip; the next one must be heard again."""
        self._is_heard = False
        self.show_doubts("", ())

    def set_heard(self, *, is_heard: bool) -> None:
        """Whether all of the clip's speech was heard."""
        self._is_heard = is_heard
        self._show()

    def next_after(self, caret: int) -> bool:
        """Asks for the next doubtful word behind the text cursor, as ``edit_requested``.

        Returns: False if there is none, or the clip was not heard in full.
        """
        doubt = doubt_after(self._doubts, caret) if self._is_heard else None
        if doubt is not None:
            self.edit_requested.emit(doubt)
        return doubt is not None

    def _request(self, place: int) -> None:
        self.word_requested.emit(self._doubts[place])

    def _edit(self, place: int, *_checked: bool) -> None:
        self.edit_requested.emit(self._doubts[place])

    def _show(self) -> None:
        self.setVisible(self._is_heard and bool(self._doubts))


class _Word(QPushButton):
    """One word; ``reached`` when the focus comes to it by Tab."""

    reached = Signal()

    def __init__(self, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, f"doubtful_word_{number}", self.tr("Doubtful word {0}").format(number), kind="tag")
        self.setFixedHeight(_ROW_PX)

    def show_word(self, text: str) -> None:
        """Shows a word, cut where it is long."""
        shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        self.setText(shown.replace("&", "&&"))
        self.setAccessibleName(self.tr("Doubtful word: {0}").format(text))
        set_tooltip(self, self.tr("Hear “{0}” again").format(text))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in _BY_TAB:
            self.reached.emit()
