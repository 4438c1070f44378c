from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.labels.schema import Choice, Field, FieldKind, Schema
from reviewer.lead.export_filter import Facts, parse_filter
from reviewer.messages import command_catalogue
from reviewer.model.annotation import Annotation, Flag
from tests.factories import a_clip

CLIP = a_clip(
    product="translator",
    locale="en-US",
    rate_hz=8000,
    channels=2,
    frames=12_000,
    recorded_at=datetime(2026, 3, 4, 23, 0, tzinfo=UTC),
)
CHOICES = (Choice("clear", "Clear"), Choice("muffled", "Muffled"))
FORM = Schema(
    "form",
    "1",
    "Form",
    (
        Field("quality", FieldKind.ONE_OF, "Quality", choices=CHOICES),
        Field("noise", FieldKind.MANY_OF, "Noise", choices=(Choice("music", "M"), Choice("wind", "W"))),
        Field("overlap", FieldKind.YES_NO, "Overlap"),
        Field("loud", FieldKind.SCALE, "Loud"),
        Field("accent", FieldKind.TEXT, "Accent"),
        Field("never", FieldKind.SCALE, "Never answered"),
    ),
)
LABELS = {"quality": "clear", "noise": ("music",), "overlap": True, "loud": 4, "accent": "Scots"}
FACTS = Facts(
    CLIP, Annotation.of_text("x", 12_000, labels=LABELS, flags=frozenset({Flag.DISTRESSING})), words=lambda: 7
)


def holds(text: str) -> bool:
    return parse_filter(text, FORM)(FACTS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('locale = "en-US"', True),
        ('locale == "de-DE"', False),
        ('locale != "de-DE"', True),
        ('locale in ("de-DE", "en-US")', True),
        ('locale in ("de-DE")', False),
        ('product = "translator"', True),
        ('recorded >= "2026-03-04"', True),
        ('recorded < "2026-03-04"', False),
        ("duration > 1.4", True),
        ("duration = 1.5", True),
        ("duration <= 1.49", False),
        ("rate_hz in (8000, 16000) and channels = 2", True),
        ("words >= 7 and words < 8", True),
        ('flag("distressing")', True),
        ('not flag("unusable")', True),
        ('label("quality") = "clear"', True),
        ('label("noise") = "music"', True),
        ('label("noise") != "wind"', True),
        ('label("overlap") = true', True),
        ('label("overlap") = false', False),
        ('label("loud") > 3', True),
        ('label("accent") = "Scots"', True),
        ('label("never") > 0', False),
        ('label("never") = 1', False),
        ('label("never") != 1', True),
        ('words = 1 and words = 7 or words = 7', True),
        ('words = 1 and (words = 7 or words = 7)', False),
        ("not not words = 7", True),
        ("not (words = 7 or words = 8)", False),
        ("  words=7  ", True),
    ],
)  # fmt: skip
def test_filter_says_of_a_clip(text: str, expected: bool) -> None:
    assert holds(text) is expected


