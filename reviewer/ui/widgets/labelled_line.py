"""Fields of a dialog: a caption with a mnemonic above each."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from reviewer.ui.widgets.widget_ids import named


def labelled(column: QVBoxLayout, caption: str, widget: QWidget) -> None:
    """Adds a widget below its caption, which is its buddy: the mnemonic of the caption focuses it."""
    label = QLabel(caption, column.parentWidget())
    label.setProperty("kind", "label")
    label.setBuddy(widget.focusProxy() or widget)
    column.addWidget(label)
    column.addWidget(widget)


def secret_line(name: str, spoken: str, parent: QWidget) -> QLineEdit:
    """A field whose text is shown, and which no input method learns."""
    line = named(QLineEdit(parent), name, spoken)
    line.setInputMethodHints(
        Qt.InputMethodHint.ImhSensitiveData
        | Qt.InputMethodHint.ImhNoPredictiveText
        | Qt.InputMethodHint.ImhNoAutoUppercase
    )
    return line


def masked_line(name: str, spoken: str, parent: QWidget) -> QLineEdit:
    """A field whose text is masked."""
    line = named(QLineEdit(parent), name, spoken)
    line.setEchoMode(QLineEdit.EchoMode.Password)
    return line
