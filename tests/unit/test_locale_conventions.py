"""A clip is transcribed and scored under the conventions of its own locale."""

from dataclasses import replace

import pytest

from reviewer.places import resource
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.transcript.conventions import load_conventions

GERMAN = load_conventions(resource("conventions", "de-DE.toml"))
AUSTRIAN = replace(GERMAN, locale="de-AT")
ANY = load_conventions(resource("conventions", "und.toml"))
SIMPLIFIED, TRADITIONAL = replace(GERMAN, locale="zh-Hans"), replace(GERMAN, locale="zh-Hant")
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
        (ENGLISH, [GERMAN, ANY], "fr-FR", ANY),
        (ENGLISH, [SIMPLIFIED, TRADITIONAL], "zh-TW", TRADITIONAL),
        (ENGLISH, [SIMPLIFIED, TRADITIONAL], "zh-Hans-TW", SIMPLIFIED),
        (ENGLISH, [SIMPLIFIED, ANY], "zh-HK", ANY),
        (ENGLISH, [GERMAN], "de-DE-1996-x-studio", GERMAN),
        (GERMAN, [ENGLISH], "EN_us", ENGLISH),
        (GERMAN, [ENGLISH], "en-GB", ENGLISH),
        (GERMAN, [ENGLISH], "", GERMAN),
    ],
)
def test_exact_locale_comes_before_language_before_the_projects(project, others, locale, expected) -> None:
    found = LocaleConventions(project, {each.locale: each for each in others}).of(locale)
    assert (found.id, found.clip_locale) == (expected.id, locale or expected.locale)
