"""Validates an annotation's labels against the label form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reviewer.errors import Notice, Parameter
from reviewer.labels.schema import Field, FieldKind, FieldScope, Schema
from reviewer.model.annotation import Annotation, Flag, Labels, LabelValue

TEXT_FIELD = "text_verbatim"
_MAX_TEXT = 2000
_TAG = re.compile(r"\[[^\[\]\s]*\]")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field (a schema key, or ``text_verbatim`` for the transcript)."""

    field: str
    notice: Notice
    segment: str = ""
    """The id of the segment whose answer it is; empty for an answer about the clip."""


def visible_fields(schema: Schema, labels: Mapping[str, LabelValue]) -> tuple[Field, ...]:
    """The fields to show for these answers, in the form's order; a hidden one hides its dependants."""
    shown: dict[str, bool] = {}

    def is_shown(field: Field) -> bool:
        if field.key not in shown:
            shown[field.key] = _condition_holds(schema, field, labels, is_shown)
        return shown[field.key]

    return tuple(field for field in schema.fields if is_shown(field))


def check_annotation(schema: Schema, annotation: Annotation) -> tuple[FieldProblem, ...]:
    """Everything that keeps this annotation from being submitted, in the form's order; empty if complete.

    Whether there must be a transcript at all is not the form's rule. An answer in a hidden field is a problem
    too, because what is stored must be what was visible: see ``without_hidden``.
    """
    found: list[FieldProblem] = []
    if Flag.NO_SPEECH in annotation.flags and _has_words(annotation.text_verbatim):
        found.append(FieldProblem(TEXT_FIELD, Notice("NO_SPEECH_BUT_WORDS")))
    found += _check_labels(schema.per(FieldScope.CLIP), annotation.labels)
    per_segment = schema.per(FieldScope.SEGMENT)
    for segment in annotation.segments:
        found += _check_labels(per_segment, segment.labels, segment.id)
    return tuple(found)


def _check_labels(schema: Schema, labels: Labels, segment: str = "") -> list[FieldProblem]:
    visible = {field.key for field in visible_fields(schema, labels)}
    unknown = (key for key in labels if schema.field(key) is None)
    found = [FieldProblem(key, Notice("NO_SUCH_FIELD", {"field": key}), segment) for key in unknown]
    for field in schema.fields:
        value = labels.get(field.key)
        if field.key not in visible:
            notice = None if value is None else Notice("FIELD_NOT_ASKED", {"label": field.label})
        elif _is_empty(value):
            notice = Notice("FIELD_NOT_ANSWERED", {"label": field.label}) if field.required else None
        else:
            notice = _wrong_value(field, value)
        if notice is not None:
            found.append(FieldProblem(field.key, notice, segment))
    return found


def without_hidden(schema: Schema, labels: Mapping[str, LabelValue]) -> dict[str, LabelValue]:
    """The answers of visible fields, without empty ones."""
    if not labels:
        return {}
    visible = {field.key for field in visible_fields(schema, labels)}
    return {key: value for key, value in labels.items() if key in visible and not _is_empty(value)}


def fitting(schema: Schema, labels: Mapping[str, LabelValue]) -> dict[str, LabelValue]:
    """The answers that this form can show: those of its fields, with a value that the field takes.

    Others were given under another version of the form.
    """
    fields = ((schema.field(key), key, value) for key, value in labels.items())
    return {key: value for field, key, value in fields if field and _wrong_value(field, value) is None}


def answered_from(
    schema: Schema, labels: Mapping[str, LabelValue], source: Mapping[str, LabelValue]
) -> dict[str, LabelValue]:
    """``labels`` with the answers of ``source`` in the visible fields without an answer, where they fit."""
    offered = fitting(schema, source)
    answers = dict(labels)
    while True:
        shown = visible_fields(schema, answers)
        new = {f.key: offered[f.key] for f in shown if f.key in offered and _is_empty(answers.get(f.key))}
        if not new:
            return answers
        answers.update(new)  # an answer may show more fields


def _condition_holds(
    schema: Schema, field: Field, labels: Mapping[str, LabelValue], is_shown: Callable[[Field], bool]
) -> bool:
    condition = field.shown_when
    if condition is None:
        return True
    other = schema.field(condition.key)
    if other is None or not is_shown(other):
        return False
    value = labels.get(condition.key)
    if isinstance(value, tuple):
        return condition.equals in value
    return type(value) is type(condition.equals) and value == condition.equals


def _is_empty(value: LabelValue | None) -> bool:
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def _wrong_value(field: Field, value: LabelValue | None) -> Notice | None:
    fits, code = _VALUE_RULES[field.kind]
    if fits(field, value):
        return None
    limits: dict[str, Parameter] = {"limit": _MAX_TEXT, "low": field.low, "high": field.high}
    return Notice(code, {"label": field.label, **limits})


def _is_short_text(_field: Field, value: LabelValue | None) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_TEXT


def _is_choice(field: Field, value: LabelValue | None) -> bool:
    return any(choice.value == value for choice in field.choices)


def _are_choices(field: Field, value: LabelValue | None) -> bool:
    allowed = {choice.value for choice in field.choices}
    return isinstance(value, tuple) and allowed.issuperset(value) and len(set(value)) == len(value)


def _is_yes_or_no(_field: Field, value: LabelValue | None) -> bool:
    return isinstance(value, bool)


def _is_step(field: Field, value: LabelValue | None) -> bool:
    return type(value) is int and field.low <= value <= field.high


def _has_words(text: str) -> bool:
    return bool(_TAG.sub(" ", text).strip())


_VALUE_RULES: Mapping[FieldKind, tuple[Callable[[Field, LabelValue | None], bool], str]] = {
    FieldKind.TEXT: (_is_short_text, "ANSWER_TOO_LONG"),
    FieldKind.ONE_OF: (_is_choice, "ANSWER_NOT_A_CHOICE"),
    FieldKind.MANY_OF: (_are_choices, "ANSWERS_NOT_CHOICES"),
    FieldKind.YES_NO: (_is_yes_or_no, "ANSWER_NOT_YES_OR_NO"),
    FieldKind.SCALE: (_is_step, "ANSWER_NOT_A_STEP"),
}
