"""The output stream: opened on a device for the audio callback, and kept from clip to clip while it fits."""

from reviewer.audio.io.device import Device, Stream
from reviewer.audio.play.audio_callback import AudioCallback
from reviewer.audio.play.underruns import UnderrunCounter
from reviewer.audio.samples import AudioFormat, Sound, format_of


class OutputStream:
    """Opens and closes the device for an audio callback.

    Opening a sound card takes up to 60 ms, so it is not done for each clip: in between the device gets
    silence.
    """

    def __init__(self, device: Device, callback: AudioCallback, underruns: UnderrunCounter) -> None:
        self.stream: Stream | None = None
        self._device = device
        self._callback = callback
        self._underruns = underruns
        self._asked: AudioFormat | None = None

    def expected_format(self, sound: Sound) -> AudioFormat:
        """What the device will most likely take for this clip."""
        asked = format_of(sound)
        return self.stream.audio_format if self.stream is not None and asked == self._asked else asked

    def open_for(self, sound: Sound) -> Stream:
        """The open stream, if it was opened for a clip of this format and may stay; else a new one.

        Raises:
            NoAudioDevice: there is none.
        """
        asked, stream = format_of(sound), self.stream
        if stream is not None and asked == self._asked and stream.is_alive and stream.is_reusable:
            return stream
        self.close_stream()
        self._callback.start_stream(asked.rate_hz, self._device.lead_in_seconds)
        self.stream, self._asked = self._device.open_stream(asked, self._callback.fill), asked
        return self.stream

    def end_clip(self, *, keeps_device: bool) -> None:
        """From now on the device gets nothing of the clip: it is silent, or closed.

        It is also closed where it cannot be known that it is silent.
        """
        if not (keeps_device and self._callback.drop_all()):
            self.close_stream()

    def close_stream(self) -> None:
        """Let the device go."""
        if self.stream is not None:
            self.stream.close()
            self._underruns.end_stream(self.stream)
            self.stream = None
