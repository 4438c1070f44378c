"""What is missing is found in the place where the cursor is to go."""

import pytest

from reviewer.errors import Notice
from reviewer.labels.schema import Schema, load_schema
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.intervals import Span
from reviewer.places import resource
from reviewer.session.coverage import Lack
from reviewer.session.submission_checks import Incomplete, require_complete
from reviewer.transcript.conventions import Conventions
from reviewer.ui.clip.submission_issues import submission_issues
from tests.fakes.work_session import conventions_of

LABELS = {"speech_quality": "clear", "speakers": "one"}
LACK = Lack(240, 100, (Span(0, 240),))
WITH_WORDS = (Flag.UNUSABLE, Flag.WRONG_LANGUAGE, Flag.DISTRESSING)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema(resource("schemas", "default.toml"))


@pytest.fixture(scope="module")
def conventions() -> Conventions:
    return conventions_of()


def work(text: str = "", *flags: Flag, **labels: str) -> Annotation:
    return Annotation.of_text(text, 100, labels=labels, flags=frozenset(flags))


@pytest.mark.parametrize(
    ("annotation", "lack", "found", "is_in_text", "fields"),
    [
        (work("hello there", **LABELS), None, [], False, []),
        (work("", **LABELS), None, ["NOTHING_TYPED"], True, []),
        (work("hello", speakers="one"), None, ["FIELD_NOT_ANSWERED"], False, ["speech_quality"]),
        (work("", speakers="one"), None, ["NOTHING_TYPED", "FIELD_NOT_ANSWERED"], True, ["speech_quality"]),
        (work("hello", **LABELS), LACK, ["SPEECH_UNHEARD"], False, []),
        (work("", **LABELS), LACK, ["NOTHING_TYPED", "SPEECH_UNHEARD"], True, []),
        (
            work("hello", speakers="one"),
            LACK,
            ["FIELD_NOT_ANSWERED", "SPEECH_UNHEARD"],
            False,
            ["speech_quality"],
        ),
    ],
)
def test_what_is_missing_is_in_the_text_or_the_form_and_what_is_unheard_comes_last(
    schema: Schema,
    conventions: Conventions,
    annotation: Annotation,
    lack: Lack | None,
    found: list[str],
    is_in_text: bool,
    fields: list[str],
) -> None:
    issues = submission_issues(annotation, schema, conventions, "en-US", lack)
    assert [notice.code for notice in issues.notices] == found
    assert issues.in_text is is_in_text
    assert [problem.field for problem in issues.fields] == fields
    assert issues.is_only_unheard is (found == ["SPEECH_UNHEARD"])


def test_a_wrong_tag_comes_before_an_unanswered_field(schema: Schema, conventions: Conventions) -> None:
    issues = submission_issues(work("hello [lauhg]"), schema, conventions, "en-US")
    assert issues.in_text
    assert issues.notices[0].parameters["tag"] == "[lauhg]"


@pytest.mark.parametrize(
    ("annotation", "is_asked"),
    [
        *((work("", flag), False) for flag in (Flag.NO_SPEECH, *WITH_WORDS)),
        *((work("hello", flag), False) for flag in WITH_WORDS),
        (work("[noise] [breath]", Flag.NO_SPEECH), False),
        (work("hello", Flag.NO_SPEECH), True),
        (work("hello", Flag.NO_SPEECH, Flag.UNUSABLE, **LABELS), True),
    ],
)
def test_a_flag_that_answers_all_needs_neither_text_nor_form_and_words_under_no_speech_are_asked_about(
    annotation: Annotation, is_asked: bool, schema: Schema, conventions: Conventions
) -> None:
    issues = submission_issues(annotation, schema, conventions, "en-US")
    assert issues.notices == ((Notice("NO_SPEECH_BUT_WORDS"),) if is_asked else ())
    assert issues.in_text is is_asked


@pytest.mark.parametrize(
    "annotation",
    [
        work("hello", Flag.NO_SPEECH),
        work(),
        work("hello"),
        work("hello 3", **LABELS),
        work("hello", **LABELS),
        work("hello", Flag.NO_SPEECH, **LABELS),
        work("", Flag.PERSONAL_DATA),
    ],
)
def test_the_screen_and_the_session_agree_on_what_is_complete(
    annotation: Annotation, schema: Schema, conventions: Conventions
) -> None:
    try:
        require_complete(annotation, schema, conventions, "en-US")
        refused: tuple[Notice, ...] = ()
    except Incomplete as error:
        refused = error.missing
    assert submission_issues(annotation, schema, conventions, "en-US").notices == refused
