"""Words on a clip's screen: spelling with own words, find and replace, snippets, what a paste changed."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, QObject, Qt, Slot
from PySide6.QtGui import QKeySequence

from reviewer.session.typed_personal_data import tagged, typed_personal_data
from reviewer.transcript.pasted_text import PasteChange
from reviewer.ui.clip.clip_view import ClipView
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.messages import Message
from reviewer.ui.preferences import Preferences
from reviewer.ui.shortcuts import bind_shortcut, shortcut
from reviewer.ui.transcript.paste_message import paste_message
from reviewer.ui.transcript.snippets import PLACES, snippet
from reviewer.ui.transcript.spelling_checker import SpellingChecker

if TYPE_CHECKING:
    from reviewer.session.work_session import WorkSession

_UNDO = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Z)


class ClipWords(QObject):
    """Connects the editor of a clip view with the words that the session knows."""

    def __init__(
        self, work: "WorkSession", scope: Scope, view: ClipView, jobs: Jobs, preferences: Preferences
    ) -> None:
        super().__init__(view)
        self._work = work
        self._scope = scope
        self._jobs = jobs
        self._view = view
        self._preferences = preferences
        self._editor = view.transcription.editor
        self.spelling = SpellingChecker(jobs, self._known_words, self)
        self.spelling.failed.connect(view.message.show_error)
        self._editor.use_spelling(self.spelling)
        self._editor.add_word_requested.connect(self._on_add_word)
        self._editor.paste_cleaned.connect(self._on_paste_cleaned)
        keys = view.transcription
        bind_shortcut(keys, f"{scope}.find", self._editor.find_text)
        bind_shortcut(keys, f"{scope}.replace", self._editor.find_and_replace)
        bind_shortcut(keys, f"{scope}.paste_as_it_is", self._editor.paste_as_it_is)
        bind_shortcut(keys, f"{scope}.add_word", self._editor.add_word)
        bind_shortcut(keys, f"{scope}.tag_personal_data", self._tag_personal_data)
        for place in PLACES:
            bind_shortcut(keys, f"{scope}.snippet_{place}", partial(self._type_snippet, place))

    def _type_snippet(self, place: int) -> None:
        text = snippet(self._preferences, place)
        self._editor.insert_snippet(text)
        if not text:
            hint = self.tr("Put a text on it: Settings, Snippets.")
            self._view.message.show_message(Message(self.tr("This key has no snippet yet."), hint))

    def _tag_personal_data(self) -> None:
        """Replaces every find, certain or likely, as one step that can be undone."""
        panel = self._view.transcription
        found = typed_personal_data(panel.annotation, self._view.clip_locale, self._view.personal_data.find)
        if not found:
            self._view.message.show_message(Message(self.tr("No number or address was found in the text.")))
            return
        panel.replace_annotation(
            tagged(panel.annotation, found, lambda segment: panel.times_of(segment).words)
        )
        hint = self.tr("Check what remains of the text, and undo a tag that is wrong.")
        self._view.message.show_message(Message(self.tr("{0} replaced by tags.").format(len(found)), hint))

    def _known_words(self, locale: str) -> frozenset[str]:
        """Called on the job pool; the session checks then that the person is still signed in."""
        return self._work.known_words.of(locale)

    @Slot(str)
    def _on_add_word(self, word: str) -> None:
        work, locale = self._work, self._editor.clip_locale

        def changed(is_own: bool) -> None:  # noqa: FBT001 - the result of the job
            self.spelling.reload_words()
            said = (
                self.tr("“{0}” is one of your words now.")
                if is_own
                else self.tr("“{0}” is no longer your word.")
            )
            hint = self.tr("{0} at the word takes it out again.").format(keys) if is_own and keys else ""
            self._view.message.show_message(Message(said.format(word), hint), "ok")

        keys = shortcut(f"{self._scope}.add_word").shown
        self._jobs.run(
            lambda _token: work.known_words.toggle(locale, word),
            changed,
            self._view.message.show_error,
            owner=self,
        )

    @Slot(object)
    def _on_paste_cleaned(self, changes: tuple[PasteChange, ...]) -> None:
        undo = QKeySequence(_UNDO).toString(QKeySequence.SequenceFormat.NativeText)
        self._view.message.show_message(
            paste_message(changes, undo, shortcut(f"{self._scope}.paste_as_it_is").shown)
        )
