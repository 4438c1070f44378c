"""What a listener chose to see of the spectrum."""

import math
from dataclasses import dataclass, replace

from reviewer.audio.view.spectrogram import Band, SpectrogramParameters

SPEECH_HZ = 8_000.0
RANGES_DB = (30, 40, 50, 60, 70, 80, 90, 100)


@dataclass(frozen=True, slots=True)
class SpectrogramSettings:
    """``is_speech_only`` shows 0 to 8 kHz, else 0 to Nyquist; ``range_db`` lies below the peak."""

    is_on: bool = False
    band: Band = Band.WIDE
    is_speech_only: bool = True
    range_db: int = 60

    def parameters(self, rate_hz: int) -> SpectrogramParameters:
        return SpectrogramParameters(rate_hz, self.band, SPEECH_HZ if self.is_speech_only else math.inf)

    def with_range(self, steps: int) -> "SpectrogramSettings":
        """Shows more (fainter sounds too) or less."""
        place = RANGES_DB.index(self.range_db) + steps
        return replace(self, range_db=RANGES_DB[min(max(place, 0), len(RANGES_DB) - 1)])
