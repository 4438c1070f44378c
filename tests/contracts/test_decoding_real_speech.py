"""Real clips, and the damaged and odd ones beside them, through the real decoder."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from reviewer.audio.decode.decoder import Decoder
from reviewer.audio.io.flac import read_canonical
from reviewer.errors import Refused
from reviewer.model.project import DecodeLimits
from tests.fakes.decoder import decode_whole
from tests.refusals import hint_of, reason_of, said, sentence_of

pytestmark = pytest.mark.speech

_LIMITS = DecodeLimits()
_PERSONAL = (b"Testperson", b"example.org", b"ZX81-0042-7734")
_SHORT = "The file is shorter than its header says."

# By the number that begins its name: frames and notes, or the refusal's code; as bad.csv says, or better.
_ACCEPTED: dict[str, tuple[int, tuple[str, ...]]] = {
    "06": (41_885, ("The file is named .wav but holds FLAC.",)),
    "07": (113_309, ("The file is named .flac but holds MP3.",)),
    "08": (212_893, ("102 invalid samples (NaN or infinity) were replaced by silence.",)),
    "10": (1, ("The recording is silent.", "DC offset: +0.50 of full scale.")),
    "11": (288_000, ()),
    "12": (44_100, ()),
    "13": (77_240, ()),
    "14": (77_440, ()),
    "15": (77_265, ()),
    "16": (77_500, ()),
    "17": (212_893, (_SHORT,)),
    "18": (212_893, ()),
    "19": (212_893, ("The header gives no length; everything up to the end of the file was taken.",)),
    "20": (212_893, ()),
    "21": (212_893, ()),
    "22": (212_893, ()),
    "23": (110_250, ("The recording is silent.",)),
    "24": (
        212_893,
        ("Clipped: 50.30 % of the samples are at full scale.", "DC offset: -0.05 of full scale."),
    ),
    "25": (212_893, ("DC offset: +0.40 of full scale.",)),
    "26": (3_073, ()),
    "27": (3_073, ()),
}
_REFUSED = {
    "01": "INCOMPLETE",
    "02": "INCOMPLETE",
    "03": "EMPTY_AUDIO",
    "04": "EMPTY_AUDIO",
    "05": "UNDECODABLE",
    "09": "EMPTY_AUDIO",
    "28": "UNDECODABLE",
    "29": "UNDECODABLE",
}


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


def _bad(folder: Path, number: str) -> Path:
    return next((folder / "bad").glob(f"{number}_*"))


@pytest.mark.parametrize("number", _ACCEPTED)
def test_an_odd_file_comes_in_with_its_notes(decoder: Decoder, speech_folder: Path, number: str) -> None:
    decoded = decode_whole(decoder, _bad(speech_folder, number), _LIMITS)
    assert (decoded.frames, said(decoded.notes)) == _ACCEPTED[number]


@pytest.mark.parametrize("number", _REFUSED)
def test_a_bad_file_is_refused_with_a_code_and_a_sentence(
    decoder: Decoder, speech_folder: Path, number: str
) -> None:
    with pytest.raises(Refused) as caught:
        decode_whole(decoder, _bad(speech_folder, number), _LIMITS)
    assert reason_of(caught.value) == _REFUSED[number]
    assert sentence_of(caught.value).endswith(".")
    assert hint_of(caught.value)


def test_every_bad_file_has_an_expectation(speech_folder: Path) -> None:
    numbers = {path.name[:2] for path in (speech_folder / "bad").iterdir() if path.name[:2].isdigit()}
    assert numbers == {*_ACCEPTED, *_REFUSED}


@pytest.mark.parametrize("number", ["20", "21", "22"])
def test_personal_metadata_is_in_the_file_and_in_nothing_that_is_kept(
    decoder: Decoder, speech_folder: Path, number: str
) -> None:
    path = _bad(speech_folder, number)
    source = path.read_bytes()
    decoded = decode_whole(decoder, path, _LIMITS)
    kept = decoded.flac + decoded.peaks + " ".join(said(decoded.notes)).encode()
    assert any(word in source for word in _PERSONAL)
    assert not any(word in kept for word in _PERSONAL)


def test_every_real_clip_comes_in_whole_and_lossless_ones_bit_for_bit(
    decoder: Decoder, speech_folder: Path
) -> None:
    lines = (speech_folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    names: dict[bytes, set[str]] = {}
    for line in lines:
        path = speech_folder / json.loads(line)["audio"]
        decoded = decode_whole(decoder, path, _LIMITS)
        back = read_canonical(io.BytesIO(decoded.flac))
        source = soundfile.info(path)
        assert (back.rate_hz, back.channels) == (source.samplerate, source.channels), path.name
        if source.subtype in ("PCM_16", "PCM_U8", "PCM_24"):
            wanted, _ = soundfile.read(path, dtype=back.data.dtype.name, always_2d=True)
            assert (back.data == wanted).all(), path.name
        names.setdefault(decoded.samples_sha256, set()).add(path.stem)
    assert len(lines) == 112
    assert [same for same in names.values() if len(same) > 1] == []
