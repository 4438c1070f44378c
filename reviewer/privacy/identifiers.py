"""Whether a token that should be opaque names an account, a device or a person."""

import re
import unicodedata

from stdnum import luhn

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
_WINDOWS_SID = re.compile(r"S-1-\d+(?:-\d+)+", re.IGNORECASE)
_LABELLED = re.compile(
    r"(?:device|account|acct|user|customer|client|install|hardware|machine|advertising|android|phone|tel|mobile|email"
    r"|e-?mail|mail|login|upn|imei|imsi|iccid|meid|serial|puid|xuid|cid|msa|aad|oid|idfa|idfv|gaid|aaid|udid|ssn|mac"
    r"|ip|sid|name)[-_.]?(?:id|no|nr|number|name|guid)?[:=]",
    re.IGNORECASE,
)
_NUMBER_LIKE = re.compile(r"[+(]*\d[\d ().+/-]*")
_SPLIT = re.compile(r"[^0-9A-Za-z]+")
_PHONE_DIGITS = range(7, 16)


def identifier_in(token: str) -> str | None:
    """What a supposedly opaque token looks like (such as "an e-mail address"), or None if nothing known.

    Opaque are hashes, hexadecimal or base64 text and short made-up names (``tux_bg``). Whole numbers of 7 to
    15 digits are taken for phone or account numbers: a plain database key must be hashed before it is sent.
    """
    plain = unicodedata.normalize("NFKC", token).strip()
    if "@" in plain or "%40" in plain:
        return "an e-mail address"
    for pattern, name in (
        (_GUID, "the GUID of an account or device"),
        (_MAC, "a network hardware address"),
        (_IP_V4, "a network address"),
        (_WINDOWS_SID, "the security identifier of an account"),
        (_LABELLED, "a named account, device or person"),
    ):
        if pattern.search(plain) if pattern is not _LABELLED else pattern.match(plain):
            return name
    return _number(plain) or (None if _OPAQUE.fullmatch(token) else "a name, not an opaque token")


def _number(plain: str) -> str | None:
    digits = re.sub(r"\D", "", plain)
    if _NUMBER_LIKE.fullmatch(plain):
        if _is_imei(digits):
            return "a device's IMEI"
        if is_card(digits):
            return "a card number"
        if len(digits) in _PHONE_DIGITS:
            return "a phone or account number"
    pieces = [piece for piece in _SPLIT.split(plain) if piece.isdigit()]
    if any(_is_imei(piece) for piece in pieces):
        return "a device's IMEI"
    if any(10 <= len(piece) <= 15 for piece in pieces):
        return "a phone or account number"
    return None


def _is_imei(digits: str) -> bool:
    """15 digits with a Luhn check digit, 3GPP TS 23.003 section 6.2.1."""
    return len(digits) == 15 and luhn.is_valid(digits)
