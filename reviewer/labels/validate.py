"""What still stands between an annotation and being handed in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reviewer.labels.schema import Field, FieldKind, Schema
from reviewer.model.annotation import Annotation, Flag, LabelValue

TEXT_FIELD = "text_verbatim"
_MAX_TEXT = 2000
_TAG = re.compile(r"\[[^\[\]\s]*\]")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field (a schema key, or ``text_verbatim`` for the transcript)."""

    field: str
    sentence: str


def visible_fields(schema: Schema, labels: Mapping[str, LabelValue]) -> tuple[Field, ...]:
    """The fields to show for these answers, in the form's order; a hidden field hides what waits for it."""
    shown: dict[str, bool] = {}

    def is_shown(field: Field) -> bool:
        if field.key not in shown:
            shown[field.key] = _condition_holds(schema, field, labels, is_shown)
        return shown[field.key]

    return tuple(field for field in schema.fields if is_shown(field))


def problems(schema: Schema, annotation: Annotation) -> tuple[Problem, ...]:
    """Everything that keeps this annotation from being handed in, in the form's order; empty when nothing.

    Whether there must be a transcript at all is the desk's rule, not the form's. An answer that stands in a
    hidden field is a problem too, since what is stored must be what was seen: see ``without_hidden``.
    """
    found: list[Problem] = []
    if Flag.NO_SPEECH in annotation.flags and _has_words(annotation.text_verbatim):
        found.append(Problem(TEXT_FIELD, "The flag no speech is set, but the transcript has words."))
    visible = {field.key for field in visible_fields(schema, annotation.labels)}
    unknown = (key for key in annotation.labels if schema.field(key) is None)
    found += [Problem(key, f"The form has no field {key}.") for key in unknown]
    for field in schema.fields:
        value = annotation.labels.get(field.key)
        if field.key not in visible:
            if value is not None:
                found.append(Problem(field.key, f"{field.label} is answered but is not asked here."))
        elif _is_empty(value):
            if field.required:
                found.append(Problem(field.key, f"{field.label} is not answered."))
        elif sentence := _wrong_value(field, value):
            found.append(Problem(field.key, sentence))
    return tuple(found)


def without_hidden(schema: Schema, labels: Mapping[str, LabelValue]) -> dict[str, LabelValue]:
    """The answers of the fields that are shown, empty ones left out."""
    visible = {field.key for field in visible_fields(schema, labels)}
    return {key: value for key, value in labels.items() if key in visible and not _is_empty(value)}


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


def _wrong_value(field: Field, value: LabelValue | None) -> str:
    fits, sentence = {
        FieldKind.TEXT: (_is_short_text, f"must be text of at most {_MAX_TEXT} characters."),
        FieldKind.ONE_OF: (_is_choice, "has an answer that is not in its list."),
        FieldKind.MANY_OF: (_are_choices, "has an answer that is not in its list, or one twice."),
        FieldKind.YES_NO: (_is_yes_or_no, "must be yes or no."),
        FieldKind.SCALE: (_is_step, f"must be a step from {field.low} to {field.high}."),
    }[field.kind]
    return "" if fits(field, value) else f"{field.label} {sentence}"


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
