"""What is missing before the work can be submitted, and where to fix it."""

from dataclasses import dataclass

from reviewer.errors import Notice
from reviewer.labels.schema import Schema
from reviewer.labels.validate import TEXT_FIELD, FieldProblem, check_annotation
from reviewer.model.annotation import Annotation
from reviewer.privacy.pii import find
from reviewer.session.coverage import Lack
from reviewer.session.submission_checks import is_answered_by_flag, missing
from reviewer.session.typed_personal_data import Find
from reviewer.transcript.checks import check_text
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.text_checker import CheckText


@dataclass(frozen=True, slots=True)
class SubmissionIssues:
    """All ``notices`` in the order of fixing; ``fields`` are those of the clip's form, ``in_segments`` those
    of its segments.

    ``lack`` is unheard speech; its notice comes last, because it cannot be fixed by typing.
    """

    notices: tuple[Notice, ...]
    fields: tuple[FieldProblem, ...]
    lack: Lack | None = None
    in_segments: tuple[FieldProblem, ...] = ()

    @property
    def in_text(self) -> bool:
        """Whether the first thing to fix is in the transcript."""
        return len(self.notices) > len(self.fields) + len(self.in_segments) + self.is_unheard

    @property
    def is_unheard(self) -> bool:
        """Whether speech is still unheard."""
        return self.lack is not None

    @property
    def is_only_unheard(self) -> bool:
        """Whether nothing else is missing."""
        return self.is_unheard and len(self.notices) == 1


def submission_issues(
    annotation: Annotation,
    schema: Schema,
    conventions: Conventions,
    locale: str,
    lack: Lack | None = None,
    check: CheckText = check_text,
    find_in: Find = find,
) -> SubmissionIssues:
    """Applies the session's rules and adds the place of each issue in the form."""
    found = () if is_answered_by_flag(annotation) else check_annotation(schema, annotation)
    found_by_session = missing(annotation, schema, conventions, locale, check, find_in)
    return SubmissionIssues(
        notices=found_by_session if lack is None else (*found_by_session, lack.notice),
        lack=lack,
        fields=tuple(one for one in found if one.field != TEXT_FIELD and not one.segment),
        in_segments=tuple(one for one in found if one.segment),
    )
