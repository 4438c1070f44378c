"""The output stream of a device, kept open from clip to clip while the format matches."""

from reviewer.audio.io.device import Device, Stream
from reviewer.audio.play.audio_callback import AudioCallback
from reviewer.audio.play.underruns import UnderrunCounter
from reviewer.audio.samples import AudioFormat, Sound, format_of


class OutputStream:
    """Opens and closes the device for an audio callback.

    Opening a sound card takes up to 60 ms, so it is not done for each clip: in between the device plays
    silence.
    """

    def __init__(self, device: Device, callback: AudioCallback, underruns: UnderrunCounter) -> None:
        self.stream: Stream | None = None
        self._device = device
        self._callback = callback
        self._underruns = underruns
        self._asked: AudioFormat | None = None

    def expected_format(self, sound: Sound) -> AudioFormat:
        """The format that the device will most likely accept for this clip."""
        asked = format_of(sound)
        return self.stream.audio_format if self.stream is not None and asked == self._asked else asked

    def open_for(self, sound: Sound) -> Stream:
        """The open stream, if it was opened for this format and is reusable; else a new one.

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
        """Stops the clip's sound: the device is silent, or closed.

        It is also closed if its silence is not certain.
        """
        if not (keeps_device and self._callback.drop_all()):
            self.close_stream()

    def close_stream(self) -> None:
        """Close the device."""
        if self.stream is not None:
            self.stream.close()
            self._underruns.end_stream(self.stream)
            self.stream = None
