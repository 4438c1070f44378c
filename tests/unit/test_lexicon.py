"""The words that a project adds."""

from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.transcript.lexicon import locales_of, parse_words, read_lexicon, with_words


def test_one_word_a_line_with_comments_in_nfc_each_once() -> None:
    assert parse_words("\ufeffBrno\n\n# names\ne\u0301t\u00e9 # summer\nBrno\n") == ("Brno", "été")


@pytest.mark.parametrize("line", ["two words", "[laugh]", "1234", "x" * 61])
def test_a_line_that_is_no_word_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_words(f"ok\n{line}\n")
    assert refused.value.parameters["line"] == 2


def test_a_locale_has_the_words_of_its_language_and_of_all_languages(tmp_path: Path) -> None:
    for name, word in {"und": "iPhone", "de": "Brünn", "de-AT": "Jänner", "fr": "Brno"}.items():
        (tmp_path / f"{name}.txt").write_text(word, encoding="utf-8")
    assert locales_of("de-AT") == ("und", "de", "de-AT")
    assert read_lexicon(tmp_path, "de-AT") == {"iPhone", "Brünn", "Jänner"}


def test_words_are_added_at_the_end_once_and_comments_stay() -> None:
    assert with_words("# names\nBrno", ["Praha", "Brno", "Praha"]) == "# names\nBrno\nPraha\n"
