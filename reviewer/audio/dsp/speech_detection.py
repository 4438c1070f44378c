"""Speech detection: the passages of a clip with speech, found at import and stored with it."""

import struct
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.samples import Sound, as_float
from reviewer.errors import Damaged
from reviewer.model.intervals import Span

Mono = NDArray[np.float32]

_MAGIC = b"RVSP"
_VERSION = 1
_HEADER = struct.Struct("<4sBQI")  # magic, version, frames of the clip, count of passages

_RATES_HZ = (8_000, 16_000, 32_000, 48_000)  # what the detector takes
_OTHER_RATE_HZ = 16_000
_LARGEST_RATIO = 200  # libsamplerate takes 256
_STEP_HZ = 50  # decisions a second: the detector takes 10, 20 or 30 ms
_MODE = 2  # of 0 (finds most) to 3 (finds least)
_BLOCK_SECONDS = 10

_FLOOR_PERCENT = 10
_LEVEL_PERCENT = 95
_LEVELS_DB = (-100, 0)
_TARGET_DB = -20.0
_SILENT_DB = -80.0
_LOUDER_AT_MOST_DB = 50.0
_BELOW_LEVEL_DB = 35.0
_ABOVE_FLOOR_DB = 4.0  # the detector takes steady noise for speech; a voice is louder than that

_JOIN_STEPS = 5  # a stop consonant, or a blink of the detector: 100 ms
_LEAST_STEPS = 5  # a click, a breath: 100 ms
_PAD_STEPS = 5  # 100 ms: a soft beginning, the end of a vowel
_MERGE_STEPS = 15  # a pause within a sentence: 300 ms


