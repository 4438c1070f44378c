"""The gate: which rule speaks first, and what it says."""

import pytest

from reviewer.model.project import IntakeRules
from reviewer.privacy.gate import Gate
from reviewer.privacy.offer import Code, Decision, Outcome, WordTiming
from tests.factories import NOON, a_manifest_row


def decide(**changes: object) -> Decision:
    return Gate(IntakeRules(), NOON).decide(a_manifest_row(**changes))


def test_a_clip_that_keeps_every_promise_is_accepted() -> None:
    assert decide(draft="press star for help") == Decision(Outcome.ACCEPTED)


@pytest.mark.parametrize("field", ["source_id", "speaker"])
def test_an_identifier_in_either_token_is_refused(field: str) -> None:
    assert decide(**{field: "john@example.org"}).code is Code.IDENTIFIER_FOUND


def test_personal_data_in_the_draft_quarantines() -> None:
    decision = decide(draft="my number is four one five five five five two six")
    assert (decision.outcome, decision.code) == (Outcome.QUARANTINED, Code.PII_FLAGGED)


def test_personal_data_in_the_words_quarantines_too() -> None:
    words = tuple(WordTiming(word, 0.0, 1.0) for word in ["john", "at", "gmail", "dot", "com"])
    assert decide(draft="hello", words=words).code is Code.PII_FLAGGED


def test_consent_speaks_before_identifiers_and_those_before_text() -> None:
    worst = {"speaker": "a@example.org", "draft": "415 555 2671"}
    assert decide(product="xbox", **worst).code is Code.PRODUCT_NOT_ELIGIBLE
    assert decide(**worst).code is Code.IDENTIFIER_FOUND


@pytest.mark.parametrize(
    "changes",
    [{"speaker": "jane.roe@example.org"}, {"draft": "jane.roe@example.org"}, {"source_id": "Jane Roe"}],
)
def test_the_sentence_never_repeats_what_was_found(changes: dict[str, str]) -> None:
    sentence = decide(**changes).sentence
    assert sentence
    assert "jane" not in sentence.lower()
