"""The closed list of tags, each with its shortcut and meaning."""

from enum import IntEnum
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from reviewer.transcript.conventions import Conventions, Tag
from reviewer.ui.keymap.shortcut import Scope, active_keys
from reviewer.ui.shortcuts import shortcuts_in
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.widget_ids import named, set_tooltip

_COLUMNS = 2
_COMPACT_COLUMNS = 3
_ROW_PX = 24
_NO_LIMIT_PX = 16_777_215  # QWIDGETSIZE_MAX
_NATIVE = QKeySequence.SequenceFormat.NativeText


class TagForm(IntEnum):
    """How much of the tags is shown, from nothing on; meanings that are not shown are in the tooltips."""

    NONE = 0
    COMPACT = 1
    WITH_MEANINGS = 2


class TagPalette(QWidget):
    """A click or the tag's shortcut inserts it, wherever the focus is.

    A key that the user has given to another action of the page triggers that action instead.
    """

    tag_requested = Signal(str)
    """Carries the tag as it is typed, such as ``[laugh]``."""
    form_changed = Signal()

    def __init__(self, conventions: Conventions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tag_palette")
        self.setAccessibleName(self.tr("Tags"))
        self._tags: tuple[Tag, ...] = ()
        self._meanings: list[QWidget] = []
        self._keyed: dict[Tag, tuple[QLabel, QPushButton, QShortcut]] = {}
        self._rows: list[QWidget] = []
        self._is_folded = False
        self._form = TagForm.WITH_MEANINGS
        self._beside_px = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, GAP_PX, 0, 0)
        self._grid.setHorizontalSpacing(GROUP_PX)
        self._grid.setVerticalSpacing(0)
        self._columns = 0
        self.use_conventions(conventions)
        live = active_keys()
        if live is not None:
            live.changed.connect(self._show_keys)

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Every tag's key and what it inserts, for the list of shortcuts."""
        return [
            (shortcut.key().toString(_NATIVE), f"{tag.example}  {tag.meaning}")
            for tag, (_, _, shortcut) in self._keyed.items()
            if not shortcut.key().isEmpty()
        ]

    def use_conventions(self, conventions: Conventions) -> None:
        """Shows the tags of the clip's locale."""
        if conventions.tags == self._tags:
            return
        for row in self._rows:
            row.hide()
            row.deleteLater()
        for _, _, shortcut in self._keyed.values():
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._tags = conventions.tags
        self._meanings, self._keyed, self._columns = [], {}, 0
        self._rows = [self._row(tag) for tag in self._tags]
        self.set_form(self._form)
        self._show_keys()

    @property
    def form(self) -> TagForm:
        """How much is shown, unless the tags are folded."""
        return self._form

    @property
    def is_beside(self) -> bool:
        """Whether it stands beside the text, as one column."""
        return self._beside_px > 0

    def height_px(self, form: TagForm) -> int:
        """How high it is in a form; below the text, with the gap above it."""
        if self._is_folded or form is TagForm.NONE:
            return 0
        above = 0 if self._beside_px else GAP_PX
        return -(-len(self._rows) // self._columns_of(form)) * _ROW_PX + above

    def set_form(self, form: TagForm) -> None:
        """Shows as much as there is room for; without any room the tags are as if folded."""
        is_other = form is not self._form
        self._form = form
        self._limit()
        if is_other:
            self.form_changed.emit()
        columns = self._columns_of(form)
        if columns != self._columns and form is not TagForm.NONE:
            self._arrange(columns)
        self.updateGeometry()

    def _columns_of(self, form: TagForm) -> int:
        if self._beside_px:
            return 1
        return _COLUMNS if form is TagForm.WITH_MEANINGS else _COMPACT_COLUMNS

    def _arrange(self, columns: int) -> None:
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = columns
        height = -(-len(self._rows) // columns)
        for place, row in enumerate(self._rows):
            self._grid.addWidget(row, place % height, place // height)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)
        for meaning in self._meanings:
            meaning.setHidden(columns == _COMPACT_COLUMNS)

    def set_beside(self, width_px: int) -> None:
        """Shows one column of this width; 0 for columns side by side."""
        self._beside_px = width_px
        self._grid.setContentsMargins(0, 0 if width_px else GAP_PX, 0, 0)
        self.set_form(self._form)

    def set_folded(self, *, is_folded: bool) -> None:
        """Shows no tags; their shortcuts still work."""
        self._is_folded = is_folded
        self._limit()
        self.updateGeometry()

    def _limit(self) -> None:
        """Folded it has no height, and beside the text no width either."""
        is_folded = self._is_folded or self._form is TagForm.NONE
        beside = 0 if is_folded else self._beside_px
        self.setFixedHeight(self.height_px(self._form))
        self.setMinimumWidth(beside)
        self.setMaximumWidth(beside if self._beside_px else _NO_LIMIT_PX)

    def _row(self, tag: Tag) -> QWidget:
        row = QWidget(self)
        row.setFixedHeight(_ROW_PX)
        key = QLabel(row)
        key.setProperty("kind", "key")
        key.setFixedWidth(40)
        button = named(
            QPushButton(_written(tag), row),
            f"tag_{tag.name}",
            self.tr("Tag %s") % tag.name,
            hint=_hint(tag),
            kind="tag",
        )
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        button.setFixedWidth(84)
        button.clicked.connect(partial(self._ask_for, tag.example))
        meaning = ElidedLabel(f"tag_meaning_{tag.name}", self.tr("Meaning of %s") % tag.name, row)
        meaning.setProperty("kind", "label")
        meaning.show_text(tag.meaning)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP_PX)
        for part in (key, button):
            layout.addWidget(part)
        layout.addWidget(meaning, 1)
        layout.addStretch()  # takes the space of a meaning that is not shown
        self._meanings.append(meaning)
        if tag.key:
            self._keyed[tag] = (key, button, self._bind(tag))
        return row

    def _bind(self, tag: Tag) -> QShortcut:
        shortcut = QShortcut(self)
        shortcut.setObjectName(f"key_tag_{tag.name}")
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(partial(self._ask_for, tag.example))
        return shortcut

    @Slot()
    def _show_keys(self) -> None:
        """Shows each tag's key, unless another action has it now."""
        taken = {key for row in shortcuts_in(Scope.WINDOW, Scope.DESK, Scope.QA) for key in row.sequences}
        for tag, (label, button, shortcut) in self._keyed.items():
            wanted = QKeySequence(tag.key, QKeySequence.SequenceFormat.PortableText)
            shortcut.setKey(QKeySequence() if wanted in taken else wanted)
            shown = shortcut.key().toString(_NATIVE)
            label.setText(shown)
            set_tooltip(button, f"{_hint(tag)}  ({shown})" if shown else _hint(tag))

    def _ask_for(self, example: str, *_checked: bool) -> None:
        self.tag_requested.emit(example)

    def minimumSizeHint(self) -> QSize:
        is_shown = self.height_px(self._form) > 0
        return QSize(super().minimumSizeHint().width() if is_shown else 0, self.height_px(self._form))


def _written(tag: Tag) -> str:
    return f"[{tag.name}:…]" if tag.takes_detail else f"[{tag.name}]"


def _hint(tag: Tag) -> str:
    details = f" ({', '.join(tag.details)})" if tag.details else ""
    return f"{tag.meaning}{details}"
