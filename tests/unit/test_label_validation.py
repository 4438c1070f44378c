from collections.abc import Mapping

import pytest

from reviewer.errors import Notice
from reviewer.labels.schema import Choice, Condition, Field, FieldKind, FieldScope, Schema
from reviewer.labels.validate import (
    FieldProblem,
    answered_from,
    check_annotation,
    fitting,
    visible_fields,
    without_hidden,
)
from reviewer.model.annotation import Annotation, Flag, LabelValue, Segment

SPEAKERS = (Choice("one", "One"), Choice("two", "Two"))
NOISE = (Choice("music", "Music"), Choice("other", "Other"))
FORM = Schema(
    "form",
    "1",
    "Form",
    (
        Field("speakers", FieldKind.ONE_OF, "Speakers", required=True, choices=SPEAKERS),
        Field("overlap", FieldKind.YES_NO, "Overlap", required=True, shown_when=Condition("speakers", "two")),
        Field("how_long", FieldKind.SCALE, "How long", low=0, high=3, shown_when=Condition("overlap", True)),
        Field("noise", FieldKind.MANY_OF, "Noise", choices=NOISE),
        Field("which", FieldKind.TEXT, "Which", required=True, shown_when=Condition("noise", "other")),
    ),
)


def found(labels: Mapping[str, LabelValue], text: str = "hello", *flags: Flag) -> list[FieldProblem]:
    annotation = Annotation.of_text(text, 16_000, labels=labels, flags=frozenset(flags))
    return list(check_annotation(FORM, annotation))


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        pytest.param({}, {}, id="fields without a condition are always shown"),
        pytest.param({"speakers": "two"}, {"overlap"}, id="a condition holds"),
        pytest.param({"noise": ("music", "other")}, {"which"}, id="many include the value"),
        pytest.param({"noise": ("music",)}, {}, id="many do not include it"),
        pytest.param({"speakers": "two", "overlap": True}, {"overlap", "how_long"}, id="a chain holds"),
        pytest.param({"speakers": "one", "overlap": True}, {}, id="a hidden field hides what waits for it"),
        pytest.param({"speakers": "two", "overlap": 1}, {"overlap"}, id="one is not yes"),
    ],
)
def test_fields_are_shown_while_their_conditions_hold(
    labels: Mapping[str, LabelValue], shown: set[str]
) -> None:
    order = [field.key for field in FORM.fields]
    found = [field.key for field in visible_fields(FORM, labels)]
    assert found == [key for key in order if key in {"speakers", "noise", *shown}]


def test_complete_annotation_has_no_problems() -> None:
    assert found({"speakers": "two", "overlap": True, "how_long": 3, "noise": ("other",), "which": "x"}) == []


def test_required_field_that_is_shown_must_be_answered() -> None:
    assert found({"speakers": "two"}) == [
        FieldProblem("overlap", Notice("FIELD_NOT_ANSWERED", {"label": "Overlap"}))
    ]


def test_blank_text_is_no_answer() -> None:
    problems = found({"speakers": "one", "noise": ("other",), "which": "  "})
    assert problems == [FieldProblem("which", Notice("FIELD_NOT_ANSWERED", {"label": "Which"}))]


@pytest.mark.parametrize("key", ["overlap", "mood"])
def test_answer_in_a_hidden_field_or_to_none_is_a_problem(key: str) -> None:
    assert [p.field for p in found({"speakers": "one", key: True})] == [key]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("speakers", "three"),
        ("speakers", ("one",)),
        ("overlap", "yes"),
        ("overlap", 1),
        ("how_long", 4),
        ("how_long", -1),
        ("how_long", True),
        ("noise", ("wind",)),
        ("noise", "music"),
        ("noise", ("music", "music")),
        ("which", 3),
        ("which", "x" * 2001),
    ],
)
def test_wrong_answer_is_a_problem_of_its_field(key: str, value: LabelValue) -> None:
    good: dict[str, LabelValue] = {"speakers": "two", "overlap": True, "noise": ("other",), "which": "x"}
    assert key in [p.field for p in found(good | {key: value})]


def test_without_hidden_drops_what_is_not_asked_and_what_is_empty() -> None:
    labels: dict[str, LabelValue] = {"speakers": "one", "overlap": True, "noise": (), "which": ""}
    assert without_hidden(FORM, labels) == {"speakers": "one"}


@pytest.mark.parametrize(
    ("text", "flags", "fields"),
    [
        (" ", (), []),  # a form does not ask for a transcript
        ("[noise] [breath]", (Flag.NO_SPEECH,), []),
        ("hello", (Flag.NO_SPEECH,), ["text_verbatim"]),
        ("[noise]hello[noise]", (Flag.NO_SPEECH,), ["text_verbatim"]),
    ],
)
def test_words_contradict_the_flag_no_speech_and_tags_do_not(
    text: str, flags: tuple[Flag, ...], fields: list[str]
) -> None:
    assert [p.field for p in found({"speakers": "one"}, text, *flags)] == fields


def test_every_segment_answers_the_questions_about_segments_and_the_clip_does_not() -> None:
    tone = Field("tone", FieldKind.YES_NO, "Tone", required=True, per=FieldScope.SEGMENT)
    form = Schema("form", "1", "Form", (tone,))
    segments = (Segment("a", 0, 10, "x", labels={"tone": True}), Segment("b", 10, 20, "y"))
    assert check_annotation(form, Annotation(segments)) == (
        FieldProblem("tone", Notice("FIELD_NOT_ANSWERED", {"label": "Tone"}), "b"),
    )
    on_clip = check_annotation(form, Annotation(segments[:1], labels={"tone": True}))
    assert on_clip == (FieldProblem("tone", Notice("NO_SUCH_FIELD", {"field": "tone"})),)


def test_answers_under_another_form_fit_where_the_field_still_takes_them() -> None:
    old: dict[str, LabelValue] = {"speakers": "two", "noise": ("rain",), "overlap": "yes", "gone": True}
    assert fitting(FORM, old) == {"speakers": "two"}


def test_answers_of_the_last_clip_fill_open_questions_and_those_that_they_show() -> None:
    last: dict[str, LabelValue] = {"speakers": "two", "overlap": True, "noise": ("music",), "gone": "x"}
    assert answered_from(FORM, {"noise": ("other",)}, last) == {
        "noise": ("other",), "speakers": "two", "overlap": True,
    }  # fmt: skip
    assert answered_from(FORM, {"speakers": "one"}, last) == {"speakers": "one", "noise": ("music",)}
