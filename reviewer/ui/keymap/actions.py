"""Actions that can have keys; a shortcut that the desk and QA share is one action."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from reviewer.errors import Refused
from reviewer.ui.keymap.key_rules import to_portable_text
from reviewer.ui.keymap.shortcut import Scope, Shortcut
from reviewer.ui.shortcuts import TABLE

LISTENING = "listening"
_SECTIONS = {
    LISTENING: QT_TRANSLATE_NOOP("keys", "Listening"),
    Scope.WINDOW: QT_TRANSLATE_NOOP("keys", "Everywhere"),
    Scope.SIGN_IN: QT_TRANSLATE_NOOP("keys", "Sign-in"),
    Scope.NDA: QT_TRANSLATE_NOOP("keys", "Agreement"),
    Scope.DESK: QT_TRANSLATE_NOOP("keys", "Desk"),
    Scope.MINE: QT_TRANSLATE_NOOP("keys", "My work"),
    Scope.QA: QT_TRANSLATE_NOOP("keys", "QA"),
    Scope.OVERVIEW: QT_TRANSLATE_NOOP("keys", "Overview"),
    Scope.PROGRESS: QT_TRANSLATE_NOOP("keys", "Progress"),
    Scope.CORPUS: QT_TRANSLATE_NOOP("keys", "Corpus"),
    Scope.CLIPS: QT_TRANSLATE_NOOP("keys", "Clips"),
    Scope.HELD: QT_TRANSLATE_NOOP("keys", "Held back"),
    Scope.PEOPLE: QT_TRANSLATE_NOOP("keys", "People"),
    Scope.IMPORT: QT_TRANSLATE_NOOP("keys", "Import"),
    Scope.EXPORT: QT_TRANSLATE_NOOP("keys", "Export"),
    Scope.LOG: QT_TRANSLATE_NOOP("keys", "Access log"),
    Scope.RETENTION: QT_TRANSLATE_NOOP("keys", "Retention"),
}
_FIXED_IDS = frozenset({"window.keys", "window.settings"})
_FIXED_SCOPES = frozenset({Scope.SIGN_IN, Scope.NDA})
_SHARED_SCOPES = {Scope.DESK, Scope.QA}


class Origin(StrEnum):
    """Where the keys of an action come from."""

    PRESET = "preset"
    CUSTOM = "own"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key can do; ``rows`` are its shortcuts, one for each scope."""

    id: str
    rows: tuple[Shortcut, ...]

    @property
    def does(self) -> str:
        """What it does, translated."""
        return self.rows[0].sentence

    @property
    def section(self) -> str:
        """Where it works, as the settings show it."""
        return QCoreApplication.translate("keys", str(_SECTIONS[self.id.partition(".")[0]]))

    @property
    def scopes(self) -> frozenset[Scope]:
        return frozenset(row.scope for row in self.rows)

    @property
    def defaults(self) -> tuple[str, ...]:
        """Its keys in the shortcut table, in Qt's portable text."""
        return tuple(to_portable_text(key) for key in self.rows[0].keys.split("; ") if key)

    @property
    def is_fixed(self) -> bool:
        """Whether its keys cannot be changed: help, settings, and everything before sign-in."""
        return self.id in _FIXED_IDS or bool(self.scopes & _FIXED_SCOPES)

    @property
    def is_listening(self) -> bool:
        """Whether the desk and QA share it."""
        return self.id.startswith(f"{LISTENING}.")

    def overlaps(self, other: "Action") -> bool:
        """Whether both work in the same place."""
        both = self.scopes | other.scopes
        return bool(self.scopes & other.scopes) or Scope.WINDOW in both


def actions_of(table: Iterable[Shortcut]) -> tuple[Action, ...]:
    """The actions of a shortcut table: ``desk.play`` and ``qa.play`` become ``listening.play``."""
    rows = tuple(table)
    found: dict[str, list[Shortcut]] = {}
    shared = _shared(rows)
    for row in rows:
        name = row.id.partition(".")[2]
        is_shared = row.scope in _SHARED_SCOPES and name in shared
        found.setdefault(f"{LISTENING}.{name}" if is_shared else row.id, []).append(row)
    return tuple(Action(action_id, tuple(of)) for action_id, of in found.items())


def action(action_id: str) -> Action:
    """The action with this id; raises Refused for an unknown one."""
    try:
        return _BY_ID[action_id]
    except KeyError:
        raise Refused("ACTION_UNKNOWN", action=action_id) from None


def sections() -> tuple[str, ...]:
    """The first parts of all action ids, in the table's order."""
    return tuple(dict.fromkeys(action_id.partition(".")[0] for action_id in _BY_ID))


def _shared(rows: tuple[Shortcut, ...]) -> set[str]:
    """Names that the desk and QA share, with the same description."""
    descriptions = [
        {row.id.partition(".")[2]: row.does for row in rows if row.scope == scope} for scope in _SHARED_SCOPES
    ]
    one, other = descriptions
    return {name for name in one if one[name] == other.get(name)}


ACTIONS: tuple[Action, ...] = actions_of(TABLE)
_BY_ID = {one.id: one for one in ACTIONS}
