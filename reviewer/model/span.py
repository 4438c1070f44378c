"""A stretch of a clip, in frames."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Frames ``start`` to ``end``, ``end`` not included; never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"frames {self.start} to {self.end} are no stretch of a clip")

    @property
    def frames(self) -> int:
        return self.end - self.start
