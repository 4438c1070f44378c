"""What is still to be heard of the clip that is open, counted as the session counts it."""

from reviewer.model.annotation import Annotation
from reviewer.model.project import ListeningRules
from reviewer.session.coverage import Lack, lack_of_reason, lack_of_speech
from reviewer.session.submission_checks import is_answered_by_flag
from reviewer.ui.playback.controller import PlaybackController


class CoverageTracker:
    """Only the session decides: it reads the log. This is for saying so before one asks in vain."""

    def __init__(self, playback: PlaybackController, rules: ListeningRules) -> None:
        self._playback = playback
        self._rules = rules

    def lack_of_work(self, annotation: Annotation) -> Lack | None:
        """What is missing for this work to be submitted."""
        return self.lack_of_reason() if is_answered_by_flag(annotation) else self.lack_of_speech()

    def lack_of_speech(self) -> Lack | None:
        """What is missing for work that is complete, or to be accepted."""
        return lack_of_speech(self._playback.coverage, self._rules)

    def lack_of_reason(self) -> Lack | None:
        """What is missing for an answer by a flag, or for work to be returned."""
        return lack_of_reason(self._playback.coverage, self._rules)
