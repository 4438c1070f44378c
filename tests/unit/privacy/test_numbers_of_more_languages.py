"""Digits in languages of which CLDR has no numbers or other words, and in forms that other people use."""

import pytest

from reviewer.privacy.pii import PiiKind, find

ORDER = (0, 9, 2, 7, 4, 5, 6, 1, 8, 3)

# Zero to nine.
DIGITS = {
    "ha": "sifili ɗaya biyu uku huɗu biyar shida bakwai takwas tara",
    "yo": "òdo ọ̀kan èjì ẹ̀ta ẹ̀rin àrùn ẹ̀fà èje ẹ̀jọ ẹ̀sán",
    "yo-x-counting": "òdo kan méjì mẹ́ta mẹ́rin márùn-ún mẹ́fà méje mẹ́jọ mẹ́sàn-án",
    "ig": "efu otu abụọ atọ anọ ise isii asaa asatọ itoolu",
    "zu": "zero nye bili thathu ne hlanu sithupha sikhombisa sishiyagalombili sishiyagalolunye",
    "xh": "unothi inye zimbini zintathu zine zintlanu zintandathu sixhenxe sibhozo lithoba",
    "so": "eber kow laba saddex afar shan lix toddoba siddeed sagaal",
    "or": "ଶୂନ ଏକ ଦୁଇ ତିନି ଚାରି ପାଞ୍ଚ ଛଅ ସାତ ଆଠ ନଅ",
    "am": "ዜሮ አንድ ሁለት ሶስት አራት አምስት ስድስት ሰባት ስምንት ዘጠኝ",
    "ti": "ዜሮ ሓደ ክልተ ሰለስተ ኣርባዕተ ሓሙሽተ ሽዱሽተ ሸውዓተ ሸሞንተ ትሽዓተ",
    "lo": "ສູນ ໜຶ່ງ ສອງ ສາມ ສີ່ ຫ້າ ຫົກ ເຈັດ ແປດ ເກົ້າ",
    "lo-x-older": "ສູນ ຫນຶ່ງ ສອງ ສາມ ສີ່ ຫ້າ ຫົກ ເຈັດ ແປດ ເກົ້າ",
    "ne": "शून्य एक दुई तीन चार पाँच छ सात आठ नौ",
    "uz": "nol bir ikki uch toʻrt besh olti yetti sakkiz toʻqqiz",
    "uz-Cyrl": "нол бир икки уч тўрт беш олти етти саккиз тўққиз",
    "cy": "sero un dwy tair pedair pump chwe saith wyth naw",
    "ga": "náid aon dó trí ceathair cúig sé seacht ocht naoi",
    "ca-valencia": "zero un dos tres quatre cinc sis set huit nou",
    "ps": "صفر يو دوه درې څلور پنځه شپږ اووه اته نهه",
    "ckb": "سفر یەک دوو سێ چوار پێنج شەش حەوت هەشت نۆ",
    "ku": "sifir yek du sê çar pênc şeş heft heşt neh",
    "tg": "сифр як ду се чор панҷ шаш ҳафт ҳашт нӯҳ",
    "tk": "nol bir iki üç dört bäş alty ýedi sekiz dokuz",
    "tt": "ноль бер ике өч дүрт биш алты җиде сигез тугыз",
    "as": "শূন্য এক দুই তিনি চাৰি পাঁচ ছয় সাত আঠ ন",
    "jv": "nol siji loro telu papat lima enem pitu wolu sanga",
    "su": "nol hiji dua tilu opat lima genep tujuh dalapan salapan",
    "ht": "zewo en de twa kat senk sis sèt uit nèf",
    "eo": "nul unu du tri kvar kvin ses sep ok naŭ",
    "mi": "kore tahi rua toru whā rima ono whitu waru iwa",
    "rw": "zeru rimwe kabiri gatatu kane gatanu gatandatu karindwi umunani icyenda",
    "gd": "neoni aon dà trì ceithir còig sia seachd ochd naoi",
    "br": "mann unan daou tri pevar pemp cʼhwecʼh seizh eizh nav",
    "fy": "nul ien twa trije fjouwer fiif seis sân acht njoggen",
    "oc": "zèro un dos tres quatre cinc sièis sèt uèch nòu",
    "yi": "נול איינס צוויי דריי פיר פינף זעקס זיבן אכט ניין",
    "sd": "ٻڙي هڪ ٻه ٽي چار پنج ڇهه ست اٺ نو",
    "ug": "نۆل بىر ئىككى ئۈچ تۆت بەش ئالتە يەتتە سەككىز توققۇز",
    "lg": "zeero emu bbiri ssatu nnya ttaano mukaaga musanvu munaana mwenda",
    "sn": "zero poshi piri tatu ina shanu tanhatu nomwe sere pfumbamwe",
    "mg": "aotra iray roa telo efatra dimy enina fito valo sivy",
    "om": "zeeroo tokko lama sadii afur shan jaha torba saddeet sagal",
    "mai": "शून्य एक दू तीन चारि पाँच छह सात आठ नौ",
    "fo": "null eitt tvey trý fýra fimm seks sjey átta níggju",
}
# English digits, as they are written where people say them in the midst of their own language.
ENGLISH_DIGITS = {
    "ne": "जिरो वान टु थ्री फोर फाइभ सिक्स सेभेन एट नाइन",
    "mr": "झिरो वन टू थ्री फोर फाइव्ह सिक्स सेव्हन एट नाइन",
    "bn": "জিরো ওয়ান টু থ্রি ফোর ফাইভ সিক্স সেভেন এইট নাইন",
    "as": "জিৰো ৱান টু থ্ৰী ফোৰ ফাইভ চিক্স চেভেন এইট নাইন",
    "ta": "ஜீரோ ஒன் டூ த்ரீ ஃபோர் ஃபைவ் சிக்ஸ் செவன் எயிட் நைன்",
    "te": "జీరో వన్ టూ త్రీ ఫోర్ ఫైవ్ సిక్స్ సెవెన్ ఎయిట్ నైన్",
    "kn": "ಜೀರೋ ಒನ್ ಟೂ ತ್ರೀ ಫೋರ್ ಫೈವ್ ಸಿಕ್ಸ್ ಸೆವೆನ್ ಎಯ್ಟ್ ನೈನ್",
    "ml": "സീറോ വൺ ടു ത്രീ ഫോർ ഫൈവ് സിക്സ് സെവൻ എയ്റ്റ് നയൻ",
    "gu": "ઝીરો વન ટુ થ્રી ફોર ફાઇવ સિક્સ સેવન એઇટ નાઇન",
    "pa": "ਜ਼ੀਰੋ ਵਨ ਟੂ ਥ੍ਰੀ ਫੋਰ ਫਾਈਵ ਸਿਕਸ ਸੈਵਨ ਏਟ ਨਾਈਨ",
    "or": "ଜିରୋ ୱାନ ଟୁ ଥ୍ରୀ ଫୋର ଫାଇଭ ସିକ୍ସ ସେଭେନ ଏଇଟ ନାଇନ",
    "ur": "زیرو ون ٹو تھری فور فائیو سکس سیون ایٹ نائن",
    "si": "සීරෝ වන් ටූ ත්‍රී ෆෝ ෆයිව් සික්ස් සෙවන් එයිට් නයින්",
    "ar": "زيرو ون تو ثري فور فايف سيكس سفن ايت ناين",
}


