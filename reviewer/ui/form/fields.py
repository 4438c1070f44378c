"""One field of the label form: label, answer, problem."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from reviewer.labels.schema import Field, FieldKind
from reviewer.model.annotation import LabelValue
from reviewer.ui.form.chips import Chip, Chips
from reviewer.ui.private_clipboard import PrivateLine
from reviewer.ui.theme import GAP_PX, GRID_PX
from reviewer.ui.widgets.widget_ids import named

_YES, _NO = "yes", "no"


class FieldRow(QWidget):
    """A field of any kind. Its problem is shown beside the label, so that nothing moves."""

    answered = Signal()
    moved_on = Signal()
    """A key completed the answer: the next question may have the focus."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"row_{field.key}")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.field = field
        self.setAccessibleName(self._spoken())
        self._problem = QLabel(self)
        self._problem.setObjectName(f"problem_{field.key}")
        self._problem.setProperty("kind", "problem")
        self._problem.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self._text: PrivateLine | None = None
        self._chips: Chips | None = None
        top = QHBoxLayout()
        top.setSpacing(GAP_PX)
        top.addWidget(self._label(), 1)
        top.addWidget(self._problem, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        layout.addLayout(top)
        layout.addWidget(self._answer())

    @property
    def value(self) -> LabelValue | None:
        """The answer as stored in an annotation; None without one."""
        if self._text is not None:
            return self._text.text() or None
        picked = self._chips.picked if self._chips is not None else ()
        return _READ[self.field.kind](picked)

    def show_value(self, value: LabelValue | None) -> None:
        """Shows an answer without a signal; a value that does not fit the field is shown as none."""
        if self._text is not None:
            self._text.setText(value if isinstance(value, str) else "")
            self._text.setCursorPosition(0)
        elif self._chips is not None:
            self._chips.pick(_shown(value))

    def show_problem(self, sentence: str) -> None:
        """Shows a problem; an empty text clears it."""
        is_bare = bool(sentence) and self.value is None
        short = sentence.removeprefix(self.field.label).strip()  # the label is beside it
        self._problem.setText(self.tr("not answered") if is_bare else short)
        self._problem.setToolTip(sentence)
        self.setAccessibleDescription(sentence)

    def take_focus(self) -> None:
        """Sets the focus to the answer."""
        if self._text is not None:
            self._text.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._chips is not None:
            self._chips.take_focus()

    @Slot()
    def _on_answered(self) -> None:
        self.show_problem("")
        self.answered.emit()

    def _spoken(self) -> str:
        """The question for a screen reader, which does not read the star."""
        return f"{self.field.label} ({self.tr('required')})" if self.field.required else self.field.label

    def _label(self) -> QLabel:
        mark = " *" if self.field.required else ""
        label = QLabel(self.field.label + mark, self)
        label.setObjectName(f"label_{self.field.key}")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setProperty("kind", "field")
        hint = self.field.help or self.field.label
        label.setToolTip(f"{hint} {self.tr('Must be answered.')}" if self.field.required else hint)
        return label

    def _answer(self) -> QWidget:
        field = self.field
        if field.kind is FieldKind.TEXT:
            self._text = named(PrivateLine(self), f"text_{field.key}", self._spoken(), hint=field.help)
            self._text.setMaxLength(2000)
            self._text.textEdited.connect(self._on_answered)
            self._text.returnPressed.connect(self.moved_on)
            return self._text
        self._chips = Chips(
            f"field_{field.key}",
            self._spoken(),
            self._answers(),
            many=field.kind is FieldKind.MANY_OF,
            is_required=field.required,
            caption=_caption(field),
            parent=self,
        )
        self._chips.setToolTip(field.help)
        self._chips.picked_changed.connect(self._on_answered)
        self._chips.answered_by_key.connect(self.moved_on)
        return self._chips

    def _answers(self) -> list[Chip]:
        field = self.field
        if field.kind is FieldKind.YES_NO:
            yes, no = self.tr("Yes"), self.tr("No")
            return [Chip(_YES, yes, yes[:1]), Chip(_NO, no, no[:1])]
        if field.kind is FieldKind.SCALE:
            steps = range(field.low, field.high + 1)
            return [Chip(str(step), str(step), str(step) if 0 <= step <= 9 else "") for step in steps]
        return [Chip(choice.value, choice.label, choice.key) for choice in field.choices]


def _caption(field: Field) -> str:
    if not field.low_label and not field.high_label:
        return ""
    low, high = f"{field.low} {field.low_label}".strip(), f"{field.high} {field.high_label}".strip()
    return f"{low} … {high}"


def _one(picked: tuple[str, ...]) -> LabelValue | None:
    return picked[0] if picked else None


def _many(picked: tuple[str, ...]) -> LabelValue | None:
    return picked or None


def _yes_or_no(picked: tuple[str, ...]) -> LabelValue | None:
    return picked[0] == _YES if picked else None


def _step(picked: tuple[str, ...]) -> LabelValue | None:
    return int(picked[0]) if picked else None


_READ: dict[FieldKind, Callable[[tuple[str, ...]], LabelValue | None]] = {
    FieldKind.ONE_OF: _one,
    FieldKind.MANY_OF: _many,
    FieldKind.YES_NO: _yes_or_no,
    FieldKind.SCALE: _step,
}


def _shown(value: LabelValue | None) -> tuple[str, ...]:
    """An answer as chip values; bool before int, because True is an int too."""
    if value is None:
        return ()
    if isinstance(value, bool):
        return (_YES if value else _NO,)
    if isinstance(value, tuple):
        return value
    return (str(value),)
