"""Chips: a row of small buttons for one answer or many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from reviewer.ui.keymap.key_positions import digit_at
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.layouts import FlowLayout
from reviewer.ui.widgets.widget_ids import named

_BACK = (Qt.Key.Key_Left, Qt.Key.Key_Up)
_ON = (Qt.Key.Key_Right, Qt.Key.Key_Down)
_CLEAR = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
_POSITIONS = "1234567890"


@dataclass(frozen=True, slots=True)
class Chip:
    """One answer; ``key`` picks it while the row has the focus, ``hint`` is its tooltip.

    ``shortcut_id`` is the shortcut that picks it wherever the focus is.
    """

    value: str
    label: str
    key: str = ""
    hint: str = ""
    shortcut_id: str = ""


class Chips(QWidget):
    """One tab stop; arrow keys move inside, Space or the answer's key picks, Backspace or Delete clears.

    An answer also has the digit of its position (0 for the tenth), if that is no other's key. A click on a
    picked answer clears it; a key clears only one of many, and nothing clears the last answer of a required
    row.
    """

    picked_changed = Signal(object)
    """Carries the picked values, a tuple in the row's order."""
    answered_by_key = Signal()
    """A key gave the one answer of this row: the next question may have the focus."""

    def __init__(
        self,
        name: str,
        spoken: str,
        chips: Sequence[Chip],
        *,
        many: bool = False,
        is_required: bool = False,
        kind: str = "chip",
        caption: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._many = many
        self._is_required = is_required
        self._shown: tuple[str, ...] = ()
        self._chips = _with_keys(chips)
        self._flow = FlowLayout(self)
        self._buttons = [self._button(chip, kind) for chip in self._chips]
        if caption:
            label = _Caption(caption, self)
            label.setProperty("kind", "caption")
            self._flow.addWidget(label)
        self._set_stop(0)

    @property
    def picked(self) -> tuple[str, ...]:
        """The values that are picked now."""
        pairs = zip(self._chips, self._buttons, strict=True)
        return tuple(chip.value for chip, button in pairs if button.isChecked())

    def pick(self, values: Iterable[str]) -> None:
        """Shows these values as picked, without a signal."""
        self._check(values)
        self._shown = self.picked
        first = next((i for i, button in enumerate(self._buttons) if button.isChecked()), 0)
        self._set_stop(first)

    def toggle(self, value: str) -> None:
        """Does what a click on this answer does."""
        index = next(i for i, chip in enumerate(self._chips) if chip.value == value)
        self._buttons[index].click()

    def take_focus(self) -> None:
        """Sets the focus to the row."""
        for button in self._buttons:
            if button.focusPolicy() & Qt.FocusPolicy.TabFocus:
                button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _button(self, chip: Chip, kind: str) -> QPushButton:
        label = chip.label if chip.key in ("", chip.label) else f"{chip.key}  {chip.label}"
        button = _ChipButton(label, self)
        spoken = f"{self.accessibleName()}: {chip.label}"
        hint = "  ".join(part for part in (chip.hint or chip.label, chip.key and f"({chip.key})") if part)
        named(
            button,
            f"{self.objectName()}_{chip.value}",
            spoken,
            hint=hint,
            shortcut_id=chip.shortcut_id,
            kind=kind,
        )
        button.setAccessibleName(spoken)  # its question too; the key on it is in the description
        button.setCheckable(True)
        button.setAutoExclusive(not self._many)  # a radio button to a screen reader
        button.setAutoDefault(False)
        button.clicked.connect(self._on_clicked)
        button.installEventFilter(self)
        self._flow.addWidget(button)
        return button

    def _on_clicked(self) -> None:
        clicked = self.sender()
        index = next(i for i, button in enumerate(self._buttons) if button is clicked)
        value = self._chips[index].value
        if not self._many and not self._is_required and self._shown == (value,):
            self._check(())
        elif self._many and self._is_required and not self.picked:
            self._check((value,))
        self._set_stop(index)
        self._tell()

    def _answer_by_key(self, index: int) -> None:
        """Picks an answer; of a row for many, picks it or takes it back."""
        if not self._buttons[index].isEnabled():
            return
        if self._many:
            self._buttons[index].click()
            return
        self._check((self._chips[index].value,))
        self._set_stop(index)
        self._tell()
        self.answered_by_key.emit()

    def _tell(self) -> None:
        if self.picked != self._shown:
            self._shown = self.picked
            self.picked_changed.emit(self.picked)

    def _check(self, values: Iterable[str]) -> None:
        wanted = set(values)
        for button in self._buttons:
            button.setAutoExclusive(False)  # else the picked one cannot be cleared
        for chip, button in zip(self._chips, self._buttons, strict=True):
            button.setChecked(chip.value in wanted)
            button.setAutoExclusive(not self._many)

    def _set_stop(self, index: int) -> None:
        """Makes one button of the row the tab stop."""
        for place, button in enumerate(self._buttons):
            is_stop = place == index
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_stop else Qt.FocusPolicy.ClickFocus)

    def _move(self, step: int) -> None:
        here = next((i for i, button in enumerate(self._buttons) if button.hasFocus()), 0)
        there = (here + step) % len(self._buttons)
        self._set_stop(there)
        self._buttons[there].setFocus(Qt.FocusReason.OtherFocusReason)

    def _answers(self, event: QKeyEvent) -> bool:
        step = -1 if event.key() in _BACK else 1 if event.key() in _ON else 0
        if step and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            sideways = event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)
            self._move(-step if is_mirrored and sideways else step)
            return True
        if event.key() in _CLEAR and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            if not self._is_required and self.isEnabled():
                self._check(())
                self._tell()
            return True
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        digit = digit_at(event, QGuiApplication.platformName()) if is_plain else ""
        typed = {event.text().casefold(), digit}  # a digit by its position too: AZERTY, Czech
        index = self._meant(typed - {""})
        if index is not None and not event.isAutoRepeat():
            self._answer_by_key(index)
        return index is not None

    def _meant(self, typed: set[str]) -> int | None:
        """The answer with one of these keys, else the one at the position of a digit."""
        keys = [chip.key.casefold() for chip in self._chips]
        named = [place for place, key in enumerate(keys) if key in typed]
        counted = [place for place, digit in enumerate(_POSITIONS[: len(keys)]) if digit in typed]
        return next(iter(named or counted), None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._answers(event):
            return True
        return super().eventFilter(watched, event)


class _ChipButton(QPushButton):
    """A button whose words break into lines where its row is narrower than they are."""

    def __init__(self, label: str, parent: QWidget) -> None:
        super().__init__(_shown_text(label), parent)
        self._label = label
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """The size of one line."""
        lines = self.text().count("\n")
        hint, metrics = super().sizeHint(), self.fontMetrics()
        if lines:
            hint.setWidth(self._edges_px() + metrics.horizontalAdvance(self._label))
            hint.setHeight(hint.height() - lines * metrics.lineSpacing())
        return hint

    def heightForWidth(self, width: int) -> int:
        return self.sizeHint().height() + (len(self._lines(width)) - 1) * self.fontMetrics().lineSpacing()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        text = "\n".join(_shown_text(line) for line in self._lines(event.size().width()))
        if text != self.text():
            self.setText(text)

    def _edges_px(self) -> int:
        """What border and padding take of the width."""
        widest = max(
            self.fontMetrics().horizontalAdvance(_read_text(line)) for line in self.text().split("\n")
        )
        return super().sizeHint().width() - widest

    def _lines(self, width: int) -> list[str]:
        if self.sizeHint().width() <= width:
            return [self._label]
        room = max(width - self._edges_px(), self.fontMetrics().averageCharWidth())
        words = self._label.replace("  ", "\N{NO-BREAK SPACE}" * 2)  # the key stays beside the first word
        laid = QTextLayout(words, self.font(), self)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        laid.setTextOption(option)
        laid.beginLayout()
        while (line := laid.createLine()).isValid():
            line.setLineWidth(room)
        laid.endLayout()
        places = [laid.lineAt(number) for number in range(laid.lineCount())]
        starts = [place.textStart() for place in places]
        units = self._label.encode("utf-16-le")
        ends = [*starts[1:], len(units) // 2]
        return [units[2 * a : 2 * b].decode("utf-16-le").strip() for a, b in zip(starts, ends, strict=True)]


class _Caption(QLabel):
    """A line of words that breaks where its row is narrower."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self.text()) + 2 * GAP_PX  # more than its padding
        return QSize(wide, self.heightForWidth(wide))


def _shown_text(label: str) -> str:
    return label.replace("&", "&&")


def _read_text(shown: str) -> str:
    return shown.replace("&&", "&")


def _with_keys(chips: Sequence[Chip]) -> tuple[Chip, ...]:
    """Gives answers without a key the digit of their position, where no other answer has it."""
    taken = {chip.key for chip in chips if chip.key}
    digits = [*_POSITIONS, *[""] * len(chips)]
    return tuple(
        chip if chip.key or digit in taken else replace(chip, key=digit)
        for chip, digit in zip(chips, digits, strict=False)
    )
