"""Words, characters as readers count them, and letter case, by Unicode and by the language of the clip."""

import unicodedata
from functools import cache

import regex

# Unicode Standard Annex 29: default word boundaries (flag w), extended grapheme clusters (\X). Tailored: a
# colon between digits is part of a time of day.
_BOUNDARY = regex.compile(r"(?w)\b(?!(?<=\d):\d)(?!(?<=\d:)\d)")
_GRAPHEME = regex.compile(r"\X")
_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Regional_Indicator}")
_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
)
_SPOKEN_MARKS = frozenset("%&@#‰‱٪％＆＠＃")
"""Signs that Unicode files under punctuation though they are read aloud: percent, and, at, number."""

# SpecialCasing.txt of the Unicode Character Database, the parts that depend on a language.
_TURKIC = frozenset({"tr", "az"})
_TURKIC_LOWER = str.maketrans({"İ": "i", "I": "ı"})
_TURKIC_UPPER = str.maketrans({"i": "İ", "ı": "I"})
_LITHUANIAN_ACCENTED = {"Ì": "i\u0307\u0300", "Í": "i\u0307\u0301", "Ĩ": "i\u0307\u0303"}
_LITHUANIAN_DOTTED = regex.compile(r"(?<=[ij]\u0328?)\u0307")
_LITHUANIAN = regex.compile(r"[IJĮ](?=\p{M}*\p{ccc=230})|[ÌÍĨ]")
_GREEK_ACCENTS = regex.compile(r"(?<=\p{Greek}\p{M}*)[\u0300\u0301\u0313\u0314\u0342]")


def segments(text: str) -> list[str]:
    """The text cut at every word boundary of UAX 29; joined, the pieces are the text again."""
    return [piece for piece in _BOUNDARY.split(text) if piece]


def graphemes(text: str) -> list[str]:
    """The characters as a reader counts them: extended grapheme clusters of UAX 29."""
    found: list[str] = _GRAPHEME.findall(text)
    return found


def emoji(text: str) -> list[tuple[int, int]]:
    """Start and end of each emoji, whole: with skin tone, and with those that are joined to it."""
    if _EMOJI.search(text) is None:
        return []
    return [found.span() for found in _GRAPHEME.finditer(text) if _EMOJI.search(found[0])]


def has_unspaced_script(text: str) -> bool:
    """Whether there are letters of a script that is written without spaces between words."""
    return _UNSPACED.search(text) is not None


def is_spoken_sign(c: str) -> bool:
    """Whether a sign stands for something that is said: ``%``, ``&``, ``@``, ``€``, ``+`` and the like."""
    return c in _SPOKEN_MARKS or unicodedata.category(c)[0] == "S"


def lower_case(text: str, locale: str) -> str:
    """Lower case by the rules of the locale's language, in NFC (``I`` is ``ı`` in Turkish)."""
    text, language = unicodedata.normalize("NFC", text), locale.partition("-")[0]
    if language in _TURKIC:
        text = text.translate(_TURKIC_LOWER)
    elif language == "lt":
        text = _LITHUANIAN.sub(
            lambda match: _LITHUANIAN_ACCENTED.get(match[0], match[0].lower() + "\u0307"), text
        )
    return unicodedata.normalize("NFC", text.lower())


def upper_case(text: str, locale: str) -> str:
    """Upper case by the rules of the locale's language, in NFC (Greek capitals have no accents)."""
    text, language = unicodedata.normalize("NFC", text), locale.partition("-")[0]
    if language in _TURKIC:
        text = text.translate(_TURKIC_UPPER)
    elif language == "el":
        text = _GREEK_ACCENTS.sub("", unicodedata.normalize("NFD", text))
    elif language == "lt":
        text = _LITHUANIAN_DOTTED.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", text.upper())


def is_script(name: str) -> bool:
    """Whether Unicode has a script of this name, such as ``Latin``."""
    try:
        _letters_of_other_scripts((name,))
    except regex.error:
        return False
    return bool(name)


def letters_of_other_scripts(text: str, scripts: tuple[str, ...]) -> list[tuple[int, int]]:
    """Start and end of each run of letters that belong to none of ``scripts``, nor to all of them."""
    return [match.span() for match in _letters_of_other_scripts(scripts).finditer(text)]


@cache
def _letters_of_other_scripts(scripts: tuple[str, ...]) -> "regex.Pattern[str]":
    allowed = "".join(rf"\p{{Script={name}}}" for name in (*scripts, "Common", "Inherited"))
    return regex.compile(rf"(?V1)[\p{{L}}--[{allowed}]]+")
