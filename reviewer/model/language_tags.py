"""Language tags of people and clips: their usual form, and which clips a person can take."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from reviewer.errors import Refused
from reviewer.model.language_subtags import (
    EXTENDED_LANGUAGES,
    LANGUAGES_RENAMED,
    REGIONS,
    REGIONS_RENAMED,
    SIGN_LANGUAGES,
    TWO_LETTER_LANGUAGES,
)

UNDETERMINED = "und"
_TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")
# For languages that a tag of their own and the tag of their macrolanguage both name: the member that is meant
# by the macrolanguage. Pairs of the IANA Language Subtag Registry (its Macrolanguage field), of a
# macrolanguage the one member that CLDR names for it (supplementalMetadata.xml, languageAlias with the reason
# "macrolanguage"). Other members, as yue of zh, arz of ar or nn of no, are languages of their own.
_MACROLANGUAGES = dict(
    re.findall(
        r"(\w+)=(\w+)",
        "aju=jrb als=sq arb=ar ayr=ay azj=az bcc=bal bcl=bik bxk=luy bxr=bua cld=syr cmn=zh cwd=cr dgo=doi"
        " dhd=mwr dik=din diq=zza ekk=et esk=ik fuc=ff gaz=om gbo=grb gno=gon gug=gn gya=gba hdn=hai hea=hmn"
        " ike=iu khk=mn kmr=ku knc=kr kng=kg knn=kok kpv=kv lbk=bnc lvs=lv mhr=chm mup=raj nb=no npi=ne"
        " ojg=oj ory=or pbu=ps pes=fa plt=mg pnb=lah quz=qu rmy=rom spy=kln src=sc swh=sw ttq=tmh umu=del"
        " uzn=uz xpe=kpe xsl=den ydd=yi zai=zap zsm=ms zyb=za",
    )
)
NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx"})
# RFC 5646 section 2.1. A language of four letters, or of five to eight, is reserved or was never registered:
# a name such as "german" is refused rather than taken for one. Subtags for private use may be longer than the
# eight letters of the RFC: they are for whoever wrote them, who did not always count (x-callcentre).
_LANGTAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?P<extlang>(?:-[a-z]{3}){0,3})"
    r"(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?P<extensions>(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*)"
    r"(?P<private>-x(?:-[a-z0-9]{1,32})+)?",
    re.ASCII,
)
# As systems and programs other than browsers write a tag: zh_CN.UTF-8.
_CODESET = re.compile(r"([a-z]{2,3}_[a-z]{2})\.[\w-]+", re.ASCII | re.IGNORECASE)
_PRIVATE_REGION = re.compile(r"Q[M-Z]|X[A-Z]|[0-9]{3}", re.ASCII)
_PRIVATE = re.compile(r"x(?:-[a-z0-9]{1,32})+", re.ASCII)
# Tags of RFC 5646 that are older than its grammar, each with what the registry prefers to it, if anything.
_GRANDFATHERED = {
    "art-lojban": "jbo", "cel-gaulish": "", "en-gb-oed": "en-GB-oxendict", "i-ami": "ami", "i-bnn": "bnn",
    "i-default": "", "i-enochian": "", "i-hak": "hak", "i-klingon": "tlh", "i-lux": "lb", "i-mingo": "",
    "i-navajo": "nv", "i-pwn": "pwn", "i-tao": "tao", "i-tay": "tay", "i-tsu": "tsu", "no-bok": "nb",
    "no-nyn": "nn", "sgn-be-fr": "sfb", "sgn-be-nl": "vgt", "sgn-ch-de": "sgg", "zh-guoyu": "cmn",
    "zh-hakka": "hak", "zh-min": "", "zh-min-nan": "nan", "zh-xiang": "hsn",
}  # fmt: skip
_LANGUAGE_LETTERS, _REGION_LETTERS, _REGION_DIGITS, _SCRIPT_LETTERS = 2, 2, 3, 4
_TAGS_KNOWN = 256
_TRADITIONAL = frozenset({"TW", "HK", "MO"})


@lru_cache(_TAGS_KNOWN)
def locale_tag(text: str) -> str | None:
    """A language tag of RFC 5646 in canonical form (section 4.5), or None for other text.

    Variants, extensions, private use and grandfathered tags are tags as well. The case is that of section
    2.1.1; deprecated languages and regions, extended languages and grandfathered tags become what the
    registry prefers, and extensions are in the order of their letters. ``_`` may stand for ``-``, and a code
    of three letters for the one of two. Languages of two letters, extended languages and regions are those of
    the registry: ``jp-JP`` and ``es-MEX`` would be tags of other languages than were meant.
    """
    if not text.isascii():
        return None
    with_codeset = _CODESET.fullmatch(text)
    lower = (with_codeset[1] if with_codeset else text).lower().replace("_", "-")
    if lower in _GRANDFATHERED:
        return _GRANDFATHERED[lower] or lower
    match = _LANGTAG.fullmatch(lower)
    if match is None:
        return lower if _PRIVATE.fullmatch(lower) else None
    variants = [each for each in match["variants"].split("-") if each]
    extensions = re.findall(r"-([a-wy-z0-9](?:-[a-z0-9]{2,8})+)", match["extensions"])
    extended = match["extlang"].split("-")[1:]
    language, region = _known_language(match["language"]), _known_region(match["region"] or "")
    if language is None or region is None or not _may_follow(extended, language):
        return None
    if _has_twice(variants) or _has_twice([each[0] for each in extensions]):
        return None
    script = (match["script"] or "").title()
    private = match["private"] or ""
    parts = (*(extended or [language]), script, region, *variants, *sorted(extensions), private[1:])
    return "-".join(part for part in parts if part)


def _known_language(subtag: str) -> str | None:
    """A language in lower case as the registry prefers it; None if it has two letters and is none."""
    is_known = len(subtag) > _LANGUAGE_LETTERS or subtag in TWO_LETTER_LANGUAGES
    return LANGUAGES_RENAMED.get(subtag, subtag) if is_known else None


def _known_region(subtag: str) -> str | None:
    """A region as the registry prefers it, empty for none; None if there is no such region."""
    region = REGIONS_RENAMED.get(subtag.upper(), subtag.upper())
    return region if not region or region in REGIONS or _PRIVATE_REGION.fullmatch(region) else None


def _may_follow(extended: Sequence[str], language: str) -> bool:
    """Whether there is at most one extended language, and it may stand behind this one."""
    if len(extended) > 1:
        return False
    return language == SIGN_LANGUAGES or all(EXTENDED_LANGUAGES.get(one) == language for one in extended)


def _has_twice(parts: Sequence[str]) -> bool:
    return len(set(parts)) < len(parts)


def language_tag(text: str) -> str:
    """A language tag of RFC 5646 with at most script and region, in its usual case (``sr-Latn-RS``).

    Raises: Refused for anything else, for languages of two letters and regions that do not exist, and for
        ``und`` and the like, which name no language.
    """
    match = _TAG.fullmatch(text.strip().replace("_", "-"))
    if match is None or match[1].lower() in NO_LANGUAGE:
        raise Refused("NOT_A_LANGUAGE", tag=text.strip())
    language, region = _known_language(match[1].lower()), _known_region(match[3] or "")
    if language is None or region is None:
        raise Refused("NOT_A_LANGUAGE", tag=text.strip())
    return "-".join(part for part in (language, match[2] and match[2].title(), region) if part)


def language_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Tags in their usual form, each once, sorted. Raises: Refused for text that is no tag."""
    return tuple(sorted({language_tag(text) for text in texts}))


