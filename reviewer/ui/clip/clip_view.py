"""A clip on the screen: waveform panel, one of its stages, the message line, and the stage's actions."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation
from reviewer.session.coverage import Lack
from reviewer.session.typed_personal_data import PersonalDataFinder
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.history import History
from reviewer.ui.clip.clip_facts import ClipFacts
from reviewer.ui.clip.delayed_disable import DelayedDisable
from reviewer.ui.clip.redaction_bar import RedactionBar
from reviewer.ui.clip.submission_issues import SubmissionIssues
from reviewer.ui.clip.transcription_panel import TranscriptionPanel
from reviewer.ui.clip.waveform_panel import WaveformPanel
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.messages import Message, translated_catalogue
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.theme import GAP_PX, GRID_PX, GROUP_PX
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.tab_order import tab_through

if TYPE_CHECKING:
    from reviewer.session.open_clip import OpenClip
    from reviewer.transcript.text_checker import CheckText

_SIDE_PX = (320, 480)
_SIDE_SHARE = 0.37
_OWN_COLUMN_FROM_PX = 1464  # of the view: a window of 1600
_OWN_COLUMN_PX = (440, 600)
_OWN_COLUMN_SHARE = 0.26
_TAGS_BESIDE_FROM_PX = 1400
"""Of the text's column: without the tags beside it, a line would have more than 130 characters."""
_THOUSAND = 1000
_NARROW_PX = 620
"""Below this width of the text's column the tags have no meanings, and the line below the text no buttons."""


