"""Reads lists of withdrawals, and records who withdrew: known sources and those that were never imported."""

import re
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.lead.manifest import FIELDS
from reviewer.lead.moments import read_moment
from reviewer.lead.similar_ids import similar_ids
from reviewer.lead.table_files import TableRow, field_name, read_table, refusal
from reviewer.model.clock import SystemClock, to_iso
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.session.unit_of_work import UnitOfWork

_SOURCE, _AT, _SHORT_AT = "source_id", "consent_withdrawn_at", "withdrawn_at"
_KNOWN = frozenset({_SOURCE, _AT, _SHORT_AT})
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DAY_WITH_DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_DAY_WITH_YEAR_LAST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", re.ASCII)
# Columns beside the id, as field_name spells them: those that say whether, and those that say how it stands.
_ENDINGS = ("withdr", "revok", "optout", "optedout")
# Of the former those whose day is that of the end: no "withdrawal possible until".
_DAY_OF_END = re.compile(
    r"(?:consent)?(?:withdrawn|withdrawal|revoked|revocation|optedout|optout)(?:at|on|date|day|time|timestamp|since)?"
    r"|(?:date|day)(?:of)?(?:consent)?(?:withdrawal|revocation|optout)"
)
_STATES = frozenset({
    "status", "state", "active", "consent", "consentstatus", "optin", "optedin", "action", "decision",
    "request", "choice", "answer", "response", "withdrawal", "aktion", "entscheidung", "accion", "decisión",
    "acción", "décision", "réponse",
})  # fmt: skip
_ENDED = frozenset({
    "withdrawn", "withdraw", "withdraws", "revoked", "revoke", "optedout", "optout", "ended",
    "delete", "deleted", "remove", "removed", "erase", "erasure", "purge", "destroy",
    "consentwithdrawn", "withdrawal", "revocation", "deletion", "removal",
    "widerrufen", "widerruf", "löschen", "löschung", "gelöscht",
    "retiré", "retrait", "supprimer", "suppression",
    "retirado", "revocado", "eliminar", "eliminación", "borrar",
})  # fmt: skip
_YES = frozenset({"yes", "y", "true", "1", "x"})
# Answers and states in the languages of whoever sends lists: of a column whose name we do not know nobody can
# say whether it asks for the consent or for its end.
_ANSWERS = frozenset(
    field_name(word)
    for word in re.findall(
        r"\S+",
        "yes no true false ja nein wahr falsch oui non vrai faux si sí verdadero falso sim não"
        " nao vero nee waar onwaar nej nei sant falskt ei kyllä joo tosi epätosi jah jā nē taip ne tak"
        " nie prawda fałsz ano áno igen nem da nu да нет так ні истина ложь не ναι όχι οχι evet hayir"
        " doğru yanliş כן לא نعم لا بله خیر نه हाँ हां नहीं হ্যাঁ না ஆம் இல்லை ใช่ ไม่ có không ya"
        " tidak はい いいえ 是 否 有 無 无 真 假 예 네 아니요 아니오 ndiyo hapana bai ez"
        " active aktiv actif activo ativo"
        " attivo actief aktywny активен действует valid gültig valide válido valido granted given"
        " keep keeps kept retain retained stay stays continue continues behalten bleibt conserver reste"
        " conservar mantener erteilt accordé concedido withdrawn revoked widerrufen retiré revocado отозвано",
    )
)
_REMARKS = frozenset({
    "note", "notes", "comment", "comments", "remark", "remarks",
    "reason", "reasons", "grund", "motif", "motivo",
})  # fmt: skip
# Columns that ask nothing: those of a manifest, whose draft may be "yes", and codes such as no for Norwegian.
_NO_QUESTIONS = _REMARKS | {
    *(field_name(name) for name in FIELDS if not name.startswith("consent")),
    *("text", "transcript", "transcription", "sentence"),
    *("language", "lang", "sprache", "langue", "idioma", "country", "land", "pays", "país", "region"),
}
_BITS = frozenset({"0", "1"})
_TICKS = frozenset("xX✓✔☑✗✘☒×*")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A source whose consent ends ``at``; at once without a date."""

    source_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordedWithdrawals:
    """What a list of withdrawals means here: clips by id, due now or later, and sources of no clip.

    ``similar`` are ids of such sources, as the list has them, that are not far from one that is here.
    """

    due: tuple[str, ...]
    later: tuple[tuple[str, datetime], ...]
    unknown: int
    similar: tuple[str, ...] = ()


def read_withdrawals(file: Path, now: datetime | None = None) -> tuple[Withdrawal, ...]:
    """The withdrawals of a list that somebody sent, in its order; ``now`` is the system's time by default.

    The forms are those of ``read_table`` with the field ``source_id``. ``consent_withdrawn_at`` (or
    ``withdrawn_at``), if there, is a day, which begins at midnight UTC, or a moment with its zone. A further
    column that seems to say that somebody did not withdraw (``status``, ``withdrawn``), or that has answers
    to a question that we do not understand (``Einwilligung``: ``ja``), refuses the list; so does one that is
    ticked or filled in for some sources and empty for others, or has a day to come where no column says when
    consent ends.

    Raises: Refused for the whole list if any line is invalid; Unavailable if it cannot be read.
    """
    rows = read_table(file, _SOURCE, (_AT, _SHORT_AT))
    found: list[Withdrawal] = []
    values = _values(rows)
    bits, chosen = _columns_of_bits(values), _columns_of_some(values)
    now = now or SystemClock().now()
    doubts = ((row.line, _doubtful_column(row, bits, chosen, now)) for row in rows)
    doubtful = {line: column for line, column in doubts if column is not None}
    wrong = [(line, "WITHDRAWAL_IN_DOUBT") for line in doubtful]
    wrong += [(row.line, "WITHDRAWAL_TO_COME") for row in rows if _may_be_to_come(row, now)]
    for row in rows:
        try:
            found.append(Withdrawal(row.values[_SOURCE], _date(row)))
        except ValueError:
            wrong.append((row.line, "TABLE_BAD_DATE"))
    if wrong:
        line, code = min(wrong)
        columns = {"column": doubtful[line]} if code == "WITHDRAWAL_IN_DOUBT" else {}
        raise refusal(file.name, sorted(wrong), **columns)
    return tuple(found)


def record_withdrawals(
    unit: UnitOfWork, identity: Identity, withdrawals: Iterable[Withdrawal]
) -> RecordedWithdrawals:
    """Records all withdrawals in one commit: from then on no clip of these sources opens or is imported.

    The earliest date of a source stands. A clip whose consent ends later is due on that day.
    """
    now, hashes, withdrawals = unit.clock.now(), KeyedHashes(identity.keyring), tuple(withdrawals)
    dates = _earliest(hashes, withdrawals, now)
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
    unknown = {source for source, clip in clips.items() if clip is None}
    similar = _similar(unit, hashes, withdrawals, unknown)
    return RecordedWithdrawals(tuple(due), tuple(later), len(unknown), similar)


def _similar(
    unit: UnitOfWork, hashes: KeyedHashes, withdrawals: Iterable[Withdrawal], unknown: Collection[str]
) -> tuple[str, ...]:
    """Ids of unknown sources that are those of known ones but for what programs change."""
    ids = dict.fromkeys(
        each.source_id for each in withdrawals if hashes.of_source_id(each.source_id) in unknown
    )
    alike = {each: [*map(hashes.of_source_id, similar_ids(each))] for each in ids}
    known = unit.clips.of_sources(sorted({source for sources in alike.values() for source in sources}))
    return tuple(each for each, sources in alike.items() if any(source in known for source in sources))


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


def _columns_of_bits(values: Mapping[str, set[str]]) -> frozenset[str]:
    """The columns that have nothing but 0 and 1, and a 0: no numbers of rows, but answers."""
    return frozenset(name for name, found in values.items() if "0" in found and found <= _BITS | {""})


def _columns_of_some(values: Mapping[str, set[str]]) -> frozenset[str]:
    """The columns that choose some rows, by a tick or by an answer on the end of consent."""
    return frozenset(
        name
        for name, found in values.items()
        if name not in _KNOWN
        and field_name(name) not in _REMARKS
        and "" in found
        and (said := found - {""})
        and (said <= _TICKS or _asks_for_end(name) or field_name(name) in _STATES)
    )


def _values(rows: Sequence[TableRow]) -> dict[str, set[str]]:
    """The values of each column; an empty one also where an object of JSON has no such field."""
    names = dict.fromkeys(name for row in rows for name in row.values)
    return {name: {str(row.values.get(name, "")).strip() for row in rows} for name in names}


def _asks_for_end(name: str) -> bool:
    return any(part in field_name(name) for part in _ENDINGS)


def _doubtful_column(
    row: TableRow, bits: frozenset[str], chosen: frozenset[str], now: datetime
) -> str | None:
    """A column that may say that this source did not withdraw: a purge is for ever."""
    for name in sorted(chosen):
        if not str(row.values.get(name, "")).strip():
            return name
    for given, value in row.values.items():
        name, said = field_name(given), field_name(str(value))
        if given in _KNOWN or not said:
            continue
        if name in _STATES:
            is_doubtful = said not in _ENDED
        elif _asks_for_end(given):
            is_day = _DAY_OF_END.fullmatch(name) is not None and _is_past_day(str(value), now)
            is_doubtful = said not in _ENDED | _YES and not is_day
        else:
            is_doubtful = name not in _NO_QUESTIONS and (said in _ANSWERS or given in bits)
        if is_doubtful:
            return given
    return None


def _may_be_to_come(row: TableRow, now: datetime) -> bool:
    """Whether consent may end on a later day, in a column that we do not know."""
    if any(row.values.get(name) not in (None, "") for name in (_AT, _SHORT_AT)):
        return False
    found = (_earliest_day(str(value).strip()) for name, value in row.values.items() if name not in _KNOWN)
    return any(day is not None and day > now for day in found)


def _earliest_day(text: str) -> datetime | None:
    """The day or moment that a text is, the earlier one where day and month may be exchanged; else None."""
    return min(_days(text), default=None)


def _is_past_day(text: str, now: datetime) -> bool:
    """Whether a text is a day or moment that is over, also if day and month are exchanged."""
    days = _days(text.strip())
    return bool(days) and max(days) <= now


def _days(text: str) -> list[datetime]:
    """The days or moments that a text may be: two where day and month may be exchanged."""
    days = list[datetime]()
    with suppress(ValueError):
        days.append(_parsed(text))
    if numbers := _DAY_WITH_YEAR_LAST.fullmatch(text):
        first, second, year = map(int, numbers.groups())
        for month, day in ((first, second), (second, first)):
            with suppress(ValueError):
                days.append(datetime(year, month, day, tzinfo=UTC))
    return days


def _date(row: TableRow) -> datetime | None:
    """When consent ends, the earlier of two dates; None if the row does not say. Raises ValueError."""
    given = [row.values[name] for name in (_AT, _SHORT_AT) if row.values.get(name) not in (None, "")]
    return min((_parsed(text) for text in given), default=None)


def _parsed(text: object) -> datetime:
    """A day, which begins at midnight UTC, or a moment; with dots the day comes first. Raises ValueError."""
    given = text.strip() if isinstance(text, str) else ""
    if _DAY.fullmatch(given):
        return datetime.fromisoformat(given).replace(tzinfo=UTC)
    if dotted := _DAY_WITH_DOTS.fullmatch(given):
        return datetime(int(dotted[3]), int(dotted[2]), int(dotted[1]), tzinfo=UTC)
    return read_moment(given)
