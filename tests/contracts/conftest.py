"""Grounds that contracts of several rooms share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.audio.io.port_audio import rescan
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from tests.fakes.sound_server import SoundServer, is_possible


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new workspace file."""
    database = Database(tmp_path / "workspace.db")
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def _running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    if not is_possible():
        pytest.skip("PulseAudio is not installed here (pulseaudio, pulseaudio-utils, libasound2-plugins)")
    try:
        import sounddevice  # noqa: F401
    except OSError:
        pytest.skip("PortAudio is not installed here (libportaudio2)")
    with SoundServer(tmp_path_factory.mktemp("sound")) as server:
        yield server


@pytest.fixture
def sound_server(_running_server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> SoundServer:
    """A private sound server of 16 kHz, 16 bit, mono, which is this process's default device."""
    return listening_to(_running_server, monkeypatch)


def listening_to(server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> SoundServer:
    """Make ``server`` this process's default device for a test."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    import sounddevice

    rescan(sounddevice)
    return server
