"""The gate: every promise about a clip's origin, decided before its audio is touched."""

from collections import Counter
from datetime import datetime

from reviewer.model.project import IntakeRules
from reviewer.privacy import consent, pii
from reviewer.privacy.identifiers import identifier_in
from reviewer.privacy.offer import Code, Decision, ManifestRow


class Gate:
    """Decides offered clips by the project's rules, as of one moment."""

    def __init__(self, rules: IntakeRules, now: datetime) -> None:
        self._rules = rules
        self._now = now

    def decide(self, row: ManifestRow) -> Decision:
        """Consent and dates, then identifiers, then the recogniser's text; the first that says no decides."""
        return (
            consent.decide(row, self._rules, self._now)
            or _identifiers(row)
            or _text(row)
            or Decision.accept()
        )


def _identifiers(row: ManifestRow) -> Decision | None:
    for name, token in (("source_id", row.source_id), ("speaker", row.speaker)):
        found = identifier_in(token)
        if found:
            return Decision.refuse(Code.IDENTIFIER_FOUND, f"{name} looks like {found}; send an opaque token.")
    return None


def _text(row: ManifestRow) -> Decision | None:
    texts = {row.draft, " ".join(word.word for word in row.words)}
    kinds = Counter(span.kind.value for text in sorted(texts) for span in pii.find(text, row.locale))
    if not kinds:
        return None
    return Decision.quarantine(
        Code.PII_FLAGGED,
        f"The draft text may hold personal data ({', '.join(sorted(kinds))}); a lead must look.",
    )
