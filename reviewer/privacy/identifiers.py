"""Detects identifiers of accounts, devices and persons in tokens that should be opaque."""

import ipaddress
import re
import unicodedata
from enum import StrEnum

from stdnum import iban, luhn

from reviewer.privacy.pii import is_card

_OPAQUE = re.compile(r"[A-Za-z0-9_.+=:/~-]{1,256}")
_GUID = re.compile(
    r"(?<![0-9a-z])\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?(?![0-9a-z])",
    re.IGNORECASE,
)
_MAC = re.compile(
    r"(?<![0-9a-z:-])(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![0-9a-z:-])"
    r"|(?<![0-9a-z.])(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}(?![0-9a-z.])",
    re.IGNORECASE,
)
_IP_V4 = re.compile(r"(?<![0-9.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![0-9.])")
_IBAN = re.compile(r"[A-Za-z]{2}\d{2}[0-9A-Za-z]{11,30}")
_LEAST_GROUPS = 4
"""Of hexadecimal digits, before colons between them are taken for an address of IPv6."""
_EXTENSION = re.compile(r"(?:^|-)[0-9A-Za-z]-(.*)", re.ASCII)
_WINDOWS_SID = re.compile(r"S-1-\d+(?:-\d+)+", re.IGNORECASE)
_LABELLED = re.compile(
    r"(?:device|account|acct|user|customer|client|install|hardware|machine|advertising|android|phone|tel|mobile|email"
    r"|e-?mail|mail|login|upn|imei|imsi|iccid|meid|serial|puid|xuid|cid|msa|aad|oid|idfa|idfv|gaid|aaid|udid|ssn|mac"
    r"|ip|sid|name)[-_.]?(?:id|no|nr|number|name|guid)?[:=]",
    re.IGNORECASE,
)
# The day of a recording, perhaps with its time: no clip is older, and nobody who speaks was born since. And
# what telephone systems of Asterisk call a call: the seconds since 1970, and a counter.
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATE = rf"(?:20[2-4]\d([-._]?){_MONTH}\1{_DAY}|{_DAY}([-._]){_MONTH}\2(?:20[2-4]\d))"
_TIME = r"(?:[01]\d|2[0-3])([-._:]?)[0-5]\d\3[0-5]\d"
_OF_RECORDING = re.compile(
    rf"(?<!\d)(?:(?<!\d[-.+/() ]){_DATE}(?:[-._T ]?{_TIME}Z?)?|1[67]\d{{8}}\.(?!0+(?!\d))\d{{1,7}})(?!\d)"
)
_NUMBER_LIKE = re.compile(r"[+(]*\d[\d ().+/-]*")
_SPLIT = re.compile(r"[^0-9A-Za-z]+")
_PHONE_DIGITS = range(7, 16)


class IdentifierKind(StrEnum):
    """What a token that should be opaque looks like; the value is its code in the message catalogue."""

    EMAIL = "IDENTIFIER_EMAIL"
    GUID = "IDENTIFIER_GUID"
    MAC = "IDENTIFIER_MAC"
    IP = "IDENTIFIER_IP"
    SID = "IDENTIFIER_SID"
    LABELLED = "IDENTIFIER_LABELLED"
    IMEI = "IDENTIFIER_IMEI"
    CARD = "IDENTIFIER_CARD"
    PHONE_OR_ACCOUNT = "IDENTIFIER_PHONE_OR_ACCOUNT"
    NAME = "IDENTIFIER_NAME"


def identifier_in(token: str) -> IdentifierKind | None:
    """What kind of identifier a supposedly opaque token looks like, or None if it looks like none.

    Opaque tokens are hashes, hexadecimal or base64 text and short made-up names (``tux_bg``). Whole numbers
    of 7 to 15 digits count as phone or account numbers: hash a plain database key before sending it. Beside
    other characters a day since 2020, with or without a time, and the name of a call (``1705314600.42``) do
    not count.
    """
    plain = unicodedata.normalize("NFKC", token).strip()
    if "@" in plain or "%40" in plain:
        return IdentifierKind.EMAIL
    for pattern, kind in (
        (_GUID, IdentifierKind.GUID),
        (_MAC, IdentifierKind.MAC),
        (_IP_V4, IdentifierKind.IP),
        (_WINDOWS_SID, IdentifierKind.SID),
    ):
        if pattern.search(plain):
            return kind
    if _is_ip_v6(plain):
        return IdentifierKind.IP
    if _LABELLED.match(plain):
        return IdentifierKind.LABELLED
    rest = plain if plain.isdigit() else _OF_RECORDING.sub(" ", plain).strip(" -._")
    return _number(rest) or (None if _OPAQUE.fullmatch(token) else IdentifierKind.NAME)


def identifier_in_locale(locale: str) -> IdentifierKind | None:
    """What identifier a language tag holds: extensions and private use (RFC 5646, 2.2.6 and 2.2.7) can hold a
    number in pieces."""
    extension = _EXTENSION.search(locale)
    digits = re.sub(r"\D", "", extension[1]) if extension else ""
    return IdentifierKind.PHONE_OR_ACCOUNT if len(digits) >= _PHONE_DIGITS.start else None


def _is_ip_v6(plain: str) -> bool:
    if len([group for group in plain.split(":") if group]) < _LEAST_GROUPS:
        return False
    try:
        ipaddress.IPv6Address(plain)
    except ValueError:
        return False
    return True


def _number(plain: str) -> IdentifierKind | None:
    digits = re.sub(r"\D", "", plain)
    if _NUMBER_LIKE.fullmatch(plain):
        if _is_imei(digits):
            return IdentifierKind.IMEI
        if is_card(digits):
            return IdentifierKind.CARD
        if len(digits) in _PHONE_DIGITS:
            return IdentifierKind.PHONE_OR_ACCOUNT
    pieces = [piece for piece in _SPLIT.split(plain) if piece.isdigit()]
    if any(_is_imei(piece) for piece in pieces):
        return IdentifierKind.IMEI
    if any(10 <= len(piece) <= 15 for piece in pieces) or (_IBAN.fullmatch(plain) and iban.is_valid(plain)):
        return IdentifierKind.PHONE_OR_ACCOUNT
    return None


def _is_imei(digits: str) -> bool:
    """15 digits with a Luhn check digit, 3GPP TS 23.003 section 6.2.1."""
    return len(digits) == 15 and luhn.is_valid(digits)
