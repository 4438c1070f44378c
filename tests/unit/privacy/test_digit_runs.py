"""Runs of digits, written and said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.privacy.digit_runs import digit_runs

SAID = {
    "call me at four one five five five five two six seven one now": "4155552671",
    "nine double oh five five one two": "9005512",
    "double five triple seven oh nine": "5577709",
    "nought seven nine five oh eight two": "0795082",
    "four one five uh five five five um er two six": "415555" + "26",
    "four one five, five five five. two six seven one": "4155552671",
    "four one five dash five five five dash two six": "41555526",
    "one eight hundred five five five one two one two": "18005551212",
    "five five five one thousand": "5551000",
    "fifty-five ninety eight twelve thirty": "55981230",
    "four one five to two six four": "4152264",
    "five five [breath] five one two [noise] three four": "5551234",
    "415 five five five 2671": "4155552671",
    "FOUR ONE FIVE FIVE FIVE FIVE TWO": "4155552",
    "null eins sieben zwo drei vier fünf sechs": "01723456",
    "fünfundfünfzig dreiundzwanzig achtundneunzig zwölf": "55239812",
    "zweimal die eins": None,
    "ぜろきゅうぜろいちにさんよんごー": "09012345",
    "ゼロ キュー ゼロ イチ ニー サン ヨン ゴー": "09012345",
    "अट्ठानवे छिहत्तर चौवन बत्तीस": "98765432",
    "اٹھانوے چھہتر چون بتیس": "98765432",
    "یہ بہتر ہے کہ ستر اسی لوگ آئیں": None,
    "null doppel drei vier fünf sechs sieben": "0334567",
    "zéro six vingt-deux trente quarante-cinq dix": "0622304510",
    "quatre-vingt-dix-sept soixante et onze quatre vingt douze dix-sept": "97719217",
    "seis uno dos treinta y cinco cuarenta y uno noventa": "612354190",
    "seiscientos doce, treinta y cuatro, cincuenta y seis": "6123456",
    "tre tre otto ventuno trentacinque settantotto": "338213578",
    "tři čtyři pět šest sedm osm devět": "3456789",
    "едно две три четири пет шест седем": "1234567",
    "ένα δύο τρία τέσσερα πέντε έξι επτά": "1234567",
    "אחת שתיים שלוש ארבע חמש שש שבע": "1234567",
    "我的号码是一三八零零一三八": "13800138",
    "一九九八年一二三四五六七": "1234567",
    "号码一三八零零一二零一零年": "1380012010",
}
WRITTEN = {
    "415-555-2671": "4155552671",
    "(415) 555 2671": "4155552671",
    "4111 1111 1111 1111": "4111111111111111",
    "4, 1, 5, 5, 5, 5, 2": "4155552",
    "01.23.45.67.89": "0123456789",
    "20201030": "20201030",
    "passport AB1234567": "1234567",
    "４１５５５５２": "4155552",
    "٠١٢٣٤٥٦": "0123456",
    "०१२३४५६": "0123456",
    "4\u200b1\u200b5\u200b5\u200b5\u200b5\u200b2": "4155552",
    "①②③④⑤⑥⑦": None,
}
NOT_LONG = [
    "one two three",
    "one two three four five six",
    "from nineteen eighty four to nineteen eighty five",
    "one million two hundred thirty four thousand five hundred and sixty seven",
    "three hundred and sixty five days",
    "1,500,000 people and $1,500,000.00 or €1.500.000,00",
    "between 1939-1945",
    "on 2020-10-30 and 30/10/2020",
    "10:30 to 11:45",
    "२३/०३/२०२४ को १०:३०-११:४५",
    "٢٣.٠٣.٢٠٢٤ ١٠:٣٠ و ١٬٢٣٤٬٥٦٧٫٨٩",
    "๒๓/๐๓/๒๕๖๗",
    "从一九九八年到二零一零年",
    "二〇一九年二〇二〇年",
    "In 1998, 2000 people",
    "the year 1455. 1456 was better",
    "I have two for you and three for me",
    "for to too oh for for to too oh",
    "oh oh oh oh oh oh oh oh",
    "twenty five or thirty five",
    "mille neuf cent quatre-vingt-dix-sept",
    "neunzehnhundertvierundachtzig",
    "mil novecientos ochenta y cuatro",
    "sei stato due volte al numero tre",
    "nineteen eighty was nineteen ninety",
    "one two thousand three four five six seven",
    "four uh um er uh eh ah hmm mm one five five five five two",  # so many fillers end a run
    "",
]


@pytest.mark.parametrize(("text", "digits"), (SAID | WRITTEN).items())
def test_a_long_run_is_found_with_its_digits(text: str, digits: str | None) -> None:
    found = [run.digits for run in digit_runs(text)]
    assert found == ([digits] if digits else found[:1])


@pytest.mark.parametrize("text", NOT_LONG)
def test_ordinary_speech_is_left_alone(text: str) -> None:
    assert digit_runs(text) == ()


def test_counting_aloud_is_a_run_from_seven_on() -> None:
    assert digit_runs("one two three four five six") == ()
    assert digit_runs("one two three four five six seven")


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-US", "one two three four five six seven, all children are here"),
        ("de-DE", "eins zwei drei vier fünf sechs sieben acht, ich komme"),
        ("es-ES", "uno dos tres cuatro cinco seis siete, vamos"),
        ("hi-IN", "एक दो तीन चार पाँच छह सात, गिनो"),
        ("zh-CN", "一二三四五六七，多劳动"),
    ],
)
def test_counting_that_begins_a_text_which_goes_on_is_no_number(locale: str, text: str) -> None:
    assert not digit_runs(text, locale=locale)
    assert digit_runs(f"tel. {text}", locale=locale)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("mera number nau aath saat chhe paanch chaar teen do ek shunya", "9876543210"),
        ("raqmi sifr khamsa sitta wahid tamanya sabaa talata", "0561873"),
        ("moy nomer devyat odin shest dva tri sorok pyat", "91623" + "45"),
        ("to noumero mou exi ennia epta ena dio tria tessera", "6971234"),
        ("hamispar sheli efes hamesh shtayim shalosh arba shesh sheva", "0523467"),
        ("denwa wa zero kyu zero ichi ni san yon", "0901234"),
        ("dianhua yao san ba ling yi er san", "1380123"),
    ],
)
def test_numbers_of_other_scripts_are_found_in_latin_letters(text: str, digits: str) -> None:
    assert [run.digits for run in digit_runs(text)] == [digits]


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("fi-FI", "nolla viis nolla kolme kasi ysi seiska"),
        ("sv-SE", "sexa tvåa tvåa femma trea nia sjua"),
        ("pl-PL", "siódemka ósemka dwójka trójka piątka szóstka dziewiątka"),
        ("ru-RU", "серия сорок пять ноль восемь, номер шестьсот двенадцать триста сорок пять"),
        ("ru-RU", "семёрка девятка тройка пятёрка шестёрка двойка нолик"),
        ("de-DE", "vier mal die drei, zwei acht, null eins"),
    ],
)
def test_the_names_of_digits_and_parts_of_papers_are_read(locale: str, text: str) -> None:
    assert digit_runs(text, locale=locale)


@pytest.mark.parametrize(
    "text",
    [
        "four, then wait ten, fifteen, twenty minutes",
        "Genesis 1:1-31, Exodus 20:3-17",
        "read Psalm 119:1-8 and John 3:16-21",
    ],
)
def test_steps_and_verses_are_no_numbers(text: str) -> None:
    assert not digit_runs(text)


def test_a_self_correction_takes_back_one_digit_but_hides_none() -> None:
    (run,) = digit_runs("four one five five five five two no three one nine")
    assert (run.digits, run.corrected) == ("4155552319", "415555319")


def test_one_wrong_word_does_not_hide_a_number_that_is_read_out() -> None:
    (run,) = digit_runs("four one five blah five five five two")
    assert run.digits == "4155552"


def test_a_plus_sign_belongs_to_the_run() -> None:
    text = "ring +49 30 1234567 today"
    (run,) = digit_runs(text)
    assert run.plus
    assert text[run.start : run.end] == "+49 30 1234567"


def test_the_place_is_that_of_the_original_text() -> None:
    text = "naïve\u200b caller: ４１５ five five five TWO six, bye"
    (run,) = digit_runs(text)
    assert text[run.start : run.end] == "４１５ five five five TWO six"


def test_two_numbers_with_words_between_are_two_runs() -> None:
    assert len(digit_runs("first 415 555 2671 and the other one is 212 555 0199")) == 2


@given(st.text(alphabet="0123456789", min_size=7, max_size=19), st.sampled_from(["", " ", "-", ". ", ", "]))
def test_digits_read_out_are_found_whatever_stands_between(digits: str, between: str) -> None:
    (run,) = digit_runs(between.join(digits))
    assert run.digits == digits


ENGLISH = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@given(st.lists(st.integers(0, 9), min_size=7, max_size=16), st.data())
def test_digits_said_with_fillers_are_found(digits: list[int], data: st.DataObject) -> None:
    filler = st.sampled_from(["", "uh ", "um, ", "dash ", "- ", "and "])
    text = " ".join(data.draw(filler) + ENGLISH[digit] for digit in digits)
    (run,) = digit_runs("it is " + text + " thank you", locale="en-US")
    assert run.digits == "".join(map(str, digits))


def test_a_word_that_is_a_digit_in_one_language_only_is_read_by_the_locale() -> None:
    text = "zero zero zero zero zero zero um zero"
    assert [run.digits for run in digit_runs(text, locale="en-GB")] == ["0000000"]
    assert [run.digits for run in digit_runs(text, locale="pt-BR")] == ["00000010"]


SAID = st.sampled_from([*ENGLISH, "double", "uh", "plus", "42", "4155552671", "-", "\u0663", "e\u0301", "so"])


@given(st.text(max_size=120) | st.lists(SAID, min_size=7, max_size=24).map(" ".join))
def test_any_text_is_read_and_every_run_lies_in_it(text: str) -> None:
    ends = [(run.start, run.end) for run in digit_runs(text)]
    assert all(0 <= start < end <= len(text) for start, end in ends)
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("bg-BG", "едно две три четири пет шест седем осем девет десет"),
        ("bg-BG", "десет девет осем седем шест пет четири три две едно"),
        ("uk-UA", "один два три чотири п'ять шість сім вісім дев'ять десять"),
        ("sk-SK", "jeden dva tri štyri päť šesť sedem osem deväť desať"),
    ],
)
def test_counting_is_no_number_in_a_related_language_that_lacks_a_word(locale: str, text: str) -> None:
    assert digit_runs(text, locale=locale) == ()


def test_a_number_in_another_language_is_found_beside_counting() -> None:
    text = "едно две три четири пет шест седем осем девет десет, five five five oh one four two"
    (run,) = digit_runs(text, locale="bg-BG")
    assert run.digits == "5550142"
