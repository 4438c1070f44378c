"""Tokens that should be opaque."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.privacy.identifiers import IdentifierKind, identifier_in, identifier_in_locale

NAMING = {
    "john@example.org": IdentifierKind.EMAIL,
    "ｊｏｈｎ＠example.org": IdentifierKind.EMAIL,
    "john%40example.org": IdentifierKind.EMAIL,
    "490154203237518": IdentifierKind.IMEI,
    "dev_490154203237518": IdentifierKind.IMEI,
    "49-015420-323751-8": IdentifierKind.IMEI,
    "00:1A:2B:3C:4D:5E": IdentifierKind.MAC,
    "00-1a-2b-3c-4d-5e": IdentifierKind.MAC,
    "001a.2b3c.4d5e": IdentifierKind.MAC,
    "550e8400-e29b-41d4-a716-446655440000": IdentifierKind.GUID,
    "{550E8400-E29B-41D4-A716-446655440000}": IdentifierKind.GUID,
    "acct-550e8400-e29b-41d4-a716-446655440000": IdentifierKind.GUID,
    "192.168.1.10": IdentifierKind.IP,
    "fe80::1ff:fe23:4567:890a": IdentifierKind.IP,
    "DE89370400440532013000": IdentifierKind.PHONE_OR_ACCOUNT,
    "S-1-5-21-3623811015-3361044348-30300820-1013": IdentifierKind.SID,
    "+1 (415) 555-2671": IdentifierKind.PHONE_OR_ACCOUNT,
    "4155552671": IdentifierKind.PHONE_OR_ACCOUNT,
    "call-4155552671": IdentifierKind.PHONE_OR_ACCOUNT,
    "２０２５５５０１２３": IdentifierKind.PHONE_OR_ACCOUNT,
    "10023456": IdentifierKind.PHONE_OR_ACCOUNT,
    "4111111111111111": IdentifierKind.CARD,
    "deviceId:abcdef": IdentifierKind.LABELLED,
    "user=jo": IdentifierKind.LABELLED,
    "John Smith": IdentifierKind.NAME,
    "Jürgen": IdentifierKind.NAME,
    "": IdentifierKind.NAME,
    "19840512-1234": IdentifierKind.PHONE_OR_ACCOUNT,  # a day of birth
    "20240115": IdentifierKind.PHONE_OR_ACCOUNT,
    "010-20240115": IdentifierKind.PHONE_OR_ACCOUNT,
    "20240115-4155552671": IdentifierKind.PHONE_OR_ACCOUNT,
    "20240115-415-5552": IdentifierKind.PHONE_OR_ACCOUNT,
    "20240115-490154203237518": IdentifierKind.IMEI,
    "1705314600": IdentifierKind.PHONE_OR_ACCOUNT,
    "1705314600.0": IdentifierKind.PHONE_OR_ACCOUNT,
    "4155552671.42": IdentifierKind.PHONE_OR_ACCOUNT,
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
    "DE89370400440532013001",  # as an account number it has a wrong check digit
    "set:a::12",
    "20240115-0042",
    "2024-01-15-001",
    "15.01.2024-001",
    "20240115103000-0042",
    "20240115-103000-0042.wav",
    "call_2024-01-15T10-30-00Z_7",
    "1705314600.42",
    "out-1001-20240115-103000-1705314600.42.wav",
]


@pytest.mark.parametrize(("token", "kind"), NAMING.items())
def test_a_token_that_names_somebody_is_found(token: str, kind: IdentifierKind) -> None:
    assert identifier_in(token) is kind


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


@pytest.mark.parametrize(
    ("locale", "holds_one"),
    [
        ("en-US-x-425-555-0134", True),
        ("x-4255550", True),
        ("de-u-co-42555501", True),
        ("sl-rozaj-biske-1994", False),
        ("en-t-ru-m0-ungegn-2007", False),
        ("es-419-x-team-7", False),
    ],
)
def test_a_number_in_pieces_of_a_language_tag_is_found(*, locale: str, holds_one: bool) -> None:
    found = identifier_in_locale(locale)
    assert found == (IdentifierKind.PHONE_OR_ACCOUNT if holds_one else None)
