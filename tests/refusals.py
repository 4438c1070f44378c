"""What a user reads of an error, for tests that look at the words."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from reviewer.errors import Notice, Refused, ReviewerError
from reviewer.lead.intake import refusal_code_of
from reviewer.messages import command_catalogue, window_catalogue


def reason_of(error: ReviewerError) -> str:
    """The refusal code of DESIGN's closed list that a finer code belongs to."""
    return str(refusal_code_of(error.code))


def sentence_of(error: ReviewerError) -> str:
    return command_catalogue().words(error.notice).sentence


def hint_of(error: ReviewerError) -> str:
    return command_catalogue().words(error.notice).hint


def shown_sentence_of(error: ReviewerError) -> str:
    """In the window."""
    return window_catalogue().words(error.notice).sentence


def shown_hint_of(error: ReviewerError) -> str:
    """In the window."""
    return window_catalogue().words(error.notice).hint


@contextmanager
def refused(words: str, kind: type[ReviewerError] = Refused) -> Iterator[pytest.ExceptionInfo[ReviewerError]]:
    """Passes if an error of this kind is raised whose sentence has these words in it."""
    with pytest.raises(kind) as caught:
        yield caught
    assert words in sentence_of(caught.value)


def said(notices: Iterable[Notice]) -> tuple[str, ...]:
    """The sentences of notices."""
    return tuple(command_catalogue().words(notice).sentence for notice in notices)
