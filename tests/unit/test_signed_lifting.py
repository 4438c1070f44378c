"""That limits were lifted counts if one of the team's leads says so of this person in this workspace."""

from datetime import UTC, datetime

import pytest

from reviewer.access.lifted_limits import lifted_at, sign_lifting
from reviewer.access.signed_json import write_signed
from reviewer.access.signing import public_key_of
from reviewer.model.people import Identity, Keyring, Person, PersonState, Role

AT = datetime(2026, 11, 2, 9, 0, 0, tzinfo=UTC)
LEAD, OTHER = b"e" * 32, b"o" * 32


@pytest.fixture
def text() -> str:
    lead = Person("l1", "Eve", Role.LEAD, PersonState.ACTIVE, public_key_of(LEAD))
    return sign_lifting(Identity(lead, "s1", Keyring(b"k" * 32, LEAD, b"g" * 32)), "w1", "ana", AT)


def test_a_lifting_by_any_lead_counts(text: str) -> None:
    assert lifted_at(text, "w1", "ana", [public_key_of(OTHER), public_key_of(LEAD)]) == AT


def test_a_lifting_for_somebody_else_or_by_nobody_here_does_not_count(text: str) -> None:
    leads = [public_key_of(LEAD)]
    assert lifted_at(text, "w2", "ana", leads) is None
    assert lifted_at(text, "w1", "ben", leads) is None
    assert lifted_at(text, "w1", "ana", [public_key_of(OTHER)]) is None
    assert lifted_at(text, "w1", "ana", []) is None


@pytest.mark.parametrize(
    "fields",
    [{}, {"workspace": "w1", "person": "ana"}, {"workspace": "w1", "person": "ana", "at": "now"},
     {"workspace": "w1", "person": "ana", "at": 10**30}],
)  # fmt: skip
def test_what_a_lead_signed_otherwise_does_not_count(fields: dict[str, object]) -> None:
    text = write_signed({"v": 1, "kind": "reviewer-limits-lifted", **fields}, LEAD)
    assert lifted_at(text, "w1", "ana", [public_key_of(LEAD)]) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"signed":"{}"}'])
def test_what_is_no_lifting_does_not_count(text: str) -> None:
    assert lifted_at(text, "w1", "ana", [public_key_of(LEAD)]) is None
