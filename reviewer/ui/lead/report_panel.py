"""The report of an import: rows as they come, a filter, the reasons with their lines, and a CSV file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QWidget

from reviewer.errors import Unavailable
from reviewer.files import write_atomically
from reviewer.lead.intake_report import IntakeReport, ReportRow
from reviewer.lead.report_rows import (
    ReasonCount,
    ReportColumn,
    ReportFilter,
    ReportOrder,
    arranged_rows,
    reasons,
)
from reviewer.privacy.manifest_row import Outcome, RefusalCode
from reviewer.ui.jobs import CancelToken, Job
from reviewer.ui.messages import Message, term, translated_catalogue
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tables import Column, RowsModel
from reviewer.ui.widgets.widget_ids import enable, named, put_value

if TYPE_CHECKING:
    from reviewer.ui.lead.lead_page import LeadPage

_WIDTHS = (56, 176, 108, 150)
_REASON_WIDTHS = (200, 56)
_ROLES = {"accepted": "ok", "refused": "error", "quarantined": "warn"}
_TYPED_MS = 150
_COLUMNS = tuple(ReportColumn)
_CODE_LETTERS = 20
_Arranged = tuple[list[ReportRow], list[ReasonCount]]


class ReportPanel:
    """Widgets of the import page, which lays them out; filters and sorts on the job pool."""

    def __init__(self, page: "LeadPage", chooser: FileChooser) -> None:
        self._page = page
        self._chooser = chooser
        self._all: list[ReportRow] = []
        self._report: IntakeReport | None = None
        self._order = ReportOrder()
        self._arranging: Job | None = None
        self._timer = QTimer(page, singleShot=True, interval=_TYPED_MS)
        self._timer.timeout.connect(self.arrange)
        self.rows: RowsModel[ReportRow] = RowsModel(self._columns())
        self.reasons: RowsModel[ReasonCount] = RowsModel(self._reason_columns())
        self._make_fields()
        self._make_tables()

    # Showing

    def clear(self, caption: str) -> None:
        """Forgets the rows; ``caption`` says whose rows come next."""
        self._all, self._report = [], None
        put_value(self.caption, caption)
        self.rows.show_rows(())
        self.reasons.show_rows(())
        self._update_buttons()

    def add(self, rows: Sequence[ReportRow]) -> None:
        """Adds rows as they come, at the end; ``show_report`` sorts them."""
        self._all.extend(rows)
        wanted = self.filter()
        self.rows.add_rows([row for row in rows if wanted.lets_through(row)])
        self._update_buttons()

    def show_report(self, report: IntakeReport, caption: str) -> None:
        """Shows a whole report."""
        self._all, self._report = list(report.rows), report
        put_value(self.caption, caption)
        self._update_buttons()
        self.arrange()

    def filter(self) -> ReportFilter:
        """What the fields say."""
        return ReportFilter(self.outcome.currentData(), self.code.currentData(), self.text.text())

    @Slot()
    def arrange(self) -> None:
        """Filters, sorts and counts; the table changes when it is done."""
        rows, wanted, order = list(self._all), self.filter(), self._order
        if self._arranging is not None:
            self._arranging.cancel()

        def work(token: CancelToken) -> _Arranged:
            found = arranged_rows(rows, wanted, order, _sentence, lambda: token.is_cancelled)
            return found, reasons(rows)

        self._arranging = self._page.run(work, self._show)

    def _show(self, arranged: _Arranged) -> None:
        found, counts = arranged
        self.rows.show_rows(found)
        self.reasons.show_rows(counts)

    @Slot()
    def _on_changed(self) -> None:
        self._timer.start()

    @Slot(int)
    def _on_header(self, place: int) -> None:
        column = _COLUMNS[place]
        is_same = column is self._order.column
        self._order = ReportOrder(column, not self._order.is_descending if is_same else False)
        self._show_order()
        self.arrange()

    @Slot()
    def _on_next_column(self) -> None:
        self._on_header((_COLUMNS.index(self._order.column) + 1) % len(_COLUMNS))

    @Slot()
    def _on_reverse(self) -> None:
        self._on_header(_COLUMNS.index(self._order.column))

    def _show_order(self) -> None:
        direction = Qt.SortOrder.DescendingOrder if self._order.is_descending else Qt.SortOrder.AscendingOrder
        self.row_table.horizontalHeader().setSortIndicator(_COLUMNS.index(self._order.column), direction)

    @Slot()
    def _on_reason(self) -> None:
        """A reason leads to its lines."""
        chosen = self.reason_table.selectionModel().selectedRows()
        if not chosen:
            return
        reason = self.reasons.rows[chosen[0].row()]
        with QSignalBlocker(self.outcome), QSignalBlocker(self.code):
            self.outcome.setCurrentIndex(0)
            self.code.setCurrentIndex(self.code.findData(reason.code.value))
        self.arrange()

    @Slot()
    def _on_csv(self) -> None:
        page = self._page
        place = self._chooser.table(page, page.tr("Save the report"), page.tr("import-report.csv"))
        report = self._report
        if place is not None and report is not None:
            page.run(lambda _token: _write(place, report), self._on_written)

    def _on_written(self, rows: int) -> None:
        text = self._page.tr("{0} rows written.").format(f"{rows:,}")
        self._page.message.show_message(Message(text), "ok")

    def _update_buttons(self) -> None:
        enable(self.csv_button, self._report is not None, self._page.tr("There is no report yet."))

    # Making

    def row_of_fields(self) -> QHBoxLayout:
        """The filter, what is shown, and the button for a file."""
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        for field in (self.outcome, self.code):
            row.addWidget(field)
        row.addWidget(self.text, 1)
        row.addWidget(self.caption)
        row.addWidget(self.csv_button)
        return row

    def stops(self) -> tuple[QWidget, ...]:
        """The widgets in the order of Tab."""
        return self.outcome, self.code, self.text, self.csv_button, self.row_table, self.reason_table

    def _make_fields(self) -> None:
        page = self._page
        self.outcome = named(QComboBox(page), "import_outcome", page.tr("Only this outcome"))
        self.outcome.addItem(page.tr("Every outcome"), "")
        for outcome in Outcome:
            self.outcome.addItem(term("OUTCOME", outcome), outcome.value)
        self.code = named(QComboBox(page), "import_code", page.tr("Only this reason"))
        self.code.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.code.setMinimumContentsLength(_CODE_LETTERS)
        self.code.addItem(page.tr("Every reason"), "")
        for code in RefusalCode:
            self.code.addItem(code.value, code.value)
        self.text = named(
            QLineEdit(page), "import_find", page.tr("Only lines with this audio, clip or number")
        )
        self.text.setPlaceholderText(page.tr("Audio, clip or line"))
        self.caption = named(QLabel(page), "import_caption", page.tr("Shown below"), kind="label")
        self.caption.setToolTip("")
        self.csv_button = page.button(
            "import_csv", page.tr("Save as CSV…"), page.tr("Write the whole report to a file"), self._on_csv,
            shortcut_id="import.csv", glyph="save",
        )  # fmt: skip
        self.outcome.currentIndexChanged.connect(self._on_changed)
        self.code.currentIndexChanged.connect(self._on_changed)
        self.text.textChanged.connect(self._on_changed)
        bind_shortcut(page, "import.find", self.text.setFocus)
        bind_shortcut(page, "import.sort", self._on_next_column)
        bind_shortcut(page, "import.reverse", self._on_reverse)
        self._update_buttons()

    def _make_tables(self) -> None:
        page = self._page
        self.row_table = page.table(
            "import_rows", page.tr("Result of each line"), self.rows, stretch=len(_WIDTHS),
            empty=page.tr("The result of each line of the manifest is listed here."),
        )  # fmt: skip
        for column, width in enumerate(_WIDTHS):
            self.row_table.setColumnWidth(column, width)
        header = self.row_table.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self._on_header)
        self._show_order()
        self.reason_table = page.table(
            "import_reasons", page.tr("Lines by reason"), self.reasons, stretch=len(_REASON_WIDTHS),
            empty=page.tr("Reasons for refusals are counted here, with their lines."),
        )  # fmt: skip
        for column, width in enumerate(_REASON_WIDTHS):
            self.reason_table.setColumnWidth(column, width)
        self.reason_table.selectionModel().selectionChanged.connect(self._on_reason)

    def _columns(self) -> list[Column[ReportRow]]:
        page = self._page
        return [
            Column(page.tr("Line"), lambda row: str(row.line), is_figure=True),
            Column(page.tr("Audio"), lambda row: row.audio or row.clip),
            Column(
                page.tr("Outcome"),
                lambda row: term("OUTCOME", row.outcome),
                role=lambda row: _ROLES.get(row.outcome.value),
            ),
            Column(page.tr("Code"), lambda row: row.code.value if row.code else ""),
            Column(page.tr("Why"), _sentence),
        ]

    def _reason_columns(self) -> list[Column[ReasonCount]]:
        page = self._page
        return [
            Column(
                page.tr("Reason"),
                lambda reason: reason.code.value,
                role=lambda reason: _ROLES.get(reason.outcome.value),
                whole=lambda reason: term("REASON", reason.code),
            ),
            Column(page.tr("Count"), lambda reason: f"{len(reason.lines):,}", is_figure=True),
            Column(page.tr("Lines"), lambda reason: reason.where),
        ]


def _sentence(row: ReportRow) -> str:
    return row.sentence(translated_catalogue())


def _write(place: Path, report: IntakeReport) -> int:
    """On the job pool; returns the number of rows."""
    try:
        write_atomically(place, report.to_csv(translated_catalogue()).encode())  # half of it would look whole
    except OSError as error:
        raise Unavailable("TABLE_NOT_WRITTEN", problem=error.strerror or "") from error
    return len(report.rows)
