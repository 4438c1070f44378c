"""Speech detection: the passages of a clip with speech, found once and stored with it."""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp import voice_activity
from reviewer.audio.dsp.voice_activity import Mono, VoiceActivityDetector, power_db
from reviewer.audio.samples import Sound, as_float
from reviewer.errors import Damaged
from reviewer.model.intervals import Span, clip_to_length

DetectorFor: TypeAlias = Callable[[int, float, float], VoiceActivityDetector]

_MAGIC = b"RVSP"
_VERSION = 1
_HEADER = struct.Struct("<4sBQI")  # magic, version, frames of the clip, count of passages

_LOWEST_HZ, _HIGHEST_HZ = 80, 3_200_000  # libsamplerate supports a ratio up to 256, and we resample to 16 kHz
_BLOCK_SECONDS = 10
_LEVEL_STEP_HZ = 50

_FLOOR_PERCENT = 10
_LEVEL_PERCENT = 95
_LEVELS_DB = (-100, 0)
_TARGET_DB = -20.0
_SILENT_DB = -80.0
_LOUDER_AT_MOST_DB = 50.0
_OPPOSITE = -0.5  # the correlation of a channel with the loudest one if its polarity is inverted

_STARTS_AT, _HOLDS_AT = 0.2, 0.1  # low: what is missed need not be heard by anybody (decision 039)
_BELOW_LEVEL_DB = 45.0  # nearly silence: the detector's memory carries on into it
_JOIN_SECONDS = 0.1  # a stop consonant, or a dropout of the detector
_LEAST_SECONDS = 0.1  # a click, a breath
_PAD_SECONDS = 0.1  # a soft beginning, the end of a vowel
_MERGE_SECONDS = 0.3  # a pause within a sentence


def detect_speech(sound: Sound, detector_for: DetectorFor = voice_activity.detector_for) -> tuple[Span, ...]:
    """The passages of a clip that contain speech.

    The detector rates every step of 32 ms (the fallback: 20 ms) on the mix of all channels, at normalised
    loudness and, if it does not support their rate, resampled to 16 kHz. The ratings are smoothed: pauses
    under 300 ms belong to the passage, blips under 100 ms do not count, and each end is extended by 100 ms.
    What is 45 dB below the clip's level is silence. The sound is read twice, in blocks of 10 s.

    Returns:
        Spans in the clip's frames, canonical, inside the clip; none for silence. The whole clip if its rate
        cannot be resampled to 16 kHz, so that speech cannot be detected. The same on every machine of a kind;
        between processors of different kinds an end may move by a step.
    """
    if not sound.frames:
        return ()
    if not _LOWEST_HZ <= sound.rate_hz <= _HIGHEST_HZ:
        return (Span(0, sound.frames),)
    levels = _levels_db(sound)
    if levels is None:
        return ()
    floor_db, level_db = levels
    gain_db = min(_TARGET_DB - level_db, _LOUDER_AT_MOST_DB)
    detector = detector_for(sound.rate_hz, floor_db + gain_db, level_db + gain_db)
    steps = Steps(detector.step_frames, detector.rate_hz)
    ratings, levels_db = _ratings(sound, detector, gain_db)
    ratings[levels_db <= max(level_db - _BELOW_LEVEL_DB, _SILENT_DB)] = 0
    runs = steps.padded(steps.smoothed(ratings))
    spans = ((steps.frame(start, sound.rate_hz), steps.frame(end, sound.rate_hz)) for start, end in runs)
    return clip_to_length(spans, sound.frames)


