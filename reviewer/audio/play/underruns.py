"""How well the sound card kept up: a count for each device, and nothing about clips."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.audio.io.device import Stream


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """What one device has played in all, and how often it had nothing to play in time."""

    device: str
    seconds: float
    underruns: int
    last_day: str


class UnderrunCounter:
    """Counts while the program runs, and adds it to a file at the end; without a file it only counts."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._underruns = 0
        self._began: float | None = None
        self._seconds = 0.0
        self._unsaved: dict[str, DeviceRecord] = {}

    def underruns(self, stream: "Stream | None") -> int:
        """All so far, those of the open stream too."""
        return self._underruns + (stream.underruns if stream is not None else 0)

    def plays(self, stream: "Stream | None") -> None:
        """From now on the stream carries sound."""
        self._began = stream.now() if stream is not None else None

    def pauses(self, stream: "Stream | None") -> None:
        """From now on it is silent."""
        if self._began is not None and stream is not None:
            self._seconds += max(stream.now() - self._began, 0.0)
            self._began = None

    def ends(self, stream: "Stream") -> None:
        """The stream is closed."""
        self.pauses(stream)
        self._underruns += stream.underruns
        if self._seconds or stream.underruns:
            day = datetime.now(UTC).date().isoformat()
            fresh = DeviceRecord(stream.name, self._seconds, stream.underruns, day)
            self._unsaved[fresh.device] = _sum(self._unsaved.get(fresh.device), fresh)
        self._seconds = 0.0

    def save(self) -> None:
        """Add what was counted to the file; one that cannot be written is not worth a word to the user."""
        if self._file is None or not self._unsaved:
            return
        every = {record.device: record for record in records(self._file)}
        for device, fresh in self._unsaved.items():
            every[device] = _sum(every.get(device), fresh)
        self._unsaved = {}
        content = json.dumps([asdict(record) for record in every.values()], indent=1)
        fresh_file = self._file.with_suffix(".new")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh_file.write_text(content, encoding="utf-8")
            fresh_file.replace(self._file)


def records(file: Path) -> list[DeviceRecord]:
    """What is in the file; nothing if there is none, or it is not one of ours."""
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
