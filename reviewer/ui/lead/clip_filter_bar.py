"""Chooses which clips are listed: a field for each column, and filters saved under a name."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSignalBlocker, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from reviewer.model.clip import ClipState
from reviewer.model.clip_list import EXPIRED, TAKEN, ClipFilter, Withheld
from reviewer.model.hold import HoldReason
from reviewer.model.task import SkipReason
from reviewer.ui.lead.saved_filters import SavedFilters
from reviewer.ui.messages import term
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.widget_ids import enable, named

_TYPED_MS = 150
_LETTERS = 7
_LETTERS_OF_SAVED = 4


class ClipFilterBar(QWidget):
    """Fields in two rows; an empty one lets all clips through."""

    changed = Signal()

    def __init__(
        self, saved: SavedFilters, parent: QWidget, product_name: Callable[[str], str] = str
    ) -> None:
        """``product_name`` says what the project calls a product."""
        super().__init__(parent)
        self._saved, self._product_name = saved, product_name
        self._timer = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._timer.timeout.connect(self.changed)
        self.state = self._choice("state", self.tr("State"), self.tr("Every state"))
        self.language = self._choice("locale", self.tr("Language"), self.tr("Every language"))
        self.product = self._choice("product", self.tr("Product"), self.tr("Every product"))
        self.person = self._choice("person", self.tr("Person who has or did it"), self.tr("Everybody"))
        self.refusal = self._choice("refusal", self.tr("Skipped because"), self.tr("Skipped or not"))
        self.withheld = self._choice("withheld", self.tr("Withheld"), self.tr("Withheld or not"))
        self.passes = self._choice("passes", self.tr("Passes submitted"), self.tr("Any passes"))
        self.id_part = self._field("id", self.tr("Part of the clip's id"), self.tr("Id"))
        self.shortest = self._field("shortest", self.tr("At least this long"), self.tr("From … s"))
        self.longest = self._field("longest", self.tr("At most this long"), self.tr("To … s"))
        self.since = self._field("since", self.tr("Last act on this day or later (UTC)"), self.tr("Since"))
        self.until = self._field("until", self.tr("Last act on this day or earlier (UTC)"), self.tr("Until"))
        for field in (self.since, self.until):
            field.setToolTip(f"{field.accessibleName()}: 2026-11-28")
        self._fill_fixed()
        self.names = named(QComboBox(self), "clips_saved", self.tr("Saved filters"))
        self.names.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.names.setMinimumContentsLength(_LETTERS_OF_SAVED)
        self.names.activated.connect(self._on_picked)
        self._make_buttons()
        self._lay_out()
        self._show_names("")

    def chosen(self) -> ClipFilter | None:
        """What the fields say; None if a day or a length is none."""
        try:
            wanted = ClipFilter(
                **{name: str(box.currentData()) for name, box in self._choices().items()},
                shortest=_seconds(self.shortest.text()),
                longest=_seconds(self.longest.text()),
                since=self.since.text().strip(),
                until=self.until.text().strip(),
                id_part=self.id_part.text().strip(),
            )
            wanted.predicate()
        except ValueError:
            return None
        return wanted

    def show_filter(self, wanted: ClipFilter) -> None:
        """Fills the fields; a value that is not offered is offered from now on."""
        fields = {
            self.shortest: _figure(wanted.shortest), self.longest: _figure(wanted.longest),
            self.since: wanted.since, self.until: wanted.until, self.id_part: wanted.id_part,
        }  # fmt: skip
        for field, text in fields.items():
            with QSignalBlocker(field):
                field.setText(text)
        for name, box in self._choices().items():
            self._choose(box, getattr(wanted, name))
        self._update_buttons()
        self.changed.emit()

    def offer(self, locales: Iterable[str], products: Iterable[str], people: Iterable[str]) -> None:
        """Offers what the clips have; whatever is chosen stays so."""
        for box, values in ((self.language, locales), (self.product, products), (self.person, people)):
            chosen = str(box.currentData())
            with QSignalBlocker(box):
                while box.count() > 1:
                    box.removeItem(box.count() - 1)
                for value in values:
                    box.addItem(self._shown(box, value), value)
            self._choose(box, chosen)

    @Slot()
    def focus_id(self) -> None:
        """Moves the focus to the box for an id."""
        self.id_part.setFocus()
        self.id_part.selectAll()

    def stops(self) -> tuple[QWidget, ...]:
        """The fields in the order of Tab."""
        return (
            self.state, self.language, self.product, self.person, self.refusal, self.withheld, self.id_part,
            self.shortest, self.longest, self.since, self.until, self.passes, self.names, self.save,
            self.remove, self.clear,
        )  # fmt: skip

    def _shown(self, box: QComboBox, value: str) -> str:
        return self._product_name(value) if box is self.product else value

    def _choose(self, box: QComboBox, value: str) -> None:
        with QSignalBlocker(box):
            if value and box.findData(value) < 0:
                box.addItem(self._shown(box, value), value)
            box.setCurrentIndex(max(0, box.findData(value)))

    def _choices(self) -> dict[str, QComboBox]:
        return {
            "state": self.state, "locale": self.language, "product": self.product, "person": self.person,
            "refusal": self.refusal, "withheld": self.withheld, "passes": self.passes,
        }  # fmt: skip

    @Slot()
    def _on_changed(self) -> None:
        self.names.setCurrentIndex(0)
        self._update_buttons()
        self._timer.start()

    @Slot()
    def _on_picked(self) -> None:
        wanted = self._saved.all().get(str(self.names.currentData()))
        if wanted is not None:
            self.show_filter(wanted)

    @Slot()
    def _on_clear(self) -> None:
        self.names.setCurrentIndex(0)
        self.show_filter(ClipFilter())

    @Slot()
    def _on_save(self) -> None:
        dialog = QInputDialog(self)
        dialog.setObjectName("clips_save_dialog")
        dialog.setWindowTitle(self.tr("Save the filter"))
        dialog.setLabelText(self.tr("Name of the filter"))
        dialog.setTextValue(self.names.currentText() if self.names.currentData() else "")
        dialog.textValueSelected.connect(self._on_named)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_named(self, name: str) -> None:
        wanted = self.chosen()
        if wanted is not None:
            self._show_names(self._saved.save(name, wanted))

    @Slot()
    def _on_remove(self) -> None:
        self._saved.remove(str(self.names.currentData()))
        self._show_names("")

    def _show_names(self, chosen: str) -> None:
        with QSignalBlocker(self.names):
            self.names.clear()
            self.names.addItem(self.tr("Saved filters"), "")
            for name in self._saved.all():
                self.names.addItem(name, name)
            self.names.setCurrentIndex(max(0, self.names.findData(chosen)))
        self._update_buttons()

    def _update_buttons(self) -> None:
        wanted = self.chosen()
        has_any = wanted is not None and not wanted.is_empty
        enable(self.clear, wanted is None or has_any, self.tr("No filter is set."))
        enable(self.save, has_any, self.tr("Set a filter first."))
        enable(self.remove, bool(self.names.currentData()), self.tr("Choose a saved filter first."))

    # Making

    def _fill_fixed(self) -> None:
        for state in ClipState:
            self.state.addItem(term("CLIP_STATE", state), state.value)
        for reason in (*SkipReason, EXPIRED, TAKEN):
            self.refusal.addItem(term("REFUSAL", reason), str(reason))
        self.withheld.addItem(self.tr("Not withheld"), Withheld.NEITHER.value)
        self.withheld.addItem(self.tr("On hold"), Withheld.ON_HOLD.value)
        self.withheld.addItem(self.tr("Personal data"), Withheld.HELD_BACK.value)
        for hold in HoldReason:
            self.withheld.addItem(self.tr("On hold: {0}").format(term("HOLD_REASON", hold)), hold.value)
        for text, value in (
            (self.tr("No pass submitted"), "none"),
            (self.tr("Some passes submitted"), "some"),
            (self.tr("All passes submitted"), "all"),
        ):
            self.passes.addItem(text, value)

    def _choice(self, name: str, spoken: str, all_of_them: str) -> QComboBox:
        made = named(QComboBox(self), f"clips_{name}", spoken)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(_LETTERS)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.addItem(all_of_them, "")
        made.currentIndexChanged.connect(self._on_changed)
        return made

    def _field(self, name: str, spoken: str, hint: str) -> QLineEdit:
        made = named(QLineEdit(self), f"clips_{name}", spoken)
        made.setPlaceholderText(hint)
        made.textChanged.connect(self._on_changed)
        return made

    def _make_buttons(self) -> None:
        self.clear = self._button("clips_clear", self.tr("Clear"), self.tr("Clear the filter"))
        self.clear.clicked.connect(self._on_clear)
        self.save = self._button("clips_save", self.tr("Save…"), self.tr("Save the filter under a name"))
        self.save.clicked.connect(self._on_save)
        self.remove = self._button("clips_remove", self.tr("Remove"), self.tr("Remove the saved filter"))
        self.remove.clicked.connect(self._on_remove)

    def _button(self, name: str, text: str, hint: str) -> QPushButton:
        shortcut_id = name.replace("_", ".", 1) + "_filter"
        made = named(QPushButton(text, self), name, hint, shortcut_id=shortcut_id, kind="quiet")
        bind_shortcut(made, shortcut_id, made.click)
        return made

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP_PX)
        second = QHBoxLayout()
        second.setSpacing(GAP_PX)
        shares = ((self.id_part, 2), (self.shortest, 1), (self.longest, 1), (self.since, 1), (self.until, 1))
        for part, share in (*shares, (self.passes, 2), (self.names, 2)):
            second.addWidget(part, share)
        for button in (self.save, self.remove, self.clear):
            second.addWidget(button)
        first = (self.state, self.language, self.product, self.person, self.refusal, self.withheld)
        for place, box in enumerate(first):
            grid.addWidget(box, 0, place)
            grid.setColumnStretch(place, 1)
        grid.addLayout(second, 1, 0, 1, len(first))


def _seconds(text: str) -> float:
    """Raises ValueError for what is no length; an empty text is 0."""
    seconds = float(text.strip().replace(",", ".") or 0)
    if not 0 <= seconds < float("inf"):
        raise ValueError(text)
    return seconds


def _figure(seconds: float) -> str:
    return f"{seconds:g}" if seconds else ""
