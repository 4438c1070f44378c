"""Selects the conventions of a clip's locale."""

from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.transcript.conventions import Conventions


@dataclass(frozen=True, slots=True)
class LocaleConventions:
    """Convention files by locale; ``project`` is the default for other languages."""

    project: Conventions
    by_locale: Mapping[str, Conventions]

    def of(self, locale: str) -> Conventions:
        """The conventions of this locale, else of the same language, else the project's."""
        if locale == self.project.locale:
            return self.project
        if locale in self.by_locale:
            return self.by_locale[locale]
        language = locale.partition("-")[0]
        if language == self.project.locale.partition("-")[0]:
            return self.project
        same = sorted(known for known in self.by_locale if known.partition("-")[0] == language)
        return self.by_locale[same[0]] if same else self.project
