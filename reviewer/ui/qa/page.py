"""QA: the clip workspace, first blind, then both versions side by side."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from reviewer.model.annotation import Annotation
from reviewer.model.intervals import Span
from reviewer.model.project import ListeningRules
from reviewer.model.task import DailyCounts, Lease, TaskKind, VerdictKind
from reviewer.session.acts import Decide, HandIn, WorkAct
from reviewer.session.coverage import Coverage, Lack, lack_of_reason, lack_of_speech
from reviewer.session.submission_checks import is_answered_by_flag
from reviewer.ui.clip.empty_page import EmptyPage, EmptyPageWords
from reviewer.ui.clip.segment_playback import segment_bars
from reviewer.ui.clip.workspace import ClipTools, ClipWorkspace
from reviewer.ui.comparison.comparison_panel import ComparisonPanel
from reviewer.ui.icons import set_icon
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.messages import Message, translated_catalogue
from reviewer.ui.page import Page
from reviewer.ui.qa.adjudication import Adjudication
from reviewer.ui.qa.choice_bar import ChoiceBar
from reviewer.ui.qa.verdict_bar import VerdictBar
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.widget_ids import named, set_tooltip, shortcut_label

if TYPE_CHECKING:
    from reviewer.model.hypothesis import Word
    from reviewer.qa.session import QaSession
    from reviewer.queue.api import DrawResult
    from reviewer.session.comparison import Comparison
    from reviewer.session.open_clip import OpenClip
    from reviewer.transcript.edits import Segments

LackOf = Callable[[Coverage, ListeningRules], Lack | None]


class QaPage(Page):
    """Selects and claims a review, transcribes it blind, compares, and decides."""

    scope = Scope.QA

    def __init__(
        self,
        qa: "QaSession",
        tools: ClipTools,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "qa_page", self.tr("QA"), kind="page").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._qa = qa
        self._draws = _Draws(qa)
        self._lack_of: LackOf | None = None
        self._heard: tuple[Word, ...] = ()
        self._submitted: Segments = ()
        empty = EmptyPage(_words(), _counts_line, self)
        self.blind_buttons = BlindButtons(self)
        self.workspace = ClipWorkspace(
            qa.work,
            self.scope,
            empty,
            self.blind_buttons,
            tools,
            self,
            claim=self._draws.draw_and_claim,
        )
        self.comparison = ComparisonPanel(qa.work.schema, self.workspace.view.stages, forms=qa.work.forms)
        self.verdict, self.choice = VerdictBar(self), ChoiceBar(self)
        self.workspace.view.add_stage(self.comparison, _side_by_side(self, self.verdict, self.choice))
        self.adjudication = Adjudication(
            qa, self.workspace, self.comparison, self.choice, self._has_heard_for, self
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.workspace.stack)
        self._connect()

    def is_at_work(self, within: timedelta) -> bool:
        return self.workspace.is_at_work(within)

    def enter(self) -> None:
        self.workspace.enter()

    def refresh_facts(self) -> None:
        self.workspace.presenter.refresh_counts()

    def leave(self) -> None:
        self.workspace.presenter.pause()

    def keep_text(self) -> bool:
        return self.workspace.presenter.keep_text()

    def close_down(self) -> None:
        self.workspace.presenter.close_down()
        self._clear_comparison()

    def more_keys(self) -> list[tuple[str, str]]:
        return self.workspace.tag_keys()

    @property
    def is_comparing(self) -> bool:
        """Whether both versions are shown."""
        return self.workspace.stack.is_clip_shown and self.workspace.view.stage is self.comparison

    @property
    def _is_adjudicating(self) -> bool:
        lease = self.workspace.presenter.lease
        return lease is not None and lease.kind is TaskKind.ADJUDICATE

    @Slot()
    def submit(self) -> None:
        """Submits the reviewer's version, then shows both; an adjudication is final."""
        if self._is_adjudicating:
            self.adjudication.submit()
            return
        self.workspace.presenter.submit_and_stay(self._submit_and_compare, self._show_comparison)

    def _submit_and_compare(self, lease: Lease, annotation: Annotation) -> "tuple[Lease, Comparison]":
        receipt = self._qa.work.submit(lease, annotation)
        kept = replace(lease, blind_annotation=receipt.annotation_id)
        return kept, self._qa.compare(kept)

    @Slot(object)
    def _on_clip_opened(self, clip: "OpenClip") -> None:
        self._lack_of = None
        self._clear_comparison()
        self._heard = next((each.words for each in clip.hypotheses if each.words), ())
        is_adjudication = clip.lease.kind is TaskKind.ADJUDICATE
        self.verdict.setVisible(not is_adjudication)
        self.choice.setVisible(is_adjudication)
        self.blind_buttons.show_for_review()
        if is_adjudication:
            self.adjudication.begin(self._heard, has_draft=clip.draft is not None)
            return
        if clip.blind is not None:
            self.workspace.view.show_stage(self.comparison)
            self.workspace.presenter.run(self._qa.compare, self._show_comparison)
            return
        head = self.tr("Type what you hear; what was submitted stays hidden until then.")
        hint = self.tr("You cannot change your version after you submit it; then you see both.")
        if clip.draft is not None:
            hint = self.tr("Your draft was restored.")
        self.workspace.view.message.show_message(Message(head, hint))

    def _show_comparison(self, comparison: "Comparison") -> None:
        view = self.workspace.view
        self._submitted = comparison.theirs.segments
        self.comparison.show_comparison(comparison, self._heard)
        view.show_stage(self.comparison)
        self.workspace.playback.set_segments([Span(each.start, each.end) for each in self._submitted])
        view.message.show_message(
            Message(self.tr("Compare, then accept the work or return it with a comment."))
        )
        self.comparison.comment.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _show_bars(self) -> None:
        """The waveform shows the submitted segments as long as both versions are compared."""
        shown = self.adjudication.segments or self._submitted
        if shown and self.is_comparing:
            bars = segment_bars(shown, self.comparison.current_segment)
            self.workspace.view.waveform.waves.show_segments(bars)

    @Slot(str)
    def _on_bar_pressed(self, segment_id: str) -> None:
        if self.is_comparing:
            self.comparison.choose_segment(segment_id)

    def _clear_comparison(self) -> None:
        self._submitted, self._heard = (), ()
        self.adjudication.end()
        self.comparison.clear()

    @Slot()
    def _on_accept_requested(self) -> None:
        self._decide(VerdictKind.ACCEPTED, lack_of_speech)

    @Slot()
    def _on_return_requested(self) -> None:
        self._decide(VerdictKind.RETURNED, lack_of_reason)

    def _decide(self, kind: VerdictKind, lack_of: LackOf) -> None:
        self.workspace.playback.report_heard()  # logged before the verdict
        if self._has_heard(lack_of):
            comment = self.comparison.comment.text().strip()
            self.workspace.presenter.hand_over(lambda lease, _annotation: Decide(lease, kind, comment))

    def _has_heard_for(self, version: Annotation) -> bool:
        """Whether enough was heard to take a version as it is."""
        self.workspace.playback.report_heard()
        return self._has_heard(lack_of_reason if is_answered_by_flag(version) else lack_of_speech)

    @Slot()
    def _on_coverage_changed(self) -> None:
        """Removes the message once everything was heard."""
        if self._lack_of is not None and self._has_heard(self._lack_of):
            self.workspace.view.message.clear()

    def _has_heard(self, lack_of: LackOf) -> bool:
        """Whether enough was heard; else shows what is missing."""
        lack = lack_of(self.workspace.playback.coverage, self._qa.work.listening_rules)
        view = self.workspace.view
        self._lack_of = lack_of if lack is not None else None
        view.show_unheard(lack)
        if lack is not None:
            any_part = self.tr("Any part of the clip counts, at any speed.")
            hint = view.unheard_hint if lack.spans else any_part
            sentence = translated_catalogue().words(lack.notice).sentence
            view.message.show_message(Message(sentence, hint), "warn")
        return lack is None

    @Slot(object)
    def _on_handed_over(self, act: WorkAct) -> None:
        words = {
            VerdictKind.ACCEPTED: self.tr("Accepted."),
            VerdictKind.RETURNED: self.tr("Returned to its author with your comment."),
        }
        said = words.get(act.kind, "") if isinstance(act, Decide) else ""
        if isinstance(act, HandIn):
            said = self.tr("Adjudicated: this version is final.")
        stack = self.workspace.stack
        if stack.is_clip_shown and self._is_adjudicating:
            return  # what to do with it stands there already
        if stack.is_clip_shown:
            hint = self.tr("This is the next clip: type what you hear.")
            stack.view.message.show_message(Message(said, hint), "ok")
        elif self.workspace.presenter.lease is None:
            stack.empty.message.show_message(Message(said, self._draws.sentence), "ok")

    @Slot()
    def _on_nothing_waits(self) -> None:
        self.workspace.stack.empty.message.show_message(Message(self._draws.sentence))

    @Slot()
    def _on_clip_left(self) -> None:
        self._lack_of = None
        self._clear_comparison()

    def _connect(self) -> None:
        presenter = self.workspace.presenter
        presenter.status_changed.connect(self.status_changed)
        presenter.agreement_requested.connect(self.agreement_requested)
        presenter.clip_opened.connect(self._on_clip_opened)
        presenter.clip_left.connect(self._on_clip_left)
        presenter.nothing_waits.connect(self._on_nothing_waits)
        presenter.handed_over.connect(self._on_handed_over)
        self.workspace.playback.coverage_changed.connect(self._on_coverage_changed)
        self.blind_buttons.submit.clicked.connect(self.submit)
        self.adjudication.versions_read.connect(self.blind_buttons.show_for_adjudication)
        self.blind_buttons.compare.clicked.connect(self.adjudication.show_versions)
        bind_shortcut(self.blind_buttons.compare, "qa.compare", self.blind_buttons.compare.click)
        bind_shortcut(self.blind_buttons, "qa.submit", self.submit)
        self.comparison.comment.textChanged.connect(self._on_comment_changed)
        self.comparison.current_changed.connect(self._show_bars)
        self.comparison.sound_requested.connect(self.workspace.playback.play_span)
        self.comparison.segment_chosen.connect(self.workspace.playback.enter_segment)
        self.workspace.view.waveform.waves.segment_activated.connect(self._on_bar_pressed)
        self.verdict.accept_requested.connect(self._on_accept_requested)
        self.verdict.return_requested.connect(self._on_return_requested)

    @Slot(str)
    def _on_comment_changed(self, comment: str) -> None:
        self.verdict.set_has_comment(has_comment=bool(comment.strip()))


