"""Words on a clip's screen: spelling with the person's own words, find and replace, and what a paste changed."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, QObject, Qt, Slot
from PySide6.QtGui import QKeySequence

from reviewer.transcript.pasted_text import PasteChange
from reviewer.ui.clip.clip_view import ClipView
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.messages import Message
from reviewer.ui.shortcuts import bind_shortcut, shortcut
from reviewer.ui.transcript.paste_message import paste_message
from reviewer.ui.transcript.spelling_checker import SpellingChecker

if TYPE_CHECKING:
    from reviewer.session.work_session import WorkSession

_UNDO = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Z)


class ClipWords(QObject):
    """Connects the editor of a clip view with the words that the session knows."""

    def __init__(self, work: "WorkSession", scope: Scope, view: ClipView, jobs: Jobs) -> None:
        super().__init__(view)
        self._work = work
        self._scope = scope
        self._jobs = jobs
        self._view = view
        self._editor = view.transcription.editor
        self.spelling = SpellingChecker(jobs, lambda locale: work.known_words.of(locale), self)
        self.spelling.failed.connect(view.message.show_error)
        self._editor.use_spelling(self.spelling)
        self._editor.add_word_requested.connect(self._on_add_word)
        self._editor.paste_cleaned.connect(self._on_paste_cleaned)
        keys = view.transcription
        bind_shortcut(keys, f"{scope}.find", self._editor.find)
        bind_shortcut(keys, f"{scope}.replace", self._editor.find_and_replace)
        bind_shortcut(keys, f"{scope}.paste_as_it_is", self._editor.paste_as_it_is)
        bind_shortcut(keys, f"{scope}.add_word", self._editor.add_word)

    @Slot(str)
    def _on_add_word(self, word: str) -> None:
        work, locale = self._work, self._editor.locale

        def added(_nothing: None) -> None:
            self.spelling.reload_words()
            sentence = self.tr("“{0}” is among your words now.").format(word)
            self._view.message.show_message(Message(sentence, self.tr("Settings list them.")), "ok")

        self._jobs.run(
            lambda _token: work.known_words.add(locale, word),
            added,
            self._view.message.show_error,
            owner=self,
        )

    @Slot(object)
    def _on_paste_cleaned(self, changes: tuple[PasteChange, ...]) -> None:
        undo = QKeySequence(_UNDO).toString(QKeySequence.SequenceFormat.NativeText)
        self._view.message.show_message(
            paste_message(changes, undo, shortcut(f"{self._scope}.paste_as_it_is").shown)
        )
