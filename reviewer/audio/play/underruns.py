"""Underruns: how often each device's buffer ran empty. Stores nothing about clips."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.files import write_atomically

if TYPE_CHECKING:
    from reviewer.audio.io.device import Stream


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """The total playing time of a device, and its number of underruns."""

    device: str
    seconds: float
    underruns: int
    last_day: str


class UnderrunCounter:
    """Counts while the program runs, and adds the counts to a file at the end, if there is one."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._underruns = 0
        self._began: float | None = None
        self._seconds = 0.0
        self._unsaved: dict[str, DeviceRecord] = {}

    def total(self, stream: "Stream | None") -> int:
        """All underruns so far, including the open stream's."""
        return self._underruns + (stream.underruns if stream is not None else 0)

    def start_playing(self, stream: "Stream | None") -> None:
        """The stream plays sound from now on."""
        self._began = stream.now_seconds() if stream is not None else None

    def stop_playing(self, stream: "Stream | None") -> None:
        """The stream is silent from now on."""
        if self._began is not None and stream is not None:
            self._seconds += max(stream.now_seconds() - self._began, 0.0)
            self._began = None

    def end_stream(self, stream: "Stream") -> None:
        """The stream is closed."""
        self.stop_playing(stream)
        self._underruns += stream.underruns
        if self._seconds or stream.underruns:
            day = datetime.now(UTC).date().isoformat()
            fresh = DeviceRecord(stream.name, self._seconds, stream.underruns, day)
            self._unsaved[fresh.device] = _sum(self._unsaved.get(fresh.device), fresh)
        self._seconds = 0.0

    def save(self) -> None:
        """Add the counts to the file; errors are ignored."""
        if self._file is None or not self._unsaved:
            return
        every = {record.device: record for record in read_records(self._file)}
        for device, fresh in self._unsaved.items():
            every[device] = _sum(every.get(device), fresh)
        self._unsaved = {}
        content = json.dumps([asdict(record) for record in every.values()], indent=1)
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, content.encode())


def read_records(file: Path) -> list[DeviceRecord]:
    """The records in the file; none if the file is missing or invalid."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return [
            DeviceRecord(
                str(row["device"]), float(row["seconds"]), int(row["underruns"]), str(row["last_day"])
            )
            for row in rows
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def _sum(before: DeviceRecord | None, fresh: DeviceRecord) -> DeviceRecord:
    if before is None:
        return fresh
    return replace(
        fresh, seconds=before.seconds + fresh.seconds, underruns=before.underruns + fresh.underruns
    )
