"""Exports accepted work as a labelled set."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from reviewer.errors import Notice
from reviewer.formats.titles import TITLES, USUAL, missing_package, term_of
from reviewer.ui.jobs import CancelToken, Job, Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.export_options_form import ExportOptionsForm
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.messages import Message, message_of, term
from reviewer.ui.theme import GAP_PX, GRID_PX
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.formats.dataset import Utterance
    from reviewer.lead.export import ExportResult
    from reviewer.lead.export_preview import ExportPreview
    from reviewer.lead.session import LeadSession

_FORMATS_A_ROW = 4
_EXAMPLE = 'locale = "en-US" and not flag("distressing") and duration > 1.5'
LeftOut = tuple[str, int, str]


class ExportPage(LeadPage):
    """Formats, filter and folder; then what was written, and what was left out and why."""

    scope = Scope.EXPORT

    def __init__(
        self,
        lead: "LeadSession",
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
    ) -> None:
        super().__init__("export", self.tr("Export"), jobs, parent)
        self._lead = lead
        self._chooser = chooser or FileChooser()
        self._is_running = False
        self._stop = Event()
        self._previewing: Job | None = None
        self._make_models()
        self.options = ExportOptionsForm(lead.profiles(), self)
        self.formats = [self._format(name, title) for name, title in TITLES.items()]
        self.where = named(
            QLineEdit(self),
            "export_where",
            self.tr("Filter"),
            hint=self.tr(
                "Conditions on the clip and its labels, never on its text; empty exports everything"
            ),
        )
        self.where.setPlaceholderText(_EXAMPLE)
        self.out = named(QLineEdit(self), "export_out", self.tr("New folder for the set"))
        self.out.setPlaceholderText(self.tr("A folder that does not exist yet"))
        self.progress = self.progress_bar("export_progress", self.tr("Progress of the export"))
        self._make_buttons()
        self._lay_out()
        for box in self.formats:
            box.toggled.connect(self._update_buttons)
        self.out.textChanged.connect(self._update_buttons)
        self._show_running(running=False)
        self._invite()

    def is_at_work(self, within: timedelta) -> bool:  # noqa: ARG002 - as long as it takes
        return self._is_running

    def close_down(self) -> None:
        """A preview is of no use after a lock; an export goes on to its end, before the sign-out."""
        super().close_down()
        if self._previewing is not None:
            self._previewing.cancel()

    def chosen(self) -> tuple[str, ...]:
        """The names of the ticked formats."""
        return tuple(name for name, box in zip(TITLES, self.formats, strict=True) if box.isChecked())

    @Slot()
    def _on_choose(self) -> None:
        place = self._chooser.folder(self)
        if place is not None:
            self.out.setText(str(place / self.tr("set")))

    @Slot()
    def _on_run(self) -> None:
        lead, out, formats = self._lead, Path(self.out.text().strip()).expanduser(), self.chosen()
        where, options = self.where.text().strip() or None, self.options.chosen()
        self.left_out.show_rows(())
        self.preview.show_rows(())
        self.message.show_message(Message(self.tr("Selecting accepted work…")))
        self._show_running(running=True)
        stop = self._stop

        def work(token: CancelToken) -> "ExportResult":
            return lead.export(
                out,
                formats,
                where,
                lambda done, whole: token.report((done, whole)),
                options=options,
                is_cancelled=stop.is_set,
            )

        self.run(work, self._done, failed=self._failed, progressed=self._on_progress)

    @Slot()
    def _on_preview(self) -> None:
        lead, formats = self._lead, self.chosen()
        where, options = self.where.text().strip() or None, self.options.chosen()
        self.left_out.show_rows(())
        self.preview.show_rows(())
        self.message.show_message(Message(self.tr("Selecting accepted work…")))
        self._show_running(running=True)
        stop = self._stop

        def work(token: CancelToken) -> "ExportPreview":
            return lead.preview_export(
                formats, where, options=options, is_cancelled=lambda: stop.is_set() or token.is_cancelled
            )

        self._previewing = self.run(work, self._previewed, failed=self._failed)

    @Slot()
    def _on_cancel(self) -> None:
        self._stop.set()
        self.cancel_button.setEnabled(False)
        self.message.show_message(Message(self.tr("Cancelling…")))

    def _previewed(self, found: "ExportPreview") -> None:
        self._show_running(running=False)
        self.preview.show_rows(found.rows)
        self._show_left_out(found.left_out, found.rows_left_out)
        minutes, seconds = divmod(round(found.seconds), 60)
        about = self.tr("{0} rows of {1} clips, {2} min {3:02d} s, about {4} MB of audio.")
        exact = self.tr("{0} rows of {1} clips, {2} min {3:02d} s, {4} MB of audio.")
        self.message.show_message(
            Message(
                (about if found.is_estimated else exact).format(
                    f"{found.row_count:,}", f"{found.clips:,}", minutes, seconds,
                    f"{found.audio_bytes / 1e6:,.1f}",
                ),
                self.tr("The first rows are shown; nothing was written."),
            )
        )  # fmt: skip

    def _show_left_out(self, clips: Mapping[str, int], rows: Mapping[str, Mapping[str, int]]) -> None:
        self.left_out.show_rows(
            (
                *((reason, count, self.tr("clips")) for reason, count in clips.items()),
                *(
                    (reason, count, self.tr("rows, {0}").format(TITLES.get(name, self.tr("segments"))))
                    for name, reasons in rows.items()
                    for reason, count in reasons.items()
                ),
            )
        )

    def _on_progress(self, progress: tuple[int, int]) -> None:
        done, whole = progress
        self.progress.setMaximum(max(whole, 1))
        self.progress.setValue(done)
        self.progress.setFormat(f"{done:,} / {whole:,}")
        self.message.show_message(Message(self.tr("Writing and validating the set…")))

    def _done(self, result: "ExportResult") -> None:
        self._show_running(running=False)
        self._show_left_out(result.left_out, result.rows_left_out)
        minutes, seconds = divmod(round(result.seconds), 60)
        self.message.show_message(
            Message(
                self.tr("{0} clips, {1} min {2:02d} s, written and validated.").format(
                    f"{result.clips:,}", minutes, seconds
                ),
                " ".join(
                    (
                        self.tr("Folder: {0}. SHA-256 of its passport: {1}…").format(
                            result.folder, result.passport_sha256[:16]
                        ),
                        *(
                            self.tr("{0} can hold none of the rows.").format(TITLES.get(name, name))
                            for name in result.empty_formats
                        ),
                    )
                ),
            ),
            "ok",
        )

    def _failed(self, error: Exception) -> None:
        self._show_running(running=False)
        self.show_failure(error)

    def _invite(self) -> None:
        self.message.show_message(
            Message(
                self.tr("Exports only accepted work that consent still covers, each clip as a FLAC file."),
                self.tr("Exported files are not encrypted: choose the folder with care."),
            )
        )

    @Slot()
    def _update_buttons(self) -> None:
        is_ready = bool(self.chosen() and self.out.text().strip())
        enable(
            self.preview_button,
            bool(self.chosen()) and not self._is_running,
            "" if self._is_running else self.tr("Choose a format first."),
        )
        why = "" if self._is_running else self.tr("Choose a format and a folder first.")
        enable(self.run_button, is_ready and not self._is_running, why)

    def _show_running(self, *, running: bool) -> None:
        self._is_running = running
        if running:
            self._stop = Event()
        self.cancel_button.setVisible(running)
        self.cancel_button.setEnabled(running)
        for widget in (self.where, self.out, self.choose, self.options):
            widget.setEnabled(not running)
        for name, box in zip(TITLES, self.formats, strict=True):
            package = missing_package(name)
            needed = Notice("FORMAT_NEEDS_PACKAGE", {"format": name, "package": package})
            enable(box, not running and not package, message_of(needed).sentence if package else "")
        self.progress.setRange(0, 0 if running else 1)
        self.progress.reset()
        self.progress.setFormat("")
        self.progress.setVisible(running)
        self._update_buttons()

    def _format(self, name: str, title: str) -> QCheckBox:
        left_out = self.tr("Leaves out: {0}").format(term("FORMAT_LEAVES_OUT", term_of(name)))
        spoken = self.tr("Format {0}").format(title)
        box = named(QCheckBox(title, self), f"export_{term_of(name)}", spoken, hint=left_out)
        box.setChecked(name in USUAL)
        return box

    def _make_models(self) -> None:
        self.left_out: RowsModel[LeftOut] = RowsModel(
            [
                Column(self.tr("Left out because"), lambda row: term("LEFT_OUT", row[0])),
                Column(self.tr("Number"), lambda row: f"{row[1]:,}", is_figure=True),
                Column(self.tr("Of"), lambda row: row[2]),
                Column(self.tr("What to do"), lambda row: road_of(row[0])),
            ]
        )
        self.preview: RowsModel[Utterance] = RowsModel(
            [
                Column(self.tr("Row"), lambda row: row.id),
                Column(self.tr("Seconds"), lambda row: f"{row.duration:.2f}", is_figure=True),
                Column(self.tr("Split"), lambda row: row.split or "–"),
                Column(self.tr("Text"), lambda row: row.text),
            ]
        )

    def _make_buttons(self) -> None:
        self.choose = self.button(
            "export_choose",
            self.tr("Choose…"),
            self.tr("Choose where to write the export"),
            self._on_choose,
            shortcut_id="export.choose",
            glyph="folder",
        )
        self.run_button = self.button(
            "export_run",
            self.tr("Export"),
            self.tr("Write the set, validate it, and create its passport"),
            self._on_run,
            shortcut_id="export.run",
            kind="primary",
        )
        self.run_button.setMinimumWidth(96)
        self.preview_button = self.button(
            "export_preview",
            self.tr("Preview"),
            self.tr("Show the first rows, the size and what is left out, and write nothing"),
            self._on_preview,
            shortcut_id="export.preview",
        )
        self.cancel_button = self.button(
            "export_cancel",
            self.tr("Cancel"),
            self.tr("Cancel without leaving anything behind"),
            self._on_cancel,
            shortcut_id="export.cancel",
        )

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(GAP_PX)
        formats = QGridLayout()
        formats.setHorizontalSpacing(GRID_PX)
        formats.setVerticalSpacing(GAP_PX)
        for number, box in enumerate(self.formats):
            formats.addWidget(box, *divmod(number, _FORMATS_A_ROW))
        formats.setColumnStretch(_FORMATS_A_ROW, 1)
        grid.addWidget(self.label(self.tr("Formats")), 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(formats, 0, 1, 1, 2)
        for row, (caption, field) in enumerate(
            ((self.tr("Filter"), self.where), (self.tr("New folder"), self.out)), start=2
        ):
            label = self.label(caption)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        grid.addWidget(self.label(self.tr("Rows and audio")), 1, 0)
        grid.addWidget(self.options, 1, 1, 1, 2)
        grid.addWidget(self.choose, 3, 2)
        acts = QHBoxLayout()
        acts.addWidget(self.progress, 1)
        acts.addWidget(self.cancel_button)
        acts.addStretch()
        acts.addWidget(self.preview_button)
        grid.addLayout(acts, 4, 1)
        grid.addWidget(self.run_button, 4, 2)
        grid.setColumnStretch(1, 1)
        self.column.addLayout(grid)
        self.column.addSpacing(GAP_PX)
        self._add_tables()

    def _add_tables(self) -> None:
        table = self.table(
            "export_left_out",
            self.tr("What was left out"),
            self.left_out,
            stretch=3,
            empty=self.tr("Clips left out of an export are counted here, by reason."),
        )
        table.setColumnWidth(0, 320)
        table.setColumnWidth(2, 140)
        preview = self.table(
            "export_rows",
            self.tr("The first rows"),
            self.preview,
            stretch=3,
            empty=self.tr("A preview shows the first ten rows of the set here."),
        )
        preview.setColumnWidth(0, 320)
        self.column.addWidget(preview, 3)
        self.column.addWidget(table, 2)
        tab_through(
            *self.formats, self.options, self.where, self.out, self.choose, self.cancel_button,
            self.preview_button, self.run_button, preview, table,
        )  # fmt: skip


def road_of(reason: str) -> str:
    """How clips that were left out for a reason come into the next set."""
    return message_of(Notice(f"LEFT_OUT_{reason.upper()}")).hint
