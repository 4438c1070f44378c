"""Language tags of people and clips: their usual form, and which clips a person can take."""

import re
from collections.abc import Iterable, Sequence

from reviewer.errors import Refused

UNDETERMINED = "und"
_TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")
_RENAMED = {"iw": "he", "in": "id", "ji": "yi"}
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
_PRIVATE = re.compile(r"x(?:-[a-z0-9]{1,32})+", re.ASCII)
# Tags of RFC 5646 that are older than its grammar, each with what the registry prefers to it, if anything.
_GRANDFATHERED = {
    "art-lojban": "jbo", "cel-gaulish": "", "en-gb-oed": "en-GB-oxendict", "i-ami": "ami", "i-bnn": "bnn",
    "i-default": "", "i-enochian": "", "i-hak": "hak", "i-klingon": "tlh", "i-lux": "lb", "i-mingo": "",
    "i-navajo": "nv", "i-pwn": "pwn", "i-tao": "tao", "i-tay": "tay", "i-tsu": "tsu", "no-bok": "nb",
    "no-nyn": "nn", "sgn-be-fr": "sfb", "sgn-be-nl": "vgt", "sgn-ch-de": "sgg", "zh-guoyu": "cmn",
    "zh-hakka": "hak", "zh-min": "", "zh-min-nan": "nan", "zh-xiang": "hsn",
}  # fmt: skip
_REGION_LETTERS, _REGION_DIGITS, _SCRIPT_LETTERS = 2, 3, 4
_TRADITIONAL = frozenset({"TW", "HK", "MO"})


def locale_tag(text: str) -> str | None:
    """A language tag of RFC 5646 in canonical form (section 4.5), or None for other text.

    Variants, extensions, private use and grandfathered tags are tags as well. The case is that of section
    2.1.1; deprecated languages, extended languages and grandfathered tags become what the registry prefers,
    and extensions are in the order of their letters.
    """
    lower = text.lower()
    if not text.isascii():
        return None
    if lower in _GRANDFATHERED:
        return _GRANDFATHERED[lower] or lower
    if _PRIVATE.fullmatch(lower):
        return lower
    match = _LANGTAG.fullmatch(lower)
    if match is None:
        return None
    variants = [each for each in match["variants"].split("-") if each]
    extensions = re.findall(r"-([a-wy-z0-9](?:-[a-z0-9]{2,8})+)", match["extensions"])
    extended = match["extlang"].split("-")[1:]
    if _has_twice(variants) or _has_twice([each[0] for each in extensions]) or len(extended) > 1:
        return None
    language = _RENAMED.get(match["language"], match["language"])
    script, region = (match["script"] or "").title(), (match["region"] or "").upper()
    private = match["private"] or ""
    parts = (*(extended or [language]), script, region, *variants, *sorted(extensions), private[1:])
    return "-".join(part for part in parts if part)


def _has_twice(parts: Sequence[str]) -> bool:
    return len(set(parts)) < len(parts)


def language_tag(text: str) -> str:
    """A language tag of RFC 5646 with at most script and region, in its usual case (``sr-Latn-RS``).

    Raises: Refused for anything else, and for ``und`` and the like, which name no language.
    """
    match = _TAG.fullmatch(text.strip().replace("_", "-"))
    if match is None or match[1].lower() in NO_LANGUAGE:
        raise Refused("NOT_A_LANGUAGE", tag=text.strip())
    language, script, region = match.groups()
    language = _RENAMED.get(language.lower(), language.lower())
    return "-".join(part for part in (language, script and script.title(), region and region.upper()) if part)


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
    language, script, region = _RENAMED.get(language.lower(), language.lower()), "", ""
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
            region = part.upper()
    if language == "zh" and not script and region:
        script = "Hant" if region in _TRADITIONAL else "Hans"
    return language, script, region
