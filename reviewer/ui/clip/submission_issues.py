"""What still stands between the work on the screen and submitting it, and where to fix it."""

from dataclasses import dataclass

from reviewer.errors import Notice
from reviewer.labels.schema import Schema
from reviewer.labels.validate import TEXT_FIELD, FieldProblem, check_annotation
from reviewer.model.annotation import Annotation
from reviewer.session.coverage import Lack
from reviewer.session.submission_checks import is_answered_by_flag, missing
from reviewer.transcript.conventions import Conventions


@dataclass(frozen=True, slots=True)
class SubmissionIssues:
    """All ``notices`` in the order of fixing; ``fields`` are those of the form, ``in_text`` the others.

    ``lack`` is what is still to be heard; its notice comes last, for no cursor can fix it.
    """

    notices: tuple[Notice, ...]
    fields: tuple[FieldProblem, ...]
    lack: Lack | None = None

    @property
    def in_text(self) -> bool:
        """Whether the first thing to fix is in the transcript."""
        return len(self.notices) > len(self.fields) + self.is_unheard

    @property
    def is_unheard(self) -> bool:
        """Whether something is still to be heard."""
        return self.lack is not None

    @property
    def is_only_unheard(self) -> bool:
        """Whether there is nothing else to be done."""
        return self.is_unheard and len(self.notices) == 1


def submission_issues(
    annotation: Annotation, schema: Schema, conventions: Conventions, lack: Lack | None = None
) -> SubmissionIssues:
    """The rules are the session's; this adds where in the form they point."""
    found = () if is_answered_by_flag(annotation) else check_annotation(schema, annotation)
    found_by_session = missing(annotation, schema, conventions)
    return SubmissionIssues(
        notices=found_by_session if lack is None else (*found_by_session, lack.notice),
        lack=lack,
        fields=tuple(problem for problem in found if problem.field != TEXT_FIELD),
    )
