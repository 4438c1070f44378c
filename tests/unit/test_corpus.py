"""Statistics over texts."""

import pytest

from reviewer.transcript.corpus import CorpusCounter, histogram, words_of
from reviewer.transcript.spelling import Spelling
from tests.fakes.work_session import conventions_of


def known(word: str, _locale: str) -> bool | None:
    return word != "blorp"


def counted():
    counter = CorpusCounter()
    counter.add("c1", "en-US", 2.0, "turn the blorp off the")
    counter.add("c2", "en-US", 4.0, "off")
    counter.add("c3", "de-DE", 1.0, "über")
    return counter.corpus(known, {})


def test_a_word_is_counted_by_language_with_the_clips_that_have_it():
    corpus = counted()
    words = {(entry.locale, entry.text): entry for entry in corpus.words}
    assert words["en-US", "the"].times == 2
    assert [corpus.clips[place].id for place in words["en-US", "the"].clips] == ["c1"]
    assert [corpus.clips[place].id for place in words["en-US", "off"].clips] == ["c1", "c2"]
    assert ("de-DE", "off") not in words


def test_the_alphabet_is_of_characters_as_readers_count_them():
    counter = CorpusCounter()
    counter.add("c1", "hi-IN", 1.0, "नि नि")
    (character,) = counter.corpus(known, {}).characters
    assert (character.text, character.times) == ("नि", 2)


def test_clips_have_rates_and_words_that_no_lexicon_has():
    first, second, _ = counted().clips
    assert (first.words, first.word_rate, first.unknown) == (5, 2.5, 1)
    assert (second.characters, second.character_rate, second.unknown) == (3, 0.75, 0)


def test_totals_are_by_language_with_medians():
    german, english = counted().locales
    assert (german.locale, german.clips, german.vocabulary, german.alphabet) == ("de-DE", 1, 1, 4)
    assert (english.words, english.vocabulary, english.unknown, english.seconds) == (6, 4, 1, 6.0)
    assert english.word_rate == pytest.approx((2.5 + 0.25) / 2)


def test_scripts_without_spaces_are_cut_into_words_all_the_same():
    assert words_of("turn it-on ok") == ["turn", "it-on", "ok"]
    assert len(words_of("今天 天气")) > 2


def test_every_value_is_in_one_bar_the_largest_too():
    edges, counts = histogram([0.0, 1.0, 2.0, 2.0], 2)
    assert (edges, counts) == ([0.0, 1.0, 2.0], [1, 3])
    assert histogram([]) == ([], [])
    assert sum(histogram([0.0])[1]) == 1


def test_a_word_is_known_by_dictionary_or_lexicon_and_numbers_are_no_words():
    class Words:
        language = "en"

        def knows(self, word: str) -> bool:
            return word in {"turn", "three", "year"}

        def suggestions(self, word: str) -> tuple[str, ...]:
            raise AssertionError("suggestions are slow, and nobody asked for them")

    conventions = conventions_of("en-US")
    spelling = Spelling(Words(), frozenset({"Blorp"}))
    asked = {word: spelling.has(word, conventions) for word in ("turn", "blorp", "three-year", "17", "glarf")}
    assert asked == {"turn": True, "blorp": True, "three-year": True, "17": True, "glarf": False}
    assert Spelling(None).has("glarf", conventions) is None
