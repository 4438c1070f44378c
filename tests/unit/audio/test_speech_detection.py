"""Where somebody speaks: found alike however it is read, and kept in a form that can be trusted."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.decode.decoder import Decoder
from reviewer.audio.dsp import speech_detection
from reviewer.audio.dsp.speech_detection import DetectorFor, Steps, detect_speech
from reviewer.audio.dsp.voice_activity import SileroDetector, WebRtcDetector, detector_for
from reviewer.audio.io.flac import read_canonical
from reviewer.audio.samples import Samples
from reviewer.errors import Damaged
from reviewer.model.intervals import Span, subtract, total_frames
from reviewer.model.project import DecodeLimits
from reviewer.places import resource
from tests.fakes.decoder import decode_whole
from tests.fakes.sound import ReadSound

LOUD = 0.3


VOWELS_HZ = np.array(
    [(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410)]
)
"""The first three formants of five vowels."""


def voice(seconds: float, rate_hz: int = 16_000, loudness: float = LOUD) -> NDArray[np.float64]:
    """Vowels that glide into each other at 4.5 syllables a second, on a pitch that rises and falls."""
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    order = np.random.default_rng(5).integers(0, len(VOWELS_HZ), 1_000)
    centres = (np.arange(order.size) + 0.5) / 4.5
    formants = [np.interp(at, centres, VOWELS_HZ[order, each]) for each in range(3)]
    pitch = 100 * (1 + 0.12 * np.sin(2 * np.pi * 0.6 * at) + 0.05 * np.sin(2 * np.pi * 2.3 * at))
    phase = 2 * np.pi * np.cumsum(pitch) / rate_hz
    wave = np.zeros_like(at)
    for harmonic in range(1, 41):
        tone = pitch * harmonic
        gain = 0.01 + sum(
            level / (1 + ((tone - formant) / width) ** 2)
            for formant, level, width in zip(formants, (1, 0.6, 0.3), (90, 110, 160), strict=True)
        )
        wave += np.where(tone < 0.49 * rate_hz, gain, 0) * np.sin(harmonic * phase) / harmonic**0.3
    within = at * 4.5 % 1
    syllables = np.clip(1.3 * np.sin(np.pi * within) ** 0.6, 0, 1) * (0.35 + 0.65 * (within > 0.12))
    return loudness * wave * syllables / np.abs(wave).max()


def room(seconds: float, rate_hz: int = 16_000, loudness: float = 0.001) -> NDArray[np.float64]:
    return np.random.default_rng(3).standard_normal(round(seconds * rate_hz)) * loudness


def sound(*parts: NDArray[np.float64], rate_hz: int = 16_000, channels: int = 1) -> Samples:
    wave = np.concatenate(parts)
    whole = np.clip(np.rint(wave * 32767), -32768, 32767).astype(np.int16)
    return Samples(rate_hz, np.repeat(whole[:, None], channels, axis=1))


def seconds_of(spans: tuple[Span, ...], rate_hz: int = 16_000) -> list[tuple[float, float]]:
    return [(round(each.start / rate_hz, 2), round(each.end / rate_hz, 2)) for each in spans]


def test_speech_between_pauses_is_found_near_its_edges() -> None:
    spans = detect_speech(sound(room(1), voice(1), room(1), voice(2), room(1)))
    assert len(spans) == 2
    for (start, end), (began, ended) in zip(seconds_of(spans), ((1, 2), (3, 5)), strict=True):
        assert began - 0.2 <= start <= began + 0.05
        assert ended - 0.1 <= end <= ended + 0.5


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000])
def test_the_rate_changes_where_speech_is_by_no_more_than_a_blink(rate_hz: int) -> None:
    parts = room(1, rate_hz), voice(1.5, rate_hz), room(1, rate_hz)
    spans = detect_speech(sound(*parts, rate_hz=rate_hz))
    assert len(spans) == 1
    start, end = seconds_of(spans, rate_hz)[0]
    assert start == pytest.approx(0.9, abs=0.15)
    assert end == pytest.approx(2.7, abs=0.25)


def test_a_quiet_clip_is_brought_to_one_level_first() -> None:
    loud = detect_speech(sound(room(1), voice(1), room(1)))
    quiet = detect_speech(sound(room(1, loudness=0), voice(1, loudness=0.002), room(1, loudness=0)))
    assert len(quiet) == len(loud) == 1
    assert seconds_of(quiet)[0] == pytest.approx(seconds_of(loud)[0], abs=0.25)


def test_two_channels_are_heard_as_one() -> None:
    parts = room(1), voice(1), room(1)
    assert detect_speech(sound(*parts, channels=2)) == detect_speech(sound(*parts))


def test_channels_of_opposite_polarity_do_not_cancel_each_other() -> None:
    clip = sound(room(1), voice(1), room(1))
    inverted = Samples(clip.rate_hz, np.concatenate((clip.data, -clip.data), axis=1))
    assert detect_speech(inverted) == detect_speech(clip) != ()


def test_one_speaker_a_channel_both_are_heard() -> None:
    left = np.concatenate((room(1), voice(2), room(5)))
    right = np.concatenate((room(5), voice(2), room(1)))
    data = np.rint(np.stack((left, right), axis=1) * 32_767).astype(np.int16)
    found = detect_speech(Samples(16_000, data))
    for second in (1, 5):
        voiced = Span(second * 16_000, (second + 2) * 16_000)
        assert total_frames(subtract((voiced,), found)) < 0.25 * voiced.frames


def test_the_same_sound_has_the_same_passages_whatever_was_heard_before() -> None:
    clip = sound(room(1), voice(2), room(1))
    first = detect_speech(clip)
    detect_speech(sound(room(2, loudness=0.1), voice(3)))
    assert detect_speech(clip) == first
    with ThreadPoolExecutor(2) as threads:
        assert set(threads.map(detect_speech, [clip] * 6)) == {first}


def test_silence_is_none_whatever_the_detector_says() -> None:
    clip = sound(room(1), np.zeros(16_000), room(1))
    spans = detect_speech(clip, lambda *_: EverythingIsSpeech())
    assert seconds_of(spans) == [(0.0, 1.12), (1.89, 3.0)]


class EverythingIsSpeech:
    rate_hz, step_frames = 16_000, 512

    def probabilities(self, steps: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.ones(len(steps), dtype=np.float32)


class Model:
    """Counts as Silero's does: it says how many steps it has heard since it was reset."""

    def __init__(self) -> None:
        self.heard: list[float] = []

    def reset(self) -> None:
        self.heard.clear()

    def process(self, step: memoryview) -> float:
        self.heard.append(step[0])
        return len(self.heard)


