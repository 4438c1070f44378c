"""Exports accepted work as a labelled set."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from reviewer.errors import NdaRequired, Notice
from reviewer.formats.titles import TITLES, USUAL, missing_package, term_of
from reviewer.ui.jobs import CancelToken, Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.messages import Message, message_of, term
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tables import Column, RowsModel
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.lead.export import ExportResult
    from reviewer.lead.session import LeadSession

_FORMATS_A_ROW = 5
_EXAMPLE = 'locale = "en-US" and not flag("distressing") and duration > 1.5'
LeftOut = tuple[str, int]


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
        self.left_out: RowsModel[LeftOut] = RowsModel(
            [
                Column(self.tr("Left out because"), lambda row: term("LEFT_OUT", row[0])),
                Column(self.tr("Clips"), lambda row: f"{row[1]:,}", is_figure=True),
            ]
        )
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
        where = self.where.text().strip() or None
        self.left_out.show_rows(())
        self.message.show_message(Message(self.tr("Selecting accepted work…")))
        self._show_running(running=True)

        def work(token: CancelToken) -> "ExportResult":
            return lead.export(out, formats, where, lambda done, whole: token.report((done, whole)))

        self.run(work, self._done, failed=self._failed, progressed=self._on_progress)

    def _on_progress(self, progress: tuple[int, int]) -> None:
        done, whole = progress
        self.progress.setMaximum(max(whole, 1))
        self.progress.setValue(done)
        self.progress.setFormat(f"{done:,} / {whole:,}")
        self.message.show_message(Message(self.tr("Writing and validating the set…")))

    def _done(self, result: "ExportResult") -> None:
        self._show_running(running=False)
        self.left_out.show_rows(tuple(result.left_out.items()))
        minutes, seconds = divmod(round(result.seconds), 60)
        self.message.show_message(
            Message(
                self.tr("{0} clips, {1} min {2:02d} s, written and validated.").format(
                    f"{result.clips:,}", minutes, seconds
                ),
                self.tr("Folder: {0}. SHA-256 of its passport: {1}…").format(
                    result.folder, result.passport_sha256[:16]
                ),
            ),
            "ok",
        )

    def _failed(self, error: Exception) -> None:
        self._show_running(running=False)
        self.message.show_error(error)
        if isinstance(error, NdaRequired):
            self.agreement_requested.emit()

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
        why = "" if self._is_running else self.tr("Choose a format and a folder first.")
        enable(self.run_button, is_ready and not self._is_running, why)

    def _show_running(self, *, running: bool) -> None:
        self._is_running = running
        for widget in (self.where, self.out, self.choose):
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

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GROUP_PX)
        grid.setVerticalSpacing(GAP_PX)
        formats = QGridLayout()
        formats.setHorizontalSpacing(GROUP_PX)
        formats.setVerticalSpacing(GAP_PX)
        for number, box in enumerate(self.formats):
            formats.addWidget(box, *divmod(number, _FORMATS_A_ROW))
        formats.setColumnStretch(_FORMATS_A_ROW, 1)
        grid.addWidget(self.label(self.tr("Formats")), 0, 0)
        grid.addLayout(formats, 0, 1)
        for row, (caption, field) in enumerate(
            ((self.tr("Filter"), self.where), (self.tr("New folder"), self.out)), start=1
        ):
            label = self.label(caption)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        grid.addWidget(self.choose, 2, 2)
        grid.addWidget(self.run_button, 3, 2)
        grid.addWidget(self.progress, 3, 1)
        grid.setColumnStretch(1, 1)
        table = self.table(
            "export_left_out",
            self.tr("What was left out"),
            self.left_out,
            stretch=0,
            empty=self.tr("Clips left out of an export are counted here, by reason."),
        )
        table.setColumnWidth(1, 120)
        self.column.addLayout(grid)
        self.column.addSpacing(GAP_PX)
        self.column.addWidget(table, 1)
