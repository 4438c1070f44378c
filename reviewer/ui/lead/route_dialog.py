"""Asks which skill the tasks of clips ask for, and how early they come."""

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from reviewer.model.routes import HIGHEST_PRIORITY, LONGEST_SKILL
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import enable, named

_WIDTH_PX, _TEXT_MARGIN_PX = 460, 6


@dataclass(frozen=True, slots=True)
class Route:
    """What was chosen; None leaves a skill or priority as it is, an empty skill asks for none."""

    is_for_all: bool
    skill: str | None
    priority: int | None


class RouteDialog(QDialog):
    """For the selected clip, or for all that are listed."""

    route_requested = Signal(object)
    """Carries a Route."""

    def __init__(
        self, listed: int, skill: str, priority: int, parent: QWidget | None = None, *, has_clip: bool = True
    ) -> None:
        """``skill`` and ``priority`` are those of the selected clip, to begin with."""
        super().__init__(parent)
        self.setObjectName("route_dialog")
        self.setWindowTitle(self.tr("Skill and priority"))
        self.setMinimumWidth(_WIDTH_PX)
        self.for_one = named(
            QRadioButton(self.tr("The selected clip"), self), "route_one", self.tr("The selected clip")
        )
        every = self.tr("All {0} clips that are listed").format(f"{listed:,}")
        self.for_all = named(QRadioButton(every, self), "route_all", every)
        self.for_one.setEnabled(has_clip)
        (self.for_one if has_clip else self.for_all).setChecked(True)
        self._make_fields(skill, priority)
        self._make_buttons()
        self._lay_out()
        for box in (self.has_skill, self.has_priority):
            box.toggled.connect(self._update)
        self._update()

    def _make_fields(self, skill: str, priority: int) -> None:
        self.has_skill = named(
            QCheckBox(self.tr("Skill"), self), "route_has_skill", self.tr("Set the skill that is asked for")
        )
        self.skill = named(
            QLineEdit(skill, self), "route_skill", self.tr("Skill that people need; empty for none")
        )
        self.skill.setMaxLength(LONGEST_SKILL)
        self.skill.setPlaceholderText(self.tr("none"))
        self.has_priority = named(
            QCheckBox(self.tr("Priority"), self), "route_has_priority", self.tr("Set the priority")
        )
        self.priority = named(
            QSpinBox(self), "route_priority", self.tr("Priority: higher ones come first, 0 is usual")
        )
        self.priority.setRange(-HIGHEST_PRIORITY, HIGHEST_PRIORITY)
        self.priority.setValue(priority)
        self.priority.lineEdit().setTextMargins(_TEXT_MARGIN_PX, 0, 0, 0)

    def _make_buttons(self) -> None:
        self.confirm = named(
            QPushButton(self.tr("Set"), self),
            "route_confirm",
            self.tr("Set it for these clips"),
            kind="primary",
        )
        self.confirm.setDefault(True)
        self.confirm.clicked.connect(self._on_confirmed)
        self._cancel = named(
            QPushButton(self.tr("Cancel"), self), "route_cancel", self.tr("Leave the clips as they are")
        )
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self.for_one)
        column.addWidget(self.for_all)
        fields = QGridLayout()
        fields.addWidget(self.has_skill, 0, 0)
        fields.addWidget(self.skill, 0, 1)
        fields.addWidget(self.has_priority, 1, 0)
        fields.addWidget(self.priority, 1, 1)
        column.addLayout(fields)
        after = QLabel(
            self.tr("Whoever has one of the clips keeps it. It is written into the access log."), self
        )
        after.setProperty("kind", "label")
        after.setWordWrap(True)
        column.addWidget(after)
        row = QHBoxLayout()
        row.setSpacing(GROUP_PX)
        row.addWidget(self.confirm)
        row.addStretch()
        row.addWidget(self._cancel)
        column.addLayout(row)
        tab_through(
            self.for_one, self.for_all, self.has_skill, self.skill, self.has_priority, self.priority,
            self.confirm, self._cancel,
        )  # fmt: skip

    @Slot()
    def _update(self) -> None:
        chosen = self.has_skill.isChecked(), self.has_priority.isChecked()
        self.skill.setEnabled(chosen[0])
        self.priority.setEnabled(chosen[1])
        enable(self.confirm, any(chosen), self.tr("Tick the skill, the priority or both."))

    @Slot()
    def _on_confirmed(self) -> None:
        skill = self.skill.text() if self.has_skill.isChecked() else None
        priority = self.priority.value() if self.has_priority.isChecked() else None
        self.route_requested.emit(Route(self.for_all.isChecked(), skill, priority))
        self.accept()
