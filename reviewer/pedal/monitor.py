"""Finds the pedal, reads it and emits its events, one step at a time on any thread."""

import queue
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reviewer.errors import ReviewerError, Unavailable
from reviewer.pedal.device import HidBackend, HidConnection, HidDevice
from reviewer.pedal.models import PedalModel
from reviewer.pedal.report import CalibratedPedal, Pedal, PedalEvent, ReportLayout, pedal_events
from reviewer.pedal.status import (
    DetectedPedal,
    PedalState,
    PedalStatus,
    calibration_candidates,
    detect_pedal,
    fault_status,
)

SCAN_INTERVAL_SECONDS = 2.0
READ_TIMEOUT_MS = 200


@dataclass(frozen=True, slots=True)
class RawReport:
    """A report of the device that is being calibrated, if it differs from the last one."""

    report: bytes


PedalMessage = PedalStatus | PedalEvent | RawReport


class PedalMonitor:
    """``set_calibrated`` and ``calibrate`` are thread-safe; the rest is for the thread that steps."""

    def __init__(
        self,
        backend: HidBackend,
        load_models: Callable[[], Sequence[PedalModel]],
        send: Callable[[PedalMessage], None],
        calibrated: CalibratedPedal | None = None,
    ) -> None:
        self._backend, self._load_models, self._send = backend, load_models, send
        self._calibrated = calibrated
        self._requests: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._models: Sequence[PedalModel] | None = None
        self._calibrating: HidDevice | None = None
        self._connection: HidConnection | None = None
        self._layout: ReportLayout | None = None
        self._down: frozenset[Pedal] = frozenset()
        self._last_report = b""
        self._status = PedalStatus(PedalState.OFF)

    def set_calibrated(self, calibrated: CalibratedPedal | None) -> None:
        """Sets the layout of the calibrated pedal."""
        self._requests.put(lambda: self._use_calibrated(calibrated))

    def calibrate(self, device: HidDevice | None) -> None:
        """Emits the raw reports of this device instead of pedal events; None ends that."""
        self._requests.put(lambda: self._use_device(device))

    def step(self) -> float:
        """Scan once, or wait briefly for one report; returns the seconds to wait before the next step."""
        while not self._requests.empty():
            self._requests.get()()
        return self._scan() if self._connection is None else self._read(self._connection)

    def close(self) -> None:
        """Close the device; pedals that are down are released."""
        self._release_device()

    def _use_calibrated(self, calibrated: CalibratedPedal | None) -> None:
        self._calibrated = calibrated
        self._release_device()

    def _use_device(self, device: HidDevice | None) -> None:
        self._calibrating = device
        self._release_device()

    def _scan(self) -> float:
        candidates: tuple[HidDevice, ...] = ()
        name = ""
        try:
            listed = self._backend.list_devices()
            candidates = calibration_candidates(listed)
            if self._models is None:
                self._models = self._load_models()
            detected = self._detect(listed)
            if detected is not None:
                name, here = detected.name, detected.device.path
                candidates = tuple(sorted(candidates, key=lambda device: device.path != here))
            status = self._open(detected)
        except ReviewerError as error:
            status = fault_status(error, name)
        self._set_status(replace(status, candidates=candidates))
        return 0.0 if self._connection is not None else SCAN_INTERVAL_SECONDS

    def _detect(self, listed: list[HidDevice]) -> DetectedPedal | None:
        if self._calibrating is None:
            return detect_pedal(listed, self._models or (), self._calibrated)
        is_there = self._calibrating in calibration_candidates(listed)
        return DetectedPedal(self._calibrating, self._calibrating.name) if is_there else None

    def _open(self, detected: DetectedPedal | None) -> PedalStatus:
        if detected is None:
            return PedalStatus(PedalState.NONE)
        state = PedalState.CALIBRATING if self._calibrating is not None else detected.state
        if state in (PedalState.READY, PedalState.CALIBRATING):
            self._connection = self._backend.open_device(detected.device)
            self._layout = detected.layout
        return PedalStatus(state, detected.name)

    def _read(self, connection: HidConnection) -> float:
        try:
            report = connection.read_report(READ_TIMEOUT_MS)
        except Unavailable:
            self._release_device()
            return 0.0
        if report and report != self._last_report:
            self._last_report = report
            self._handle_report(report)
        return 0.0

    def _handle_report(self, report: bytes) -> None:
        if self._layout is None:
            self._send(RawReport(report))
            return
        now = self._layout.pedals_down(report)
        if now is not None:
            self._set_down(now)

    def _set_down(self, now: frozenset[Pedal]) -> None:
        before, self._down = self._down, now
        for event in pedal_events(before, now):
            self._send(event)

    def _release_device(self) -> None:
        self._set_down(frozenset())
        if self._connection is not None:
            self._connection.close()
        self._connection, self._layout, self._last_report = None, None, b""

    def _set_status(self, status: PedalStatus) -> None:
        if status != self._status:
            self._status = status
            self._send(status)
