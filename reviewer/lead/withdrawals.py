"""Reads lists of withdrawals, and records who withdrew: known sources and those that were never imported."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.lead.table_files import TableRow, field_name, read_table, refusal
from reviewer.model.clock import to_iso
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.session.unit_of_work import UnitOfWork

_SOURCE, _AT, _SHORT_AT = "source_id", "consent_withdrawn_at", "withdrawn_at"
# A day, or a moment of RFC 3339 section 5.6 with its zone.
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")
# Columns beside the id, as field_name spells them: those that say whether, and those that say how it stands.
_ENDINGS = ("withdr", "revok", "optout", "optedout")
_STATES = frozenset({"status", "state", "active", "consent", "consentstatus", "optin", "optedin"})
_ENDED = frozenset({"withdrawn", "revoked", "optedout", "optout", "ended"})
_YES = frozenset({"yes", "y", "true", "1", "x"})


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A source whose consent ends ``at``; at once without a date."""

    source_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordedWithdrawals:
    """What a list of withdrawals means here: clips by id, due now or later, and sources of no clip."""

    due: tuple[str, ...]
    later: tuple[tuple[str, datetime], ...]
    unknown: int


def read_withdrawals(file: Path) -> tuple[Withdrawal, ...]:
    """The withdrawals of a list that somebody sent, in its order.

    The forms are those of ``read_table`` with the field ``source_id``. ``consent_withdrawn_at`` (or
    ``withdrawn_at``), if there, is a day, which begins at midnight UTC, or a moment with its zone. A further
    column that seems to say that somebody did not withdraw (``status``, ``withdrawn``) refuses the list.

    Raises: Refused for the whole list if any line is invalid; Unavailable if it cannot be read.
    """
    rows = read_table(file, _SOURCE, (_AT, _SHORT_AT))
    found: list[Withdrawal] = []
    wrong = [(row.line, "WITHDRAWAL_IN_DOUBT") for row in rows if _is_in_doubt(row)]
    for row in rows:
        try:
            found.append(Withdrawal(row.values[_SOURCE], _date(row)))
        except ValueError:
            wrong.append((row.line, "TABLE_BAD_DATE"))
    if wrong:
        raise refusal(file.name, sorted(wrong))
    return tuple(found)


def record_withdrawals(
    unit: UnitOfWork, identity: Identity, withdrawals: Iterable[Withdrawal]
) -> RecordedWithdrawals:
    """Records all withdrawals in one commit: from then on no clip of these sources opens or is imported.

    The earliest date of a source stands. A clip whose consent ends later is due on that day.
    """
    now = unit.clock.now()
    dates = _earliest(KeyedHashes(identity.keyring), withdrawals, now)
    list_id = f"w{secrets.token_hex(8)}"
    with unit.transaction():
        clips = {source: _record(unit, identity, source, at, list_id) for source, at in dates.items()}
    due, later = [], []
    for source, clip_id in clips.items():
        if clip_id is None:
            continue
        if dates[source] <= now:
            due.append(clip_id)
        else:
            clip = unit.clips.get(clip_id)
            ends = min(clip.purge_at, clip.consent_withdrawn_at or clip.purge_at)
            unit.queue.keep_open_until(clip_id, ends)
            unit.publish_facts(identity, [clip_id])
            later.append((clip_id, dates[source]))
    return RecordedWithdrawals(tuple(due), tuple(later), sum(clip is None for clip in clips.values()))


def _earliest(hashes: KeyedHashes, withdrawals: Iterable[Withdrawal], now: datetime) -> dict[str, datetime]:
    dates: dict[str, datetime] = {}
    for each in withdrawals:
        source, at = hashes.of_source_id(each.source_id), each.at or now
        dates[source] = min(at, dates.get(source, at))
    return dates


def _record(unit: UnitOfWork, identity: Identity, source: str, at: datetime, list_id: str) -> str | None:
    """Records one withdrawal, unless it was before, with a log row; returns the clip, if there is one."""
    clip = unit.clips.of_source(source)
    if unit.withdrawals.record(source, at, list_id, unit.clock.now()):
        if clip is not None:
            unit.clips.withdraw(clip, at)
        detail: dict[str, DetailValue] = {"source": source, "at": to_iso(at), "list": list_id}
        unit.log.record(Event.by(identity, Action.WITHDRAWAL, clip or source, detail=detail))
    return clip


def _is_in_doubt(row: TableRow) -> bool:
    """Whether a column that we do not know may say that this source did not withdraw: a purge is for ever."""
    for given, value in row.values.items():
        name, said = field_name(given), field_name(str(value))
        if given in (_SOURCE, _AT, _SHORT_AT) or not said:
            continue
        if name in _STATES and said not in _ENDED:
            return True
        if any(part in name for part in _ENDINGS) and said not in _ENDED | _YES:
            return True
    return False


def _date(row: TableRow) -> datetime | None:
    """When consent ends, the earlier of two dates; None if the row does not say. Raises ValueError."""
    given = [row.values[name] for name in (_AT, _SHORT_AT) if row.values.get(name) not in (None, "")]
    return min((_parsed(text) for text in given), default=None)


def _parsed(text: object) -> datetime:
    if isinstance(text, str) and _DAY.fullmatch(text.strip()):
        return datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)
    if isinstance(text, str) and _MOMENT.fullmatch(text.strip()):
        try:
            return datetime.fromisoformat(text.strip().upper()).astimezone(UTC)
        except OverflowError as error:
            raise ValueError(text) from error
    raise ValueError(text)
