"""The buttons of an adjudication: take one of two versions as it is, or edit it into a third."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from reviewer.ui.icons import set_icon
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GRID_PX, GROUP_PX
from reviewer.ui.widgets.widget_ids import named, set_tooltip, words_on


class ChoiceBar(QWidget):
    """Left and right are 0 and 1."""

    use_requested = Signal(int)
    edit_requested = Signal(int)
    next_requested = Signal()
    """Another pair of versions shall be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("choice_bar")
        self.next = named(
            QPushButton(self.tr("Next pair"), self),
            "qa_next_version",
            self.tr("Show another pair of versions"),
            shortcut_id="qa.next_version",
        )
        self.edit = tuple(self._button(f"qa_edit_{side}", f"qa.edit_{side}") for side in "ab")
        self.use = tuple(self._button(f"qa_use_{side}", f"qa.use_{side}", "primary") for side in "ab")
        self.next.clicked.connect(self.next_requested)
        bind_shortcut(self.next, "qa.next_version", self.next.click)
        for place in (0, 1):
            self._connect(place)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        for button in (self.next, *self.edit, *self.use):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.insertSpacing(3, GROUP_PX)
        self.show_names("A", "B", None)

    def show_names(self, left: str, right: str, following: tuple[str, str] | None) -> None:
        """Names the versions of both sides, and those of the pair that follows, if there is one."""
        for place, (name, side) in enumerate(((left, "a"), (right, "b"))):
            self.use[place].setText(self.tr("{0} is right").format(name))
            self.edit[place].setText(self.tr("Edit {0}").format(name))
            self._describe(self.use[place], self.tr("Take {0} as it is").format(name), f"qa.use_{side}")
            self._describe(
                self.edit[place], self.tr("Edit {0} into a version of my own").format(name), f"qa.edit_{side}"
            )
        self.next.setVisible(following is not None)
        if following is not None:
            self.next.setText(self.tr("Next: {0} and {1}").format(*following))

    def _button(self, name: str, shortcut_id: str, kind: str = "") -> QPushButton:
        button = named(QPushButton(self), name, name, shortcut_id=shortcut_id, kind=kind)
        if kind:
            set_icon(button, "accept", "on_accent")
        return button

    def _describe(self, button: QPushButton, sentence: str, shortcut_id: str) -> None:
        button.setAccessibleName(words_on(button))
        set_tooltip(button, sentence, shortcut_id)

    def _connect(self, place: int) -> None:
        self.use[place].clicked.connect(lambda: self.use_requested.emit(place))
        self.edit[place].clicked.connect(lambda: self.edit_requested.emit(place))
        side = "ab"[place]
        bind_shortcut(self.use[place], f"qa.use_{side}", self.use[place].click)
        bind_shortcut(self.edit[place], f"qa.edit_{side}", self.edit[place].click)
