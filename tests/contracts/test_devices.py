"""What every device must do; the sound card's part runs on a private PulseAudio."""

import threading
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reviewer.audio.io.device import Device, Stream, VirtualDevice
from reviewer.audio.io.sound_card import SoundCard
from reviewer.audio.samples import AudioFormat
from tests.fakes.sound_server import SoundServer

_PATIENCE_SECONDS = 60.0


class _Listener:
    """A fill that counts its blocks and says when there were enough."""

    def __init__(self, enough: int) -> None:
        self.shapes: list[tuple[int, ...]] = []
        self.times: list[float] = []
        self.types: set[np.dtype[Any]] = set()
        self._enough = enough
        self.done = threading.Event()

    def __call__(self, out: NDArray[Any], when: float) -> None:
        out[:] = 0
        self.shapes.append(out.shape)
        self.times.append(when)
        self.types.add(out.dtype)
        if len(self.shapes) >= self._enough:
            self.done.set()


class DeviceContract:
    """Inherit it and give ``device``."""

    def _opened(self, device: Device, form: AudioFormat, listener: _Listener) -> Stream:
        stream = device.open_stream(form, listener)
        if isinstance(device, VirtualDevice) and not listener.done.wait(0):
            for _ in range(5):
                device.pull(160)
        assert listener.done.wait(_PATIENCE_SECONDS)
        return stream

    @pytest.mark.parametrize(("channels", "bits", "dtype"), [(1, 16, np.int16), (2, 24, np.int32)])
    def test_blocks_have_the_form_asked_for(
        self, device: Device, channels: int, bits: int, dtype: type[np.generic]
    ) -> None:
        listener = _Listener(3)
        stream = self._opened(device, AudioFormat(16_000, channels, bits), listener)
        stream.close()
        assert stream.audio_format == AudioFormat(16_000, channels, bits)
        assert {shape[1] for shape in listener.shapes} == {channels}
        assert listener.types == {np.dtype(dtype)}

    def test_each_block_is_heard_after_the_one_before(self, device: Device) -> None:
        listener = _Listener(5)
        self._opened(device, AudioFormat(16_000, 1, 16), listener).close()
        assert all(one < other for one, other in zip(listener.times[:4], listener.times[1:5], strict=True))

    def test_a_stream_lives_until_it_is_closed(self, device: Device) -> None:
        stream = self._opened(device, AudioFormat(16_000, 1, 16), _Listener(1))
        assert stream.is_alive
        stream.close()
        assert not stream.is_alive

    def test_a_device_can_be_opened_again_at_another_rate(self, device: Device) -> None:
        self._opened(device, AudioFormat(16_000, 1, 16), _Listener(1)).close()
        stream = self._opened(device, AudioFormat(44_100, 1, 16), _Listener(1))
        stream.close()
        assert stream.audio_format.rate_hz == 44_100


class TestPulledVirtualDevice(DeviceContract):
    @pytest.fixture
    def device(self) -> Device:
        return VirtualDevice()

    def test_a_block_that_is_not_filled_is_seen(self) -> None:
        device = VirtualDevice()
        device.open_stream(AudioFormat(8_000, 1, 16), lambda _out, _when: None)
        assert device.pull(3).all()


class TestRealTimeVirtualDevice(DeviceContract):
    @pytest.fixture
    def device(self) -> Device:
        return VirtualDevice(real_time=True, keeps=False)

    def _opened(self, device: Device, form: AudioFormat, listener: _Listener) -> Stream:
        stream = device.open_stream(form, listener)
        assert listener.done.wait(_PATIENCE_SECONDS)
        return stream

    def test_what_was_played_is_not_kept_unless_asked_for(self) -> None:
        device = VirtualDevice(real_time=True, keeps=False)
        self._opened(device, AudioFormat(8_000, 1, 16), _Listener(2)).close()
        assert device.played().size == 0


@pytest.mark.soundcard
class TestSoundCard(DeviceContract):
    @pytest.fixture
    def device(self, sound_server: SoundServer) -> Device:
        return SoundCard()
