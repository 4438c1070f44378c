"""The speeds there are keys for."""

SPEEDS = (25, 50, 75, 90, 100, 110, 125, 150, 175, 200, 250, 300)
"""In per cent of what was recorded; all at the recorded pitch."""


def next_speed(percent: int, step: int) -> int:
    """The next one of ``SPEEDS``, faster for a positive ``step``, else slower; at the end itself."""
    if step > 0:
        return next((speed for speed in SPEEDS if speed > percent), percent)
    return next((speed for speed in reversed(SPEEDS) if speed < percent), percent)
