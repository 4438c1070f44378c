"""The project's progress."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QWidget

from reviewer.model.clip import ClipState
from reviewer.model.clip_list import ClipFilter
from reviewer.model.language_tags import UNDETERMINED
from reviewer.model.people import PersonState
from reviewer.model.task import HELD_BACK, LateDraft, Lease, TaskKind, TaskState
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.activity_dialog import ActivityDialog
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.lead.policy_dialog import PolicyDialog
from reviewer.ui.messages import Message, term
from reviewer.ui.page import PageRequest, StatusFacts
from reviewer.ui.theme import GROUP_PX
from reviewer.ui.time_format import day_and_time
from reviewer.ui.widgets.count_tiles import CountTiles
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel, Table
from reviewer.ui.widgets.widget_ids import enable, named, put_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.lead.late_drafts import OpenedLateDraft
    from reviewer.lead.policy_files import PolicyFile
    from reviewer.lead.session import LeadSession, Overview, PersonProgress
    from reviewer.session.access_limits import PersonActivity
    from reviewer.ui.clip.workspace import ClipTools


_TASK_STATES = (
    TaskState.OPEN,
    TaskState.LEASED,
    TaskState.SUBMITTED,
    TaskState.QA_PENDING,
    TaskState.RETURNED,
    TaskState.ACCEPTED,
    HELD_BACK,
)
_TO_ADJUDICATE = "adjudicate"
_SAID = 4  # languages in the message; what the others add up to stands after them
_WIDTHS = {"overview_people": 84, "overview_leases": 130, "overview_late": 146}


class OverviewPage(LeadPage):
    """Clips and tasks by state, each person's work, leases, and late drafts."""

    scope = Scope.OVERVIEW

    def __init__(
        self,
        lead: "LeadSession",
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        make_tools: "Callable[[], ClipTools] | None" = None,
    ) -> None:
        """``make_tools`` gives what plays a clip, when the first late draft is opened."""
        super().__init__("overview", self.tr("Overview"), jobs, parent)
        self._lead = lead
        self._make_tools = make_tools
        self._late_dialog: QDialog | None = None
        self._decided = ""
        self._names: dict[str, str] = {}
        clips = [(state, term("CLIP_STATE", state)) for state in ClipState]
        tasks = [(state, term("TASK_STATE", state)) for state in _TASK_STATES]
        tasks.append((_TO_ADJUDICATE, self.tr("to adjudicate")))
        self.clips = CountTiles(
            "overview_clips", self.tr("Clips"), clips, self, opens=self.tr("List these clips")
        )
        self.clips.state_chosen.connect(self._on_state_chosen)
        self.tasks = CountTiles("overview_tasks", self.tr("Tasks"), tasks, self)
        self.people = RowsModel(self._people_columns())
        self.leases = RowsModel(self._lease_columns())
        self.late = RowsModel(self._late_columns())
        self.held_back = named(QLabel(self), "overview_held_back", self.tr("Held back"), kind="warn")
        self.held_back.setToolTip(self.tr("Decide about these clips under Held back"))
        self.title_row.addWidget(self.held_back)
        self._add_title_buttons()
        self.column.addWidget(self.clips)
        self.column.addWidget(self.tasks)
        self.column.addSpacing(GROUP_PX - 8)
        self.column.addLayout(self._tables(), 1)

    @Slot()
    def refresh(self) -> None:
        """Requests the newest figures."""
        self.run(lambda _token: self._lead.overview(), self.show_overview)

    def show_overview(self, overview: "Overview") -> None:
        """Shows figures."""
        self._names = dict(overview.names)
        self.clips.show_counts(overview.counts.clips)
        held = self.tr("Waiting for a decision about personal data: {0}").format(f"{overview.held_back:,}")
        put_value(self.held_back, held if overview.held_back else "")
        self.tasks.show_counts({**overview.counts.tasks, _TO_ADJUDICATE: overview.counts.undecided})
        self.people.show_rows(overview.people)
        self.leases.show_rows(overview.leases)
        self.late.show_rows(overview.late_drafts)
        self._update_buttons()
        self._say(overview)
        self._show_facts(overview)

    @Slot(str)
    def _on_state_chosen(self, state: str) -> None:
        self.page_requested.emit(PageRequest("clips", ClipFilter(state=state).to_json()))

    def enter(self) -> None:
        self.refresh()

    def refresh_facts(self) -> None:
        self.run(lambda _token: self._lead.overview(), self._show_facts)

    def leave(self) -> None:
        self._close_late()

    def close_down(self) -> None:
        super().close_down()
        self._close_late()

    def _add_title_buttons(self) -> None:
        self.title_row.addWidget(
            self.button(
                "overview_activity",
                self.tr("Activity…"),
                self.tr("What each person opened and skipped in the last day"),
                self._on_activity,
                shortcut_id="overview.activity",
            )
        )
        self.title_row.addWidget(
            self.button(
                "overview_policy",
                self.tr("Form and conventions…"),
                self.tr("Edit the label form and the conventions, with a preview"),
                self._on_policy,
                shortcut_id="overview.policy",
            )
        )
        self._refresh = self.button(
            "overview_refresh",
            self.tr("Refresh"),
            self.tr("Refresh the figures"),
            self.refresh,
            shortcut_id="overview.refresh",
            glyph="refresh",
        )
        self.title_row.addWidget(self._refresh)

    def _show_facts(self, overview: "Overview") -> None:
        open_tasks = overview.counts.tasks.get("open", 0)
        self.status_changed.emit(StatusFacts(open_tasks=open_tasks, unwitnessed=overview.unwitnessed))

    def _say(self, overview: "Overview") -> None:
        warning = self._warning(overview)
        if not sum(overview.counts.clips.values()):
            self.message.show_message(
                Message(
                    self.tr("No clips yet."),
                    self.tr("Import some under Import, and add people under People."),
                )
            )
        elif warning is not None:
            self.message.show_message(warning, "warn")
        else:
            self.message.clear()

    def _warning(self, overview: "Overview") -> Message | None:
        """The most urgent thing that waits for the lead."""
        if overview.limited:
            return Message(
                self.tr("Stopped by a limit in the last day: {0}.").format(", ".join(overview.limited)),
                self.tr("See what they opened and skipped under Activity; there you can let them go on."),
            )
        if overview.due or overview.unfinished_exports:
            return Message(
                self.tr("Due for purging: {0} clips. Unfinished exports: {1}.").format(
                    f"{overview.due:,}", overview.unfinished_exports
                ),
                self.tr("See why, and what to do, under Retention."),
            )
        if overview.untaken:
            return Message(
                self.tr("Tasks that nobody can take: {0} ({1}).").format(
                    f"{sum(each.count for each in overview.untaken):,}", self._untaken(overview)
                ),
                self.tr("Add somebody, or set more languages or skills for a person, under People."),
            )
        if overview.leads < 2:
            return Message(
                self.tr("You are the only lead: if you lose your passphrase, only the recovery key helps.")
                if overview.has_recovery_key
                else self.tr("You are the only lead, and there is no recovery key."),
                self.tr("Add a second lead under People.")
                if overview.has_recovery_key
                else self.tr("Add a second lead under People, and run: reviewer people recovery-key."),
            )
        if overview.unwitnessed:
            return Message(
                self.tr("{0} rows of the access log are not witnessed.").format(f"{overview.unwitnessed:,}"),
                self.tr("Save a checkpoint under Access log and keep it on another machine."),
            )
        return None

    def _untaken(self, overview: "Overview") -> str:
        words = {
            TaskKind.TRANSCRIBE: self.tr("{0} in {1}"),
            TaskKind.REVIEW: self.tr("{0} in {1} for review"),
            TaskKind.ADJUDICATE: self.tr("{0} in {1} for adjudication"),
        }
        most = sorted(overview.untaken, key=lambda each: -each.count)
        said = [
            words[each.kind].format(f"{each.count:,}", self._language(each.locale, each.skill))
            for each in most[:_SAID]
        ]
        if rest := sum(each.count for each in most[_SAID:]):
            said.append(self.tr("{0} in others").format(f"{rest:,}"))
        return ", ".join(said)

    def _language(self, locale: str, skill: str) -> str:
        if skill:
            return self.tr("{0} with the skill {1}").format(self._language(locale, ""), skill)
        if locale == UNDETERMINED:
            return self.tr("no known language")
        language = QLocale(locale).language()
        if language == QLocale.Language.C:
            return locale
        return f"{QLocale.languageToString(language)} ({locale})"

    def _tables(self) -> QGridLayout:
        people = self._table(
            "overview_people",
            self.tr("Each person's work"),
            self.people,
            self.tr("Each person's submissions are counted here."),
        )
        self._lease_table = self._table(
            "overview_leases",
            self.tr("Leased clips"),
            self.leases,
            self.tr("No clips are checked out."),
        )
        self._late_table = self._table(
            "overview_late",
            self.tr("Late drafts"),
            self.late,
            self.tr("Late drafts are listed here: work whose lease ended before it was submitted."),
        )
        self._make_row_buttons()
        for table in (self._lease_table, self._late_table):
            table.selectionModel().selectionChanged.connect(self._update_buttons)
        for model in (self.leases, self.late):
            model.modelReset.connect(self._update_buttons)
        self._update_buttons()
        self.first_focus = people
        tab_through(
            self._refresh,
            self.clips,
            people,
            self._lease_table,
            self._release,
            self._late_table,
            self._open_late,
        )
        return self._laid_out(people)

    def _make_row_buttons(self) -> None:
        self._release = self.button(
            "overview_release",
            self.tr("Release…"),
            self.tr("Return the selected clip to the queue"),
            self._on_release,
            shortcut_id="overview.release",
        )
        self._open_late = self.button(
            "overview_late_open",
            self.tr("Open…"),
            self.tr("Read the late draft beside what was handed in since; logged"),
            self._on_open_late,
            shortcut_id="overview.late",
        )
        self._late_table.doubleClicked.connect(self._open_late.click)

    def _table(self, name: str, spoken: str, model: RowsModel[Any], empty: str) -> Table:
        table = self.table(name, spoken, model, stretch=0, empty=empty, is_read=True)
        for column in range(1, model.columnCount()):
            table.setColumnWidth(column, _WIDTHS[name])
        table.keep_fitted(range(model.columnCount()))
        return table

    def _laid_out(self, people: Table) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GROUP_PX)
        grid.addWidget(self.label(self.tr("Each person's work"), "heading"), 0, 0)
        grid.addWidget(people, 1, 0, 4, 1)
        grid.addWidget(self.label(self.tr("Leased now"), "heading"), 0, 1)
        grid.addWidget(self._release, 0, 2)
        grid.addWidget(self._lease_table, 1, 1, 1, 2)
        grid.addWidget(self.label(self.tr("Late drafts"), "heading"), 2, 1)
        grid.addWidget(self._open_late, 2, 2)
        grid.addWidget(self._late_table, 3, 1, 2, 2)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        grid.setRowStretch(1, 3)
        grid.setRowStretch(3, 2)
        return grid

    def _chosen(self) -> Lease | None:
        rows = self._lease_table.selectionModel().selectedRows()
        return self.leases.rows[rows[0].row()] if rows else None

    @Slot()
    def _update_buttons(self) -> None:
        enable(self._release, self._chosen() is not None, self.tr("Select a leased clip first."))
        enable(self._open_late, self._chosen_late() is not None, self.tr("Select a late draft first."))

    def _chosen_late(self) -> LateDraft | None:
        rows = self._late_table.selectionModel().selectedRows()
        return self.late.rows[rows[0].row()] if rows else None

    @Slot()
    def _on_open_late(self) -> None:
        draft, lead = self._chosen_late(), self._lead
        if draft is not None and self._make_tools is not None and self._late_dialog is None:
            self.message.clear()
            self.run(lambda _token: lead.late_drafts.open(lead.identity, draft.id), self._show_late)

    def _show_late(self, opened: "OpenedLateDraft") -> None:
        # Imported when first needed: waveform and player take time to load.
        from reviewer.ui.lead.late_draft_dialog import LateDraftDialog  # noqa: PLC0415

        if self._make_tools is None or not self.isVisible():
            lead, clip_id = self._lead, opened.draft.clip_id
            self.run(lambda _token: lead.late_drafts.close(lead.identity, clip_id), lambda _none: None)
            return
        author = self._name(opened.draft.person_id)
        dialog = LateDraftDialog(opened, author, self._lead, self._make_tools(), self)
        dialog.decided.connect(self._on_late_decided)
        dialog.put_away.connect(self.message.show_error)
        dialog.finished.connect(self._on_late_finished)
        self._late_dialog = dialog
        dialog.open()

    @Slot(str)
    def _on_late_decided(self, sentence: str) -> None:
        self._decided = sentence
        self.run(lambda _token: self._lead.overview(), self._show_decided)

    def _show_decided(self, overview: "Overview") -> None:
        self.show_overview(overview)
        self.message.show_message(Message(self._decided), "ok")

    @Slot()
    def _on_late_finished(self) -> None:
        dialog, self._late_dialog = self._late_dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _close_late(self) -> None:
        if self._late_dialog is not None:
            self._late_dialog.reject()

    @Slot()
    def _on_release(self) -> None:
        lease = self._chosen()
        if lease is None:
            return
        self.confirm(
            self.tr("Release this clip?"),
            self.tr(
                "{0} can no longer submit it. Their text stays as their draft, "
                "and the clip returns to the queue for anybody."
            ).format(self._name(lease.person_id)),
            self.tr("Release"),
            lambda: self._release_now(lease),
        )

    @Slot()
    def _on_activity(self) -> None:
        self.run(lambda _token: self._lead.activity(), self._show_activity)

    def _show_activity(self, activity: "list[PersonActivity]") -> None:
        dialog = ActivityDialog(activity, self)
        dialog.lift_requested.connect(self._lift_limits)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _on_policy(self) -> None:
        self.run(lambda _token: self._lead.policy_files.files(), self._show_policy)

    def _show_policy(self, known: "tuple[PolicyFile, ...]") -> None:
        dialog = PolicyDialog(self._lead.policy_files, known, self._jobs, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _lift_limits(self, name: str) -> None:
        self.run(lambda _token: self._lead.lift_limits(name), lambda _person: self.refresh())

    def _release_now(self, lease: Lease) -> None:
        self.run(lambda _token: self._lead.release(lease.task_id), lambda _none: self.refresh())

    def _name(self, person_id: str) -> str:
        return self._names.get(person_id, person_id)

    def _people_columns(self) -> list[Column["PersonProgress"]]:
        return [
            Column(self.tr("Name"), lambda row: row.person.name, role=_dim_if_revoked),
            Column(self.tr("Submitted"), lambda row: f"{row.work.submitted:,}", is_figure=True),
            Column(self.tr("Accepted"), lambda row: f"{row.work.accepted:,}", is_figure=True),
            Column(self.tr("Returned"), lambda row: f"{row.work.returned:,}", is_figure=True),
            Column(self.tr("Skipped"), lambda row: f"{row.work.skipped:,}", is_figure=True),
        ]

    def _lease_columns(self) -> list[Column[Lease]]:
        return [
            Column(self.tr("Who"), lambda row: self._name(row.person_id)),
            Column(self.tr("Task"), lambda row: str(row.task_id), is_figure=True),
            Column(self.tr("Until"), lambda row: day_and_time(row.until), is_figure=True),
        ]

    def _late_columns(self) -> list[Column[LateDraft]]:
        return [
            Column(self.tr("Who"), lambda row: self._name(row.person_id)),
            Column(self.tr("Clip"), lambda row: row.clip_id),
            Column(self.tr("Kept"), lambda row: day_and_time(row.kept_at), is_figure=True),
        ]


def _dim_if_revoked(row: "PersonProgress") -> str | None:
    return "dim" if row.person.state is PersonState.REVOKED else None
