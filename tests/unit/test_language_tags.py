"""Language tags get their usual form, and say whose a clip is."""

import pytest

from reviewer.errors import Refused
from reviewer.model.language_tags import language_tag, language_tags, takes


@pytest.mark.parametrize(
    ("typed", "usual"),
    [("EN-gb", "en-GB"), ("sr_latn_rs", "sr-Latn-RS"), ("es-419", "es-419"), ("iw", "he"), (" DE ", "de")],
)
def test_tag_gets_its_usual_form(typed, usual):
    assert language_tag(typed) == usual


@pytest.mark.parametrize(
    "typed", ["", "english", "en-", "e", "en-GB-x-a", "en GB", "und", "mul", "12", "en-UKK"]
)
def test_what_names_no_language_is_refused_with_the_text_that_was_typed(typed):
    with pytest.raises(Refused) as refused:
        language_tag(typed)
    assert (refused.value.code, refused.value.parameters["tag"]) == ("NOT_A_LANGUAGE", typed)


def test_tags_that_differ_in_case_only_are_one():
    assert language_tags(["en-gb", "EN-GB", "de"]) == ("de", "en-GB")


@pytest.mark.parametrize(
    ("languages", "locale", "expected"),
    [
        ([], "cs-CZ", True),
        (["en"], "en-US", True),
        (["EN"], "en-gb", True),
        (["en-GB"], "en-GB", True),
        (["en-GB"], "en", True),
        (["en-GB"], "en-US", False),
        (["en"], "eng", False),
        (["en", "de"], "de-AT", True),
        (["sr-Latn"], "sr-Cyrl", False),
        (["sr-Latn"], "sr", True),
        (["sr-Latn"], "sr-Latn-RS", True),
        (["zh-Hant"], "zh-TW", True),
        (["zh-Hans"], "zh-TW", False),
        (["de"], "und", True),
        (["de"], "", True),
        (["de"], "mul", True),
        (["zh"], "cmn-Hans-CN", True),
        (["cmn"], "zh", True),
        (["cmn-Hant"], "zh-CN", False),
        (["zh"], "yue-HK", False),
        (["ar"], "arb", True),
        (["ar"], "arz-EG", False),
        (["no"], "nb-NO", True),
        (["nb"], "no", True),
        (["nn"], "nb", False),
        (["ms"], "id", False),
    ],
)
def test_person_takes_the_clips_that_their_tags_cover(languages, locale, expected):
    assert takes(languages, locale) is expected
