"""Requests for keys and their answers: one byte form each, and no altered byte passes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.access.signing import public_key_of, sign
from reviewer.broker.rate_limit import ClipLimit, RateLimit
from reviewer.broker.release import (
    WINDOW,
    KeyAnswer,
    KeyPurpose,
    KeyRequest,
    SignedRequest,
    read_answer,
    read_refusal,
    refusal,
    require_meant,
)
from reviewer.clips.key_delivery import can_receive, delivery_card, open_clip_key, seal_clip_key
from reviewer.errors import Damaged, Refused
from tests.factories import NOON, a_keyring

PERSON, BROKER, CLIP_KEY = b"s" * 32, b"b" * 32, b"c" * 32
REQUEST = KeyRequest("p1", "c1", "t1", 7, KeyPurpose.OPEN, NOON, public_key_of(BROKER), b"n" * 16)
SIGNED = REQUEST.signed(PERSON)
OPENED = KeyAnswer(SIGNED.digest, "p1", "c1", "t1", 7, 1, "c1", NOON + timedelta(minutes=10))
CARD = delivery_card(a_keyring(signing_key=PERSON))
ANSWER = OPENED.with_key(seal_clip_key(CARD, CLIP_KEY, OPENED.bound()))

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}", fullmatch=True)
numbers = st.integers(0, 2**63 - 1)
times = st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1)).map(lambda time: time.replace(tzinfo=UTC))  # noqa: DTZ001
requests = st.builds(
    KeyRequest,
    ids,
    ids,
    ids,
    numbers,
    st.sampled_from(KeyPurpose),
    times,
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=16, max_size=16),
)


def is_accepted(body: bytes) -> bool:
    """As the broker decides before it asks anything else."""
    try:
        return SignedRequest.from_bytes(body).is_by(public_key_of(PERSON))
    except Refused:
        return False


def opened(body: bytes) -> bytes | None:
    """The key, as an honest workstation takes it out of an answer."""
    try:
        answer = read_answer(body, public_key_of(BROKER))
        return open_clip_key(PERSON, answer.sealed, answer.bound()) if answer.is_for(SIGNED) else None
    except Damaged:
        return None


@given(requests)
def test_request_is_read_as_it_was_written(request: KeyRequest) -> None:
    signed = request.signed(PERSON)
    assert SignedRequest.from_bytes(signed.to_bytes()) == signed
    assert is_accepted(signed.to_bytes())


@settings(max_examples=300)
@given(st.integers(0, len(SIGNED.to_bytes()) - 1), st.integers(0, 255))
def test_altered_byte_of_a_request_is_refused(place: int, byte: int) -> None:
    body = bytearray(SIGNED.to_bytes())
    is_same = body[place] == byte
    body[place] = byte
    assert is_accepted(bytes(body)) is is_same


@settings(max_examples=300)
@given(st.integers(0, len(ANSWER.signed(BROKER)) - 1), st.integers(0, 255))
def test_altered_byte_of_an_answer_gives_no_key(place: int, byte: int) -> None:
    body = bytearray(ANSWER.signed(BROKER))
    is_same = body[place] == byte
    body[place] = byte
    assert opened(bytes(body)) == (CLIP_KEY if is_same else None)


@given(st.binary(max_size=300))
def test_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="KEY_REQUEST_MALFORMED"):
        SignedRequest.from_bytes(body)
    assert opened(body) is None


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
    | numbers
    | ids,
    st.sampled_from(sorted(REQUEST.fields())),
)
def test_whatever_is_signed_is_read_as_itself_or_refused(value: object, name: str) -> None:
    fields = {**REQUEST.fields(), name: value}
    dumped = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    message = b"reviewer broker request\n" + dumped.encode("utf-8", "surrogatepass")
    whole = f'{{"request":{dumped},"signature":"{sign(PERSON, message).hex()}"}}'
    body = whole.encode("utf-8", "surrogatepass")
    if is_accepted(body):
        assert SignedRequest.from_bytes(body).to_bytes() == body
        assert type(value) is type(REQUEST.fields()[name])


@pytest.mark.parametrize(
    "changes",
    [
        {"person_id": "p2"},
        {"clip_id": "c2"},
        {"task_id": "t2"},
        {"token": 8},
        {"generation": 2},
        {"stored_as": "c1-0000"},
        {"until": NOON + timedelta(minutes=11)},
        {"request": bytes(32)},
    ],
)
def test_key_opens_only_with_everything_that_it_was_sealed_for(changes: dict[str, object]) -> None:
    with pytest.raises(Damaged):
        open_clip_key(PERSON, ANSWER.sealed, replace(ANSWER, **changes).bound())  # type: ignore[arg-type]


def test_key_opens_for_nobody_else() -> None:
    with pytest.raises(Damaged):
        open_clip_key(b"t" * 32, ANSWER.sealed, ANSWER.bound())


@pytest.mark.parametrize(
    "changes", [{"clip_id": "c2"}, {"nonce": b"m" * 16}, {"task_id": "t2"}, {"token": 8}, {"person_id": "p2"}]
)
def test_answer_is_for_no_other_request(changes: dict[str, object]) -> None:
    other = replace(REQUEST, **changes).signed(PERSON)  # type: ignore[arg-type]
    assert not ANSWER.is_for(other)
    assert not replace(ANSWER, request=other.digest, token=9).is_for(other)


def test_answer_of_another_broker_is_not_read() -> None:
    with pytest.raises(Damaged):
        read_answer(ANSWER.signed(b"x" * 32), public_key_of(BROKER))


def test_refusal_is_no_answer_and_an_answer_no_refusal() -> None:
    refused = refusal(SIGNED.digest, "NOT_LEASED", BROKER)
    assert read_refusal(refused, public_key_of(BROKER), SIGNED.digest) == "NOT_LEASED"
    with pytest.raises(Damaged):
        read_answer(refused, public_key_of(BROKER))
    with pytest.raises(Damaged):
        read_refusal(ANSWER.signed(BROKER), public_key_of(BROKER), SIGNED.digest)


def test_refusal_of_another_request_is_not_read() -> None:
    with pytest.raises(Damaged):
        read_refusal(refusal(bytes(32), "NOT_LEASED", BROKER), public_key_of(BROKER), SIGNED.digest)


def test_request_for_another_broker_or_time_is_refused() -> None:
    broker = public_key_of(BROKER)
    for at in (NOON - WINDOW, NOON, NOON + WINDOW):
        require_meant(REQUEST, broker, at)
    moment = timedelta(microseconds=1)
    for at in (NOON - WINDOW - moment, NOON + WINDOW + moment):
        with pytest.raises(Refused, match="KEY_REQUEST_TIME"):
            require_meant(REQUEST, broker, at)
    with pytest.raises(Refused, match="KEY_REQUEST_OTHER_BROKER"):
        require_meant(REQUEST, public_key_of(PERSON), NOON)


# The points of small order of Curve25519, and their forms that are not reduced (RFC 7748, section 6.1).
_P = 2**255 - 19
_ORDER_8 = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)


@pytest.mark.parametrize("point", [0, 1, *_ORDER_8, _P - 1, _P, _P + 1])
def test_no_key_is_sealed_to_a_point_of_small_order(point: int) -> None:
    assert not can_receive(point.to_bytes(32, "little"))


def test_key_of_a_person_can_receive() -> None:
    assert can_receive(CARD)


def test_limit_counts_each_person_for_a_minute() -> None:
    limit = RateLimit(2)
    assert [limit.take("a", now) for now in (0.0, 1.0)] == [(True, False)] * 2
    assert [limit.take("a", now) for now in (2.0, 3.0)] == [(False, True), (False, False)]
    assert limit.take("b", 3.0) == (True, False)
    assert limit.take("a", 60.5) == (True, False)
    assert limit.take("a", 60.6) == (False, True)


def test_limit_on_clips_counts_different_ones_of_each_person_for_an_hour() -> None:
    limit = ClipLimit()
    assert [limit.take("a", clip, 0.0, 2) for clip in ("c1", "c1", "c2", "c3", "c2")] == [
        True, True, True, False, True,
    ]  # fmt: skip
    assert limit.take("b", "c3", 0.0, 2)
    assert limit.take("a", "c4", 1.0, 0)
    assert not limit.take("a", "c5", 3599.0, 2)
    assert limit.take("a", "c5", 3600.5, 2)  # c1 and c2 were longer ago
    assert not limit.take("a", "c6", 3600.5, 2)
    limit.forget("a")
    assert limit.take("a", "c6", 3600.5, 2)
