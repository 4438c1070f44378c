"""What each format makes of tags and filled pauses: the table, and what conventions say instead."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.formats.catalogue import FORMATS, require_format_tags
from reviewer.formats.dataset import Utterance, UtteranceSegment, UtteranceWord
from reviewer.formats.tags import FORMAT_TAGS, TextKind, in_format, marks_of, tag_problem
from reviewer.places import resource
from reviewer.session.clip_answers import one_line
from reviewer.transcript.conventions import Conventions, load_conventions, parse_conventions
from reviewer.transcript.normalisation import normalise

FILE = resource("conventions", "en-US.toml")
ENGLISH = load_conventions(FILE)
TYPED = "Uh, so [laugh] we [noise] went um home [cut]"


def changed(formats: str) -> Conventions:
    """The English conventions with rules for formats."""
    return parse_conventions(f"{FILE.read_text(encoding='utf-8')}\n{formats}\n", Path("en-US.toml"))


def a_row(typed: str, conventions: Conventions = ENGLISH, profile: str = "training") -> Utterance:
    return Utterance(
        "s-c-0-1", "c", "s", "en-US", "", 16_000, 16_000, 1, normalise(typed, conventions, profile),
        one_line(typed), conventions=conventions, profile=profile,
    )  # fmt: skip


def shown(name: str, row: Utterance) -> str:
    """The text that a format shows of a row."""
    view = in_format(name, row)
    return view.text_verbatim if FORMAT_TAGS[name].text is TextKind.VERBATIM else view.text


def test_the_table_has_every_format() -> None:
    assert tuple(FORMAT_TAGS) == tuple(FORMATS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nemo", "uh so we went um home"),
        ("csv", "uh so we went um home"),
        ("kaldi", "uh so <v-noise> we <noise> went um home"),
        ("stm", "(%hesitation) so we went (%hesitation) home"),
        ("ctm", "%hesitation so we went %hesitation home"),
        ("librispeech", "uh so we went um home"),
        ("common-voice", "Uh, so we went um home"),
        ("textgrid", TYPED),
        ("eaf", TYPED),
        ("webvtt", TYPED),
        ("label-studio", TYPED),
    ],
)
def test_noises_and_filled_pauses_are_written_as_the_format_has_them(name: str, text: str) -> None:
    row = a_row(TYPED)
    assert tag_problem(name, row) == ""
    assert shown(name, row) == text


def test_a_segment_of_nothing_but_unclear_words_is_not_scored_either() -> None:
    assert shown("stm", a_row("[unclear]", profile="scoring")) == "IGNORE_TIME_SEGMENT_IN_SCORING"
    assert shown("stm", a_row("[noise]", profile="scoring")) == ""


@pytest.mark.parametrize("tag", ["[unclear]", "[foreign:de]", "[crosstalk]", "[blip]"])
@pytest.mark.parametrize("name", FORMATS)
def test_words_that_a_text_lacks_are_marked_or_leave_the_row_out(name: str, tag: str) -> None:
    row = a_row(f"so {tag} home", profile="scoring")
    is_unknown, kind = tag == "[blip]", FORMAT_TAGS[name].text
    marks = {"kaldi": "so <unk> home", "stm": "IGNORE_TIME_SEGMENT_IN_SCORING"}
    if (is_unknown and kind is TextKind.NORMALISED) or (
        not is_unknown and name in {"nemo", "librispeech", "azure", "ctm", "common-voice"}
    ):
        assert tag_problem(name, row) == "tag_unmapped"
    elif name in marks:
        assert (tag_problem(name, row), shown(name, row)) == ("", marks[name])
    else:  # the verbatim text is there, or no text at all
        assert tag_problem(name, row) == ""
        assert in_format(name, row).text_verbatim == f"so {tag} home"


@pytest.mark.parametrize(
    ("typed", "turns"),
    [("[unclear]", 1), ("[foreign:de]", 1), ("[crosstalk]", 1), ("[laugh] [noise]", 0), ("[pii:name]", 0)],
)
def test_words_that_nobody_could_write_down_are_a_turn_of_their_speaker(
    tmp_path: Path, typed: str, turns: int
) -> None:
    row = a_row(typed, profile="scoring")
    row = replace(row, segments=(UtteranceSegment(800, 8000, "s", row.text, row.text_verbatim),))
    FORMATS["rttm"].write(tmp_path, [in_format("rttm", row)])
    lines = (tmp_path / "rttm" / "all.rttm").read_text(encoding="utf-8").splitlines()
    assert lines == ["SPEAKER s-c-0-1 A 0.050000 0.450000 <NA> <NA> s <NA> <NA>"] * turns


def test_a_text_of_sounds_alone_has_no_words_in_any_format() -> None:
    assert shown("kaldi", a_row("[noise]")) == ""
    assert FORMATS["kaldi"].problem(a_row("[noise]")) == "no_words"


def test_words_with_times_have_the_mark_of_a_filled_pause_too() -> None:
    row = a_row("uh yes")
    words = (UtteranceWord(0, 5, "uh", "s"), UtteranceWord(5, 9, "yes", "s"))
    view = in_format("ctm", replace(row, words=words))
    assert [word.text for word in view.words] == ["%hesitation", "yes"]


def test_the_word_of_a_profile_stands_before_the_table_and_the_conventions_before_both() -> None:
    mapped = changed('[profile.noisy]\nversion = 1\ntags = { noise = "noise" }')
    assert shown("kaldi", a_row("a [noise] b", mapped, "noisy")) == "a noise b"
    both = changed(
        '[profile.noisy]\nversion = 1\ntags = { noise = "noise" }\n'
        '[formats.kaldi]\nnoise = "[NOISE]"\nhesitation = "<hes>"\n[formats.webvtt]\nnoise = ""\n'
        '[formats.nemo]\nnoise = "keep"\nspeaker_noise = "leave_out"\n'
        '[formats.stm]\nhesitation = "{ uh / @ }"\n[formats.common-voice]\nnoise = "keep"'
    )
    require_format_tags(both)
    assert shown("kaldi", a_row("uh a [noise] b", both, "noisy")) == "<hes> a [NOISE] b"
    assert shown("webvtt", a_row("A [noise], [laugh] b", both)) == "A , [laugh] b"
    assert shown("nemo", a_row("a [noise] b", both)) == "a [noise] b"
    assert tag_problem("nemo", a_row("a [laugh] b", both)) == "tag_unmapped"
    assert shown("stm", a_row("uh yes", both)) == "{ uh / @ } yes"
    assert shown("common-voice", a_row("A [noise] b [laugh]", both)) == "A [noise] b"
    assert marks_of("kaldi", both, "noisy")["noise"] == "[NOISE]"


def test_conventions_take_over_what_their_base_says_of_formats() -> None:
    text = 'base = "und"\nlocale = "sv"\nversion = "1"\ntitle = "Swedish"\n[formats.kaldi]\ncut = "<cut>"'
    assert parse_conventions(text, Path("sv.toml")).format_tags == {"kaldi": {"cut": "<cut>"}}


@pytest.mark.parametrize(
    ("formats", "code"),
    [
        ('[formats.kaldi]\nbark = "x"', "KEY_UNKNOWN"),
        ('[formats.kaldi]\nnoise = " x"', "FORMAT_TAG_MALFORMED"),
        ('[formats.kaldi]\nnoise = "a\\tb"', "FORMAT_TAG_MALFORMED"),
        ('[formats.stm]\nhesitation = ""', "FORMAT_TAG_MALFORMED"),
        ('[formats.stm]\nhesitation = "leave_out"', "FORMAT_TAG_MALFORMED"),
        ('[formats.wav]\nnoise = "x"', "FORMAT_TAGS_UNKNOWN"),
        ('[formats.kaldi]\nnoise = "<s>"', "FORMAT_TAG_REFUSED"),
        ('[formats.stm]\nnoise = "(noise"', "FORMAT_TAG_REFUSED"),
        ('[formats.ctm]\nhesitation = "(%hesitation)"', "FORMAT_TAG_REFUSED"),
        ('[formats.srt]\nnoise = "<i>x</i>"', "FORMAT_TAG_REFUSED"),
        ('[formats.azure]\nnoise = "lärm"', "FORMAT_TAG_REFUSED"),
        ('[formats.nemo]\nnoise = "a\\u200bb"', "FORMAT_TAG_MALFORMED"),
    ],
)
def test_a_mark_that_a_format_cannot_hold_is_refused_by_name(formats: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        require_format_tags(changed(formats))
    assert refused.value.code == code


PIECES = st.one_of(
    st.sampled_from(
        ["yes", "no,", "uh", "Um.", "it's", "[noise]", "[laugh]", "[cut]", "[unclear]", "[x:y]", "]", "["]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(PIECES, max_size=8).map(" ".join),
    st.sampled_from(["training", "scoring", "training_punctuated"]),
)
def test_no_word_of_any_text_is_lost_or_made_up(typed: str, profile: str) -> None:
    row = a_row(typed, profile=profile)
    assert normalise(row.text_verbatim, ENGLISH, profile) == row.text
    for name, rules in FORMAT_TAGS.items():
        view = in_format(name, row)
        if tag_problem(name, row):
            continue
        if rules.text is TextKind.VERBATIM:
            assert view.text == row.text
            assert (
                re.sub(r"\[[^\[\]\s]*\]", " ", view.text_verbatim).split()
                == re.sub(r"\[[^\[\]\s]*\]", " ", row.text_verbatim).split()
            )
        elif view.text != "IGNORE_TIME_SEGMENT_IN_SCORING":
            marks = {mark for mark in marks_of(name, ENGLISH, profile).values() if mark}
            left = [word for word in view.text.split() if word not in marks]
            pauses = {"uh", "um", "uh.", "um.", "uh,", "um,"}
            assert [word for word in left if word.lower() not in pauses] == [
                word for word in row.text.split() if word.lower() not in pauses
            ]
