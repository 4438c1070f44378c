"""Looks for a pedal, reads it, and tells what it does; a step at a time, so that any thread can run it."""

import queue
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reviewer.errors import ReviewerError, Unavailable
from reviewer.pedal.device import HidBackend, HidConnection, HidDevice
from reviewer.pedal.events import PedalEvent, changes
from reviewer.pedal.models import PedalModel
from reviewer.pedal.report import CalibratedPedal, Pedal, ReportLayout
from reviewer.pedal.status import DetectedPedal, PedalState, PedalStatus, calibratable, choose, fault

LOOK_EVERY_SECONDS = 2.0
READ_MS = 200


@dataclass(frozen=True, slots=True)
class RawReport:
    """A report of the device that is being taught, when it is another one than the last."""

    report: bytes


PedalMessage = PedalStatus | PedalEvent | RawReport


class PedalMonitor:
    """``use`` and ``teach`` may be called from any thread; all else belongs to the one that steps."""

    def __init__(
        self,
        port: HidBackend,
        models: Callable[[], Sequence[PedalModel]],
        tell: Callable[[PedalMessage], None],
        taught: CalibratedPedal | None = None,
    ) -> None:
        self._port, self._models, self._tell, self._taught = port, models, tell, taught
        self._asked: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._known: Sequence[PedalModel] | None = None
        self._pupil: HidDevice | None = None
        self._connection: HidConnection | None = None
        self._layout: ReportLayout | None = None
        self._down: frozenset[Pedal] = frozenset()
        self._last = b""
        self._standing = PedalStatus(PedalState.OFF)

    def use(self, taught: CalibratedPedal | None) -> None:
        """From now on this is how the taught pedal is read."""
        self._asked.put(lambda: self._set_taught(taught))

    def teach(self, device: HidDevice | None) -> None:
        """Tells the reports of this device as they come, instead of any pedal's; None ends that."""
        self._asked.put(lambda: self._set_pupil(device))

    def step(self) -> float:
        """Looks once, or waits a moment for one report; gives the seconds to wait before the next step."""
        while not self._asked.empty():
            self._asked.get()()
        return self._look() if self._connection is None else self._read(self._connection)

    def close(self) -> None:
        """Lets the device go; what was down comes up."""
        self._let_go()

    def _set_taught(self, taught: CalibratedPedal | None) -> None:
        self._taught = taught
        self._let_go()

    def _set_pupil(self, device: HidDevice | None) -> None:
        self._pupil = device
        self._let_go()

    def _look(self) -> float:
        others: tuple[HidDevice, ...] = ()
        name = ""
        try:
            listed = self._port.listed()
            others = calibratable(listed)
            if self._known is None:
                self._known = self._models()
            chosen = self._chosen(listed)
            if chosen is not None:
                name, here = chosen.name, chosen.device.path
                others = tuple(sorted(others, key=lambda device: device.path != here))
            standing = self._open(chosen)
        except ReviewerError as error:
            standing = fault(error, name)
        self._stand(replace(standing, others=others))
        return 0.0 if self._connection is not None else LOOK_EVERY_SECONDS

    def _chosen(self, listed: list[HidDevice]) -> DetectedPedal | None:
        if self._pupil is None:
            return choose(listed, self._known or (), self._taught)
        is_there = self._pupil in calibratable(listed)
        return DetectedPedal(self._pupil, self._pupil.name) if is_there else None

    def _open(self, chosen: DetectedPedal | None) -> PedalStatus:
        if chosen is None:
            return PedalStatus(PedalState.NONE)
        state = PedalState.LEARNING if self._pupil is not None else chosen.standing
        if state in (PedalState.READY, PedalState.LEARNING):
            self._connection = self._port.open(chosen.device)
            self._layout = chosen.layout
        return PedalStatus(state, chosen.name)

    def _read(self, connection: HidConnection) -> float:
        try:
            report = connection.read(READ_MS)
        except Unavailable:
            self._let_go()
            return 0.0
        if report and report != self._last:
            self._last = report
            self._take(report)
        return 0.0

    def _take(self, report: bytes) -> None:
        if self._layout is None:
            self._tell(RawReport(report))
            return
        now = self._layout.down(report)
        if now is not None:
            self._move(now)

    def _move(self, now: frozenset[Pedal]) -> None:
        before, self._down = self._down, now
        for event in changes(before, now):
            self._tell(event)

    def _let_go(self) -> None:
        self._move(frozenset())
        if self._connection is not None:
            self._connection.close()
        self._connection, self._layout, self._last = None, None, b""

    def _stand(self, standing: PedalStatus) -> None:
        if standing != self._standing:
            self._standing = standing
            self._tell(standing)