def detect_speech(sound: Sound) -> tuple[Span, ...]:
    """The passages of a clip that contain speech.

    The WebRTC voice activity detector (a mixture of Gaussians on six bands; github.com/wiseman/py-webrtcvad)
    decides every 20 ms on all channels mixed, brought to one level and, where it does not take their rate, to
    16 kHz. Its decisions are smoothed: pauses under 300 ms belong to the passage, blips under 100 ms do not
    count, and each end gets 100 ms more. The sound is read twice, ten seconds at a time, whatever its length.

    Returns:
        Spans in the clip's frames, in order, apart from each other, inside the clip; none for silence. The
        whole clip where its rate is beyond what can be brought to 16 kHz: then there is no way to tell.
    """
    if not sound.frames:
        return ()
    if not _OTHER_RATE_HZ / _LARGEST_RATIO <= sound.rate_hz <= _OTHER_RATE_HZ * _LARGEST_RATIO:
        return (Span(0, sound.frames),)
    levels = _levels_db(sound)
    if levels is None:
        return ()
    runs = smoothed(_decisions(sound, *levels))
    last = -(-sound.frames * _STEP_HZ // sound.rate_hz)
    return tuple(
        Span(start * sound.rate_hz // _STEP_HZ, min(end * sound.rate_hz // _STEP_HZ, sound.frames))
        for start, end in padded(runs, last)
    )


def smoothed(decisions: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of steps with speech: near ones are one, and what is a blip still is none; ends not included."""
    edges = np.flatnonzero(np.diff(decisions.astype(np.int8), prepend=0, append=0))
    runs = [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
    return [run for run in _joined(runs, _JOIN_STEPS) if run[1] - run[0] >= _LEAST_STEPS]


def padded(runs: Iterable[tuple[int, int]], last: int) -> list[tuple[int, int]]:
    """The runs a little longer at each end, within ``[0, last)``; those with a short pause between join."""
    longer = [(max(start - _PAD_STEPS, 0), min(end + _PAD_STEPS, last)) for start, end in runs]
    return _joined(longer, _MERGE_STEPS - 2 * _PAD_STEPS)


def to_bytes(spans: tuple[Span, ...], frames: int) -> bytes:
    """Header and pairs of start and end, little-endian; ``from_bytes`` reads it."""
    header = _HEADER.pack(_MAGIC, _VERSION, frames, len(spans))
    return header + b"".join(struct.pack("<QQ", each.start, each.end) for each in spans)


def from_bytes(blob: bytes, frames: int) -> tuple[Span, ...]:
    """Read what ``to_bytes`` wrote of a clip of so many frames.

    Raises:
        Damaged: another version, another clip's length, or passages that are not in order inside the clip.
    """
    if len(blob) < _HEADER.size:
        raise Damaged("SPEECH_TRUNCATED")
    magic, version, of_frames, count = _HEADER.unpack_from(blob)
    if magic != _MAGIC or version != _VERSION:
        raise Damaged("SPEECH_OTHER_VERSION")
    if of_frames != frames or len(blob) != _HEADER.size + 16 * count:
        raise Damaged("SPEECH_WRONG_LENGTH")
    pairs = list(struct.iter_unpack("<QQ", blob[_HEADER.size :]))
    ends = [0, *(end for _start, end in pairs)]
    in_order = all(before <= start < end for before, (start, end) in zip(ends[:-1], pairs, strict=True))
    if not in_order or ends[-1] > frames:
        raise Damaged("SPEECH_NOT_IN_ORDER")
    return tuple(Span(start, end) for start, end in pairs)


def _joined(runs: Iterable[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    done: list[tuple[int, int]] = []
    for start, end in runs:
        if done and start - done[-1][1] < gap:
            done[-1] = (done[-1][0], max(done[-1][1], end))
        else:
            done.append((start, end))
    return done


def _decisions(sound: Sound, floor_db: float, level_db: float) -> NDArray[np.bool_]:
    """Whether there is speech, step by step; none where it is far below the clip's level, or at its floor."""
    import webrtcvad  # noqa: PLC0415  # only an import of clips needs it, never the start of the program

    rate_hz = sound.rate_hz if sound.rate_hz in _RATES_HZ else _OTHER_RATE_HZ
    detector = webrtcvad.Vad(_MODE)
    gain = 10 ** (min(_TARGET_DB - level_db, _LOUDER_AT_MOST_DB) / 20)
    least_db = max(level_db - _BELOW_LEVEL_DB, floor_db + _ABOVE_FLOOR_DB, _SILENT_DB)
    found = [np.zeros(0, dtype=bool)]
    for block in _whole_steps(_at_rate(_mono(sound), sound.rate_hz, rate_hz), rate_hz // _STEP_HZ):
        loud = np.clip(np.rint(block * (gain * 32768.0)), -32768, 32767).astype("<i2")
        is_speech = np.fromiter((detector.is_speech(step.tobytes(), rate_hz) for step in loud), dtype=bool)
        found.append(is_speech & (_power_db(block) > least_db))
    return np.concatenate(found)


def _levels_db(sound: Sound) -> tuple[float, float] | None:
    """How loud the quieter and the louder steps are, in dB below full scale; None for silence.

    Digital silence, as between joined turns, says nothing about the room or the voices, and does not count.
    """
    low, high = _LEVELS_DB
    counts = np.zeros(high - low, dtype=np.int64)
    for block in _whole_steps(_mono(sound), max(sound.rate_hz // _STEP_HZ, 1)):
        levels = np.clip(_power_db(block), low, high - 1)
        counts += np.bincount((levels - low).astype(np.int64), minlength=counts.size)
    counts[: int(_SILENT_DB) - low + 1] = 0
    if not counts.any():
        return None
    up_to = np.cumsum(counts) * 100 / counts.sum()
    floor, level = np.searchsorted(up_to, (_FLOOR_PERCENT, _LEVEL_PERCENT))
    return float(low + int(floor)), float(low + int(level))


def _power_db(steps: NDArray[np.float32]) -> NDArray[np.float64]:
    """The level of each row about its own mean, in dB below full scale."""
    levels: NDArray[np.float64] = 10 * np.log10(steps.var(axis=1, dtype=np.float64) + 1e-12)
    return levels


def _mono(sound: Sound) -> Iterator[Mono]:
    size = _BLOCK_SECONDS * sound.rate_hz
    for start in range(0, sound.frames, size):
        yield as_float(sound.read(start, min(start + size, sound.frames))).mean(axis=1, dtype=np.float32)


def _at_rate(blocks: Iterator[Mono], from_hz: int, to_hz: int) -> Iterator[Mono]:
    if from_hz == to_hz:
        yield from blocks
        return
    import samplerate  # noqa: PLC0415  # as above

    converter = samplerate.Resampler("sinc_fastest", channels=1)
    for block in blocks:
        yield converter.process(block, to_hz / from_hz)
    yield converter.process(np.zeros(0, dtype=np.float32), to_hz / from_hz, end_of_input=True)


def _whole_steps(blocks: Iterator[Mono], frames: int) -> Iterator[NDArray[np.float32]]:
    """The same samples as rows of one step each; the last row is filled up with silence."""
    rest = np.zeros(0, dtype=np.float32)
    for block in blocks:
        rest = np.concatenate((rest, block))
        whole = rest.size // frames
        if whole:
            yield rest[: whole * frames].reshape(whole, frames)
            rest = rest[whole * frames :]
    if rest.size:
        yield np.pad(rest, (0, frames - rest.size)).reshape(1, frames)