def test_the_network_starts_afresh_every_eight_seconds_after_a_second_of_the_sound_before() -> None:
    detector = SileroDetector(Model(), 16_000)
    steps = np.zeros((600, 512), dtype=np.float32)
    ratings = np.concatenate([detector.probabilities(part) for part in np.split(steps, [7, 300, 301])])
    assert ratings.tolist() == [*range(1, 251), *range(32, 282), *range(32, 132)]


def webrtc(rate_hz: int, floor_db: float, level_db: float) -> WebRtcDetector:
    return WebRtcDetector(rate_hz, floor_db, level_db)


def music(seconds: float, loudness: float = 0.2) -> NDArray[np.float64]:
    """Broken chords of a plucked string, four notes a second."""
    at = np.arange(4_000) / 16_000
    notes = [
        sum(np.sin(2 * np.pi * pitch * k * at) / k for k in range(1, 8)) * np.exp(-6 * at)
        for pitch in (220.0, 277.2, 329.6, 440.0)
    ]
    return loudness * np.resize(np.concatenate(notes), round(seconds * 16_000)) / 2


@pytest.mark.skipif(
    not isinstance(detector_for(16_000, -60, -20), SileroDetector), reason="no wheel for this platform"
)
def test_music_is_speech_for_webrtcs_detector_only() -> None:
    clip = sound(music(10))
    shares = [
        sum(span.frames for span in detect_speech(clip, each)) / clip.frames
        for each in (detector_for, webrtc)
    ]
    assert shares[0] < 0.1
    assert shares[1] > 0.5


@pytest.mark.parametrize("detectors", [detector_for, webrtc], ids=["installed", "fallback"])
def test_both_detectors_find_the_voice_at_rates_that_they_do_not_know(detectors: DetectorFor) -> None:
    parts = room(1, 44_100), voice(1.5, 44_100), room(1, 44_100)
    (span,) = detect_speech(sound(*parts, rate_hz=44_100), detectors)
    assert (span.start / 44_100, span.end / 44_100) == pytest.approx((0.9, 2.7), abs=0.25)


@pytest.mark.parametrize("frames", [1, 100, 511, 513])
def test_a_clip_shorter_than_a_step_is_no_error(frames: int) -> None:
    assert detect_speech(sound(voice(1)[4_000 : 4_000 + frames])) == ()


def click() -> NDArray[np.float64]:
    wave = room(3)
    wave[20_000:20_400] = 0.8
    return wave


NO_SPEECH = {
    "nothing": np.zeros(0),
    "silence": np.zeros(80_000),
    "silence off centre": np.full(80_000, 0.6),
    "quiet noise": room(10, loudness=0.001),
    "noise": room(10, loudness=0.01),
    "loud noise": room(10, loudness=0.1),
    "hum": 0.1 * np.sin(2 * np.pi * 50 * np.arange(160_000) / 16_000),
    "click": click(),
}


@pytest.mark.parametrize("what", NO_SPEECH)
def test_what_is_no_voice_holds_no_speech(what: str) -> None:
    assert detect_speech(sound(NO_SPEECH[what])) == ()


def test_speech_up_to_the_last_frame_ends_with_the_clip() -> None:
    clip = sound(room(1), voice(1.2)[:-7])
    assert detect_speech(clip)[-1].end == clip.frames


def test_a_rate_beyond_conversion_makes_the_whole_clip_count() -> None:
    assert detect_speech(Samples(50, np.ones((100, 1), dtype=np.int16))) == (Span(0, 100),)


