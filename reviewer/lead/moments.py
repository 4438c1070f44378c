"""Moments as programs write them: a day, a time and a zone."""

import re
from datetime import UTC, datetime

# RFC 3339 section 5.6, with the zone that makes it an instant. Seconds may be left out, and the zone may be
# written as databases and the shell do: 2026-05-01 12:00:00+00, 2026-05-01T12:00 +0200, 2026-05-01 12:00 UTC.
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?:(:\d\d)(\.\d{1,9})?)? ?([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)", re.ASCII
)
_UNIVERSAL = frozenset({"z", "Z", "UTC", "GMT"})


class NoMoment(ValueError):
    """A text that is no moment; its own text is a message code."""


def read_moment(text: str) -> datetime:
    """The moment that a text is, in UTC; of its fraction of a second six digits count.

    Raises: NoMoment with VALUE_NOT_A_TIME, VALUE_LEAP_SECOND or VALUE_NO_SUCH_TIME.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise NoMoment("VALUE_NOT_A_TIME")
    day, clock, seconds, fraction, zone = match.groups()
    if seconds == ":60":
        raise NoMoment("VALUE_LEAP_SECOND")
    offset = "+00:00" if zone in _UNIVERSAL else zone
    try:
        moment = datetime.fromisoformat(
            f"{day}T{clock}{seconds or ':00'}{(fraction or '.0')[:7].ljust(7, '0')}{offset}"
        )
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NoMoment("VALUE_NO_SUCH_TIME") from error
