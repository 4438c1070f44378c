"""How clips become the rows of a labelled set: whole or cut, in which text, split and audio form."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from reviewer.errors import Refused

USUAL_PROFILE = "training"
MARGIN_MS = 200
MOST_MARGIN_MS = 2_000
USUAL_SPLIT = (80, 10, 10)
OPUS_RATES_HZ = (8_000, 12_000, 16_000, 24_000, 48_000)
LOWEST_HZ, HIGHEST_HZ = 8_000, 192_000
_WHOLE = 100
_SPLIT = re.compile(r"\s*(\d{1,3})\s*[,/:]\s*(\d{1,3})\s*[,/:]\s*(\d{1,3})\s*")


class AudioForm(StrEnum):
    """The form of the audio files of a set, which is also their suffix."""

    FLAC = "flac"
    WAV = "wav"
    OPUS = "opus"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOptions:
    """How clips become rows.

    ``split`` is the share of train, dev and test in percent of the speakers, None for one set of all.
    ``rate_hz`` 0 keeps each clip's rate; ``channel`` counts from 1, 0 takes all; ``mono`` is their mean.
    ``encrypt_to`` are public keys, as ``formats.set_encryption`` takes them; none leaves the set readable.
    """

    profile: str = USUAL_PROFILE
    cut: bool = False
    margin_ms: int = MARGIN_MS
    split: tuple[int, int, int] | None = None
    audio: AudioForm = AudioForm.FLAC
    rate_hz: int = 0
    mono: bool = False
    channel: int = 0
    encrypt_to: tuple[str, ...] = ()

    def require_valid(self) -> None:
        """Raises Refused for options that contradict each other or are out of range."""
        if not 0 <= self.margin_ms <= MOST_MARGIN_MS:
            raise Refused("EXPORT_MARGIN", most=MOST_MARGIN_MS)
        if self.split is not None and (min(self.split) < 0 or sum(self.split) != _WHOLE):
            raise Refused("EXPORT_SPLIT")
        if self.rate_hz and not LOWEST_HZ <= self.rate_hz <= HIGHEST_HZ:
            raise Refused("EXPORT_RATE", lowest=LOWEST_HZ, highest=HIGHEST_HZ)
        if self.channel < 0 or (self.channel and self.mono):
            raise Refused("EXPORT_CHANNEL")
        if self.audio is AudioForm.OPUS and self.rate_hz not in (0, *OPUS_RATES_HZ):
            raise Refused("EXPORT_OPUS_RATE", known=", ".join(map(str, OPUS_RATES_HZ)))

    @property
    def may_keep_sound(self) -> bool:
        """Whether sound goes out as it is stored where neither its times nor its form differ."""
        return self.audio is AudioForm.FLAC and not self.channel

    def rate_of(self, rate_hz: int) -> int:
        """The rate of an audio file of the set from a clip of ``rate_hz``."""
        if self.rate_hz or self.audio is not AudioForm.OPUS:
            return self.rate_hz or rate_hz
        return min((each for each in OPUS_RATES_HZ if each >= rate_hz), default=OPUS_RATES_HZ[-1])

    def channels_of(self, channels: int) -> int:
        """The channels of an audio file of the set from a clip of so many."""
        return 1 if self.mono or self.channel else channels

    def facts(self) -> Mapping[str, Any]:
        """Everything that was chosen, as plain values, for the passport."""
        return asdict(self)


def parse_split(text: str) -> tuple[int, int, int]:
    """The shares in ``80,10,10``. Raises Refused (code EXPORT_SPLIT)."""
    match = _SPLIT.fullmatch(text)
    if not match:
        raise Refused("EXPORT_SPLIT")
    train, dev, test = (int(each) for each in match.groups())
    SetOptions(split=(train, dev, test)).require_valid()
    return train, dev, test
