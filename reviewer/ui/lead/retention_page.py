"""What is due for purging, kept for longer, withdrawn but unknown, and to be recalled."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from reviewer.errors import Notice
from reviewer.model.clock import end_of_day
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.messages import Message, message_of, term
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.time_format import day_and_time
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel, Table
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.clips.retention import RetentionDecision
    from reviewer.clips.withdrawals import UnknownWithdrawals
    from reviewer.lead.purge import PurgeReport, Recall
    from reviewer.lead.retention import DueClip, RetentionOverview
    from reviewer.lead.session import LeadSession

_MOMENT_PX, _SHORT_PX, _DATE_PX, _COUNT_PX, _FOLDER_PX = 130, 90, 110, 60, 170
_NAMED = 20
"""Clips that a tooltip names; an export may have tens of thousands."""


class RetentionPage(LeadPage):
    """Clips at the left, with the decision to keep them for longer; withdrawals and recalls at the right."""

    scope = Scope.RETENTION

    def __init__(
        self,
        lead: "LeadSession",
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
    ) -> None:
        super().__init__("retention", self.tr("Retention"), jobs, parent)
        self._lead = lead
        self._chooser = chooser or FileChooser()
        self._names: dict[str, str] = {}
        self.due = RowsModel(self._due_columns())
        self.extended = RowsModel(self._extended_columns())
        self.recall = RowsModel(self._recall_columns())
        self.unknown = RowsModel(self._unknown_columns())
        self._make_buttons()
        self.until = named(QLineEdit(self), "retention_until", self.tr("The new last day"))
        self.until.setPlaceholderText("2028-12-31")
        self.until.setFixedWidth(_DATE_PX)
        self.why = named(QLineEdit(self), "retention_why", self.tr("Why the selected clips are kept"))
        self.why.setPlaceholderText(self.tr("Reason, kept in the access log"))
        self._lay_out()
        for field in (self.until, self.why):
            field.textChanged.connect(self._update_buttons)
        self._due_table.selectionModel().selectionChanged.connect(self._update_buttons)
        self.due.modelReset.connect(self._update_buttons)
        self._update_buttons()

    @Slot()
    def refresh(self) -> None:
        """Reads what is due now."""
        self._read(is_silent=False)

    def enter(self) -> None:
        self.refresh()

    def _read(self, *, is_silent: bool) -> None:
        """``is_silent`` leaves the message, which says what was just done."""

        def found(read: "tuple[RetentionOverview, dict[str, str]]") -> None:
            overview, self._names = read
            self.due.show_rows((*overview.due, *overview.soon))
            self.extended.show_rows(overview.extended)
            self.recall.show_rows(overview.recall)
            self.unknown.show_rows(overview.unknown)
            if not is_silent:
                self._say(overview)

        def read(_token: object) -> "tuple[RetentionOverview, dict[str, str]]":
            names = {person.id: person.name for person in self._lead.people()}
            return self._lead.retention_overview(), names

        self.run(read, found)

    def _say(self, overview: "RetentionOverview") -> None:
        if overview.is_held:
            self.message.show_message(message_of(Notice("PURGE_HELD")), "warn")
        elif overview.unfinished:
            self.message.show_message(
                Message(
                    self.tr("{0} unfinished exports may have left plain files.").format(
                        len(overview.unfinished)
                    ),
                    self.tr("Connect the disk and restart Reviewer, or delete: {0}").format(
                        ", ".join(each.folder for each in overview.unfinished)
                    ),
                ),
                "warn",
            )
        else:
            counts = {"due": len(overview.due), "soon": len(overview.soon)}
            self.message.show_message(message_of(Notice("RETENTION_DUE", counts)))

    @Slot()
    def _on_choose(self) -> None:
        file = self._chooser.withdrawals(self)
        if file is None:
            return
        self.confirm(
            self.tr("Purge the clips of this list?"),
            self.tr(
                "Their keys are destroyed: nobody can open them again. Sources that are not here are "
                "remembered, and refused when they are imported. If any line of {0} cannot be read, "
                "nothing is done."
            ).format(file.name),
            self.tr("Purge"),
            lambda: self._withdraw(file),
        )

    @Slot()
    def _on_purge(self) -> None:
        self.confirm(
            self.tr("Purge everything that is due?"),
            self.tr(
                "The keys of all clips whose consent or retention is over by the clock of this machine are "
                "destroyed: nobody can open them again."
            ),
            self.tr("Purge"),
            lambda: self.run(lambda _token: self._lead.purge(retention=True), self._purged),
        )

    @Slot()
    def _on_extend(self) -> None:
        clips = [row.clip_id for row in self._chosen()]
        until, why = self._until(), self.why.text()
        if until is None or not clips:
            return

        def done(made: "tuple[RetentionDecision, ...]") -> None:
            self.why.clear()
            told = Notice("RETENTION_EXTENDED", {"clips": len(made), "until": f"{until:%Y-%m-%d}"})
            self.message.show_message(message_of(told), "ok")
            self._read(is_silent=True)

        self.run(lambda _token: self._lead.extend_retention(clips, until, why), done)

    @Slot()
    def _update_buttons(self) -> None:
        enable(
            self.extend_button,
            self._due_table.selectionModel().hasSelection()
            and self._until() is not None
            and bool(self.why.text().strip()),
            self.tr("Select clips, and give a day and a reason first."),
        )

    def _withdraw(self, file: Path) -> None:
        self.run(lambda _token: self._lead.withdraw_list(file), self._purged)

    def _purged(self, report: "PurgeReport") -> None:
        done = {"clips": len(report.purged), "unknown": report.unknown}
        told = message_of(Notice("PURGED_CLIPS", done))
        if report.later:
            later = message_of(Notice("PURGED_LATER", {"clips": len(report.later)}))
            told = Message(f"{told.sentence} {later.sentence}")
        if report.unknown:
            unknown = message_of(Notice("WITHDRAWALS_UNKNOWN", {"sources": report.unknown}))
            told = Message(told.sentence, unknown.hint)
            if report.similar:
                similar = message_of(Notice("WITHDRAWALS_SIMILAR", report.similar_shown()))
                told = Message(f"{told.sentence} {similar.sentence}", similar.hint)
        elif report.recall:
            told = Message(told.sentence, self.tr("Recall these clips from the exports below."))
        if report.unlisted:
            unlisted = message_of(Notice("BACKUPS_NOT_LISTED", report.unlisted_shown()))
            told = Message(f"{told.sentence} {unlisted.sentence}", told.hint or unlisted.hint)
        is_warning = report.unknown or report.recall or report.unlisted
        self.message.show_message(told, "warn" if is_warning else "ok")
        self._read(is_silent=True)

    def _chosen(self) -> "list[DueClip]":
        ranges = self._due_table.selectionModel().selection().toList()  # not a row each: all may be
        return [row for each in ranges for row in self.due.rows[each.top() : each.bottom() + 1]]

    def _until(self) -> datetime | None:
        try:
            return end_of_day(self.until.text())
        except ValueError:
            return None

    def _make_buttons(self) -> None:
        self.choose_button = self.button(
            "retention_choose",
            self.tr("List of withdrawals…"),
            self.tr("Purge the clips of sources whose consent was withdrawn"),
            self._on_choose,
            shortcut_id="retention.choose",
            glyph="file",
        )
        self.purge_button = self.button(
            "retention_purge",
            self.tr("Purge what is due…"),
            self.tr("Purge all clips whose consent or retention is over"),
            self._on_purge,
            shortcut_id="retention.purge",
            kind="danger",
        )
        self.refresh_button = self.button(
            "retention_refresh",
            self.tr("Refresh"),
            self.tr("Read what is due now"),
            self.refresh,
            shortcut_id="retention.refresh",
            glyph="refresh",
        )
        self.extend_button = self.button(
            "retention_extend",
            self.tr("Keep for longer"),
            self.tr("Keep the selected clips until that day, by your decision"),
            self._on_extend,
            shortcut_id="retention.extend",
        )

    def _lay_out(self) -> None:
        for button in (self.choose_button, self.purge_button, self.refresh_button):
            self.title_row.addWidget(button)
        left, right = self._clip_tables(), self._export_tables()
        decision = QHBoxLayout()
        decision.setSpacing(GAP_PX)
        decision.addWidget(self.until)
        decision.addWidget(self.why, 1)
        decision.addWidget(self.extend_button)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GROUP_PX)
        grid.setVerticalSpacing(GAP_PX)
        for column, (above, below) in enumerate((left, right)):
            for table, row in ((above, 0), (below, 3)):
                grid.addWidget(self.label(table.accessibleName(), "heading"), row, column)
                grid.addWidget(table, row + 1, column, 2 if table is right[0] else 1, 1)
            grid.setColumnStretch(column, 1)
        grid.addLayout(decision, 2, 0)
        grid.setRowStretch(1, 3)
        grid.setRowStretch(4, 2)
        self.column.addLayout(grid, 1)
        tab_through(self._due_table, self.until, self.why, self.extend_button, left[1], *right)

    def _clip_tables(self) -> tuple[Table, Table]:
        self.first_focus = self._due_table = self._table(
            "retention_due",
            self.tr("Due now or within 30 days"),
            self.due,
            self.tr("Nothing is due within 30 days."),
            (_MOMENT_PX, _MOMENT_PX),
        )
        self._due_table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        extended = self._table(
            "retention_extended",
            self.tr("Kept for longer"),
            self.extended,
            self.tr("No clip is kept for longer."),
            (_SHORT_PX, _MOMENT_PX, _MOMENT_PX),
        )
        return self._due_table, extended

    def _export_tables(self) -> tuple[Table, Table]:
        recall = self._table(
            "retention_recall",
            self.tr("Exports to recall"),
            self.recall,
            self.tr("No export contains a purged clip."),
            (_MOMENT_PX, _SHORT_PX, _COUNT_PX, _FOLDER_PX),
        )
        unknown = self._table(
            "retention_unknown",
            self.tr("Withdrawals of sources that are not here"),
            self.unknown,
            self.tr("Every withdrawn source was here."),
            (_MOMENT_PX, _SHORT_PX),
        )
        return recall, unknown

    def _table(
        self, name: str, spoken: str, model: RowsModel[Any], empty: str, widths: tuple[int, ...]
    ) -> Table:
        made = self.table(name, spoken, model, stretch=0, empty=empty, is_read=True)
        for column, width in enumerate(widths, start=1):
            made.setColumnWidth(column, width)
        return made

    def _due_columns(self) -> "list[Column[DueClip]]":
        return [
            Column(self.tr("Clip"), lambda row: row.clip_id),
            Column(self.tr("On"), lambda row: day_and_time(row.at), is_figure=True),
            Column(self.tr("Why"), lambda row: term("PURGE_REASON", row.reason)),
        ]

    def _extended_columns(self) -> "list[Column[RetentionDecision]]":
        return [
            Column(self.tr("Clip"), lambda row: row.clip_id),
            Column(self.tr("Until"), lambda row: f"{row.until:%Y-%m-%d}", is_figure=True),
            Column(self.tr("By"), lambda row: self._names.get(row.decided_by, row.decided_by)),
            Column(self.tr("Why"), lambda row: row.why, whole=lambda row: row.why),
        ]

    def _recall_columns(self) -> "list[Column[Recall]]":
        return [
            Column(self.tr("Export"), lambda row: row.export, whole=lambda row: _first_of(row.clips)),
            Column(self.tr("Made"), lambda row: day_and_time(datetime.fromisoformat(row.made_at))),
            Column(self.tr("State"), lambda row: term("EXPORT_STATE", row.state)),
            Column(self.tr("Clips"), lambda row: f"{len(row.clips):,}", is_figure=True),
            Column(self.tr("Folder"), lambda row: row.folder, whole=lambda row: row.folder),
        ]

    def _unknown_columns(self) -> "list[Column[UnknownWithdrawals]]":
        return [
            Column(self.tr("List"), lambda row: row.list_id),
            Column(self.tr("Read"), lambda row: day_and_time(row.recorded_at), is_figure=True),
            Column(self.tr("Sources"), lambda row: f"{row.sources:,}", is_figure=True),
        ]


def _first_of(clips: Sequence[str]) -> str:
    return "\n".join((*clips[:_NAMED], *("…" for _ in clips[_NAMED : _NAMED + 1])))
