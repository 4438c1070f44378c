"""All clips in one table, with filters; from it a lead listens, assigns, holds and releases."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from reviewer.errors import Unavailable
from reviewer.files import new_text
from reviewer.lead.clip_table import write_clips
from reviewer.model.clip import ClipState
from reviewer.model.clip_list import ClipColumn, ClipFilter, ClipOrder, ListedClip, arranged, place_in
from reviewer.model.hold import HoldReason, ListenReason
from reviewer.model.people import PersonState, Role
from reviewer.ui.jobs import CancelToken, Job
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.clip_columns import FITTED, UNREAD_PX, WIDTHS, clip_columns
from reviewer.ui.lead.clip_filter_bar import ClipFilterBar
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.lead.listen_dialog import ListenDialog
from reviewer.ui.lead.opened_sound import OpenedSound
from reviewer.ui.lead.route_dialog import Route, RouteDialog
from reviewer.ui.lead.saved_filters import SavedFilters
from reviewer.ui.messages import Message, term
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX
from reviewer.ui.time_format import audio_amount
from reviewer.ui.waveform.waveform_view import WaveformView
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.layouts import FlowLayout
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import RowsModel, fit_columns
from reviewer.ui.widgets.widget_ids import enable, named, put_value

if TYPE_CHECKING:
    from reviewer.lead.session import LeadSession
    from reviewer.session.unsealed_clip import UnsealedClip
    from reviewer.ui.clip.workspace import ClipTools

_WAVES_PX = 112
_NAME_LETTERS, _REASON_LETTERS = 16, 24
_COLUMNS = tuple(ClipColumn)


@dataclass(frozen=True, slots=True)
class _Read:
    """All clips, and what the filter can offer of them."""

    clips: list[ListedClip]
    locales: tuple[str, ...]
    products: tuple[str, ...]
    people: tuple[str, ...]
    takers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """The clips that the filter lets through, in their order, and their length altogether."""

    clips: list[ListedClip]
    seconds: float


class ClipsPage(LeadPage):
    """Reads all clips at once, and filters and sorts them on the job pool: the window never waits."""

    scope = Scope.CLIPS

    def __init__(
        self,
        lead: "LeadSession",
        tools: "ClipTools",
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
    ) -> None:
        super().__init__("clips", self.tr("Clips"), tools.jobs, parent)
        self._lead = lead
        self._chooser = chooser or FileChooser()
        self._all: list[ListedClip] = []
        self._order = ClipOrder()
        self._arranging: Job | None = None
        self._opening = ""
        self._is_fitted = False
        self.clips = RowsModel(clip_columns(tools.product_name))
        saved = SavedFilters(tools.preferences, lead.identity.person.id)
        self.filters = ClipFilterBar(saved, self, tools.product_name)
        self.counts = named(QLabel(self), "clips_counts", self.tr("Clips listed"), kind="label")
        self.counts.setToolTip("")
        self.waves = WaveformView(self)
        self.waves.setFixedHeight(_WAVES_PX)
        self._sound = OpenedSound(lead.clip_list, lead.identity, tools, self.waves, self)
        self._make_table()
        self._make_buttons()
        self._make_choices()
        self._lay_out()
        self._connect()
        self._on_chosen()

    # Public

    @Slot()
    def refresh(self) -> None:
        """Reads all clips; nothing is opened."""
        lead = self._lead
        self.run(lambda _token: _read(lead), self._show_read)

    def enter(self) -> None:
        self.message.clear()
        self.refresh()

    def open_item(self, item: str) -> None:
        """Shows the clips of a filter, as ``ClipFilter.to_json`` writes it, or those with part of an id."""
        is_filter = item.startswith("{")
        self.filters.show_filter(ClipFilter.from_json(item) if is_filter else ClipFilter(id_part=item))

    def leave(self) -> None:
        self._sound.close()
        self._on_chosen()

    def close_down(self) -> None:
        super().close_down()
        self._sound.close_down()

    @property
    def playback(self) -> PlaybackController:
        """The playback of opened clips."""
        return self._sound.playback

    @property
    def chosen(self) -> ListedClip | None:
        """The clip that is selected in the table."""
        rows = self.clip_table.selectionModel().selectedRows()
        return self.clips.rows[rows[0].row()] if rows else None

    @property
    def order(self) -> ClipOrder:
        """By what the table is sorted."""
        return self._order

    @Slot()
    def beat_now(self) -> None:
        """Checks that the open clip may stay open; if not, it leaves the screen and the sound stops."""
        self._sound.beat_now()

    # Reading, filtering, sorting

    def _show_read(self, read: _Read) -> None:
        self._all, self._is_fitted = read.clips, False
        self.filters.offer(read.locales, read.products, read.people)
        chosen = self.names.currentText()
        self.names.clear()
        self.names.addItems(read.takers)
        self.names.setCurrentText(chosen)
        self._arrange()

    @Slot()
    def _arrange(self) -> None:
        wanted, order, clips = self.filters.chosen(), self._order, self._all
        if wanted is None:
            self.message.show_message(
                Message(
                    self.tr("The filter is not complete."),
                    self.tr("A day is written like this: 2026-11-28; a length in seconds, like 2.5."),
                ),
                "error",
            )
            return
        if self._arranging is not None:
            self._arranging.cancel()

        def work(token: CancelToken) -> _Found:
            found = arranged(clips, wanted, order, lambda: token.is_cancelled)
            return _Found(found, sum(clip.seconds for clip in found))

        self._arranging = self.run(work, self._show_found)

    def _show_found(self, found: _Found) -> None:
        before, scrolled = self.chosen, self.clip_table.verticalScrollBar().value()
        self.clip_table.set_empty_text(
            self.tr("No clip matches the filter.") if self._all else self.tr("No clip was imported yet.")
        )
        self.clips.show_rows(found.clips)
        if found.clips and not self._is_fitted and self.clip_table.isVisible():
            self._is_fitted = True  # from then on a width stays as it is dragged
            self._fit_columns()
        place = _place_of(before, found.clips)
        if found.clips:
            self.clip_table.selectRow(max(place, 0))
            if place >= 0:
                self.clip_table.verticalScrollBar().setValue(scrolled)
        self._show_counts(found.seconds)

    def _fit_columns(self) -> None:
        """Leaves out the skills where no clip asks for one; names are shown whole before other words."""
        self._show_routes_if(any(clip.route for clip in self._all))
        shown = [_COLUMNS.index(column) for column in FITTED]
        shown = [place for place in shown if not self.clip_table.isColumnHidden(place)]
        fit_columns(self.clip_table, shown, yields=shown[-1])

    def _show_routes_if(self, has_routes: bool) -> None:  # noqa: FBT001 - as Qt's own setters
        self.clip_table.setColumnHidden(_COLUMNS.index(ClipColumn.ROUTE), not has_routes)

    def _show_counts(self, seconds: float) -> None:
        put_value(
            self.counts,
            self.tr("{0} of {1} clips, {2}").format(
                f"{self.clips.rowCount():,}", f"{len(self._all):,}", audio_amount(seconds)
            ),
        )

    def _show_row(self, clip: ListedClip) -> None:
        """Shows one clip as it is now: in its place of the order, or not any more if the filter says so."""
        at = bisect_left(self._all, clip.id, key=lambda each: each.id)
        if at == len(self._all) or self._all[at].id != clip.id:
            return
        self._all[at] = clip
        if clip.route:
            self._show_routes_if(True)
        wanted = self.filters.chosen()
        if wanted is None or (self._arranging is not None and self._arranging.is_running):
            self._arrange()  # what is being arranged has the clip as it was
            return
        rows = self.clips.rows
        place = _place_of(clip, rows)
        if place < 0:
            return
        if wanted.predicate()(clip):
            to = place_in([*rows[:place], *rows[place + 1 :]], clip, self._order)
            self.clips.replace_row(place, clip, to)
        else:
            self.clips.remove_row(place)
            self.clip_table.selectRow(min(place, self.clips.rowCount() - 1))
            self._show_counts(sum(each.seconds for each in self.clips.rows))
        self._update_buttons()

    @Slot(int)
    def _on_header(self, place: int) -> None:
        """Sorts by a column; a second click turns the order round."""
        column = _COLUMNS[place]
        is_same = column is self._order.column
        self._sort(ClipOrder(column, not self._order.is_descending if is_same else False))

    @Slot()
    def _on_next_column(self) -> None:
        shown = [each for each in _COLUMNS if not self.clip_table.isColumnHidden(_COLUMNS.index(each))]
        place = (shown.index(self._order.column) + 1) % len(shown) if self._order.column in shown else 0
        self._sort(ClipOrder(shown[place], is_descending=False))

    @Slot()
    def _on_reverse(self) -> None:
        self._sort(replace(self._order, is_descending=not self._order.is_descending))

    def _sort(self, order: ClipOrder) -> None:
        self._order = order
        self._show_order()
        self._arrange()

    def _show_order(self) -> None:
        direction = Qt.SortOrder.DescendingOrder if self._order.is_descending else Qt.SortOrder.AscendingOrder
        self.clip_table.horizontalHeader().setSortIndicator(_COLUMNS.index(self._order.column), direction)

    # Acts

    @Slot()
    def _on_chosen(self) -> None:
        clip = self.chosen
        if self._sound.clip_id and (clip is None or clip.id != self._sound.clip_id):
            self._sound.close()
        if not self._sound.clip_id:
            hint = self.tr("Open a clip to hear it. You are asked why, and it is logged.")
            self.waves.show_nothing(hint if clip is not None else "")
        self._update_buttons()

    @Slot()
    def _update_buttons(self) -> None:
        clip, is_open = self.chosen, bool(self._sound.clip_id)
        none = self.tr("No clip is selected.")
        is_gone = clip is not None and clip.state is ClipState.PURGED
        enable(
            self.open_button,
            clip is not None and not is_open and not is_gone,
            none if clip is None else self.tr("It is open, or its content was destroyed."),
        )
        enable(self.play_button, is_open, self.tr("Open the clip first."))
        enable(self.assign_button, clip is not None and not is_gone and self.names.count() > 0, none)
        enable(self.hold_button, clip is not None and not is_gone, none)
        enable(self.route_button, self.clips.rowCount() > 0, self.tr("No clip is listed."))
        can_go = clip is not None and bool(clip.hold or clip.has or clip.state is ClipState.WITH_LEAD)
        enable(
            self.release_button, can_go, self.tr("It is not on hold, nobody has it, and it does not wait.")
        )

    @Slot()
    def _on_open(self) -> None:
        if self.chosen is not None and not self._sound.clip_id:
            self._opening = self.chosen.id
            dialog = ListenDialog(self)
            dialog.listen_requested.connect(self._on_listen)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    @Slot(object, str)
    def _on_listen(self, reason: ListenReason, note: str) -> None:
        lead, clip_id = self._lead, self._opening
        self.message.clear()
        self.run(lambda _token: lead.clip_list.open(lead.identity, clip_id, reason, note), self._show_sound)

    def _show_sound(self, sound: "UnsealedClip") -> None:
        if self.chosen is None or self.chosen.id != sound.clip.id or not self.isVisible():
            self._sound.close_unseen(sound.clip.id)
            return
        self._sound.show(sound)
        self._update_buttons()

    @Slot(object)
    def _on_put_away(self, error: Exception) -> None:
        self._on_chosen()
        self.message.show_error(error)

    @Slot()
    def _on_play(self) -> None:
        if self._sound.clip_id:
            self.playback.toggle()

    @Slot()
    def _on_assign(self) -> None:
        lead, name = self._lead, self.names.currentText()
        done = self.tr("Assigned to {0}.").format(name)
        self._act(lambda clip: lead.clip_list.assign(lead.identity, clip, name), done)

    @Slot()
    def _on_hold(self) -> None:
        lead, reason = self._lead, HoldReason(self.reasons.currentData())
        done = self.tr("On hold: nobody gets the clip, and no export has it.")
        self._act(lambda clip: lead.clip_list.hold(lead.identity, clip, reason), done)

    @Slot()
    def _on_route(self) -> None:
        clip, listed = self.chosen, self.clips.rowCount()
        skill, priority = (clip.skill, clip.priority) if clip is not None else ("", 0)
        dialog = RouteDialog(listed, skill, priority, self, has_clip=clip is not None)
        dialog.route_requested.connect(self._on_route_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _on_route_chosen(self, route: Route) -> None:
        lead, chosen = self._lead, self.chosen
        clips = [clip.id for clip in self.clips.rows] if route.is_for_all else [chosen.id] if chosen else []
        done = self.tr("Set for {0} clips.").format(f"{len(clips):,}")
        self.message.clear()

        def work(_token: CancelToken) -> _Read:
            lead.clip_list.route(lead.identity, clips, skill=route.skill, priority=route.priority)
            return _read(lead)

        self.run(work, partial(self._on_routed, done))

    def _on_routed(self, done: str, read: _Read) -> None:
        self.message.show_message(Message(done), "ok")
        self._show_read(read)

    @Slot()
    def _on_release(self) -> None:
        clip = self.chosen
        if clip is None:
            return
        if clip.has and not clip.hold:
            self.confirm(
                self.tr("Take the clip from {0}?").format(", ".join(clip.has)),
                self.tr("Their lease ends, and they do not get this clip again. Their text is kept."),
                self.tr("Release"),
                partial(self._release, clip.id),
            )
            return
        self._release(clip.id)

    def _release(self, clip_id: str) -> None:
        lead, done = self._lead, self.tr("Released.")
        self._act_on(clip_id, lambda clip: lead.clip_list.release(lead.identity, clip), done)

    def _act(self, act: Callable[[str], object], done: str) -> None:
        if self.chosen is not None:
            self._act_on(self.chosen.id, act, done)

    def _act_on(self, clip_id: str, act: Callable[[str], object], done: str) -> None:
        """Acts, and reads this clip again; the other rows stay as they are."""
        lead = self._lead
        self.message.clear()

        def work(_token: CancelToken) -> ListedClip:
            act(clip_id)
            return lead.clip_list.row(lead.identity, clip_id)

        self.run(work, partial(self._on_done, done))

    def _on_done(self, done: str, clip: ListedClip) -> None:
        self.message.show_message(Message(done), "ok")
        self._show_row(clip)

    @Slot()
    def _on_csv(self) -> None:
        place = self._chooser.table(self, self.tr("Save the list of clips"), self.tr("clips.csv"))
        if place is not None:
            rows = self.clips.rows
            self.run(lambda _token: _write(place, rows), self._on_written)

    def _on_written(self, rows: int) -> None:
        self.message.show_message(Message(self.tr("{0} rows written.").format(f"{rows:,}")), "ok")

    # Making

    def _make_table(self) -> None:
        self.first_focus = self.clip_table = self.table(
            "clips_table",
            self.tr("All clips"),
            self.clips,
            stretch=_COLUMNS.index(FITTED[-1]),
            empty=self.tr("Reading the list…"),
        )
        for column in FITTED:
            self.clip_table.setColumnWidth(_COLUMNS.index(column), UNREAD_PX)
        for column, width in WIDTHS.items():
            self.clip_table.setColumnWidth(_COLUMNS.index(column), width)
        header = self.clip_table.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        self._show_order()

    def _make_buttons(self) -> None:
        self.refresh_button = self.button(
            "clips_refresh", self.tr("Refresh"), self.tr("Refresh the list"), self.refresh,
            shortcut_id="clips.refresh", glyph="refresh",
        )  # fmt: skip
        self.csv_button = self.button(
            "clips_csv", self.tr("Save as CSV…"), self.tr("Write the clips that are listed to a file"),
            self._on_csv, shortcut_id="clips.csv", glyph="save",
        )  # fmt: skip
        self.open_button = self.button(
            "clips_open", self.tr("Listen…"), self.tr("Say why, and hear the clip; logged"), self._on_open,
            shortcut_id="clips.open", kind="primary",
        )  # fmt: skip
        self.play_button = self.button(
            "clips_play", self.tr("Play"), self.tr("Play or stop"), self._on_play, shortcut_id="clips.play"
        )
        self.assign_button = self.button(
            "clips_assign", self.tr("Assign"), self.tr("Give a pass, review or adjudication to this person"),
            self._on_assign, shortcut_id="clips.assign",
        )  # fmt: skip
        self.hold_button = self.button(
            "clips_hold", self.tr("Hold"), self.tr("Keep the clip from everybody, for this reason"),
            self._on_hold, shortcut_id="clips.hold",
        )  # fmt: skip
        self.release_button = self.button(
            "clips_release", self.tr("Release"),
            self.tr("End the hold or the lease, or put the clip back into the queue"), self._on_release,
            shortcut_id="clips.release",
        )  # fmt: skip

        self.route_button = self.button(
            "clips_route", self.tr("Skill, priority…"),
            self.tr("Set who can get the clip, or all that are listed, and how early"), self._on_route,
            shortcut_id="clips.route",
        )  # fmt: skip

    def _make_choices(self) -> None:
        self.names = self._choice("clips_names", self.tr("Who gets the clip"), _NAME_LETTERS)
        self.reasons = self._choice("clips_reasons", self.tr("Reason for the hold"), _REASON_LETTERS)
        for reason in HoldReason:
            self.reasons.addItem(term("HOLD_REASON", reason), reason)

    def _choice(self, name: str, spoken: str, letters: int) -> QComboBox:
        made = named(QComboBox(self), name, spoken)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(letters)
        return made

    def _lay_out(self) -> None:
        self.title_row.addWidget(self.counts)
        self.title_row.addSpacing(GAP_PX)
        self.title_row.addWidget(self.csv_button)
        self.title_row.addWidget(self.refresh_button)
        groups = (
            (self.open_button, self.play_button), (self.names, self.assign_button),
            (self.reasons, self.hold_button, self.release_button), (self.route_button,),
        )  # fmt: skip
        below = FlowLayout(gap_px=GAP_PX)
        for parts in groups:
            below.addWidget(self._group(parts))
        self.column.addWidget(self.filters)
        self.column.addWidget(self.clip_table, 1)
        self.column.addWidget(self.waves)
        self.column.addLayout(below)
        tab_through(
            self.csv_button, self.refresh_button, *self.filters.stops(), self.clip_table,
            *(part for parts in groups for part in parts),
        )  # fmt: skip

    def _group(self, parts: tuple[QWidget, ...]) -> QWidget:
        """Parts that stay beside each other in a narrow window."""
        group = QWidget(self)
        row = QHBoxLayout(group)
        row.setContentsMargins(0, 0, GAP_PX, 0)
        row.setSpacing(GAP_PX)
        for part in parts:
            row.addWidget(part)
        return group

    def _connect(self) -> None:
        self.filters.changed.connect(self._arrange)
        self._sound.put_away.connect(self._on_put_away)
        self._sound.not_logged.connect(self.message.show_error)
        self.clip_table.horizontalHeader().sectionClicked.connect(self._on_header)
        self.clip_table.doubleClicked.connect(self._on_open)
        self.clip_table.selectionModel().selectionChanged.connect(self._on_chosen)
        self.clips.modelReset.connect(self._on_chosen)
        bind_shortcut(self, "clips.find", self.filters.focus_id)
        bind_shortcut(self, "clips.sort", self._on_next_column)
        bind_shortcut(self, "clips.reverse", self._on_reverse)


def _read(lead: "LeadSession") -> _Read:
    """On the job pool."""
    clips = lead.clip_list.rows(lead.identity)
    people = sorted({name for clip in clips for name in clip.people}, key=str.casefold)
    takers = (
        person.name
        for person in lead.people()
        if person.role in {Role.CONTRACTOR, Role.QA} and person.state is PersonState.ACTIVE
    )
    return _Read(
        clips,
        tuple(sorted({clip.locale for clip in clips} - {""})),
        tuple(sorted({clip.product for clip in clips} - {""})),
        tuple(people),
        tuple(sorted(takers, key=str.casefold)),
    )


def _write(place: Path, rows: Sequence[ListedClip]) -> int:
    """On the job pool; returns the number of rows."""
    try:
        with new_text(place) as file:  # half a table would look whole
            write_clips(file, rows)
    except OSError as error:
        raise Unavailable("TABLE_NOT_WRITTEN", problem=error.strerror or "") from error
    return len(rows)


def _place_of(clip: ListedClip | None, clips: Sequence[ListedClip]) -> int:
    """Where a clip is in a list, by its id; -1 if it is not there."""
    if clip is None:
        return -1
    return next((place for place, each in enumerate(clips) if each.id == clip.id), -1)
