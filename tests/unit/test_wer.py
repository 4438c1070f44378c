import unicodedata

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.stats.wer import DiffWord, WordErrors, diff_words, word_errors, words_of

WORDS = st.lists(st.sampled_from(["the", "a", "cat", "sat", "on", "mat", "x"]), max_size=12)
TEXTS = st.text(st.sampled_from("ab é漢字กำ\u0301 ") | st.characters(codec="utf-8"), max_size=20)


def test_each_kind_of_error_is_shown_on_its_side() -> None:
    assert diff_words("the cat sat here", "the hat sat") == (
        DiffWord("equal", "the", "the"),
        DiffWord("replace", "cat", "hat"),
        DiffWord("equal", "sat", "sat"),
        DiffWord("delete", "here", ""),
    )
    assert diff_words("", "new") == (DiffWord("insert", "", "new"),)


def test_spellings_of_one_letter_are_equal_and_case_and_tags_count_as_given() -> None:
    assert word_errors("caf\u00e9", "cafe\u0301").errors == 0
    assert word_errors("Yes [laugh]", "yes [noise]").errors == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("你好 世界", ["你", "好", "世", "界"]),
        ("我love你", ["我", "love", "你"]),
        ("ประเทศ", ["ป", "ร", "ะ", "เ", "ท", "ศ"]),
        ("ที่", ["ที่"]),
        ("カタカナ", ["カ", "タ", "カ", "ナ"]),
        ("안녕 하세요", ["안녕", "하세요"]),
        ("naïve café", ["naïve", "café"]),
    ],
)
def test_scripts_without_spaces_are_compared_by_character(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(WORDS.filter(bool), WORDS)
def test_errors_agree_with_jiwer(a: list[str], b: list[str]) -> None:
    theirs = jiwer.process_words(" ".join(a), " ".join(b))
    ours = word_errors(" ".join(a), " ".join(b))
    assert ours.errors == theirs.substitutions + theirs.deletions + theirs.insertions
    assert ours.rate == pytest.approx(theirs.wer)


@given(TEXTS, TEXTS)
def test_diff_holds_both_texts_and_as_many_errors_as_counted(a: str, b: str) -> None:
    steps = diff_words(a, b)
    assert [step.left for step in steps if step.left] == words_of(a)
    assert [step.right for step in steps if step.right] == words_of(b)
    assert sum(step.op != "equal" for step in steps) == word_errors(a, b).errors
    assert all((step.op == "equal") == (step.left == step.right) for step in steps)


@given(TEXTS)
def test_words_hold_every_character_that_is_not_space(text: str) -> None:
    kept = "".join(unicodedata.normalize("NFC", text).split())
    assert "".join(words_of(text)) == kept


def test_empty_texts_have_defined_rates() -> None:
    assert word_errors("", "").rate == 0
    assert word_errors("", "a").rate == 1


def test_errors_are_pooled_before_they_are_divided() -> None:
    pooled = WordErrors(1, 1, 1) + WordErrors(0, 9, 9)
    assert pooled.rate == pytest.approx(0.1)
