"""Log rows have one byte form and hang on the row before."""

import hashlib
import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from reviewer.access.log_chain import GENESIS, LogRow, canonical, canonical_body, flaw, link_hash, parse
from reviewer.errors import Damaged
from reviewer.model.event import Action

FIELDS: dict[str, Any] = {
    "v": 1,
    "log_id": "w1",
    "seq": 1,
    "ts": 1_700_000_000_000_001,
    "mono": 5,
    "actor": "p1",
    "role": "lead",
    "session": "s1",
    "action": "clip.opened",
    "object": "c1",
    "outcome": "ok",
    "reason": "",
    "detail": {"ranges": [[0, 100, 150]], "purpose": "transcribe"},
    "app_version": "0.1.0",
}
leaves = st.text() | st.booleans() | st.integers(-(2**80), 2**80)
names = st.text(st.characters(max_codepoint=127), max_size=6)
bodies = st.dictionaries(names, st.recursive(leaves, lambda inner: st.lists(inner, max_size=4)), max_size=5)


anything = st.recursive(
    leaves | st.none() | st.floats(allow_nan=False) | st.just("null"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


def a_row(seq: int = 1, prev: bytes = GENESIS, **changes: Any) -> LogRow:
    body = canonical({**FIELDS, "seq": seq, **changes})
    return LogRow(seq, body, prev, link_hash(prev, body))


@given(bodies)
def test_a_canonical_body_reads_back_to_itself(body: dict[str, Any]) -> None:
    assert canonical(parse(canonical(body))) == canonical(body)


@given(st.dictionaries(st.text(max_size=3), anything, max_size=4))
def test_what_python_can_write_but_we_do_not_is_never_read(body: dict[str, Any]) -> None:
    written = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        read = parse(written.encode("utf-8", "surrogatepass"))
    except Damaged:
        read = None
    try:
        is_ours = canonical(body) == written.encode("utf-8", "surrogatepass")
    except TypeError:
        is_ours = False
    assert (read == body) if is_ours else (read is None)


@given(bodies)
def test_the_order_of_keys_makes_no_difference(body: dict[str, Any]) -> None:
    assert canonical(dict(reversed(body.items()))) == canonical(body)


@given(st.text())
def test_two_forms_of_one_letter_have_one_byte_form(text: str) -> None:
    assert canonical({"a": unicodedata.normalize("NFD", text)}) == canonical({"a": text})


def test_the_byte_form_is_utf8_without_spaces() -> None:
    assert canonical({"b": ["ü", 1, True], "a": ""}) == '{"a":"","b":["ü",1,true]}'.encode()


def test_a_lone_surrogate_never_stops_a_row_from_being_written() -> None:
    assert parse(canonical({"a": "x\ud800y"})) == {"a": "x?y"}


@pytest.mark.parametrize("value", [1.0, None, float("nan"), b"bytes", {1, 2}, {"ä": 1}, {1: 1}])
def test_what_has_no_single_byte_form_is_a_bug(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical({"a": value})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"7",
        b"{",
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":null}',
        b'{"a":NaN}',
        b'{"a":01}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\ud800"}',
        b'{"a":-0}',
        b'{"a":-Infinity}',
        b'{"a":1e3}',
        b'{"a":[[null]]}',
        '{"ä":1}'.encode(),
        '{"a":"ü","b":null}'.encode(),
        '{"a":"u\u0308"}'.encode(),
        b'{"a":"\xff"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1}\n',
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' + b"1" * 5000 + b"}",
    ],
)
def test_any_other_byte_form_is_damage(body: bytes) -> None:
    with pytest.raises(Damaged):
        parse(body)


def test_the_link_is_sha256_over_a_zero_the_hash_before_and_the_body() -> None:
    assert link_hash(b"p" * 32, b"body") == hashlib.sha256(b"\x00" + b"p" * 32 + b"body").digest()


def test_a_row_tells_its_event_and_its_time() -> None:
    row = a_row(ts=1_700_000_000_000_001)
    event = row.event()
    assert (event.action, event.actor, event.object) == (Action.CLIP_OPENED, "p1", "c1")
    assert event.detail["ranges"] == [[0, 100, 150]]
    assert row.at() == datetime(2023, 11, 14, 22, 13, 20, 1, tzinfo=UTC)


@pytest.mark.parametrize("changes", [{"action": "unheard.of"}, {"detail": "text"}])
def test_a_row_of_no_known_act_is_damage(changes: dict[str, Any]) -> None:
    with pytest.raises(Damaged):
        a_row(**changes).event()


def test_good_rows_have_no_flaw_and_one_of_another_version_may_say_more() -> None:
    first = a_row()
    assert flaw(first, 1, GENESIS, "w1") is None
    assert flaw(a_row(2, first.hash), 2, first.hash, "w1") is None
    assert flaw(a_row(boot="b1"), 1, GENESIS, "w1") is None


def of_body(body: bytes) -> LogRow:
    return LogRow(1, body, GENESIS, link_hash(GENESIS, body))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (a_row(2), "LOG_ROW_MISSING"),
        (a_row(1, b"x" * 32), "LOG_ROW_OUT_OF_CHAIN"),
        (replace(a_row(), body=a_row(actor="p2").body), "LOG_ROW_CHANGED"),
        (replace(a_row(), hash=b"x" * 32), "LOG_ROW_CHANGED"),
        (a_row(log_id="w2"), "LOG_ROW_OF_ANOTHER_LOG"),
        (replace(a_row(2), seq=1), "LOG_ROW_MOVED"),
        (a_row(v=2), "LOG_ROW_FORM"),
        (of_body(json.dumps(FIELDS, sort_keys=True).encode()), "LOG_ROW_FORM"),  # with spaces
    ],
)
def test_each_flaw_is_named(row: LogRow, code: str) -> None:
    found = flaw(row, 1, GENESIS, "w1")
    assert found is not None
    assert found.code == code


