"""Verifies a labelled set from anywhere: the confined process that decodes imports decodes its sounds."""

from pathlib import Path

from reviewer.audio.decode.decoder import Decoder
from reviewer.errors import Notice
from reviewer.formats.set_verification import verify_set
from reviewer.model.project import DecodeLimits

LIMITS = DecodeLimits(audio_seconds=24 * 3600.0, input_bytes=4 << 30)
"""A set has no clip that could not be imported; the longest ones are a matter of each project."""


def verify_foreign_set(folder: Path, limits: DecodeLimits = LIMITS) -> list[Notice]:
    """Every problem of a set. Raises Unavailable when no decoding process can be started."""
    with Decoder() as decoder:
        return verify_set(folder, lambda sound: decoder.length(sound, limits))
