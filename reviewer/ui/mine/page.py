"""A contractor's recent submissions and their state."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.errors import Refused
from reviewer.model.task import DailyCounts, LateState, TaskState
from reviewer.ui.icons import set_icon
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.messages import Message, term
from reviewer.ui.mine.search_panel import SearchPanel
from reviewer.ui.page import Page, PageRequest, StatusFacts
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.time_format import exact_time
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel, Table, tidy
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.desk.session import DeskSession
    from reviewer.session.past_work import PastWork

_ROLES: dict[TaskState | LateState, str] = {
    TaskState.RETURNED: "warn",
    TaskState.ACCEPTED: "ok",
    LateState.DISMISSED: "warn",
}
_WIDTHS = (160, 240)
_LIMIT = 100


class MinePage(Page):
    """Newest first; texts are in memory only, and cleared on lock."""

    scope = Scope.MINE

    def __init__(self, desk: "DeskSession", jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "mine_page", self.tr("My work"), kind="page").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self._jobs = jobs
        self.message = InlineMessage("mine_message", lines=2, parent=self)
        self.message.retry_requested.connect(self.refresh)
        self.done = RowsModel(self._columns())
        self.first_focus = self._table = table = self._make_table()
        self.refresh_button = named(
            QPushButton(self.tr("Refresh"), self),
            "mine_refresh",
            self.tr("Refresh the list"),
            shortcut_id="mine.refresh",
        )
        set_icon(self.refresh_button, "refresh")
        self.take_back_button = self._make_take_back_button()
        table.selectionModel().selectionChanged.connect(self._update_button)
        self.done.modelReset.connect(self._update_button)
        table.doubleClicked.connect(self.take_back_button.click)
        self._update_button()
        self.refresh_button.clicked.connect(self.refresh)
        bind_shortcut(self.refresh_button, "mine.refresh", self.refresh_button.click)
        self.search = SearchPanel(desk.work, jobs, self)
        self.search.open_requested.connect(self._on_open_requested)
        self.search.failed.connect(self.message.show_error)
        self._lay_out(table)
        tab_through(self.refresh_button, self.take_back_button, self.message, self.search, table)

    def enter(self) -> None:
        self.refresh()

    def refresh_facts(self) -> None:
        """Also asks whether the texts that are shown may still be shown; those that may not go."""
        work = self._desk.work
        shown = {row.clip_id for row in self.done.rows} | {row.clip_id for row in self.search.found.rows}
        self._jobs.run(
            lambda _token: (work.daily_counts(), shown - work.openable_among(shown)),
            self._on_facts,
            self._on_no_facts,
            owner=self,
        )

    def _on_facts(self, facts: "tuple[DailyCounts, set[str]]") -> None:
        counts, gone = facts
        self._show_counts(counts)
        self.search.remove(gone)
        if any(row.text is not None and row.clip_id in gone for row in self.done.rows):
            self.done.show_rows(
                [replace(row, text=None) if row.clip_id in gone else row for row in self.done.rows]
            )

    def _on_no_facts(self, error: Exception) -> None:
        """The next minute asks again, unless a rule says no."""
        if isinstance(error, Refused):
            self._on_not_read(error)

    def _on_not_read(self, error: Exception) -> None:
        """Without an agreement, or after a revocation, no text stays."""
        self._table.give_up_reading()
        if isinstance(error, Refused):
            self.close_down()
        self.message.show_error(error)

    def close_down(self) -> None:
        self.done.show_rows(())
        self.search.clear()

    @Slot()
    def refresh(self) -> None:
        """Reads the newest submissions."""
        work = self._desk.work
        found = {row.clip_id for row in self.search.found.rows}
        self._jobs.run(
            lambda _token: (work.history(_LIMIT), work.daily_counts(), found - work.openable_among(found)),
            self._on_read,
            self._on_not_read,
            owner=self,
        )

    def _make_table(self) -> Table:
        empty = self.tr("What you submit at the desk is listed here, with QA's verdict.")
        table = named(Table(self, empty=empty, is_read=True), "mine_table", self.tr("My recent submissions"))
        table.setToolTip("")
        self.done.setParent(table)
        table.setModel(self.done)
        tidy(table, stretch=2)
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        return table

    def _make_take_back_button(self) -> QPushButton:
        button = named(
            QPushButton(self.tr("Take back"), self),
            "mine_take_back",
            self.tr("Take the selected submission back to your desk"),
            shortcut_id="mine.take_back",
        )
        button.clicked.connect(self._on_take_back)
        bind_shortcut(button, "mine.take_back", button.click)
        return button

    @Slot()
    def _update_button(self) -> None:
        """A submission that QA has dealt with, or an old one, cannot be taken back: the button says so."""
        past = self._chosen()
        why = self.tr("Only one of your last 20 submissions, while QA has not dealt with it.")
        enable(self.take_back_button, past is not None and past.may_be_taken_back, why)

    @Slot()
    def _on_take_back(self) -> None:
        past = self._chosen()
        if past is not None:
            self.page_requested.emit(PageRequest("desk", past.annotation_id))

    @Slot(str)
    def _on_open_requested(self, annotation_id: str) -> None:
        self.page_requested.emit(PageRequest("desk", annotation_id))

    def _chosen(self) -> "PastWork | None":
        rows = self._table.selectionModel().selectedRows()
        return self.done.rows[rows[0].row()] if rows else None

    def _on_read(self, read: "tuple[list[PastWork], DailyCounts, set[str]]") -> None:
        done, counts, gone = read
        self.search.remove(gone)
        self.done.show_rows(done)
        self._show_counts(counts)
        if not done:
            self.message.show_message(
                Message(
                    self.tr("Nothing submitted yet."),
                    self.tr(
                        "Take a clip at the desk, and submit it when all of it is heard and transcribed."
                    ),
                )
            )
        elif counts.returned:
            self.message.show_message(
                Message(
                    self.tr("QA returned {0} to you.").format(counts.returned),
                    self.tr("Take the next clip at the desk: returned work comes first, with its comment."),
                ),
                "warn",
            )
        else:
            self.message.clear()

    def _show_counts(self, counts: DailyCounts) -> None:
        self.status_changed.emit(StatusFacts(waiting=counts.waiting, done_today=counts.submitted))

    def _columns(self) -> "list[Column[PastWork]]":
        return [
            Column(self.tr("Submitted"), lambda row: exact_time(row.submitted_at)),
            Column(self.tr("State"), _state_of, role=_role_of),
            Column(self.tr("Text"), self._text_of),
        ]

    def _text_of(self, row: "PastWork") -> str:
        """On one line; a clip that may no longer be opened shows no text."""
        return self.tr("(no longer available)") if row.text is None else " ".join(row.text.split())

    def _lay_out(self, table: Table) -> None:
        title = QLabel(self.tr("My work"), self)
        title.setProperty("kind", "title")
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch()
        top.addWidget(self.take_back_button)
        top.addWidget(self.refresh_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, GROUP_PX, EDGE_PX, GROUP_PX)
        column.setSpacing(GAP_PX)
        column.addLayout(top)
        column.addWidget(self.message)
        column.addWidget(self.search)
        column.addWidget(table, 1)


def _state_of(row: "PastWork") -> str:
    """The state of a submission, and what became of a late draft."""
    words = [term("TASK_STATE", row.state)] if row.state is not None else []
    if row.late is not None:
        words.append(term("LATE_STATE", row.late))
    if row.reason:
        words.append(term("LATE_REASON", row.reason))
    return " · ".join(words)


def _role_of(row: "PastWork") -> str | None:
    told = row.state if row.state is not None else row.late
    return None if told is None else _ROLES.get(told)
