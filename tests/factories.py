"""Valid things with what a test says changed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from reviewer.privacy.offer import ManifestRow

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_manifest_row(**changes: Any) -> ManifestRow:
    """A row that every rule lets pass at ``NOON`` and for months around it."""
    row = ManifestRow(
        audio="clips/a.wav",
        product="translator",
        locale="en-US",
        recorded_at=datetime(2026, 5, 1, 12, tzinfo=UTC),
        consent_product="translator",
        consent_granted_at=datetime(2021, 3, 1, tzinfo=UTC),
        consent_withdrawn_at=None,
        source_id="b5e1d3cb0f52b0f1",
        speaker="tux_bg",
    )
    return replace(row, **changes)
