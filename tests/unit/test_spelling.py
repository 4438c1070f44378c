"""Which words of a transcript are unknown, and what is suggested."""

import pytest

from reviewer.errors import Notice
from reviewer.transcript.checks import TextProblem
from reviewer.transcript.dictionaries import LANGUAGES, WordList, dictionary_of
from reviewer.transcript.spelling import Hints, Spelling, word_at
from tests.fakes.work_session import conventions_of

WORDS = {
    "the": 900,
    "ten": 80,
    "tea": 60,
    "receive": 50,
    "house": 40,
    "rose": 9,
    "don't": 70,
    "three": 5,
    "year": 5,
}


def unknown(
    text: str, *lexicon: str, locale: str = "en-US", language: str = "en"
) -> list[tuple[str, str | None]]:
    """The unknown words of a text, with a small dictionary."""
    spelling = Spelling(WordList(language, WORDS, {}), frozenset(lexicon))
    found = spelling.problems(text, conventions_of(locale))
    assert not any(problem.blocks for problem in found)
    return [(text[problem.start : problem.end], problem.replacement) for problem in found]


def shipped(text: str, locale: str) -> list[tuple[str, str | None]]:
    found = Spelling(dictionary_of(locale.partition("-")[0])).problems(text, conventions_of(locale))
    return [(text[problem.start : problem.end], problem.replacement) for problem in found]


def test_an_unknown_word_is_found_where_it_stands_with_the_likeliest_correction() -> None:
    assert unknown("The “recieve”, teh house.") == [("recieve", "receive"), ("teh", "the")]


@pytest.mark.parametrize(
    "text",
    [
        "[lagh] [foreign:xx]",
        "recei- -ceive",
        "uh um uh-huh",
        "'cause",
        "Wendt",
        "NASA iOS",
        "xq 1234a",
        "слово",
        "umm",
    ],
)
def test_tags_fragments_hesitations_names_and_other_scripts_are_no_spelling(text: str) -> None:
    assert unknown(text) == []


def test_parts_of_a_hyphenated_word_are_looked_up_apart_and_a_curly_apostrophe_is_one() -> None:
    assert unknown("three-yaer don’t") == [("yaer", "year")]


def test_words_of_the_lexicon_are_known_and_suggested() -> None:
    assert unknown("frobnix frobnx", "frobnix") == [("frobnx", "frobnix")]


def test_the_lexicon_says_how_its_words_are_written_unless_they_are_common_words() -> None:
    lexicon = ("iPhone", "Rose", "Brno")
    assert unknown("iphone rose brno BRNO IPhone Iphone", *lexicon) == [
        ("iphone", "iPhone"),
        ("brno", "Brno"),
        ("Iphone", "iPhone"),
    ]


def test_without_a_dictionary_only_the_lexicon_speaks() -> None:
    spelling = Spelling(None, frozenset({"iPhone", "Anna"}))
    text = "ajfon anna iphone"
    found = spelling.problems(text, conventions_of("cs"))
    assert [(text[p.start : p.end], p.replacement) for p in found] == [("iphone", "iPhone")]


def test_case_follows_the_language_of_the_clip() -> None:
    assert unknown("HOUSE House") == []
    assert unknown("Teh", locale="de-DE", language="de") == [("Teh", "The")]


def test_a_short_word_is_corrected_within_one_edit_alone() -> None:
    assert unknown("xxye") == [("xxye", None)]


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("en-US", "they're gonna say the dog's colour, definately", [("definately", "definitely")]),
        ("de-DE", "die Krankenversicherungskarte ist villeicht weg", [("villeicht", "vielleicht")]),
        ("es", "los niños están hablándole, dámelo, qeu", [("qeu", "que")]),
        ("fr", "l'autre jour j'ai dit qu'il mangerr aujourd'hui", [("mangerr", "manger")]),
    ],
)
def test_the_dictionaries_that_come_with_the_program(
    locale: str, text: str, expected: list[tuple[str, str]]
) -> None:
    assert shipped(text, locale) == expected


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_named_language_has_a_dictionary(language: str) -> None:
    found = dictionary_of(language)
    assert found is not None
    assert not found.knows("qqxqz")


def test_a_language_without_a_good_list_has_none() -> None:
    assert dictionary_of("cs") is dictionary_of("he") is None


def hinted(text: str, *words: str) -> Hints:
    starts = [(word, text.index(word)) for word in words]
    return Hints(
        text, tuple(TextProblem(s, s + len(w), Notice("WORD_UNKNOWN", {"word": w})) for w, s in starts)
    )


def test_hints_move_with_their_words_and_go_when_the_word_is_changed() -> None:
    hints = hinted("ab teh cd frob ef", "teh", "frob")
    text = "ab tehx cd more frob ef"
    assert [text[p.start : p.end] for p in hints.among((), text)] == ["frob"]
    assert [p.start for p in hints.among((), "ab teh cd frob")] == [3, 10]


def test_a_hint_gives_way_to_a_problem_of_the_same_word() -> None:
    other = TextProblem(3, 6, Notice("SPELLING_VARIANT", {}), "the")
    assert hinted("ab teh cd frob", "teh", "frob").among((other,), "ab teh cd frob") == (
        other,
        *hinted("ab teh cd frob", "frob").problems,
    )


def test_the_word_at_the_cursor_has_no_marks_around_it() -> None:
    assert [word_at("so, “frob”? [laugh]", place) for place in (0, 3, 7, 14)] == ["so", "so", "frob", ""]


def test_a_long_text_has_the_same_unknown_words_wherever_it_is_cut() -> None:
    text = " ".join(f"the {word} house," for word in ("recieve", "tea", "teh", "ten") * 60)
    spelling = Spelling(WordList("en", WORDS, {}))
    for longer in (text, f"the {text}", f"{text[:500]} teh {text[500:]}"):
        words = [longer[p.start : p.end] for p in spelling.problems(longer, conventions_of())]
        assert words == [w for w in longer.replace(",", "").split() if w in {"recieve", "teh"}]
