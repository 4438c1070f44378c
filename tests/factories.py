"""Valid things with what a test says changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reviewer.access.signing import public_key_of
from reviewer.model.clip import Clip
from reviewer.model.people import Keyring, Person, PersonState, Role
from reviewer.privacy.manifest_row import ManifestRow

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


def a_clip(**changes: Any) -> Clip:
    """A clip of two seconds that may be reviewed."""
    moment = datetime(2026, 10, 1, 12, 0, 0, 250, tzinfo=UTC)
    clip = Clip(
        id="c1",
        product="translator",
        locale="en-US",
        rate_hz=16_000,
        channels=1,
        frames=32_000,
        recorded_at=moment,
        consent_granted_at=moment - timedelta(days=30),
        consent_withdrawn_at=None,
        purge_at=moment + timedelta(days=730),
        imported_at=moment + timedelta(days=1),
        source_hash="source-c1",
        speaker_hash="speaker-1",
        samples_hash="samples-c1",
    )
    return replace(clip, **changes)


def a_keyring(**changes: Any) -> Keyring:
    """A keyring of four plain keys."""
    keyring = Keyring(workspace_key=b"w" * 32, signing_key=b"s" * 32, log_key=b"l" * 32, qa_secret=b"q" * 32)
    return replace(keyring, **changes)


def a_person(**changes: Any) -> Person:
    """A contractor whose public key belongs to ``a_keyring``."""
    person = Person("p1", "Ada Contractor", Role.CONTRACTOR, PersonState.ACTIVE, public_key_of(b"s" * 32))
    return replace(person, **changes)
