"""The intake gate: checks consent, identifiers and text of a manifest row before its audio is opened."""

from datetime import datetime
from functools import lru_cache

from reviewer.model.project import IntakeRules
from reviewer.privacy import pii
from reviewer.privacy.consent import check_consent
from reviewer.privacy.identifiers import identifier_in, identifier_in_locale
from reviewer.privacy.manifest_row import Decision, ManifestRow, RefusalCode

_SPEAKERS_KNOWN = 1024


class Gate:
    """Decides about manifest rows by the project's rules, as of one moment."""

    def __init__(self, rules: IntakeRules, now: datetime) -> None:
        self._rules = rules
        self._now = now
        self._identifier_of_speaker = lru_cache(_SPEAKERS_KNOWN)(identifier_in)

    def decide(self, row: ManifestRow) -> Decision:
        """Checks consent and dates, then identifiers, then the draft text; the first refusal decides."""
        return (
            check_consent(row, self._rules, self._now)
            or self._check_identifiers(row)
            or _check_text(row)
            or Decision.accept()
        )

    def _check_identifiers(self, row: ManifestRow) -> Decision | None:
        for name, token, find in (
            ("source_id", row.source_id, identifier_in),
            ("speaker", row.speaker, self._identifier_of_speaker),
            ("reference", row.reference, identifier_in),
            ("locale", row.locale, identifier_in_locale),
        ):
            found = find(token) if token else None
            if found:
                return Decision.refuse(RefusalCode.IDENTIFIER_FOUND, found.value, field=name)
        return None


def _check_text(row: ManifestRow) -> Decision | None:
    texts = {row.draft, " ".join(word.word for word in row.words)} - {""}
    kinds = {span.kind.value for text in texts for span in pii.find(text, row.locale)}
    if not kinds:
        return None
    return Decision.quarantine(RefusalCode.PII_FLAGGED, kinds=", ".join(sorted(kinds)))
