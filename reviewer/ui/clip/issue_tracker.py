"""What still stands between the work on the board and handing it in, said until it is mended."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from reviewer.ui.clip.clip_view import ClipView
from reviewer.ui.clip.coverage_tracker import CoverageTracker
from reviewer.ui.clip.submission_issues import SubmissionIssues, submission_issues
from reviewer.ui.playback.controller import PlaybackController

if TYPE_CHECKING:
    from reviewer.desk.session import DeskSession, OpenClip


class IssueTracker(QObject):
    """Looks when it is asked, and from then on at each change, until nothing is missing."""

    def __init__(
        self,
        desk: "DeskSession",
        playback: PlaybackController,
        board: ClipView,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._playback = playback
        self._board = board
        self._to_hear = CoverageTracker(playback, desk.listening_rules)
        self._is_begun = False
        board.play_bar.require_heard(desk.listening_rules.heard_percent)
        playback.coverage_changed.connect(self.look_again)

    def begin(self, clip: "OpenClip") -> None:
        """Another clip was loaded and shown."""
        self._board.waves.show_speech(clip.speech)
        self._is_begun = True

    def end(self) -> None:
        """The clip is gone, or its work on the way."""
        self._is_begun = False

    def is_mended(self) -> bool:
        """Whether nothing is missing; if something is, says what, and goes there."""
        self._playback.report_heard()  # the last second counts, and is in the log before the work
        missing = self._show()
        if missing.sentences:
            self._board.go_to_missing(missing)
        return not missing.sentences

    @Slot()
    def look_again(self) -> None:
        """Something was typed, answered or heard."""
        if self._is_begun and self._board.is_missing_shown:
            self._show()

    def _show(self) -> SubmissionIssues:
        annotation = self._board.annotation
        lack = self._to_hear.lack_of_work(annotation)
        missing = submission_issues(annotation, self._desk.schema, self._desk.conventions, lack)
        self._board.show_missing(missing)
        return missing
