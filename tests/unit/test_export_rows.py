from typing import Any

import pytest

from reviewer.formats.dataset import Utterance
from reviewer.lead.keyed_hashes import Pseudonyms
from reviewer.lead.selection import SelectedClip, utterance_of
from reviewer.model.annotation import Annotation, Flag, Segment
from reviewer.model.task import SealedAnnotation
from reviewer.places import resource
from reviewer.session.clip_answers import one_line, with_what_segments_have
from reviewer.transcript.conventions import load_conventions
from tests.factories import NOON, a_clip

CONVENTIONS = load_conventions(resource("conventions", "en-US.toml"))
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def row(text: str = "Yes", clip_id: str = "c1", **annotation: Any) -> Utterance:
    accepted = SealedAnnotation(
        "a1", "t1", clip_id, "p1", None, "default@1", "en-US@1", b"digest", b"sealed", NOON
    )
    work = Annotation.of_text(text, 32_000, **annotation)
    selected = SelectedClip(a_clip(id=clip_id), accepted, work, "yes", CONVENTIONS, False)
    return utterance_of(selected, "ab12", lambda: b"flac", split=False)


def test_row_is_of_the_whole_clip_and_says_under_what_it_was_annotated() -> None:
    made = row(clip_id="C_9-f", flags=frozenset({Flag.DISTRESSING}))
    assert made.id == "ab12-c9f-0000000-0002000"
    assert (made.frames, made.rate_hz, made.channels, made.duration) == (32_000, 16_000, 1, 2.0)
    assert made.flac() == b"flac"
    assert (made.schema_version, made.conventions_version) == ("default@1", "en-US@1")
    assert made.flags == {Flag.DISTRESSING}


def test_typed_texts_go_on_one_clean_line() -> None:
    made = row(" Yes,\n it\u200b is ", labels={"accent": "a\tb", "noise": ("music",), "loud": 3})
    assert made.text_verbatim == "Yes, it is"
    assert made.labels == {"accent": "a b", "noise": ("music",), "loud": 3}


def test_a_row_has_the_answers_and_flags_of_its_segments() -> None:
    work = Annotation(
        (
            Segment("a", 0, 10, labels={"noise": "low", "clear": True, "heard": ("tv", "car"), "level": 2}),
            Segment("b", 10, 20, flags=frozenset({"distressing"})),
            Segment("c", 20, 30, labels={"noise": "high", "clear": True, "heard": ("car",), "level": 3}),
        ),
        labels={"speakers": "two"},
        flags=frozenset({Flag.UNUSABLE}),
    )
    whole = with_what_segments_have(work)
    assert whole.labels == {
        "speakers": "two",
        "noise": ("low", "high"),
        "clear": True,
        "heard": ("tv", "car"),
        "level": ("2", "3"),
    }
    assert whole.flags == {Flag.UNUSABLE, Flag.DISTRESSING}
    assert whole.segments == work.segments


@pytest.mark.parametrize(
    ("typed", "line"), [("", ""), ("a\u00a0 b", "a b"), ("cafe\u0301", "caf\u00e9"), ("\ufeffx\u200f", "x")]
)
def test_one_line(typed: str, line: str) -> None:
    assert one_line(typed) == line


def test_pseudonym_is_of_its_key_and_kind_fits_an_utterance_id_and_is_not_the_hash_used_inside() -> None:
    clip = a_clip(speaker_hash="0123456789abcdef")
    name = Pseudonyms(KEY).speaker(clip)
    assert Pseudonyms(KEY).speaker(clip) == name
    assert name not in (Pseudonyms(OTHER_KEY).speaker(clip), Pseudonyms(KEY).person(clip.speaker_hash))
    assert len(name) == 12
    assert name.isalnum()
    assert name not in clip.speaker_hash
