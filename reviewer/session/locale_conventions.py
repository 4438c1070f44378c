"""Selects the conventions of a clip's locale."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reviewer.transcript.conventions import Conventions

ANY_LANGUAGE = "und"
_RENAMED = {"iw": "he", "in": "id", "ji": "yi"}
_REGION_LETTERS, _REGION_DIGITS, _SCRIPT_LETTERS = 2, 3, 4
_TRADITIONAL = frozenset({"TW", "HK", "MO"})


@dataclass(frozen=True, slots=True)
class LocaleConventions:
    """Convention files by locale; ``project`` holds the project's own."""

    project: Conventions
    by_locale: Mapping[str, Conventions]

    def of(self, locale: str) -> Conventions:
        """The conventions that fit a locale best: its language, then its script, then its region.

        A language without a file has those for any language (``und``), which know no rules of spelling; the
        project's are used only where there is no such file. Tags are read as RFC 5646 has them.
        """
        wanted = _subtags(locale)
        others = [self.by_locale[known] for known in sorted(self.by_locale)]
        fitting = [each for each in (self.project, *others) if _fit(_subtags(each.locale), wanted)]
        best = max(fitting, key=lambda each: _fit(_subtags(each.locale), wanted), default=None)
        fallback = self.by_locale.get(ANY_LANGUAGE, self.project) if locale else self.project
        return replace(best or fallback, spoken_locale=locale)


def _subtags(locale: str) -> tuple[str, str, str]:
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


def _fit(known: tuple[str, str, str], wanted: tuple[str, str, str]) -> int:
    """How well conventions fit a locale, more being better; 0 for another language or another script."""
    if known[0] != wanted[0] or (known[1] and wanted[1] and known[1] != wanted[1]):
        return 0
    same_region = known[2] == wanted[2]
    return 1 + 4 * (known[1] == wanted[1]) + 2 * same_region + (not known[2] and not same_region)
