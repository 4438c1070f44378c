"""Language tags get their usual form, and say whose a clip is."""

import pytest

from reviewer.errors import Refused
from reviewer.model.language_tags import language_tag, language_tags, locale_tag, takes


@pytest.mark.parametrize(
    ("typed", "usual"),
    [("EN-gb", "en-GB"), ("sr_latn_rs", "sr-Latn-RS"), ("es-419", "es-419"), ("iw", "he"), (" DE ", "de")],
)
def test_tag_gets_its_usual_form(typed, usual):
    assert language_tag(typed) == usual


@pytest.mark.parametrize(
    "typed", ["", "english", "en-", "e", "en-GB-x-a", "en GB", "und", "mul", "12", "en-UKK", "jp", "en-EN"]
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
        (["en"], "eng", True),
        (["eng"], "en-GB", True),
        (["en-UK"], "en-GB", True),
        (["en-GB"], "en-UK", True),
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


# RFC 5646, appendix A and sections 2.2.8 and 4.5.
CANONICAL = {
    "de": "de",
    "MN-cYRL-mn": "mn-Cyrl-MN",
    "zh-Hant": "zh-Hant",
    "es-419": "es-419",
    "sl-rozaj-biske-1994": "sl-rozaj-biske-1994",
    "DE-ch-1901": "de-CH-1901",
    "hy-Latn-IT-arevela": "hy-Latn-IT-arevela",
    "ca-VALENCIA": "ca-valencia",
    "de-CH-x-phonebk": "de-CH-x-phonebk",
    "az-Arab-x-AZE-derbend": "az-Arab-x-aze-derbend",
    "x-Whatever": "x-whatever",
    "en-US-x-callcentre": "en-US-x-callcentre",
    "qaa-Qaaa-QM-x-southern": "qaa-Qaaa-QM-x-southern",
    "en-US-u-islamcal": "en-US-u-islamcal",
    "zh-CN-a-myext-x-private": "zh-CN-a-myext-x-private",
    "en-b-ccc-bbb-a-aaa-X-xyz": "en-a-aaa-b-ccc-bbb-x-xyz",
    "zh-yue-HK": "yue-HK",
    "sgn-ase": "ase",
    "iw-IL": "he-IL",
    "i-klingon": "tlh",
    "I-Enochian": "i-enochian",
    "en-GB-oed": "en-GB-oxendict",
    "zh-min-nan": "nan",
    "sgn-BE-FR": "sfb",
    "no-bok": "nb",
    "zh-cmn-Hans-CN": "cmn-Hans-CN",
    "jw": "jv",
    "my-BU": "my-MM",
    "en-UK": "en-GB",
    "de-XA": "de-XA",
    "de_DE": "de-DE",
    "ger": "de",
    "eng_Latn": "en-Latn",
    "pt_br": "pt-BR",
    "zh_CN.UTF-8": "zh-CN",
}


@pytest.mark.parametrize(("typed", "canonical"), CANONICAL.items())
def test_a_locale_is_any_tag_of_rfc_5646_in_canonical_form(typed: str, canonical: str) -> None:
    assert locale_tag(typed) == canonical
    assert locale_tag(canonical) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "", "e", "german", "deut", "de_DE@euro", "C.UTF-8", "de-419-DE",
        "a-DE", "ar-a-aaa-b-bbb-a-ccc", "de-DE-1901-1901",
        "en-", "-en", "en--US", "en-a", "en-US-x", "x", "x-", "i-nothing", "zh-yue-cmn",
        "es-MEX", "fr-FRA", "zh-CHN", "jp-JP", "gr", "en-EN", "ca-cmn", "eñ", "en US", " en", "de-１９０１",
    ],
)  # fmt: skip
def test_what_is_no_tag_of_rfc_5646_is_no_locale(text: str) -> None:
    assert locale_tag(text) is None


@pytest.mark.parametrize(
    ("languages", "locale", "expected"),
    [
        (["ca"], "ca-valencia", True),
        (["es"], "ca-valencia", False),
        (["en-US"], "en-US-x-callcentre", True),
        (["en-GB"], "en-US-x-callcentre", False),
        (["de"], "x-whatever", True),
        (["de"], "i-enochian", True),
    ],
)
def test_variants_and_private_use_do_not_say_whose_a_clip_is(languages, locale, expected) -> None:
    assert takes(languages, locale) is expected