class BlindButtons(QWidget):
    """The submit button of the blind stage; in an adjudication also the way back to both versions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.submit = named(
            QPushButton(self.tr("Submit my version"), self),
            "qa_submit",
            self.tr("Submit my version: you cannot change it afterwards, and see theirs"),
            shortcut_id="qa.submit",
            kind="primary",
        )
        self.compare = named(
            QPushButton(self.tr("Both versions"), self),
            "qa_compare",
            self.tr("Show both versions again"),
            shortcut_id="qa.compare",
        )
        set_icon(self.submit, "accept", "on_accent")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        for button in (self.compare, self.submit):
            button.setAutoDefault(False)
        row.addWidget(self.compare)
        row.addSpacing(GAP_PX)
        row.addWidget(shortcut_label(self, "qa.submit"))
        row.addWidget(self.submit)
        self.show_for_review()

    def show_for_review(self) -> None:
        """The version that is submitted is compared, and there is nothing to go back to."""
        self._show_for(is_adjudication=False, has_versions=False)

    @Slot(bool)
    def show_for_adjudication(self, has_versions: bool) -> None:  # noqa: FBT001 - a signal's argument
        """The version that is submitted is final; there may be others to go back to."""
        self._show_for(is_adjudication=True, has_versions=has_versions)

    def _show_for(self, *, is_adjudication: bool, has_versions: bool) -> None:
        self.compare.setVisible(has_versions)
        reviews = self.tr("Submit my version: you cannot change it afterwards, and see theirs")
        decides = self.tr("Submit my version: it is the one that counts from then on")
        set_tooltip(self.submit, decides if is_adjudication else reviews, "qa.submit")


def _side_by_side(parent: QWidget, *bars: QWidget) -> QWidget:
    """Bars of which one is shown at a time."""
    whole = QWidget(parent)
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    for bar in bars:
        row.addWidget(bar)
    return whole


class _Draws:
    """Selects submissions for review before each claim, on the pool, and reports how many."""

    def __init__(self, qa: "QaSession") -> None:
        self._qa = qa
        self._last: DrawResult | None = None

    def draw_and_claim(self) -> Lease | None:
        self._last = self._qa.draw()
        return self._qa.work.claim()

    @property
    def sentence(self) -> str:
        """The result of the last selection, or what to do when there was nothing to select from."""
        last = self._last
        if last is None or not (last.selected or last.passed):
            return _tr("Submissions are selected as they come in; try again later.")
        words = _tr("{0} selected for review, {1} accepted without review.")
        return words.format(len(last.selected), len(last.passed))


def _words() -> EmptyPageWords:
    return EmptyPageWords(
        claim=_tr("Take the next review"),
        claim_key="qa.draw",
        ready=(
            _tr("No review is open"),
            _tr(
                "Some submissions are selected for review. You hear the clip and transcribe it yourself "
                "first; then you see both versions, and accept the work or return it."
            ),
        ),
        nothing_waits=(
            _tr("No reviews are waiting"),
            _tr("Submissions are selected for review as they come in; this page says when one waits."),
        ),
        failed=(_tr("No review is open"), _tr("This is what happened:")),
    )


def _counts_line(counts: DailyCounts) -> str:
    words = _tr("{0} waiting for you  ·  {1} decided today").format(
        f"{counts.waiting:,}", f"{counts.submitted:,}"
    )
    if not counts.undrawn:
        return words
    due = _tr("{0} new submissions: taking a review selects from them first")
    return f"{words}\n{due.format(f'{counts.undrawn:,}')}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("qa", text)