class ClipView(QWidget):
    """The first stage is the transcription; a page may add others, each a panel and its actions.

    ``actions`` are the buttons of the transcription, ``clip_locale`` is the clip's. ``stages`` holds the
    panels: one that is made inside it has its styles computed once.
    """

    annotation_changed = Signal(object)
    wave_share_changed = Signal(int)
    """The border was dragged; carries the waveform's share of the height, in thousandths."""

    def __init__(
        self,
        scope: Scope,
        schema: Schema,
        conventions: Conventions,
        jobs: Jobs,
        actions: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("clip_view")
        self._scope = scope
        self._has_issues_shown = False
        self.clip_locale = ""
        self._wave_share = 0
        self.facts = ClipFacts(self)
        self.redactions = RedactionBar(scope, self)
        # Made where they stay: each move to another parent computes all styles below anew.
        self._split = QSplitter(Qt.Orientation.Vertical, self)
        self._split.setObjectName("border")
        self.waveform = WaveformPanel(scope, jobs, self._split)
        self.stages = QStackedWidget(self._split)
        self.personal_data = PersonalDataFinder()
        self.transcription = TranscriptionPanel(scope, schema, conventions, self.stages)
        self.transcription.annotation_changed.connect(self.annotation_changed)
        self.transcription.speakers_overlap.connect(self._on_speakers_overlap)
        self.message = InlineMessage(f"{scope}_message", parent=self, quotes_clips=True)
        panel = self.transcription
        self._busy = DelayedDisable((panel.form, panel.flags, panel.tags, actions), self)
        self._actions: dict[QWidget, QWidget] = {}
        self._whole, self._below = QHBoxLayout(), QHBoxLayout()
        self._below.addWidget(self.message, 1)
        self.add_stage(self.transcription, actions)
        self._lay_out()
        self.waveform.spectrogram.settings_changed.connect(self._share_room)
        self.waveform.waves.lanes_changed.connect(self._share_room)
        self._order_tabs(actions)

    @property
    def scope(self) -> Scope:
        """Where its shortcuts work: at the desk, or in QA."""
        return self._scope

    @property
    def annotation(self) -> Annotation:
        """The present text, answers and flags as an annotation."""
        return self.transcription.annotation

    @property
    def history(self) -> History:
        """The present annotation with its undo history, as it is saved with a draft."""
        return self.transcription.history

    @property
    def check(self) -> "CheckText":
        """Checks a text; what was checked before is remembered while the clip is open."""
        return self.transcription.checker.check

    @property
    def stage(self) -> QWidget | None:
        """The panel that is shown below the waveform."""
        return self.stages.currentWidget()

    def add_stage(self, panel: QWidget, actions: QWidget) -> None:
        """Adds a panel, made inside ``stages``, that takes the transcription's place, with its actions."""
        self.stages.addWidget(panel)
        self._actions[panel] = actions
        self._below.addWidget(actions, 0, Qt.AlignmentFlag.AlignBottom)
        actions.setVisible(panel is self.stage)

    def show_stage(self, panel: QWidget) -> None:
        """Shows a panel and its actions; the waveform does not move."""
        self.stages.setCurrentWidget(panel)
        for stage, actions in self._actions.items():
            actions.setVisible(stage is panel)
        self.transcription.side.setVisible(panel is self.transcription)
        self.transcription.set_locked(is_locked=panel is not self.transcription)
        self._share_room()

    def show_clip(self, clip: "OpenClip") -> None:
        """Shows a clip, to be transcribed."""
        self.message.clear()
        self._has_issues_shown = False
        self.clip_locale = clip.clip.locale
        self.facts.show_clip(clip.clip)
        self.waveform.show_clip(clip)
        self.show_stage(self.transcription)
        self.personal_data.forget()
        self.transcription.show_clip(clip)
        self.show_busy(is_busy=False)

    def replace_annotation(self, annotation: Annotation, origin: str | None = None) -> None:
        """Makes another annotation the present one, as one change that can be undone.

        ``origin`` is its id, if it is a submitted one that somebody takes over.
        """
        self.transcription.replace_annotation(annotation, origin)

    def clear(self) -> None:
        """Removes everything of the clip from the screen."""
        self.facts.clear()
        self.redactions.show_redactions((), 1)
        self.waveform.clear()
        self.personal_data.forget()
        self.transcription.clear()
        self.message.clear()
        self.show_stage(self.transcription)

    def show_busy(self, *, is_busy: bool) -> None:
        """During a hand-over nothing can be changed; if it takes long, the widgets look disabled."""
        self.transcription.set_locked(is_locked=is_busy or self.stage is not self.transcription)
        self._busy.show(is_busy=is_busy)

    @property
    def has_issues_shown(self) -> bool:
        """Whether missing points are shown that are still missing."""
        return self._has_issues_shown

    def show_issues(self, issues: SubmissionIssues, *, is_update: bool = False) -> None:
        """Shows what is missing and marks each place; removes the message when nothing is.

        ``is_update``: what is shown already follows typing and playback.
        """
        self.transcription.show_issues(issues)
        count = len(issues.notices)
        if count:
            one, many = self.tr("One thing is missing."), self.tr("{0} things are missing.")
            head = one if count == 1 else many.format(count)
            self.message.show_message(Message(head, self._first_of(issues)), "warn", is_update=is_update)
        elif self._has_issues_shown:
            self.message.clear()
        self._has_issues_shown = count > 0
        self.show_unheard(issues.lack)

    def go_to_issue(self, issues: SubmissionIssues) -> None:
        """Moves the cursor to the first place to fix."""
        self.transcription.go_to_issue(issues)

    def show_unheard(self, lack: Lack | None) -> None:
        """Hatches unheard speech in the waveform."""
        self.waveform.show_unheard(lack.spans if lack is not None else ())

    @property
    def unheard_hint(self) -> str:
        """Names the key that plays unheard speech."""
        return self.tr("Press {0} to play it.").format(shortcut(f"{self._scope}.next_unheard").shown)

    @Slot(str, str)
    def _on_speakers_overlap(self, one: str, other: str) -> None:
        sentence = self.tr("“{0}” and “{1}” speak at the same time: they cannot be merged.")
        self.message.show_message(Message(sentence.format(one, other)), "warn")

    def _first_of(self, issues: SubmissionIssues) -> str:
        first = translated_catalogue().words(issues.notices[0]).sentence
        if issues.is_only_unheard and issues.lack is not None and issues.lack.spans:
            return f"{first} {self.unheard_hint}"
        if issues.notices[0].code == "PERSONAL_DATA_TYPED":
            keys = shortcut(f"{self._scope}.tag_personal_data").shown
            return self.tr("{0} Press {1} to put tags in its place.").format(first, keys)
        return first

    def _order_tabs(self, actions: QWidget) -> None:
        """Tab goes from the text to the first question, and Shift+Tab back, whatever else is shown."""
        panel = self.transcription
        tab_through(
            self.waveform.spectrogram,
            self.waveform.play_bar,
            panel.notice,
            panel.drafts,
            panel.segments.table,
            panel.doubts,
            panel.editor,
            panel.segment_form,
            panel.form,
            panel.flags,
            self.message,
            actions,
        )

    def _lay_out(self) -> None:
        for part in (self.waveform, self.stages):
            self._split.addWidget(part)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(GAP_PX)
        self._split.setStretchFactor(1, 1)
        self._split.splitterMoved.connect(self._on_border_moved)
        self._whole.setSpacing(GROUP_PX)
        self._whole.addWidget(self._split, 1)
        self._below.setSpacing(GROUP_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP_PX, GAP_PX, GROUP_PX, GAP_PX)
        column.setSpacing(GAP_PX)
        top = QHBoxLayout()
        top.addWidget(self.facts, 1)
        top.addWidget(self.redactions)
        column.addLayout(top)
        column.addSpacing(-GRID_PX)
        column.addLayout(self._whole, 1)
        column.addLayout(self._below)
        self.transcription.side.setMinimumWidth(_SIDE_PX[0])

    @Slot()
    def _share_room(self) -> None:
        """The waveform takes a share of the height, the form one of the width, whatever the clip contains."""
        wanted = round(self.height() * self._wave_share / _THOUSAND)
        wave = self.waveform.share_height(self.height(), wanted)
        below = max(self._split.height() - wave - GAP_PX, 0)
        self._split.setSizes([wave, below])
        width, panel = self.width() - self._place_side(), self.transcription
        is_narrow = width < _NARROW_PX
        panel.text_column.place_tags(is_beside=width >= _TAGS_BESIDE_FROM_PX)
        panel.heights.set_available(below, width - 3 * GROUP_PX, is_narrow=is_narrow)

    @property
    def wave_share(self) -> int:
        """The waveform's share of the height, in thousandths."""
        return round(_THOUSAND * self.waveform.height() / max(self.height(), 1))

    def set_wave_share(self, thousandths: int) -> None:
        """Gives the waveform a share of the height; 0 for the usual one."""
        if thousandths != self._wave_share:
            self._wave_share = thousandths
            self._share_room()

    @Slot(int, int)
    def _on_border_moved(self, place_px: int, _index: int) -> None:
        self.wave_share_changed.emit(round(_THOUSAND * place_px / max(self.height(), 1)))

    def _place_side(self) -> int:
        """Places it beside the text, or in a wide window beside everything; returns its width."""
        side, columns = self.transcription.side, self.transcription.columns
        is_wide = self.width() >= _OWN_COLUMN_FROM_PX
        home, other = (self._whole, columns) if is_wide else (columns, self._whole)
        if home.indexOf(side) < 0:
            other.removeWidget(side)
            home.addWidget(side, 100)  # up to its share; the rest is for the text
        least, most = _OWN_COLUMN_PX if is_wide else _SIDE_PX
        share = _OWN_COLUMN_SHARE if is_wide else _SIDE_SHARE
        width = min(max(round(self.width() * share), least), most)
        side.setMaximumWidth(width)
        return width

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()
