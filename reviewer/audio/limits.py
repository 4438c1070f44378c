"""Limits on imported audio: formats that can be stored, and the cost of decoding."""

from reviewer.errors import Refused
from reviewer.model.project import DecodeLimits

MAX_CHANNELS = 8
"""The maximum of FLAC (RFC 9639, section 9.1.3)."""
MAX_RATE_HZ = 655_350
"""The maximum of a FLAC frame header in tens of hertz (RFC 9639, section 9.1.2)."""
MAX_RECORD_BYTES = 1 << 20
"""The size of one record between the decoding process and its parent."""
MAX_SOUND_BYTES = 3 << 30
"""Decoded samples of one file, whatever its length allows: their peaks are in memory, 1/24 of it."""
MAX_VIEW_BYTES = 256 << 20
"""What the decoding process may write to its file in memory: a file without what a library stumbles over."""
MAX_DESCRIPTORS = 16
"""Files that the decoding process may have open."""

_SLOWEST_CODEC_SPEED = 60.0
"""Opus, the slowest format, decodes about 170 seconds of sound a second; a third of that is assumed."""
_BUSY_MACHINE = 6.0
"""The limit is processor time; wall-clock time may be this many times longer, on a busy machine."""


def refuse_unsupported(rate_hz: int, channels: int) -> None:
    """Raises Refused (``UNDECODABLE_...``) for more channels, or a higher rate, than can be stored."""
    if channels > MAX_CHANNELS:
        raise Refused("UNDECODABLE_CHANNELS", channels=channels, most=MAX_CHANNELS)
    if rate_hz > MAX_RATE_HZ:
        raise Refused("UNDECODABLE_RATE", rate_hz=rate_hz, most_hz=MAX_RATE_HZ)


def cpu_seconds(limits: DecodeLimits) -> float:
    """Processor time for one file: the limit, plus the allowance for the longest sound."""
    return limits.seconds + limits.audio_seconds / _SLOWEST_CODEC_SPEED


def wall_seconds(limits: DecodeLimits) -> float:
    """Wall-clock time for one file."""
    return cpu_seconds(limits) * _BUSY_MACHINE
