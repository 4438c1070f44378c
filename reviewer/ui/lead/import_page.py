"""Imports clips, with a result for each line of the manifest, and shows past imports."""

import threading
from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSpinBox, QSplitter, QVBoxLayout, QWidget

from reviewer.errors import Notice
from reviewer.lead.intake_report import IntakeOptions
from reviewer.ui.jobs import CancelToken, Job, Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.lead.past_imports import ListedImport, import_columns, read_imports
from reviewer.ui.lead.report_panel import ReportPanel
from reviewer.ui.messages import Message, message_of
from reviewer.ui.theme import GAP_PX
from reviewer.ui.time_format import day_and_time
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import RowsModel
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.lead.intake_report import IntakeReport, ReportRow
    from reviewer.lead.session import LeadSession

_PAST_WIDTHS = (132, 148, 72, 72, 84, 84, 96, 132)
_MOST = 1_000_000
_MARGIN_PX = 6
_SHOW_EVERY_MS = 100
_SIDE_PX = 370
_PAST_PX = 90


class ImportPage(LeadPage):
    """Choose, check, import, stop; a refused line does not stop the others."""

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
        self._checked: object = None
        self._arrived: deque[ReportRow] = deque()
        self._timer = QTimer(self, interval=_SHOW_EVERY_MS)
        self._timer.timeout.connect(self._show_arrived)
        self.report = ReportPanel(self, self._chooser)
        self.rows = self.report.rows
        self.past: RowsModel[ListedImport] = RowsModel(import_columns())
        self._make_fields()
        self._make_choosers()
        self._make_buttons()
        self._make_past()
        self.progress = self.progress_bar("import_progress", self.tr("Progress of the import"))
        self._lay_out()
        self._show_running(running=False)
        self.message.show_message(
            Message(
                self.tr("Check the manifest first: that imports nothing."),
                self.tr("A refused line does not stop the others."),
            )
        )

    def enter(self) -> None:
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Reads the past imports from the access log."""
        lead = self._lead
        self.run(lambda _token: read_imports(lead), self.past.show_rows)

    def is_at_work(self, within: timedelta) -> bool:  # noqa: ARG002 - as long as it takes
        return self._is_running

    def close_down(self) -> None:
        """Locking stops the import between two clips; imported clips stay, and the import can be repeated."""
        super().close_down()
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()

    def options(self) -> IntakeOptions:
        """The options in the fields."""
        mapping = self.mapping.text().strip()
        return IntakeOptions(
            mapping=Path(mapping).expanduser() if mapping else None,
            sample=self.sample.value() or None,
            seed=self.seed.value(),
            stratify=tuple(name.strip() for name in self.stratify.text().split(",") if name.strip()),
        )

    @Slot()
    def _on_choose(self) -> None:
        place = self._chooser.manifest(self)
        if place is not None:
            self.manifest.setText(str(place))

    @Slot()
    def _on_choose_mapping(self) -> None:
        place = self._chooser.mapping(self)
        if place is not None:
            self.mapping.setText(str(place))

    @Slot()
    def _on_check(self) -> None:
        self._run(replace(self.options(), dry_run=True), self.tr("This check"))

    @Slot()
    def _on_run(self) -> None:
        self._run(self.options(), self.tr("This import"))

    def _run(self, options: IntakeOptions, caption: str) -> None:
        manifest, key = self._path(), self._key()
        stop = self._stop = threading.Event()
        arrived = self._arrived = deque()
        lead = self._lead
        self.report.clear(caption)
        self.past_table.clearSelection()
        self.message.show_message(Message(self.tr("Reading the manifest…")))
        self._show_running(running=True)

        def work(token: CancelToken) -> "IntakeReport":
            return lead.import_manifest(
                manifest,
                options,
                lambda done, whole: token.report((done, whole)),
                lambda: stop.is_set() or token.is_cancelled,
                arrived.append,
            )

        done = partial(self._done, key, caption)
        self._job = self.run(work, done, failed=self._failed, progressed=self._on_progress)

    @Slot()
    def _show_arrived(self) -> None:
        """Adds the rows that came since the last time."""
        self.report.add([self._arrived.popleft() for _ in range(len(self._arrived))])

    def _path(self) -> Path:
        return Path(self.manifest.text().strip()).expanduser()

    def _key(self) -> object:
        """What a check was of: source, mapping file, their sizes and times, and options."""
        path, options = self._path(), self.options()
        facts: list[object] = [path, options]
        for file in (path, options.mapping):
            with suppress(OSError):
                found = file.stat() if file else None
                facts.append((found.st_size, found.st_mtime_ns) if found else None)
        return tuple(facts)

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

    def _done(self, key: object, caption: str, report: "IntakeReport") -> None:
        if report.is_dry_run and not report.was_cancelled:
            self._checked = key
        self._show_running(running=False)
        self.report.show_report(report, caption)
        self.refresh()
        sentence = self.tr("{0} accepted, {1} refused, {2} quarantined.").format(
            f"{report.accepted:,}", f"{report.refused:,}", f"{report.quarantined:,}"
        )
        hint = report.consent_from and self.tr("Consent is on record: {0}").format(report.consent_from)
        if report.was_cancelled and report.is_dry_run:
            hint = self.tr("Stopped early: the other lines were not checked, and nothing was imported.")
        elif report.was_cancelled:
            hint = self.tr("Stopped early. Run it again: clips already imported are refused as duplicates.")
        elif report.is_dry_run:
            hint = self.tr("This was a check: nothing was imported. Import takes what was accepted.")
        elif report.not_drawn:
            hint = self.tr("{0} were not selected for the sample.").format(f"{report.not_drawn:,}")
        if report.unnamed_files:
            unnamed = message_of(Notice("IMPORT_UNNAMED_FILES", {"files": report.unnamed_files})).sentence
            hint = f"{unnamed} {hint}".strip()
        is_clean = not (report.refused or report.quarantined or report.was_cancelled or report.unnamed_files)
        self.message.show_message(Message(sentence, hint), "ok" if is_clean else "warn")

    def _failed(self, error: Exception) -> None:
        self._show_running(running=False)
        self.message.show_error(error)
        self.refresh()

    @Slot()
    def _on_past(self) -> None:
        chosen = self.past_table.selectionModel().selectedRows()
        if not chosen or self._is_running:
            return
        lead, past = self._lead, self.past.rows[chosen[0].row()].past
        caption = self.tr("Import of {0}").format(day_and_time(past.begun_at))
        if past.is_dry_run:
            caption = self.tr("Check of {0}: its lines are not kept").format(day_and_time(past.begun_at))
        show = partial(self._show_past, caption)
        self.run(lambda _token: lead.report_of_import(past.id), show)

    def _show_past(self, caption: str, report: "IntakeReport") -> None:
        if not self._is_running:
            self.report.show_report(report, caption)

    @Slot()
    def _update_buttons(self) -> None:
        has_manifest = bool(self.manifest.text().strip())
        why = "" if self._is_running else self.tr("Choose a manifest first.")
        enable(self.check_button, has_manifest and not self._is_running, why)
        is_checked = has_manifest and self._checked is not None and self._key() == self._checked
        why = why if not has_manifest else self.tr("Check the manifest first, with these options.")
        enable(self.run_button, is_checked and not self._is_running, "" if self._is_running else why)

    def _show_running(self, *, running: bool) -> None:
        self._is_running = running
        for widget in (*self._fields(), self.past_table):
            widget.setEnabled(not running)
        self.cancel_button.setEnabled(running)
        if running:
            self._timer.start()
        else:
            self._timer.stop()
            self._arrived.clear()
        self.progress.setRange(0, 0 if running else 1)
        self.progress.reset()
        self.progress.setFormat("")
        self.progress.setVisible(running)
        self._update_buttons()

    def _fields(self) -> tuple[QWidget, ...]:
        source = (self.manifest, self.choose, self.mapping, self.choose_mapping)
        return *source, self.sample, self.seed, self.stratify

    def _make_fields(self) -> None:
        self.manifest = named(QLineEdit(self), "import_manifest", self.tr("Manifest"))
        self.first_focus = self.manifest
        self.manifest.setPlaceholderText(self.tr("A manifest, or a file or folder that is mapped to one"))
        self.mapping = named(
            QLineEdit(self),
            "import_mapping",
            self.tr("Mapping file"),
            hint=self.tr(
                "How a source that is not a manifest becomes one, and where its consent is on record"
            ),
        )
        self.mapping.setPlaceholderText(self.tr("Mapping file, for other sources"))
        self.mapping.textChanged.connect(self._update_buttons)
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
        self.sample.valueChanged.connect(self._update_buttons)
        self.seed.valueChanged.connect(self._update_buttons)
        self.stratify.textChanged.connect(self._update_buttons)

    def _number(self, name: str, spoken: str) -> QSpinBox:
        made = named(QSpinBox(self), name, spoken)
        made.setRange(0, _MOST)
        made.setFixedWidth(80)
        made.lineEdit().setTextMargins(_MARGIN_PX, 0, 0, 0)
        return made

    def _make_choosers(self) -> None:
        self.choose = self.button(
            "import_choose",
            self.tr("Choose…"),
            self.tr("Choose a manifest"),
            self._on_choose,
            shortcut_id="import.choose",
            glyph="folder",
        )
        self.choose_mapping = self.button(
            "import_choose_mapping",
            self.tr("Mapping…"),
            self.tr("Choose a mapping file"),
            self._on_choose_mapping,
            shortcut_id="import.choose_mapping",
            glyph="folder",
        )

    def _make_buttons(self) -> None:
        self.cancel_button = self.button(
            "import_cancel",
            self.tr("Stop"),
            self.tr("Stop after the current clip; imported clips stay"),
            self._on_cancel,
            shortcut_id="import.cancel",
        )
        self.refresh_button = self.button(
            "import_refresh",
            self.tr("Refresh"),
            self.tr("Refresh the past imports"),
            self.refresh,
            shortcut_id="import.refresh",
            glyph="refresh",
        )
        self._make_run_buttons()

    def _make_run_buttons(self) -> None:
        self.check_button = self.button(
            "import_check",
            self.tr("Check"),
            self.tr("Check every line, and import nothing"),
            self._on_check,
            shortcut_id="import.check",
        )
        self.run_button = self.button(
            "import_run",
            self.tr("Import"),
            self.tr("Import the clips that the rules allow"),
            self._on_run,
            shortcut_id="import.run",
            kind="primary",
        )
        self.run_button.setMinimumWidth(96)

    def _make_past(self) -> None:
        self.past_table = self.table(
            "import_past",
            self.tr("Past imports"),
            self.past,
            stretch=len(_PAST_WIDTHS),
            empty=self.tr("Imports and checks are listed here, the newest first."),
            is_read=True,
        )
        for column, width in enumerate(_PAST_WIDTHS):
            self.past_table.setColumnWidth(column, width)
        self.past_table.selectionModel().selectionChanged.connect(self._on_past)

    def _lay_out(self) -> None:
        self.title_row.addWidget(self.refresh_button)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(GAP_PX)
        first.addWidget(self.manifest, 2)
        first.addWidget(self.choose)
        first.addWidget(self.mapping, 1)
        first.addWidget(self.choose_mapping)
        captions = (self.tr("Sample"), self.tr("Seed"), self.tr("Stratify by"))
        for caption, field in zip(captions, (self.sample, self.seed, self.stratify), strict=True):
            label = self.label(caption)
            label.setBuddy(field)
            second.addWidget(label)
            second.addWidget(field)
            second.addSpacing(GAP_PX)
        second.addStretch()
        second.addWidget(self.cancel_button)
        second.addWidget(self.check_button)
        second.addWidget(self.run_button)
        self.column.addLayout(first)
        self.column.addLayout(second)
        self.column.addWidget(self.progress)
        self.column.addLayout(self.report.row_of_fields())
        self.column.addWidget(self._split(), 1)
        tab_through(
            self.refresh_button, *self._fields(), self.cancel_button, self.check_button,
            self.run_button, *self.report.stops(), self.past_table,
        )  # fmt: skip

    def _split(self) -> QSplitter:
        """The rows with their reasons at the right; the past imports below."""
        report = self._splitter(
            Qt.Orientation.Horizontal,
            (self.report.row_table, 2 * _SIDE_PX),
            (self.report.reason_table, _SIDE_PX),
        )
        past = QWidget(self)
        column = QVBoxLayout(past)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addWidget(self.label(self.tr("Past imports"), "heading"))
        column.addWidget(self.past_table, 1)
        return self._splitter(Qt.Orientation.Vertical, (report, 3 * _PAST_PX), (past, 2 * _PAST_PX))

    def _splitter(self, direction: Qt.Orientation, *parts: tuple[QWidget, int]) -> QSplitter:
        """Parts with the pixels that each has at first, which is also their share of more room."""
        split = QSplitter(direction, self)
        split.setObjectName("border")
        split.setChildrenCollapsible(False)
        split.setHandleWidth(GAP_PX)
        for part, pixels in parts:
            split.addWidget(part)
            split.setStretchFactor(split.indexOf(part), pixels)
        split.setSizes([pixels for _, pixels in parts])
        return split
