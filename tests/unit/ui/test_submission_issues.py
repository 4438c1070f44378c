"""What is missing is found in the place where the cursor is to go."""

import pytest

from reviewer.desk.completeness import Incomplete, require_complete
from reviewer.desk.coverage import Lack
from reviewer.labels.schema import Schema, load_schema
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.intervals import Span
from reviewer.places import resource
from reviewer.transcript.conventions import Conventions, load_conventions
from reviewer.ui.clip.submission_issues import submission_issues

LABELS = {"speech_quality": "clear", "speakers": "one"}


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema(resource("schemas", "default.toml"))


@pytest.fixture(scope="module")
def conventions() -> Conventions:
    return load_conventions(resource("conventions", "en-US.toml"))


def test_finished_work_misses_nothing(schema: Schema, conventions: Conventions) -> None:
    missing = submission_issues(Annotation("hello there", LABELS), schema, conventions)
    assert missing.sentences == ()
    assert not missing.in_text


def test_no_text_is_missed_in_the_text(schema: Schema, conventions: Conventions) -> None:
    missing = submission_issues(Annotation("", LABELS), schema, conventions)
    assert missing.in_text
    assert missing.fields == ()


def test_an_unanswered_field_is_missed_in_the_form(schema: Schema, conventions: Conventions) -> None:
    missing = submission_issues(Annotation("hello", {"speakers": "one"}), schema, conventions)
    assert [problem.field for problem in missing.fields] == ["speech_quality"]
    assert not missing.in_text


def test_a_wrong_tag_comes_before_an_unanswered_field(schema: Schema, conventions: Conventions) -> None:
    missing = submission_issues(Annotation("hello [lauhg]", {}), schema, conventions)
    assert missing.in_text
    assert "[lauhg]" in missing.sentences[0]


@pytest.mark.parametrize("flag", [Flag.NO_SPEECH, Flag.UNUSABLE, Flag.WRONG_LANGUAGE])
def test_a_flag_that_answers_all_needs_neither_text_nor_form(
    flag: Flag, schema: Schema, conventions: Conventions
) -> None:
    assert submission_issues(Annotation(flags=frozenset({flag})), schema, conventions).sentences == ()


def test_words_under_the_flag_no_speech_are_asked_about_in_the_text(
    schema: Schema, conventions: Conventions
) -> None:
    flags = frozenset({Flag.NO_SPEECH})
    missing = submission_issues(Annotation("hello", {}, flags), schema, conventions)
    assert missing.sentences == ("The flag no speech is set, but the transcript has words.",)
    assert missing.in_text


def test_noises_under_the_flag_no_speech_contradict_nothing(schema: Schema, conventions: Conventions) -> None:
    annotation = Annotation("[noise] [breath]", {}, frozenset({Flag.NO_SPEECH}))
    assert submission_issues(annotation, schema, conventions).sentences == ()


@pytest.mark.parametrize("flag", [Flag.UNUSABLE, Flag.WRONG_LANGUAGE, Flag.DISTRESSING])
def test_words_under_another_flag_contradict_nothing(
    flag: Flag, schema: Schema, conventions: Conventions
) -> None:
    annotation = Annotation("hello", {}, frozenset({flag}))
    assert submission_issues(annotation, schema, conventions).sentences == ()


def test_another_flag_does_not_excuse_the_contradiction(schema: Schema, conventions: Conventions) -> None:
    annotation = Annotation("hello", LABELS, frozenset({Flag.NO_SPEECH, Flag.UNUSABLE}))
    assert len(submission_issues(annotation, schema, conventions).sentences) == 1


@pytest.mark.parametrize(
    "annotation",
    [
        Annotation("hello", {}, frozenset({Flag.NO_SPEECH})),
        Annotation(),
        Annotation("hello"),
        Annotation("hello 3", LABELS),
        Annotation("hello", LABELS),
        Annotation("hello", LABELS, frozenset({Flag.NO_SPEECH})),
        Annotation(flags=frozenset({Flag.PERSONAL_DATA})),
    ],
)
def test_the_screen_and_the_desk_agree_on_what_is_complete(
    annotation: Annotation, schema: Schema, conventions: Conventions
) -> None:
    try:
        require_complete(annotation, schema, conventions)
        refused: tuple[str, ...] = ()
    except Incomplete as error:
        refused = error.missing
    assert submission_issues(annotation, schema, conventions).sentences == refused


LACK = Lack(240, 100, (Span(0, 240),))


def test_what_is_unheard_is_said_last_and_is_nowhere_in_text_or_form(
    schema: Schema, conventions: Conventions
) -> None:
    missing = submission_issues(Annotation("hello", LABELS), schema, conventions, LACK)
    assert missing.sentences == ("2.4 s of speech were not heard yet.",)
    assert missing.is_only_unheard
    assert not missing.in_text
    assert missing.fields == ()


def test_a_missing_text_still_comes_before_what_is_unheard(schema: Schema, conventions: Conventions) -> None:
    missing = submission_issues(Annotation("", LABELS), schema, conventions, LACK)
    assert missing.in_text
    assert not missing.is_only_unheard
    assert missing.sentences[-1] == LACK.sentence


def test_an_unanswered_field_is_not_mistaken_for_one_in_the_text(
    schema: Schema, conventions: Conventions
) -> None:
    missing = submission_issues(Annotation("hello", {"speakers": "one"}), schema, conventions, LACK)
    assert not missing.in_text
    assert len(missing.sentences) == 2
