"""Shows and verifies the access log, and saves checkpoints."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QWidget

from reviewer.access.log_search import LogFilter
from reviewer.errors import Unavailable
from reviewer.files import new_text, write_atomically
from reviewer.lead.log_table import write_table
from reviewer.model.people import Person
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.lead.log_filter_bar import LogFilterBar
from reviewer.ui.lead.log_rows import LogLine, line_of, shortened
from reviewer.ui.lead.seen_logs_dialog import SeenLogsDialog
from reviewer.ui.messages import Message, translated_catalogue
from reviewer.ui.page import StatusFacts
from reviewer.ui.time_format import exact_time
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel

if TYPE_CHECKING:
    from reviewer.access.verification import Finding
    from reviewer.lead.session import LeadSession
    from reviewer.lead.witnessed_logs import SeenLog

_ROWS = 1000
_WIDTHS = (76, 148, 116, 88, 176, 112, 168)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A checkpoint being saved: how many rows it covers, and how many came since."""

    size: int
    unwitnessed: int


@dataclass(frozen=True, slots=True)
class _Read:
    """A page of rows, and everybody whom the filter can name."""

    people: list[Person]
    lines: list[LogLine]


class LogPage(LeadPage):
    """The newest rows, newest first."""

    scope = Scope.LOG

    def __init__(
        self,
        lead: "LeadSession",
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
    ) -> None:
        super().__init__("log", self.tr("Access log"), jobs, parent)
        self._lead = lead
        self._chooser = chooser or FileChooser()
        self.rows = RowsModel(self._columns())
        self._lines: list[LogLine] = []
        buttons = self._make_buttons()
        for button in buttons:
            self.title_row.addWidget(button)
        self.first_focus = table = self.table(
            "log_table",
            self.tr("Rows of the access log"),
            self.rows,
            stretch=len(_WIDTHS),
            empty=self.tr("Who did what and when is listed here, newest first."),
            is_read=True,
        )
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        # Numbers and times have one width; details yield.
        table.keep_fitted(range(2, self.rows.columnCount()), yields=len(_WIDTHS))
        self.filters = LogFilterBar(self)
        self.filters.changed.connect(self.refresh)
        self.older = self.button(
            "log_older", self.tr("Older rows"), self.tr("Show the rows before the last one"), self._on_older
        )
        self.column.addWidget(self.filters)
        self.column.addWidget(table, 1)
        self.column.addWidget(self.older)
        tab_through(*buttons, self.message, *self.filters.fields(), table, self.older)

    def _make_buttons(self) -> tuple[QPushButton, ...]:
        refresh = self.button(
            "log_refresh",
            self.tr("Refresh"),
            self.tr("Refresh: read the newest rows"),
            self.refresh,
            shortcut_id="log.refresh",
            glyph="refresh",
        )
        self.save = self.button(
            "log_checkpoint",
            self.tr("Save a checkpoint…"),
            self.tr("Sign the log's length and end, to be kept on another machine"),
            self._on_save,
            shortcut_id="log.checkpoint",
            glyph="checkpoint",
        )
        self.verify = self.button(
            "log_verify",
            self.tr("Verify the log"),
            self.tr("Check every row, signature and checkpoint"),
            self._on_verify,
            shortcut_id="log.verify",
            kind="primary",
            glyph="verify",
        )
        self.as_csv = self.button(
            "log_csv",
            self.tr("Save as CSV…"),
            self.tr("Write all rows that the filter shows to a file"),
            self._on_csv,
            glyph="save",
        )
        self.seen = self.button(
            "log_seen",
            self.tr("People's logs…"),
            self.tr("Show whose log the queue's server saw last, and who has gone silent"),
            self._on_seen,
        )
        return refresh, self.seen, self.as_csv, self.save, self.verify

    def enter(self) -> None:
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Reads the newest rows that the filter shows."""
        self._lines = []
        self._read_on(None)

    @Slot()
    def _on_older(self) -> None:
        if self._lines:
            self._read_on(self._lines[-1].seq)

    def _read_on(self, before: int | None) -> None:
        wanted = self.filters.chosen()
        if wanted is None:
            self.message.show_message(Message(self.tr("A day is written like this: 2026-11-28.")), "error")
            return
        lead = self._lead
        self.run(lambda _token: _read(lead, wanted, before), self._show)

    def _show(self, read: "_Read") -> None:
        self.filters.show_people(read.people)
        self._lines = [*self._lines, *read.lines]
        self.rows.show_rows(self._lines)
        self.older.setEnabled(len(read.lines) == _ROWS)

    @Slot()
    def _on_csv(self) -> None:
        wanted = self.filters.chosen()
        place = self._chooser.log_table(self, self.tr("access-log.csv")) if wanted is not None else None
        if wanted is not None and place is not None:
            lead = self._lead
            self.run(lambda _token: _write_csv(lead, wanted, place), self._written)

    def _written(self, rows: int) -> None:
        self.message.show_message(Message(self.tr("{0} rows written.").format(f"{rows:,}")), "ok")

    @Slot()
    def _on_seen(self) -> None:
        lead = self._lead
        self.run(lambda _token: (lead.server_watch.seen_logs(), lead.people()), self._show_seen)

    def _show_seen(self, found: "tuple[list[SeenLog], list[Person]]") -> None:
        logs, people = found
        dialog = SeenLogsDialog(logs, {person.id: person.name for person in people}, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _on_verify(self) -> None:
        self.verify.setEnabled(False)
        self.message.show_message(Message(self.tr("Verifying every row…")))
        self.run(lambda _token: self._lead.verify_log(), self._verified, failed=self._failed)

    def _verified(self, finding: "Finding") -> None:
        self.verify.setEnabled(True)
        hint = ""
        if finding.first_bad is not None:
            hint = self.tr("{0} rows verified; row {1} is the first bad one.").format(
                f"{finding.rows:,}", finding.first_bad
            )
        self.message.show_message(
            Message(translated_catalogue().words(finding.notice).sentence, hint),
            "ok" if finding.ok else "error",
        )

    @Slot()
    def _on_save(self) -> None:
        place = self._chooser.checkpoint(self, self.tr("checkpoint.txt"))
        if place is not None:
            self.save.setEnabled(False)
            lead = self._lead
            self.run(lambda _token: _keep(lead, place), self._kept, failed=self._failed)

    def _kept(self, kept: _Kept) -> None:
        self.save.setEnabled(True)
        self.message.show_message(
            Message(
                self.tr("The checkpoint covers {0} rows.").format(f"{kept.size:,}"),
                self.tr(
                    "Keep the file on another machine: it shows later whether rows were deleted from the end."
                ),
            ),
            "ok",
        )
        self.status_changed.emit(StatusFacts(unwitnessed=kept.unwitnessed))
        self.refresh()

    def _failed(self, error: Exception) -> None:
        self.verify.setEnabled(True)
        self.save.setEnabled(True)
        self.message.show_error(error)

    def _columns(self) -> list[Column[LogLine]]:
        return [
            Column(self.tr("Row"), lambda row: str(row.seq), is_figure=True, role=_bad),
            Column(self.tr("When"), lambda row: exact_time(row.at) if row.at else ""),
            Column(
                self.tr("Who"),
                lambda row: shortened(row.actor) if not row.is_bad else self.tr("unreadable"),
                role=_bad,
            ),
            Column(self.tr("Role"), lambda row: row.role, role=lambda _row: "dim"),
            Column(self.tr("Action"), lambda row: row.action),
            Column(self.tr("On"), lambda row: shortened(row.object), whole=lambda row: row.object),
            Column(self.tr("Outcome"), lambda row: row.outcome, role=_outcome),
            Column(
                self.tr("Detail"),
                lambda row: shortened(row.detail),
                role=lambda _row: "dim",
                whole=lambda row: row.detail,
            ),
        ]


def _read(lead: "LeadSession", wanted: LogFilter, before: int | None) -> _Read:
    """On the job pool."""
    people = lead.people()
    names = {person.id: person.name for person in people}
    rows = lead.find_log_rows(wanted, before=before, limit=_ROWS)
    return _Read(people, [line_of(row, names) for row in rows])


def _write_csv(lead: "LeadSession", wanted: LogFilter, place: Path) -> int:
    """On the job pool; returns the number of rows."""
    names = {person.id: person.name for person in lead.people()}
    try:
        with new_text(place) as file:  # half a table would look whole
            return write_table(file, lead.log_rows_for_export(wanted), names)
    except OSError as error:
        raise Unavailable("TABLE_NOT_WRITTEN", problem=error.strerror or "") from error


def _bad(row: LogLine) -> str | None:
    return "error" if row.is_bad else None


def _outcome(row: LogLine) -> str | None:
    return "warn" if row.is_refusal else None


def _keep(lead: "LeadSession", place: Path) -> _Kept:
    """On the job pool: rows count as witnessed only once the file is written."""
    checkpoint = lead.checkpoint()
    try:
        write_atomically(place, lead.checkpoint_file(checkpoint).encode(), mode=0o666)
    except OSError as error:
        raise Unavailable("CHECKPOINT_NOT_WRITTEN", problem=error.strerror or "") from error
    if not lead.has_witnesses:  # else the file counts only when a witness has countersigned it
        lead.witnessed(checkpoint)
    return _Kept(checkpoint.size, lead.overview().unwitnessed)
