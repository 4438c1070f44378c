"""Which device the sound card takes, and its words when there is none; the sound itself: contracts/."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from reviewer.audio.io import port_audio, sound_card
from reviewer.audio.io.device import AudioFormat
from reviewer.audio.io.port_audio import Output, Outputs, listed, output_of
from reviewer.audio.io.sound_card import LATENCIES_SECONDS, MANY_UNDERRUNS, CardStream, SoundCard
from reviewer.errors import NoAudioDevice

_FORM = AudioFormat(16_000, 6, 16)
_SPEAKERS, _HEADSET = Output("Speakers", "ALSA"), Output("Headset", "ALSA")
_BOTH = ((16_000, 6), (48_000, 2))


class _PortAudioError(Exception):
    pass


class _PortAudio:
    """sounddevice with some devices; the first is the default; ``next_names`` come with a new look."""

    PortAudioError = _PortAudioError

    def __init__(
        self,
        takes: tuple[tuple[int, int], ...] = _BOTH,
        names: tuple[str, ...] = ("Speakers",),
        next_names: tuple[str, ...] | None = None,
    ) -> None:
        self._takes = takes
        self._names = names
        self.next_names = names if next_names is None else next_names
        self.restarts = 0
        self.settings: list[dict[str, Any]] = []
        self.streams: list[SimpleNamespace] = []

    def _terminate(self) -> None:
        self.restarts += 1

    def _initialize(self) -> None:
        self._names = self.next_names

    def query_hostapis(self) -> list[dict[str, Any]]:
        return [{"name": "ALSA"}]

    def query_devices(self, index: int | None = None, kind: str | None = None) -> Any:
        microphone = {"name": "Microphone", "hostapi": 0, "max_output_channels": 0}
        every = [
            {"name": name, "hostapi": 0, "max_output_channels": 8, "default_samplerate": 48_000.0}
            for name in self._names
        ]
        if kind is None:
            return [*every, microphone]
        if not every:
            raise _PortAudioError("Error querying device -1")
        return every[index or 0]

    def OutputStream(self, **settings: Any) -> SimpleNamespace:
        if not self._names or (settings["samplerate"], settings["channels"]) not in self._takes:
            raise _PortAudioError("Invalid sample rate")
        self.settings.append(settings)
        stream = SimpleNamespace(active=True, time=1.0, start=lambda: None, callback=settings["callback"])
        stream.abort = stream.close = lambda ignore_errors: setattr(stream, "active", False)
        self.streams.append(stream)
        return stream


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens a card on a library; what was opened is closed at the end."""
    streams: list[CardStream] = []

    def open_on(library: object, card: SoundCard | None = None) -> CardStream:
        monkeypatch.setitem(sys.modules, "sounddevice", library)
        streams.append((card or SoundCard()).open(_FORM, lambda out, _when: out.fill(0)))
        return streams[-1]

    yield open_on
    for stream in streams:
        stream.close()


def _starve(library: _PortAudio, times: int) -> None:
    when = SimpleNamespace(outputBufferDacTime=1.0, currentTime=0.5)
    for _ in range(times):
        library.streams[-1].callback(
            np.ones((4, 6), np.int16), 4, when, SimpleNamespace(output_underflow=True)
        )


def test_a_device_that_takes_the_clips_form_gets_it(opened: Any) -> None:
    assert opened(_PortAudio(((16_000, 6),))).form == _FORM


def test_a_device_that_refuses_the_form_gets_its_own_rate_and_two_channels(opened: Any) -> None:
    assert opened(_PortAudio(((48_000, 2),))).form == AudioFormat(48_000, 2, 16)


def test_where_nothing_is_chosen_the_systems_default_plays(opened: Any) -> None:
    library = _PortAudio(names=("Speakers", "Headset"))
    stream = opened(library)

    assert (library.settings[0]["device"], stream.name, stream.remark) == (None, "Speakers", None)


def test_the_chosen_device_plays(opened: Any) -> None:
    library = _PortAudio(names=("Speakers", "Headset"))
    stream = opened(library, SoundCard(_HEADSET))

    assert (library.settings[0]["device"], stream.name, stream.remark) == (1, "Headset", None)


def test_a_chosen_device_that_is_missing_is_said_and_the_default_plays(opened: Any) -> None:
    stream = opened(_PortAudio(), SoundCard(_HEADSET))

    assert (stream.name, stream.remark) == ("Speakers", "Headset is not there: the default plays.")


def test_a_chosen_device_that_is_back_is_taken_again(opened: Any) -> None:
    library, card, now = _PortAudio(), SoundCard(_HEADSET, clock=lambda: now), 0.0
    opened(library, card).close()
    library.next_names = ("Speakers", "Headset")
    now = 60.0

    assert (opened(library, card).name, card.chosen) == ("Headset", _HEADSET)


def test_a_chosen_device_that_stays_away_is_not_looked_for_with_every_clip(opened: Any) -> None:
    library, card = _PortAudio(), SoundCard(_HEADSET, clock=lambda: 0.0)
    for _ in range(5):
        opened(library, card).close()

    assert library.restarts == 1


