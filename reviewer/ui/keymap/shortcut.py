"""Keyboard shortcuts: their definitions, the keys they have now, and their QShortcuts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText
_ACTIVE_KEYS = "active_keys"
_NAME = "key_"


class Scope(StrEnum):
    """Where a shortcut works: everywhere in the window, or while one page is shown."""

    WINDOW = "window"
    SIGN_IN = "sign_in"
    NDA = "nda"
    DESK = "desk"
    MINE = "mine"
    QA = "qa"
    OVERVIEW = "overview"
    CLIPS = "clips"
    PROGRESS = "progress"
    CORPUS = "corpus"
    PEOPLE = "people"
    IMPORT = "import"
    EXPORT = "export"
    LOG = "log"
    HELD = "held"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """The keys of one action in one scope.

    ``keys`` is Qt's portable text, alternatives separated by ``"; "``, empty for none. ``does`` is the
    description in English, translated when shown.
    """

    id: str
    scope: Scope
    keys: str
    does: str

    @property
    def sequences(self) -> tuple[QKeySequence, ...]:
        """The alternatives."""
        return _sequences(self.keys)

    @property
    def shown(self) -> str:
        """The keys as this platform writes them; empty where there is none."""
        either = QCoreApplication.translate("shortcuts", "{0} or {1}")
        shown = ""
        for key in self.sequences:
            written = key.toString(_NATIVE)
            shown = either.format(shown, written) if shown else written
        return shown

    @property
    def sentence(self) -> str:
        """The description, translated."""
        return QCoreApplication.translate("shortcuts", self.does)


@cache
def _sequences(keys: str) -> tuple[QKeySequence, ...]:
    return tuple(key for key in QKeySequence.listFromString(keys, _PORTABLE) if not key.isEmpty())


def conflicting_pairs(table: Iterable[Shortcut]) -> list[tuple[Shortcut, Shortcut]]:
    """Pairs of shortcuts that share a key in the same scope."""
    rows = list(table)
    return [
        (one, other)
        for place, one in enumerate(rows)
        for other in rows[place + 1 :]
        if (one.scope == other.scope or Scope.WINDOW in (one.scope, other.scope))
        and set(one.sequences) & set(other.sequences)
    ]


class ActiveKeys(QObject):
    """The keys that replace those of the table, by shortcut id; kept by the application."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: Mapping[str, str] = {}

    @property
    def rows(self) -> Mapping[str, str]:
        """Shortcut id -> keys, written as in the table."""
        return self._rows

    def use(self, rows: Mapping[str, str]) -> None:
        """Replaces all keys; emits ``changed`` if any is different."""
        if rows != self._rows:
            self._rows = dict(rows)
            self.changed.emit()


def active_keys() -> ActiveKeys | None:
    """The application's active keys, created on first use; None without an application."""
    app = QCoreApplication.instance()
    if app is None:
        return None
    found = app.property(_ACTIVE_KEYS)  # findChild would load the class of the application's style: 20 ms
    if isinstance(found, ActiveKeys):
        return found
    made = ActiveKeys(app)
    app.setProperty(_ACTIVE_KEYS, made)
    return made


class ShortcutTable:
    """A table of shortcuts; every method gives and uses the active keys."""

    def __init__(self, table: Sequence[Shortcut]) -> None:
        self._table = tuple(table)
        self._by_id = {row.id: row for row in table}

    def shortcut(self, shortcut_id: str) -> Shortcut:
        """The shortcut with this id; KeyError for one that is not in the table."""
        return _with_active_keys(self._by_id[shortcut_id])

    def shortcuts_in(self, *scopes: Scope) -> tuple[Shortcut, ...]:
        """The shortcuts of these scopes, in the table's order."""
        return tuple(_with_active_keys(row) for row in self._table if row.scope in scopes)

    def bind(self, owner: QWidget, shortcut_id: str, slot: Callable[[], object]) -> QShortcut:
        """Binds a shortcut to a slot, for the whole window while ``owner`` is shown and enabled.

        What an input method is still composing is committed before the slot acts.
        """
        made = QShortcut(owner)
        made.setKeys(self.shortcut(shortcut_id).sequences)
        made.setObjectName(f"{_NAME}{shortcut_id}")
        made.setAutoRepeat(False)
        made.activated.connect(_commit_composed_text)
        made.activated.connect(slot)
        return made

    def rebind(self, root: QWidget) -> None:
        """Gives every shortcut bound under ``root`` its active keys."""
        for bound in root.findChildren(QShortcut):
            shortcut_id = bound.objectName().removeprefix(_NAME)
            if shortcut_id in self._by_id:
                bound.setKeys(self.shortcut(shortcut_id).sequences)

    def tooltip(self, text: str, shortcut_id: str) -> str:
        """A tooltip that ends with the shortcut's keys, if it has any."""
        shown = self.shortcut(shortcut_id).shown
        return f"{text}  ({shown})" if shown else text


def _commit_composed_text() -> None:
    QGuiApplication.inputMethod().commit()


def _with_active_keys(row: Shortcut) -> Shortcut:
    active = active_keys()
    keys = active.rows.get(row.id, row.keys) if active is not None else row.keys
    return row if keys == row.keys else replace(row, keys=keys)
