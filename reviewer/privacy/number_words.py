"""Number words of each language, as digits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reviewer.privacy.text_matching import fold

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class NumberWords:
    """One language's words for the digits of a number.

    ``phrases`` maps words said one after another to digits (("twenty", "one") to "21"). ``hundred`` turns
    the digit before it into hundreds. ``magnitudes`` (thousand, million) belong to amounts and end a run.
    ``weak`` words (oh, for, to) are digits only between digits. ``fillers`` may stand between two digits,
    ``linkers`` only between single ones, ``corrections`` take back what was said before them.
    """

    language: str
    phrases: Mapping[Phrase, str]
    hundred: frozenset[str] = frozenset()
    magnitudes: frozenset[str] = frozenset()
    repeats: Mapping[str, int] = field(default_factory=dict)
    weak: Mapping[str, str] = field(default_factory=dict)
    fillers: frozenset[str] = frozenset()
    linkers: frozenset[str] = frozenset()
    corrections: frozenset[str] = frozenset()

    @cached_property
    def by_first(self) -> Mapping[str, tuple[Phrase, ...]]:
        """The phrases that begin with a word, the longest first."""
        grouped: dict[str, list[Phrase]] = {}
        for phrase in self.phrases:
            grouped.setdefault(phrase[0], []).append(phrase)
        return {first: tuple(sorted(group, key=len, reverse=True)) for first, group in grouped.items()}


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())


def _count(text: str, start: int = 0, step: int = 1) -> dict[Phrase, str]:
    """Words in ascending order; alternatives for one number are separated by a bar."""
    numbers: dict[Phrase, str] = {}
    for index, group in enumerate(fold(text).split()):
        for word in group.split("|"):
            numbers[(word,)] = str(start + index * step)
    return numbers


def _joined(
    tens: Mapping[Phrase, str], units: Mapping[Phrase, str], links: Iterable[Phrase]
) -> dict[Phrase, str]:
    """Tens and a unit said after them, with or without a linking word: twenty one, treinta y cinco."""
    return {
        ten + link + unit: str(int(ten_value) + int(value))
        for ten, ten_value in tens.items()
        for unit, value in units.items()
        for link in links
        if value != "0"
    }


def _english() -> NumberWords:
    units = _count("zero|nought|naught|nil one two three four five six seven eight nine|niner")
    tens = _count("twenty thirty forty|fourty fifty sixty seventy eighty ninety", 20, 10)
    teens = _count("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 10)
    return NumberWords(
        "en",
        units | teens | tens | _joined(tens, units, [()]),
        hundred=_words("hundred"),
        magnitudes=_words("thousand thousands million millions billion billions trillion"),
        repeats={"double": 2, "triple": 3, "treble": 3, "quadruple": 4},
        weak={
            "oh": "0",
            "o": "0",
            "owe": "0",
            "won": "1",
            "to": "2",
            "too": "2",
            "for": "4",
            "fore": "4",
            "ate": "8",
        },
        fillers=_words(
            "uh um er erm eh ah hmm hm mm mhm dash hyphen space slash dot point pause comma okay ok"
        ),
        linkers=_words("and then so well like"),
        corrections=_words("no sorry wait correction actually rather mean i"),
    )


def _german() -> NumberWords:
    units = _count("null|zero eins|ein|eine zwei|zwo drei vier fünf|fuenf sechs sieben acht neun")
    teens = _count(
        "zehn elf zwölf|zwoelf dreizehn vierzehn fünfzehn|fuenfzehn sechzehn siebzehn achtzehn neunzehn", 10
    )
    tens = _count("zwanzig dreißig|dreissig vierzig fünfzig|fuenfzig sechzig siebzig achtzig neunzig", 20, 10)
    pairs = {
        phrase: str(int(ten) + int(unit))
        for (unit_word,), unit in units.items()
        for (ten_word,), ten in tens.items()
        for phrase in ((f"{unit_word}und{ten_word}",), (unit_word, "und", ten_word))
        if unit != "0"
    }
    hundreds = {(f"{word}hundert",): f"{value}00" for (word,), value in units.items() if value != "0"}
    return NumberWords(
        "de",
        units | teens | tens | pairs | hundreds,
        hundred=_words("hundert"),
        magnitudes=_words("tausend million millionen milliarde milliarden"),
        repeats={"doppel": 2, "doppelt": 2, "zweimal": 2, "dreimal": 3, "dreifach": 3},
        fillers=_words(
            "äh ähm öh hm hmm strich bindestrich minus leerzeichen schrägstrich punkt komma pause"
        ),
        linkers=_words("und dann also so"),
        corrections=_words("nein quatsch sorry moment entschuldigung halt doch"),
    )


def _french() -> NumberWords:
    units = _count("zéro|zero un|une deux trois quatre cinq six sept huit neuf")
    teens = _count("dix onze douze treize quatorze quinze seize", 10)
    teens.update({("dix", word): value for word, value in (("sept", "17"), ("huit", "18"), ("neuf", "19"))})
    tens = _count("vingt trente quarante cinquante soixante septante huitante nonante", 20, 10)
    tens[("octante",)] = "80"
    eighty: dict[Phrase, str] = {("quatre", "vingt"): "80", ("quatre", "vingts"): "80"}
    upper = _joined({("soixante",): "60"} | eighty, teens, [(), ("et",)])
    return NumberWords(
        "fr",
        units | teens | tens | eighty | _joined(tens | eighty, units, [(), ("et",)]) | upper,
        hundred=_words("cent cents"),
        magnitudes=_words("mille million millions milliard milliards"),
        repeats={"double": 2, "triple": 3},
        fillers=_words("euh heu ben bah hein hm tiret espace point virgule slash pause"),
        linkers=_words("et puis ensuite alors"),
        corrections=_words("non pardon attendez attends désolé plutôt"),
    )


def _spanish() -> NumberWords:
    units = _count("cero uno|un|una dos tres cuatro cinco seis siete ocho nueve")
    teens = _count("diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve", 10)
    twenties = _count(
        "veinte veintiuno|veintiún|veintiuna veintidós veintitrés veinticuatro veinticinco veintiséis"
        " veintisiete veintiocho veintinueve",
        20,
    )
    tens = _count("treinta cuarenta cincuenta sesenta setenta ochenta noventa", 30, 10)
    hundreds = _count(
        "cien|ciento|cientos doscientos trescientos cuatrocientos quinientos seiscientos setecientos"
        " ochocientos novecientos",
        100,
        100,
    )
    return NumberWords(
        "es",
        units | teens | twenties | tens | hundreds | _joined(tens, units, [("y",), ()]),
        magnitudes=_words("mil millón millones"),
        repeats={"doble": 2, "triple": 3},
        fillers=_words("eh em este pues mmm guion guión espacio punto coma barra pausa"),
        linkers=_words("y luego después entonces"),
        corrections=_words("no perdón perdona espera digo mejor"),
    )


def _italian() -> NumberWords:
    units = _count("zero uno|un|una due tre quattro cinque sei sette otto nove")
    teens = _count(
        "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove", 10
    )
    tens = _count("venti trenta quaranta cinquanta sessanta settanta ottanta novanta", 20, 10)
    # The last vowel of the tens falls before uno and otto: ventuno, trentotto.
    pairs = {
        ((ten[:-1] if unit[0] in "uo" else ten) + unit,): str(int(ten_value) + int(value))
        for (ten,), ten_value in tens.items()
        for (unit,), value in units.items()
        if value != "0"
    }
    hundreds = {(f"{word}cento",): f"{value}00" for (word,), value in units.items() if value > "1"}
    return NumberWords(
        "it",
        units | teens | tens | pairs | hundreds | {("cento",): "100"},
        hundred=_words("cento"),
        magnitudes=_words("mille mila milione milioni miliardo miliardi"),
        repeats={"doppio": 2, "doppia": 2, "triplo": 3, "tripla": 3},
        fillers=_words("eh ehm uhm mm trattino spazio punto virgola barra pausa"),
        linkers=_words("e poi quindi allora"),
        corrections=_words("no scusi scusa aspetta anzi cioè"),
    )


# Digit by digit only: how long numbers are mostly read out; no more is claimed for these languages.
_DIGIT_BY_DIGIT = {
    "pt": "zero um|uma dois|duas três quatro cinco seis|meia sete oito nove",
    "nl": "nul één|een|eentje twee drie vier vijf zes zeven acht negen",
    "sv": "noll|nolla ett|en två tre fyra fem sex sju åtta nio",
    "pl": "zero jeden|jedna dwa|dwie trzy cztery pięć sześć siedem osiem dziewięć",
    "cs": "nula jedna|jeden|jedno dva|dvě tři čtyři|štyry pět šest sedm|sedum osm|osum devět",
    "ru": "ноль|нуль один|одна|раз два|две три четыре пять шесть семь восемь девять",
    "bg": "нула едно|един|една две|два три четири пет шест седем осем девет",
    "el": "μηδέν ένα|ένας|μία δύο|δυο τρία|τρεις τέσσερα|τέσσερις πέντε έξι επτά|εφτά οκτώ|οχτώ εννέα|εννιά",
    "he": "אפס אחת|אחד שתיים|שניים|שתים שלוש|שלושה ארבע|ארבעה חמש|חמישה שש|שישה שבע|שבעה שמונה תשע|תשעה",
    "ar": "صفر واحد|واحدة اثنان|اثنين|إثنان|تنين ثلاثة|ثلاث|تلاتة أربعة|أربع خمسة|خمس"
    " ستة|ست سبعة|سبع ثمانية|تمانية تسعة|تسع",
    "tr": "sıfır bir iki üç dört beş altı yedi sekiz dokuz",
    "zh": "零|〇|洞 一|壹|幺 二|贰|两 三|叁 四|肆 五|伍 六|陆 七|柒|拐 八|捌 九|玖|勾",
}


def _digits_only(language: str, words: str) -> NumberWords:
    return NumberWords(language, _count(words), fillers=_words("eh e em um uh äh hm"))


def _all() -> tuple[NumberWords, ...]:
    full = (_english(), _german(), _french(), _spanish(), _italian())
    return full + tuple(_digits_only(language, words) for language, words in _DIGIT_BY_DIGIT.items())


# A clip may be in a different language than its manifest says, so every pack is tried on every text.
ALL_PACKS = _all()
