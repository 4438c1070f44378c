"""What one frame of the waves shows."""

from dataclasses import dataclass

from reviewer.ui.waveform.marks import Marks
from reviewer.ui.waveform.reduce import Trace
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.window import ViewWindow


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A trace a channel, and what is marked; ``scale`` is how many device pixels a logical one has."""

    window: ViewWindow
    traces: tuple[Trace, ...]
    selection: Selection
    speech: Marks
    unheard: Marks
    heard: Marks
    scale: float
