"""The gate: which rule speaks first, and what it says."""

import pytest

from reviewer.messages import command_catalogue
from reviewer.model.project import IntakeRules
from reviewer.privacy.gate import Gate
from reviewer.privacy.manifest_row import Decision, Outcome, RefusalCode, WordTiming
from tests.factories import NOON, a_manifest_row


def decide(**changes: object) -> Decision:
    return Gate(IntakeRules(), NOON).decide(a_manifest_row(**changes))


def test_a_clip_that_keeps_every_promise_is_accepted() -> None:
    assert decide(draft="press star for help") == Decision(Outcome.ACCEPTED)


@pytest.mark.parametrize("field", ["source_id", "speaker", "reference"])
def test_an_identifier_in_any_token_is_refused(field: str) -> None:
    assert decide(**{field: "john@example.org"}).code is RefusalCode.IDENTIFIER_FOUND


def test_personal_data_in_the_draft_quarantines() -> None:
    decision = decide(draft="my number is four one five five five five two six")
    assert (decision.outcome, decision.code) == (Outcome.QUARANTINED, RefusalCode.PII_FLAGGED)


def test_every_kind_of_personal_data_is_told_once_in_the_order_of_their_names() -> None:
    texts = "mail a.b@example.org, c.d@example.org or ring 415 555 2671"
    assert decide(draft=texts).notice.parameters == {"kinds": "email, phone"}


def test_personal_data_in_the_words_quarantines_too() -> None:
    words = tuple(WordTiming(word, 0.0, 1.0) for word in ["john", "at", "gmail", "dot", "com"])
    assert decide(draft="hello", words=words).code is RefusalCode.PII_FLAGGED


def test_consent_speaks_before_identifiers_and_those_before_text() -> None:
    worst = {"speaker": "a@example.org", "draft": "415 555 2671"}
    assert decide(product="xbox", **worst).code is RefusalCode.PRODUCT_NOT_ELIGIBLE
    assert decide(**worst).code is RefusalCode.IDENTIFIER_FOUND


@pytest.mark.parametrize(
    "changes",
    [{"speaker": "jane.roe@example.org"}, {"draft": "jane.roe@example.org"}, {"source_id": "Jane Roe"}],
)
def test_the_words_never_repeat_what_was_found(changes: dict[str, str]) -> None:
    notice = decide(**changes).notice
    assert "jane" not in command_catalogue().words(notice).sentence.lower()
