"""How the work stands: by state, language, product and person, what is left by day, and stuck clips."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from reviewer.model.clip_list import ClipFilter
from reviewer.model.progress import DayProgress, GroupProgress, PersonTotals, StuckClip, StuckReason
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.chart import Chart, Line
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.lead.sorted_table import SortedColumn, SortedTable
from reviewer.ui.messages import term
from reviewer.ui.page import PageRequest
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX, GROUP_PX, tabular
from reviewer.ui.time_format import audio_amount, day_and_time, hours
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import named, put_value

if TYPE_CHECKING:
    from reviewer.lead.progress import ProjectProgress
    from reviewer.lead.session import LeadSession

_PRODUCT, _PEOPLE = 2, 3
"""The places of products and people among the groups."""
_DAY_SECONDS = 86_400
_NARROW_PX = (72,) * 5
_STUCK_PX = (146, 76, 104, 128)


class ProgressPage(LeadPage):
    """Figures, a burn-down with the estimate of its end, and tables; all computed on the job pool."""

    scope = Scope.PROGRESS

    def __init__(
        self,
        lead: "LeadSession",
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
        product_name: "Callable[[str], str]" = str,
    ) -> None:
        """``product_name`` says what the project calls a product."""
        super().__init__("progress", self.tr("Progress"), jobs, parent)
        self._lead, self._product_name = lead, product_name
        self._chooser = chooser or FileChooser()
        self._shown: ProjectProgress | None = None
        self._figures: dict[str, QLabel] = {}
        self.chart = Chart(
            "progress_chart",
            self.tr("Clips left by day"),
            (self.tr("Day (UTC)"), self.tr("Clips left")),
            self.tr("Clips left are drawn here from the second day on."),
            self,
            of_days=True,
        )
        self._make_tables()
        self.by = named(QComboBox(self), "progress_by", self.tr("Group clips by"))
        for text in (self.tr("State"), self.tr("Language"), self.tr("Product"), self.tr("Person")):
            self.by.addItem(text)
        self.by.currentIndexChanged.connect(self._show_groups)
        self._lay_out()
        bind_shortcut(self, "progress.by", self._on_next_group)
        bind_shortcut(self, "progress.sort", lambda: self._table_in_use().sort_by_next())
        bind_shortcut(self, "progress.reverse", lambda: self._table_in_use().reverse())
        bind_shortcut(self, "progress.csv", lambda: self._table_in_use().save())
        bind_shortcut(self, "progress.open", self._on_open_key)

    @Slot()
    def refresh(self) -> None:
        """Computes everything anew; nothing is opened."""
        lead = self._lead
        self.run(lambda _token: lead.progress(), self.show_progress)

    def enter(self) -> None:
        self.message.clear()
        self.refresh()

    def close_down(self) -> None:
        super().close_down()
        self.chart.show_lines(())

    def show_progress(self, found: "ProjectProgress") -> None:
        """Shows figures, chart and tables."""
        self._shown = found
        self._show_figures(found)
        self._show_chart(found)
        self.days.show_rows(found.days)
        self.people.show_rows(found.people)
        self.stuck.show_rows(found.stuck)
        self._show_groups()

    def _show_figures(self, found: "ProjectProgress") -> None:
        self._put("left", self.tr("{0} ({1})").format(f"{found.left:,}", audio_amount(found.left_seconds)))
        estimate = found.estimate
        if estimate is None:
            self._put("end", "–")
            self._put("between", self.tr("after 3 days of work"))
        else:
            self._put("end", self._day_in(found, estimate.days))
            self._put(
                "between",
                self.tr("{0} to {1}").format(
                    self._day_in(found, estimate.low), self._day_in(found, estimate.high)
                ),
            )
        self._put("ratio", "–" if found.ratio is None else f"{found.ratio:.1f}")
        self._put("late", f"{found.late_drafts:,}")
        self._put("stuck", f"{len(found.stuck):,}")
        self._put("held", f"{found.held_back:,} / {found.on_hold:,}")

    def _put(self, name: str, text: str) -> None:
        put_value(self._figures[name], text)

    def _day_in(self, found: "ProjectProgress", count: int | None) -> str:
        if count is None:
            return self.tr("in over 10 years")
        return (found.at.date() + timedelta(days=count)).isoformat()

    def _show_chart(self, found: "ProjectProgress") -> None:
        x, y = [_seconds(each.day) for each in found.days], [each.left for each in found.days]
        self.chart.show_lines([Line(self.tr("left"), x, y), *self._estimate_lines(found)])

    def _estimate_lines(self, found: "ProjectProgress") -> Iterator[Line]:
        """From what is left today down to nothing: the interval's two ends with what lies between, and the
        median."""
        estimate, left = found.estimate, found.left
        if not found.days or not left or estimate is None or estimate.days is None:
            return
        now = _seconds(found.days[-1].day)
        low, middle, high = (
            now + days * _DAY_SECONDS for days in (estimate.low or 0, estimate.days, estimate.high or 0)
        )
        if now < low < high:
            at_low = left * (high - low) / (high - now)
            interval = self.tr("interval")
            yield Line(interval, [now, low, high], [left, at_low, 0], "warn", floor=[left, 0, 0])
        yield Line(self.tr("estimate"), [now, middle], [left, 0], "warn", is_dashed=True)

    @Slot()
    def _show_groups(self) -> None:
        found, place = self._shown, self.by.currentIndex()
        self._stack.setCurrentWidget(self._grouped())
        self.groups.csv_button.setVisible(place != _PEOPLE)
        self.people.csv_button.setVisible(place == _PEOPLE)
        if found is not None and place != _PEOPLE:
            self.groups.show_rows((found.by_state, found.by_locale, found.by_product)[place])

    def _grouped(self) -> SortedTable:
        return self.people if self.by.currentIndex() == _PEOPLE else self.groups

    @Slot()
    def _on_next_group(self) -> None:
        self.by.setCurrentIndex((self.by.currentIndex() + 1) % self.by.count())

    @Slot(object)
    def _on_open(self, row: StuckClip) -> None:
        self.page_requested.emit(PageRequest("clips", row.clip_id))

    @Slot(object)
    def _on_group_opened(self, row: GroupProgress | PersonTotals) -> None:
        """Lists the clips of a group; those without a language or product have no filter."""
        name = row.name
        filters = (
            ClipFilter(state=name),
            ClipFilter(locale=name),
            ClipFilter(product=name),
            ClipFilter(person=name),
        )
        if name:
            self.page_requested.emit(PageRequest("clips", filters[self.by.currentIndex()].to_json()))

    @Slot()
    def _on_open_key(self) -> None:
        """Opens the row of the table with the focus; a stuck clip from anywhere else."""
        grouped = self._grouped()
        (grouped if grouped.view.hasFocus() else self.stuck).open_chosen()

    def _table_in_use(self) -> SortedTable:
        tables = (self.groups, self.people, self.days, self.stuck)
        return next((each for each in tables if each.view.hasFocus()), self._grouped())

    def _group_name(self, row: GroupProgress) -> str:
        if self.by.currentIndex() == 0:
            return term("CLIP_STATE", row.name)
        if self.by.currentIndex() == _PRODUCT and row.name:
            return self._product_name(row.name)
        return row.name or self.tr("none")

    # Making

    def _make_tables(self) -> None:
        no_clips = self.tr("No clip was imported yet.")
        self.groups = self._sorted(
            "progress_groups", self.tr("Clips"), self._group_columns(), _NARROW_PX, no_clips
        )
        self.people = self._sorted(
            "progress_people",
            self.tr("People"),
            self._people_columns(),
            _NARROW_PX,
            self.tr("Nobody has transcribed a clip yet."),
        )
        self.days = self._sorted("progress_days", self.tr("Days"), self._day_columns(), _NARROW_PX, no_clips)
        self.stuck = self._sorted(
            "progress_stuck",
            self.tr("Stuck clips"),
            self._stuck_columns(),
            _STUCK_PX,
            self.tr("No clip is stuck."),
        )
        self.days.sort_by(0, is_descending=True)
        self.stuck.opened.connect(self._on_open)
        for table in (self.groups, self.people):
            table.opened.connect(self._on_group_opened)

    def _sorted(
        self, name: str, title: str, columns: Sequence[SortedColumn[Any]], widths: Sequence[int], empty: str
    ) -> SortedTable:
        return SortedTable(
            self, name, title, columns, empty=empty, chooser=self._chooser, widths=widths, is_read=True
        )

    def _lay_out(self) -> None:
        refresh = self.button(
            "progress_refresh", self.tr("Refresh"), self.tr("Compute the figures anew"), self.refresh,
            shortcut_id="progress.refresh", glyph="refresh",
        )  # fmt: skip
        self.title_row.addWidget(refresh)
        top, bottom = QHBoxLayout(), QGridLayout()
        top.setSpacing(GROUP_PX)
        top.addWidget(self.chart, 3)
        top.addWidget(self.days, 2)
        bottom.setHorizontalSpacing(GROUP_PX)
        bottom.addLayout(self._make_grouped(), 0, 0)
        bottom.addWidget(self.stuck, 0, 1)
        bottom.setColumnStretch(0, 4)
        bottom.setColumnStretch(1, 5)  # an id is shown whole
        self.column.addWidget(self._make_figures())
        self.column.addLayout(top, 3)
        self.column.addLayout(bottom, 2)
        self.first_focus = self.days.view
        tab_through(
            refresh, self.days.csv_button, self.days.view, self.by, self.groups.csv_button, self.groups.view,
            self.people.csv_button, self.people.view, self.stuck.csv_button, self.stuck.view,
        )  # fmt: skip

    def _make_grouped(self) -> QVBoxLayout:
        """Clips or people in one place, behind the choice of the group."""
        self._stack = QStackedWidget(self)
        choose, grouped = QHBoxLayout(), QVBoxLayout()
        caption = self.label(self.tr("By"), "heading")
        caption.setBuddy(self.by)
        choose.addWidget(caption)
        choose.addWidget(self.by)
        choose.addStretch()
        for table in (self.groups, self.people):
            table.heading.hide()
            self._stack.addWidget(table)
            choose.addWidget(table.csv_button)
        self.people.csv_button.hide()
        grouped.setSpacing(GAP_PX // 2)
        grouped.addLayout(choose)
        grouped.addWidget(self._stack, 1)
        return grouped

    def _make_figures(self) -> QFrame:
        panel = named(QFrame(self), "progress_figures", self.tr("Figures"), kind="panel")
        panel.setToolTip("")
        grid = QGridLayout(panel)
        grid.setContentsMargins(GROUP_PX, GAP_PX, GROUP_PX, GAP_PX)
        grid.setHorizontalSpacing(GROUP_PX)
        grid.setVerticalSpacing(0)
        for place, (name, caption, hint) in enumerate(self._captions()):
            value = named(QLabel("–", self), f"progress_{name}", caption, kind="heading")
            value.setToolTip(hint)
            value.setFont(tabular(value.font()))
            self._figures[name] = value
            grid.addWidget(value, 0, place)
            grid.addWidget(self.label(caption), 1, place)
        return panel

    def _captions(self) -> tuple[tuple[str, str, str], ...]:
        pace = self.tr("If days go on as the last 14 went; a bootstrap over what was transcribed on them")
        worked = self.tr(
            "From opening to submitting, by the rows of the access log; a gap counts 5 minutes at most"
        )
        return (
            ("left", self.tr("Left to transcribe"), self.tr("Clips that lack a pass, and their length")),
            ("end", self.tr("Estimated end"), pace),
            ("between", self.tr("90 % interval"), pace),
            ("ratio", self.tr("Work to audio"), worked),
            ("late", self.tr("Late drafts"), self.tr("Work whose lease ended before it was submitted")),
            ("stuck", self.tr("Stuck clips"), self.tr("Clips that do not get on; why is in the table")),
            (
                "held",
                self.tr("Held back / on hold"),
                self.tr("Withheld for personal data; put on hold by a lead"),
            ),
        )

    def _group_columns(self) -> list[SortedColumn[GroupProgress]]:
        return [
            SortedColumn(self.tr("Group"), lambda row: row.name, self._group_name, is_figure=False),
            _count(self.tr("Clips"), lambda row: row.clips),
            SortedColumn(self.tr("Hours"), lambda row: row.seconds / 3600, lambda row: hours(row.seconds)),
            _count(self.tr("Done"), lambda row: row.transcribed),
            _count(self.tr("Final"), lambda row: row.finished),
            _count(self.tr("Withheld"), lambda row: row.withheld),
        ]

    def _people_columns(self) -> list[SortedColumn[PersonTotals]]:
        return [
            SortedColumn(self.tr("Name"), lambda row: row.name, is_figure=False),
            _count(self.tr("Passes"), lambda row: row.passes),
            _count(self.tr("14 days"), lambda row: row.recent),
            SortedColumn(
                self.tr("Audio, h"),
                lambda row: row.audio_seconds / 3600,
                lambda row: hours(row.audio_seconds),
            ),
            SortedColumn(
                self.tr("Work, h"),
                lambda row: row.worked_seconds / 3600,
                lambda row: hours(row.worked_seconds),
            ),
            SortedColumn(
                self.tr("Ratio"),
                lambda row: row.ratio,
                lambda row: "–" if row.ratio is None else f"{row.ratio:.1f}",
            ),
        ]

    def _day_columns(self) -> list[SortedColumn[DayProgress]]:
        return [
            SortedColumn(self.tr("Day (UTC)"), lambda row: row.day.isoformat(), is_figure=False),
            _count(self.tr("Imported"), lambda row: row.imported),
            _count(self.tr("Done"), lambda row: row.transcribed),
            _count(self.tr("Left"), lambda row: row.left),
        ]

    def _stuck_columns(self) -> list[SortedColumn[StuckClip]]:
        return [
            SortedColumn(self.tr("Why"), lambda row: row.reason.value, self._why, is_figure=False),
            SortedColumn(self.tr("Clip"), lambda row: row.clip_id, is_figure=False),
            SortedColumn(self.tr("Language"), lambda row: row.locale, is_figure=False),
            SortedColumn(self.tr("Who"), lambda row: row.who, is_figure=False),
            SortedColumn(
                self.tr("Since"),
                lambda row: row.since.isoformat(timespec="seconds"),
                lambda row: day_and_time(row.since),
            ),
        ]

    def _why(self, row: StuckClip) -> str:
        return {
            StuckReason.REFUSED: self.tr("{0} refusals").format(row.count),
            StuckReason.LONG_LEASE: self.tr("long lease"),
            StuckReason.NO_LANGUAGE: self.tr("no speaker"),
            StuckReason.NO_SKILL: self.tr("nobody has: {0}").format(row.skill),
        }[row.reason]


def _count(title: str, value: Callable[[Any], int]) -> SortedColumn[Any]:
    return SortedColumn(title, value, lambda row: f"{value(row):,}")


def _seconds(day: date) -> float:
    """The end of a day as a chart has it."""
    return datetime.combine(day, time(23, 59, 59), UTC).timestamp()
