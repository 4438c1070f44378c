"""Numbers said in many languages, as an independent source spells them, are read back.

``said_numbers.json`` and ``said_digits.json`` in ``tests/data/pii`` were printed by num2words 0.5.14, which
knows nothing of CLDR's rules.
"""

import json
import random
from pathlib import Path

import pytest

from reviewer.privacy.digit_runs import digit_runs
from reviewer.privacy.number_words import number_words
from reviewer.privacy.pii import find
from reviewer.privacy.spoken_numbers import NumberReader
from reviewer.privacy.text_matching import tokens

_DATA = Path(__file__).parents[2] / "data" / "pii"
SAID: dict[str, dict[str, str]] = json.loads((_DATA / "said_numbers.json").read_text(encoding="utf-8"))
DIGITS: dict[str, dict[str, str]] = json.loads((_DATA / "said_digits.json").read_text(encoding="utf-8"))
MISSPELT = "dicotto"  # Italian 118 is centodiciotto
NUMBERS = 40


def said(language: str, sizes: tuple[int, ...], seed: int) -> str:
    """Numbers of so many digits each, the same ones for a seed."""
    chance = random.Random(seed)
    known = {size: [number for number in SAID[language] if len(number) == size] for size in set(sizes)}
    return ", ".join(SAID[language][chance.choice(known[size])] for size in sizes)


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize(
    "sizes",
    [(1,) * 10, (2, 2, 2, 2, 2), (3, 3, 3), (3, 2, 2, 2), (1, 2, 3, 2, 1)],
    ids=["one by one", "in pairs", "in hundreds", "mixed", "anyhow"],
)
def test_a_number_is_found_however_it_is_grouped(language: str, sizes: tuple[int, ...]) -> None:
    texts = (said(language, sizes, seed) for seed in range(NUMBERS))
    missed = [text for text in texts if MISSPELT not in text and not digit_runs(text, locale=language)]
    assert len(missed) <= 1, missed


@pytest.mark.parametrize("language", DIGITS)
def test_digits_read_out_are_found_where_only_the_words_for_digits_are_known(language: str) -> None:
    for seed in range(NUMBERS):
        digits = random.Random(seed).choices(range(10), k=8)
        text = " ".join(DIGITS[language][str(digit)] for digit in digits)
        (run,) = digit_runs(text, locale=language)
        assert (run.start, run.end) == (0, len(text)), text


@pytest.mark.parametrize(
    "text",
    ["មួយពីរបីបួនប្រាំប្រាំមួយប្រាំពីរប្រាំបី", "ໜຶ່ງສອງສາມສີ່ຫ້າຫົກເຈັດແປດ", "သုညကိုးတစ်နှစ်သုံးလေးငါး"],
    ids=["km", "lo", "my"],
)
def test_digits_written_without_spaces_are_found(text: str) -> None:
    assert len(digit_runs(text)) == 1


@pytest.mark.parametrize("language", SAID)
def test_numbers_below_a_thousand_give_back_their_digits(language: str) -> None:
    (pack,) = (each for each in number_words() if each.language == language)
    wrong = {}
    for number, text in SAID[language].items():
        found = tokens(text)
        groups = NumberReader(found, pack).groups(range(len(found)))
        if len(number) <= 3 and [group.digits for group in groups] != [number] and MISSPELT not in text:
            wrong[number] = text
    assert wrong == {}


@pytest.mark.parametrize("language", SAID)
def test_an_amount_is_no_number_of_somebody(language: str) -> None:
    amounts = [text for number, text in SAID[language].items() if len(number) == 6]
    assert [text for text in amounts if find(text, language)] == []
