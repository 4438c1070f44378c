"""What every screen may need."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.model.clock import Clock
from reviewer.ui.doors import Doors
from reviewer.ui.jobs import Jobs
from reviewer.ui.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.audio.play.player import Player


@dataclass(frozen=True, slots=True)
class House:
    """What every screen may need."""

    doors: Doors
    jobs: Jobs
    clock: Clock
    player_factory: "Callable[[], Player]"
    preferences: Preferences
