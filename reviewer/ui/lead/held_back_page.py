"""Clips that are held back because of personal data: what was found, and every way on."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from reviewer.model.annotation import PersonalDataKind
from reviewer.model.held_back import HeldBackClip, HeldState, ReleaseReason
from reviewer.model.intervals import Span
from reviewer.model.people import Person, PersonState, Role
from reviewer.model.redaction import HearingReason, Redaction, RedactionState
from reviewer.ui.clip.muted_span_playback import MutedSpanPlayback
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.held_back_rows import clip_columns, content_words, redaction_columns
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.lead.opened_sound import OpenedSound
from reviewer.ui.messages import Message, term
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.private_clipboard import copied
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.waveform.waveform_view import WaveformView
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import RowsModel
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.lead.held_back import OpenedHeldClip
    from reviewer.lead.session import LeadSession
    from reviewer.model.event import HeardRange
    from reviewer.session.muted_span import MutedSpan
    from reviewer.ui.clip.workspace import ClipTools

_WAVES_PX = 150
_LIST_PX = 220
_REASON_LETTERS = 16
_NAME_PX = 180


class _HeldText(QPlainTextEdit):
    """Texts of a clip, of which nothing can be pasted into another program."""

    def createMimeDataFromSelection(self) -> QMimeData:
        return copied(self, self.textCursor().selectedText())


class HeldBackPage(LeadPage):
    """The clips above; below them the redactions of the chosen one, and its content once it was opened."""

    scope = Scope.HELD

    def __init__(self, lead: "LeadSession", tools: "ClipTools", parent: QWidget | None = None) -> None:
        super().__init__("held", self.tr("Held back"), tools.jobs, parent)
        self._lead = lead
        self._people: list[Person] = []
        self._opened: OpenedHeldClip | None = None
        self.clips = RowsModel(clip_columns())
        self.redactions = RowsModel(redaction_columns(self._rate_hz))
        self.waves = WaveformView(self)
        self.waves.setFixedHeight(_WAVES_PX)
        self._sound = OpenedSound(lead.held_back, lead.identity, tools, self.waves, self)
        self._sound.put_away.connect(self._on_put_away)
        self._sound.not_logged.connect(self.message.show_error)
        self.muted = MutedSpanPlayback(tools.player_factory, self)
        self.muted.heard_due.connect(self._on_muted_heard)
        self.text = named(_HeldText(self), "held_text", self.tr("Drafts and texts of the clip"))
        self.text.setToolTip("")
        self.text.setReadOnly(True)
        self.text.setPlaceholderText(self.tr("Drafts and submitted texts are shown here once it is open."))
        self.text.setTabChangesFocus(True)
        self._make_tables()
        self._make_buttons()
        self._make_choices()
        self._lay_out()
        self.clip_table.selectionModel().selectionChanged.connect(self._on_chosen)
        self.clips.modelReset.connect(self._on_chosen)
        self.redaction_table.selectionModel().selectionChanged.connect(self._update_buttons)
        self.waves.selection_changed.connect(self._update_buttons)
        self._on_chosen()

    # Public

    @Slot()
    def refresh(self) -> None:
        """Reads what is held back; nothing is opened."""
        lead = self._lead
        self.run(lambda _token: (lead.held_back.clips(lead.identity), lead.people()), self._show)

    def enter(self) -> None:
        self.message.clear()
        self.refresh()

    def leave(self) -> None:
        self._close_clip()

    def close_down(self) -> None:
        super().close_down()
        self._close_clip()
        self._sound.close_down()

    @property
    def playback(self) -> PlaybackController:
        """The playback of opened clips."""
        return self._sound.playback

    @property
    def chosen(self) -> HeldBackClip | None:
        """The clip that is selected in the table."""
        rows = self.clip_table.selectionModel().selectedRows()
        return self.clips.rows[rows[0].row()] if rows else None

    # Showing

    def _show(self, found: tuple[tuple[HeldBackClip, ...], list[Person]]) -> None:
        held, self._people = found
        before = self.chosen
        self.clips.show_rows(held)
        ids = [one.clip.id for one in held]
        if held:
            self.clip_table.selectRow(ids.index(before.clip.id) if before and before.clip.id in ids else 0)

    @Slot()
    def _on_chosen(self) -> None:
        held = self.chosen
        if self._opened is not None and (held is None or held.clip.id != self._opened.held.clip.id):
            self._close_clip()
        redactions = held.redactions if held is not None else ()
        self.redactions.show_rows(redactions)
        waiting = [place for place, one in enumerate(redactions) if one.state is RedactionState.PROPOSED]
        if waiting:
            self.redaction_table.selectRow(waiting[0])
        if self._opened is None:
            self.waves.show_nothing(
                self.tr("Open the clip to hear what is around it. Opening is logged.")
                if held is not None
                else ""
            )
        self._show_names(held)
        self._update_buttons()

    def _show_names(self, held: HeldBackClip | None) -> None:
        role = Role.CONTRACTOR if held is not None and held.state is HeldState.QUARANTINED else Role.QA
        self.names.clear()
        for person in self._people:
            if person.role is role and person.state is PersonState.ACTIVE:
                self.names.addItem(person.name)

    def _show_opened(self, opened: "OpenedHeldClip") -> None:
        if self.chosen is None or self.chosen.clip.id != opened.held.clip.id or not self.isVisible():
            self._sound.close_unseen(opened.held.clip.id)
            return
        self._opened = opened
        self._sound.show(opened.sound)
        self.text.setPlainText(content_words(opened))
        self._update_buttons()

    def _rate_hz(self) -> int:
        return self.chosen.clip.rate_hz if self.chosen is not None else 1

    @Slot()
    def _update_buttons(self) -> None:
        held = self.chosen
        is_open = self._opened is not None
        is_muted = held is not None and any(one.is_muted for one in held.redactions)
        has_selection = is_open and not self.waves.selection.is_empty
        redaction = self._redaction()
        is_proposed = redaction is not None and redaction.state is RedactionState.PROPOSED
        none = self.tr("No clip is selected.")
        muted = self.tr("Decide about the muted part first.")
        enable(self.open_button, held is not None and not is_open, none)
        enable(self.play_button, is_open, self.tr("Open the clip first."))
        enable(
            self.redact_button,
            held is not None and (is_muted or has_selection),
            self.tr("Open the clip and select what was said."),
        )
        enable(self.hear_button, is_open and is_proposed, self.tr("Open the clip and select a redaction."))
        enable(self.reject_button, is_proposed, self.tr("No proposed redaction is selected."))
        for button in (self.release_button, self.reassign_button):
            enable(button, held is not None and not is_muted, muted if held is not None else none)
        for button in (self.drop_button, self.purge_button):
            enable(button, held is not None, none)

    def _redaction(self) -> Redaction | None:
        rows = self.redaction_table.selectionModel().selectedRows()
        return self.redactions.rows[rows[0].row()] if rows else None

    # While a clip is open

    @Slot()
    def beat_now(self) -> None:
        """Checks that the open clip may stay open; if not, it leaves the screen and the sound stops."""
        self._sound.beat_now()

    @Slot(object)
    def _on_put_away(self, error: Exception) -> None:
        self._close_clip()
        self.message.show_error(error)

    # Acts

    @Slot()
    def _on_open(self) -> None:
        held, lead = self.chosen, self._lead
        if held is not None and self._opened is None:
            self.run(lambda _token: lead.held_back.open(lead.identity, held.clip.id), self._show_opened)

    @Slot()
    def _on_play(self) -> None:
        if self._opened is not None:
            self.playback.toggle()

    @Slot()
    def _on_redact(self) -> None:
        selection = self.waves.selection
        span = None if self._opened is None or selection.is_empty else Span(selection.start, selection.end)
        kind = PersonalDataKind(self.kinds.currentData())
        done = self.tr("The sound is removed; the clip has a new key.")
        self._act(lambda clip: self._lead.held_back.redact(self._lead.identity, clip, span, kind), done)

    @Slot()
    def _on_reject(self) -> None:
        redaction, lead = self._redaction(), self._lead
        if redaction is not None:
            done = self.tr("Rejected: it can be heard again.")
            self._act(lambda _clip: lead.redactions.reject(lead.identity, redaction.id), done)

    @Slot()
    def _on_hear(self) -> None:
        redaction = self._redaction()
        if redaction is not None and self._opened is not None:
            self.playback.pause()
            self.muted.ask(self.hear_button, partial(self._hear, redaction.id))

    def _hear(self, redaction_id: str, reason: HearingReason) -> None:
        lead = self._lead
        self.run(
            lambda _token: lead.redactions.hear(lead.identity, redaction_id, reason), self._on_muted_opened
        )

    def _on_muted_opened(self, span: "MutedSpan") -> None:
        if self._opened is not None and self._opened.held.clip.id == span.redaction.clip_id:
            self.muted.play(span)

    @Slot(str, object)
    def _on_muted_heard(self, redaction_id: str, ranges: "Sequence[HeardRange]") -> None:
        lead = self._lead
        self.run(
            lambda _token: lead.redactions.heard(lead.identity, redaction_id, ranges),
            lambda _done: None,
            failed=self._on_not_logged,
        )

    def _on_not_logged(self, error: Exception) -> None:
        self.muted.stop()
        self.message.show_error(error)

    @Slot()
    def _on_release(self) -> None:
        reason = ReleaseReason(self.reasons.currentData())
        done = self.tr("Released.")
        self._act(lambda clip: self._lead.held_back.release(self._lead.identity, clip, reason), done)

    @Slot()
    def _on_drop(self) -> None:
        done = self.tr("The drafts in which something was found are removed; the clip still waits.")
        self._act(lambda clip: self._lead.held_back.drop_drafts(self._lead.identity, clip), done)

    @Slot()
    def _on_reassign(self) -> None:
        name = self.names.currentText()
        done = self.tr("It goes to {0}.").format(name)
        self._act(lambda clip: self._lead.held_back.reassign(self._lead.identity, clip, name), done)

    @Slot()
    def _on_purge(self) -> None:
        held = self.chosen
        if held is None:
            return
        self.confirm(
            self.tr("Purge this clip?"),
            self.tr("Its key is destroyed, and with it sound, drafts and all work. This cannot be undone."),
            self.tr("Purge"),
            self._purge_now,
        )

    @Slot()
    def _purge_now(self) -> None:
        done = self.tr("Purged.")
        self._act(lambda clip: self._lead.held_back.purge(self._lead.identity, clip), done)

    def _act(self, act: Callable[[str], object], done: str) -> None:
        """Closes the clip, decides about it, and reads the list again."""
        held = self.chosen
        if held is None:
            return
        self._close_clip()
        self.message.clear()
        self.run(lambda _token: act(held.clip.id), partial(self._on_done, done))

    def _on_done(self, done: str, _result: object) -> None:
        self.message.show_message(Message(done), "ok")
        self.refresh()

    def _close_clip(self) -> None:
        """Removes the content from the screen; the pool closes it, with its row."""
        self._opened = None
        self.muted.stop()
        self._sound.close()
        self.text.clear()
        self._update_buttons()

    # Making

    def _make_tables(self) -> None:
        self.clip_table = self.table(
            "held_clips",
            self.tr("Clips that are held back"),
            self.clips,
            stretch=2,
            empty=self.tr("No clip is held back because of personal data."),
            is_read=True,
        )
        for column, width in enumerate((150, 110, 0, 150, 130)):
            if width:
                self.clip_table.setColumnWidth(column, width)
        self.redaction_table = self.table(
            "held_redactions",
            self.tr("Redactions of the selected clip"),
            self.redactions,
            stretch=3,
            empty=self.tr("Muted and removed parts of the selected clip are listed here."),
        )

    def _make_buttons(self) -> None:
        self.open_button = self.button(
            "held_open", self.tr("Open"), self.tr("Show texts and sound; logged"), self._on_open,
            shortcut_id="held.open", kind="primary",
        )  # fmt: skip
        self.play_button = self.button(
            "held_play", self.tr("Play"), self.tr("Play or stop"), self._on_play, shortcut_id="held.play"
        )
        self.hear_button = self.button(
            "held_hear", self.tr("Hear…"), self.tr("Hear the muted part once, after a reason; logged"),
            self._on_hear, shortcut_id="held.hear",
        )  # fmt: skip
        self.redact_button = self.button(
            "held_redact", self.tr("Remove sound"),
            self.tr("Confirm what is muted, and what is selected in the waveform, and remove it"),
            self._on_redact, shortcut_id="held.redact",
        )  # fmt: skip
        self.reject_button = self.button(
            "held_reject", self.tr("Reject"), self.tr("The selected redaction is not personal data"),
            self._on_reject, shortcut_id="held.reject",
        )  # fmt: skip
        self.release_button = self.button(
            "held_release", self.tr("Release"), self.tr("Let the clip go, for this reason"),
            self._on_release, shortcut_id="held.release",
        )  # fmt: skip
        self.drop_button = self.button(
            "held_drop", self.tr("Remove drafts"), self.tr("Remove the drafts in which something was found"),
            self._on_drop, shortcut_id="held.drop",
        )  # fmt: skip
        self.reassign_button = self.button(
            "held_reassign", self.tr("Hand over"), self.tr("Let this person listen"), self._on_reassign,
            shortcut_id="held.reassign",
        )  # fmt: skip
        self.purge_button = self.button(
            "held_purge", self.tr("Purge…"), self.tr("Destroy the clip's key"), self._on_purge,
            shortcut_id="held.purge", kind="danger",
        )  # fmt: skip

    def _make_choices(self) -> None:
        self.kinds = self._choice("held_kinds", self.tr("Kind of personal data"))
        for kind in PersonalDataKind:
            self.kinds.addItem(term("PERSONAL_DATA", kind), kind)
        self.reasons = self._choice("held_reasons", self.tr("Reason for the release"))
        for reason in ReleaseReason:
            self.reasons.addItem(term("RELEASE_REASON", reason), reason)
        self.reasons.setMaximumWidth(self.reasons.sizeHint().width())
        self.reasons.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.reasons.setMinimumContentsLength(_REASON_LETTERS)
        self.names = self._choice("held_names", self.tr("Who listens"))
        self.names.setMinimumWidth(_NAME_PX)

    def _choice(self, name: str, spoken: str) -> QComboBox:
        return named(QComboBox(self), name, spoken)

    def _lay_out(self) -> None:
        self.title_row.addWidget(
            self.button(
                "held_refresh",
                self.tr("Refresh"),
                self.tr("Refresh the list"),
                self.refresh,
                shortcut_id="held.refresh",
                glyph="refresh",
            )
        )
        below = QWidget(self)
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addWidget(self.waves)
        both = QHBoxLayout()
        both.setSpacing(GROUP_PX)
        both.addWidget(self.redaction_table, 1)
        both.addWidget(self.text, 1)
        column.addLayout(both, 1)
        opening = (self.open_button, self.play_button, self.hear_button)
        removing = (self.kinds, self.redact_button, self.reject_button)
        column.addLayout(self._row(*opening, None, *removing))
        letting_go = (self.reasons, self.release_button)
        handing_on = (self.names, self.reassign_button)
        column.addLayout(self._row(*letting_go, None, *handing_on, None, self.drop_button, self.purge_button))
        self.column.addWidget(self._split(self.clip_table, below), 1)
        tab_through(
            self.clip_table, self.redaction_table, self.text, self.open_button, self.play_button,
            self.hear_button, self.kinds, self.redact_button, self.reject_button, self.reasons,
            self.release_button, self.names, self.reassign_button, self.drop_button, self.purge_button,
        )  # fmt: skip

    def _split(self, above: QWidget, below: QWidget) -> QSplitter:
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setObjectName("border")
        split.setChildrenCollapsible(False)
        split.setHandleWidth(GAP_PX)
        for part, share in ((above, 1), (below, 2)):
            split.addWidget(part)
            split.setStretchFactor(split.indexOf(part), share)
        split.setSizes([_LIST_PX, 2 * _LIST_PX])
        return split

    def _row(self, *parts: QWidget | None) -> QHBoxLayout:
        """Parts in a row; None is a gap that takes what is left."""
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        for part in parts:
            if part is None:
                row.addStretch()
            else:
                row.addWidget(part, 1 if part is self.reasons else 0)  # as wide as its words if there is room
        return row
