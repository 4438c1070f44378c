"""The transcription panel: transcript, tags, flags and form; every change is a new annotation."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from reviewer.labels.schema import FieldScope, Schema
from reviewer.labels.validate import FieldProblem
from reviewer.model.annotation import Annotation, Flag, Labels, Segment
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.task import TaskKind
from reviewer.session.contradictions import PERSONAL_DATA_TAG, implied_flags
from reviewer.session.typed_personal_data import check_typed
from reviewer.transcript.aligned_texts import AlignedTexts
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.document import Document
from reviewer.transcript.document_acts import ACTS, ENTERING, MOVING, ActPlace, acted
from reviewer.transcript.edits import Edge, find, snapped
from reviewer.transcript.find import Match
from reviewer.transcript.history import History
from reviewer.transcript.tag_details import personal_data_span
from reviewer.transcript.text_checker import TextChecker
from reviewer.transcript.text_times import TextTimes
from reviewer.transcript.word_times import TimedWord
from reviewer.ui.clip.clip_notice import ClipNotice
from reviewer.ui.clip.height_budget import HeightBudget
from reviewer.ui.clip.submission_issues import SubmissionIssues
from reviewer.ui.clip.text_column import ColumnParts, TextColumn
from reviewer.ui.clip.text_tools import TextTools
from reviewer.ui.form.flags import FlagsPanel
from reviewer.ui.form.panel import FormPanel
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.transcript.doubtful_words_bar import DoubtfulWordsBar
from reviewer.ui.transcript.editor import TranscriptEditor
from reviewer.ui.transcript.hypotheses_panel import USE_KEYS, HypothesesPanel
from reviewer.ui.transcript.segment_panel import MAX_SPEAKERS_ON_KEYS, SegmentPanel
from reviewer.ui.transcript.tag_palette import TagPalette
from reviewer.ui.transcript.text_edit import REDO_KEYS
from reviewer.ui.waveform.segment_bars import EdgeDrag
from reviewer.ui.widgets.layouts import ScrolledColumn

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.model.intervals import Span
    from reviewer.session.open_clip import OpenClip

_PII = f"[{PERSONAL_DATA_TAG}"
_SIDE_MARGIN_PX = 12
_LEAST_TEXT_PX = 148
"""The width of the text's column in the narrowest window."""
_SNAP_SECONDS = 0.05


