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


def code_of(**changes: object) -> RefusalCode | None:
    decision = check_consent(a_manifest_row(**changes), RULES, NOON)
    return None if decision is None else decision.code


def test_a_clip_that_consent_covers_passes() -> None:
    assert code_of() is None


@pytest.mark.parametrize("product", ["xbox", "office", "skype", "Translator", "translator ", ""])
def test_a_product_not_on_the_list_is_refused(product: str) -> None:
    assert code_of(product=product, consent_product=product) is RefusalCode.PRODUCT_NOT_ELIGIBLE


@pytest.mark.parametrize("missing", ["consent_product", "consent_granted_at"])
def test_clip_without_consent_is_refused(missing: str) -> None:
    assert code_of(**{missing: None}) is RefusalCode.CONSENT_MISSING


def test_consent_for_one_product_never_covers_another() -> None:
    assert code_of(consent_product="windows") is RefusalCode.CONSENT_OTHER_PRODUCT


def test_products_that_differ_in_case_only_are_different_products() -> None:
    rules = IntakeRules(products=("Voice", "voice"))
    decision = check_consent(a_manifest_row(product="Voice", consent_product="voice"), rules, NOON)
    assert decision.code is RefusalCode.CONSENT_OTHER_PRODUCT


def test_the_second_before_the_cut_off_is_refused() -> None:
    assert code_of(recorded_at=RULES.cutoff - SECOND) is RefusalCode.BEFORE_CUTOFF


def test_the_cut_off_itself_is_not_before_the_cut_off() -> None:
    granted = RULES.cutoff - timedelta(days=9)
    assert code_of(recorded_at=RULES.cutoff, consent_granted_at=granted) is RefusalCode.EXPIRED


def test_the_instant_of_granting_is_covered() -> None:
    assert code_of(consent_granted_at=a_manifest_row().recorded_at) is None


def test_the_second_before_granting_is_not_covered() -> None:
    assert code_of(consent_granted_at=a_manifest_row().recorded_at + SECOND) is RefusalCode.OUTSIDE_CONSENT


def test_the_instant_of_withdrawal_is_not_covered() -> None:
    assert code_of(consent_withdrawn_at=a_manifest_row().recorded_at) is RefusalCode.OUTSIDE_CONSENT


def test_a_recording_at_a_withdrawal_still_to_come_is_not_covered() -> None:
    withdrawn = NOON + timedelta(hours=1)
    decision = check_consent(
        a_manifest_row(recorded_at=withdrawn, consent_withdrawn_at=withdrawn), RULES, NOON
    )
    assert (decision.code, decision.notice) == (
        RefusalCode.OUTSIDE_CONSENT,
        Notice("RECORDED_AFTER_WITHDRAWAL"),
    )


def test_consent_withdrawn_since_the_recording_is_honoured() -> None:
    assert code_of(consent_withdrawn_at=NOON) is RefusalCode.OUTSIDE_CONSENT


def test_a_withdrawal_still_to_come_lets_the_clip_pass() -> None:
    assert code_of(consent_withdrawn_at=NOON + SECOND) is None


def test_a_clip_is_kept_to_the_last_second_of_its_retention() -> None:
    assert code_of(recorded_at=NOON - timedelta(days=730) + SECOND) is None


def test_a_clip_at_the_end_of_its_retention_is_expired() -> None:
    assert code_of(recorded_at=NOON - timedelta(days=730)) is RefusalCode.EXPIRED


def test_a_recording_dated_in_the_future_is_a_wrong_date() -> None:
    assert code_of(recorded_at=NOON + timedelta(days=2)) is RefusalCode.BAD_VALUE


def test_zones_make_no_difference_to_the_rules() -> None:
    local = RULES.cutoff.astimezone(timezone(timedelta(hours=5, minutes=30))) - SECOND
    assert code_of(recorded_at=local) is RefusalCode.BEFORE_CUTOFF


def test_purge_is_due_so_many_days_after_the_recording() -> None:
    leap_day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert purge_at(leap_day, RULES) == datetime(2030, 2, 28, 12, tzinfo=UTC)
