"""What is still to be heard of the clip in hand, counted as the use cases count it."""

from reviewer.desk.completeness import is_answered_by_flag
from reviewer.desk.coverage import Lack, lack_of_reason, lack_of_speech
from reviewer.model.annotation import Annotation
from reviewer.model.project import ListeningRules
from reviewer.ui.playback.controller import PlaybackController


class CoverageTracker:
    """Counts what was heard before the clip was opened and what the playback has played since.

    Only the use cases decide: they read the log. This is for saying so before one asks in vain.
    """

    def __init__(self, playback: PlaybackController, rules: ListeningRules) -> None:
        self._playback = playback
        self._rules = rules

    def lack_of_work(self, annotation: Annotation) -> Lack | None:
        """What is missing for this work to be handed in."""
        return self.lack_of_reason() if is_answered_by_flag(annotation) else self.lack_of_speech()

    def lack_of_speech(self) -> Lack | None:
        """What is missing for work that is complete, or to be accepted."""
        return lack_of_speech(self._playback.coverage, self._rules)

    def lack_of_reason(self) -> Lack | None:
        """What is missing for an answer by a flag, or work to be returned."""
        return lack_of_reason(self._playback.coverage, self._rules)
