"""Numbers said in many languages: spelled by num2words, an independent source, and read back."""

import random

import pytest

from reviewer.privacy.digit_runs import digit_runs
from reviewer.privacy.number_words import number_words
from reviewer.privacy.pii import find
from reviewer.privacy.spoken_numbers import NumberReader
from reviewer.privacy.text_matching import tokens

num2words = pytest.importorskip("num2words").num2words

LANGUAGES = tuple("cs da de en es fi fr hu it lt lv nl no pl pt ro ru sk sl sr sv tr uk".split())  # noqa: SIM905 - shorter so
NUMBERS = 40


def said(number: int, language: str) -> str:
    return str(num2words(number, lang=language))


def groups(seed: int, sizes: tuple[int, ...]) -> list[int]:
    """Numbers without a leading zero, of so many digits each."""
    chance = random.Random(seed)
    return [chance.randrange(10 ** (size - 1) if size > 1 else 0, 10**size) for size in sizes]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "sizes",
    [(1,) * 10, (2, 2, 2, 2, 2), (3, 3, 3), (3, 2, 2, 2), (1, 2, 3, 2, 1)],
    ids=["one by one", "in pairs", "in hundreds", "mixed", "anyhow"],
)
def test_a_number_is_found_however_it_is_grouped(language: str, sizes: tuple[int, ...]) -> None:
    missed = []
    for seed in range(NUMBERS):
        text = ", ".join(said(number, language) for number in groups(seed, sizes))
        if not digit_runs(text, locale=language):
            missed.append(text)
    assert len([text for text in missed if "dicotto" not in text]) <= 1, missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_below_a_thousand_gives_back_its_digits(language: str) -> None:
    (pack,) = (each for each in number_words() if each.language == language)
    wrong = []
    for number in range(1000):
        found = tokens(said(number, language))
        groups = NumberReader(found, pack).groups(range(len(found)))
        if [group.digits for group in groups] != [str(number)]:
            wrong.append((number, said(number, language)))
    assert len(wrong) <= (9 if language == "it" else 0), wrong  # the library misspells 18: centodicotto


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_amount_is_no_number_of_somebody(language: str) -> None:
    for seed in range(NUMBERS):
        (amount,) = groups(seed, (6,))
        assert find(said(amount, language), language) == ()
