"""What every way of decoding an untrusted file must do, with real processes and made-up files."""

import io
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from reviewer.audio.decode.decoder import Decoder
from reviewer.audio.decode.host import ForkingHost, ProcessPerFileHost, can_fork
from reviewer.audio.io.flac import read_canonical
from reviewer.audio.samples import Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import Refused
from reviewer.model.project import DecodeLimits
from tests.refusals import hint_of, reason_of, refused
from tests.sounds import a_tone, a_wav, put, some_noise, sound_file

_LIMITS = DecodeLimits()
_SHORT = "The file is shorter than its header says."


@pytest.fixture(scope="module")
def forking_decoder() -> Iterator[Decoder]:
    """One for all tests, as an import has one for all files."""
    with Decoder(ForkingHost()) as decoder:
        yield decoder


_FLAC = sound_file(some_noise(50_000), container="FLAC")
# By the name of the file, whose extension never makes sound of bytes: what it holds, and what is said of it.
_BAD = {
    **dict.fromkeys(
        ("a.raw", "a.gsm", "a.vox", "a"), (b"\x12\x34" * 500, "UNDECODABLE", "not an audio file")
    ),
    "half.flac": (_FLAC[: len(_FLAC) // 2], "UNDECODABLE", "damaged"),
    "no frames.wav": (a_wav(some_noise(1)[:0]), "EMPTY_AUDIO", "no audio"),
    "no data.wav": (a_wav(some_noise(1))[:36], "EMPTY_AUDIO", "no audio"),
    "no channels.wav": (a_wav(some_noise(9), channels=0), "UNDECODABLE", "Channel"),
    "nine channels.wav": (a_wav(some_noise(9, channels=9)), "UNDECODABLE", "9 channels"),
}


class DecodingContract:
    """Inherit it and give ``decoder``."""

    def test_a_wav_becomes_the_same_samples_and_their_peaks(self, decoder: Decoder, tmp_path: Path) -> None:
        data = some_noise(5_000, channels=2)
        decoded = decoder.decode(put(tmp_path, "a.wav", a_wav(data, rate_hz=22_050)), _LIMITS)
        back = read_canonical(io.BytesIO(decoded.flac))
        assert (decoded.rate_hz, decoded.channels, decoded.frames) == (22_050, 2, 5_000)
        assert (back.data == data).all()
        assert decoded.samples_sha256 == Samples(22_050, data).sha256()
        assert decoded.peaks == PeakPyramid.from_samples(data).to_bytes()
        assert decoded.notes == ()

    def test_an_empty_file_and_one_that_is_no_sound_are_refused_and_the_next_comes_in(
        self, decoder: Decoder, tmp_path: Path
    ) -> None:
        _refused(decoder, put(tmp_path, "a.wav", b""), "EMPTY_AUDIO", "empty")
        _refused(decoder, put(tmp_path, "a.wav", b"Dear Sir or Madam"), "UNDECODABLE", "not an audio file")
        assert decoder.decode(put(tmp_path, "b.wav", a_wav(some_noise(10))), _LIMITS).frames == 10

    def test_as_much_sound_as_allowed_comes_in_and_a_frame_more_is_refused(
        self, decoder: Decoder, tmp_path: Path
    ) -> None:
        path, limits = put(tmp_path, "a.wav", a_wav(some_noise(16_000))), DecodeLimits(audio_seconds=1.0)
        assert decoder.decode(path, limits).frames == 16_000
        _refused(decoder, put(tmp_path, "a.wav", a_wav(some_noise(16_001))), "TOO_LONG", "longer", limits)

    @pytest.mark.parametrize(
        ("claimed_bytes", "cut_to", "frames", "notes"),
        [
            pytest.param(0x7FFFFF00, None, 1_000, (_SHORT,), id="a header of terabytes costs no memory"),
            pytest.param(0xFFFFFFFF, None, 1_000, (), id="a streamed file needs no note"),
            pytest.param(None, 44 + 800, 400, (_SHORT,), id="a truncated file has its true length"),
        ],
    )
    def test_the_length_is_that_of_the_sound_and_not_of_the_header(
        self,
        decoder: Decoder,
        tmp_path: Path,
        claimed_bytes: int | None,
        cut_to: int | None,
        frames: int,
        notes: tuple[str, ...],
    ) -> None:
        wav = a_wav(some_noise(1_000), claimed_bytes=claimed_bytes)[:cut_to]
        decoded = decoder.decode(put(tmp_path, "a.wav", wav), _LIMITS)
        assert (decoded.frames, decoded.notes) == (frames, notes)

    def test_too_little_memory_is_a_sentence(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "a.flac", sound_file(some_noise(16_000 * 60), container="FLAC"))
        with pytest.raises(Refused) as caught:
            decoder.decode(path, DecodeLimits(memory_bytes=1 << 20))
        assert reason_of(caught.value) in ("UNDECODABLE", "TOO_LONG")

    def test_one_sample_under_a_name_of_every_script_comes_in(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "имя — 録音 שלום 🎤 #%&;$(x).wav", a_wav(some_noise(1)))
        assert decoder.decode(path, _LIMITS).frames == 1


class TestProcessPerFileHost(DecodingContract):
    @pytest.fixture
    def decoder(self) -> Iterator[Decoder]:
        with Decoder(ProcessPerFileHost()) as decoder:
            yield decoder


@pytest.mark.skipif(not can_fork(), reason="this platform cannot fork")
class TestForkingHost(DecodingContract):
    @pytest.fixture
    def decoder(self, forking_decoder: Decoder) -> Decoder:
        return forking_decoder

    @pytest.mark.parametrize(
        ("container", "subtype"),
        [
            *(("WAV", subtype) for subtype in ("PCM_U8", "FLOAT", "DOUBLE", "PCM_32", "ULAW", "ALAW")),
            *(("WAV", subtype) for subtype in ("IMA_ADPCM", "MS_ADPCM", "GSM610")),
            *((container, "PCM_16") for container in ("WAVEX", "RF64", "AIFF", "AU", "FLAC")),
            ("CAF", "ALAC_16"),
            ("OGG", "VORBIS"),
            ("OGG", "OPUS"),
            ("MP3", "MPEG_LAYER_III"),
        ],
    )
    def test_what_libsndfile_reads_comes_in_as_the_sound_it_was(
        self, decoder: Decoder, tmp_path: Path, container: str, subtype: str
    ) -> None:
        content = sound_file(a_tone(16_000, loudness=0.5), container=container, subtype=subtype)
        extension = {"WAVEX": "wav", "RF64": "wav"}.get(container, container.lower())
        decoded = decoder.decode(put(tmp_path, f"a.{extension}", content), _LIMITS)
        middle = read_canonical(io.BytesIO(decoded.flac)).as_float()[4_000:12_000, 0]
        assert abs(float(np.sqrt((middle**2).mean())) - 0.5 / np.sqrt(2)) < 0.02
        assert decoded.notes == ()

    def test_wide_sources_keep_24_bits_and_the_same_integers_have_one_hash(
        self, decoder: Decoder, tmp_path: Path
    ) -> None:
        data, hashes = some_noise(2_000, bits=24), {}
        for subtype in ("FLOAT", "DOUBLE", "PCM_32", "PCM_24"):
            path = put(tmp_path, f"{subtype}.wav", sound_file(data, subtype=subtype))
            decoded = decoder.decode(path, _LIMITS)
            assert (read_canonical(io.BytesIO(decoded.flac)).data == data).all()
            hashes[subtype] = decoded.samples_sha256
        assert hashes["PCM_24"] == hashes["PCM_32"] != hashes["FLOAT"]

    @pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8", "ULAW"])
    def test_narrow_sources_are_kept_as_16_bit(self, decoder: Decoder, tmp_path: Path, subtype: str) -> None:
        path = put(tmp_path, "a.wav", sound_file(a_tone(500), subtype=subtype))
        assert read_canonical(io.BytesIO(decoder.decode(path, _LIMITS).flac)).bits == 16

    def test_samples_that_are_no_numbers_become_silence_with_a_note(
        self, decoder: Decoder, tmp_path: Path
    ) -> None:
        values = a_tone(1_000).astype(np.float32) / 32_768
        values[10:13, 0] = (np.nan, np.inf, -np.inf)
        decoded = decoder.decode(put(tmp_path, "a.wav", sound_file(values, subtype="FLOAT")), _LIMITS)
        assert decoded.notes == ("3 invalid samples (NaN or infinity) were replaced by silence.",)
        assert not read_canonical(io.BytesIO(decoded.flac)).data[10:13].any()

    def test_floats_beyond_full_scale_are_limited_and_noted(self, decoder: Decoder, tmp_path: Path) -> None:
        values = np.full((100, 1), 1.5, np.float32)
        values[::2] = -1.5
        decoded = decoder.decode(put(tmp_path, "a.wav", sound_file(values, subtype="FLOAT")), _LIMITS)
        assert decoded.notes == ("Clipped: 100.00 % of the samples are at full scale.",)

    def test_nothing_of_the_metadata_survives(self, decoder: Decoder, tmp_path: Path) -> None:
        out = io.BytesIO()
        with soundfile.SoundFile(out, "w", 16_000, 1, format="FLAC") as sound:
            sound.artist = sound.comment = sound.title = "Testperson ZX81"
            sound.write(some_noise(1_000))

        decoded = decoder.decode(put(tmp_path, "Testperson.flac", out.getvalue()), _LIMITS)

        assert b"Testperson" in out.getvalue()
        assert b"Testperson" not in decoded.flac + decoded.peaks
        assert "Testperson" not in " ".join(decoded.notes)

    def test_content_decides_and_a_wrong_extension_is_noted(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "a.mp3", sound_file(some_noise(100), container="FLAC"))
        assert decoder.decode(path, _LIMITS).notes == ("The file is named .mp3 but holds FLAC.",)

    @pytest.mark.parametrize("kind", _BAD)
    def test_what_is_no_sound_that_can_be_kept_is_refused(
        self, decoder: Decoder, tmp_path: Path, kind: str
    ) -> None:
        content, code, words = _BAD[kind]
        _refused(decoder, put(tmp_path, kind, content), code, words)

    @pytest.mark.parametrize("rate_hz", [0, 65_537, 800_000, 0x7FFFFFFF])
    def test_a_rate_that_cannot_be_kept_is_refused(
        self, decoder: Decoder, tmp_path: Path, rate_hz: int
    ) -> None:
        wav = a_wav(some_noise(9))
        path = put(tmp_path, "a.wav", wav[:24] + struct.pack("<I", rate_hz) + wav[28:])
        _refused(decoder, path, "UNDECODABLE", "")

    def test_what_is_no_file_is_refused_and_not_waited_for(self, decoder: Decoder, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.wav")
        for name, words in (("none.wav", "was not found"), ("", "folder"), ("pipe.wav", "device")):
            _refused(decoder, tmp_path / name, "UNDECODABLE", words)

    def test_a_file_too_large_is_refused_unread_and_a_decoder_that_takes_too_long_is_ended(
        self, decoder: Decoder, tmp_path: Path
    ) -> None:
        path = put(tmp_path, "a.flac", sound_file(some_noise(16_000), container="FLAC"))
        _refused(decoder, path, "TOO_LONG", "larger", DecodeLimits(input_bytes=1_000))
        _refused(decoder, path, "UNDECODABLE", "takes longer", DecodeLimits(seconds=0.0, audio_seconds=0.001))

    def test_a_host_that_was_killed_is_started_again(self, tmp_path: Path) -> None:
        host = ForkingHost()
        path = put(tmp_path, "a.wav", a_wav(some_noise(10)))
        with Decoder(host) as decoder:
            decoder.decode(path, _LIMITS)
            assert host._process is not None
            host._process.kill()
            host._process.wait()

            assert decoder.decode(path, _LIMITS).frames == 10

    def test_no_process_is_left_after_close(self, tmp_path: Path) -> None:
        host = ForkingHost()
        with Decoder(host) as decoder:
            decoder.decode(put(tmp_path, "a.wav", a_wav(some_noise(10))), _LIMITS)
            process = host._process

        assert process.returncode is not None

    def test_no_descriptor_is_left_after_many_files(self, decoder: Decoder, tmp_path: Path) -> None:
        path, bad = put(tmp_path, "a.wav", a_wav(some_noise(10))), put(tmp_path, "b.wav", b"bad")
        decoder.decode(path, _LIMITS)
        before = len(list(Path("/dev/fd").iterdir()))
        for _ in range(20):
            decoder.decode(path, _LIMITS)
            _refused(decoder, bad, "UNDECODABLE", "not an audio file")

        assert len(list(Path("/dev/fd").iterdir())) == before

    def test_nothing_is_written_beside_the_file(self, decoder: Decoder, tmp_path: Path) -> None:
        decoder.decode(put(tmp_path, "a.wav", a_wav(some_noise(10))), _LIMITS)

        assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]

    @pytest.mark.parametrize("seed", range(4))
    def test_mutated_files_end_in_samples_or_a_sentence(
        self, decoder: Decoder, tmp_path: Path, seed: int
    ) -> None:
        random = np.random.default_rng(seed)
        containers = [("WAV", "MS_ADPCM"), ("WAV", "IMA_ADPCM"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III")]
        container, subtype = containers[seed]
        whole = sound_file(a_tone(8_000), container=container, subtype=subtype)
        for _ in range(25):
            content = bytearray(whole)
            for place in random.integers(0, len(content), 8):
                content[place] = random.integers(256)
            path = put(tmp_path, "a.wav", bytes(content))
            outcome = _outcome(decoder, path)
            assert outcome in ("sound", "UNDECODABLE", "EMPTY_AUDIO", "TOO_LONG")


def _refused(decoder: Decoder, path: Path, code: str, words: str, limits: DecodeLimits = _LIMITS) -> None:
    with refused(words) as caught:
        decoder.decode(path, limits)
    assert reason_of(caught.value) == code
    assert hint_of(caught.value)


def _outcome(decoder: Decoder, path: Path) -> str:
    try:
        return "sound" if decoder.decode(path, _LIMITS).frames else "nothing"
    except Refused as refusal:
        return reason_of(refusal)
