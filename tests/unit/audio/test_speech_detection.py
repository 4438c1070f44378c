"""Where somebody speaks: found alike however it is read, and kept in a form that can be trusted."""

import io
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.decode.decoder import Decoder
from reviewer.audio.dsp import speech_detection
from reviewer.audio.dsp.speech_detection import detect_speech
from reviewer.audio.io.flac import read_canonical
from reviewer.audio.samples import Samples
from reviewer.errors import Damaged
from reviewer.model.intervals import Span
from reviewer.model.project import DecodeLimits
from reviewer.places import resource
from tests.fakes.decoder import decode_whole
from tests.fakes.sound import ReadSound

LOUD = 0.3


def voice(seconds: float, rate_hz: int = 16_000, loudness: float = LOUD) -> NDArray[np.float64]:
    """A vowel of many harmonics that swells and sinks five times a second, as syllables do."""
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    tones = sum(
        np.sin(2 * np.pi * 140 * k * at) / k for k in range(1, 25) if 140 * k < rate_hz / 2
    ) * np.ones_like(at)
    return loudness * tones / 2 * (0.55 - 0.45 * np.cos(2 * np.pi * 5 * at))


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
        assert ended - 0.1 <= end <= ended + 0.3


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000])
def test_the_rate_changes_where_speech_is_by_no_more_than_a_blink(rate_hz: int) -> None:
    parts = room(1, rate_hz), voice(1.5, rate_hz), room(1, rate_hz)
    spans = detect_speech(sound(*parts, rate_hz=rate_hz))
    assert len(spans) == 1
    start, end = seconds_of(spans, rate_hz)[0]
    assert (start, end) == pytest.approx((0.95, 2.6), abs=0.2)


def test_a_quiet_clip_is_brought_to_one_level_first() -> None:
    loud = detect_speech(sound(room(1), voice(1), room(1)))
    quiet = detect_speech(sound(room(1, loudness=0), voice(1, loudness=0.002), room(1, loudness=0)))
    assert len(quiet) == len(loud) == 1
    assert seconds_of(quiet)[0] == pytest.approx(seconds_of(loud)[0], abs=0.25)


def test_two_channels_are_heard_as_one() -> None:
    parts = room(1), voice(1), room(1)
    assert detect_speech(sound(*parts, channels=2)) == detect_speech(sound(*parts))


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


@given(st.lists(st.booleans(), max_size=120))
def test_smoothing_joins_what_is_near_and_drops_what_is_short(steps: list[bool]) -> None:
    line = "".join("x" if step else "-" for step in steps)
    joined = re.sub("(?<=x)-{1,4}(?=x)", lambda gap: "x" * len(gap[0]), line)
    assert speech_detection.smoothed(np.array(steps, dtype=bool)) == [
        run.span() for run in re.finditer("x{5,}", joined)
    ]


def test_padding_stays_inside_and_joins_a_short_pause() -> None:
    assert speech_detection.padded([(2, 20), (34, 40)], 43) == [(0, 43)]
    assert speech_detection.padded([(10, 20), (35, 40)], 100) == [(5, 25), (30, 45)]


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
    files = sorted(path for path in (speech_folder / "dev").iterdir() if path.suffix in {".wav", ".flac"})[
        ::6
    ]
    with Decoder() as decoder:
        assert detect_speech(read_canonical(_stream(decoder, speech_folder / "bad" / "23_silent.wav"))) == ()
        for path in files:
            assert detect_speech(read_canonical(_stream(decoder, path))), path.name


def _stream(decoder: Decoder, path: Path) -> io.BytesIO:
    return io.BytesIO(decode_whole(decoder, path, DecodeLimits(seconds=60)).flac)
