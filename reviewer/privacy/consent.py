"""Whether a person's consent, and time, cover a recording."""

from datetime import datetime, timedelta

from reviewer.model.project import IntakeRules
from reviewer.privacy.offer import Code, Decision, ManifestRow

# Clocks differ; a recording from tomorrow is a wrong date, and would be kept for longer than promised.
_CLOCK_TOLERANCE = timedelta(days=1)


def decide(row: ManifestRow, rules: IntakeRules, now: datetime) -> Decision | None:
    """The first consent or date rule that refuses the row, or None if all let it pass.

    In this order: eligible product, consent given at all, for this very product, recorded since the cut-off,
    within [granted, withdrawn), not withdrawn by now, not dated in the future, not past its retention.
    All bounds are instants; zones play no part once a time was read.
    """
    return _product(row, rules) or _dates(row, rules, now)


def purge_at(recorded_at: datetime, rules: IntakeRules) -> datetime:
    """When a clip's keys must be destroyed at the latest: so many days after it was recorded."""
    return recorded_at + timedelta(days=rules.retention_days)


def _product(row: ManifestRow, rules: IntakeRules) -> Decision | None:
    if row.product not in rules.products:
        return Decision.refuse(
            Code.PRODUCT_NOT_ELIGIBLE, "This product is not on the project's list of eligible products."
        )
    if row.consent_product is None or row.consent_granted_at is None:
        return Decision.refuse(
            Code.CONSENT_MISSING, "The line does not say what consent was given, and when."
        )
    if row.consent_product != row.product:
        return Decision.refuse(
            Code.CONSENT_OTHER_PRODUCT, "Consent was given for another product than the clip's."
        )
    return None


def _dates(row: ManifestRow, rules: IntakeRules, now: datetime) -> Decision | None:
    if row.recorded_at < rules.cutoff:
        return Decision.refuse(
            Code.BEFORE_CUTOFF, f"Recorded before {rules.cutoff:%Y-%m-%d}, from when on clips may be used."
        )
    outside = _consent(row, now)
    if outside is not None:
        return outside
    if row.recorded_at - now > _CLOCK_TOLERANCE:
        return Decision.refuse(Code.BAD_VALUE, "recorded_at is in the future.")
    if now - row.recorded_at >= timedelta(days=rules.retention_days):
        return Decision.refuse(
            Code.EXPIRED, f"Older than the {rules.retention_days} days for which clips are kept."
        )
    return None


def _consent(row: ManifestRow, now: datetime) -> Decision | None:
    if row.consent_granted_at is None or row.recorded_at < row.consent_granted_at:
        return Decision.refuse(Code.OUTSIDE_CONSENT, "Recorded before consent was given.")
    if row.consent_withdrawn_at is not None:
        if row.recorded_at >= row.consent_withdrawn_at:
            return Decision.refuse(Code.OUTSIDE_CONSENT, "Recorded after consent was withdrawn.")
        if row.consent_withdrawn_at <= now:
            return Decision.refuse(Code.OUTSIDE_CONSENT, "Consent has been withdrawn since.")
    return None
