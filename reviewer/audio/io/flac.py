"""Our own FLAC: samples and STREAMINFO, nothing else."""

import io
from typing import BinaryIO

import numpy as np
import soundfile

from reviewer.audio.samples import Samples
from reviewer.errors import Damaged, Refused

MAX_CHANNELS = 8
MAX_RATE_HZ = 655_350
_BLOCK_FRAMES = 1 << 16
_HINT = "Ask your lead to import it again."
_STREAMINFO_BYTES = 34


def encode_flac(samples: Samples) -> bytes:
    """The samples as FLAC (RFC 9639) with one metadata block, STREAMINFO.

    16-bit samples are kept as 16 bit, wider ones as 24 bit; rate and channels as they are.

    Raises:
        Refused: more channels, or a higher rate, than FLAC can hold (``UNDECODABLE``).
    """
    _check_fits(samples)
    written = io.BytesIO()
    subtype = "PCM_16" if samples.bits == 16 else "PCM_24"
    try:
        with soundfile.SoundFile(
            written, "w", samples.rate_hz, samples.channels, subtype=subtype, format="FLAC"
        ) as out:
            for start in range(0, samples.frames, _BLOCK_FRAMES):
                out.write(samples.data[start : start + _BLOCK_FRAMES])
    except soundfile.LibsndfileError as error:
        raise Refused(
            f"Sound at {samples.rate_hz} Hz in {samples.channels} channels cannot be kept as FLAC.",
            "Resample the file and import it again.",
            code="UNDECODABLE",
        ) from error
    return without_metadata(written.getvalue())


def cut_flac(samples: Samples, start: int, end: int) -> bytes:
    """Frames ``[start, end)`` as FLAC with no metadata, for an export.

    Raises:
        ValueError: the range is empty or not inside the clip.
    """
    if not 0 <= start < end <= samples.frames:
        raise ValueError(f"frames {start} to {end} are not inside a clip of {samples.frames}")
    return encode_flac(Samples(samples.rate_hz, samples.data[start:end]))


def read_canonical(stream: BinaryIO) -> Samples:
    """Decode a FLAC that ``encode_flac`` made; never for a file from outside.

    The stream is read whole first, so that an error of its own (a seal that does not verify) comes through.

    Raises:
        Damaged: not our FLAC, or fewer frames than it says.
    """
    whole = stream.read()
    try:
        with soundfile.SoundFile(io.BytesIO(whole)) as sound:
            if sound.format != "FLAC" or sound.subtype not in ("PCM_16", "PCM_24"):
                raise Damaged(
                    "The clip's audio is not in the form it was kept in.", "Ask your lead to import it again."
                )
            dtype = "int16" if sound.subtype == "PCM_16" else "int32"
            data = sound.read(dtype=dtype, always_2d=True)
            if data.shape[0] != sound.frames:
                raise Damaged("The clip's audio ends too early.", _HINT)
            return Samples(int(sound.samplerate), np.ascontiguousarray(data))
    except soundfile.LibsndfileError as error:
        raise Damaged("The clip's audio does not decode.", _HINT) from error


def without_metadata(flac: bytes) -> bytes:
    """The same FLAC with STREAMINFO as its only metadata block (RFC 9639, section 8).

    Raises:
        ValueError: the bytes are not a FLAC stream that begins with STREAMINFO.
    """
    if flac[:4] != b"fLaC" or len(flac) < 42 or flac[4] & 0x7F != 0:
        raise ValueError("not a FLAC stream")
    place, is_last = 4, False
    while not is_last:
        is_last = bool(flac[place] & 0x80)
        place += 4 + int.from_bytes(flac[place + 1 : place + 4], "big")
    streaminfo = bytes((0x80,)) + _STREAMINFO_BYTES.to_bytes(3, "big") + flac[8 : 8 + _STREAMINFO_BYTES]
    return b"fLaC" + streaminfo + flac[place:]


def _check_fits(samples: Samples) -> None:
    if samples.channels > MAX_CHANNELS:
        raise Refused(
            f"The file has {samples.channels} channels; at most {MAX_CHANNELS} can be kept.",
            "Split the file, or mix its channels down, and import it again.",
            code="UNDECODABLE",
        )
    if samples.rate_hz > MAX_RATE_HZ:
        raise Refused(
            f"The file says it has {samples.rate_hz} samples a second; at most {MAX_RATE_HZ} can be kept.",
            "Resample the file and import it again.",
            code="UNDECODABLE",
        )