@dataclass(frozen=True, slots=True)
class Steps:
    """The detector's steps: ``frames`` each at ``rate_hz``. Runs of them are pairs, the end exclusive."""

    frames: int
    rate_hz: int

    def smoothed(self, ratings: NDArray[np.float32]) -> list[tuple[int, int]]:
        """Runs of steps with speech: near ones are merged, then blips are dropped.

        A run is of ratings of at least 0.1, one of them at least 0.2.
        """
        holds = (ratings >= _HOLDS_AT).astype(np.int8)
        edges = np.flatnonzero(np.diff(holds, prepend=0, append=0)).reshape(-1, 2)
        runs = [(int(start), int(end)) for start, end in edges if ratings[start:end].max() >= _STARTS_AT]
        least = self._count(_LEAST_SECONDS)
        return [run for run in _joined(runs, self._count(_JOIN_SECONDS)) if run[1] - run[0] >= least]

    def padded(self, runs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """The runs extended at each end, from 0 on, and merged across short pauses."""
        pad = self._count(_PAD_SECONDS)
        longer = [(max(start - pad, 0), end + pad) for start, end in runs]
        return _joined(longer, self._count(_MERGE_SECONDS) - 2 * pad)

    def frame(self, step: int, rate_hz: int) -> int:
        """Where this step begins in a sound of another rate."""
        return step * self.frames * rate_hz // self.rate_hz

    def _count(self, seconds: float) -> int:
        return round(seconds * self.rate_hz / self.frames)


def to_bytes(spans: tuple[Span, ...], frames: int) -> bytes:
    """Header and pairs of start and end, little-endian; ``from_bytes`` reads it."""
    header = _HEADER.pack(_MAGIC, _VERSION, frames, len(spans))
    return header + b"".join(struct.pack("<QQ", each.start, each.end) for each in spans)


def from_bytes(blob: bytes, frames: int) -> tuple[Span, ...]:
    """Read what ``to_bytes`` wrote for a clip of this many frames.

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


def _ratings(
    sound: Sound, detector: VoiceActivityDetector, gain_db: float
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The rating of every step, and its level before the gain."""
    gain = np.float32(10 ** (gain_db / 20))
    ratings, levels = [np.zeros(0, dtype=np.float32)], [np.zeros(0)]
    for block in _whole_steps(_at_rate(_mono(sound), sound.rate_hz, detector.rate_hz), detector.step_frames):
        ratings.append(detector.probabilities(np.clip(block * gain, -1, 1)))
        levels.append(power_db(block))
    return np.concatenate(ratings), np.concatenate(levels)


def _levels_db(sound: Sound) -> tuple[float, float] | None:
    """The level of the quieter and the louder steps, in dB below full scale; None for silence.

    Digital silence, as between joined turns, is ignored.
    """
    low, high = _LEVELS_DB
    counts = np.zeros(high - low, dtype=np.int64)
    for block in _whole_steps(_mono(sound), max(sound.rate_hz // _LEVEL_STEP_HZ, 1)):
        levels = np.clip(power_db(block), low, high - 1)
        counts += np.bincount((levels - low).astype(np.int64), minlength=counts.size)
    counts[: int(_SILENT_DB) - low + 1] = 0
    if not counts.any():
        return None
    up_to = np.cumsum(counts) * 100 / counts.sum()
    floor, level = np.searchsorted(up_to, (_FLOOR_PERCENT, _LEVEL_PERCENT))
    return float(low + int(floor)), float(low + int(level))


def _mono(sound: Sound) -> Iterator[Mono]:
    size = _BLOCK_SECONDS * sound.rate_hz
    for start in range(0, sound.frames, size):
        block = as_float(sound.read(start, min(start + size, sound.frames)))
        if block.shape[1] > 1:
            block = block * _polarities(block)
        yield block.mean(axis=1, dtype=np.float32)


def _polarities(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """-1 for each channel that is an inverted copy of the loudest, or nearly: the mix would cancel both."""
    centred = block - block.mean(axis=0)
    energies = (centred**2).sum(axis=0, dtype=np.float64)
    loudest = int(energies.argmax())
    products = (centred * centred[:, [loudest]]).sum(axis=0, dtype=np.float64)
    scale = np.sqrt(energies * energies[loudest])
    return np.where(products < _OPPOSITE * scale, -1, 1).astype(np.float32)


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
    """The samples as rows of one step each; the last row is padded with silence."""
    rest = np.zeros(0, dtype=np.float32)
    for block in blocks:
        rest = np.concatenate((rest, block))
        whole = rest.size // frames
        if whole:
            yield rest[: whole * frames].reshape(whole, frames)
            rest = rest[whole * frames :]
    if rest.size:
        yield np.pad(rest, (0, frames - rest.size)).reshape(1, frames)
