"""A checkpoint is a text that anybody can keep and nobody can change."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.access import signing
from reviewer.access.checkpoint import parse_checkpoint, write_checkpoint
from reviewer.errors import Damaged

KEY = b"k" * 32
WHEN = datetime(2026, 11, 2, 9, 0, 0, 17, tzinfo=UTC)
NOTE = write_checkpoint(KEY, "w1", 512, b"h" * 32, WHEN, b"p" * 32, "sign_in")


def test_a_note_is_read_back_as_it_was_written() -> None:
    assert parse_checkpoint(NOTE.text) == NOTE
    assert NOTE.public_key == signing.public_key_of(KEY)
    assert NOTE.digest() == hashlib.sha256(NOTE.text.encode()).digest()


def test_the_first_note_names_none_before_it() -> None:
    first = write_checkpoint(KEY, "w1", 1, b"h" * 32, WHEN, b"", "rows")
    assert "previous none\n" in first.text
    assert parse_checkpoint(first.text).previous == b""


def test_the_first_three_lines_are_those_of_a_c2sp_checkpoint() -> None:
    origin, size, head = NOTE.text.split("\n")[:3]
    assert (origin, size, base64.b64decode(head)) == ("reviewer/w1", "512", b"h" * 32)


def test_the_signature_line_is_that_of_a_c2sp_signed_note() -> None:
    signed, line = NOTE.text.split("\n\n")
    dash, name, signature = line.rstrip("\n").split(" ")
    public = signing.public_key_of(KEY)
    key_hash = hashlib.sha256(b"reviewer/w1\n\x01" + public).digest()[:4]
    raw = base64.b64decode(signature)
    assert (dash, name, raw[:4]) == ("—", "reviewer/w1", key_hash)
    assert signing.verify(public, signed.encode() + b"\n", raw[4:])


@pytest.mark.parametrize("change", [lambda t: t.replace("\n", "\r\n"), str.rstrip, lambda t: f"\n{t}\n\n"])
def test_line_ends_that_were_changed_on_the_way_are_put_right(change: object) -> None:
    assert callable(change)
    assert parse_checkpoint(change(NOTE.text)) == NOTE


@given(st.integers(0, len(NOTE.text) - 2), st.characters(), st.text(max_size=200))
def test_any_changed_letter_any_cut_and_any_other_text_is_damage(place: int, letter: str, other: str) -> None:
    changed = NOTE.text[:place] + letter + NOTE.text[place + 1 :]
    is_changed = changed.replace("\r\n", "\n").strip() != NOTE.text.strip()
    for text in (NOTE.text[:place], other, *([changed] if is_changed else [])):
        with pytest.raises(Damaged):
            parse_checkpoint(text)


def test_a_note_of_another_key_or_key_hash_than_it_names_is_damage() -> None:
    other = write_checkpoint(b"o" * 32, "w1", 512, b"h" * 32, WHEN, b"p" * 32, "sign_in")
    line = NOTE.text.rstrip("\n").rsplit(" ", 1)[1]
    changed = base64.b64encode(b"\x00" + base64.b64decode(line)[1:]).decode()
    forged = NOTE.text.split("\n\n")[0] + "\n\n" + other.text.split("\n\n")[1]
    for text in (forged, NOTE.text.replace(line, changed)):
        with pytest.raises(Damaged):
            parse_checkpoint(text)
