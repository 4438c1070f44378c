"""Personal data on the wave of the open clip: marked from the selection, shown hatched, decided by QA."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtWidgets import QMenu

from reviewer.model.annotation import PersonalDataKind
from reviewer.model.event import HeardRange
from reviewer.model.redaction import HearingReason, Redaction, silent_spans
from reviewer.model.task import Lease
from reviewer.privacy.redaction import tag_for
from reviewer.ui.clip.muted_span_playback import MutedSpanPlayback
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.messages import Message, term
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.waveform.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reviewer.audio.play.player import Player
    from reviewer.audio.samples import Sound
    from reviewer.session.muted_span import MutedSpan
    from reviewer.session.open_clip import OpenClip
    from reviewer.session.redaction_work import MutedClip
    from reviewer.session.work_session import WorkSession
    from reviewer.ui.clip.clip_view import ClipView
    from reviewer.ui.clip.presenter import ClipPresenter
    from reviewer.ui.playback.controller import PlaybackController


class RedactionMarks(QObject):
    """Marks what is selected in the waveform; the sound of the open clip is muted there at once."""

    def __init__(
        self,
        work: "WorkSession",
        view: "ClipView",
        playback: "PlaybackController",
        presenter: "ClipPresenter",
        jobs: Jobs,
        player_factory: "Callable[[], Player]",
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._jobs = jobs
        self._view = view
        self._playback = playback
        self._presenter = presenter
        self._clip: OpenClip | None = None
        self._muted = MutedSpanPlayback(player_factory, view)
        self._muted.heard_due.connect(self._on_muted_heard)
        self._has_confirmed = False
        self._has_words = False
        """Whether the words of what is marked are selected in the text: a tag takes their place."""
        scope = view.scope
        presenter.clip_opened.connect(self._on_clip_opened)
        presenter.clip_left.connect(self._on_clip_left)
        playback.state_changed.connect(self._on_clip_plays)
        bind_shortcut(view, f"{scope}.mark_personal_data", self.ask_kind)
        if work.redactions.may_decide:
            view.redactions.allow_decisions()
            view.redactions.confirm_requested.connect(self._on_confirm_requested)
            view.redactions.reject_requested.connect(self._on_reject_requested)
            view.redactions.hear_requested.connect(self._on_hear_requested)
        if scope is Scope.QA:
            bind_shortcut(view, "qa.redact", view.redactions.confirm_first)
            bind_shortcut(view, "qa.reject", view.redactions.reject_first)
            bind_shortcut(view, "qa.hear_muted", view.redactions.hear_first)

    @Slot()
    def ask_kind(self) -> None:
        """Asks what was said in the selected part, in a menu beside it; the numbers are keys."""
        if self._clip is None:
            return
        waves = self._view.waveform.waves
        self._has_words = waves.selection.is_empty and self._select_words()
        if waves.selection.is_empty:
            hint = self.tr("Drag over it in the waveform, or select its words where a draft has times.")
            self._view.message.show_message(Message(self.tr("Select the personal data first."), hint), "warn")
            return
        menu = QMenu(self._view)
        menu.setObjectName("personal_data_kinds")
        for number, kind in enumerate(PersonalDataKind, 1):
            action = menu.addAction(f"&{number}  {term('PERSONAL_DATA', kind)}")
            action.triggered.connect(partial(self.mark, kind))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(waves.mapToGlobal(QPoint(waves.width() // 2, waves.height() // 2)))
        menu.setActiveAction(menu.actions()[0])

    def _select_words(self) -> bool:
        """Selects in the waveform what is selected in the text; whether it is known when that is said."""
        panel = self._view.transcription
        document, selected = panel.document, panel.editor.selected
        before = document.segments[: document.segments.index(document.current)]
        first = sum(len(segment.text) + 1 for segment in before)
        found = {panel.spoken_at(first + at) for at in range(selected.start, selected.end)}
        said = [word for word in found if word is not None]
        if not any(word.is_exact for word in said):
            return False
        start, end = min(word.from_frame for word in said), max(word.to_frame for word in said)
        self._view.waveform.waves.select(Selection(start, end))
        return start < end

    def mark(self, kind: PersonalDataKind, *_triggered: object) -> None:
        """Mutes the selected part for everybody, as personal data of a kind."""
        selection = self._view.waveform.waves.selection
        if self._clip is None or selection.is_empty:
            return
        start, end = selection.start, selection.end

        def step(lease: Lease) -> "MutedClip":
            return self._work.redactions.mark(lease, start, end, kind)

        self._presenter.run(step, partial(self._on_marked, kind))

    def _on_marked(self, kind: PersonalDataKind, muted: "MutedClip") -> None:
        self._view.waveform.waves.select_none()
        self._show(muted)
        hint = self.tr("Type [pii] with its kind in place of the words.")
        if self._has_words:
            self._view.transcription.editor.insert_tag(tag_for(kind))
            hint = self.tr("A tag took the place of the words.")
        self._view.message.show_message(
            Message(self.tr("Muted for everybody. QA or your lead decides about it."), hint)
        )

    @Slot(str)
    def _on_confirm_requested(self, redaction_id: str) -> None:
        done = self.tr("Confirmed: the sound is removed when you leave this clip.")
        self._decide(redaction_id, done, is_confirmed=True)

    @Slot(str)
    def _on_reject_requested(self, redaction_id: str) -> None:
        done = self.tr("Rejected: it can be heard again from the next opening on.")
        self._decide(redaction_id, done, is_confirmed=False)

    @Slot()
    def _on_clip_plays(self) -> None:
        if self._playback.is_playing:
            self._muted.stop()

    @Slot(str)
    def _on_hear_requested(self, redaction_id: str) -> None:
        self._playback.pause()
        self._muted.ask(self._view.redactions, partial(self._hear, redaction_id))

    def _hear(self, redaction_id: str, reason: HearingReason) -> None:
        def step(lease: Lease) -> "MutedSpan":
            return self._work.redactions.hear(lease, redaction_id, reason)

        self._presenter.run(step, self._muted.play)

    @Slot(str, object)
    def _on_muted_heard(self, redaction_id: str, ranges: "Sequence[HeardRange]") -> None:
        work = self._work
        self._jobs.run(
            lambda _token: work.redactions.heard(redaction_id, ranges),
            lambda _done: None,
            self._on_not_logged,
            owner=self,
        )

    def _on_not_logged(self, error: Exception) -> None:
        """No log row, no playback."""
        self._muted.stop()
        self._view.message.show_error(error)

    def _decide(self, redaction_id: str, done: str, *, is_confirmed: bool) -> None:
        self._muted.stop()

        def step(lease: Lease) -> "MutedClip":
            return self._work.redactions.decide(lease, redaction_id, is_confirmed=is_confirmed)

        def show(muted: "MutedClip") -> None:
            self._has_confirmed = self._has_confirmed or is_confirmed
            self._show(muted)
            self._view.message.show_message(Message(done))

        self._presenter.run(step, show)

    @Slot(object)
    def _on_clip_opened(self, clip: "OpenClip") -> None:
        self._muted.stop()  # of the clip before, where this one took its place at once
        self._apply_confirmed()
        self._clip = clip
        self._show_marks(clip.redactions, clip.samples)

    @Slot()
    def _on_clip_left(self) -> None:
        self._muted.stop()
        self._clip = None
        self._apply_confirmed()

    def _apply_confirmed(self) -> None:
        """What was confirmed is removed now; if that fails, with the next draw or by a lead."""
        if self._has_confirmed:
            self._has_confirmed = False
            work = self._work
            self._jobs.run(
                lambda _token: work.redactions.apply_confirmed(),
                lambda _done: None,
                lambda _error: None,
                owner=self,
            )

    def _show(self, muted: "MutedClip") -> None:
        """Plays and draws the clip as it may be heard and seen from now on."""
        if self._clip is None:
            return
        playback, coverage = self._playback, self._playback.coverage
        heard = [HeardRange(span.start, span.end) for span in coverage.heard]
        frame = playback.position
        playback.load(muted.samples, self._clip.speech, heard)
        playback.seek(frame)
        self._view.waveform.waves.replace_sound(muted.samples, muted.peaks)
        self._show_marks(muted.redactions, muted.samples)

    def _show_marks(self, redactions: tuple[Redaction, ...], sound: "Sound") -> None:
        self._view.waveform.waves.show_redacted(silent_spans(redactions, sound.rate_hz, sound.frames))
        self._view.redactions.show_redactions(redactions, sound.rate_hz)
