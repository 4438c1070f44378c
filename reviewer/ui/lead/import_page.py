"""Imports clips, with a result for each line of the manifest."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from reviewer.lead.intake_report import IntakeOptions
from reviewer.ui.jobs import CancelToken, Job, Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.messages import Message, term, translated_catalogue
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.lead.intake_report import IntakeReport, ReportRow
    from reviewer.lead.session import LeadSession

_WIDTHS = (64, 220, 110, 210)
_ROLES = {"accepted": "ok", "refused": "error", "quarantined": "warn"}
_MOST = 1_000_000
_MARGIN_PX = 6


class ImportPage(LeadPage):
    """Choose, try, run, stop; a refused line does not stop the others."""

    scope = Scope.IMPORT

    def __init__(
        self,
        lead: "LeadSession",
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
    ) -> None:
        super().__init__("import", self.tr("Import"), jobs, parent)
        self._lead = lead
        self._chooser = chooser or FileChooser()
        self._job: Job | None = None
        self._stop = threading.Event()
        self._is_running = False
        self.rows: RowsModel[ReportRow] = RowsModel(self._columns())
        self._make_fields()
        self._make_buttons()
        self.progress = self.progress_bar("import_progress", self.tr("Progress of the import"))
        self._lay_out()
        self._show_running(running=False)
        self.message.show_message(
            Message(
                self.tr("A refused line does not stop the others."),
                self.tr("A dry run checks everything and imports nothing."),
            )
        )

    def is_at_work(self, within: timedelta) -> bool:  # noqa: ARG002 - as long as it takes
        return self._is_running

    def close_down(self) -> None:
        """Locking stops the import between two clips; imported clips stay, and the import can be repeated."""
        if self._job is not None:
            self._job.cancel()

    def options(self) -> IntakeOptions:
        """The options in the fields."""
        return IntakeOptions(
            sample=self.sample.value() or None,
            seed=self.seed.value(),
            stratify=tuple(name.strip() for name in self.stratify.text().split(",") if name.strip()),
            dry_run=self.dry_run.isChecked(),
        )

    @Slot()
    def _on_choose(self) -> None:
        place = self._chooser.manifest(self)
        if place is not None:
            self.manifest.setText(str(place))

    @Slot()
    def _on_run(self) -> None:
        manifest, options = Path(self.manifest.text().strip()).expanduser(), self.options()
        stop = self._stop = threading.Event()
        lead = self._lead
        self.rows.show_rows(())
        self.message.show_message(Message(self.tr("Reading the manifest…")))
        self._show_running(running=True)

        def work(token: CancelToken) -> "IntakeReport":
            return lead.import_manifest(
                manifest,
                options,
                lambda done, whole: token.report((done, whole)),
                lambda: stop.is_set() or token.is_cancelled,
            )

        self._job = self.run(work, self._done, failed=self._failed, progressed=self._on_progress)

    @Slot()
    def _on_cancel(self) -> None:
        """Requests a stop; the report of what was done still arrives."""
        self._stop.set()
        self.cancel_button.setEnabled(False)
        self.message.show_message(Message(self.tr("Stopping after this clip…")))

    def _on_progress(self, progress: tuple[int, int]) -> None:
        done, whole = progress
        self.progress.setMaximum(max(whole, 1))
        self.progress.setValue(done)
        self.progress.setFormat(f"{done:,} / {whole:,}")
        if not self._stop.is_set():
            self.message.show_message(Message(self.tr("Checking clips…")))

    def _done(self, report: "IntakeReport") -> None:
        self._show_running(running=False)
        self.rows.show_rows(report.rows)
        sentence = self.tr("{0} accepted, {1} refused, {2} quarantined.").format(
            f"{report.accepted:,}", f"{report.refused:,}", f"{report.quarantined:,}"
        )
        hint = ""
        if report.was_cancelled:
            hint = self.tr("Stopped early. Run it again: clips already imported are refused as duplicates.")
        elif report.is_dry_run:
            hint = self.tr("This was a dry run: nothing was imported.")
        elif report.not_drawn:
            hint = self.tr("{0} were not selected for the sample.").format(f"{report.not_drawn:,}")
        is_clean = not (report.refused or report.quarantined or report.was_cancelled)
        self.message.show_message(Message(sentence, hint), "ok" if is_clean else "warn")

    def _failed(self, error: Exception) -> None:
        self._show_running(running=False)
        self.message.show_error(error)

    @Slot()
    def _update_buttons(self) -> None:
        why = "" if self._is_running else self.tr("Choose a manifest first.")
        enable(self.run_button, bool(self.manifest.text().strip()) and not self._is_running, why)
        self.run_button.setText(self.tr("Check") if self.dry_run.isChecked() else self.tr("Import"))

    def _show_running(self, *, running: bool) -> None:
        self._is_running = running
        for widget in (self.manifest, self.choose, self.sample, self.seed, self.stratify, self.dry_run):
            widget.setEnabled(not running)
        self.cancel_button.setEnabled(running)
        self.progress.setRange(0, 0 if running else 1)
        self.progress.reset()
        self.progress.setFormat("")
        self.progress.setVisible(running)
        self._update_buttons()

    def _make_fields(self) -> None:
        self.manifest = named(QLineEdit(self), "import_manifest", self.tr("Manifest"))
        self.manifest.setPlaceholderText(self.tr("A JSON Lines or CSV manifest; paths are relative to it"))
        self.dry_run = named(
            QCheckBox(self.tr("Dry run"), self),
            "import_dry_run",
            self.tr("Dry run"),
            hint=self.tr("Check every line and import nothing"),
        )
        self.sample = self._number("import_sample", self.tr("Number of clips to sample; 0 takes all"))
        self.sample.setSpecialValueText(self.tr("all"))
        self.seed = self._number(
            "import_seed", self.tr("Seed of the sample: the same seed selects the same clips")
        )
        self.stratify = named(
            QLineEdit(self),
            "import_stratify",
            self.tr("Stratify"),
            hint=self.tr("Fields to stratify the sample by, such as locale, product"),
        )
        self.stratify.setPlaceholderText(self.tr("locale, product"))
        self.stratify.setFixedWidth(180)
        self.manifest.textChanged.connect(self._update_buttons)
        self.dry_run.toggled.connect(self._update_buttons)

    def _number(self, name: str, spoken: str) -> QSpinBox:
        made = named(QSpinBox(self), name, spoken)
        made.setRange(0, _MOST)
        made.setFixedWidth(80)
        made.lineEdit().setTextMargins(_MARGIN_PX, 0, 0, 0)
        return made

    def _make_buttons(self) -> None:
        self.choose = self.button(
            "import_choose",
            self.tr("Choose…"),
            self.tr("Choose a manifest"),
            self._on_choose,
            shortcut_id="import.choose",
            glyph="folder",
        )
        self.cancel_button = self.button(
            "import_cancel",
            self.tr("Stop"),
            self.tr("Stop after the current clip; imported clips stay"),
            self._on_cancel,
            shortcut_id="import.cancel",
        )
        self.run_button = self.button(
            "import_run",
            self.tr("Import"),
            self.tr("Check every line, and import the clips that the rules allow"),
            self._on_run,
            shortcut_id="import.run",
            kind="primary",
        )
        self.run_button.setMinimumWidth(96)

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(GAP_PX)
        first.addWidget(self.manifest, 1)
        first.addWidget(self.choose)
        second.addWidget(self.dry_run)
        second.addSpacing(GROUP_PX)
        captions = (self.tr("Sample"), self.tr("Seed"), self.tr("Stratify by"))
        for caption, field in zip(captions, (self.sample, self.seed, self.stratify), strict=True):
            label = self.label(caption)
            label.setBuddy(field)
            second.addWidget(label)
            second.addWidget(field)
            second.addSpacing(GAP_PX)
        second.addStretch()
        second.addWidget(self.cancel_button)
        second.addWidget(self.run_button)
        table = self.table(
            "import_rows",
            self.tr("Result of each line"),
            self.rows,
            stretch=len(_WIDTHS),
            empty=self.tr("The result of each line of the manifest is listed here."),
        )
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        options = (self.dry_run, self.sample, self.seed, self.stratify)
        tab_through(self.manifest, self.choose, *options, self.cancel_button, self.run_button, table)
        self.column.addLayout(first)
        self.column.addLayout(second)
        self.column.addWidget(self.progress)
        self.column.addWidget(table, 1)

    def _columns(self) -> "list[Column[ReportRow]]":
        return [
            Column(self.tr("Line"), lambda row: str(row.line), is_figure=True),
            Column(self.tr("Audio"), lambda row: row.audio),
            Column(
                self.tr("Outcome"),
                lambda row: term("OUTCOME", row.outcome),
                role=lambda row: _ROLES.get(row.outcome.value),
            ),
            Column(self.tr("Code"), lambda row: row.code.value if row.code else ""),
            Column(self.tr("Why"), lambda row: row.sentence(translated_catalogue())),
        ]
