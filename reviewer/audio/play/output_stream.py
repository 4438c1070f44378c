"""The way to the ear: one stream of the device, kept from clip to clip while it fits."""

from reviewer.audio.io.device import AudioFormat, Device, Stream
from reviewer.audio.play.audio_callback import AudioCallback
from reviewer.audio.play.underruns import UnderrunCounter
from reviewer.audio.samples import Sound


class OutputStream:
    """Opens and closes the device for a feed; opening a real card takes up to 60 ms, and so it is not done
    for each clip. Between two clips the device gets silence.
    """

    def __init__(self, device: Device, feed: AudioCallback, tally: UnderrunCounter) -> None:
        self.stream: Stream | None = None
        self._device = device
        self._feed = feed
        self._tally = tally
        self._asked: AudioFormat | None = None

    def form_for(self, sound: Sound) -> AudioFormat:
        """What the device will most likely take for this clip."""
        asked = _form_of(sound)
        return self.stream.form if self.stream is not None and asked == self._asked else asked

    def open(self, sound: Sound) -> Stream:
        """The stream that is open, if it was opened for a clip of this form and may stay; else a new one.

        Raises:
            NoAudioDevice: there is none.
        """
        asked, stream = _form_of(sound), self.stream
        if stream is not None and asked == self._asked and stream.is_alive and stream.may_stay:
            return stream
        self.close()
        self._feed.begin(asked.rate_hz, self._device.lead_in_seconds)
        self.stream, self._asked = self._device.open(asked, self._feed.fill), asked
        return self.stream

    def end(self, *, keeps_device: bool) -> None:
        """From now on the device gets nothing of what was cued: it is silent, or closed.

        It is closed also where it cannot be known that it is silent.
        """
        if not (keeps_device and self._feed.cut()):
            self.close()

    def close(self) -> None:
        """Let the device go."""
        if self.stream is not None:
            self.stream.close()
            self._tally.ends(self.stream)
            self.stream = None


def _form_of(sound: Sound) -> AudioFormat:
    return AudioFormat(sound.rate_hz, sound.channels, sound.bits)
