"""No sound of an odd, joined, cut or damaged file is taken shorter than its source, or than ffmpeg takes it.

The ordinary run decodes every file of the table. ``REVIEWER_ALL_ENCODINGS=1`` also cuts and damages each at
many places, and asks ffmpeg's command, where there is one, how long it finds each.
"""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from reviewer.audio.decode.decoder import Decoder
from reviewer.audio.decode.host import ForkingHost, can_fork
from reviewer.errors import Refused
from tests import encodings
from tests.fakes.decoder import decode_whole
from tests.ffmpeg_command import FFMPEG, ffmpeg_seconds
from tests.odd_encodings import MEDIA, ODD, Odd
from tests.refusals import hint_of, reason_of, sentence_of
from tests.sounds import put

pytestmark = pytest.mark.skipif(not can_fork(), reason="one process for each file is too slow for so many")
_TOLERATED = 0.05
_LONGEST_PADDING = 0.3  # of an encoder, for each part
_FFMPEG_DIFFERS = {
    "mkv aac": "older versions keep what an encoder begins with",
    "mp3 with zeros around": "it decodes the frame that says how long the rest is",
}
_PLAIN = {
    name: Odd(make, ffmpeg_differs=_FFMPEG_DIFFERS.get(name, ""))
    for name, make in {**encodings.WHOLE, **encodings.MEDIA}.items()
}
_EVERY = {**{f"odd {name}": odd for name, odd in {**ODD, **MEDIA}.items()}, **_PLAIN}
_OPEN_ENDED = (
    "wav, size", "rf64, size -1", "rf64, size 0", "rf64, both sizes 0", "w64, size -1", "w64, size 2^63",
    "aiff, counts 0", "au, unknown", "au, little-endian, unknown", "caf, size -1", "nist, no count",
)  # fmt: skip
"""Files whose header gives no length: cut, they are shorter files that are whole."""
_BARE_FRAMES = ("amr", "aac", "mp2", "mp3", "odd amr", "odd aac", "odd mp2", "odd mp3", "wav with mp3")
"""Frames without any count of them: cut between two of them, they are whole."""
_with_av = pytest.mark.skipif(
    importlib.util.find_spec("av") is None, reason="the extra containers is not installed"
)
_IN_FULL = _EVERY if os.environ.get("REVIEWER_ALL_ENCODINGS") else ()


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder(ForkingHost()) as decoder:
        yield decoder


def _seconds(decoder: Decoder, path: Path) -> float:
    decoded = decode_whole(decoder, path)
    return float(decoded.frames / decoded.rate_hz)


def _outcome(decoder: Decoder, path: Path) -> tuple[float, str]:
    """The length and no code; or infinity and the code of the refusal, which loses nothing quietly."""
    try:
        return _seconds(decoder, path), ""
    except Refused as error:
        refusal = error
    assert sentence_of(refusal).endswith(".")
    assert hint_of(refusal)
    assert reason_of(refusal) in ("INCOMPLETE", "UNDECODABLE", "EMPTY_AUDIO")
    return float("inf"), refusal.code


def _check(decoder: Decoder, odd: Odd, path: Path) -> None:
    seconds, code = _outcome(decoder, path)
    if code:
        assert code in odd.refusals
    else:
        parts = max(1.0, odd.seconds / encodings.SECONDS)
        assert odd.seconds - _TOLERATED <= seconds < odd.seconds + _LONGEST_PADDING * parts


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_comes_in_whole_or_is_refused(decoder: Decoder, tmp_path: Path, name: str) -> None:
    _check(decoder, ODD[name], put(tmp_path, "a.bin", ODD[name].make()))


@_with_av
@pytest.mark.parametrize("name", MEDIA)
def test_an_odd_media_file_comes_in_whole_or_is_refused(decoder: Decoder, tmp_path: Path, name: str) -> None:
    _check(decoder, MEDIA[name], put(tmp_path, "a.bin", MEDIA[name].make()))


@_with_av
@pytest.mark.skipif(FFMPEG is None, reason="there is no ffmpeg")
@pytest.mark.parametrize("name", _IN_FULL)
def test_ffmpeg_finds_no_more_in_a_file_that_is_taken(decoder: Decoder, tmp_path: Path, name: str) -> None:
    odd = _EVERY[name]
    path = put(tmp_path, "a.bin", odd.make())
    if not odd.ffmpeg_differs:
        assert _outcome(decoder, path)[0] >= ffmpeg_seconds(path) - _TOLERATED


@_with_av
@pytest.mark.parametrize("name", _IN_FULL)
def test_a_file_that_is_cut_is_refused_or_loses_no_more_than_its_cut_end(
    decoder: Decoder, tmp_path: Path, name: str
) -> None:
    odd = _EVERY[name]
    content = odd.make()
    if _outcome(decoder, put(tmp_path, "a.bin", content))[1]:
        return
    lengths = [*(int(len(content) * share) for share in np.linspace(0.02, 0.99, 20)), len(content) - 1]
    for length in lengths:
        path = put(tmp_path, "a.bin", content[:length])
        seconds = _outcome(decoder, path)[0]
        if seconds < odd.seconds - _TOLERATED:
            short = name.removeprefix("odd ")
            assert short.startswith(_OPEN_ENDED) or name.startswith(_BARE_FRAMES), (length, seconds)
            if FFMPEG and not short.startswith(("rf64", "w64", "aiff, counts 0", "au, little-endian")):
                assert seconds >= ffmpeg_seconds(path) - _TOLERATED, length


@_with_av
@pytest.mark.parametrize("name", _IN_FULL)
def test_a_file_with_a_hole_is_refused_or_as_long_as_before(
    decoder: Decoder, tmp_path: Path, name: str
) -> None:
    odd, random = _EVERY[name], np.random.default_rng(1)
    content = odd.make()
    whole = _outcome(decoder, put(tmp_path, "a.bin", content))
    if "behind 200 kB" in name or "with pauses" in name or whole[1]:
        return  # a tag of another length swallows frames; a frame without sound is one byte, and not counted
    for place in (int(len(content) * share) for share in (0.15, 0.3, 0.5, 0.7, 0.85)):
        for size in (1, 40, min(500, len(content) // 10)):
            for filled in (b"", bytes(size), random.bytes(size), random.bytes(size) + content[place:][:size]):
                path = put(tmp_path, "a.bin", content[:place] + filled + content[place + size :])
                assert _outcome(decoder, path)[0] >= odd.seconds - _TOLERATED, (place, size, filled)
