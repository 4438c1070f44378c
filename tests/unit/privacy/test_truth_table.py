"""The gate against a written oracle, over a generated table of products, dates, consents and withdrawals.

The oracle works on seconds since 1970 and shares no code with the gate.
"""

from calendar import timegm
from datetime import UTC, datetime, timedelta, timezone
from itertools import product as every

from reviewer.model.project import IntakeRules
from reviewer.privacy.gate import Gate
from tests.factories import NOON, a_manifest_row

DAY = 86_400
NOW = timegm((2026, 11, 23, 12, 0, 0))
CUTOFF = timegm((2020, 10, 30, 0, 0, 0))
RETENTION = 730 * DAY
LEAP_DAY = timegm((2024, 2, 29, 0, 0, 0))
CLOCKS_BACK = timegm((2026, 10, 25, 1, 0, 0))
ELIGIBLE = ("translator", "swiftkey", "windows", "cortana", "hololens", "mixed_reality")
PRODUCTS = (*ELIGIBLE, "xbox", "office", "Cortana")
CONSENTS = ("same", "other", "none")


def around(*moments: int) -> list[int]:
    return [moment + step for moment in moments for step in (-1, 0, 1)]


RECORDED = [*around(CUTOFF, NOW - RETENTION, CLOCKS_BACK), LEAP_DAY, LEAP_DAY + DAY - 1, NOW, NOW + 3 * DAY]
GRANTED = [None, *around(CLOCKS_BACK), CUTOFF - 400 * DAY, LEAP_DAY, NOW + 9 * DAY]
WITHDRAWN = [None, *around(CLOCKS_BACK, NOW), NOW - RETENTION, NOW + 9 * DAY]


def oracle(product: str, consent: str, recorded: int, granted: int | None, withdrawn: int | None) -> str:
    """The promises in words: the first that is broken names the code."""
    if product not in ELIGIBLE:
        return "PRODUCT_NOT_ELIGIBLE"
    if consent == "none" or granted is None:
        return "CONSENT_MISSING"
    if consent == "other":
        return "CONSENT_OTHER_PRODUCT"
    if recorded < CUTOFF:
        return "BEFORE_CUTOFF"
    end = float("inf") if withdrawn is None else withdrawn
    if not granted <= recorded < end or end <= NOW:
        return "OUTSIDE_CONSENT"
    if recorded > NOW + DAY:
        return "BAD_VALUE"
    return "EXPIRED" if recorded + RETENTION <= NOW else "accepted"


def moment(seconds: int | None, zone: timezone) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).astimezone(zone)


def decided(product: str, consent: str, recorded: int, granted: int | None, withdrawn: int | None) -> str:
    zone = timezone(timedelta(minutes=(recorded + len(product)) % 1_440 - 720))
    row = a_manifest_row(
        product=product,
        consent_product={
            "same": product,
            "other": "translator" if product != "translator" else "windows",
        }.get(consent),
        recorded_at=moment(recorded, zone),
        consent_granted_at=moment(granted, UTC),
        consent_withdrawn_at=moment(withdrawn, zone),
    )
    decision = Gate(IntakeRules(), NOON).decide(row)
    return decision.code or decision.outcome.value


TABLE = list(every(PRODUCTS, CONSENTS, RECORDED, GRANTED, WITHDRAWN))


def test_every_row_of_the_truth_table_is_decided_as_the_oracle_says() -> None:
    wrong = [(row, decided(*row), oracle(*row)) for row in TABLE if decided(*row) != oracle(*row)]
    assert not wrong[:5]


def test_the_truth_table_is_large_and_reaches_all_eight_answers() -> None:
    assert len(TABLE) >= 5_000
    assert len({oracle(*row) for row in TABLE}) == 8
