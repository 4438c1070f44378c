"""Calibration of an unknown pedal: its owner presses one after the other; the bits that change are its."""

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
    """A calibration so far. ``presses`` has one for each pedal, or None where there is no such pedal."""

    presses: tuple[Press | None, ...] = ()
    held_report: bytes | None = None

    @property
    def requested_pedal(self) -> Pedal | None:
        """The pedal to be pressed and released next; None when all were."""
        return _ORDER[len(self.presses)] if len(self.presses) < len(_ORDER) else None

    @property
    def is_held(self) -> bool:
        """Whether something is down, as far as one can tell, and should come up."""
        return self.held_report is not None

    def with_report(self, report: bytes) -> "Calibration":
        """The calibration after one more report of the device.

        The first report of a press may be the resting state, which some devices send when they are opened: it
        is a press only if a bit is cleared again. Reports of another length are about something else.
        """
        if self.requested_pedal is None or len(report) != self._length(report):
            return self
        if self.held_report is None:
            rest = next((press.up for press in reversed(self.presses) if press is not None), None)
            return self if report == rest else replace(self, held_report=report)
        if not _is_bit_cleared(self.held_report, report):
            return replace(self, held_report=report)
        return Calibration((*self.presses, Press(self.held_report, report)))

    def skip_pedal(self) -> "Calibration":
        """There is no such pedal; go on with the next."""
        return self if self.requested_pedal is None else Calibration((*self.presses, None))

    def layout(self) -> ReportLayout:
        """The layout that was found.

        Raises:
            Refused: no pedal was pressed, or two could not be told apart.
        """
        presses = [press for press in self.presses if press is not None]
        bits: dict[Pedal, ReportBit] = {}
        for pedal, press in zip(_ORDER, self.presses, strict=False):
            if press is not None:
                bits[pedal] = _bit_of(press, [other for other in presses if other is not press])
        if not bits:
            raise Refused("CALIBRATION_WITHOUT_PEDALS")
        return ReportLayout(bits, len(presses[0].down))

    def _length(self, report: bytes) -> int:
        known = self.held_report or next((press.up for press in self.presses if press is not None), report)
        return len(known)


def _is_bit_cleared(before: bytes, after: bytes) -> bool:
    return any(b & ~a & 0xFF for b, a in zip(before, after, strict=True))


def _bit_of(press: Press, others: list[Press]) -> ReportBit:
    """The first bit that was set while this pedal was down and at no other time; counters have none."""
    for byte, down in enumerate(press.down):
        elsewhere = press.up[byte]
        for other in others:
            elsewhere |= other.down[byte] | other.up[byte]
        own = down & ~elsewhere & 0xFF
        if own:
            return ReportBit(byte, own & -own)
    raise Refused("CALIBRATION_AMBIGUOUS")
