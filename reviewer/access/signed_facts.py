"""Verifies dates and holds of clips, names, roles and keychains of people, and label forms against the access
log.

The sums over the tables show that another program changed a row; these rows show what a date or a role was,
and whose act changed it, also where somebody had the key of the log.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

from reviewer.access.log_walk import Mismatch
from reviewer.errors import Notice
from reviewer.model.clip import Clip
from reviewer.model.clock import to_micros
from reviewer.model.event import CLIP_IDS, Action, DetailValue, Event
from reviewer.model.held_back import HeldState
from reviewer.model.people import second_secret_id

_NEVER = 0
_FIXED = ("recorded_at", "consent_granted_at")
_DATES = "dates"
_FORMS, _FORM_TABLE = "forms", "label_schema"
_COLUMNS = (*_FIXED, "consent_withdrawn_at", "purge_at")
_IMPORTED = frozenset({Action.CLIP_IMPORTED, Action.CLIP_QUARANTINED})
_KEYCHAINS = frozenset({Action.KEYCHAIN_ON, Action.KEYCHAIN_OFF, Action.PERSON_CODE, Action.PERSON_ENROLLED})
_HOLDS = frozenset({Action.HOLD_BEGUN, Action.HOLD_ENDED, Action.PURGED})


def imported_clips(clips: Sequence[Clip]) -> dict[str, DetailValue]:
    """The details of an import of clips: their ids and, in microseconds, their dates."""
    if not clips:
        return {}
    return {CLIP_IDS: [clip.id for clip in clips], _DATES: [_dates_of(clip) for clip in clips]}


def _dates_of(clip: Clip) -> list[int]:
    ends = clip.consent_withdrawn_at
    return [
        to_micros(clip.recorded_at),
        to_micros(clip.consent_granted_at),
        _NEVER if ends is None else to_micros(ends),
        to_micros(clip.purge_at),
    ]


def named_forms(digests: Mapping[str, str]) -> dict[str, DetailValue]:
    """The details of a sign-in that say which label forms there are, so that an edit of one shows.

    A form is kept when a workspace is opened, before anybody can sign; no work is done under it before the
    next sign-in.

    Args:
        digests: The SHA-256 of each form, hexadecimal, by its id.
    """
    return {_FORMS: [f"{digest} {form}" for form, digest in sorted(digests.items())]}


def kept_back(events: Iterable[Event]) -> str:
    """The code of why nobody may open a clip, by the rows about it: CLIP_ON_HOLD, CLIP_QUARANTINED, or
    empty."""
    rows, is_quarantined = list(events), False
    for event in rows:
        if event.action is Action.CLIP_QUARANTINED:
            is_quarantined = True
        elif event.action is Action.HELD_RELEASED and event.detail.get("from") == HeldState.QUARANTINED:
            is_quarantined = False
    if is_quarantined:
        return "CLIP_QUARANTINED"
    return "CLIP_ON_HOLD" if is_on_hold(rows) else ""


def is_on_hold(events: Iterable[Event]) -> bool:
    """Whether, by the rows about a clip, a lead put it on hold and nobody has ended the hold."""
    is_held = False
    for event in events:
        if event.action in (Action.HOLD_BEGUN, Action.HOLD_ENDED):
            is_held = event.action is Action.HOLD_BEGUN
    return is_held


def name_digest(person_id: str, name: str) -> str:
    """The digest that stands for a person's name in the log, so that searching the log for the name finds
    nothing."""
    return sha256(f"{person_id}\n{name}".encode()).hexdigest()


@dataclass(slots=True)
class SignedFacts:
    """The dates and holds of clips, and the names and roles of people, as the rows have them, collected in
    order."""

    actions: ClassVar[frozenset[Action]] = _IMPORTED | {
        Action.WITHDRAWAL,
        Action.RETENTION_EXTENDED,
        Action.PERSON_ADDED,
        Action.WORKSPACE_MADE,
        Action.SIGN_IN,
        *_HOLDS,
        *_KEYCHAINS,
    }
    clips: dict[str, dict[str, int]] = field(default_factory=dict)
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Person -> role and digest of the name."""
    holds: dict[str, str] = field(default_factory=dict)
    """Clip -> the reason of its hold, while it is on hold."""
    second_secrets: dict[str, str] = field(default_factory=dict)
    """Person -> the id of the second secret that their keyring needs, in hex."""
    forms: dict[str, str] = field(default_factory=dict)
    """Label form -> the digest that a sign-in gave it first."""

    def add(self, _seq: int, fields: dict[str, Any]) -> None:
        """Takes a row that verified."""
        action, detail, target = fields["action"], fields["detail"], str(fields["object"])
        if action in _IMPORTED:
            self.clips |= _imported(target, detail)
        elif action == Action.WITHDRAWAL and target in self.clips:
            dates, at = self.clips[target], _micros(detail["at"])
            dates["consent_withdrawn_at"] = min(dates["consent_withdrawn_at"] or at, at)
        elif action == Action.RETENTION_EXTENDED and target in self.clips:
            self.clips[target]["purge_at"] = _micros(detail["until"])
        elif action == Action.HOLD_BEGUN:
            self.holds[target] = str(fields["reason"])
        elif action in _HOLDS:
            self.holds.pop(target, None)
        elif action in _KEYCHAINS:
            self.second_secrets[target] = str(detail.get("second_secret", ""))
        elif action == Action.SIGN_IN:
            for line in detail.get(_FORMS, ()):
                digest, _, form = str(line).partition(" ")
                self.forms.setdefault(form, digest)
        elif "name_sha256" in detail:
            person = target if action == Action.PERSON_ADDED else str(fields["actor"])
            role = str(detail["role"] if action == Action.PERSON_ADDED else fields["role"])
            self.people[person] = role, str(detail["name_sha256"])


