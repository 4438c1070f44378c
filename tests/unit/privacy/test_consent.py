"""Consent and dates, rule by rule."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from reviewer.errors import Notice
from reviewer.model.project import IntakeRules
from reviewer.privacy.consent import check_consent, purge_at
from reviewer.privacy.manifest_row import RefusalCode
from tests.factories import NOON, a_manifest_row

RULES = IntakeRules()
SECOND = timedelta(seconds=1)


RECORDED = a_manifest_row().recorded_at
INDIAN_TIME = timezone(timedelta(hours=5, minutes=30))
RETENTION = timedelta(days=730)
RULES_AT_WORK: dict[str, tuple[dict[str, object], RefusalCode | None]] = {
    "a clip that consent covers passes": ({}, None),
    **{
        f"product {name!r} is not on the list": (
            {"product": name, "consent_product": name},
            RefusalCode.PRODUCT_NOT_ELIGIBLE,
        )
        for name in ("xbox", "office", "skype", "Translator", "translator ", "")
    },
    "no product of consent": ({"consent_product": None}, RefusalCode.CONSENT_MISSING),
    "no day of consent": ({"consent_granted_at": None}, RefusalCode.CONSENT_MISSING),
    "consent for another product": ({"consent_product": "windows"}, RefusalCode.CONSENT_OTHER_PRODUCT),
    "the second before the cut-off": ({"recorded_at": RULES.cutoff - SECOND}, RefusalCode.BEFORE_CUTOFF),
    "the second before the cut-off in another zone": (
        {"recorded_at": RULES.cutoff.astimezone(INDIAN_TIME) - SECOND},
        RefusalCode.BEFORE_CUTOFF,
    ),
    "the cut-off itself is not before it": (
        {"recorded_at": RULES.cutoff, "consent_granted_at": RULES.cutoff - timedelta(days=9)},
        RefusalCode.EXPIRED,
    ),
    "the instant of granting is covered": ({"consent_granted_at": RECORDED}, None),
    "the second before granting": ({"consent_granted_at": RECORDED + SECOND}, RefusalCode.OUTSIDE_CONSENT),
    "the instant of withdrawal": ({"consent_withdrawn_at": RECORDED}, RefusalCode.OUTSIDE_CONSENT),
    "withdrawn since the recording": ({"consent_withdrawn_at": NOON}, RefusalCode.OUTSIDE_CONSENT),
    "a withdrawal still to come lets it pass": ({"consent_withdrawn_at": NOON + SECOND}, None),
    "the last second of its retention": ({"recorded_at": NOON - RETENTION + SECOND}, None),
    "the end of its retention": ({"recorded_at": NOON - RETENTION}, RefusalCode.EXPIRED),
    "a clock that is a day ahead": ({"recorded_at": NOON + timedelta(days=1)}, None),
    "a day in the future": ({"recorded_at": NOON + timedelta(days=2)}, RefusalCode.BAD_VALUE),
}


@pytest.mark.parametrize(("changes", "code"), RULES_AT_WORK.values(), ids=RULES_AT_WORK)
def test_a_row_is_refused_unless_consent_and_dates_allow_it(
    changes: dict[str, object], code: RefusalCode | None
) -> None:
    decision = check_consent(a_manifest_row(**changes), RULES, NOON)
    assert (decision and decision.code) is code


def test_products_that_differ_in_case_only_are_different_products() -> None:
    rules = IntakeRules(products=("Voice", "voice"))
    decision = check_consent(a_manifest_row(product="Voice", consent_product="voice"), rules, NOON)
    assert decision.code is RefusalCode.CONSENT_OTHER_PRODUCT


def test_a_recording_at_a_withdrawal_still_to_come_is_not_covered() -> None:
    withdrawn = NOON + timedelta(hours=1)
    decision = check_consent(
        a_manifest_row(recorded_at=withdrawn, consent_withdrawn_at=withdrawn), RULES, NOON
    )
    assert (decision.code, decision.notice) == (
        RefusalCode.OUTSIDE_CONSENT,
        Notice("RECORDED_AFTER_WITHDRAWAL"),
    )


def test_purge_is_due_so_many_days_after_the_recording() -> None:
    leap_day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert purge_at(leap_day, RULES) == datetime(2030, 2, 28, 12, tzinfo=UTC)
