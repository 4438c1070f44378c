"""Rows of the shortcut table in the settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from reviewer.errors import Refused
from reviewer.ui.keymap.actions import ACTIONS, Origin, action
from reviewer.ui.keymap.key_rules import to_native_text
from reviewer.ui.keymap.keymap import Keymap
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.widgets.tables import Column

_WHERE_TAGS_ARE = {Scope.WINDOW, Scope.DESK, Scope.QA}


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One action as shown."""

    action_id: str
    does: str
    keys: str
    place: str
    origin: Origin

    def has(self, words: str) -> bool:
        """Whether the row contains every word, ignoring case."""
        everything = f"{self.does} {self.keys} {self.place} {said(self.origin)}".casefold()
        return all(word in everything for word in words.casefold().split())


def rows_of(keymap: Keymap, words: str = "") -> list[KeyRow]:
    """Every action that contains the words: playback first, then in table order, fixed ones last."""
    rows = [
        KeyRow(its.id, its.does, _either(keymap.keys(its.id)), its.section, keymap.origin(its.id))
        for its in sorted(ACTIONS, key=lambda its: (its.is_fixed, not its.is_listening))
    ]
    return [row for row in rows if row.has(words)]


def columns() -> list[Column[KeyRow]]:
    """Action, its keys, where it works, and where the keys come from."""
    return [
        Column(_tr("Action"), lambda row: row.does),
        Column(_tr("Key"), lambda row: row.keys or _tr("none"), role=lambda row: None if row.keys else "dim"),
        Column(_tr("Where"), lambda row: row.place, role=lambda _row: "dim"),
        Column(_tr("From"), lambda row: said(row.origin), role=_role),
    ]


def said(origin: Origin) -> str:
    """Where keys come from, translated."""
    return {Origin.PRESET: _tr("Preset"), Origin.CUSTOM: _tr("Own"), Origin.FIXED: _tr("Fixed")}[origin]


def refuse_tag(row: KeyRow, key: str, tags: Mapping[str, str]) -> None:
    """Raises Refused for a key that inserts a tag of this project where the action works too."""
    if key in tags and action(row.action_id).scopes & _WHERE_TAGS_ARE:
        raise Refused("KEY_TAKEN_BY_TAG", key=to_native_text(key), tag=tags[key])


def _either(keys: tuple[str, ...]) -> str:
    written = ""
    for key in keys:
        written = _tr("{0} or {1}").format(written, to_native_text(key)) if written else to_native_text(key)
    return written


def _role(row: KeyRow) -> str:
    return "accent" if row.origin is Origin.CUSTOM else "dim"


def _tr(text: str) -> str:
    return QCoreApplication.translate("keys", text)
