"""Pedals that go down and pedals that come up, from one report to the next."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from reviewer.pedal.report import Pedal


@dataclass(frozen=True, slots=True)
class PedalEvent:
    """A pedal went down, or came up."""

    pedal: Pedal
    is_down: bool


def changes(before: AbstractSet[Pedal], now: AbstractSet[Pedal]) -> tuple[PedalEvent, ...]:
    """What happened between two reports, each from left to right: first what came up, then what went down.

    A foot that slides from one pedal to the next has let go of the first.
    """
    up = tuple(PedalEvent(pedal, is_down=False) for pedal in Pedal if pedal in before and pedal not in now)
    down = tuple(PedalEvent(pedal, is_down=True) for pedal in Pedal if pedal in now and pedal not in before)
    return up + down
