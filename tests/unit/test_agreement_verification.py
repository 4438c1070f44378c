"""A record of a signed agreement is held to the log: by its hash, in older rows by what it says."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from reviewer.access import signing
from reviewer.access.agreement_verification import AgreementRecords, LoggedAgreements
from reviewer.access.log_chain import canonical
from reviewer.model.clock import to_iso, to_micros
from reviewer.model.event import Action

ANA, OTHER = b"a" * 32, b"o" * 32
AT = datetime(2026, 11, 2, 9, 0, 0, tzinfo=UTC)
FIELDS = {"id": "n1", "person_id": "ana", "version": "1.0", "locale": "en-US", "sha256": "5" * 64}
ROW = 7


def record(key: bytes = ANA, **changed: str) -> bytes:
    public_key = signing.public_key_of(key).hex()
    return canonical({**FIELDS, "signed_at": to_iso(AT), "public_key": public_key, **changed})


def stored(body: bytes, key: bytes = ANA, **columns: object) -> AgreementRecords:
    """The table with this record, signed; its columns say the same unless others are given."""
    here = {
        **FIELDS,
        "signed_at": to_micros(AT),
        "record": body,
        "signature": signing.sign(key, body),
        **columns,
    }
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE nda_acknowledgement ({', '.join(here)})")
        connection.execute(
            f"INSERT INTO nda_acknowledgement VALUES ({', '.join('?' * len(here))})", [*here.values()]
        )
        return AgreementRecords.read(connection)


def logged(
    body: bytes | None, *, enrolled: bytes | None = ANA, by: Action = Action.PERSON_ENROLLED
) -> LoggedAgreements:
    """What the log says: without ``body`` as earlier versions did, which logged no hash of the record."""
    log = LoggedAgreements()
    if enrolled is not None:
        keys = {"public_key": signing.public_key_of(enrolled).hex()}
        log.add(1, {"action": by, "actor": "ana", "object": "ana", "detail": keys})
    log.add(2, {"action": Action.PERSON_KEY, "actor": "ana", "object": "ana", "detail": {}})
    detail = {name: FIELDS[name] for name in ("version", "locale", "sha256")}
    if body is not None:
        detail["record"] = sha256(body).hexdigest()
    log.add(ROW, {"action": Action.NDA_ACCEPTED, "actor": "ana", "object": "n1", "detail": detail})
    return log


def code(records: AgreementRecords, log: LoggedAgreements) -> tuple[int | None, str] | None:
    found = records.flaw(log)
    return found and (found[0], found[1].code)


@pytest.mark.parametrize("body", [record(), None], ids=["this version", "an earlier version"])
@pytest.mark.parametrize("enrolled", [ANA, None], ids=["known key", "no key known"])
def test_a_record_that_the_log_tells_of_verifies(body: bytes | None, enrolled: bytes | None) -> None:
    assert code(stored(record()), logged(body, enrolled=enrolled)) is None


@pytest.mark.parametrize(
    "changed", [{"person_id": "ben"}, {"version": "2.0"}, {"locale": "de-DE"}, {"sha256": "6" * 64}]
)
def test_who_signed_cannot_put_a_record_of_something_else_in_its_place(changed: Mapping[str, str]) -> None:
    body = record(**changed)
    assert code(stored(body, **changed), logged(None)) == (ROW, "AGREEMENT_DIFFERS")


def test_who_signed_cannot_sign_another_record_of_the_same_text() -> None:
    body = record(typed_name="somebody else")
    assert code(stored(body), logged(record())) == (ROW, "AGREEMENT_DIFFERS")
    assert code(stored(body), logged(body)) is None


def test_nobody_signs_with_a_key_that_the_log_does_not_know() -> None:
    body = record(OTHER)
    for action in (Action.PERSON_ENROLLED, Action.PERSON_KEY):
        assert code(stored(body, OTHER), logged(body, by=action)) == (ROW, "AGREEMENT_DIFFERS")
    assert code(stored(record(), OTHER), logged(record())) == (ROW, "AGREEMENT_DIFFERS")


@pytest.mark.parametrize(
    "columns",
    [
        {"person_id": "ben"}, {"version": "2.0"}, {"locale": "de-DE"}, {"sha256": "6" * 64}, {"signed_at": 1},
        {"record": "text"}, {"record": canonical({})}, {"signature": None},
    ],
)  # fmt: skip
def test_the_columns_are_those_of_the_record(columns: Mapping[str, object]) -> None:
    assert code(stored(record(), **columns), logged(record())) == (ROW, "AGREEMENT_DIFFERS")


def test_a_record_without_a_row_and_a_row_without_a_record_are_found() -> None:
    assert code(stored(record()), LoggedAgreements()) == (None, "AGREEMENT_NOT_IN_LOG")
    assert code(AgreementRecords(()), logged(record())) == (ROW, "AGREEMENT_MISSING")