def takes(languages: Iterable[str], locale: str) -> bool:
    """Whether a person with these languages takes a clip of this locale; no languages take every clip.

    Script and region decide only where both tags name them: ``en`` takes ``en-GB``, ``en-GB`` takes ``en``
    but not ``en-US``. A macrolanguage and its main member are one: ``zh`` takes ``cmn``, ``nb`` takes
    ``no``. A clip of no determined language is for everybody.
    """
    known = [subtags(language) for language in languages]
    clip = subtags(locale)
    if not known or not clip[0] or clip[0] in NO_LANGUAGE:
        return True
    return any(
        own[0] == clip[0] and all(not a or not b or a == b for a, b in zip(own, clip, strict=True))
        for own in known
    )


def subtags(locale: str) -> tuple[str, str, str]:
    """Language, script and region of a language tag; empty where it does not say.

    A tag for private use alone (``x-…``) says none of them. The language of a macrolanguage's main member is
    the macrolanguage.
    """
    language, *others = locale.replace("_", "-").split("-")
    if len(language) == 1:
        return "", "", ""  # private use, or registered before languages had codes
    language, script, region = LANGUAGES_RENAMED.get(language.lower(), language.lower()), "", ""
    language = _MACROLANGUAGES.get(language, language)
    for part in others:
        if len(part) == 1:
            break  # what follows is an extension or for private use
        if len(part) == _SCRIPT_LETTERS and part.isalpha() and not (script or region):
            script = part.title()
        elif not region and (
            (len(part) == _REGION_LETTERS and part.isalpha())
            or (len(part) == _REGION_DIGITS and part.isdigit())
        ):
            region = REGIONS_RENAMED.get(part.upper(), part.upper())
    if language == "zh" and not script and region:
        script = "Hant" if region in _TRADITIONAL else "Hans"
    return language, script, region
