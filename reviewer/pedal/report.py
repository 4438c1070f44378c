"""Input reports of a foot pedal: pressed pedals, and changes since the last report."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum


class Pedal(StrEnum):
    """The three pedals, seen from above."""

    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class ReportBit:
    """The bits of one pedal: it is down if any bit of ``mask`` is set in the report's byte ``byte``."""

    byte: int
    mask: int

    def __post_init__(self) -> None:
        if self.byte < 0 or not 0 < self.mask < 256:
            raise ValueError("a report bit is a byte from 0 and a mask of 1 to 255")


@dataclass(frozen=True, slots=True)
class ReportLayout:
    """The bits of each pedal in a model's input reports.

    ``length`` is the length of pedal reports in bytes, if the device sends others too; None for any.
    """

    bits: Mapping[Pedal, ReportBit]
    length: int | None = None

    def pedals_down(self, report: bytes) -> frozenset[Pedal] | None:
        """The pedals that are down; None for a report that is not about pedals.

        Args:
            report: One input report as hidapi gives it: its number first, if the device numbers its reports.
        """
        needed = 1 + max((bit.byte for bit in self.bits.values()), default=-1)
        if len(report) < needed or (self.length is not None and len(report) != self.length):
            return None
        return frozenset(pedal for pedal, bit in self.bits.items() if report[bit.byte] & bit.mask)


@dataclass(frozen=True, slots=True)
class PedalEvent:
    """A press or release of a pedal."""

    pedal: Pedal
    is_down: bool


def pedal_events(before: AbstractSet[Pedal], now: AbstractSet[Pedal]) -> tuple[PedalEvent, ...]:
    """The events between two reports: first releases, then presses, each from left to right.

    A foot that slides to another pedal has released the first one.
    """
    up = tuple(PedalEvent(pedal, is_down=False) for pedal in Pedal if pedal in before and pedal not in now)
    down = tuple(PedalEvent(pedal, is_down=True) for pedal in Pedal if pedal in now and pedal not in before)
    return up + down


@dataclass(frozen=True, slots=True)
class CalibratedPedal:
    """A device that its owner has calibrated: its USB numbers, and its layout."""

    vendor: int
    product: int
    layout: ReportLayout

    @property
    def line(self) -> str:
        """One line for the user's settings, such as ``1234:00ff 2 left=0:01 middle=0:02 right=0:04``."""
        bits = " ".join(f"{p}={at.byte}:{at.mask:02x}" for p, at in self.layout.bits.items())
        return f"{self.vendor:04x}:{self.product:04x} {self.layout.length or 0} {bits}"


_LINE = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4}) (\d{1,4})((?: (?:left|middle|right)=\d{1,4}:[0-9a-f]{2})+)")
_BIT = re.compile(r"(\w+)=(\d+):(\w+)")


def parse_calibrated(line: str) -> CalibratedPedal | None:
    """Parse ``CalibratedPedal.line``; None for anything else, which counts as not calibrated."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    try:
        bits = {
            Pedal(name): ReportBit(int(byte), int(mask, 16)) for name, byte, mask in _BIT.findall(found[4])
        }
    except ValueError:
        return None
    return CalibratedPedal(int(found[1], 16), int(found[2], 16), ReportLayout(bits, int(found[3]) or None))
