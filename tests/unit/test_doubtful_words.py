"""A few words are worth a second listen, and never more than a few."""

from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.hypothesis import Word
from reviewer.transcript.doubtful_words import doubt_after, doubtful_words
from reviewer.transcript.word_times import timed_words

HEARD = (
    Word("set", 0, 100, 0.9),
    Word("the", 100, 200, 0.5),
    Word("kitten", 200, 300, 0.1),
    Word("timer", 300, 400, 0.4),
    Word("now", 400, 500),
)


def doubts(text: str, **limits) -> list[str]:
    words = timed_words(text, HEARD, 0, 500)
    return [text[word.start : word.end] for word in doubtful_words(words, **limits)]


def test_the_least_certain_are_taken_and_stand_in_the_order_of_the_text():
    assert doubts("Set the kitten timer, now", most=2) == ["kitten", "timer,"]
    assert doubts("Set the kitten timer, now") == ["the", "kitten", "timer,"]


def test_a_word_that_was_corrected_is_not_doubtful_any_more():
    assert doubts("set the kitchen timer now") == ["the", "timer"]


def test_a_sure_recogniser_leaves_no_doubts():
    assert doubts("set the kitten timer now", below=0.1) == []


def test_walking_goes_on_behind_the_cursor_and_around_the_end():
    found = doubtful_words(timed_words("set the kitten timer now", HEARD, 0, 500))
    assert [doubt_after(found, caret) for caret in (0, 4, 8, 15, 24)] == [*found, found[0], found[0]]
    assert doubt_after((), 3) is None


@given(st.lists(st.floats(0, 1), max_size=40), st.integers(0, 10))
def test_no_word_that_is_left_out_is_less_certain_than_one_that_is_listed(scores: list[float], most: int):
    heard = [Word(f"w{place}", place * 10, place * 10 + 9, score) for place, score in enumerate(scores)]
    words = timed_words(" ".join(word.text for word in heard), heard, 0, 500)
    found = doubtful_words(words, most=most)
    left = [word.confidence for word in words if word not in found]
    assert len(found) <= most
    assert len(found) == most or all(score >= 0.6 for score in left)
    assert not found or max(w.confidence for w in found) <= min([*left, 1.0])
