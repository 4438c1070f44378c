"""Underruns: how often each sound device had nothing to play in time. Nothing about clips is kept."""

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
    """How long one device has played in all, and how often it had nothing to play in time."""

    device: str
    seconds: float
    underruns: int
    last_day: str


class UnderrunCounter:
    """Counts while the program runs, and adds that to a file at the end; without a file it only counts."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._underruns = 0
        self._began: float | None = None
        self._seconds = 0.0
        self._unsaved: dict[str, DeviceRecord] = {}

    def total(self, stream: "Stream | None") -> int:
        """All so far, including those of the open stream."""
        return self._underruns + (stream.underruns if stream is not None else 0)

    def start_playing(self, stream: "Stream | None") -> None:
        """From now on the stream carries sound."""
        self._began = stream.now_seconds() if stream is not None else None

    def stop_playing(self, stream: "Stream | None") -> None:
        """From now on it is silent."""
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
        """Add the counts to the file; if it cannot be written, that is not worth telling the user."""
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
    """The records in the file; none if there is no such file, or it is not one of ours."""
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
