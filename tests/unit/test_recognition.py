"""The output of a recogniser is checked before anything of it is used."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.asr.recognisers import Recogniser, aligner_for, recognisers_for
from reviewer.asr.recognition import RecognisedWord, UnusableOutput, parse_recognition, parse_whisper
from reviewer.model.project import RecogniserRule

WORD = {"text": "hello", "start": 0.5, "end": 1.0, "confidence": 0.25}
BODY = {"text": "hello", "engine": "mine", "version": "2", "words": [WORD]}


def parsed(**changes: Any) -> Any:
    return parse_recognition(json.dumps({**BODY, **changes}).encode(), 2.0)


def test_text_words_and_engine_are_read() -> None:
    found = parsed()
    assert (found.text, found.engine, found.version) == ("hello", "mine", "2")
    assert found.words == (RecognisedWord("hello", 0.5, 1.0, 0.25),)


def test_what_may_be_left_out_may_be_left_out() -> None:
    found = parse_recognition(b'{"text": "a", "engine": "e"}', 1.0)
    assert (found.version, found.words) == ("", ())


def test_control_characters_become_spaces_and_text_is_nfc() -> None:
    assert parsed(text="a\u0000b\n c e\u0301").text == "a b c é"


@pytest.mark.parametrize(
    "changes",
    [
        {"text": None},
        {"text": "\ud800"},
        {"engine": " "},
        {"engine": 3},
        {"words": [{**WORD, "start": -1}]},
        {"words": [{**WORD, "end": 0.1}]},
        {"words": [{**WORD, "end": 9.0}]},
        {"words": [{**WORD, "start": float("nan")}]},
        {"words": [{**WORD, "start": "0"}]},
        {"words": [{**WORD, "confidence": True}]},
        {"words": [{**WORD, "text": None}]},
        {"words": ["hello"]},
        {"words": 3},
    ],
)
def test_anything_out_of_bounds_is_refused_as_a_whole(changes: dict[str, Any]) -> None:
    with pytest.raises(UnusableOutput):
        parsed(**changes)


@given(st.binary(max_size=60) | st.recursive(st.none() | st.text(), st.lists).map(json.dumps).map(str.encode))
def test_no_output_is_a_bug_of_ours(output: bytes) -> None:
    for parse in (lambda: parse_recognition(output, 1.0), lambda: parse_whisper(output, 1.0, "base")):
        with pytest.raises(UnusableOutput):
            parse()


def token(text: bytes, start: int, end: int, sure: float) -> bytes:
    body = b'{"text": "%s", "offsets": {"from": %d, "to": %d}, "p": %f}'
    return body % (text, start, end, sure)


def test_whisper_s_tokens_become_words_even_where_they_split_a_character() -> None:
    tokens = (
        token(b"[_BEG_]", 0, 0, 1.0),
        token(b" gr", 100, 200, 0.9),
        token(b"\xc3", 200, 250, 0.4),
        token(b"\xbc\xc3\x9fe", 250, 300, 0.8),
        token(b",", 300, 300, 0.1),
        token(b" ada", 400, 9_000, 0.5),
    )
    output = b'{"transcription": [{"text": " gr\xc3\xbc\xc3\x9fe, ada", "tokens": [%s]}]}' % b", ".join(
        tokens
    )
    found = parse_whisper(output, 2.0, "ggml-base")
    assert (found.text, found.engine, found.version) == ("grüße, ada", "whisper.cpp", "ggml-base")
    assert found.words == (RecognisedWord("grüße,", 0.1, 0.3, 0.1), RecognisedWord("ada", 0.4, 2.0, 0.5))


def test_the_first_recogniser_for_the_language_comes_first() -> None:
    rules = (
        RecogniserRule("command", ("de",), ("a",)),
        RecogniserRule("pocketsphinx", ("en",)),
        RecogniserRule("command", (), ("b/c",)),
    )
    assert [one.name for one in recognisers_for(rules, "en-US")] == ["pocketsphinx", "c"]
    assert aligner_for(rules, "en-US") == Recogniser(rules[1])
    assert aligner_for(rules, "de-AT") is None
