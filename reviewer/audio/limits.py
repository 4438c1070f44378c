"""The limits on audio that comes from outside: what can be kept, and what decoding it may cost."""

from reviewer.errors import Refused
from reviewer.model.project import DecodeLimits

MAX_CHANNELS = 8
"""What FLAC can hold (RFC 9639, section 9.1.3)."""
MAX_RATE_HZ = 655_350
"""What a FLAC frame header can say in tens of hertz (RFC 9639, section 9.1.2)."""
MAX_RECORD_BYTES = 1 << 20
"""Of one record between the decoding process and its parent."""
MAX_DESCRIPTORS = 16
"""Files that the decoding process may have open."""

_SLOWEST_CODEC_SPEED = 60.0
"""Opus, the slowest, decodes some 170 seconds of sound in a second; a third of that is allowed for."""
_BUSY_MACHINE = 6.0
"""The limit is processor time; by the clock a busy machine gets this many times more."""


def refuse_unsupported(rate_hz: int, channels: int) -> None:
    """Raises Refused (``UNDECODABLE_...``) for more channels, or a higher rate, than can be kept."""
    if channels > MAX_CHANNELS:
        raise Refused("UNDECODABLE_CHANNELS", channels=channels, most=MAX_CHANNELS)
    if rate_hz > MAX_RATE_HZ:
        raise Refused("UNDECODABLE_RATE", rate_hz=rate_hz, most_hz=MAX_RATE_HZ)


def cpu_seconds(limits: DecodeLimits) -> float:
    """Processor time for one file: the limit, and what the longest sound allowed may need besides."""
    return limits.seconds + limits.audio_seconds / _SLOWEST_CODEC_SPEED


def wall_seconds(limits: DecodeLimits) -> float:
    """Time by the clock for one file."""
    return cpu_seconds(limits) * _BUSY_MACHINE
