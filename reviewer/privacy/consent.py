"""Checks whether consent, the cut-off date and the retention period cover a recording."""

from datetime import datetime, timedelta

from reviewer.model.project import IntakeRules
from reviewer.privacy.manifest_row import Decision, ManifestRow, RefusalCode

# Clocks differ. A recording dated tomorrow has a wrong date, and would be kept for longer than promised.
_CLOCK_TOLERANCE = timedelta(days=1)


def check_consent(row: ManifestRow, rules: IntakeRules, now: datetime) -> Decision | None:
    """The refusal of the first consent or date rule that the row breaks, or None if it breaks none.

    The order: eligible product, consent given at all, for this very product, recorded since the cut-off,
    within [granted, withdrawn), not withdrawn by now, not dated in the future, not past its retention.
    All bounds are instants; zones play no part once a time has been read.
    """
    return _check_product(row, rules) or _check_dates(row, rules, now)


def purge_at(recorded_at: datetime, rules: IntakeRules) -> datetime:
    """When a clip's key must be destroyed at the latest: ``retention_days`` after it was recorded."""
    return recorded_at + timedelta(days=rules.retention_days)


def _check_product(row: ManifestRow, rules: IntakeRules) -> Decision | None:
    if row.product not in rules.products:
        return Decision.refuse(RefusalCode.PRODUCT_NOT_ELIGIBLE)
    if row.consent_product is None or row.consent_granted_at is None:
        return Decision.refuse(RefusalCode.CONSENT_MISSING)
    if row.consent_product != row.product:
        return Decision.refuse(RefusalCode.CONSENT_OTHER_PRODUCT)
    return None


def _check_dates(row: ManifestRow, rules: IntakeRules, now: datetime) -> Decision | None:
    if row.recorded_at < rules.cutoff:
        return Decision.refuse(RefusalCode.BEFORE_CUTOFF, cutoff=f"{rules.cutoff:%Y-%m-%d}")
    outside = _check_period(row, now)
    if outside is not None:
        return outside
    if row.recorded_at - now > _CLOCK_TOLERANCE:
        return Decision.refuse(RefusalCode.BAD_VALUE, "RECORDED_IN_FUTURE")
    if now - row.recorded_at >= timedelta(days=rules.retention_days):
        return Decision.refuse(RefusalCode.EXPIRED, days=rules.retention_days)
    return None


def _check_period(row: ManifestRow, now: datetime) -> Decision | None:
    if row.consent_granted_at is None or row.recorded_at < row.consent_granted_at:
        return Decision.refuse(RefusalCode.OUTSIDE_CONSENT, "RECORDED_BEFORE_CONSENT")
    if row.consent_withdrawn_at is not None:
        if row.recorded_at >= row.consent_withdrawn_at:
            return Decision.refuse(RefusalCode.OUTSIDE_CONSENT, "RECORDED_AFTER_WITHDRAWAL")
        if row.consent_withdrawn_at <= now:
            return Decision.refuse(RefusalCode.OUTSIDE_CONSENT, "CONSENT_WITHDRAWN_SINCE")
    return None
