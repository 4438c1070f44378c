"""The keys that are in force now, kept by the application, so that what is made later knows them too."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QObject, Signal

_PROPERTY = "live_keys"


class LiveKeys(QObject):
    """Keys by row of the table; a row that is not in it has the key of the table."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: Mapping[str, str] = {}

    @property
    def rows(self) -> Mapping[str, str]:
        """Row id -> keys, as in the table."""
        return self._rows

    def use(self, rows: Mapping[str, str]) -> None:
        """Puts other keys in force and tells of it."""
        if rows != self._rows:
            self._rows = dict(rows)
            self.changed.emit()


def live_keys() -> LiveKeys | None:
    """The application's keys, made when first asked for; None while there is no application."""
    app = QCoreApplication.instance()
    if app is None:
        return None
    found = app.property(_PROPERTY)  # looking among its children would load its style's whole class: 20 ms
    if isinstance(found, LiveKeys):
        return found
    made = LiveKeys(app)
    app.setProperty(_PROPERTY, made)
    return made