class TranscriptionPanel(QWidget):
    """Values in, new annotations out. The owner may move ``side`` (form and flags).

    ``playhead`` and ``selection`` are asked where borders are set (frames; None without a selection).
    """

    annotation_changed = Signal(object)
    segments_changed = Signal()
    """Segments, speakers or the current segment changed: the waveform shows them."""
    segment_entered = Signal(int, int)
    """Another segment is current; carries its frames, to be played if the user prefers that."""
    segment_play_requested = Signal(int, int)
    """Carries the frames of the current segment, to be played once."""
    seek_requested = Signal(int)
    """Carries the frame at which the word at the text cursor is spoken."""
    speakers_overlap = Signal(str, str)
    """Two speakers cannot be merged: they speak at the same time; carries their names."""

    def __init__(
        self, scope: Scope, schema: Schema, conventions: Conventions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("transcription_panel")
        self._document = Document.of(Annotation(), 1)
        self._rate_hz = 1
        self._speech: tuple[Span, ...] = ()
        self._conventions = conventions
        self._is_locked = False
        self._is_dragging = False
        self.aligned = AlignedTexts()
        self.playhead: Callable[[], int] = lambda: 0
        self.selection: Callable[[], tuple[int, int] | None] = lambda: None
        self.checker = TextChecker(check_typed)
        self._last_labels: Labels = {}
        self._answers_of = ""
        self.notice = ClipNotice(self)
        self.drafts = HypothesesPanel(self)
        self.segments = SegmentPanel(scope, self)
        self.doubts = DoubtfulWordsBar(self)
        self.editor = TranscriptEditor(conventions, self.checker, self)
        self.tags = TagPalette(conventions, self)
        self.tools = TextTools(scope, self)
        parts = ColumnParts(self.notice, self.drafts, self.segments, self.editor, self.doubts, self.tags)
        self.text_column, self.heights = TextColumn(parts), HeightBudget(parts, self)
        self.form = FormPanel(schema, self)
        self.segment_form = FormPanel(schema, self, per=FieldScope.SEGMENT)
        self._has_segment_form = bool(schema.per(FieldScope.SEGMENT).fields)
        keys = {flag: f"{scope}.flag_{place}" for place, flag in enumerate(Flag, start=1)}
        self.flags = FlagsPanel(keys, self)
        self.side = ScrolledColumn("side", self.tr("Form and flags"), self)
        self.columns = QHBoxLayout(self)
        self._lay_out()
        self.segment_form.setVisible(self._has_segment_form)
        self._connect()
        self._bind(scope)

    @property
    def annotation(self) -> Annotation:
        """The present text, answers and flags as an annotation."""
        return self._document.annotation

    @property
    def history(self) -> History:
        """The annotation with what can be undone and redone."""
        return self._document.history

    @property
    def document(self) -> Document:
        """The annotation with its history and its current segment."""
        return self._document

    @property
    def rate_hz(self) -> int:
        """Frames a second of the clip."""
        return self._rate_hz

    def show_clip(self, clip: "OpenClip") -> None:
        """Starts with the person's draft, the returned work, or an empty field."""
        start = clip.draft or (clip.returned.annotation if clip.returned is not None else Annotation())
        self._rate_hz, self._speech = clip.samples.rate_hz, clip.speech
        self._conventions = clip.conventions
        self.aligned = clip.aligned
        self.segments.close_editors()
        self.checker.forget()
        self.editor.forget()
        self.editor.use_conventions(clip.conventions)
        self.tags.use_conventions(clip.conventions)
        frames = clip.samples.frames
        self.segments.show_speech(self._speech, frames, self._rate_hz)
        history = clip.draft_history
        self._document = Document.of(start, frames) if history is None else Document.resumed(history, frames)
        self.flags.show_implied(frozenset())
        self.form.use_forms(clip.forms)
        self.segment_form.use_forms(clip.forms)
        self._answers_of = ""
        self._show(is_other_text=True)
        self.side.verticalScrollBar().setValue(0)
        self.notice.show_for(clip)
        is_blind = clip.lease.kind is TaskKind.REVIEW  # the reviewer's version must be independent
        self.drafts.show_hypotheses(() if is_blind else clip.hypotheses, clip.samples.frames)
        self.doubts.show_nothing()
        self.set_locked(is_locked=False)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def replace_annotation(self, annotation: Annotation, origin: str | None = None) -> None:
        """Makes another annotation the present one, as one change that can be undone."""
        self.edit(self._document.with_annotation(annotation, origin))

    def clear(self) -> None:
        """Removes everything of the last clip."""
        self._document = Document.of(Annotation(), 1)
        self._speech = ()
        self.aligned = AlignedTexts()
        self.checker.forget()
        self.editor.forget()
        self.editor.show_text("")
        self.segments.show_nothing()
        self.form.show_labels({})
        self.segment_form.show_labels({})
        self.flags.show_flags(())
        self.notice.show_nothing()
        self.drafts.show_nothing()
        self.doubts.show_nothing()
        self.segments_changed.emit()

    def remember_labels(self, labels: Labels) -> None:
        """The answers of the clip that was submitted last, to answer the next one alike on request."""
        self._last_labels = labels

    @Slot()
    def _answer_like_last(self) -> None:
        if not self._is_locked:
            self.form.answer_from(self._last_labels)

    def set_locked(self, *, is_locked: bool) -> None:
        """Makes everything read-only or editable."""
        self._is_locked = is_locked
        self.editor.set_read_only(is_locked)
        self.segments.set_editable(is_editable=not is_locked)

    def show_issues(self, issues: SubmissionIssues) -> None:
        """Marks the fields with issues."""
        self.form.show_problems(issues.fields)

    def go_to_issue(self, issues: SubmissionIssues) -> None:
        """Moves the cursor to the first place to fix; unheard speech has none."""
        if issues.is_only_unheard:
            return
        if not issues.in_text and not issues.fields:
            self._go_to_segment_question(issues.in_segments[0])
        elif not issues.in_text:
            field = issues.fields[0].field
            self.side.ensureWidgetVisible(self.form.row(field), 0, GROUP_PX)
            self.form.focus_field(field)
        elif not self._go_to_blocking_problem():
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def edit(self, document: Document) -> None:
        """Shows a changed document, and emits what changed; nothing while the panel is locked."""
        before = self._document
        if self._is_locked or document is before:
            return
        self._document = document
        self._show(is_other_text=document.current is not before.current)
        if document.annotation is not before.annotation:
            self.annotation_changed.emit(document.annotation)

    def act(self, name: str) -> None:
        """Does what a shortcut's name says, such as ``mark`` or ``join``."""
        before = self._document.cursor.segment_id
        self.edit(self._acted(name))
        if self._document.cursor.segment_id != before and name in ENTERING:
            self._enter()
        elif name in MOVING:
            self.editor.say(self.segments.end_sentence(is_last=name == "next_row"))
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def choose_segment(self, segment_id: str) -> None:
        """Makes another segment the current one, and asks for it to be played; an unknown one is ignored."""
        known = {each.id for each in self._document.segments}
        if segment_id in known - {self._document.cursor.segment_id}:
            segment = find(self._document.segments, segment_id)
            self._move(self._document.at(segment_id, len(segment.text)))
            self._enter()

    @Slot()
    def switch_focus(self) -> None:
        """Switches the focus between text and the first open question, of the segment or the clip."""
        here, forms = self.focusWidget() or self, (self.segment_form, self.form)
        if any(form.isAncestorOf(here) for form in forms):
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            next((form for form in forms if form.has_open_question), self.form).focus_field()

    @Slot()
    def next_problem(self) -> None:
        """Selects the next problem, in this segment or one after it; after the last, the first."""
        if self.editor.next_problem(wraps=False):
            return
        document = self._document
        following = (*document.segments[document.place + 1 :], *document.segments[: document.place + 1])
        for segment in following:
            if self.checker.check(segment.text, self._conventions):
                self._go_to(segment, 0)
                self.editor.next_problem()
                return

    def _go_to_segment_question(self, problem: FieldProblem) -> None:
        segment = find(self._document.segments, problem.segment)
        self._go_to(segment, len(segment.text))
        self.segment_form.show_problems([problem])
        self.segment_form.focus_field(problem.field)

    def _go_to_blocking_problem(self) -> bool:
        """Selects the first problem that blocks a submission; False if there is none."""
        for segment in self._document.segments:
            for problem in self.checker.check(segment.text, self._conventions):
                if problem.blocks:
                    self._go_to(segment, problem.start)
                    return self.editor.next_problem()
        return False

    def _go_to(self, segment: Segment, offset: int) -> None:
        self._move(self._document.at(segment.id, offset))
        self.editor.show_text(segment.text, offset)

    def _move(self, document: Document) -> None:
        """Moves the cursor, also while the panel is locked."""
        before, self._document = self._document, document
        self._show(is_other_text=document.current is not before.current)

    def _enter(self) -> None:
        segment = self._document.current
        self.segment_entered.emit(segment.start, segment.end)

    def _play_segment(self) -> None:
        self.segment_play_requested.emit(self._document.current.start, self._document.current.end)

    @Slot()
    def _seek_to_cursor(self) -> None:
        segment = self._document.current
        self.seek_requested.emit(self.times_of(segment).frame_at(self.editor.caret))

    @Slot()
    def _cursor_to_playhead(self) -> None:
        playhead = self.playhead()
        segment = self._document.segment_at(playhead)
        if segment is not None:
            self._go_to(segment, self.times_of(segment).caret_at(playhead))
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def times_of(self, segment: Segment) -> TextTimes:
        """When the words of a segment are spoken: as aligned, else as a recogniser heard them, or a guess."""
        words = self.aligned.words_of(segment, self._document.segments)
        if not words:
            heard = next((each.words for each in self.drafts.hypotheses if each.words), ())
            words = tuple(each for each in heard if each.start < segment.end and segment.start < each.end)
        return TextTimes(segment.text, words, segment.start, segment.end)

    def spoken_at(self, offset: int) -> TimedWord | None:
        """The word at a place in the text of all segments, whose lines follow each other."""
        for segment in self._document.segments:
            if offset <= len(segment.text):
                return self.times_of(segment).word_at_caret(offset)
            offset -= len(segment.text) + 1
        return None

    @Slot(int, int)
    def add_segment(self, start: int, end: int) -> None:
        """Makes a segment of a selection."""
        self.edit(self._document.add(start, end))

    @Slot(object)
    def drag_edge(self, drag: EdgeDrag) -> None:
        """Moves an edge that is dragged in the waveform; the whole drag is one step of undo."""
        document = self._document
        segment = next((each for each in document.segments if each.id == drag.segment_id), None)
        if segment is None:
            return
        at = segment.start if drag.edge is Edge.START else segment.end
        frame = drag.frame
        if drag.is_snapping:
            moves_with = segment.speaker  # a neighbour of the same speaker that touches the edge
            others = tuple(
                each
                for each in document.segments
                if each.speaker != moves_with or at not in (each.start, each.end)
            )
            frame = snapped(frame, others, round(_SNAP_SECONDS * self._rate_hz), but=drag.segment_id)
        self.edit(document.move_edge(segment.id, drag.edge, frame, begins_step=not self._is_dragging))
        self._is_dragging = not drag.is_final

    def _acted(self, name: str) -> Document:
        place = ActPlace(
            playhead=self.playhead(),
            caret=self.editor.caret,
            selection=self.selection(),
            speech=self._speech,
            rate_hz=self._rate_hz,
            times_of=self.times_of,
        )
        return acted(name, self._document, place)

    def _show(self, *, is_other_text: bool) -> None:
        """Shows the document; the text only if it is not what was just typed."""
        document = self._document
        self.editor.set_one_of_several(is_one_of_several=len(document.segments) > 1)
        if is_other_text:
            self.editor.show_text(document.current.text, document.cursor.offset)
        self.editor.show_in_find_bar()
        self.segments.show_document(document, self._rate_hz)
        self._show_answers()
        if self.flags.flags != document.annotation.flags:
            self.flags.show_flags(document.annotation.flags)
        self.segments_changed.emit()

    def _show_answers(self) -> None:
        """Shows the answers where the forms do not show them already."""
        of_clip, segment = self.annotation, self._document.current
        shown = self.form.labels, self.form.earlier
        if not self._answers_of or shown != (of_clip.labels, of_clip.earlier):
            self.form.show_labels(of_clip.labels, of_clip.earlier)
        is_other = self._answers_of != segment.id  # what is hidden in one must not appear in another
        shown = self.segment_form.labels, self.segment_form.earlier
        if self._has_segment_form and (is_other or shown != (segment.labels, segment.earlier)):
            self.segment_form.show_labels(segment.labels, segment.earlier)
        self._answers_of = segment.id

    @Slot(str, bool)
    def _on_text_edited(self, text: str, begins_step: bool) -> None:  # noqa: FBT001 - as the signal has it
        before = self._document
        if self._is_locked:
            return
        self._document = before.typed(text, self.editor.caret, begins_step=begins_step)
        if _PII in before.current.text and _PII not in text:
            self._document = self._document.without_spans_of_segment()
        if self._document.annotation is not before.annotation:
            self.segments.show_document(self._document, self._rate_hz)
            self.annotation_changed.emit(self._document.annotation)
            self.segments_changed.emit()
            self._show_implied_flags()

    @Slot(int, int)
    def _on_tag_completed(self, start: int, end: int) -> None:
        """The sound of personal data is marked where its time is known."""
        segment = self._document.current
        words = self.times_of(segment).words
        span = personal_data_span(segment.text, start, end, words, segment)
        if span is not None:
            self.edit(self._document.with_span(span))

    def _show_implied_flags(self) -> None:
        text = self.annotation.text_verbatim
        self.flags.show_implied(implied_flags(text) if _PII in text else frozenset())

    @Slot(int)
    def _on_caret_moved(self, offset: int) -> None:
        self._document = self._document.at(self._document.cursor.segment_id, offset)

    @Slot(object)
    def _on_labels_changed(self, labels: object) -> None:
        if self._is_locked:
            self._show_answers()
        elif isinstance(labels, dict):
            self.edit(self._document.with_labels(labels))

    @Slot(object)
    def _on_segment_labels_changed(self, labels: object) -> None:
        if self._is_locked:
            self._show_answers()
        elif isinstance(labels, dict):
            self.edit(self._document.with_segment_labels(labels))

    @Slot(object)
    def _on_flags_changed(self, flags: object) -> None:
        if self._is_locked:
            self.flags.show_flags(self.annotation.flags)
        elif isinstance(flags, frozenset):
            self.edit(self._document.with_flags(flags))

    @Slot(object)
    def _on_draft_requested(self, hypothesis: object) -> None:
        """The draft replaces the text; of several segments each gets the words of its time."""
        if self._is_locked or not isinstance(hypothesis, Hypothesis):
            return
        document = self._document
        if len(document.segments) == 1:
            self.edit(document.typed(hypothesis.text, len(hypothesis.text), begins_step=True))
            return
        times = TextTimes(hypothesis.text, hypothesis.words, 0, document.frames)
        texts = {each.id: times.text_between(each.start, each.end) for each in document.segments}
        self.edit(document.with_texts(texts))

    @Slot(object)
    def _on_word_requested(self, word: object) -> None:
        if isinstance(word, TimedWord):
            self._select_verbatim(word.start, word.end, takes_focus=False)

    @Slot(object)
    def _on_word_edit_requested(self, word: object) -> None:
        if isinstance(word, TimedWord):
            self._select_verbatim(word.start, word.end, takes_focus=True)

    def _select_verbatim(self, start: int, end: int, *, takes_focus: bool) -> None:
        """Selects a part of the text of all segments, whose lines follow each other."""
        for segment in self._document.segments:
            if start <= len(segment.text):
                if segment.id != self._document.cursor.segment_id:
                    self._go_to(segment, start)
                self.editor.select(start, end, takes_focus=takes_focus)
                return
            start, end = start - len(segment.text) - 1, end - len(segment.text) - 1

    @Slot()
    def _next_doubt(self) -> None:
        before = self._document.segments[: self._document.place]
        self.doubts.next_after(sum(len(each.text) + 1 for each in before) + self.editor.caret)

    @Slot(int)
    def _on_speaker_number(self, number: int) -> None:
        self.edit(self._document.set_speaker_number(number))

    @Slot(str, str)
    def _on_speaker_typed(self, segment_id: str, name: str) -> None:
        if name:
            self.edit(self._document.at(segment_id).set_speaker(name))

    @Slot(str, str)
    def _on_speaker_renamed(self, speaker: str, name: str) -> None:
        if not name.strip():
            return
        try:
            self.edit(self._document.rename_speaker(speaker, name.strip()))
        except ValueError:
            self.speakers_overlap.emit(speaker, name.strip())

    @Slot(str, int, int)
    def _on_times_typed(self, segment_id: str, start: int, end: int) -> None:
        self.edit(self._document.set_times(segment_id, start, end))

    @Slot(str)
    def _on_segment_flag(self, flag: str) -> None:
        self.edit(self._document.with_segment_flag(flag))

    @Slot(object)
    def _on_match_chosen(self, match: Match) -> None:
        segment = self._document.segments[match.row]
        if segment.id != self._document.cursor.segment_id:
            self._go_to(segment, match.start)
            self.editor.select(match.start, match.end)

    @Slot(object)
    def _on_texts_replaced(self, texts: dict[int, str]) -> None:
        segments = self._document.segments
        self.edit(self._document.with_texts({segments[row].id: text for row, text in texts.items()}))

    @Slot()
    def _focus_text(self) -> None:
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self.editor.text_edited.connect(self._on_text_edited)
        self.editor.tag_completed.connect(self._on_tag_completed)
        self.editor.caret_moved.connect(self._on_caret_moved)
        self.editor.next_requested.connect(partial(self.act, "next_row"))
        self.editor.previous_requested.connect(partial(self.act, "previous_row"))
        self.editor.undo_requested.connect(partial(self.act, "undo"))
        self.editor.redo_requested.connect(partial(self.act, "redo"))
        self.editor.found_in = lambda: ([each.text for each in self._document.segments], self._document.place)
        self.editor.find_bar.match_chosen.connect(self._on_match_chosen)
        self.editor.find_bar.texts_replaced.connect(self._on_texts_replaced)
        self.segments.segment_chosen.connect(self.choose_segment)
        self.segments.act_requested.connect(self.act)
        self.segments.speaker_number_requested.connect(self._on_speaker_number)
        self.segments.speaker_renamed.connect(self._on_speaker_renamed)
        self.segments.segment_flag_requested.connect(self._on_segment_flag)
        self.segments.edit_text_requested.connect(self._focus_text)
        self.segments.table.rows.times_typed.connect(self._on_times_typed)
        self.segments.table.rows.speaker_typed.connect(self._on_speaker_typed)
        self.form.labels_changed.connect(self._on_labels_changed)
        self.form.finished.connect(self._focus_text)
        self.segment_form.labels_changed.connect(self._on_segment_labels_changed)
        self.segment_form.finished.connect(self._focus_text)
        self.flags.flags_changed.connect(self._on_flags_changed)
        self.tags.tag_requested.connect(self.editor.insert_tag)
        self.drafts.use_requested.connect(self._on_draft_requested)
        self.doubts.word_requested.connect(self._on_word_requested)
        self.doubts.edit_requested.connect(self._on_word_edit_requested)

    def _bind(self, scope: Scope) -> None:
        bind_shortcut(self, f"{scope}.problem", self.next_problem)
        bind_shortcut(self, f"{scope}.fix_problem", self.editor.fix_problem)
        bind_shortcut(self, f"{scope}.focus_form", self.switch_focus)
        bind_shortcut(self, f"{scope}.rename_speaker", self.segments.ask_speaker_name)
        bind_shortcut(self, f"{scope}.play_segment", self._play_segment)
        redo = ((QKeySequence(keys), "redo") for keys in REDO_KEYS)
        for keys, name in ((QKeySequence(QKeySequence.StandardKey.Undo), "undo"), *redo):
            undo = QShortcut(keys, self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            undo.activated.connect(partial(self.act, name))  # the text field takes these keys itself
        bind_shortcut(self, f"{scope}.seek_to_cursor", self._seek_to_cursor)
        bind_shortcut(self, f"{scope}.cursor_to_playhead", self._cursor_to_playhead)
        for name in ACTS:
            bind_shortcut(self, f"{scope}.{name}", partial(self.act, name))
        for number in range(1, MAX_SPEAKERS_ON_KEYS + 1):
            bind_shortcut(self, f"{scope}.speaker_{number}", partial(self._on_speaker_number, number))
        for place, flag in enumerate(Flag, start=1):
            bind_shortcut(self, f"{scope}.flag_{place}", partial(self.flags.toggle, flag))
        if scope is Scope.DESK:  # a recogniser's text would not leave a review blind
            bind_shortcut(self, "desk.same_labels", self._answer_like_last)
            for number, use_key in enumerate(USE_KEYS, start=1):
                bind_shortcut(self, use_key, partial(self.drafts.use, number))
            bind_shortcut(self, "desk.doubtful_word", self._next_doubt)

    def _lay_out(self) -> None:
        self.editor.add_beside_preview(self.tools)
        column = self.side.column
        column.setContentsMargins(_SIDE_MARGIN_PX, GAP_PX, _SIDE_MARGIN_PX, GAP_PX)
        column.setSpacing(GROUP_PX)
        column.addWidget(self.segment_form)
        column.addWidget(self.form)
        column.addStretch()
        self.side.keep_below(self.flags)
        self.columns.setContentsMargins(0, 0, 0, 0)
        self.columns.setSpacing(GROUP_PX)
        self.columns.addLayout(self.text_column, 1)
        self.columns.addWidget(self.side, 100)

    def minimumSizeHint(self) -> QSize:
        """Of the least that the parts can be: a window can be made small in one go."""
        side = self.side.minimumWidth() + GROUP_PX if self.columns.indexOf(self.side) >= 0 else 0
        width = min(super().minimumSizeHint().width(), _LEAST_TEXT_PX + side)
        return QSize(width, self.heights.least_px)
