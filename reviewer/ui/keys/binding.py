"""Makes the keys of a table work and shows them, as they are in force."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QWidget

from reviewer.ui.keys.live import live_keys
from reviewer.ui.keys.row import Key, Scope

_NAME = "key_"


class Bindings:
    """A table of keys, with what a person has put in the place of some."""

    def __init__(self, table: Sequence[Key]) -> None:
        self._table = tuple(table)
        self._by_id = {row.id: row for row in table}

    def key(self, key_id: str) -> Key:
        """The row with this id, with the keys in force; KeyError for one that is not in the table."""
        return _in_force(self._by_id[key_id])

    def keys_in(self, *scopes: Scope) -> tuple[Key, ...]:
        """The rows of these scopes, in the table's order, with the keys that are in force."""
        return tuple(_in_force(row) for row in self._table if row.scope in scopes)

    def bind(self, owner: QWidget, key_id: str, slot: Callable[[], object]) -> QShortcut:
        """Makes a key work while ``owner`` is shown and enabled, wherever in its window the focus is."""
        shortcut = QShortcut(owner)
        shortcut.setKeys(self.key(key_id).sequences)
        shortcut.setObjectName(f"{_NAME}{key_id}")
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(slot)
        return shortcut

    def rebind(self, root: QWidget) -> None:
        """Gives all that is bound under ``root`` the keys that are in force now."""
        for shortcut in root.findChildren(QShortcut):
            key_id = shortcut.objectName().removeprefix(_NAME)
            if key_id in self._by_id:
                shortcut.setKeys(self.key(key_id).sequences)

    def tip(self, text: str, key_id: str) -> str:
        """A tooltip that carries its key, if it has one."""
        shown = self.key(key_id).shown
        return f"{text}  ({shown})" if shown else text


def _in_force(row: Key) -> Key:
    live = live_keys()
    keys = live.rows.get(row.id, row.keys) if live is not None else row.keys
    return row if keys == row.keys else replace(row, keys=keys)
