"""What is still to be heard of the clip in hand, counted as the use cases count it."""

from collections.abc import Sequence

from reviewer.audio.samples import Sound
from reviewer.desk.completeness import is_answered_by_flag
from reviewer.desk.coverage import Coverage, Lack, lack_of_reason, lack_of_speech
from reviewer.model.annotation import Annotation
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.model.project import ListeningRules
from reviewer.ui.playback.controller import PlaybackController


class CoverageTracker:
    """Counts what was heard before the clip was opened and what the playback has played since.

    Only the use cases decide: they read the log. This is for saying so before one asks in vain.
    """

    def __init__(self, playback: PlaybackController, rules: ListeningRules) -> None:
        self._playback = playback
        self._rules = rules
        self._clip = Coverage(0, 1)

    def begin(self, sound: Sound, speech: Sequence[Span], heard: Sequence[HeardRange]) -> None:
        """Another clip: where somebody speaks in it, and what was heard of it for this work already."""
        self._clip = Coverage(sound.frames, sound.rate_hz, tuple(speech))
        self._playback.show_segments(speech)
        self._playback.show_heard_before(heard)

    @property
    def coverage(self) -> Coverage:
        """How much was heard by now."""
        return self._clip.after(self._playback.heard)

    def lack_of_work(self, annotation: Annotation) -> Lack | None:
        """What is missing for this work to be handed in."""
        return self.lack_of_reason() if is_answered_by_flag(annotation) else self.lack_of_speech()

    def lack_of_speech(self) -> Lack | None:
        """What is missing for work that is complete, or to be accepted."""
        return lack_of_speech(self.coverage, self._rules)

    def lack_of_reason(self) -> Lack | None:
        """What is missing for an answer by a flag, or work to be returned."""
        return lack_of_reason(self.coverage, self._rules)
