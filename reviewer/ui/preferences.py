"""The user's preferences on this machine; never anything about a clip or its text."""

from PySide6.QtCore import QObject, QSettings, Signal

Value = str | int | bool


class Preferences(QObject):
    """Preferences by name, in QSettings; without QSettings, for this run only.

    An invalid stored value counts as not stored.
    """

    changed = Signal(str)
    """Carries the name of the changed preference."""

    def __init__(self, settings: QSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._kept: dict[str, str] = {}

    def text(self, name: str, default: str = "") -> str:
        stored = self._stored(name)
        return default if stored is None else stored

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.text(name, str(default)))
        except ValueError:
            return default

    def is_on(self, name: str, *, default: bool) -> bool:
        return {"true": True, "false": False}.get(self.text(name).lower(), default)

    def put(self, name: str, value: Value) -> None:
        """Stores a preference, and emits ``changed`` if its value is different."""
        written = str(value).lower() if isinstance(value, bool) else str(value)
        if written == self._stored(name):
            return
        self._kept[name] = written
        if self._settings is not None:
            self._settings.setValue(name, written)
        self.changed.emit(name)

    def _stored(self, name: str) -> str | None:
        if self._settings is None or name in self._kept:
            return self._kept.get(name)
        value = self._settings.value(name)
        return None if value is None else str(value)
