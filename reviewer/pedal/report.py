"""What one report of a foot pedal says: which of its pedals are down."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Pedal(StrEnum):
    """The three pedals, as one looks down on them."""

    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class ReportBit:
    """Where in a report a pedal is: it is down if any bit of ``mask`` is set in the byte ``byte``, from 0."""

    byte: int
    mask: int

    def __post_init__(self) -> None:
        if self.byte < 0 or not 0 < self.mask < 256:
            raise ValueError("a place is a byte from 0 and a mask of 1 to 255")


@dataclass(frozen=True, slots=True)
class ReportLayout:
    """Where the pedals are in a model's input reports.

    ``length`` is how many bytes a report about pedals has, where a device sends others too; None for any.
    """

    places: Mapping[Pedal, ReportBit]
    length: int | None = None

    def down(self, report: bytes) -> frozenset[Pedal] | None:
        """Which pedals are down; None for a report that is not about pedals.

        Args:
            report: One input report as hidapi gives it: its number first, if the device numbers its reports.
        """
        needed = 1 + max((place.byte for place in self.places.values()), default=-1)
        if len(report) < needed or (self.length is not None and len(report) != self.length):
            return None
        return frozenset(pedal for pedal, place in self.places.items() if report[place.byte] & place.mask)


@dataclass(frozen=True, slots=True)
class CalibratedPedal:
    """A pedal that a person has taught the program: whose it is by its USB numbers, and its layout."""

    vendor: int
    product: int
    layout: ReportLayout

    @property
    def written(self) -> str:
        """One line for the user's settings, such as ``1234:00ff 2 left=0:01 middle=0:02 right=0:04``."""
        places = " ".join(f"{p}={at.byte}:{at.mask:02x}" for p, at in self.layout.places.items())
        return f"{self.vendor:04x}:{self.product:04x} {self.layout.length or 0} {places}"


_TAUGHT = re.compile(
    r"([0-9a-f]{4}):([0-9a-f]{4}) (\d{1,4})((?: (?:left|middle|right)=\d{1,4}:[0-9a-f]{2})+)"
)
_ONE = re.compile(r"(\w+)=(\d+):(\w+)")


def parse_calibrated(line: str) -> CalibratedPedal | None:
    """What ``CalibratedPedal.written`` has written; None for anything else, which counts as not taught."""
    found = _TAUGHT.fullmatch(line)
    if found is None:
        return None
    try:
        places = {
            Pedal(name): ReportBit(int(byte), int(mask, 16)) for name, byte, mask in _ONE.findall(found[4])
        }
    except ValueError:
        return None
    return CalibratedPedal(int(found[1], 16), int(found[2], 16), ReportLayout(places, int(found[3]) or None))
