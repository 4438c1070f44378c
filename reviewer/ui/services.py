"""What the pages share."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.model.clock import Clock
from reviewer.ui.jobs import Jobs
from reviewer.ui.preferences import Preferences
from reviewer.ui.workspace_gateway import WorkspaceGateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.audio.play.player import Player


@dataclass(frozen=True, slots=True)
class Services:
    """What the pages share."""

    gateway: WorkspaceGateway
    jobs: Jobs
    clock: Clock
    player_factory: "Callable[[], Player]"
    preferences: Preferences
