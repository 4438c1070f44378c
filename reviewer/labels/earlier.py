"""Carries answers from one version of the label form to another, so that a change never loses one."""

from collections.abc import Mapping
from dataclasses import replace

from reviewer.labels.schema import FieldScope, Schema
from reviewer.labels.validate import answered_from, fitting, without_hidden
from reviewer.model.annotation import LAYER_SIGN, Annotation, EarlierLabels, Labels, LabelValue, Segment


def carried(annotation: Annotation, schema: Schema, made_under: str) -> Annotation:
    """The annotation under another form: answers that it asks for stay, the others are its ``earlier`` ones.

    An earlier answer that the form takes, and whose question is shown without an answer, is an answer again.

    Args:
        annotation: The work.
        schema: The form that is in force now.
        made_under: The id of the form of its answers; empty if unknown.

    Returns:
        The same object if nothing changes.
    """
    if made_under == schema.id:
        return annotation
    segments = tuple(
        _carried_segment(each, schema.per(FieldScope.SEGMENT), made_under) for each in annotation.segments
    )
    of_clip = schema.per(FieldScope.CLIP)
    labels, earlier = _carried(annotation.labels, annotation.earlier, of_clip, made_under)
    is_same = all(one is other for one, other in zip(segments, annotation.segments, strict=True))
    if is_same and (labels, earlier) == (annotation.labels, annotation.earlier):
        return annotation
    return replace(annotation, segments=segments, labels=labels, earlier=earlier)


def hidden_answers(schema: Schema, labels: Labels, earlier: EarlierLabels) -> dict[str, LabelValue]:
    """Earlier answers that fit questions without an answer: offered when their question is shown."""
    found: dict[str, LabelValue] = {}
    for answers in earlier.values():
        found |= fitting(schema, answers)
    return {key: value for key, value in found.items() if key not in labels}


def _carried_segment(segment: Segment, schema: Schema, made_under: str) -> Segment:
    labels, earlier = _carried(segment.labels, segment.earlier, schema, made_under)
    if (labels, earlier) == (segment.labels, segment.earlier):
        return segment
    return replace(segment, labels=labels, earlier=earlier)


def _carried(
    labels: Labels, earlier: EarlierLabels, schema: Schema, made_under: str
) -> tuple[Labels, EarlierLabels]:
    kept = without_hidden(schema, fitting(schema, labels))
    left = {key: value for key, value in labels.items() if key not in kept and value not in ("", ())}
    before = {form: dict(answers) for form, answers in earlier.items()}
    for form in sorted(before, key=lambda form: form != schema.id):  # this very form first
        kept = answered_from(schema, kept, before[form])
        before[form] = _without(before[form], kept)
    if left:
        layer = _layer(before, made_under, left)
        before[layer] = {**before.get(layer, {}), **left}
    return kept, {form: answers for form, answers in before.items() if answers}


def _layer(before: EarlierLabels, form: str, left: Labels) -> str:
    """Where answers are kept: by their form, and beside other answers to the same questions under it."""
    layer, number = form, 2
    while any(before.get(layer, {}).get(key, value) != value for key, value in left.items()):
        layer, number = f"{form}{LAYER_SIGN}{number}", number + 1
    return layer


def _without(answers: Mapping[str, LabelValue], given: Labels) -> dict[str, LabelValue]:
    return {
        key: value
        for key, value in answers.items()
        if given.get(key) != value or type(given[key]) is not type(value)
    }
