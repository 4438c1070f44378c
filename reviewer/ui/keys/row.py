"""One row of the table of keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText


class Scope(StrEnum):
    """Where a key works: everywhere in the window, or while one page is shown."""

    WINDOW = "window"
    SIGN_IN = "sign_in"
    NDA = "nda"
    DESK = "desk"
    MINE = "mine"
    QA = "qa"
    OVERVIEW = "overview"
    PEOPLE = "people"
    IMPORT = "import"
    EXPORT = "export"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Key:
    """What one act is bound to.

    ``keys`` is Qt's portable text, alternatives set off by ``"; "``, empty for none; ``does`` is what it
    does, in English, translated when shown.
    """

    id: str
    scope: Scope
    keys: str
    does: str

    @property
    def sequences(self) -> tuple[QKeySequence, ...]:
        """Every key that does it."""
        return tuple(key for key in QKeySequence.listFromString(self.keys, _PORTABLE) if not key.isEmpty())

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
        return QCoreApplication.translate("shortcuts", self.does)


def clashes(table: Iterable[Key]) -> list[tuple[Key, Key]]:
    """Pairs of rows that would answer to the same key at the same time."""
    rows = list(table)
    return [
        (one, other)
        for place, one in enumerate(rows)
        for other in rows[place + 1 :]
        if (one.scope == other.scope or Scope.WINDOW in (one.scope, other.scope))
        and set(one.sequences) & set(other.sequences)
    ]
