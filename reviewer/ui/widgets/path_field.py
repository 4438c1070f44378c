"""A field for a path, with a button that chooses one."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.widget_ids import named


class PathField(QWidget):
    """A path can be typed or chosen; ``choose`` asks for one in a dialog of the platform."""

    changed = Signal()
    """After every change of the text."""
    settled = Signal()
    """Once a path was chosen, or typed and left."""

    def __init__(
        self,
        name: str,
        spoken: str,
        button: str,
        choose: Callable[[QWidget], Path | None],
        parent: QWidget | None = None,
    ) -> None:
        """``button``: the text of the button, with its mnemonic."""
        super().__init__(parent)
        self._choose = choose
        self.line = named(QLineEdit(self), name, spoken)
        self.button = named(QPushButton(button, self), f"{name}_choose", spoken)
        self.button.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self.changed)
        self.line.editingFinished.connect(self.settled)
        self.button.clicked.connect(self._on_choose)

    def path(self) -> Path | None:
        """The path, made absolute; None while the field is empty."""
        text = self.line.text().strip()
        return Path(text).expanduser().absolute() if text else None

    @Slot()
    def _on_choose(self) -> None:
        chosen = self._choose(self)
        if chosen is not None:
            self.line.setText(str(chosen))
            self.settled.emit()
