"""Both speech detectors on real speech with exact turns, clean and in noise: one table.

``REVIEWER_SPEECH=FOLDER .venv/bin/pytest tests/benchmarks/test_speech_detection.py -s``

The turns of two recordings are set apart by pauses of 0.5 to 2.5 s, then noise is added, at a level below the
speech. Counted are frames of 10 ms of what ``detect_speech`` returns, its padding of 100 ms included. A frame
of a turn counts as speech if it is within 25 dB of the turn's louder frames, or in a pause of less than 0.3 s
between such ones; another frame of the turn (a longer pause, an echo) does not count at all, and one of the
pauses between turns is a false one. The thresholds were chosen on the first half of each recording; the table
is of the second (``REVIEWER_SPEECH_HALF=first`` prints the other).
"""

import csv
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import samplerate
import soundfile
from numpy.typing import NDArray

from reviewer.audio.dsp.speech_detection import DetectorFor, detect_speech
from reviewer.audio.dsp.voice_activity import SileroDetector, WebRtcDetector, detector_for
from reviewer.audio.samples import Samples
from reviewer.transcript.proposed_segments import proposed_segments

_RATE_HZ = 16_000
_FRAME = 160
_RECORDINGS = ("cs_dialogue_long.flac", "en_lj_chapter_long.opus")
_LEVELS_DB = (15, 5, 0)
_SPEECH, _UNCOUNTED, _PAUSE = 1, 0, -1
_HALF = os.environ.get("REVIEWER_SPEECH_HALF", "second")

