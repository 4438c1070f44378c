"""How an unknown pedal is taught: its owner presses one after the other, and the bits that moved are its."""

from dataclasses import dataclass, replace

from reviewer.errors import Refused
from reviewer.pedal.report import Pedal, ReportBit, ReportLayout

_ORDER = tuple(Pedal)


@dataclass(frozen=True, slots=True)
class Press:
    """The report while a pedal was down, and the one after it came up; both of the same length."""

    down: bytes
    up: bytes


@dataclass(frozen=True, slots=True)
class Calibration:
    """As far as teaching has come. ``taken`` has a press, or None where there is no such pedal."""

    taken: tuple[Press | None, ...] = ()
    held: bytes | None = None

    @property
    def asks_for(self) -> Pedal | None:
        """The pedal to be pressed and let go next; None when all were."""
        return _ORDER[len(self.taken)] if len(self.taken) < len(_ORDER) else None

    @property
    def is_held(self) -> bool:
        """Whether something is down, as far as one can tell, and should come up."""
        return self.held is not None

    def heard(self, report: bytes) -> "Calibration":
        """The lesson after one more report of the device.

        The first report of a press may be the state of rest, which some devices send when they are opened: it
        is a press only if a bit goes out again. Reports of another length are about something else.
        """
        if self.asks_for is None or len(report) != self._length(report):
            return self
        if self.held is None:
            rest = next((press.up for press in reversed(self.taken) if press is not None), None)
            return self if report == rest else replace(self, held=report)
        if not _gone(self.held, report):
            return replace(self, held=report)
        return Calibration((*self.taken, Press(self.held, report)))

    def without_this(self) -> "Calibration":
        """There is no such pedal; on with the next."""
        return self if self.asks_for is None else Calibration((*self.taken, None))

    def layout(self) -> ReportLayout:
        """Where the pedals are.

        Raises:
            Refused: no pedal was pressed, or two could not be told apart.
        """
        presses = [press for press in self.taken if press is not None]
        places: dict[Pedal, ReportBit] = {}
        for pedal, press in zip(_ORDER, self.taken, strict=False):
            if press is not None:
                places[pedal] = _place_of(press, [one for one in presses if one is not press])
        if not places:
            raise Refused("No pedal was pressed, so nothing was learnt.", "Press at least one.")
        return ReportLayout(places, len(presses[0].down))

    def _length(self, report: bytes) -> int:
        known = self.held or next((press.up for press in self.taken if press is not None), report)
        return len(known)


def _gone(before: bytes, after: bytes) -> bool:
    return any(b & ~a & 0xFF for b, a in zip(before, after, strict=True))


def _place_of(press: Press, others: list[Press]) -> ReportBit:
    """The first bit that was set while this pedal was down and at no other time; counters have none."""
    for byte, down in enumerate(press.down):
        elsewhere = press.up[byte]
        for other in others:
            elsewhere |= other.down[byte] | other.up[byte]
        own = down & ~elsewhere & 0xFF
        if own:
            return ReportBit(byte, own & -own)
    raise Refused(
        "These pedals could not be told apart, so nothing was learnt.",
        "Press and let go of one after the other. A pedal that types keys cannot be taught.",
    )
