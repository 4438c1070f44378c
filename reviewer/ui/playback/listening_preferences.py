"""The user's listening preferences, read from the store at each use."""

from PySide6.QtCore import QObject, Signal, Slot

from reviewer.audio.play.transport import FASTEST_PERCENT, SLOWEST_PERCENT
from reviewer.ui.preferences import Preferences

BACKSTEPS_MS = (0, 250, 500, 1000)
_LONGEST_STEP_MS = 60_000
_LONGEST_ROLL_MS = 10_000
_SHORTEST_MS = 50


class ListeningPreferences(QObject):
    """The preferences ``listening.…`` with their defaults; each is clamped to its limits."""

    changed = Signal()

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        preferences.changed.connect(self._on_changed)

    @property
    def step_ms(self) -> int:
        """The length of a step back or forward, and of a slow replay."""
        return self._within("step_ms", 2000, _SHORTEST_MS, _LONGEST_STEP_MS)

    @property
    def backstep_ms(self) -> int:
        """How far a pause rewinds."""
        return self._within("backstep_ms", 0, 0, _LONGEST_STEP_MS)

    @property
    def again_percent(self) -> int:
        """The speed of a slow replay."""
        return self._within("again_percent", 75, SLOWEST_PERCENT, FASTEST_PERCENT)

    @property
    def pre_roll_ms(self) -> int:
        """How much earlier a segment or a loop starts."""
        return self._within("pre_roll_ms", 0, 0, _LONGEST_ROLL_MS)

    @property
    def post_roll_ms(self) -> int:
        """How much later a segment or a loop ends."""
        return self._within("post_roll_ms", 0, 0, _LONGEST_ROLL_MS)

    @property
    def edge_ms(self) -> int:
        """How much is played on each side of an edge."""
        return self._within("edge_ms", 500, _SHORTEST_MS, _LONGEST_ROLL_MS)

    @property
    def plays_segments(self) -> bool:
        """Whether going to a segment plays it."""
        return self._preferences.is_on("listening.auto_play", default=True)

    @property
    def plays_on_open(self) -> bool:
        """Whether a clip plays automatically when it is shown."""
        return self._preferences.is_on("listening.play_on_open", default=False)

    @property
    def resumes(self) -> bool:
        """Whether a clip opens at its last position."""
        return self._preferences.is_on("listening.resume", default=True)

    def choose_next_backstep(self) -> None:
        """Stores the next longer rewind, and after the longest none."""
        longer = [length for length in BACKSTEPS_MS if length > self.backstep_ms]
        self._preferences.put("listening.backstep_ms", longer[0] if longer else 0)

    def _within(self, name: str, default: int, least: int, most: int) -> int:
        return min(max(self._preferences.number(f"listening.{name}", default), least), most)

    @Slot(str)
    def _on_changed(self, name: str) -> None:
        if name.startswith("listening."):
            self.changed.emit()
