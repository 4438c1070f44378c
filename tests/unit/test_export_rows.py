from dataclasses import replace

import pytest

from reviewer.formats.dataset import Utterance
from reviewer.lead.pseudonyms import Pseudonyms
from reviewer.lead.rows import one_line, utterance
from reviewer.lead.selection import Chosen
from reviewer.model.annotation import Annotation, Flag
from tests.factories import a_clip

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def row(clip_id: str = "c1", **annotation: object) -> Utterance:
    work = replace(Annotation("Yes", {}, frozenset(), "default@1", "en-US@1"), **annotation)  # type: ignore[arg-type]
    return utterance(Chosen(a_clip(id=clip_id), work, "yes"), "ab12", lambda: b"flac", split=False)


def test_row_is_of_the_whole_clip() -> None:
    made = row()
    assert made.id == "ab12-c1-0000000-0002000"
    assert (made.frames, made.rate_hz, made.channels, made.duration) == (32_000, 16_000, 1, 2.0)
    assert made.flac() == b"flac"


def test_row_says_under_what_it_was_annotated() -> None:
    made = row(flags=frozenset({Flag.DISTRESSING}))
    assert (made.schema_version, made.conventions_version) == ("default@1", "en-US@1")
    assert made.flags == {Flag.DISTRESSING}


def test_clip_id_keeps_only_what_sorts() -> None:
    assert row("C_9-f").id == "ab12-c9f-0000000-0002000"


def test_typed_texts_go_on_one_clean_line() -> None:
    made = row(
        text_verbatim=" Yes,\n it\u200b is ", labels={"accent": "a\tb", "noise": ("music",), "loud": 3}
    )
    assert made.text_verbatim == "Yes, it is"
    assert made.labels == {"accent": "a b", "noise": ("music",), "loud": 3}


@pytest.mark.parametrize(
    ("typed", "line"), [("", ""), ("a\u00a0 b", "a b"), ("cafe\u0301", "caf\u00e9"), ("\ufeffx\u200f", "x")]
)
def test_one_line(typed: str, line: str) -> None:
    assert one_line(typed) == line


def test_pseudonym_is_the_same_each_time_and_under_each_key_another() -> None:
    clip = a_clip()
    assert Pseudonyms(KEY).speaker(clip) == Pseudonyms(KEY).speaker(clip)
    assert Pseudonyms(KEY).speaker(clip) != Pseudonyms(OTHER_KEY).speaker(clip)


def test_pseudonym_fits_an_utterance_id_and_is_not_the_hash_used_inside() -> None:
    clip = a_clip(speaker_hash="0123456789abcdef")
    name = Pseudonyms(KEY).speaker(clip)
    assert len(name) == 12
    assert name.isalnum()
    assert name not in clip.speaker_hash


def test_person_and_speaker_of_the_same_name_have_different_pseudonyms() -> None:
    names = Pseudonyms(KEY)
    assert names.person("x1") != names.speaker(a_clip(speaker_hash="x1"))