def test_it_is_read_ten_seconds_at_a_time_however_long() -> None:
    clip = ReadSound(sound(*[part for _ in range(12) for part in (room(1), voice(2))]))
    detect_speech(clip)
    assert max(clip.reads) == 160_000


@given(
    frames=st.integers(1, 9_000),
    rate_hz=st.sampled_from([81, 500, 8_000, 11_025, 16_000, 44_100]),
    channels=st.integers(1, 3),
    seed=st.integers(0, 1_000),
    loudness=st.sampled_from([0, 1, 100, 32_767]),
)
def test_passages_are_in_order_apart_and_inside_the_clip(
    frames: int, rate_hz: int, channels: int, seed: int, loudness: int
) -> None:
    random = np.random.default_rng(seed)
    swell = random.random((frames, 1)).round()
    data = (random.uniform(-loudness, loudness, (frames, channels)) * swell).astype(np.int16)
    spans = detect_speech(Samples(rate_hz, data))
    ends = [0, *(end for each in spans for end in (each.start, each.end))]
    assert ends == sorted(ends)
    assert ends[-1] <= frames
    assert all(before.end < after.start for before, after in pairwise(spans))


TWENTY_MS = Steps(frames=320, rate_hz=16_000)


@given(st.lists(st.sampled_from([0.0, 0.05, 0.15, 0.9]), max_size=120))
def test_smoothing_joins_what_is_near_and_drops_what_is_short(ratings: list[float]) -> None:
    line = "".join({0.0: "-", 0.05: "-", 0.15: "o", 0.9: "x"}[each] for each in ratings)
    speech = re.sub("[ox]*x[ox]*", lambda run: "X" * len(run[0]), line)
    joined = re.sub("(?<=X)[-o]{1,4}(?=X)", lambda gap: "X" * len(gap[0]), speech)
    assert TWENTY_MS.smoothed(np.array(ratings, dtype=np.float32)) == [
        run.span() for run in re.finditer("X{5,}", joined)
    ]


def test_padding_begins_at_the_first_step_and_joins_a_short_pause() -> None:
    assert TWENTY_MS.padded([(2, 20), (34, 40)]) == [(0, 45)]
    assert TWENTY_MS.padded([(10, 20), (35, 40)]) == [(5, 25), (30, 45)]


def test_a_step_begins_at_the_same_time_at_every_rate() -> None:
    assert [Steps(512, 16_000).frame(1_000, rate_hz) for rate_hz in (8_000, 16_000, 44_100)] == [
        256_000,
        512_000,
        1_411_200,
    ]


@given(st.lists(st.integers(0, 1 << 40), max_size=20, unique=True), st.integers(0, 100))
def test_what_is_kept_reads_back(places: list[int], beyond: int) -> None:
    places = sorted(places)[: len(places) // 2 * 2]
    spans = tuple(Span(*pair) for pair in zip(places[::2], places[1::2], strict=True))
    frames = (places[-1] if places else 0) + beyond
    assert speech_detection.from_bytes(speech_detection.to_bytes(spans, frames), frames) == spans


KEPT = speech_detection.to_bytes((Span(10, 20), Span(30, 40)), 50)


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        KEPT[:10],
        KEPT[:-1],
        KEPT + b"\0",
        b"RVPK" + KEPT[4:],
        KEPT[:4] + b"\2" + KEPT[5:],
        speech_detection.to_bytes((Span(10, 20), Span(30, 40)), 51),
        speech_detection.to_bytes((Span(10, 20), Span(30, 51)), 50),
        speech_detection.to_bytes((Span(30, 40), Span(10, 20)), 50),
        speech_detection.to_bytes((Span(10, 35), Span(30, 40)), 50),
        KEPT[:-16] + bytes(16),
    ],
    ids=str,
)
def test_what_is_not_whole_is_damage(blob: bytes) -> None:
    with pytest.raises(Damaged):
        speech_detection.from_bytes(blob, 50)


def test_the_demos_speech_is_found(tmp_path: Path) -> None:
    folder = resource("demo", "clips")
    with Decoder() as decoder:
        clips = [
            read_canonical(_stream(decoder, path))
            for path in sorted(folder.iterdir())
            if "no-speech" not in path.name
        ]
    shares = [sum(each.frames for each in detect_speech(clip)) / clip.frames for clip in clips]
    assert min(shares) > 0.5


def test_real_clips_with_words_have_speech_and_a_silent_one_has_none(speech_folder: Path) -> None:
    files = sorted(path for path in (speech_folder / "dev").iterdir() if path.suffix in {".wav", ".flac"})
    files = [path for path in files[::6] if path.stat().st_size < 4 << 20]  # not the longest
    files = [path for path in files if path.name != "en_enrol_k.wav"]  # refused: shorter than it says
    with Decoder() as decoder:
        assert detect_speech(read_canonical(_stream(decoder, speech_folder / "bad" / "23_silent.wav"))) == ()
        for path in files:
            assert detect_speech(read_canonical(_stream(decoder, path))), path.name


def _stream(decoder: Decoder, path: Path) -> io.BytesIO:
    return io.BytesIO(decode_whole(decoder, path, DecodeLimits(seconds=60)).flac)
