"""The kept versions of the clip at hand: a list with a preview, from which one can be restored."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QMimeData, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from reviewer.labels.schema import Schema
from reviewer.labels.wording import earlier_worded, worded
from reviewer.model.annotation import Annotation
from reviewer.session.draft_versions import DraftVersion, VersionReason
from reviewer.ui.private_clipboard import copied
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.time_format import exact_time
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel, Table, tidy
from reviewer.ui.widgets.widget_ids import named

_SIZE_PX = (880, 600)
_FIRST_WORDS = 8
_WIDTHS = (160, 70, 110, 160)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version, and how many words it has more and fewer than the present text."""

    version: DraftVersion
    words: int
    first_words: str
    more: int
    fewer: int

    @classmethod
    def of(cls, version: DraftVersion, now: Annotation) -> "VersionRow":
        """Words are counted as they stand between spaces, wherever they stand."""
        words = version.annotation.text_verbatim.split()
        here, there = Counter(now.text_verbatim.split()), Counter(words)
        first = " ".join(words[:_FIRST_WORDS])
        return cls(version, len(words), first, (there - here).total(), (here - there).total())

    @property
    def difference(self) -> str:
        """With signs; empty where nothing differs."""
        parts = [f"+{self.more}" if self.more else "", f"\u2212{self.fewer}" if self.fewer else ""]
        return " ".join(part for part in parts if part)


class _VersionText(QPlainTextEdit):
    """The text of a version; what is copied from it stays in this program."""

    def createMimeDataFromSelection(self) -> QMimeData:
        return copied(self, self.textCursor().selectedText())


class VersionsDialog(QDialog):
    """Nothing changes before *Restore*; that can be undone like any other change."""

    restore_requested = Signal(object)
    """Carries the Annotation of the chosen version."""

    def __init__(
        self,
        versions: Sequence[DraftVersion],
        now: Annotation,
        form: Schema,
        forms: Mapping[str, Schema],
        parent: QWidget | None = None,
    ) -> None:
        """``form`` and the earlier ``forms`` (by id) word the answers."""
        super().__init__(parent)
        self._form, self._forms = form, forms
        self.setObjectName("versions_dialog")
        self.setWindowTitle(self.tr("Versions of this clip"))
        self.resize(*_SIZE_PX)
        rows = [VersionRow.of(version, now) for version in versions]
        self.rows = RowsModel(self._columns(), rows, self)
        empty = self.tr("No version is kept yet: one is kept about once a minute while the text changes.")
        self._table = named(Table(self, empty=empty), "versions_table", self.tr("Versions, newest first"))
        self._table.setToolTip("")
        self._table.setModel(self.rows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tidy(self._table, stretch=len(_WIDTHS))
        for column, width in enumerate(_WIDTHS):
            self._table.setColumnWidth(column, width)
        self._make_preview()
        self._make_buttons()
        self._table.selectionModel().selectionChanged.connect(self._on_chosen)
        self._lay_out()
        tab_through(self._table, self._preview, self._restore, self._close)
        self._table.selectRow(0)
        self._on_chosen()

    def _make_preview(self) -> None:
        self._preview = named(_VersionText(self), "versions_preview", self.tr("Text of the chosen version"))
        self._preview.setToolTip("")
        self._preview.setReadOnly(True)
        self._preview.setTabChangesFocus(True)
        self._answers = ElidedLabel("versions_answers", self.tr("Answers of the chosen version"), self)
        self._answers.setProperty("kind", "label")

    def _make_buttons(self) -> None:
        self._restore = named(
            QPushButton(self.tr("Restore"), self),
            "versions_restore",
            self.tr("Make the chosen version the present text"),
        )
        self._restore.setProperty("kind", "primary")
        self._restore.clicked.connect(self._on_restore)
        self._close = named(
            QPushButton(self.tr("Close"), self), "versions_close", self.tr("Close without a change")
        )
        self._close.setDefault(True)
        self._restore.setAutoDefault(False)
        self._close.clicked.connect(self.reject)

    def _chosen(self) -> VersionRow | None:
        chosen = self._table.selectionModel().selectedRows()
        return self.rows.rows[chosen[0].row()] if chosen else None

    @Slot()
    def _on_chosen(self) -> None:
        row = self._chosen()
        self._preview.setPlainText("" if row is None else row.version.annotation.text_verbatim)
        self._answers.show_text("" if row is None else self._said(row.version.annotation))
        self._restore.setEnabled(row is not None)

    def _said(self, work: Annotation) -> str:
        """The answers about the clip and its segments, and those under earlier forms in their words."""
        found: list[str] = []
        parts = ((work.labels, work.earlier), *((one.labels, one.earlier) for one in work.segments))
        for labels, earlier in parts:
            found += [each.line for each in worded(self._form, labels)]
            before = earlier_worded(earlier, self._forms, labels)
            found += [self.tr("earlier, {0}").format(each.line) for each in before]
        return " · ".join(dict.fromkeys(found))

    @Slot()
    def _on_restore(self) -> None:
        row = self._chosen()
        if row is not None:
            self.restore_requested.emit(row.version.annotation)
            self.accept()

    def _columns(self) -> list[Column[VersionRow]]:
        return [
            Column(self.tr("Time"), lambda row: exact_time(row.version.made_at)),
            Column(self.tr("Words"), lambda row: f"{row.words:,}", is_figure=True),
            Column(self.tr("From now"), lambda row: row.difference, is_figure=True),
            Column(self.tr("Kept"), lambda row: _says(row.version.reason)),
            Column(self.tr("Begins"), lambda row: row.first_words),
        ]

    def _lay_out(self) -> None:
        hint = QLabel(self.tr("Restoring keeps the present text as a version, and can be undone."), self)
        hint.setProperty("kind", "label")
        below = QHBoxLayout()
        below.setSpacing(GROUP_PX)
        below.addWidget(hint, 1)
        below.addWidget(self._restore, 0, Qt.AlignmentFlag.AlignRight)
        below.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self._table, 1)
        column.addWidget(self._preview, 1)
        column.addWidget(self._answers)
        column.addLayout(below)


def _says(reason: VersionReason) -> str:
    return {
        VersionReason.OPENED: _tr("when opened"),
        VersionReason.PAUSE: _tr("while typing"),
        VersionReason.SUBMITTED: _tr("when submitted"),
        VersionReason.REPLACED: _tr("before a replacement"),
        VersionReason.RESTORED: _tr("before a restore"),
    }[reason]


def _tr(text: str) -> str:
    return QCoreApplication.translate("versions", text)
