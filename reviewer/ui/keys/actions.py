"""What a person binds: the rows of the table, the same act of the desk and of QA as one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from reviewer.errors import Refused
from reviewer.ui.keys.rules import portable
from reviewer.ui.shortcuts import TABLE, Key, Scope

LISTENING = "listening"
_PLACES = {
    LISTENING: QT_TRANSLATE_NOOP("keys", "Listening"),
    Scope.WINDOW: QT_TRANSLATE_NOOP("keys", "Everywhere"),
    Scope.SIGN_IN: QT_TRANSLATE_NOOP("keys", "Sign-in"),
    Scope.NDA: QT_TRANSLATE_NOOP("keys", "Agreement"),
    Scope.DESK: QT_TRANSLATE_NOOP("keys", "Desk"),
    Scope.MINE: QT_TRANSLATE_NOOP("keys", "My work"),
    Scope.QA: QT_TRANSLATE_NOOP("keys", "QA"),
    Scope.OVERVIEW: QT_TRANSLATE_NOOP("keys", "Overview"),
    Scope.PEOPLE: QT_TRANSLATE_NOOP("keys", "People"),
    Scope.IMPORT: QT_TRANSLATE_NOOP("keys", "Import"),
    Scope.EXPORT: QT_TRANSLATE_NOOP("keys", "Export"),
    Scope.LOG: QT_TRANSLATE_NOOP("keys", "Access log"),
}
_FIXED_ROWS = frozenset({"window.keys", "window.settings"})
_FIXED_SCOPES = frozenset({Scope.SIGN_IN, Scope.NDA})
_BOTH = {Scope.DESK, Scope.QA}


class Origin(StrEnum):
    """Where the keys of an action come from."""

    PRESET = "preset"
    OWN = "own"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do; ``rows`` are its rows of the table, one a scope."""

    id: str
    rows: tuple[Key, ...]

    @property
    def does(self) -> str:
        """What it does, translated."""
        return self.rows[0].sentence

    @property
    def place(self) -> str:
        """Where it works, as the settings call it."""
        return QCoreApplication.translate("keys", str(_PLACES[self.id.partition(".")[0]]))

    @property
    def scopes(self) -> frozenset[Scope]:
        return frozenset(row.scope for row in self.rows)

    @property
    def defaults(self) -> tuple[str, ...]:
        """Our own keys for it, in Qt's portable text."""
        return tuple(portable(key) for key in self.rows[0].keys.split("; ") if key)

    @property
    def is_fixed(self) -> bool:
        """Whether its keys stay: the way into the help and the settings, and what comes before them."""
        return self.id in _FIXED_ROWS or bool(self.scopes & _FIXED_SCOPES)

    @property
    def is_listening(self) -> bool:
        """Whether desk and QA have it in common."""
        return self.id.startswith(f"{LISTENING}.")

    def meets(self, other: "Action") -> bool:
        """Whether both can be asked for at the same time."""
        both = self.scopes | other.scopes
        return bool(self.scopes & other.scopes) or Scope.WINDOW in both


def bundled(table: Iterable[Key]) -> tuple[Action, ...]:
    """The table's rows as actions: ``desk.play`` and ``qa.play`` become ``listening.play``."""
    rows = tuple(table)
    found: dict[str, list[Key]] = {}
    shared = _shared(rows)
    for row in rows:
        name = row.id.partition(".")[2]
        is_shared = row.scope in _BOTH and name in shared
        found.setdefault(f"{LISTENING}.{name}" if is_shared else row.id, []).append(row)
    return tuple(Action(action_id, tuple(of)) for action_id, of in found.items())


def action(action_id: str) -> Action:
    """The action with this id; raises Refused for one that this program does not have."""
    try:
        return _BY_ID[action_id]
    except KeyError:
        raise Refused(QCoreApplication.translate("keys", "Unknown action: {0}.").format(action_id)) from None


def places() -> tuple[str, ...]:
    """The first halves of all ids, in the table's order."""
    return tuple(dict.fromkeys(action_id.partition(".")[0] for action_id in _BY_ID))


def _shared(rows: tuple[Key, ...]) -> set[str]:
    """Names of acts that desk and QA have in common, with the same words."""
    said = [{row.id.partition(".")[2]: row.does for row in rows if row.scope == scope} for scope in _BOTH]
    return {name for name in said[0] if said[0][name] == said[1].get(name)}


ACTIONS: tuple[Action, ...] = bundled(TABLE)
_BY_ID = {one.id: one for one in ACTIONS}
