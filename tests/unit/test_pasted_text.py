"""Pasted text made fit for a transcript."""

import pytest

from reviewer.transcript.pasted_text import PasteChange, PastedText, cleaned
from tests.fakes.work_session import conventions_of

ENGLISH, ANY = conventions_of(), conventions_of("und")

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>So we</i>\r\nwent\r\n\r\n2\r\n00:00:03,0 --> 00:00:04,0\r\nhome"
)
VTT = "\ufeffWEBVTT - a\n\nNOTE made by\na machine\n\n00:01.000 --> 00:02.000 align:end\n<v Bob>So we went\n"


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        (SRT, "So we went home"),
        (VTT, "So we went"),
        ("[00:12] so we\n[00:15] went", "so we went"),
        ("00:00:12 so we went", "so we went"),
        ("00:00:12.500 SPEAKER 1: so we\nSPEAKER_02: went", "so we went"),
        ("[SPEAKER_00]: so we went", "so we went"),
        ("Speaker A  0:00\nso we went\n\nSpeaker B  0:07\nhome", "so we went home"),
        ("0:01 so\n0:05 we went", "so we went"),
        ("[00:01 - 00:05] so we went", "so we went"),
    ],
)
def test_what_subtitles_and_transcripts_add_is_removed(pasted: str, text: str) -> None:
    assert cleaned(pasted, ENGLISH).text == text


@pytest.mark.parametrize(
    "text",
    ["12:30 was fine", "Anna: he said no", "[laugh] so", "a < b and c > d", "1\n2\n3".replace("\n", " ")],
)
def test_what_may_be_speech_stays(text: str) -> None:
    assert cleaned(text, ENGLISH) == PastedText(text)


def test_numbers_on_lines_of_their_own_stay_where_there_are_no_cues() -> None:
    assert cleaned("1\n2", ANY).text == "1 2"


@pytest.mark.parametrize(
    ("pasted", "strict", "free"),
    [
        ("don\u2019t say \u201cno\u201d", "don't say no", 'don\'t say "no"'),
        ("dit \u00ab\u00a0non\u00a0\u00bb l\u2019autre", "dit non l'autre", 'dit "non" l\'autre'),
        ("\u201eja\u201c sagt er", "ja sagt er", '"ja" sagt er'),
    ],
)
def test_quotes_follow_the_conventions_and_apostrophes_become_straight(
    pasted: str, strict: str, free: str
) -> None:
    assert (cleaned(pasted, ENGLISH).text, cleaned(pasted, ANY).text) == (strict, free)


def test_special_spaces_become_plain_and_marks_of_direction_go_but_joiners_that_spell_stay() -> None:
    assert cleaned("a\u00a0b\t c", ANY).text == "a b c"
    assert cleaned("\u202bשלום\u202c\u200f\u200b", ANY).text == "שלום"
    assert cleaned("می\u200cخواهم", ANY) == PastedText("می\u200cخواهم")


def test_gershayim_and_composed_letters_are_kept_in_nfc() -> None:
    assert cleaned("צה״ל e\u0301", ANY).text == "צה״ל é"


def test_every_change_is_named_once_in_a_fixed_order() -> None:
    made = cleaned("[00:12] it\u2019s\u00a0so\n[00:15] it\u2019s\u200b", ENGLISH)
    expected = ("lines", "times", "invisible", "spaces", "quotes")
    assert made.changes == tuple(PasteChange(change) for change in expected)


def test_a_space_at_the_end_of_a_word_stays() -> None:
    assert cleaned(" so we ", ENGLISH) == PastedText(" so we ")
