import numpy as np
import pytest

from reviewer.audio.io.device import FillBlock, VirtualDevice
from reviewer.audio.play.tone import TONE_SECONDS, play_tone
from reviewer.audio.samples import AudioFormat
from reviewer.errors import NoAudioDevice


class _Eager(VirtualDevice):
    """Pulls by itself, much faster than time, whenever it is asked what time it is."""

    def open_stream(self, audio_format: AudioFormat, fill: FillBlock):  # type: ignore[no-untyped-def]
        stream = super().open_stream(audio_format, fill)
        now = stream.now_seconds

        def pulled() -> float:
            stream.pull(4_800)
            return now()

        stream.now_seconds = pulled  # type: ignore[method-assign]
        return stream


def test_a_tone_is_heard_on_all_channels_once_and_softly() -> None:
    device = _Eager()

    assert play_tone(device, poll_seconds=0.0) == "Virtual device"
    heard = device.played().astype(int)
    assert np.count_nonzero(heard.any(axis=1)) == pytest.approx(TONE_SECONDS * 48_000, rel=0.01)
    assert np.array_equal(heard[:, 0], heard[:, 1])
    assert np.abs(heard).max() == pytest.approx(3_276, abs=2)
    assert np.abs(np.diff(heard, axis=0)).max() < 250
    assert not device.stream.is_alive


def test_a_device_of_another_rate_gets_the_same_pitch() -> None:
    device = _Eager(rate_hz=16_000)
    play_tone(device, poll_seconds=0.0)
    heard = device.played()[:, 0].astype(float)
    tone = heard[np.flatnonzero(heard)[0] :][:12_000]

    peak = np.abs(np.fft.rfft(tone * np.hanning(tone.size), 1 << 17)).argmax()
    assert peak * 16_000 / (1 << 17) == pytest.approx(440.0, rel=0.005)


def test_a_device_that_is_pulled_out_ends_it() -> None:
    class _Dying(_Eager):
        def open_stream(self, audio_format: AudioFormat, fill: FillBlock):  # type: ignore[no-untyped-def]
            stream = super().open_stream(audio_format, fill)
            stream.unplug()
            return stream

    assert play_tone(_Dying(), poll_seconds=0.0) == "Virtual device"


def test_no_device_is_said() -> None:
    class _None(VirtualDevice):
        def open_stream(self, audio_format: AudioFormat, fill: FillBlock):  # type: ignore[no-untyped-def]
            raise NoAudioDevice("NO_OUTPUT_DEVICE")

    with pytest.raises(NoAudioDevice):
        play_tone(_None())
