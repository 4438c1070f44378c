"""A clip is transcribed and scored under the conventions of its own locale."""

from dataclasses import replace

import pytest

from reviewer.places import resource
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.transcript.conventions import load_conventions

GERMAN = load_conventions(resource("conventions", "de-DE.toml"))
AUSTRIAN = replace(GERMAN, locale="de-AT")
ENGLISH = load_conventions(resource("conventions", "en-US.toml"))


@pytest.mark.parametrize(
    ("project", "others", "locale", "expected"),
    [
        (ENGLISH, [GERMAN], "en-US", ENGLISH),
        (ENGLISH, [GERMAN], "de-DE", GERMAN),
        (ENGLISH, [GERMAN], "de-AT", GERMAN),
        (ENGLISH, [AUSTRIAN, GERMAN], "de-DE", GERMAN),
        (ENGLISH, [AUSTRIAN, GERMAN], "de-CH", AUSTRIAN),
        (GERMAN, [ENGLISH], "de-AT", GERMAN),
        (ENGLISH, [GERMAN], "fr-FR", ENGLISH),
        (GERMAN, [ENGLISH], "en-GB", ENGLISH),
        (GERMAN, [ENGLISH], "", GERMAN),
    ],
)
def test_exact_locale_comes_before_language_before_the_projects(project, others, locale, expected) -> None:
    found = LocaleConventions(project, {each.locale: each for each in others}).of(locale)
    assert found is expected
