"""The sound card's words when there is none; the sound itself is tested in contracts/."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from reviewer.audio.device import SoundForm
from reviewer.audio.sound_card import SoundCard
from reviewer.errors import NoAudioDevice

_FORM = SoundForm(16_000, 6, 16)


class _PortAudioError(Exception):
    pass


class _PortAudio:
    """sounddevice with one device that takes some forms, or with none."""

    PortAudioError = _PortAudioError

    def __init__(self, takes: tuple[tuple[int, int], ...] = (), *, has_device: bool = True) -> None:
        self._takes = takes
        self._has_device = has_device
        self.restarts = 0

    def _terminate(self) -> None:
        self.restarts += 1

    def _initialize(self) -> None:
        return

    def query_devices(self, kind: str) -> dict[str, Any]:
        assert kind == "output"
        if not self._has_device:
            raise _PortAudioError("Error querying device -1")
        return {"max_output_channels": 8, "default_samplerate": 48_000.0}

    def OutputStream(self, **settings: Any) -> SimpleNamespace:
        if (settings["samplerate"], settings["channels"]) not in self._takes:
            raise _PortAudioError("Invalid sample rate")
        return SimpleNamespace(start=lambda: None, active=True, time=1.0, **settings)


def _open(monkeypatch: pytest.MonkeyPatch, library: object) -> SoundForm:
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    return SoundCard().open(_FORM, lambda _out, _when: None).form


def test_a_device_that_takes_the_clips_form_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _open(monkeypatch, _PortAudio(((16_000, 6),))) == _FORM


def test_a_device_that_refuses_the_form_gets_its_own_rate_and_two_channels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _open(monkeypatch, _PortAudio(((48_000, 2),))) == SoundForm(48_000, 2, 16)


def test_devices_are_listed_again_before_giving_up(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _PortAudio(((48_000, 2),))
    _open(monkeypatch, library)

    assert library.restarts == 1


@pytest.mark.parametrize("library", [_PortAudio(has_device=False), _PortAudio(())])
def test_no_device_is_one_sentence_and_a_remedy(monkeypatch: pytest.MonkeyPatch, library: _PortAudio) -> None:
    with pytest.raises(NoAudioDevice) as caught:
        _open(monkeypatch, library)

    assert caught.value.sentence == "Sound is off: no output device was found."
    assert "system's sound settings" in caught.value.hint


def test_missing_portaudio_is_one_sentence_and_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoAudioDevice) as caught:
        _open(monkeypatch, None)

    assert caught.value.sentence == "Sound is off: PortAudio is not installed."
    assert "nstall" in caught.value.hint


def test_the_audio_room_opens_without_portaudio_and_without_the_stretch_library() -> None:
    modules = [
        "decode",
        "pyramid",
        "samples",
        "transport",
        "heard",
        "player",
        "device",
        "sound_card",
        "stretch",
    ]
    code = "import sys; sys.modules['sounddevice'] = sys.modules['python_stretch'] = None\n"
    code += "\n".join(f"import reviewer.audio.{name}" for name in modules)

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
