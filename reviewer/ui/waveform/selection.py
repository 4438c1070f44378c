"""The selected part of a clip."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """Frames [start, end); empty if they are equal."""

    start: int = 0
    end: int = 0

    @classmethod
    def between(cls, one: float, other: float) -> "Selection":
        """From one frame to another, in either order."""
        return cls(int(min(one, other)), int(max(one, other)))

    @property
    def is_empty(self) -> bool:
        return self.end <= self.start

    def extended(self, frame: float, anchor: float) -> "Selection":
        """Moves the nearer edge to ``frame``; without a selection, selects from ``anchor`` to ``frame``."""
        if self.is_empty:
            return Selection.between(anchor, frame)
        is_left = abs(frame - self.start) <= abs(frame - self.end)
        return Selection.between(frame, self.end if is_left else self.start)

    def beginning(self, frame: int, total: int) -> "Selection":
        """Begins at ``frame``; extends to the end of the clip where it would be empty."""
        return Selection(frame, self.end if self.end > frame else total)

    def ending(self, frame: int) -> "Selection":
        """Ends at ``frame``; extends to the beginning of the clip where it would be empty."""
        return Selection(self.start if self.start < frame else 0, frame)