def test_a_chosen_device_that_refuses_everything_leaves_it_to_the_default(opened: Any) -> None:
    class _Broken(_PortAudio):
        def OutputStream(self, **settings: Any) -> SimpleNamespace:
            if settings["device"] == 1:
                raise _PortAudioError("Device unavailable")
            return super().OutputStream(**settings)

    stream = opened(_Broken(names=("Speakers", "Headset")), SoundCard(_HEADSET))

    assert stream.remark == "Headset does not open: the default plays."


def test_devices_are_listed_again_before_giving_up(opened: Any) -> None:
    library = _PortAudio(names=(), next_names=("Speakers",))

    assert (opened(library).name, library.restarts) == ("Speakers", 1)


def test_after_a_device_has_died_they_are_listed_again_at_once(opened: Any) -> None:
    library, card = _PortAudio(), SoundCard(clock=lambda: 0.0)
    stream = opened(library, card)
    library.streams[-1].active = False
    stream.close()
    opened(library, card)

    assert library.restarts == 1


def test_while_a_stream_is_open_nothing_is_started_again(opened: Any) -> None:
    library = _PortAudio()
    opened(library)

    assert not port_audio.look_again(library)
    assert library.restarts == 0


def test_underruns_are_counted_from_what_the_callback_is_told(opened: Any) -> None:
    library = _PortAudio()
    stream = opened(library)
    _starve(library, 2)

    assert stream.underruns == 2


def test_after_a_stream_that_ran_dry_more_sound_waits_in_the_device_up_to_a_bound(opened: Any) -> None:
    library, card = _PortAudio(), SoundCard()
    for _ in range(4):
        stream = opened(library, card)
        _starve(library, MANY_UNDERRUNS)
        stream.close()

    latencies = [settings["latency"] for settings in library.settings]
    assert latencies == [*LATENCIES_SECONDS, LATENCIES_SECONDS[-1]]


def test_a_single_gap_changes_nothing(opened: Any) -> None:
    library, card = _PortAudio(), SoundCard()
    stream = opened(library, card)
    _starve(library, MANY_UNDERRUNS - 1)
    stream.close()

    assert card.latency_seconds == LATENCIES_SECONDS[0]


def test_a_good_stream_may_stay_for_the_next_clip(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_card, "_LISTS_FOLLOW", True)
    assert opened(_PortAudio()).may_stay


def test_a_stream_that_ran_dry_may_not_stay(opened: Any) -> None:
    library = _PortAudio(names=("Speakers", "Headset"))
    stream = opened(library, SoundCard(_HEADSET))
    assert stream.may_stay
    out = np.zeros((4, 6), dtype=np.int16)
    times = SimpleNamespace(outputBufferDacTime=1.0, currentTime=1.0)
    library.streams[-1].callback(out, 4, times, SimpleNamespace(output_underflow=True))
    assert not stream.may_stay


def test_a_stream_in_the_place_of_the_chosen_device_may_not_stay(opened: Any) -> None:
    assert not opened(_PortAudio(), SoundCard(_HEADSET)).may_stay


def test_a_default_that_does_not_follow_the_system_may_not_stay(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_card, "_LISTS_FOLLOW", False)
    assert not opened(_PortAudio()).may_stay


def test_outputs_are_listed_with_their_host_and_without_microphones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", _PortAudio(names=("Speakers", "Headset")))

    assert listed() == Outputs("Speakers", (_SPEAKERS, _HEADSET))


def test_listed_anew_they_hold_what_was_plugged_in_since(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _PortAudio(next_names=("Speakers", "Headset"))
    monkeypatch.setitem(sys.modules, "sounddevice", library)

    assert listed(anew=True).all == (_SPEAKERS, _HEADSET)


def test_without_any_output_the_list_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", _PortAudio(names=()))

    assert listed() == Outputs("", ())


@pytest.mark.parametrize("output", [_HEADSET, Output("USB: a/b (hw:1,0)", "ALSA")])
def test_an_output_is_found_again_by_its_text(output: Output) -> None:
    assert output_of(output.text) == output


@pytest.mark.parametrize("text", ["", "Speakers", "ALSA/", "/Speakers"])
def test_a_text_that_names_no_output_is_the_default(text: str) -> None:
    assert output_of(text) is None


@pytest.mark.parametrize("library", [_PortAudio(names=()), _PortAudio(())])
def test_no_device_is_one_sentence_and_a_remedy(opened: Any, library: _PortAudio) -> None:
    with pytest.raises(NoAudioDevice) as caught:
        opened(library)

    assert caught.value.sentence == "No sound: no output device was found."
    assert "press play" in caught.value.hint


def test_missing_portaudio_is_one_sentence_and_what_to_install(opened: Any) -> None:
    with pytest.raises(NoAudioDevice) as caught:
        opened(None)

    assert caught.value.sentence == "Sound is off: PortAudio is not installed."
    assert "nstall" in caught.value.hint


def test_the_audio_room_opens_without_portaudio_and_without_the_libraries_that_change_sound() -> None:
    modules = (
        "decode.decoder view.peaks samples play.transport play.player io.device io.sound_card io.port_audio"
    )
    modules += " dsp.stretch dsp.resample play.output_settings"
    code = "import sys\n"
    code += "for name in ('sounddevice', 'python_stretch', 'samplerate'): sys.modules[name] = None\n"
    code += "\n".join(f"import reviewer.audio.{name}" for name in modules.split())

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
