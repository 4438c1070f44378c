"""Finding and replacing in the segments of a clip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.transcript.find import Match, Query, find, replaced


def found(text: str, what: str, locale: str = "en", **options: bool) -> list[str]:
    return [text[match.start : match.end] for match in find([text], Query(what, **options), locale)]


def test_matches_are_found_in_all_segments_in_order() -> None:
    matches = find(["so we so", "", "So"], Query("so"), "en")
    assert matches == (Match(0, 0, 2), Match(0, 6, 8), Match(2, 0, 2))
    assert find(["so"], Query(""), "en") == ()


def test_matches_do_not_overlap() -> None:
    assert len(find(["aaaa"], Query("aa"), "en")) == 2


def test_case_counts_when_asked_and_follows_the_language() -> None:
    assert found("So so", "so", match_case=True) == ["so"]
    assert found("ISPARTA ısparta", "ısparta", "tr") == ["ISPARTA", "ısparta"]
    assert found("ΟΔΟΣ οδος", "οδοσ", "el") == ["ΟΔΟΣ", "οδος"]


@pytest.mark.parametrize(("text", "count"), [("cat concat cat's, cat", 2), ("three-cat", 1)])
def test_whole_words_end_where_unicode_ends_words(text: str, count: int) -> None:
    assert len(found(text, "cat", whole_words=True)) == count


def test_composed_and_decomposed_letters_are_the_same_and_a_letter_is_never_cut() -> None:
    assert found("e\u0301te\u0301", "été") == ["e\u0301te\u0301"]
    assert found("e\u0301", "e") == []
    assert found("👩‍👩‍👧", "👩") == []


@pytest.mark.parametrize(
    ("text", "what"), [("שָׁלוֹם", "שלום"), ("مَرْحَبًا", "مرحبا"), ("مرحـــبا", "مرحبا"), ("café", "cafe")]
)
def test_points_and_accents_are_ignored_when_asked(text: str, what: str) -> None:
    assert found(text, what, ignores_marks=True) == [text]
    assert found(text, what) == []


def test_replacing_gives_the_changed_texts_by_row() -> None:
    texts = ["so we so", "no", "so"]
    matches = find(texts, Query("so"), "en")
    assert replaced(texts, matches, "and") == {0: "and we and", 2: "and"}
    assert replaced(texts, matches[:1], "") == {0: " we so"}
    assert replaced(texts, matches, "so") == {}


@given(st.text("abé́ []שָ", max_size=12), st.text("abé́ שָ", min_size=1, max_size=2), st.booleans())
def test_what_is_found_is_equal_to_what_was_asked(text: str, what: str, whole_words: bool) -> None:
    query = Query(what, whole_words=whole_words)
    for match in find([text], query, "he"):
        part = text[match.start : match.end]
        assert find([part], Query(what), "he") == (Match(0, 0, len(part)),)