def _imported(target: str, detail: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """The dates in a row of an import: of the clips that it lists; of one clip in an earlier version's."""
    if "purge_at" in detail:
        return {target: {name: int(detail[name]) for name in _COLUMNS}}
    listed = zip(detail.get(CLIP_IDS, ()), detail.get(_DATES, ()), strict=True)
    return {
        str(clip): {name: int(date) for name, date in zip(_COLUMNS, dates, strict=True)}
        for clip, dates in listed
    }


@dataclass(frozen=True, slots=True)
class FactTables:
    """The same facts as the tables of the file have them."""

    clips: Mapping[str, Mapping[str, int]]
    people: Mapping[str, tuple[str, str]]
    holds: Mapping[str, str] = field(default_factory=dict)
    """Every clip of the queue in this file -> the reason of its hold, empty without one."""
    second_secrets: Mapping[str, str] = field(default_factory=dict)
    """Everybody who has a keyring -> the id of the second secret that it needs, empty if none."""
    forms: Mapping[str, str] = field(default_factory=dict)
    """Label form -> its digest."""

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> "FactTables":
        """Reads the tables, in the snapshot in which the end of the log was read."""
        clips = connection.execute(f"SELECT id, {', '.join(_COLUMNS)} FROM clip")  # noqa: S608
        people = connection.execute("SELECT id, role, name FROM person")
        keyrings = connection.execute("SELECT id, keyring FROM person WHERE typeof(keyring) = 'blob'")
        return cls(
            {
                str(clip): dict(zip(_COLUMNS, (each or _NEVER for each in dates), strict=True))
                for clip, *dates in clips
            },
            {str(person): (str(role), name_digest(str(person), str(name))) for person, role, name in people},
            _holds(connection),
            {str(person): second_secret_id(keyring).hex() for person, keyring in keyrings},
            _forms(connection),
        )

    def match(self, log: SignedFacts) -> None:
        """Raises Mismatch for the first clip, person or form that is not as the log says, or is missing."""
        for clip, hold in self.holds.items():
            if log.holds.get(clip, "") != hold:
                raise Mismatch(None, Notice("HOLD_DIFFERS", {"clip": clip}))
        for clip, dates in log.clips.items():
            if self.clips.get(clip) != dates:
                raise Mismatch(None, Notice("CLIP_DATES_DIFFER", {"clip": clip}))
        for person, signed in log.people.items():
            if self.people.get(person) != signed:
                raise Mismatch(None, Notice("PERSON_DIFFERS", {"person": person}))
        for person, second_secret in self.second_secrets.items():
            if log.second_secrets.get(person, "") != second_secret:
                raise Mismatch(None, Notice("KEYRING_DIFFERS", {"person": person}))
        if any(self.forms.get(form) != digest for form, digest in log.forms.items()):
            raise Mismatch(None, Notice("TABLES_DIFFER", {"names": _FORM_TABLE}))


def _holds(connection: sqlite3.Connection) -> dict[str, str]:
    """A file of an earlier version has no holds."""
    columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info('queue_clip')")}
    if "hold" not in columns:
        return {}
    rows = connection.execute("SELECT clip_id, hold FROM queue_clip")
    return {str(clip): str(hold) for clip, hold in rows}


def _forms(connection: sqlite3.Connection) -> dict[str, str]:
    """A file of an earlier version keeps no forms."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (_FORM_TABLE,)).fetchone():
        return {}
    rows = connection.execute(f"SELECT id, sha256 FROM {_FORM_TABLE}")  # noqa: S608
    return {str(form): str(digest) for form, digest in rows}


def _micros(text: object) -> int:
    return to_micros(datetime.fromisoformat(str(text)))
