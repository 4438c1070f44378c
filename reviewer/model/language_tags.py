"""Language tags of people and clips: their usual form, and which clips a person can take."""

import re
from collections.abc import Iterable

from reviewer.errors import Refused

UNDETERMINED = "und"
_TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")
_RENAMED = {"iw": "he", "in": "id", "ji": "yi"}
_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx"})
_REGION_LETTERS, _REGION_DIGITS, _SCRIPT_LETTERS = 2, 3, 4
_TRADITIONAL = frozenset({"TW", "HK", "MO"})


def language_tag(text: str) -> str:
    """A language tag of RFC 5646 with at most script and region, in its usual case (``sr-Latn-RS``).

    Raises: Refused for anything else, and for ``und`` and the like, which name no language.
    """
    match = _TAG.fullmatch(text.strip().replace("_", "-"))
    if match is None or match[1].lower() in _NO_LANGUAGE:
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
    but not ``en-US``. A clip of no determined language is for everybody.
    """
    known = [subtags(language) for language in languages]
    clip = subtags(locale)
    if not known or not clip[0] or clip[0] in _NO_LANGUAGE:
        return True
    return any(
        own[0] == clip[0] and all(not a or not b or a == b for a, b in zip(own, clip, strict=True))
        for own in known
    )


def subtags(locale: str) -> tuple[str, str, str]:
    """Language, script and region of a language tag; empty where it does not say."""
    language, *others = locale.replace("_", "-").split("-")
    language, script, region = _RENAMED.get(language.lower(), language.lower()), "", ""
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
