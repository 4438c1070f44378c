from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.labels.schema import Choice, Field, FieldKind, Schema
from reviewer.lead.where import Facts, parse_where
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.clip import Clip

MOMENT = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)
CLIP = Clip(
    "c1",
    "translator",
    "en-US",
    8000,
    2,
    12_000,
    MOMENT,
    MOMENT,
    None,
    MOMENT,
    MOMENT,
    "source",
    "speaker",
    "samples",
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
FACTS = Facts(CLIP, Annotation("x", LABELS, frozenset({Flag.DISTRESSING})), words=7)


def holds(text: str) -> bool:
    return parse_where(text, FORM)(FACTS)


def refusal(text: str) -> str:
    with pytest.raises(Refused) as caught:
        parse_where(text, FORM)
    return caught.value.sentence


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
    ("text", "words"),
    [
        ("", ("the end is no field", "locale")),
        ("   ", ("the end is no field",)),
        ("speaker = 1", ("speaker is no field",)),
        ('text = "secret"', ("text is no field",)),
        ("words", ("a comparison such as =", "the end")),
        ("words = ", ("a value is needed, not the end",)),
        ("words = seven", ("a value is needed, not seven",)),
        ('words = "7"', ("a number is needed",)),
        ("locale = 7", ("a text in quotes is needed",)),
        ('locale < "x"', ("a comparison such as =", "not <")),
        ('label("accent") > "x"', ("a comparison such as =",)),
        ("words = true", ("a number is needed",)),
        ('label("overlap") = 1', ("true or false is needed",)),
        ('label("quality") = "clean"', ("never", "clear, muffled")),
        ('label("mood") = "sad"', ('"quality"', '"noise"')),
        ("label(quality) = 1", ("takes one of",)),
        ('flag("rude")', ('"no_speech"',)),
        ('flag("no_speech"', (") is needed, not the end",)),
        ("(words = 7", (") is needed",)),
        ("words = 7)", (") was not expected", "character 10")),
        ("words = 7 words = 8", ("words was not expected",)),
        ("words = 7 and", ("the end is no field",)),
        ("words in 7", ("( is needed",)),
        ("words = 7; drop", ("; drop",)),
        ("__import__('os')", ("__import__ is no field",)),
        ('locale = "unfinished', ('"unfinishe',)),
        ("(" * 60 + "words = 7" + ")" * 60, ("too many",)),
        ("not " * 60 + "words = 7", ("too many",)),
        ("words = 7 or " * 300 + "words = 7", ("longer than 2000",)),
    ],
)
def test_filter_that_is_not_understood_is_refused_in_a_sentence(text: str, words: tuple[str, ...]) -> None:
    sentence = refusal(text)
    assert [word for word in words if word not in sentence] == []


@given(st.text(st.sampled_from('words=7 ()"andornot<>!,.flag_\n'), max_size=40))
def test_whatever_is_typed_is_a_filter_or_a_refusal(text: str) -> None:
    try:
        said = str(holds(text))
    except Refused as refused:
        said = refused.sentence
    assert said in ("True", "False") or "is not understood at character" in said


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


@given(FILTERS)
def test_filter_means_what_python_means(text: str) -> None:
    assert holds(text) is eval(text.replace("=", "=="), {"words": 7})
