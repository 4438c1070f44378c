from collections.abc import Mapping

import pytest

from reviewer.errors import Notice
from reviewer.labels.schema import Choice, Condition, Field, FieldKind, Schema
from reviewer.labels.validate import FieldProblem, check_annotation, visible_fields, without_hidden
from reviewer.model.annotation import Annotation, Flag, LabelValue

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


def keys(labels: Mapping[str, LabelValue]) -> list[str]:
    return [field.key for field in visible_fields(FORM, labels)]


def an_annotation(labels: Mapping[str, LabelValue], text: str = "hello", *flags: Flag) -> Annotation:
    return Annotation.of_text(text, 16_000, labels=labels, flags=frozenset(flags))


def found(labels: Mapping[str, LabelValue], text: str = "hello", *flags: Flag) -> list[FieldProblem]:
    return list(check_annotation(FORM, an_annotation(labels, text, *flags)))


def test_fields_without_a_condition_are_always_shown() -> None:
    assert keys({}) == ["speakers", "noise"]


def test_field_is_shown_when_its_condition_holds() -> None:
    assert keys({"speakers": "two"}) == ["speakers", "overlap", "noise"]


def test_many_of_holds_when_it_includes_the_value() -> None:
    assert "which" in keys({"noise": ("music", "other")})
    assert "which" not in keys({"noise": ("music",)})


def test_hidden_field_hides_what_waits_for_it() -> None:
    assert "how_long" in keys({"speakers": "two", "overlap": True})
    assert "how_long" not in keys({"speakers": "one", "overlap": True})


def test_one_is_not_yes() -> None:
    assert "how_long" not in keys({"speakers": "two", "overlap": 1})


def test_complete_annotation_has_no_problems() -> None:
    assert found({"speakers": "two", "overlap": True, "how_long": 3, "noise": ("other",), "which": "x"}) == []


def test_required_field_that_is_shown_must_be_answered() -> None:
    assert found({"speakers": "two"}) == [
        FieldProblem("overlap", Notice("FIELD_NOT_ANSWERED", {"label": "Overlap"}))
    ]


def test_required_field_that_is_hidden_need_not_be_answered() -> None:
    assert found({"speakers": "one"}) == []


def test_blank_text_is_no_answer() -> None:
    problems = found({"speakers": "one", "noise": ("other",), "which": "  "})
    assert problems == [FieldProblem("which", Notice("FIELD_NOT_ANSWERED", {"label": "Which"}))]


def test_answer_in_a_hidden_field_is_a_problem() -> None:
    assert [p.field for p in found({"speakers": "one", "overlap": True})] == ["overlap"]


def test_answer_to_no_field_is_a_problem() -> None:
    assert [p.field for p in found({"speakers": "one", "mood": "sad"})] == ["mood"]


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


def test_form_does_not_ask_for_a_transcript() -> None:
    assert found({"speakers": "one"}, text=" ") == []


@pytest.mark.parametrize("text", ["hello", "[noise]hello[noise]"])
def test_words_contradict_the_flag_no_speech(text: str) -> None:
    assert [p.field for p in found({"speakers": "one"}, text, Flag.NO_SPEECH)] == ["text_verbatim"]


def test_tags_do_not_contradict_the_flag_no_speech() -> None:
    assert found({"speakers": "one"}, "[noise] [breath]", Flag.NO_SPEECH) == []
