"""Which device the sound card takes, and its words when there is none; the sound itself: contracts/."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from reviewer.audio.io import port_audio
from reviewer.audio.io.port_audio import Output, Outputs, list_outputs, output_with_id
from reviewer.audio.io.sound_card import LATENCIES_SECONDS, MANY_UNDERRUNS, CardStream, SoundCard
from reviewer.audio.samples import AudioFormat
from reviewer.errors import NoAudioDevice, Notice
from tests.refusals import hint_of, sentence_of

_FORMAT = AudioFormat(16_000, 6, 16)
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
        streams.append((card or SoundCard()).open_stream(_FORMAT, lambda out, _when: out.fill(0)))
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


@pytest.mark.parametrize(
    ("takes", "gets"), [((16_000, 6), _FORMAT), ((48_000, 2), AudioFormat(48_000, 2, 16))]
)
def test_a_device_gets_the_clips_format_or_its_own_rate_and_two_channels(
    opened: Any, takes: tuple[int, int], gets: AudioFormat
) -> None:
    assert opened(_PortAudio((takes,))).audio_format == gets


class _Broken(_PortAudio):
    """The second device refuses everything."""

    def OutputStream(self, **settings: Any) -> SimpleNamespace:
        if settings["device"] == 1:
            raise _PortAudioError("Device unavailable")
        return super().OutputStream(**settings)


@pytest.mark.parametrize(
    ("library", "chosen", "plays", "reason"),
    [
        (_PortAudio(names=("Speakers", "Headset")), None, (None, "Speakers"), None),
        (_PortAudio(names=("Speakers", "Headset")), _HEADSET, (1, "Headset"), None),
        (_PortAudio(), _HEADSET, (None, "Speakers"), "OUTPUT_NOT_CONNECTED"),
        (_Broken(names=("Speakers", "Headset")), _HEADSET, (None, "Speakers"), "OUTPUT_NOT_OPENED"),
    ],
)
def test_the_chosen_device_plays_else_the_default_and_why_is_said(
    opened: Any,
    library: _PortAudio,
    chosen: Output | None,
    plays: tuple[int | None, str],
    reason: str | None,
) -> None:
    stream = opened(library, SoundCard(chosen))

    assert (library.settings[0]["device"], stream.name) == plays
    assert stream.fallback_reason == (reason and Notice(reason, {"output": "Headset"}))


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

    assert not port_audio.rescan(library)
    assert library.restarts == 0


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


def test_a_stream_is_reusable_unless_it_ran_dry_or_is_in_the_place_of_the_chosen_device(opened: Any) -> None:
    library = _PortAudio(names=("Speakers", "Headset"))
    stream = opened(library, SoundCard(_HEADSET))
    assert stream.is_reusable
    _starve(library, 1)

    assert (stream.underruns, stream.is_reusable) == (1, False)
    assert not opened(_PortAudio(), SoundCard(_HEADSET)).is_reusable
    for follows in (True, False):
        assert opened(_PortAudio(), SoundCard(default_follows_system=follows)).is_reusable is follows


@pytest.mark.parametrize(
    ("names", "listed"),
    [(("Speakers", "Headset"), Outputs("Speakers", (_SPEAKERS, _HEADSET))), ((), Outputs("", ()))],
)
def test_outputs_are_listed_with_their_host_and_without_microphones_anew_if_asked(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], listed: Outputs
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", _PortAudio(names=("Dock",), next_names=names))

    assert list_outputs() == Outputs("Dock", (Output("Dock", "ALSA"),))
    assert list_outputs(rescan_first=True) == listed


@pytest.mark.parametrize(
    ("text", "output"),
    [
        *((each.id, each) for each in (_HEADSET, Output("USB: a/b (hw:1,0)", "ALSA"))),
        *((text, None) for text in ("", "Speakers", "ALSA/", "/Speakers")),
    ],
)
def test_an_output_is_found_again_by_its_id_and_any_other_text_is_the_default(
    text: str, output: Output | None
) -> None:
    assert output_with_id(text) == output


@pytest.mark.parametrize(
    ("library", "sentence", "remedy"),
    [
        (_PortAudio(names=()), "No sound: no output device was found.", "press play"),
        (_PortAudio(()), "No sound: no output device was found.", "press play"),
        (None, "Sound is off: PortAudio is not installed.", "nstall"),
    ],
)
def test_no_sound_is_one_sentence_and_a_remedy(
    opened: Any, library: _PortAudio | None, sentence: str, remedy: str
) -> None:
    with pytest.raises(NoAudioDevice) as caught:
        opened(library)

    assert sentence_of(caught.value) == sentence
    assert remedy in hint_of(caught.value)


def test_the_audio_room_opens_without_portaudio_and_without_the_libraries_that_change_sound() -> None:
    modules = (
        "decode.decoder view.peaks samples play.transport play.player io.device io.sound_card io.port_audio"
    )
    modules += " dsp.stretch dsp.resample play.output_settings"
    code = "import sys\n"
    code += "for name in ('sounddevice', 'python_stretch', 'samplerate'): sys.modules[name] = None\n"
    code += "\n".join(f"import reviewer.audio.{name}" for name in modules.split())

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
