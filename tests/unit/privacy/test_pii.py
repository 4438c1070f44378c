"""What kind of personal data a span is, and how sure."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.hypothesis import Word
from reviewer.privacy.address_words import Sign, signs
from reviewer.privacy.email_addresses import may_hold_said_address, said_addresses
from reviewer.privacy.number_words import NumberWords, number_words
from reviewer.privacy.pii import PiiKind, PiiSpan, find, find_by_all_rules, is_card, region_of
from reviewer.privacy.redaction import spans_in_words
from reviewer.privacy.text_matching import TextSpans, tokens

CASES = [
    ("write to john.smith@example.org", "en-US", PiiKind.EMAIL, "certain"),
    ("anna at acme dot com", "en-US", PiiKind.EMAIL, "likely"),
    ("my card is 4111 1111 1111 1111", "en-US", PiiKind.CARD, "certain"),
    ("4111 1111 1111 1111 12 27 321", "en-US", PiiKind.CARD, "certain"),
    (
        "four one one one double one double one one one one one one one one one",
        "en-US",
        PiiKind.CARD,
        "certain",
    ),
    ("4111 1111 1111 1112", "en-US", PiiKind.CARD, "likely"),
    ("3782 822463 10005", "fr-FR", PiiKind.CARD, "certain"),
    ("my social is one two three four five six seven eight nine", "en-US", PiiKind.SSN, "certain"),
    ("123-45-6789", "en-US", PiiKind.SSN, "certain"),
    ("000-45-6789", "en-US", PiiKind.DIGITS, "likely"),
    ("four one five five five five two six seven one", "en-US", PiiKind.PHONE, "certain"),
    ("+49 30 1234567", "en-US", PiiKind.PHONE, "certain"),
    ("030 12345678", "de-DE", PiiKind.PHONE, "certain"),
    ("zéro six vingt-deux trente quarante-cinq dix", "fr-FR", PiiKind.PHONE, "certain"),
    ("seis uno dos treinta y cinco cuarenta y uno noventa", "es-ES", PiiKind.PHONE, "certain"),
    ("DE89 3704 0044 0532 0130 00", "de-DE", PiiKind.IBAN, "certain"),
]


@pytest.mark.parametrize(("text", "locale", "kind", "certainty"), CASES)
def test_personal_data_is_named_and_rated(text: str, locale: str, kind: PiiKind, certainty: str) -> None:
    (span,) = find(text, locale)
    assert (span.kind, span.certainty) == (kind, certainty)


def test_a_failed_checksum_never_clears_a_long_run() -> None:
    assert not is_card("4111111111111112")
    assert find("4111 1111 1111 1112", "en-US")


def test_a_number_is_found_whatever_language_the_manifest_says_or_does_not_know() -> None:
    assert find("null eins sieben zwo drei vier fünf sechs", "en-US")
    assert find("call 415 555 2671", "und")


def test_several_kinds_come_in_the_order_of_the_text_and_digits_inside_an_address_once() -> None:
    spans = find("ring 415 555 2671 or write to a4155552671@example.org", "en-US")
    assert [span.kind for span in spans] == [PiiKind.PHONE, PiiKind.EMAIL]


@pytest.mark.parametrize(
    ("locale", "region"), [("en-GB", "GB"), ("zh-Hans-CN", "CN"), ("cs", "CZ"), ("de", "DE"), ("und", "US")]
)
def test_the_region_comes_from_the_tag_or_the_language(locale: str, region: str) -> None:
    assert region_of(locale) == region


def check_digit(body: str) -> str:
    total = sum(sum(divmod(int(digit) * (2 - index % 2), 10)) for index, digit in enumerate(reversed(body)))
    return str(-total % 10)


@given(st.text(alphabet="0123456789", min_size=14, max_size=14))
def test_every_card_number_with_its_check_digit_is_certain(rest: str) -> None:
    body = "4" + rest
    (span,) = find(f"number {body}{check_digit(body)} please", "en-US")
    assert (span.kind, span.certainty) == (PiiKind.CARD, "certain")


SIGNS = st.text(alphabet="0123456789 -.@abot, ", max_size=80)
FINDS = st.sampled_from(["a@b.com", "4111111111111111", "415 555 2671", "call", "and", "@", "at", "5", "-"])


@given(
    SIGNS | st.lists(FINDS, min_size=2, max_size=8).map(" ".join),
    st.sampled_from(["en-US", "de-DE", "und", "xx"]),
)
def test_spans_lie_in_the_text_in_order_and_apart(text: str, locale: str) -> None:
    spans: tuple[PiiSpan, ...] = find(text, locale)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


def _said(pack: NumberWords) -> st.SearchStrategy[list[str]]:
    """Words of one language and of all addresses, from which most texts with finds could be made."""
    tables = (
        pack.by_first,
        pack.single,
        pack.weak,
        pack.plurals,
        pack.repeats,
        pack.hundreds,
        pack.magnitudes,
    )
    phrases = [" ".join(phrase) for group in pack.by_first.values() for phrase, _ in group]
    numbers = sorted({word for table in tables for word in table} | {*phrases, *pack.links})
    said = st.lists(st.sampled_from([*numbers, "the", "Žluťoučký"]), max_size=12)
    ats = [" ".join(phrase) for group in signs().values() for phrase, sign in group if sign in _SIGNS_SAID]
    address = st.lists(
        st.sampled_from([*sorted(ats), ".", "gmail", "me", "com", "john", "smith", "j"]), max_size=8
    )
    return st.tuples(said, address).flatmap(lambda each: st.permutations([*each[0], *each[1]][:14]))


_SIGNS_SAID = (Sign.AT, Sign.MAYBE_AT, Sign.RARE_AT, Sign.DOT, Sign.MAYBE_DOT, Sign.MARK)
GAPS = [" ", "-", ", ", " . ", ". ", "."]


@given(st.sampled_from(number_words()).flatmap(_said), st.sampled_from(GAPS))
def test_a_text_without_finds_by_its_words_alone_has_none_by_every_rule(words: list[str], gap: str) -> None:
    text = gap.join(words)
    assert find(text, "en-US") == find_by_all_rules(text, "en-US")


@given(st.sampled_from(number_words()).flatmap(_said), st.sampled_from(GAPS))
def test_a_text_that_cannot_hold_a_said_address_by_its_words_holds_none(words: list[str], gap: str) -> None:
    found = tokens(gap.join(words))
    folded = [token.text for token in found]
    if not may_hold_said_address(folded, has_dot="." in folded):
        assert said_addresses(found, TextSpans()) == []


@pytest.mark.parametrize(
    "text",
    [
        "john dot smith at gmail",
        "double one double two triple three",
        "six fives and two",
        "ｊｏｈｎ＠example.org",
        "drei hundert fünf vierzig zwölf",
        "two hundred twenty two hundred five thousand",
        "٠١٢٣٤٥٦٧",
    ],
)
def test_what_only_just_can_hold_something_is_looked_at_by_every_rule(text: str) -> None:
    assert find(text, "en-US") == find_by_all_rules(text, "en-US")


@pytest.mark.parametrize("word", ["x", "twenty", "hundertdreiundzwanzig", "vingt"])
def test_a_text_without_spaces_takes_no_longer_than_its_length(word: str) -> None:
    assert find(word * 50_000, "en-US") == ()  # it took hours


TAGGED = [
    "555 <sil> 1234",
    "five <hes> five <hes> five <hes> one <hes> two <hes> three <hes> four",
    "five<sil>five<sil>five<sil>one<sil>two<sil>three<sil>four",
    "five five five (0.5) one two three four",
    "five five five <00:02.350> one two three four",
    "00:00:05.000 five five five 00:00:07.000 one two three four",
    "<v Anna>five five five</v>\n<v Anna>one two three four</v>",
    "five five five &lt;sil&gt; one two three four",
    "five five five [no-speech] [no-speech] [no-speech] [no-speech] one two three four",
]


@pytest.mark.parametrize("text", TAGGED)
def test_a_number_goes_on_behind_a_tag_or_a_time(text: str) -> None:
    (found,) = find(text, "en-US")
    said = text[found.start : found.end]
    assert (said[:4].lower().strip(" <"), said[-4:]) in (("555", "1234"), ("five", "four"))


@pytest.mark.parametrize("text", TAGGED)
def test_a_number_goes_on_behind_a_tag_in_recognised_words(text: str) -> None:
    words = [Word(word, 10 * place, 10 * place + 9) for place, word in enumerate(text.split())]
    assert spans_in_words(words, "en-US")


@pytest.mark.parametrize(
    "text",
    [
        "the card [pii:card] and 555 [pii:phone] 1234",
        "room (see page) 1234 and 567",
        "scored (3.5) and (4.5) and (2.5)",
        "between 00:00:05.000 and 00:00:07.000",
        "we won 3 [applause] 2 and lost 4 [laugh] 1 in 1998",
    ],
)
def test_what_is_between_tags_is_no_number_by_them(text: str) -> None:
    assert find(text, "en-US") == ()


def test_an_address_in_words_that_look_like_tags_is_found() -> None:
    assert [one.kind for one in find("anna <at> example <dot> com", "en-US")] == [PiiKind.EMAIL]