@pytest.mark.parametrize(
    ("text", "code", "parameters"),
    [
        ("", "FILTER_NO_FIELD", {"token": "(end)", "position": 1}),
        ("   ", "FILTER_NO_FIELD", {"token": "(end)"}),
        ("speaker = 1", "FILTER_NO_FIELD", {"token": "speaker"}),
        ('text = "secret"', "FILTER_NO_FIELD", {"token": "text"}),
        ("words", "FILTER_COMPARISON_NEEDED", {"token": "(end)"}),
        ("words = ", "FILTER_VALUE_NEEDED", {"token": "(end)"}),
        ("words = seven", "FILTER_VALUE_NEEDED", {"token": "seven"}),
        ('words = "7"', "FILTER_NUMBER_NEEDED", {}),
        ("locale = 7", "FILTER_TEXT_NEEDED", {}),
        ('locale < "x"', "FILTER_COMPARISON_NEEDED", {"token": "<"}),
        ('label("accent") > "x"', "FILTER_COMPARISON_NEEDED", {}),
        ("words = true", "FILTER_NUMBER_NEEDED", {}),
        ('label("overlap") = 1', "FILTER_TRUE_OR_FALSE_NEEDED", {}),
        ('label("quality") = "clean"', "FILTER_CHOICE_UNKNOWN", {"known": "clear, muffled"}),
        ('label("mood") = "sad"', "FILTER_NAME_UNKNOWN", {"what": "label", "token": '"mood"'}),
        ("label(quality) = 1", "FILTER_NAME_UNKNOWN", {}),
        ('flag("rude")', "FILTER_NAME_UNKNOWN", {"what": "flag"}),
        ('flag("no_speech"', "FILTER_TOKEN_NEEDED", {"needed": ")", "token": "(end)"}),
        ("(words = 7", "FILTER_TOKEN_NEEDED", {"needed": ")"}),
        ("words = 7)", "FILTER_UNEXPECTED", {"token": ")", "position": 10}),
        ("words = 7 words = 8", "FILTER_UNEXPECTED", {"token": "words"}),
        ("words = 7 and", "FILTER_NO_FIELD", {"token": "(end)"}),
        ("words in 7", "FILTER_TOKEN_NEEDED", {"needed": "("}),
        ("words = 7; drop", "FILTER_UNEXPECTED", {"token": "; drop", "position": 10}),
        ("words >  -7", "FILTER_UNEXPECTED", {"token": "-7", "position": 10}),
        ("__import__('os')", "FILTER_NO_FIELD", {"token": "__import__"}),
        ('locale = "unfinished', "FILTER_UNEXPECTED", {"token": '"unfinishe'}),
        ("(" * 60 + "words = 7" + ")" * 60, "FILTER_TOO_DEEP", {}),
        ("not " * 60 + "words = 7", "FILTER_TOO_DEEP", {}),
        ("words = 7 or " * 300 + "words = 7", "FILTER_TOO_LONG", {"limit": 2000}),
    ],
)
def test_filter_that_is_not_understood_is_refused_with_its_position(
    text: str, code: str, parameters: dict[str, object]
) -> None:
    with pytest.raises(Refused) as caught:
        parse_filter(text, FORM)
    assert caught.value.code == code
    assert parameters.items() <= caught.value.parameters.items()
    assert command_catalogue().words(caught.value.notice).sentence


@pytest.mark.parametrize("answer", ["caf\u00e9", "cafe\u0301"])
@pytest.mark.parametrize("asked", ["caf\u00e9", "cafe\u0301"])
def test_the_form_of_an_accent_does_not_matter(answer: str, asked: str) -> None:
    facts = replace(FACTS, annotation=Annotation.of_text("x", 12_000, labels={"accent": answer}))
    assert parse_filter(f'label("accent") = "{asked}"', FORM)(facts)


NUMBERS = st.integers(0, 9).map(lambda n: f"words = {n}")
FILTERS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) and ({two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) or ({two[1]})"),
    ),
    max_leaves=8,
)

PIECES = st.sampled_from(
    ["words = 7", 'flag("distressing")', "and", "or", "not", "(", ")", "words", "<", '"', "7", "!"]
)
SIGNS = st.text(st.sampled_from('words=7 ()"andornot<>!,.flag_\n'), max_size=40)


@given(FILTERS | SIGNS | st.lists(PIECES, min_size=1, max_size=5).map(" ".join))
def test_whatever_is_typed_is_a_filter_or_a_refusal(text: str) -> None:
    with suppress(Refused):
        assert holds(text) in (True, False)


@given(FILTERS)
def test_filter_means_what_python_means(text: str) -> None:
    assert holds(text) is eval(text.replace("=", "=="), {"words": 7})


def test_an_answer_under_a_form_where_the_question_was_of_another_kind_fits_no_comparison() -> None:
    labels = {"loud": "very", "accent": 4}
    facts = Facts(CLIP, Annotation.of_text("x", 12_000, labels=labels), words=lambda: 1)
    assert not parse_filter('label("loud") > 1', FORM)(facts)
    assert not parse_filter('label("loud") = 4', FORM)(facts)
