"""Numbers said in many languages: spelled by num2words, an independent source, and read back."""

import random

import pytest

from reviewer.privacy.digit_runs import digit_runs
from reviewer.privacy.pii import find

num2words = pytest.importorskip("num2words").num2words

LANGUAGES = "cs da de en es fi fr hu it lt lv nl no pl pt ro ru sk sl sr sv tr uk".split()
_SAYS_IT_OTHERWISE = {"lt", "lv", "sl", "sr"}  # forms that CLDR writes in another way
NUMBERS = 40


def said(number: int, language: str) -> str:
    return str(num2words(number, lang={"pt": "pt", "en": "en"}.get(language, language)))


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
    assert len(missed) <= (NUMBERS // 5 if language in _SAYS_IT_OTHERWISE else NUMBERS // 40), missed


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each not in _SAYS_IT_OTHERWISE])
def test_pairs_give_back_their_digits(language: str) -> None:
    for number in range(10, 100):
        text = ", ".join([said(number, language)] * 2 + [said(7, language)] * 3)
        (run,) = digit_runs(text, locale=language)
        assert run.digits == f"{number}{number}777", text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_amount_is_no_number_of_somebody(language: str) -> None:
    for seed in range(NUMBERS):
        (amount,) = groups(seed, (6,))
        assert find(said(amount, language), language) == ()
