"""The clip workspace of a page: clip view or empty page, playback, and presenter."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from reviewer.model.clock import Clock
from reviewer.model.project import IntakeRules
from reviewer.ui.clip.clip_stack import ClipStack
from reviewer.ui.clip.clip_view import ClipView
from reviewer.ui.clip.clip_words import ClipWords
from reviewer.ui.clip.draft_playback import DraftPlayback
from reviewer.ui.clip.empty_page import EmptyPage
from reviewer.ui.clip.next_clip import Claim
from reviewer.ui.clip.presenter import ClipPresenter
from reviewer.ui.clip.redaction_marks import RedactionMarks
from reviewer.ui.clip.segment_playback import SegmentPlayback
from reviewer.ui.clip.text_room import TextRoom
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.output_settings import OutputSettingsController
from reviewer.ui.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.audio.play.player import Player
    from reviewer.session.work_session import WorkSession


@dataclass(frozen=True, slots=True)
class ClipTools:
    """What every clip workspace of the window shares."""

    player_factory: "Callable[[], Player]"
    jobs: Jobs
    preferences: Preferences
    clock: Clock
    product_name: "Callable[[str], str]" = IntakeRules().product_name


class ClipWorkspace:
    """Combines view, playback and presenter; pages add their own panels and actions."""

    def __init__(
        self,
        work: "WorkSession",
        scope: Scope,
        empty: EmptyPage,
        actions: QWidget,
        tools: ClipTools,
        page: QWidget,
        *,
        claim: Claim | None = None,
    ) -> None:
        """``actions`` are the buttons of the transcription; ``page`` becomes the parent of all parts."""
        player, jobs, preferences = tools.player_factory(), tools.jobs, tools.preferences
        self.playback = PlaybackController(player, page, preferences=preferences, clock=tools.clock)
        self.output = OutputSettingsController(player, self.playback, preferences, page)
        make_view = partial(ClipView, scope, work.schema, work.conventions_for(""), jobs, actions)
        self.stack = ClipStack(empty, make_view, page)
        self.view = self.stack.view
        self.view.facts.product_name = tools.product_name
        self.words = ClipWords(work, scope, self.view, jobs, preferences)
        TextRoom(self.view, scope, preferences)
        self.presenter = ClipPresenter(work, self.playback, self.stack, jobs, claim, page)
        self.view.waveform.follow(self.playback, self.output, preferences, keys_owner=self.view)
        self.view.waveform.play_bar.require_heard(work.listening_rules.heard_percent)
        panel, rules = self.view.transcription, work.listening_rules
        self._drafts = DraftPlayback(
            panel.drafts,
            panel.doubts,
            self.playback,
            rules,
            lambda: panel.annotation.text_verbatim,
            panel.spoken_at,
            page,
        )
        SegmentPlayback(panel, self.view.waveform.waves, self.playback, page)
        RedactionMarks(work, self.view, self.playback, self.presenter, jobs, tools.player_factory, page)
        panel.annotation_changed.connect(self._drafts.look_later)
        self.view.message.retry_requested.connect(self.presenter.retry)
        empty.claim_requested.connect(self.presenter.take_next)
        self._has_started = False

    def is_at_work(self, within: timedelta) -> bool:
        """Whether playback runs that a person started no longer than ``within`` ago."""
        return self.playback.is_attended(within)

    def enter(self) -> None:
        """The page is shown; the first time it continues with the clip that is still leased."""
        if not self._has_started:
            self._has_started = True
            self.presenter.start()
        else:
            self.presenter.refresh_counts()

    def tag_keys(self) -> list[tuple[str, str]]:
        """The tags' keys for the list of shortcuts, while a clip is open."""
        return self.view.transcription.tags.keys
