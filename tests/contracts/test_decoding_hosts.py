"""What every way of decoding an untrusted file must do, with real processes and made-up files."""

import io
import os
import select
import signal
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from reviewer.audio.decode.decoder import Decoder
from reviewer.audio.decode.host import ForkingHost, ProcessPerFileHost, can_fork
from reviewer.audio.io.flac import read_canonical
from reviewer.audio.samples import Samples, as_float
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import Refused
from reviewer.model.project import DecodeLimits
from tests.fakes.decoder import decode_whole
from tests.refusals import hint_of, reason_of, refused, said
from tests.sounds import a_tone, a_wav, put, some_noise, sound_file

_LIMITS = DecodeLimits()
_CHILDREN = Path("/proc/thread-self/children")


@pytest.fixture(scope="module")
def forking_decoder() -> Iterator[Decoder]:
    """One for all tests, as an import has one for all files."""
    with Decoder(ForkingHost()) as decoder:
        yield decoder


class DecodingContract:
    """Inherit it and give ``decoder``."""

    def test_a_file_becomes_the_same_samples(self, decoder: Decoder, tmp_path: Path) -> None:
        data = some_noise(5_000, channels=2)
        decoded = decode_whole(decoder, put(tmp_path, "a.au", an_au(data, rate_hz=22_050)), _LIMITS)
        back = read_canonical(io.BytesIO(decoded.flac))
        assert (decoded.rate_hz, decoded.channels, decoded.frames) == (22_050, 2, 5_000)
        assert (back.data == data).all()
        assert decoded.samples_sha256 == Samples(22_050, data).sha256()
        assert said(decoded.notes) == ()

    def test_peaks_of_a_sound_too_long_to_be_opened_at_once_are_those_of_its_samples(
        self, decoder: Decoder, tmp_path: Path
    ) -> None:
        data = some_noise(265_000, channels=8)
        decoded = decode_whole(decoder, put(tmp_path, "a.au", an_au(data)), _LIMITS)
        assert decoded.peaks == PeakPyramid.from_samples(data).to_bytes()

    def test_of_a_short_sound_there_are_none(self, decoder: Decoder, tmp_path: Path) -> None:
        decoded = decode_whole(decoder, put(tmp_path, "a.au", an_au(some_noise(5_000))), _LIMITS)
        assert decoded.decoded.peaks is None

    def test_sound_without_a_file_is_as_long_as_that_of_a_file(
        self, decoder: Decoder, tmp_path: Path
    ) -> None:
        content = an_au(some_noise(5_000, channels=2), rate_hz=22_050)
        assert decoder.length(content, _LIMITS) == (5_000, 22_050)
        assert decoder.length(put(tmp_path, "a.wav", content), _LIMITS) == (5_000, 22_050)
        with refused("not an audio file"):
            decoder.length(b"no sound" * 99, _LIMITS)

    def test_an_empty_file_is_refused(self, decoder: Decoder, tmp_path: Path) -> None:
        _refused(decoder, put(tmp_path, "a.wav", b""), "EMPTY_AUDIO", "empty")

    def test_more_sound_than_allowed_is_refused(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "a.au", an_au(some_noise(16_001)))
        _refused(decoder, path, "TOO_LONG", "longer", DecodeLimits(audio_seconds=1.0))

    @pytest.mark.parametrize("frames", [1, 16_000])
    def test_exactly_as_much_sound_as_allowed_comes_in_and_nothing_is_written_beside_the_file(
        self, decoder: Decoder, tmp_path: Path, frames: int
    ) -> None:
        path = put(tmp_path, "a.au", an_au(some_noise(frames)))
        assert decode_whole(decoder, path, DecodeLimits(audio_seconds=1.0)).frames == frames
        assert list(tmp_path.iterdir()) == [path]

    def test_a_header_of_terabytes_costs_no_memory(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "a.wav", a_wav(some_noise(1_000), claimed_bytes=0x7FFFFF00))
        decoded = decode_whole(decoder, path, _LIMITS)
        assert decoded.frames == 1_000
        assert said(decoded.notes) == ("The file is shorter than its header says.",)

    def test_after_a_refusal_the_next_file_comes_in(self, decoder: Decoder, tmp_path: Path) -> None:
        _refused(decoder, put(tmp_path, "a.wav", b"nothing"), "UNDECODABLE", "not an audio file")
        assert decode_whole(decoder, put(tmp_path, "b.au", an_au(some_noise(10))), _LIMITS).frames == 10

    def test_files_that_were_announced_come_in_as_others_do(self, decoder: Decoder, tmp_path: Path) -> None:
        sounds = [some_noise(1_000 + number) for number in range(8)]
        paths = [put(tmp_path, f"{number}.au", an_au(data)) for number, data in enumerate(sounds)]
        paths[2].write_bytes(b"no sound")
        paths[4].write_bytes(b"")
        paths[6].unlink()
        decoder.announce(paths)
        codes = ["UNDECODABLE", "EMPTY_AUDIO", "UNDECODABLE"]
        for number, (path, data) in enumerate(zip(paths, sounds, strict=True)):
            if number in (2, 4, 6):
                _refused(decoder, path, codes.pop(0), "")
            else:
                assert (
                    read_canonical(io.BytesIO(decode_whole(decoder, path, _LIMITS).flac)).data == data
                ).all()

    def test_another_file_than_the_one_that_was_announced_is_not_taken_for_it(
        self, decoder: Decoder, tmp_path: Path
    ) -> None:
        paths = [put(tmp_path, f"{frames}.au", an_au(some_noise(frames))) for frames in (10, 20, 30, 40)]
        decoder.announce(paths[:3])
        assert decode_whole(decoder, paths[0], _LIMITS).frames == 10
        assert decode_whole(decoder, paths[3], _LIMITS).frames == 40
        assert decode_whole(decoder, paths[2], _LIMITS).frames == 30
        assert decoder.length(an_au(some_noise(50)), _LIMITS)[0] == 50

    def test_too_little_memory_is_a_sentence(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "a.flac", sound_file(some_noise(16_000 * 60), container="FLAC"))
        with pytest.raises(Refused) as caught:
            decode_whole(decoder, path, DecodeLimits(memory_bytes=1 << 20))
        assert reason_of(caught.value) in ("UNDECODABLE", "TOO_LONG")

    def test_a_name_of_every_script_opens(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "имя — 録音 שלום 🎤 #%&;$(x).au", an_au(some_noise(10)))
        assert decode_whole(decoder, path, _LIMITS).frames == 10


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
        ("container", "subtype", "extension"),
        [
            ("WAV", "PCM_U8", "wav"),
            ("WAV", "FLOAT", "wav"),
            ("WAV", "DOUBLE", "wav"),
            ("WAV", "PCM_32", "wav"),
            ("WAV", "ULAW", "wav"),
            ("WAV", "ALAW", "wav"),
            ("WAV", "IMA_ADPCM", "wav"),
            ("WAV", "MS_ADPCM", "wav"),
            ("WAV", "GSM610", "wav"),
            ("WAVEX", "PCM_16", "wav"),
            ("RF64", "PCM_16", "wav"),
            ("AIFF", "PCM_16", "aiff"),
            ("AU", "PCM_16", "au"),
            ("CAF", "ALAC_16", "caf"),
            ("FLAC", "PCM_16", "flac"),
            ("OGG", "VORBIS", "ogg"),
            ("OGG", "OPUS", "opus"),
            ("MP3", "MPEG_LAYER_III", "mp3"),
        ],
    )
    def test_what_libsndfile_reads_comes_in_as_the_sound_it_was(
        self, decoder: Decoder, tmp_path: Path, container: str, subtype: str, extension: str
    ) -> None:
        tone = a_tone(16_000, loudness=0.5)
        path = put(tmp_path, f"a.{extension}", sound_file(tone, container=container, subtype=subtype))
        decoded = decode_whole(decoder, path, _LIMITS)
        back = read_canonical(io.BytesIO(decoded.flac))
        middle = as_float(back.data)[4_000:12_000, 0]
        assert abs(float(np.sqrt((middle**2).mean())) - 0.5 / np.sqrt(2)) < 0.02
        assert said(decoded.notes) == ()

    @pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE", "PCM_32", "PCM_24"])
    def test_wide_sources_keep_24_bits(self, decoder: Decoder, tmp_path: Path, subtype: str) -> None:
        data = some_noise(2_000, bits=24)
        decoded = decode_whole(decoder, put(tmp_path, "a.wav", sound_file(data, subtype=subtype)), _LIMITS)
        assert (read_canonical(io.BytesIO(decoded.flac)).data == data).all()

    def test_the_same_integers_hash_the_same_and_floats_apart(self, decoder: Decoder, tmp_path: Path) -> None:
        data = some_noise(2_000, bits=24)
        hashes = {
            subtype: decode_whole(
                decoder, put(tmp_path, f"{subtype}.wav", sound_file(data, subtype=subtype)), _LIMITS
            ).samples_sha256
            for subtype in ("PCM_24", "PCM_32", "FLOAT")
        }
        assert hashes["PCM_24"] == hashes["PCM_32"]
        assert hashes["PCM_24"] != hashes["FLOAT"]

    @pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8", "ULAW"])
    def test_narrow_sources_are_kept_as_16_bit(self, decoder: Decoder, tmp_path: Path, subtype: str) -> None:
        path = put(tmp_path, "a.wav", sound_file(a_tone(500), subtype=subtype))
        assert read_canonical(io.BytesIO(decode_whole(decoder, path, _LIMITS).flac)).bits == 16

    def test_samples_that_are_no_numbers_become_silence_with_a_note(
        self, decoder: Decoder, tmp_path: Path
    ) -> None:
        values = a_tone(1_000).astype(np.float32) / 32_768
        values[10:13, 0] = (np.nan, np.inf, -np.inf)
        decoded = decode_whole(decoder, put(tmp_path, "a.wav", sound_file(values, subtype="FLOAT")), _LIMITS)
        assert said(decoded.notes) == ("3 invalid samples (NaN or infinity) were replaced by silence.",)
        assert not read_canonical(io.BytesIO(decoded.flac)).data[10:13].any()

    def test_floats_beyond_full_scale_are_limited_and_noted(self, decoder: Decoder, tmp_path: Path) -> None:
        values = np.full((100, 1), 1.5, np.float32)
        values[::2] = -1.5
        decoded = decode_whole(decoder, put(tmp_path, "a.wav", sound_file(values, subtype="FLOAT")), _LIMITS)
        assert said(decoded.notes) == ("Clipped: 100.00 % of the samples are at full scale.",)

    def test_nothing_of_the_metadata_survives(self, decoder: Decoder, tmp_path: Path) -> None:
        out = io.BytesIO()
        with soundfile.SoundFile(out, "w", 16_000, 1, format="FLAC") as sound:
            sound.artist = sound.comment = sound.title = "Testperson ZX81"
            sound.write(some_noise(1_000))
        decoded = decode_whole(decoder, put(tmp_path, "Testperson.flac", out.getvalue()), _LIMITS)
        assert b"Testperson" in out.getvalue()
        assert b"Testperson" not in decoded.flac + decoded.peaks
        assert "Testperson" not in " ".join(said(decoded.notes))

    def test_content_decides_and_a_wrong_extension_is_noted(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "a.mp3", sound_file(some_noise(100), container="FLAC"))
        assert said(decode_whole(decoder, path, _LIMITS).notes) == ("The file is named .mp3 but holds FLAC.",)

    @pytest.mark.parametrize("name", ["a.raw", "a.gsm", "a.vox", "a"])
    def test_an_extension_never_makes_sound_of_bytes(
        self, decoder: Decoder, tmp_path: Path, name: str
    ) -> None:
        _refused(decoder, put(tmp_path, name, b"\x12\x34" * 500), "UNDECODABLE", "not an audio file")

    def test_a_truncated_flac_is_refused_as_damaged(self, decoder: Decoder, tmp_path: Path) -> None:
        flac = sound_file(some_noise(50_000), container="FLAC")
        _refused(decoder, put(tmp_path, "a.flac", flac[: len(flac) // 2]), "INCOMPLETE", "damaged")

    def test_an_mp3_cut_short_is_refused(self, decoder: Decoder, tmp_path: Path) -> None:
        whole = sound_file(a_tone(160_000), container="MP3", subtype="MPEG_LAYER_III")
        _refused(decoder, put(tmp_path, "a.mp3", whole[: len(whole) // 2]), "INCOMPLETE", "cut off")

    def test_a_streamed_wav_needs_no_note(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "a.wav", a_wav(some_noise(1_000), claimed_bytes=0xFFFFFFFF))
        decoded = decode_whole(decoder, path, _LIMITS)
        assert (decoded.frames, said(decoded.notes)) == (1_000, ())

    def test_a_wav_without_sound_is_refused_as_empty(self, decoder: Decoder, tmp_path: Path) -> None:
        _refused(decoder, put(tmp_path, "a.wav", a_wav(some_noise(1)[:0])), "EMPTY_AUDIO", "no audio")
        _refused(decoder, put(tmp_path, "b.wav", a_wav(some_noise(1))[:36]), "EMPTY_AUDIO", "no audio")

    @pytest.mark.parametrize(("channels", "words"), [(0, "Channel"), (9, "9 channels")])
    def test_more_channels_than_flac_holds_or_none_are_refused(
        self, decoder: Decoder, tmp_path: Path, channels: int, words: str
    ) -> None:
        path = put(tmp_path, "a.wav", a_wav(some_noise(9, channels=9), channels=channels))
        _refused(decoder, path, "UNDECODABLE", words)

    @pytest.mark.parametrize("rate_hz", [0, 65_537, 800_000, 0x7FFFFFFF])
    def test_a_rate_that_cannot_be_kept_is_refused(
        self, decoder: Decoder, tmp_path: Path, rate_hz: int
    ) -> None:
        path = put(tmp_path, "a.wav", _with_rate(a_wav(some_noise(9)), rate_hz))
        with pytest.raises(Refused) as caught:
            decode_whole(decoder, path, _LIMITS)
        assert caught.value.code.startswith("UNDECODABLE")

    @pytest.mark.parametrize(
        ("name", "words"), [("none", "was not found"), (".", "folder"), ("pipe", "device")]
    )
    def test_what_is_not_a_file_is_refused_and_not_waited_for(
        self, decoder: Decoder, tmp_path: Path, name: str, words: str
    ) -> None:
        os.mkfifo(tmp_path / "pipe")
        _refused(decoder, tmp_path / name, "UNDECODABLE", words)

    def test_a_file_larger_than_allowed_is_refused_unread(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "a.au", an_au(some_noise(1_000)))
        _refused(decoder, path, "TOO_LONG", "larger", DecodeLimits(input_bytes=1_000))

    def test_a_decoder_that_takes_too_long_is_ended(self, decoder: Decoder, tmp_path: Path) -> None:
        path = put(tmp_path, "a.flac", sound_file(some_noise(16_000), container="FLAC"))
        _refused(
            decoder, path, "UNDECODABLE", "more time or memory", DecodeLimits(seconds=0.0, audio_seconds=0.0)
        )

    @pytest.mark.skipif(not _CHILDREN.exists(), reason="this system does not list the children of a process")
    def test_a_host_that_hangs_is_ended_and_started_again_and_none_is_left(self, tmp_path: Path) -> None:
        path, before = put(tmp_path, "a.au", an_au(some_noise(10))), _children()
        with Decoder(ForkingHost()) as decoder:
            decode_whole(decoder, path, _LIMITS)
            (host,) = _children() - before
            os.kill(host, signal.SIGSTOP)
            _refused(
                decoder,
                path,
                "UNDECODABLE",
                "more time or memory",
                DecodeLimits(seconds=0.0, audio_seconds=0.1),
            )
            assert decode_whole(decoder, path, _LIMITS).frames == 10
        assert _children() == before

    @pytest.mark.skipif(not _CHILDREN.exists(), reason="this system does not list the children of a process")
    def test_a_fork_that_ends_between_two_files_costs_neither(self, tmp_path: Path) -> None:
        path, before = put(tmp_path, "a.au", an_au(some_noise(10))), _children()
        with Decoder(ForkingHost()) as decoder:
            decode_whole(decoder, path, _LIMITS)
            (host,) = _children() - before
            fork = os.pidfd_open(int(Path(f"/proc/{host}/task/{host}/children").read_text()))
            signal.pidfd_send_signal(fork, signal.SIGKILL)
            select.select([fork], [], [])
            os.close(fork)
            assert decode_whole(decoder, path, _LIMITS).frames == 10

    @pytest.mark.skipif(not _CHILDREN.exists(), reason="this system does not list the children of a process")
    def test_a_fork_serves_many_whole_files_and_none_after_one_that_failed(self, tmp_path: Path) -> None:
        good, bad = put(tmp_path, "a.au", an_au(some_noise(10))), put(tmp_path, "b.au", b"bad")
        before, forks = _children(), list[str]()
        with Decoder(ForkingHost()) as decoder:
            for path in (good, good, bad, good):
                with suppress(Refused):
                    decode_whole(decoder, path, _LIMITS)
                (host,) = _children() - before
                forks.append(Path(f"/proc/{host}/task/{host}/children").read_text())
        assert forks[0] == forks[1] == forks[2] != forks[3]

    def test_no_descriptor_is_left_after_many_files(self, decoder: Decoder, tmp_path: Path) -> None:
        path, bad = put(tmp_path, "a.au", an_au(some_noise(10))), put(tmp_path, "b.au", b"bad")
        decode_whole(decoder, path, _LIMITS)
        before = len(list(Path("/dev/fd").iterdir()))
        for _ in range(20):
            decoder.announce([bad, path, path, path])
            _refused(decoder, bad, "UNDECODABLE", "not an audio file")
            decode_whole(decoder, path, _LIMITS)
            decode_whole(decoder, path, _LIMITS)
            decoder.length(path.read_bytes(), _LIMITS)
        assert len(list(Path("/dev/fd").iterdir())) == before

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
            assert outcome in ("sound", "UNDECODABLE", "INCOMPLETE", "EMPTY_AUDIO", "TOO_LONG")


def an_au(data: NDArray[Any], *, rate_hz: int = 16_000) -> bytes:
    """16-bit samples in a file that only the decoding process opens: a plain WAV needs none."""
    return sound_file(data, rate_hz=rate_hz, container="AU")


def _children() -> set[int]:
    return {int(each) for each in _CHILDREN.read_text().split()}


def _with_rate(wav: bytes, rate_hz: int) -> bytes:
    return wav[:24] + struct.pack("<I", rate_hz) + wav[28:]


def _refused(decoder: Decoder, path: Path, code: str, words: str, limits: DecodeLimits = _LIMITS) -> None:
    with refused(words) as caught:
        decode_whole(decoder, path, limits)
    assert reason_of(caught.value) == code
    assert hint_of(caught.value)


def _outcome(decoder: Decoder, path: Path) -> str:
    try:
        return "sound" if decode_whole(decoder, path, _LIMITS).frames else "nothing"
    except Refused as refusal:
        return reason_of(refusal)
