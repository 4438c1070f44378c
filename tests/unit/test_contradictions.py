import pytest

from reviewer.model.annotation import Annotation, Flag
from reviewer.model.intervals import Span
from reviewer.session.contradictions import contradictions, implied_flags

RATE = 16_000


def asked(text: str, seconds: int, *flags: Flag) -> list[str]:
    annotation = Annotation.of_text(text, 120 * RATE, flags=frozenset(flags))
    speech = [Span(0, seconds * RATE // 2), Span(60 * RATE, 60 * RATE + seconds * RATE // 2)]
    return [notice.code for notice in contradictions(annotation, speech, RATE, "en-US")]


def test_no_speech_is_asked_about_where_speech_was_found() -> None:
    assert asked("", 4, Flag.NO_SPEECH) == ["NO_SPEECH_BUT_HEARD"]


def test_few_words_are_asked_about_after_long_speech_but_not_after_short() -> None:
    assert asked("yes", 40) == ["FEW_WORDS_FOR_SPEECH"]
    assert asked("yes", 4) == []


@pytest.mark.parametrize("text", ["hello and welcome to the station " * 4, "今天天气很好我们去公园" * 6])
def test_usual_text_is_not_asked_about_in_any_script(text: str) -> None:
    assert asked(text, 20) == []


@pytest.mark.parametrize("flag", [Flag.UNUSABLE, Flag.WRONG_LANGUAGE, Flag.DISTRESSING])
def test_text_may_be_short_where_a_flag_is_the_answer(flag: Flag) -> None:
    assert asked("", 40, flag) == []


def test_the_numbers_of_the_question_are_those_of_the_clip() -> None:
    annotation = Annotation.of_text("oh yes", 120 * RATE)
    (notice,) = contradictions(annotation, [Span(0, 90 * RATE)], RATE, "en-US")
    assert notice.parameters == {"words": 2, "seconds": 90.0}


def test_no_speech_without_detected_speech_is_not_asked_about() -> None:
    annotation = Annotation.of_text("", RATE, flags=frozenset({Flag.NO_SPEECH}))
    assert contradictions(annotation, [], RATE, "en-US") == ()


@pytest.mark.parametrize("text", ["my name is [pii:name]", "[pii]"])
def test_a_personal_data_tag_implies_its_flag(text: str) -> None:
    assert implied_flags(text) == {Flag.PERSONAL_DATA}


@pytest.mark.parametrize("text", ["", "pii:name", "[noise] hello", "[piiname]"])
def test_other_text_implies_no_flag(text: str) -> None:
    assert implied_flags(text) == frozenset()
