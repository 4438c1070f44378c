"""What an annotation needs before it may be submitted."""

from reviewer.errors import Notice, Refused
from reviewer.labels.schema import Schema
from reviewer.labels.validate import TEXT_FIELD, check_annotation
from reviewer.model.annotation import Annotation, Flag
from reviewer.transcript.checks import check_text
from reviewer.transcript.conventions import Conventions

WITHOUT_TEXT = frozenset({Flag.NO_SPEECH, Flag.UNUSABLE, Flag.WRONG_LANGUAGE, Flag.DISTRESSING})


class Incomplete(Refused):
    """The work cannot be submitted yet; ``missing`` says what is to be done."""

    def __init__(self, missing: tuple[Notice, ...]) -> None:
        super().__init__("INCOMPLETE")
        self.missing = missing


def is_answered_by_flag(annotation: Annotation) -> bool:
    """Whether a flag is the whole answer, so that neither text nor labels are asked for."""
    return bool(annotation.flags & WITHOUT_TEXT)


def missing(annotation: Annotation, schema: Schema, conventions: Conventions) -> tuple[Notice, ...]:
    """What is still to be done; empty when the work may be submitted."""
    answered_by_flag = is_answered_by_flag(annotation)
    found: list[Notice] = []
    if not annotation.text_verbatim.strip() and not answered_by_flag:
        found.append(Notice("NOTHING_TYPED"))
    found += [problem.notice for problem in check_text(annotation.text_verbatim, conventions)]
    found += [
        problem.notice
        for problem in check_annotation(schema, annotation)
        if problem.field == TEXT_FIELD or not answered_by_flag
    ]
    return tuple(found)
