"""Which of a clip's frames the device got: told run by run, exact to the frame at 1x."""

from reviewer.audio.play.audio_callback import AudioCallback
from reviewer.audio.play.playback_run import Run
from reviewer.model.event import HeardRange
from reviewer.model.intervals import merge_heard


class PlayedRanges:
    """Collects what runs of playing have given to the device, those too that still fade out."""

    def __init__(self, feed: AudioCallback) -> None:
        self._feed = feed
        self._ending: list[Run] = []
        self._heard: list[HeardRange] = []

    @property
    def has_something(self) -> bool:
        """Whether something is known to be heard and was not taken."""
        return bool(self._heard)

    def ends(self, run: Run) -> None:
        """This run was taken out; the device may still fade it out."""
        run.ended_at_block = self._feed.blocks
        self._ending.append(run)

    def take(self, run: Run | None) -> list[HeardRange]:
        """What was heard since the last call, that of the run under way too; merged."""
        ended = [
            each for each in self._ending if not self._may_still_move(each)
        ]  # asked before they are told
        for each in [*self._ending, *([run] if run is not None else [])]:
            self._tell(each)
        self._ending = [each for each in self._ending if each not in ended]
        heard, self._heard = merge_heard(self._heard), []
        return heard

    def close(self) -> None:
        """The device is closed: nothing moves any more."""
        for run in self._ending:
            self._tell(run)
        self._ending = []

    def _tell(self, run: Run) -> None:
        self._heard += [HeardRange(start, end, run.percent) for start, end in run.tell()]

    def _may_still_move(self, run: Run) -> bool:
        """Whether the device's thread may be in the middle of a block of this run."""
        return self._feed.blocks < run.ended_at_block + 2 or self._feed.sounding is run.cue
