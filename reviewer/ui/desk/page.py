"""The page where clips are heard, typed and handed in."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer.model.annotation import Flag
from reviewer.model.task import SkipReason
from reviewer.ui.clip.presenter import DeskPresenter
from reviewer.ui.desk.skip_dialog import SkipDialog
from reviewer.ui.desk.view import DeskView
from reviewer.ui.jobs import Jobs
from reviewer.ui.page import Page
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.key_bindings import bind_playback_keys, bind_spectrogram_keys, connect_waveform
from reviewer.ui.playback.output_settings import OutputSettingsController
from reviewer.ui.playback.output_settings_panel import OutputSettingsButton, bind_output_keys
from reviewer.ui.preferences import Preferences
from reviewer.ui.shortcuts import Scope, bind
from reviewer.ui.tab_order import tab_through
from reviewer.ui.waveform.choices import remember_choices

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.audio.play.player import Player
    from reviewer.desk.session import DeskSession


class DeskPage(Page):
    """Puts view, playback and presenter together, and the keys on them."""

    scope = Scope.DESK

    def __init__(
        self,
        desk: "DeskSession",
        player_factory: "Callable[[], Player]",
        jobs: Jobs,
        preferences: Preferences,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.setObjectName("desk_page")
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        player = player_factory()
        self.playback = PlaybackController(player, self, preferences=preferences)
        self.ears = OutputSettingsController(player, self.playback, preferences, self)
        self.view = DeskView(desk.schema, desk.conventions, jobs, self)
        self.presenter = DeskPresenter(desk, self.playback, self.view, jobs, self)
        self._has_started = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._connect()
        self._bind()

    @property
    def is_at_work(self) -> bool:
        return self.playback.is_playing

    def enter(self) -> None:
        if not self._has_started:
            self._has_started = True
            self.presenter.start()

    def leave(self) -> None:
        self.presenter.pause()

    def close_down(self) -> None:
        self.presenter.close_down()

    def more_keys(self) -> list[tuple[str, str]]:
        return self.view.board.palette_of_tags.keys

    @Slot()
    def ask_why_skip(self) -> None:
        """Opens the question; the sound stops meanwhile."""
        self.playback.pause()
        dialog = SkipDialog(self)
        dialog.skip_requested.connect(self.presenter.skip)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _connect(self) -> None:
        board, empty = self.view.board, self.view.empty
        self.presenter.status_changed.connect(self.status_changed)
        self.presenter.agreement_requested.connect(self.agreement_requested)
        board.play_bar.follow(self.playback)
        board.play_bar.add_right(OutputSettingsButton(self.ears, self.scope, board.play_bar))
        tab_through(board.play_bar)
        connect_waveform(board.waves, self.playback)
        board.unheard_changed.connect(board.waves.show_unheard)
        board.submit_requested.connect(self.presenter.submit)
        board.skip_requested.connect(self.ask_why_skip)
        board.message.retry_requested.connect(self.presenter.retry)
        empty.next_requested.connect(self.presenter.take_next)
        empty.give_back_requested.connect(partial(self.presenter.skip, SkipReason.TECHNICAL))

    def _bind(self) -> None:
        board, empty = self.view.board, self.view.empty
        bind(empty, "desk.claim", self.presenter.take_next)
        bind_playback_keys(board, Scope.DESK, self.playback, board.waves)
        bind_spectrogram_keys(board, Scope.DESK, board.spectrogram)
        remember_choices(board, Scope.DESK, board.waves, self._preferences)
        bind_output_keys(board, Scope.DESK, self.ears)
        bind(board, "desk.submit", self.presenter.submit)
        bind(board, "desk.skip", self.ask_why_skip)
        bind(board, "desk.problem", board.editor.next_problem)
        bind(board, "desk.turn", board.turn)
        bind(board, "desk.use_draft", board.notice.use)
        for place, flag in enumerate(Flag):
            bind(board, f"desk.flag_{place + 1}", partial(board.flags.toggle, flag))