def spans(text: str, locale: str) -> list[str]:
    return [text[one.start : one.end] for one in find(text, locale)]


@pytest.mark.parametrize("words", [DIGITS, ENGLISH_DIGITS], ids=["own", "English"])
def test_a_number_that_is_said_digit_by_digit_is_found_whole(words: dict[str, str]) -> None:
    for locale, line in words.items():
        said = line.split()
        text = " ".join(said[digit] for digit in ORDER)
        assert spans(text, locale) == [text], locale
        assert spans(" ".join(said[digit] for digit in ORDER[:6]), locale) == [], locale


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("de", "nulleinssiebenfünfzwovierdreineun"),
        ("de", "nulleins siebenfünf dreivier zwoneun"),
        ("it", "trequattrosette uno due tre zero"),
        ("en", "fivefivefiveonetwothreefour"),
        ("hu", "hatharminc öttizenkettő háromnégyöt"),
        ("fi", "nollaneljäkymmentäviisi kaksikolme neljäviisi"),
        ("ko", "공일공에일이삼사에오육칠팔"),
    ],
)
def test_numbers_that_are_written_as_one_word_are_found(locale: str, text: str) -> None:
    assert spans(f"{text} .", locale) == [text]


@pytest.mark.parametrize("text", ["5O5-I234", "5O5 l234 O99", "O7OO 9OO I23", "0l23 456 78I0"])
def test_letters_that_stand_for_digits_are_found(text: str) -> None:
    assert spans(f"it is {text} okay", "en-GB") == [text]


@pytest.mark.parametrize("text", ["about 10l of oil 100l", "b1o2il3 loil0 oil", "50 % 20 % 30 % 10 %"])
def test_other_letters_among_digits_are_none(text: str) -> None:
    assert spans(text, "en-US") == []


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("am", "፭፭፭፩፪፫፬"),
        ("zz", "❺❺❺❶❷❸❹"),
        ("en", "5,5,5,1,2,3,4"),
        ("en", "five five five %uh one two three four"),
        ("te", "డబుల్ ఐదు మూడు ఏడు ట్రిపుల్ ఎనిమిది"),
        ("no", "to og tjue femti fire søttiseks nittiåtte"),
    ],
)
def test_digits_of_other_kinds_and_forms_are_found(locale: str, text: str) -> None:
    assert spans(text, locale) == [text]


def test_a_list_of_pairs_with_commas_is_no_number() -> None:
    assert spans("use 80,10,10 or 60,20,20", "en-US") == []


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("sv", "ana snabel-a telia punkt se"),
        ("el", "anna papaki gmail teleia com"),
        ("en", "ana at gmail. com"),
        ("en", "ana at example. com"),
        ("uk", "анна песик gmail крапка com"),
        ("be", "анна сабака tut кропка by"),
        ("af", "ana aapstert gmail punt com"),
        ("eo", "ana heliko gmail punkto com"),
    ],
)
def test_addresses_are_found(locale: str, text: str) -> None:
    found = find(text, locale)
    assert [(one.kind, text[one.start : one.end]) for one in found] == [(PiiKind.EMAIL, text)]


def test_a_sentence_that_begins_behind_a_provider_is_no_domain() -> None:
    assert spans("we met at google. It was late. Net worth was no topic.", "en-US") == []