Wave = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording whose turns are apart, and what each frame of 10 ms is."""

    wave: Wave
    frames: NDArray[np.int8]

    @property
    def power(self) -> float:
        return float(self.wave[np.repeat(self.frames == _SPEECH, _FRAME)].var())


@dataclass(frozen=True, slots=True)
class Score:
    precision: float
    recall: float
    false_share: float


def load(path: Path) -> Wave:
    wave, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    mono: Wave = wave.mean(axis=1)
    if rate_hz == _RATE_HZ:
        return mono
    converted: Wave = samplerate.resample(mono, _RATE_HZ / rate_hz, "sinc_fastest")
    return converted


@cache
def spoken(folder: Path, name: str) -> Spoken:
    wave, random = load(folder / name), np.random.default_rng(1)
    turns = turns_of(folder, name)
    turns = turns[: len(turns) // 2] if _HALF == "first" else turns[len(turns) // 2 :]
    waves, frames = [], []
    for turn in turns:
        start, end = (int(float(turn[key]) * 100) * _FRAME for key in ("start_s", "end_s"))
        pause = int(random.integers(50, 250))
        waves += [np.zeros(pause * _FRAME, np.float32), wave[start:end]]
        frames += [np.full(pause, _PAUSE, np.int8), audible(wave[start:end])]
    return Spoken(np.concatenate(waves), np.concatenate(frames))


def turns_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "segments.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["file"] == name]


def audible(turn: Wave) -> NDArray[np.int8]:
    levels = 10 * np.log10(turn.reshape(-1, _FRAME).var(axis=1) + 1e-12)
    places = np.flatnonzero(levels > np.percentile(levels, 95) - 25)
    found = np.full(levels.size, _UNCOUNTED, np.int8)
    found[places] = _SPEECH
    for before, after in pairwise(places):
        if after - before < 30:
            found[before:after] = _SPEECH
    return found


def white(frames: int, random: np.random.Generator, _folder: Path) -> Wave:
    return random.standard_normal(frames).astype(np.float32)


def pink(frames: int, random: np.random.Generator, _folder: Path) -> Wave:
    spectrum = np.fft.rfft(random.standard_normal(frames))
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size))
    return np.fft.irfft(spectrum, frames).astype(np.float32)


def babble(frames: int, _random: np.random.Generator, folder: Path) -> Wave:
    """Six other voices at once, each without end."""
    kinds = ("en_austen", "en_libri", "en_enrol", "en_sonnet", "it_prompt_demo", "es_prompt_demo", "en_jfk")
    paths = sorted(path for path in folder.iterdir() if path.name.startswith(kinds))
    mixed = np.zeros(frames, np.float32)
    for lane in range(6):
        waves = [load(path) for path in paths[lane::6]]
        mixed += np.resize(np.concatenate([wave / wave.std() for wave in waves]), frames)
    return mixed


def music(frames: int, random: np.random.Generator, _folder: Path) -> Wave:
    """Plucked chords, bass, a melody with vibrato, and a drum, at 120 beats a minute."""
    beat, scale = _RATE_HZ // 2, (0, 2, 4, 5, 7, 9, 11)
    out = np.zeros(frames + 3 * _RATE_HZ)
    drum = random.standard_normal(1_280) * np.exp(-np.arange(1_280) / 240)
    for count in range(frames // beat + 1):
        root, at = (0, 5, 3, 4)[count // 4 % 4], count * beat
        chord = [48 + scale[(root + third) % 7] + 12 * ((root + third) // 7) for third in (0, 2, 4)]
        notes = [(note, 0.25, 2.0) for note in chord if count % 2 == 0]
        notes += [(36 + scale[root], 0.5, 0.9)]
        notes += [
            (60 + scale[int(random.integers(7))] + 12 * int(random.integers(2)), 0.5, 0.6) for _ in range(2)
        ]
        for note, loudness, seconds in notes:
            wave = loudness * plucked(440 * 2 ** ((note - 69) / 12), seconds)
            out[at : at + wave.size] += wave
        out[at : at + drum.size] += 0.6 * drum
    return out[:frames].astype(np.float32)


def plucked(pitch_hz: float, seconds: float) -> NDArray[np.float64]:
    at = np.arange(int(seconds * _RATE_HZ)) / _RATE_HZ
    vibrato = 0.3 * np.sin(2 * np.pi * 5 * at)
    tones = [np.sin(2 * np.pi * pitch_hz * k * at + vibrato) / k**1.2 for k in range(1, 9)]
    wave: NDArray[np.float64] = np.sum(tones, axis=0) * np.exp(-2.5 * at) * np.minimum(at / 0.01, 1)
    return wave


_NOISES: dict[str, Callable[[int, np.random.Generator, Path], Wave]] = {
    "white": white,
    "pink": pink,
    "babble": babble,
    "music": music,
}


@cache
def noise(kind: str, frames: int, folder: Path) -> Wave:
    wave = _NOISES[kind](frames, np.random.default_rng(7), folder)
    return (wave / wave.std()).astype(np.float32)


def mixed(clip: Spoken, kind: str, level_db: int, folder: Path) -> Samples:
    wave = clip.wave
    if kind != "clean":
        wave = wave + noise(kind, wave.size, folder) * np.sqrt(clip.power / 10 ** (level_db / 10))
    wave = wave / max(1.0, float(np.abs(wave).max()))
    return Samples(_RATE_HZ, np.rint(wave * 32_767).astype(np.int16)[:, None])


def score(clip: Spoken, samples: Samples, detectors: DetectorFor) -> Score:
    found = np.zeros(clip.frames.size, dtype=bool)
    for span in detect_speech(samples, detectors):
        found[span.start // _FRAME : -(-span.end // _FRAME)] = True
    speech, pause = clip.frames == _SPEECH, clip.frames == _PAUSE
    right, wrong = int((found & speech).sum()), int((found & pause).sum())
    return Score(right / max(right + wrong, 1), right / int(speech.sum()), wrong / int(pause.sum()))


def webrtc(rate_hz: int, floor_db: float, level_db: float) -> WebRtcDetector:
    return WebRtcDetector(rate_hz, floor_db, level_db)


def line(kind: str, level: str, scores: list[Score]) -> str:
    cells = [f"{each.precision:.2f} {each.recall:.2f} {each.false_share:.2f}" for each in scores]
    return f"| {kind} | {level} | {' | '.join(cells)} |"


def test_the_table_of_both_detectors(speech_folder: Path) -> None:
    if not isinstance(detector_for(_RATE_HZ, -60, -20), SileroDetector):
        pytest.skip("Silero's detector is not installed here")
    folder = speech_folder / "dev"
    rows = ["| noise | dB | cs Silero | cs WebRTC | en Silero | en WebRTC |", "|---|---|---|---|---|---|"]
    kinds = [("clean", 0), *((kind, level) for kind in _NOISES for level in _LEVELS_DB)]
    for kind, level_db in kinds:
        scores = []
        for name in _RECORDINGS:
            clip = spoken(folder, name)
            samples = mixed(clip, kind, level_db, folder)
            scores += [score(clip, samples, each) for each in (detector_for, webrtc)]
        rows.append(line(kind, "" if kind == "clean" else str(level_db), scores))
        if kind not in ("babble", "music"):
            assert min(scores[0].recall, scores[2].recall) > 0.9
    print(f"\nprecision, recall, false share; {_HALF} half of each recording\n" + "\n".join(rows))


def test_borders_of_proposed_segments(speech_folder: Path) -> None:
    """Turns are 0.35 s apart in these files; a border counts within 150 ms of the pause between two turns."""
    folder = speech_folder / "dev"
    for name in _RECORDINGS:
        wave = np.rint(load(folder / name) * 32_767).clip(-32_768, 32_767)
        samples = Samples(_RATE_HZ, wave.astype(np.int16)[:, None])
        turns = [(float(turn["start_s"]), float(turn["end_s"])) for turn in turns_of(folder, name)]
        pauses = [(one[1] - 0.15, other[0] + 0.15) for one, other in pairwise(turns)]
        for kind, detectors in (("installed", detector_for), ("webrtc", webrtc)):
            speech = detect_speech(samples, detectors)
            segments = proposed_segments(speech, samples.frames, _RATE_HZ)
            borders = [(one.end + other.start) / 2 / _RATE_HZ for one, other in pairwise(segments)]
            found = sum(any(low <= border <= high for border in borders) for low, high in pauses)
            within = sum(not any(low <= border <= high for low, high in pauses) for border in borders)
            longest = max(each.end - each.start for each in segments) / _RATE_HZ
            print(
                f"\n{name}, {kind}: {len(segments)} segments for {len(turns)} turns, {found} of {len(pauses)}"
                f" borders between turns, {within} within one, the longest {longest:.1f} s"
            )
            assert found > 0.8 * len(pauses)


def test_speed_and_loading(speech_folder: Path, benchmark: Any) -> None:
    clip = spoken(speech_folder / "dev", _RECORDINGS[1])
    samples = Samples(_RATE_HZ, np.rint(clip.wave * 32_767).astype(np.int16)[: 60 * _RATE_HZ, None])
    seconds = {}
    for name, detectors in (("installed", detector_for), ("webrtc", webrtc)):
        detect_speech(samples, detectors)
        began = time.process_time()
        detect_speech(samples, detectors)
        seconds[name] = time.process_time() - began
    print("\n" + ", ".join(f"{name}: {60 / spent:.0f} x real time" for name, spent in seconds.items()))
    benchmark.pedantic(detect_speech, (samples,), rounds=3)
