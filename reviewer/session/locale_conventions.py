"""Selects the conventions of a clip's locale."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Self

from reviewer.model.language_tags import subtags
from reviewer.places import own_or_resource, resource
from reviewer.transcript.conventions import Conventions, load_conventions

ANY_LANGUAGE = "und"


@dataclass(frozen=True, slots=True)
class LocaleConventions:
    """Convention files by locale; ``project`` holds the project's own."""

    project: Conventions
    by_locale: Mapping[str, Conventions]

    @classmethod
    def of_workspace(cls, workspace: Path, name: str) -> Self:
        """The project's conventions, and those of every other locale: the workspace's own, else built-in."""
        project = load_conventions(own_or_resource(workspace, "conventions", name))
        folders = (resource("conventions"), workspace / "conventions")
        files = {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
        others = {stem: load_conventions(path) for stem, path in files.items() if stem != name}
        by_locale = {each.locale: each for each in others.values()}
        return cls(project, MappingProxyType(by_locale))

    def of(self, locale: str) -> Conventions:
        """The conventions that fit a locale best: its language, then its script, then its region.

        A language without a file has those for any language (``und``), which know no rules of spelling; the
        project's are used only where there is no such file. Tags are read as RFC 5646 has them.
        """
        wanted = subtags(locale)
        others = [self.by_locale[known] for known in sorted(self.by_locale)]
        fitting = [each for each in (self.project, *others) if _fit(subtags(each.locale), wanted)]
        best = max(fitting, key=lambda each: _fit(subtags(each.locale), wanted), default=None)
        fallback = self.by_locale.get(ANY_LANGUAGE, self.project) if locale else self.project
        return replace(best or fallback, spoken_locale=locale)


def _fit(known: tuple[str, str, str], wanted: tuple[str, str, str]) -> int:
    """How well conventions fit a locale, more being better; 0 for another language or another script."""
    if known[0] != wanted[0] or (known[1] and wanted[1] and known[1] != wanted[1]):
        return 0
    same_region = known[2] == wanted[2]
    return 1 + 4 * (known[1] == wanted[1]) + 2 * same_region + (not known[2] and not same_region)
