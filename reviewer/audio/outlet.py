"""The way to the ear: one stream of the device, kept from clip to clip while it fits."""

from reviewer.audio.device import Device, SoundForm, Stream
from reviewer.audio.feed import Feed
from reviewer.audio.underruns import Tally


class Outlet:
    """Opens and closes the device for a feed; opening a real card takes up to 60 ms, and so it is not done
    for each clip. Between two clips the device gets silence.
    """

    def __init__(self, device: Device, feed: Feed, tally: Tally) -> None:
        self.stream: Stream | None = None
        self._device = device
        self._feed = feed
        self._tally = tally
        self._asked: SoundForm | None = None

    def form_for(self, asked: SoundForm) -> SoundForm:
        """What the device will most likely take for a clip of this form."""
        return self.stream.form if self.stream is not None and asked == self._asked else asked

    def open(self, asked: SoundForm) -> Stream:
        """The stream that is open, if it was asked for in this form and may stay; else a new one.

        Raises:
            NoAudioDevice: there is none.
        """
        stream = self.stream
        if stream is not None and asked == self._asked and stream.is_alive and stream.may_stay:
            return stream
        self.close()
        self._feed.begin(asked.rate_hz, self._device.lead_in_seconds)
        self.stream, self._asked = self._device.open(asked, self._feed.fill), asked
        return self.stream

    def silence(self) -> None:
        """From now on the device gets nothing of what was cued; where that cannot be known, it is closed."""
        if self.stream is not None and not self._feed.cut():
            self.close()

    def close(self) -> None:
        """Let the device go."""
        if self.stream is not None:
            self.stream.close()
            self._tally.ends(self.stream)
            self.stream = None
