"""The desk with a clip on it: waves, play bar, text, form, and the way out."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.intervals import Span
from reviewer.transcript.conventions import Conventions
from reviewer.ui.clip.clip_notice import ClipNotice
from reviewer.ui.clip.delayed_disable import DelayedDisable
from reviewer.ui.clip.submission_issues import SubmissionIssues
from reviewer.ui.form.flags import FlagsPanel
from reviewer.ui.form.panel import FormPanel
from reviewer.ui.form.scrolled import ScrolledColumn
from reviewer.ui.handles import named
from reviewer.ui.inline import InlineMessage
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message
from reviewer.ui.playback.play_bar import PlayBar
from reviewer.ui.shortcuts import Scope, key
from reviewer.ui.tab_order import tab_through
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.transcript.editor import TranscriptEditor
from reviewer.ui.transcript.palette import TagPalette
from reviewer.ui.waveform.room import room_for
from reviewer.ui.waveform.spectrogram import Spectrogram
from reviewer.ui.waveform.spectrogram_bar import SpectrogramBar, SpectrogramSwitch
from reviewer.ui.waveform.view import WaveformView
from reviewer.ui.waveform.zoom_buttons import ZoomButtons

if TYPE_CHECKING:
    from reviewer.desk.session import OpenClip

_SIDE_PX = (320, 480)
_SIDE_SHARE = 0.37
_OWN_COLUMN_FROM_PX = 1464  # of the board: a window of 1600
_OWN_COLUMN_PX = (440, 600)
_OWN_COLUMN_SHARE = 0.26
_SIDE_MARGIN_PX = 12
_COMPACT_BELOW_PX = (620, 700)


class ClipView(QWidget):
    """Shows an open clip and tells every change of its annotation as a new value."""

    annotation_changed = Signal(object)
    submit_requested = Signal()
    skip_requested = Signal()
    unheard_changed = Signal(object)
    """Carries the Spans of speech that are still to be heard before the work can go in."""

    def __init__(
        self, schema: Schema, conventions: Conventions, jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("board")
        self._blank = Annotation(schema_version=schema.id, conventions_version=conventions.id)
        self._annotation, self._unheard = self._blank, tuple[Span, ...]()
        self._is_missing_shown = False
        self.waves = WaveformView(self)
        self.spectrogram = Spectrogram(jobs, self.waves)
        self.waves.put_under(self.spectrogram)
        self.play_bar = PlayBar(Scope.DESK, self)
        SpectrogramBar(self.spectrogram, Scope.DESK)
        self.play_bar.add_right(SpectrogramSwitch(self.spectrogram, Scope.DESK, self.play_bar))
        self.play_bar.add_right(ZoomButtons(self.waves, Scope.DESK, self.play_bar))
        self.notice = ClipNotice(self)
        self.editor = TranscriptEditor(conventions, self)
        self.palette_of_tags = TagPalette(conventions, self)
        self.form = FormPanel(schema, self)
        keys = {flag: f"desk.flag_{place + 1}" for place, flag in enumerate(Flag)}
        self.flags = FlagsPanel(keys, self)
        self.message = InlineMessage("desk_message", parent=self)
        self._skip = self._way_out("skip", self.tr("Skip…"), self.tr("Skip this clip"), "desk.skip")
        self._submit = self._way_out("submit", self.tr("Submit"), self.tr("Submit"), "desk.submit", "primary")
        self._busy = DelayedDisable(
            (self.form, self.flags, self.palette_of_tags, self._submit, self._skip), self
        )
        self._scroll = ScrolledColumn("side", self.tr("Form and flags"), self)
        self._columns, self._whole = QHBoxLayout(), QHBoxLayout()
        self._lay_out()
        self._order_tabs()
        self._connect()

    def _order_tabs(self) -> None:
        tab_through(
            self.spectrogram,
            self.play_bar,
            self.notice,
            self.editor,
            self.flags,
            self.form,
            self.message,
            self._skip,
            self._submit,
        )

    @property
    def annotation(self) -> Annotation:
        """What was typed, answered and flagged, as it stands."""
        return self._annotation

    def show_clip(self, clip: "OpenClip") -> None:
        """Puts a clip on with the own draft, or the returned work, or an empty field."""
        self.message.clear()
        self._is_missing_shown = False
        self._unheard = ()  # another clip's waves have none
        self.waves.show_clip(clip.samples, clip.pyramid)
        start = clip.draft or (clip.returned.annotation if clip.returned is not None else self._blank)
        self._annotation = replace(
            start,
            schema_version=self._blank.schema_version,
            conventions_version=self._blank.conventions_version,
        )
        self.editor.show_text(start.text_verbatim)
        self.form.show_labels(start.labels)
        self.flags.show_flags(start.flags)
        self._scroll.verticalScrollBar().setValue(0)
        self.notice.show_for(clip, is_text_there=bool(start.text_verbatim))
        self.show_busy(is_busy=False)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        """Takes everything of the clip off the screen."""
        self.waves.show_nothing()
        self._annotation = self._blank
        self.editor.show_text("")
        self.form.show_labels({})
        self.flags.show_flags(())
        self.notice.show_nothing()
        self.message.clear()

    def show_busy(self, *, is_busy: bool) -> None:
        """While work is being handed in, nothing of it can be changed; if it takes long, that is seen."""
        self.editor.set_read_only(is_busy)
        self._busy.show(is_busy=is_busy)

    @property
    def is_missing_shown(self) -> bool:
        """Whether the user was told that something is missing, and it still is."""
        return self._is_missing_shown

    def show_missing(self, missing: SubmissionIssues) -> None:
        """Says what is still to be done and marks each place; nothing when nothing is."""
        self.form.show_problems(missing.fields)
        count = len(missing.sentences)
        if count:
            one, many = self.tr("One thing is missing."), self.tr("{0} things are missing.")
            head = one if count == 1 else many.format(count)
            self.message.show_message(Message(head, self._first_of(missing)), "warn")
        elif self._is_missing_shown:
            self.message.clear()
        self._is_missing_shown = count > 0
        unheard = missing.lack.spans if missing.lack is not None else ()
        if unheard != self._unheard:
            self._unheard = unheard
            self.unheard_changed.emit(unheard)

    def go_to_missing(self, missing: SubmissionIssues) -> None:
        """Puts the cursor into the first place that is to be mended; what is unheard has none."""
        if missing.is_only_unheard:
            return
        if not missing.in_text:
            self._go_to_field(missing.fields[0].field)
        elif not self.editor.next_problem():
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _first_of(self, missing: SubmissionIssues) -> str:
        if missing.is_only_unheard and missing.lack is not None and missing.lack.spans:
            next_part = self.tr("{0} plays the next of it.").format(key("desk.next_unheard").shown)
            return f"{missing.sentences[0]} {next_part}"
        return missing.sentences[0]

    @Slot()
    def turn(self) -> None:
        """Moves the keyboard between text and form."""
        if self.form.isAncestorOf(self.focusWidget() or self):
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.form.focus_field()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._change(replace(self._annotation, text_verbatim=text))

    @Slot(object)
    def _on_labels_changed(self, labels: object) -> None:
        if self._busy.is_on:
            self.form.show_labels(self._annotation.labels)
        elif isinstance(labels, dict):
            self._change(replace(self._annotation, labels=labels))

    @Slot(object)
    def _on_flags_changed(self, flags: object) -> None:
        if self._busy.is_on:
            self.flags.show_flags(self._annotation.flags)
        elif isinstance(flags, frozenset):
            self._change(replace(self._annotation, flags=flags))

    def _change(self, annotation: Annotation) -> None:
        self._annotation = annotation
        self.annotation_changed.emit(annotation)

    def _go_to_field(self, field: str) -> None:
        self._scroll.ensureWidgetVisible(self.form.row(field), 0, GROUP_PX)
        self.form.focus_field(field)

    def _way_out(self, name: str, text: str, spoken: str, key_id: str, kind: str = "") -> QPushButton:
        button = named(QPushButton(text, self), name, spoken, key_id=key_id, kind=kind)
        button.setAutoDefault(False)
        return button

    def _connect(self) -> None:
        self.editor.text_changed.connect(self._on_text_changed)
        self.form.labels_changed.connect(self._on_labels_changed)
        self.flags.flags_changed.connect(self._on_flags_changed)
        self.palette_of_tags.tag_requested.connect(self.editor.insert_tag)
        self.notice.use_requested.connect(self.editor.replace_text)
        self.spectrogram.look_changed.connect(self._share_room)
        self._submit.clicked.connect(self.submit_requested)
        self._skip.clicked.connect(self.skip_requested)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GAP_PX)
        left.addWidget(self.notice)
        left.addWidget(self.editor, 1)
        left.addWidget(self.palette_of_tags)
        self._columns.setSpacing(GROUP_PX)
        self._columns.addLayout(left, 1)
        self._columns.addWidget(self._side(), 100)
        ways_out = QHBoxLayout()
        ways_out.setSpacing(GROUP_PX)
        ways_out.addWidget(self.message, 1)
        ways_out.addWidget(self._skip, 0, Qt.AlignmentFlag.AlignBottom)
        ways_out.addWidget(self._submit, 0, Qt.AlignmentFlag.AlignBottom)
        above = QVBoxLayout()
        above.setSpacing(GAP_PX)
        above.addWidget(self.waves, 100)  # first up to its share; the rest is for typing
        above.addWidget(self.play_bar)
        above.addLayout(self._columns, 1)
        self._whole.setSpacing(GROUP_PX)
        self._whole.addLayout(above, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP_PX, GAP_PX, GROUP_PX, GAP_PX)
        column.setSpacing(GAP_PX)
        column.addLayout(self._whole, 1)
        column.addLayout(ways_out)

    def _side(self) -> QWidget:
        """Form and flags, which scroll when they are long."""
        column = self._scroll.column
        column.setContentsMargins(_SIDE_MARGIN_PX, GAP_PX, _SIDE_MARGIN_PX, GAP_PX)
        column.setSpacing(GROUP_PX)
        column.addWidget(self.flags)
        column.addWidget(self.form)
        column.addStretch()
        self._scroll.setMinimumWidth(_SIDE_PX[0])
        return self._scroll

    @Slot()
    def _share_room(self) -> None:
        """Waves take a share of the height, the form one of the width, whatever the clip brings along."""
        waves, spectrum = room_for(self.height(), has_spectrogram=self.spectrogram.look.is_on)
        self.spectrogram.setFixedHeight(spectrum)
        self.waves.setMaximumHeight(waves + spectrum)
        left = self.height() - spectrum
        side = self._place_side()
        is_small = self.width() - side < _COMPACT_BELOW_PX[0] or left < _COMPACT_BELOW_PX[1]
        self.palette_of_tags.set_compact(is_compact=is_small)

    def _place_side(self) -> int:
        """Beside the text, or in a wide window beside everything; gives its width."""
        is_wide = self.width() >= _OWN_COLUMN_FROM_PX
        home, other = (self._whole, self._columns) if is_wide else (self._columns, self._whole)
        if home.indexOf(self._scroll) < 0:
            other.removeWidget(self._scroll)
            home.addWidget(self._scroll, 100)  # up to its share; the rest is for the text
        least, most = _OWN_COLUMN_PX if is_wide else _SIDE_PX
        share = _OWN_COLUMN_SHARE if is_wide else _SIDE_SHARE
        side = min(max(round(self.width() * share), least), most)
        self._scroll.setMaximumWidth(side)
        return side

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()