def require_the_same_reading(body: bytes) -> None:
    """The verifier's quick reading accepts what the slow one does, and reads the same."""
    row = of_body(body)
    read = canonical_body(body, "w1", 1)
    assert (read is None) == (flaw(row, 1, GENESIS, "w1") is not None), body
    if read is not None:
        fields = row.fields()
        assert repr(asdict(read)) == repr({name: fields[name] for name in sorted(FIELDS)})


def written(**changes: Any) -> bytes:
    return json.dumps(FIELDS | changes, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@given(st.dictionaries(st.text(max_size=3), anything, max_size=4).map(lambda detail: {"detail": detail}))
def test_every_detail_is_read_alike_quickly_and_slowly(changes: dict[str, Any]) -> None:
    require_the_same_reading(json.dumps(FIELDS | changes, sort_keys=True, separators=(",", ":")).encode())
    require_the_same_reading(canonical({**FIELDS, "reason": repr(changes)}))


@pytest.mark.parametrize("text", [chr(code) for code in range(128)] + ["ü", "null", "\\u0041", "\u2028"])
def test_every_character_is_read_alike_quickly_and_slowly(text: str) -> None:
    body = written(reason=text, detail={"x": [text]})
    assert canonical_body(body, "w1", 1) is not None
    require_the_same_reading(body)


@pytest.mark.parametrize("name", sorted(FIELDS))
@pytest.mark.parametrize(
    "value", ["", "x", 1, 1.0, -0.0, 10**400, True, None, [], {}, [[["x"]]], {"a": {"b": 1}}]
)
def test_every_kind_of_value_is_read_alike_quickly_and_slowly(name: str, value: Any) -> None:
    require_the_same_reading(written(**{name: value}))
    require_the_same_reading(written(detail={"x": value, "y": [value, [value]]}))


@given(st.data())
def test_every_changed_byte_is_read_alike_quickly_and_slowly(data: st.DataObject) -> None:
    body = bytearray(a_row().body)
    for _ in range(data.draw(st.integers(1, 2))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    require_the_same_reading(bytes(body))


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_row_that_lacks_a_field_is_not_ours(name: str) -> None:
    found = flaw(of_body(canonical({key: FIELDS[key] for key in FIELDS if key != name})), 1, GENESIS, "w1")
    assert found is not None
    assert found.code == "LOG_ROW_FORM"


@given(st.data())
def test_any_changed_byte_of_a_row_is_a_flaw(data: st.DataObject) -> None:
    row = a_row()
    column = data.draw(st.sampled_from(["body", "prev", "hash"]))
    changed = bytearray(getattr(row, column))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] ^= data.draw(st.integers(1, 255))
    assert flaw(replace(row, **{column: bytes(changed)}), 1, GENESIS, "w1")
