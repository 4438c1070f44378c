"""The transcription panel: transcript, tags, flags and form; every change is a new annotation."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation, Flag
from reviewer.transcript.conventions import Conventions
from reviewer.ui.clip.clip_notice import ClipNotice
from reviewer.ui.clip.submission_issues import SubmissionIssues
from reviewer.ui.form.flags import FlagsPanel
from reviewer.ui.form.panel import FormPanel
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.transcript.editor import TranscriptEditor
from reviewer.ui.transcript.tag_palette import TagPalette
from reviewer.ui.widgets.layouts import ScrolledColumn

if TYPE_CHECKING:
    from reviewer.session.open_clip import OpenClip

_SIDE_MARGIN_PX = 12


class TranscriptionPanel(QWidget):
    """Values in, new annotations out. The owner may move ``side`` (form and flags)."""

    annotation_changed = Signal(object)

    def __init__(
        self, scope: Scope, schema: Schema, conventions: Conventions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("transcription_panel")
        self._annotation = Annotation()
        self._is_locked = False
        self._is_one_segment = True
        self.notice = ClipNotice(self)
        self.editor = TranscriptEditor(conventions, self)
        self.tags = TagPalette(conventions, self)
        self.form = FormPanel(schema, self)
        keys = {flag: f"{scope}.flag_{place}" for place, flag in enumerate(Flag, start=1)}
        self.flags = FlagsPanel(keys, self)
        self.side = ScrolledColumn("side", self.tr("Form and flags"), self)
        self.columns = QHBoxLayout(self)
        self._lay_out()
        self._connect()
        self._bind(scope)

    @property
    def annotation(self) -> Annotation:
        """The present text, answers and flags as an annotation."""
        return self._annotation

    def show_clip(self, clip: "OpenClip") -> None:
        """Starts with the person's draft, the returned work, or an empty field."""
        start = clip.draft or (clip.returned.annotation if clip.returned is not None else None)
        if start is None or not start.segments:
            start = Annotation.of_text("", clip.samples.frames)
        self._annotation = start
        self._is_one_segment = len(start.segments) == 1
        self.editor.use_conventions(clip.conventions)
        self.tags.use_conventions(clip.conventions)
        self.editor.show_text(start.text_verbatim)
        self.form.show_labels(start.labels)
        self.flags.show_flags(start.flags)
        self.side.verticalScrollBar().setValue(0)
        self.notice.show_for(clip, is_text_there=bool(start.text_verbatim))
        self.set_locked(is_locked=False)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def replace_annotation(self, annotation: Annotation) -> None:
        """Makes another annotation the present one, as one change."""
        if self._is_locked:
            return
        self._is_one_segment = len(annotation.segments) == 1
        self.editor.show_text(annotation.text_verbatim)
        self.form.show_labels(annotation.labels)
        self.flags.show_flags(annotation.flags)
        self._change(annotation)

    def clear(self) -> None:
        """Removes everything of the last clip."""
        self._annotation = Annotation()
        self.editor.show_text("")
        self.form.show_labels({})
        self.flags.show_flags(())
        self.notice.show_nothing()

    def set_locked(self, *, is_locked: bool) -> None:
        """Makes everything read-only or editable. The text of several segments is always read-only here."""
        self._is_locked = is_locked
        self.editor.set_read_only(is_locked or not self._is_one_segment)

    def show_issues(self, issues: SubmissionIssues) -> None:
        """Marks the fields with issues."""
        self.form.show_problems(issues.fields)

    def go_to_issue(self, issues: SubmissionIssues) -> None:
        """Moves the cursor to the first place to fix; unheard speech has none."""
        if issues.is_only_unheard:
            return
        if not issues.in_text:
            field = issues.fields[0].field
            self.side.ensureWidgetVisible(self.form.row(field), 0, GROUP_PX)
            self.form.focus_field(field)
        elif not self.editor.next_problem():
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def switch_focus(self) -> None:
        """Switches the focus between text and form."""
        if self.form.isAncestorOf(self.focusWidget() or self):
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.form.focus_field()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        if self._is_one_segment and not self._is_locked:
            self._change(self._annotation.with_text(text))

    @Slot(object)
    def _on_labels_changed(self, labels: object) -> None:
        if self._is_locked:
            self.form.show_labels(self._annotation.labels)
        elif isinstance(labels, dict):
            self._change(replace(self._annotation, labels=labels))

    @Slot(object)
    def _on_flags_changed(self, flags: object) -> None:
        if self._is_locked:
            self.flags.show_flags(self._annotation.flags)
        elif isinstance(flags, frozenset):
            self._change(replace(self._annotation, flags=flags))

    @Slot(str)
    def _on_text_offered(self, text: str) -> None:
        if self._is_one_segment and not self._is_locked:
            self.editor.replace_text(text)

    def _change(self, annotation: Annotation) -> None:
        self._annotation = annotation
        self.annotation_changed.emit(annotation)

    def _connect(self) -> None:
        self.editor.text_changed.connect(self._on_text_changed)
        self.form.labels_changed.connect(self._on_labels_changed)
        self.flags.flags_changed.connect(self._on_flags_changed)
        self.tags.tag_requested.connect(self.editor.insert_tag)
        self.notice.use_requested.connect(self._on_text_offered)

    def _bind(self, scope: Scope) -> None:
        bind_shortcut(self, f"{scope}.problem", self.editor.next_problem)
        bind_shortcut(self, f"{scope}.fix_problem", self.editor.fix_problem)
        bind_shortcut(self, f"{scope}.focus_form", self.switch_focus)
        for place, flag in enumerate(Flag, start=1):
            bind_shortcut(self, f"{scope}.flag_{place}", partial(self.flags.toggle, flag))
        if scope is Scope.DESK:  # a recogniser's text would not leave a review blind
            bind_shortcut(self, "desk.use_draft", self.notice.use)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GAP_PX)
        left.addWidget(self.notice)
        left.addWidget(self.editor, 1)
        left.addWidget(self.tags)
        column = self.side.column
        column.setContentsMargins(_SIDE_MARGIN_PX, GAP_PX, _SIDE_MARGIN_PX, GAP_PX)
        column.setSpacing(GROUP_PX)
        column.addWidget(self.flags)
        column.addWidget(self.form)
        column.addStretch()
        self.columns.setContentsMargins(0, 0, 0, 0)
        self.columns.setSpacing(GROUP_PX)
        self.columns.addLayout(left, 1)
        self.columns.addWidget(self.side, 100)
