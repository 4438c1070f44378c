"""Shows what is missing before the work can be submitted, until it is fixed."""

from PySide6.QtCore import QObject, QTimer, Slot

from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation
from reviewer.model.project import ListeningRules
from reviewer.session.coverage import lack_of_reason, lack_of_speech
from reviewer.session.submission_checks import is_answered_by_flag
from reviewer.session.typed_personal_data import refused
from reviewer.transcript.conventions import Conventions
from reviewer.ui.clip.clip_view import ClipView
from reviewer.ui.clip.submission_issues import SubmissionIssues, submission_issues
from reviewer.ui.playback.controller import PlaybackController

_LOOK_AFTER_MS = 120


class SubmissionIssueTracker(QObject):
    """Checks on request, and from then on after each change, until no issues are left: typing never waits.

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
        self._locale = ""
        self._only_personal_data = False
        self._looked_at = Annotation()
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_LOOK_AFTER_MS)
        self._look.timeout.connect(self._show_again)
        playback.coverage_changed.connect(self._show_again)

    def begin_clip(self, conventions: Conventions, locale: str) -> None:
        """Starts with another clip; its text follows these conventions."""
        self._conventions, self._locale = conventions, locale
        self._only_personal_data = False

    def end_clip(self) -> None:
        """The clip was closed, or its work handed over."""
        self._look.stop()
        self._looked_at = Annotation()
        self._conventions = None

    def is_ready(self, *, only_personal_data: bool = False) -> bool:
        """Whether there is no issue; else shows the issues and moves to the first.

        ``only_personal_data``: of all issues that alone counts, as in a reviewer's own version.
        """
        self._only_personal_data = only_personal_data
        self._playback.report_heard()  # so that the last second counts, and is logged before the work
        issues = self._show()
        if issues is None or not issues.notices:
            return issues is not None
        self._view.go_to_issue(issues)
        return False

    @Slot()
    def look_again(self) -> None:
        """Checks again: at once if answers or flags have changed, after a pause if text has."""
        if not self._view.has_issues_shown:
            return
        now, before = self._view.annotation, self._looked_at
        if (now.labels, now.flags) == (before.labels, before.flags):
            self._look.start()
        else:
            self._show(is_update=True)

    @Slot()
    def _show_again(self) -> None:
        if self._view.has_issues_shown:
            self._show(is_update=True)

    def _show(self, *, is_update: bool = False) -> SubmissionIssues | None:
        self._look.stop()
        if self._conventions is None:
            return None
        annotation = self._looked_at = self._view.annotation
        issues = self._personal_data(annotation) if self._only_personal_data else self._all(annotation)
        self._view.show_issues(issues, is_update=is_update)
        return issues

    def _personal_data(self, annotation: Annotation) -> SubmissionIssues:
        return SubmissionIssues(refused(annotation, self._locale, self._view.personal_data.find), ())

    def _all(self, annotation: Annotation) -> SubmissionIssues:
        assert self._conventions is not None
        lack_of = lack_of_reason if is_answered_by_flag(annotation) else lack_of_speech
        lack = lack_of(self._playback.coverage, self._rules)
        return submission_issues(
            annotation,
            self._schema,
            self._conventions,
            self._locale,
            lack,
            self._view.check,
            self._view.personal_data.find,
        )
