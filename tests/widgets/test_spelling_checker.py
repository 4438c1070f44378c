"""Spelling on the job pool."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from reviewer.errors import Refused, ReviewerError
from reviewer.ui.jobs import Jobs
from reviewer.ui.transcript.spelling_checker import SpellingChecker
from tests.fakes.work_session import conventions_of

Found = list[tuple[str, list[str]]]
Settle = Callable[[], None]


@pytest.fixture
def found() -> Found:
    return []


def checker_of(
    jobs: Jobs, found: Found, words_of: Callable[[str], frozenset[str]] = lambda _locale: frozenset()
) -> SpellingChecker:
    made = SpellingChecker(jobs, words_of)
    made.use_conventions(conventions_of())
    made.problems_found.connect(
        lambda text, problems: found.append((text, [text[p.start : p.end] for p in problems]))
    )
    return made


def test_the_problems_of_a_text_arrive_with_it(
    themed: QApplication, jobs: Jobs, settle: Settle, found: Found
) -> None:
    checker = checker_of(jobs, found)
    checker.check("so definately yes")
    assert found == []
    settle()
    assert found == [("so definately yes", ["definately"])]


def test_only_the_newest_text_is_answered_and_words_are_looked_up_off_the_window_s_thread(
    themed: QApplication, jobs: Jobs, settle: Settle, found: Found
) -> None:
    threads: list[str] = []
    go_on = threading.Event()

    def words_of(_locale: str) -> frozenset[str]:
        threads.append(threading.current_thread().name)
        go_on.wait(30)
        return frozenset({"frobnix"})

    checker = checker_of(jobs, found, words_of)
    for text in ("teh", "teh frob", "teh frobnix"):
        checker.check(text)
    go_on.set()
    settle()
    assert found == [("teh frobnix", ["teh"])]
    assert len(threads) == 1
    assert threads[0].startswith("job")


def test_another_clip_drops_what_was_asked(
    themed: QApplication, jobs: Jobs, settle: Settle, found: Found
) -> None:
    checker = checker_of(jobs, found)
    checker.check("teh")
    checker.use_conventions(conventions_of("de-DE"))
    settle()
    assert found == []
    checker.check("villeicht")
    settle()
    assert found == [("villeicht", ["villeicht"])]


def test_an_added_word_is_known_at_once(
    themed: QApplication, jobs: Jobs, settle: Settle, found: Found
) -> None:
    own: set[str] = set()
    checker = checker_of(jobs, found, lambda _locale: frozenset(own))
    checker.check("frobnix")
    settle()
    own.add("frobnix")
    checker.reload_words()
    settle()
    assert found == [("frobnix", ["frobnix"]), ("frobnix", [])]


def test_a_lexicon_that_cannot_be_read_is_said_once_and_there_are_no_hints(
    themed: QApplication, jobs: Jobs, settle: Settle, found: Found
) -> None:
    def words_of(_locale: str) -> frozenset[str]:
        raise Refused("FILE_UNREADABLE", file="de.txt", problem="")

    errors: list[ReviewerError] = []
    checker = checker_of(jobs, found, words_of)
    checker.failed.connect(errors.append)
    for text in ("teh", "teh teh"):
        checker.check(text)
        settle()
    assert [error.code for error in errors] == ["FILE_UNREADABLE"]
    assert found == [("teh teh", [])]
