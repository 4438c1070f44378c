"""Shows what is missing before the work can be submitted, until it is fixed."""

from PySide6.QtCore import QObject, Slot

from reviewer.labels.schema import Schema
from reviewer.model.project import ListeningRules
from reviewer.session.coverage import lack_of_reason, lack_of_speech
from reviewer.session.submission_checks import is_answered_by_flag
from reviewer.transcript.conventions import Conventions
from reviewer.ui.clip.clip_view import ClipView
from reviewer.ui.clip.submission_issues import SubmissionIssues, submission_issues
from reviewer.ui.playback.controller import PlaybackController


class SubmissionIssueTracker(QObject):
    """Checks on request, and from then on at each change, until no issues are left.

    Only the session decides, from the log; this saves the user a refused submission.
    """

    def __init__(
        self,
        schema: Schema,
        rules: ListeningRules,
        playback: PlaybackController,
        view: ClipView,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._schema = schema
        self._rules = rules
        self._playback = playback
        self._view = view
        self._conventions: Conventions | None = None
        playback.coverage_changed.connect(self.look_again)

    def begin_clip(self, conventions: Conventions) -> None:
        """Starts with another clip; its text follows these conventions."""
        self._conventions = conventions

    def end_clip(self) -> None:
        """The clip was closed, or its work handed over."""
        self._conventions = None

    def is_ready(self) -> bool:
        """Whether there is no issue; else shows the issues and moves to the first."""
        self._playback.report_heard()  # so that the last second counts, and is logged before the work
        issues = self._show()
        if issues is None or not issues.notices:
            return issues is not None
        self._view.go_to_issue(issues)
        return False

    @Slot()
    def look_again(self) -> None:
        """Checks again: text, answers or heard parts have changed."""
        if self._view.has_issues_shown:
            self._show()

    def _show(self) -> SubmissionIssues | None:
        if self._conventions is None:
            return None
        annotation = self._view.annotation
        lack_of = lack_of_reason if is_answered_by_flag(annotation) else lack_of_speech
        lack = lack_of(self._playback.coverage, self._rules)
        issues = submission_issues(annotation, self._schema, self._conventions, lack, self._view.check)
        self._view.show_issues(issues)
        return issues
