"""Tokens that should be opaque."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.privacy.identifiers import identifier_in

NAMING = {
    "john@example.org": "e-mail",
    "ｊｏｈｎ＠example.org": "e-mail",
    "john%40example.org": "e-mail",
    "490154203237518": "IMEI",
    "dev_490154203237518": "IMEI",
    "49-015420-323751-8": "IMEI",
    "00:1A:2B:3C:4D:5E": "hardware",
    "00-1a-2b-3c-4d-5e": "hardware",
    "001a.2b3c.4d5e": "hardware",
    "550e8400-e29b-41d4-a716-446655440000": "GUID",
    "{550E8400-E29B-41D4-A716-446655440000}": "GUID",
    "acct-550e8400-e29b-41d4-a716-446655440000": "GUID",
    "192.168.1.10": "network address",
    "S-1-5-21-3623811015-3361044348-30300820-1013": "security identifier",
    "+1 (415) 555-2671": "phone",
    "4155552671": "phone",
    "call-4155552671": "phone",
    "２０２５５５０１２３": "phone",
    "10023456": "phone or account",
    "4111111111111111": "card",
    "deviceId:abcdef": "named",
    "user=jo": "named",
    "John Smith": "name",
    "Jürgen": "name",
    "": "name",
}
OPAQUE = [
    "b5e1d3cb0f52b0f1",
    "747643b15c41a445",
    "tux_bg",
    "az_k+az_s",
    "fil_cs_big+fil_cs_small",
    "ami_es2011a_h0",
    "cv_en_651325",
    "sb_spk1",
    "spk_20210301",
    "source-0004",
    "voice-2",
    "d41d8cd98f00b204e9800998ecf8427e",
    "sha256:" + "ab" * 32,
    "q83vEjRWeJA-_w",
    "q83vEjRWeJA=",
]


@pytest.mark.parametrize(("token", "kind"), NAMING.items())
def test_a_token_that_names_somebody_is_found(token: str, kind: str) -> None:
    assert kind in (identifier_in(token) or "nothing")


@pytest.mark.parametrize("token", OPAQUE)
def test_an_opaque_token_passes(token: str) -> None:
    assert identifier_in(token) is None


@given(st.binary(min_size=16, max_size=32))
def test_hashes_in_hexadecimal_pass(data: bytes) -> None:
    token = data.hex()
    if not token.isdigit():
        assert identifier_in(token) is None


@given(st.integers(min_value=10**6, max_value=10**15 - 1))
def test_plain_numbers_of_a_phones_length_are_found(number: int) -> None:
    assert identifier_in(str(number)) is not None


@given(st.text(max_size=80))
def test_what_is_found_never_repeats_the_token(token: str) -> None:
    found = identifier_in(token)
    assert found is None or found == (identifier_in(token))
    assert found is None or found.split(" ")[0] in {"a", "an", "the"}
