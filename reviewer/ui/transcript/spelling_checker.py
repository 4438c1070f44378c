"""Spelling of the text that is being typed, looked up on the job pool."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from reviewer.errors import ReviewerError
from reviewer.transcript.checks import TextProblem
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.dictionaries import dictionary_of
from reviewer.transcript.spelling import Spelling
from reviewer.ui.jobs import CancelToken, Job, Jobs

WordsOf = Callable[[str], frozenset[str]]
"""The project's and the person's own words for a locale; called on the job pool."""


def no_words(_locale: str) -> frozenset[str]:
    """For a place without a workspace."""
    return frozenset()


class SpellingChecker(QObject):
    """Answers for the newest text only: results for an older one, or for another clip, are dropped.

    Spelling is an extra: if a lexicon cannot be read, there are no hints, and ``failed`` says why, once.
    """

    problems_found = Signal(str, object)
    """Carries the text and its problems, a tuple of TextProblem, in the order of the text."""
    failed = Signal(object)

    def __init__(self, jobs: Jobs, words_of: WordsOf = no_words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._words_of = words_of
        self._conventions: Conventions | None = None
        self._spelling: Spelling | None = None
        self._text = ""
        self._job: Job | None = None
        self._is_stale = False

    def use_conventions(self, conventions: Conventions) -> None:
        """Checks texts of another locale from now on."""
        if self._conventions is None or conventions.clip_locale != self._conventions.clip_locale:
            self._spelling = None
        self._conventions = conventions
        self._drop()

    def reload_words(self) -> None:
        """Reads the words again, after one was added, and checks the newest text again."""
        self._spelling = None
        text = self._text
        self._drop()
        if text:
            self.check(text)

    def forget(self) -> None:
        """Removes the text and its words from memory, and drops what was asked."""
        self._drop()
        if self._spelling is not None:
            self._spelling.forget()

    def check(self, text: str) -> None:
        """Checks a text; one job runs at a time, and the newest text waits for it."""
        self._text = text
        if not text:
            self.forget()
        if self._conventions is None or not text:
            return
        if self._job is not None and self._job.is_running:
            self._is_stale = True
            return
        conventions, spelling, words_of = self._conventions, self._spelling, self._words_of

        def look_up(_token: CancelToken) -> tuple[str, Spelling, tuple[TextProblem, ...]]:
            used = spelling or _spelling_for(conventions.clip_locale, words_of)
            return text, used, used.problems(text, conventions)

        self._is_stale = False
        self._job = self._jobs.run(look_up, self._on_found, self._on_failed, owner=self)

    def _on_found(self, found: tuple[str, Spelling, tuple[TextProblem, ...]]) -> None:
        text, self._spelling, problems = found
        if self._is_stale:
            self.check(self._text)
        elif text == self._text:
            self.problems_found.emit(text, problems)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, ReviewerError):
            raise error
        self._spelling = Spelling(None)
        self.failed.emit(error)

    def _drop(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job, self._text, self._is_stale = None, "", False


def _spelling_for(locale: str, words_of: WordsOf) -> Spelling:
    return Spelling(dictionary_of(locale.partition("-")[0]), words_of(locale))
