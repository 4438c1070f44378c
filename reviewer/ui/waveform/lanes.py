"""How channels share the height of a picture."""

from dataclasses import dataclass

REACH = 0.46
"""The share of a lane that full height takes to each side of its middle."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """``count`` channels stacked in ``height`` rows, each as high as the others, to a row."""

    count: int
    height: int

    def top(self, lane: int) -> int:
        """The first row of a lane; of the one after the last, the row below all."""
        return self.height * lane // max(self.count, 1)

    def middle(self, lane: int) -> int:
        """The row whose middle is silence."""
        return (self.top(lane) + self.top(lane + 1)) // 2

    def reach(self, lane: int) -> float:
        """How many rows full height goes up or down from the middle."""
        return REACH * (self.top(lane + 1) - self.top(lane))


def channel_name(channel: int, channels: int) -> str:
    """``L`` and ``R`` for two channels, numbers from 1 for more."""
    return "LR"[channel] if channels == 2 else str(channel + 1)
