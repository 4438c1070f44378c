"""A change of the label form never loses an answer, and never blocks a submission with what is not shown."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.labels.earlier import carried, hidden_answers
from reviewer.labels.schema import Choice, Condition, Field, FieldKind, FieldScope, Schema, schema_from_json
from reviewer.labels.validate import check_annotation, visible_fields
from reviewer.labels.wording import WordedAnswer, earlier_worded, worded
from reviewer.model.annotation import Annotation, LabelValue, Segment

KEYS = ("a", "b", "c", "d")
VALUES = ("x", "y", "z")


def a_field(key: str, kind: FieldKind = FieldKind.ONE_OF, values: str = "xy", **changes: object) -> Field:
    choices = tuple(Choice(value, value.upper()) for value in values)
    takes_choices = kind in {FieldKind.ONE_OF, FieldKind.MANY_OF}
    return replace(Field(key, kind, f"{key}?", choices=choices if takes_choices else ()), **changes)


def a_form(version: str, *fields: Field) -> Schema:
    return Schema("form", version, "Form", fields)


def work(
    labels: Mapping[str, LabelValue], earlier: Mapping[str, Mapping[str, LabelValue]] | None = None
) -> Annotation:
    return Annotation(labels=labels, earlier=earlier or {})


def test_an_answer_that_the_form_still_takes_stays() -> None:
    made = work({"a": "x"})
    assert carried(made, a_form("2", a_field("a", values="xz"), a_field("b")), "form@1") is made


@pytest.mark.parametrize(
    "form",
    [
        a_form("2", a_field("b")),
        a_form("2", a_field("a", values="y")),
        a_form("2", a_field("a", FieldKind.SCALE)),
        a_form("2", a_field("b"), a_field("a", shown_when=Condition("b", "x"))),
        a_form("2", a_field("a", per=FieldScope.SEGMENT)),
    ],
    ids=["removed", "without its choice", "of another kind", "conditional", "about segments"],
)
def test_an_answer_that_is_not_asked_for_any_more_is_an_earlier_one(form: Schema) -> None:
    assert carried(work({"a": "x"}), form, "form@1") == work({}, {"form@1": {"a": "x"}})


def test_an_earlier_answer_is_an_answer_again_when_the_form_takes_it_again() -> None:
    made = work({"b": "y"}, {"form@1": {"a": "x", "gone": "1"}})
    form = a_form("3", a_field("a"), a_field("b"))
    assert carried(made, form, "form@2") == work({"a": "x", "b": "y"}, {"form@1": {"gone": "1"}})


def test_an_earlier_answer_never_replaces_a_newer_one() -> None:
    made = work({"a": "y"}, {"form@1": {"a": "x"}})
    assert carried(made, a_form("3", a_field("a")), "form@2") is made


def test_another_answer_under_the_same_form_is_kept_beside_the_first() -> None:
    made = carried(work({"a": "y"}, {"form@1": {"a": "x"}}), a_form("2", a_field("b")), "form@1")
    assert made == work({}, {"form@1": {"a": "x"}, "form@1#2": {"a": "y"}})
    said = earlier_worded(made.earlier, {"form@1": a_form("1", a_field("a"))}, {})
    assert [each.answer for each in said] == ["X", "Y"]


def test_answers_about_segments_are_carried_each() -> None:
    segments = (Segment("s1", 0, 5, labels={"a": "x"}), Segment("s2", 5, 9, labels={"b": "y"}))
    form = a_form("2", a_field("b", per=FieldScope.SEGMENT))
    made = carried(Annotation(segments), form, "form@1")
    assert made.segments[0] == replace(segments[0], labels={}, earlier={"form@1": {"a": "x"}})
    assert made.segments[1] is segments[1]


def test_earlier_answers_are_stored_with_the_annotation_and_none_leave_no_trace_in_it() -> None:
    segments = (Segment("s1", 0, 5, earlier={"form@1": {"n": ("x", "y")}}),)
    made = Annotation(segments, labels={"a": "x"}, earlier={"form@1": {"b": True}})
    assert Annotation.from_bytes(made.to_bytes()) == made
    assert b"earlier" not in Annotation((Segment("s1", 0, 5),)).to_bytes()


def test_a_hidden_answer_is_offered_only_where_nothing_is_answered() -> None:
    form = a_form("2", a_field("a"), a_field("b"))
    assert hidden_answers(form, {"b": "y"}, {"form@1": {"a": "x", "b": "x", "gone": "x"}}) == {"a": "x"}


def test_answers_are_said_in_the_words_of_their_own_form() -> None:
    old = a_form("1", a_field("a", label="Old question"))
    assert worded(old, {"gone": True, "a": "x"}) == [
        WordedAnswer("a", "Old question", "X"),
        WordedAnswer("gone", "gone", "\N{CHECK MARK}"),
    ]
    said = earlier_worded({"form@1": {"a": "x", "b": "y"}}, {"form@1": old}, {"b": "y"})
    assert said == [WordedAnswer("a", "Old question", "X")]


@st.composite
def forms(draw: st.DrawFn) -> Schema:
    """Any form over four questions: there or not, of any kind, required, conditional, about segments."""
    fields: list[Field] = []
    for key in draw(st.permutations(KEYS)):
        if draw(st.booleans()):
            continue
        values = "".join(draw(st.lists(st.sampled_from(VALUES), min_size=1, unique=True)))
        made = a_field(key, draw(st.sampled_from(FieldKind)), values, required=draw(st.booleans()))
        made = replace(made, per=draw(st.sampled_from(FieldScope)))
        before = [f for f in fields if f.kind is FieldKind.ONE_OF and f.per is made.per]
        if before and draw(st.booleans()):
            other = draw(st.sampled_from(before))
            made = replace(made, shown_when=Condition(other.key, draw(st.sampled_from(other.choices)).value))
        fields.append(made)
    return a_form("1", *fields)


@given(forms().filter(lambda form: form.fields))
def test_a_form_is_read_as_it_was_written(form: Schema) -> None:
    assert schema_from_json(form.to_json(), "form") == form


def an_answer(field: Field) -> st.SearchStrategy[LabelValue]:
    values = [choice.value for choice in field.choices]
    return {
        FieldKind.TEXT: st.sampled_from(["word", "other"]),
        FieldKind.ONE_OF: st.sampled_from(values or ["-"]),
        FieldKind.MANY_OF: st.lists(st.sampled_from(values or ["-"]), min_size=1, unique=True).map(tuple),
        FieldKind.YES_NO: st.booleans(),
        FieldKind.SCALE: st.integers(field.low, field.high),
    }[field.kind]


Given = list[tuple[str, str, LabelValue]]
"""The answers that were given: place (the clip or a segment), question and answer."""


def answer_some(
    data: st.DataObject, form: Schema, part: Annotation | Segment, given_answers: Given
) -> Annotation | Segment:
    """Answers some visible questions that have no answer, as a person would."""
    place = part.id if isinstance(part, Segment) else ""
    asked = form.per(FieldScope.SEGMENT if place else FieldScope.CLIP)
    labels = dict(part.labels)
    for _ in asked.fields:
        open_fields = [field for field in visible_fields(asked, labels) if field.key not in labels]
        if open_fields and data.draw(st.booleans()):
            field = data.draw(st.sampled_from(open_fields))
            labels[field.key] = data.draw(an_answer(field))
            given_answers.append((place, field.key, labels[field.key]))
    return replace(part, labels=labels)


def holds(part: Annotation | Segment, key: str, value: LabelValue) -> bool:
    kept = [labels.get(key) for labels in part.earlier.values()]
    return any(each == value and type(each) is type(value) for each in (part.labels.get(key), *kept))


@given(st.data())
def test_no_sequence_of_forms_loses_an_answer_or_blocks_with_a_hidden_error(data: st.DataObject) -> None:
    made, given_answers, form_id = Annotation((Segment("s1", 0, 5), Segment("s2", 5, 9))), Given(), ""
    known = [
        replace(data.draw(forms()), version=str(number)) for number in range(data.draw(st.integers(2, 4)))
    ]
    for form in data.draw(st.lists(st.sampled_from(known), min_size=2, max_size=7)):
        made = carried(made, form, form_id)
        for problem in check_annotation(form, made):
            part = next((each for each in made.segments if each.id == problem.segment), made)
            asked = form.per(FieldScope.SEGMENT if problem.segment else FieldScope.CLIP)
            assert problem.notice.code == "FIELD_NOT_ANSWERED"
            assert problem.field in {field.key for field in visible_fields(asked, part.labels)}
        segments = tuple(answer_some(data, form, each, given_answers) for each in made.segments)
        made = replace(answer_some(data, form, made, given_answers), segments=segments)
        made, form_id = Annotation.from_bytes(made.to_bytes()), form.id
        places = {"": made, **{each.id: each for each in made.segments}}
        for place, key, value in given_answers:
            assert holds(places[place], key, value)
