"""What still stands between the typed work and Submit, place by place, so that the cursor can go there."""

from dataclasses import dataclass

from reviewer.desk.completeness import WITHOUT_TEXT, missing
from reviewer.labels.schema import Schema
from reviewer.labels.validate import TEXT_FIELD, Problem, problems
from reviewer.model.annotation import Annotation
from reviewer.transcript.conventions import Conventions


@dataclass(frozen=True, slots=True)
class Missing:
    """All ``sentences`` in the order of mending; ``fields`` are those of the form, ``in_text`` the others."""

    sentences: tuple[str, ...]
    fields: tuple[Problem, ...]

    @property
    def in_text(self) -> bool:
        """Whether the first thing to mend is in the transcript."""
        return len(self.sentences) > len(self.fields)


def missing_in(annotation: Annotation, schema: Schema, conventions: Conventions) -> Missing:
    """The rules are those of ``reviewer.desk.completeness``; this adds where in the form they point."""
    answered_by_flag = bool(annotation.flags & WITHOUT_TEXT)
    found = () if answered_by_flag else problems(schema, annotation)
    return Missing(
        sentences=missing(annotation, schema, conventions),
        fields=tuple(problem for problem in found if problem.field != TEXT_FIELD),
    )
