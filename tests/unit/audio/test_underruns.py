from datetime import UTC, datetime
from pathlib import Path

import pytest

from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.audio.play.underruns import DeviceRecord, UnderrunCounter, read_records
from tests.sounds import some_samples


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _played(file: Path | None, frames: int = 8_000, gaps: int = 0) -> Player:
    device = VirtualDevice()
    player = Player(device, underruns=UnderrunCounter(file))
    player.load(some_samples(16_000))
    player.play()
    device.pull(frames)
    for _ in range(gaps):
        device.stream.starve()
    player.close()
    return player


def test_how_long_each_device_played_and_ran_dry_adds_up_and_no_clip_is_named(tmp_path: Path) -> None:
    file, before = tmp_path / "new" / "sound.json", _today()
    for gaps in (0, 2, 1):
        _played(file, 4_000, gaps)
    assert read_records(file) in [
        [DeviceRecord("Virtual device", 0.75, 3, day)] for day in (before, _today())
    ]
    assert not {word for word in ("clip", "frames", "16000") if word in file.read_text()}


def test_a_device_that_played_nothing_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "sound.json"
    player = Player(VirtualDevice(), underruns=UnderrunCounter(file))
    player.load(some_samples(100))
    player.close()
    assert not file.exists()


def test_silence_between_is_not_playing(tmp_path: Path) -> None:
    device = VirtualDevice()
    player = Player(device, underruns=UnderrunCounter(tmp_path / "sound.json"))
    player.load(some_samples(16_000))
    player.play()
    device.pull(1_600)
    player.pause()
    device.pull(160_000)
    player.close()
    assert read_records(tmp_path / "sound.json")[0].seconds == pytest.approx(0.1)


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"device": "x"}]', '{"a": 1}', "null"])
def test_a_file_that_is_not_ours_counts_as_none_and_is_replaced(tmp_path: Path, content: str) -> None:
    file = tmp_path / "sound.json"
    file.write_text(content)
    assert read_records(file) == []
    _played(file)
    assert len(read_records(file)) == 1


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert _played(tmp_path / "file" / "sound.json", gaps=1).underruns == 1


def test_underruns_are_counted_through_all_streams() -> None:
    device = VirtualDevice()
    player = Player(device)
    for gaps in (1, 2):
        player.load(some_samples(1_000))
        for _ in range(gaps):
            device.stream.starve()
        player.unload()
    assert player.underruns == 3
