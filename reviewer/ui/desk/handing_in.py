"""What still stands between the typed work and Submit, place by place, so that the cursor can go there."""

from dataclasses import dataclass

from reviewer.desk.completeness import WITHOUT_TEXT
from reviewer.labels.schema import Schema
from reviewer.labels.validate import TEXT_FIELD, Problem, problems
from reviewer.model.annotation import Annotation
from reviewer.transcript.checks import TextProblem
from reviewer.transcript.checks import problems as text_problems
from reviewer.transcript.conventions import Conventions


@dataclass(frozen=True, slots=True)
class Missing:
    """``no_text`` is a sentence, or empty; ``text`` has places in the transcript, ``fields`` in the form."""

    no_text: str
    text: tuple[TextProblem, ...]
    fields: tuple[Problem, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it in the order in which it should be mended."""
        first = (self.no_text,) if self.no_text else ()
        return (*first, *(p.sentence for p in self.text), *(p.sentence for p in self.fields))


def missing_in(annotation: Annotation, schema: Schema, conventions: Conventions) -> Missing:
    """The same rules as ``reviewer.desk.completeness``, which has the last word at Submit."""
    answered_by_flag = bool(annotation.flags & WITHOUT_TEXT)
    found = () if answered_by_flag else problems(schema, annotation)
    no_text = next((p.sentence for p in found if p.field == TEXT_FIELD), "")
    return Missing(
        no_text=no_text,
        text=text_problems(annotation.text_verbatim, conventions),
        fields=tuple(p for p in found if p.field != TEXT_FIELD),
    )
