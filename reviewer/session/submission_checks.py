"""Checks whether an annotation may be submitted."""

from reviewer.errors import Notice, Refused
from reviewer.labels.schema import Schema
from reviewer.labels.validate import TEXT_FIELD, check_annotation
from reviewer.model.annotation import Annotation, Flag
from reviewer.privacy.pii import find
from reviewer.session.typed_personal_data import Find, refused
from reviewer.transcript.checks import check_text
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.text_checker import CheckText

WITHOUT_TEXT = frozenset({Flag.NO_SPEECH, Flag.UNUSABLE, Flag.WRONG_LANGUAGE, Flag.DISTRESSING})


class Incomplete(Refused):
    """The work cannot be submitted yet; ``missing`` says why."""

    def __init__(self, missing: tuple[Notice, ...]) -> None:
        super().__init__("SUBMISSION_INCOMPLETE", count=len(missing))
        self.missing = missing


def is_answered_by_flag(annotation: Annotation) -> bool:
    """Whether a flag is the answer, so that text and labels may be empty."""
    return bool(annotation.flags & WITHOUT_TEXT)


def missing(
    annotation: Annotation,
    schema: Schema,
    conventions: Conventions,
    locale: str,
    check: CheckText = check_text,
    find_in: Find = find,
) -> tuple[Notice, ...]:
    """What is missing; empty when the work may be submitted.

    A clip flagged as without speech, unusable, in another language or distressing needs neither text nor
    labels: the flag is the answer. Words with the flag “no speech” are refused, because either may be a
    mistake. Certain personal data in the text, by the numbers of the clip's ``locale``, must become a tag
    first. ``check`` is ``check_text`` and ``find_in`` ``find``, or ones that remember.
    """
    answered_by_flag = is_answered_by_flag(annotation)
    found: list[Notice] = []
    if not annotation.text_verbatim.strip() and not answered_by_flag:
        found.append(Notice("NOTHING_TYPED"))
    found += refused(annotation, locale, find_in)
    for segment in annotation.segments:
        problems = check(segment.text, conventions)
        found += [problem.notice for problem in problems if problem.blocks]
    found += [
        problem.notice
        for problem in check_annotation(schema, annotation)
        if problem.field == TEXT_FIELD or not answered_by_flag
    ]
    return tuple(found)


def require_no_personal_data(annotation: Annotation, locale: str) -> None:
    """Raises Incomplete while certain personal data stands in the text: it must become a tag first."""
    annotation.to_bytes()  # refuses what cannot be kept before anything is looked for in it
    found = refused(annotation, locale)
    if found:
        raise Incomplete(found)


def require_complete(annotation: Annotation, schema: Schema, conventions: Conventions, locale: str) -> None:
    """Raises Incomplete unless the annotation may be submitted, and Refused for what cannot be kept."""
    annotation.to_bytes()
    found = missing(annotation, schema, conventions, locale)
    if found:
        raise Incomplete(found)
