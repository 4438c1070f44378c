"""The answers about a whole clip, with those of its segments, as its row in a set has them."""

from collections.abc import Sequence
from dataclasses import replace

from reviewer.formats.csv_table import label_cell
from reviewer.labels.schema import FieldScope, Schema
from reviewer.labels.validate import without_hidden
from reviewer.model.annotation import Annotation, Flag, Labels, LabelValue
from reviewer.transcript.normalisation import clean_text

_FLAGS = frozenset(flag.value for flag in Flag)


def with_what_segments_have(annotation: Annotation) -> Annotation:
    """The annotation with the answers and flags of its segments among its own, as the row of a clip has them.

    Segments that agree give their answer, others a list of all in the order of time.
    """
    given: dict[str, list[LabelValue]] = {}
    for segment in annotation.segments:
        for key, value in segment.labels.items():
            if value not in given.setdefault(key, []):
                given[key].append(value)
    labels = {key: values[0] if len(values) == 1 else _listed(values) for key, values in given.items()}
    flags = {Flag(name) for segment in annotation.segments for name in segment.flags if name in _FLAGS}
    if not given and not flags:
        return annotation
    return replace(annotation, labels={**labels, **annotation.labels}, flags=annotation.flags.union(flags))


def answers_of_form(annotation: Annotation, form: Schema | None) -> Annotation:
    """The annotation with the answers to its own form only; with all of them if its form is not known."""
    if form is None:
        return annotation
    if not annotation.earlier and not any(one.labels or one.earlier for one in annotation.segments):
        if not annotation.labels:
            return annotation
        labels = without_hidden(form.per(FieldScope.CLIP), annotation.labels)
        is_same = list(labels.items()) == list(annotation.labels.items())
        return annotation if is_same else replace(annotation, labels=labels)
    per_segment = form.per(FieldScope.SEGMENT)
    segments = tuple(
        replace(one, labels=without_hidden(per_segment, one.labels), earlier={})
        if one.labels or one.earlier
        else one
        for one in annotation.segments
    )
    labels = without_hidden(form.per(FieldScope.CLIP), annotation.labels)
    return replace(annotation, segments=segments, labels=labels, earlier={})


def comparable(labels: Labels) -> frozenset[tuple[str, object]]:
    """Answers for comparing passes: the order of choices and white space do not matter."""
    return frozenset(
        (key, frozenset(value) if isinstance(value, tuple) else clean_answer(value))
        for key, value in labels.items()
        if value not in ("", ())
    )


def clean_answer(value: LabelValue) -> LabelValue:
    """An answer as every file of a set has it."""
    if isinstance(value, tuple):
        return tuple(one_line(one) for one in value)
    return one_line(value) if isinstance(value, str) else value


def one_line(text: str) -> str:
    """A typed text as every file of a set has it: NFC, no stray invisible characters, single spaces."""
    return " ".join(clean_text(text).split())


def _listed(values: Sequence[LabelValue]) -> tuple[str, ...]:
    parts = (value if isinstance(value, tuple) else (label_cell(value),) for value in values)
    return tuple(dict.fromkeys(part for each in parts for part in each))
