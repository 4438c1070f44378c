"""Answers in the words of the form under which they were given."""

from collections.abc import Mapping
from typing import NamedTuple

from reviewer.labels.schema import Field, FieldKind, Schema
from reviewer.model.annotation import LAYER_SIGN, EarlierLabels, Labels, LabelValue

_YES, _NO = "\N{CHECK MARK}", "\N{BALLOT X}"


class WordedAnswer(NamedTuple):
    """A question and its answer, as the form says them; ``key`` names the question."""

    key: str
    question: str
    answer: str

    @property
    def line(self) -> str:
        """Both on one line."""
        return f"{asked(self.question)} {self.answer}"


def asked(question: str) -> str:
    """A question as it stands before its answer: with a colon, unless it ends with its mark."""
    return question if question.endswith(("?", "？", "؟")) else f"{question}:"


def worded(schema: Schema | None, labels: Labels) -> list[WordedAnswer]:
    """The answers in the order of the form; those that it does not have come last, as they are stored."""
    fields = {} if schema is None else {field.key: field for field in schema.fields}
    order = [key for key in fields if key in labels] + [key for key in labels if key not in fields]
    return [_worded(fields.get(key), key, labels[key]) for key in order]


def earlier_worded(
    earlier: EarlierLabels, forms: Mapping[str, Schema], present: Labels
) -> list[WordedAnswer]:
    """The answers under earlier forms, in their words, but for those that are given again under this one."""
    found = [
        worded(
            forms.get(form.partition(LAYER_SIGN)[0]),
            {key: value for key, value in labels.items() if present.get(key) != value},
        )
        for form, labels in earlier.items()
    ]
    return list(dict.fromkeys(answer for answers in found for answer in answers))


def answer_words(field: Field | None, value: LabelValue) -> str:
    """One answer in the words of its question."""
    if isinstance(value, bool):
        return _YES if value else _NO
    values = value if isinstance(value, tuple) else (str(value),)
    has_choices = field is not None and field.kind in {FieldKind.ONE_OF, FieldKind.MANY_OF}
    labels = {choice.value: choice.label for choice in field.choices} if field and has_choices else {}
    return ", ".join(labels.get(one, one) for one in values)


def _worded(field: Field | None, key: str, value: LabelValue) -> WordedAnswer:
    return WordedAnswer(key, field.label if field else key, answer_words(field, value))
