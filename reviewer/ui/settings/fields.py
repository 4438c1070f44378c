"""Fields bound to a preference: they show it and store every change at once."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QWidget

from reviewer.ui.preferences import Preferences, Value
from reviewer.ui.theme import GRID_PX, tabular
from reviewer.ui.widgets.widget_ids import named

_MS = 1000
Options = Sequence[tuple[Value, str]]


class SecondsField(QDoubleSpinBox):
    """A duration, stored in milliseconds, shown in seconds."""

    def __init__(
        self, preferences: Preferences, name: str, spoken: str, default_ms: int, bounds_ms: tuple[int, int]
    ) -> None:
        super().__init__()
        _named(self, name, spoken)
        self.setFont(tabular(self.font()))
        self.lineEdit().setTextMargins(GRID_PX, 0, 0, 0)
        self.setSuffix(self.tr(" s"))
        self.setDecimals(2)
        self.setSingleStep(0.25)
        self.setRange(bounds_ms[0] / _MS, bounds_ms[1] / _MS)
        self.setValue(preferences.number(name, default_ms) / _MS)
        self._preferences, self._name = preferences, name
        self.valueChanged.connect(self._on_changed)

    @Slot(float)
    def _on_changed(self, seconds: float) -> None:
        self._preferences.put(self._name, round(seconds * _MS))


class ListField(QComboBox):
    """One of a few values, each with a label; an unknown stored value counts as not stored."""

    def __init__(
        self,
        preferences: Preferences,
        name: str,
        spoken: str,
        default: Value,
        options: Options,
    ) -> None:
        super().__init__()
        _named(self, name, spoken)
        self._preferences, self._name = preferences, name
        self._values = [value for value, _ in options]
        self.addItems([words for _, words in options])
        stored = preferences.text(name, str(default))
        written = [str(value) for value in self._values]
        self.setCurrentIndex(written.index(stored if stored in written else str(default)))
        self.currentIndexChanged.connect(self._on_changed)

    @Slot(int)
    def _on_changed(self, place: int) -> None:
        self._preferences.put(self._name, self._values[place])


class SwitchField(QCheckBox):
    """A check box with its label."""

    def __init__(self, preferences: Preferences, name: str, words: str, *, default: bool) -> None:
        super().__init__(words)
        _named(self, name, words)
        self.setChecked(preferences.is_on(name, default=default))
        self._preferences, self._name = preferences, name
        self.toggled.connect(self._on_changed)

    @Slot(bool)
    def _on_changed(self, is_on: bool) -> None:  # noqa: FBT001
        self._preferences.put(self._name, is_on)


def _named(widget: QWidget, name: str, spoken: str) -> None:
    named(widget, name.replace(".", "_"), spoken)
    widget.setFocusPolicy(
        Qt.FocusPolicy.StrongFocus
    )  # the wheel scrolls the page and must not change a value
