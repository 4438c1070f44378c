"""Every sample comes in, or the file is refused: odd encodings through the real decoding process."""

import importlib.util
import io
import os
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from reviewer.audio.decode.decoder import Decoder
from reviewer.audio.decode.host import ForkingHost, can_fork
from reviewer.errors import Refused
from reviewer.model.project import DecodeLimits
from tests.encodings import (
    ID3_V1,
    MEDIA,
    SECONDS,
    WHOLE,
    ape,
    flac_of_a_pipe,
    id3,
    media_file,
    mp3,
    ogg_again,
    speech_like,
    without_info_frame,
    written,
)
from tests.fakes.decoder import decode_whole
from tests.refusals import hint_of, reason_of, said, sentence_of
from tests.sounds import a_wav, put, sound_file

pytestmark = pytest.mark.skipif(not can_fork(), reason="one process for each file is too slow for so many")
_TOLERATED = 0.05
_WITH_AV = pytest.mark.skipif(
    importlib.util.find_spec("av") is None, reason="the extra containers is not installed"
)
_EVERYTHING = bool(os.environ.get("REVIEWER_ALL_ENCODINGS"))
_CUT = (
    "wav PCM_16", "wav MS_ADPCM", "rf64", "w64", "aiff", "au ulaw", "caf alac", "nist", "flac",
    "flac of a pipe", "vorbis", "opus", "mp3 variable", "mp3 constant",
    "mp3 variable without header", "mp3 with tags",
)  # fmt: skip
_CUT_MEDIA = (
    "m4a of a phone",
    "mp4 in fragments",
    "3gp amr",
    "webm opus, live",
    "mkv flac",
    "aac",
    "wma",
    "ogg flac",
)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder(ForkingHost()) as decoder:
        yield decoder


class Files:
    """Decodes bytes as a file whose name says nothing."""

    def __init__(self, decoder: Decoder, folder: Path) -> None:
        self._decoder, self._folder = decoder, folder
        self.reasons: set[str] = set()

    def decode(self, content: bytes, name: str = "a.bin") -> Any:
        return decode_whole(self._decoder, put(self._folder, name, content), DecodeLimits())

    def seconds(self, content: bytes) -> float:
        decoded = self.decode(content)
        return float(decoded.frames / decoded.rate_hz)

    def refusal(self, content: bytes) -> Refused:
        with pytest.raises(Refused) as caught:
            self.decode(content)
        assert hint_of(caught.value)
        return caught.value

    def code(self, content: bytes) -> str:
        return self.refusal(content).code

    def seconds_or_refused(self, content: bytes) -> float:
        """The length; infinite for a refusal, which loses nothing quietly."""
        try:
            return self.seconds(content)
        except Refused as refusal:
            self.reasons.add(reason_of(refusal))
            return float("inf")


@pytest.fixture
def files(decoder: Decoder, tmp_path: Path) -> Files:
    return Files(decoder, tmp_path)


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_comes_in_whole(files: Files, name: str) -> None:
    assert SECONDS - _TOLERATED <= files.seconds(WHOLE[name]()) < SECONDS + 0.2


@_WITH_AV
@pytest.mark.parametrize("name", MEDIA)
def test_what_phones_and_browsers_record_comes_in_whole(files: Files, name: str) -> None:
    assert SECONDS - _TOLERATED <= files.seconds(MEDIA[name]()) < SECONDS + 0.2


def _never_shorter(files: Files, make: Callable[[], bytes]) -> None:
    whole = make()
    assert files.seconds_or_refused(whole + whole) >= 2 * (SECONDS - _TOLERATED)
    for share in np.linspace(0.01, 0.99, 20):
        length = int(len(whole) * share) | 1  # never between two frames of even length: such a file is whole
        assert files.seconds_or_refused(whole[:length]) >= SECONDS - _TOLERATED, share
    assert files.reasons <= {"INCOMPLETE", "UNDECODABLE", "EMPTY_AUDIO"}


@pytest.mark.parametrize("name", WHOLE if _EVERYTHING else _CUT)
def test_a_file_that_is_joined_or_cut_is_never_taken_shorter(files: Files, name: str) -> None:
    _never_shorter(files, WHOLE[name])


@_WITH_AV
@pytest.mark.parametrize("name", [each for each in MEDIA if each != "amr"] if _EVERYTHING else _CUT_MEDIA)
def test_a_media_file_that_is_joined_or_cut_is_never_taken_shorter(files: Files, name: str) -> None:
    _never_shorter(files, MEDIA[name])


@pytest.mark.parametrize("tags", [b"", id3() + ape(), ID3_V1, ape() + ID3_V1 + id3(40), bytes(500)])
@pytest.mark.parametrize("make", [mp3, lambda: without_info_frame(mp3())], ids=["header", "none"])
def test_joined_mp3s_come_in_whole_whatever_is_between_them(
    files: Files, make: Callable[[], bytes], tags: bytes
) -> None:
    assert files.seconds(tags.join([make()] * 3)) >= 3 * SECONDS - _TOLERATED


def test_the_samples_of_joined_mp3s_are_those_of_each(files: Files) -> None:
    one = files.decode(mp3()).frames
    assert files.decode(mp3() + mp3()).frames == 2 * one == 2 * int(SECONDS * 16_000)


def test_nothing_is_silent_where_one_block_of_an_mp3_ends_and_the_next_begins(
    files: Files, tmp_path: Path
) -> None:
    content = mp3(48_000, 1, "CONSTANT", level=0.99)
    whole, _ = soundfile.read(put(tmp_path, "whole.mp3", content), always_2d=True)
    decoded, _ = soundfile.read(io.BytesIO(files.decode(content).flac), always_2d=True)
    assert decoded.shape == whole.shape
    assert np.abs(decoded - np.clip(whole, -1, 1)).max() < 0.001


def test_a_wav_that_was_copied_as_text_is_refused(files: Files) -> None:
    samples = np.random.default_rng(1).integers(-9000, 9000, 16_000).astype(np.int16)[:, None]
    wav = a_wav(samples)
    assert files.code(wav[:44] + wav[44:].replace(b"\n", b"\r\n")) == "INCOMPLETE_DAMAGED"
    assert files.seconds(wav + b"few") == 1.0


@pytest.mark.parametrize("codec", ["VORBIS", "OPUS"])
@pytest.mark.parametrize(
    ("channels", "order"), [(2, [0, 1]), (3, [0, 2, 1]), (4, [0, 1, 2, 3]), (6, [0, 2, 1, 5, 3, 4])]
)
def test_channels_of_ogg_come_in_the_order_of_a_wav(
    files: Files, codec: str, channels: int, order: list[int]
) -> None:
    levels = np.linspace(0.1, 0.9, channels)  # of a low tone: the last of six has no others
    wave = np.sin(2 * np.pi * 60 * np.arange(9_600) / 48_000)[:, None] * levels
    content = sound_file(wave, rate_hz=48_000, container="OGG", subtype=codec)
    decoded, _ = soundfile.read(io.BytesIO(files.decode(content).flac), always_2d=True)
    assert np.argsort(np.argsort(decoded.std(axis=0))).tolist() == order


def _extensible(tag: int, block: int, bits: int) -> bytes:
    """The body of a form that names its codec by a GUID."""
    guid = bytes.fromhex("000000001000800000aa00389b71")
    return struct.pack("<HHIIHHHHIH", 0xFFFE, 1, 16_000, 16_000 * block, block, bits, 22, bits, 4, tag) + guid


def _as_w64(form: bytes, data: bytes) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        tail = bytes.fromhex("f3acd3118cd100c04f8edb8a")
        return name + tail + struct.pack("<Q", 24 + len(body)) + body + bytes(-len(body) % 8)

    content = written("W64", "PCM_16")[:40]
    return content + chunk(b"fmt ", form) + chunk(b"data", data)


def _as_wav(form: bytes, data: bytes) -> bytes:
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("container", [_as_wav, _as_w64], ids=["wav", "w64"])
@pytest.mark.parametrize(
    ("tag", "dtype", "scale", "bits"),
    [(3, "<f4", 1.0, 32), (3, "<f8", 1.0, 64), (1, "<i4", 2**31 - 128, 24), (1, "<i4", 2**31 - 128, 32)],
)
def test_an_extensible_form_says_what_the_samples_are(
    files: Files, container: Callable[[bytes, bytes], bytes], tag: int, dtype: str, scale: float, bits: int
) -> None:
    wave = speech_like(16_000)[:4000, 0] / 32768
    data = (wave * scale).astype(dtype)
    content = container(_extensible(tag, data.itemsize, bits), data.tobytes())
    decoded, _ = soundfile.read(io.BytesIO(files.decode(content).flac))
    assert decoded == pytest.approx(wave, abs=1e-5)


def test_a_form_that_contradicts_itself_is_refused(files: Files) -> None:
    form = _extensible(3, 8, 32)
    assert files.code(_as_wav(form, bytes(8000))) == "INCOMPLETE_DAMAGED"


def test_samples_without_a_header_are_no_damaged_mp3(files: Files) -> None:
    frame = without_info_frame(mp3())[:4]
    content = b"ab" * 500 + frame + bytes(3000) + b"cd" * 500  # one frame's header, and then silence
    assert files.code(content) == "UNDECODABLE_FORMAT"


def test_an_mp3_whose_header_counts_too_few_frames_comes_in_whole(files: Files) -> None:
    content = bytearray(mp3())
    place = content.index(b"Xing") + 8
    content[place : place + 4] = struct.pack(">I", 3)
    assert files.seconds(bytes(content)) >= SECONDS - _TOLERATED
    content[place : place + 4] = struct.pack(">I", 3000)
    assert files.code(bytes(content)) == "INCOMPLETE_CUT_SHORT"


def test_padding_of_the_first_mp3_is_not_cut_from_a_second_without_header(files: Files) -> None:
    one = files.decode(without_info_frame(mp3())).frames
    assert files.decode(mp3() + without_info_frame(mp3())).frames >= int(SECONDS * 16_000) + one


def test_bytes_that_are_no_frames_inside_an_mp3_are_damage(files: Files) -> None:
    content = without_info_frame(mp3())
    assert files.code(content[:2000] + b"garbage!" * 200 + content[2000:]) == "INCOMPLETE_DAMAGED"


def test_parts_of_different_rates_are_refused(files: Files) -> None:
    assert files.code(mp3() + mp3(44_100)) == "INCOMPLETE_PARTS_DIFFER"
    assert files.code(written("OGG", "VORBIS") + written("OGG", "VORBIS", 8_000)) == "INCOMPLETE_PARTS_DIFFER"
    assert files.code(written("FLAC", "PCM_16") + written("FLAC", "PCM_24")) == "INCOMPLETE_PARTS_DIFFER"


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_every_link_of_an_ogg_chain_comes_in(files: Files, subtype: str) -> None:
    one = written("OGG", subtype)
    chain = b"".join(ogg_again(one, serial) for serial in (1, 2, 3))
    assert files.decode(chain).frames == 3 * files.decode(one).frames


def test_a_vorbis_stream_that_was_cut_without_being_encoded_anew_comes_in_whole(files: Files) -> None:
    content = written("OGG", "VORBIS", 44_100, 2)
    assert content.count(b"OggS") > 4  # the first page with sound is not the last
    cut = files.decode(ogg_again(content, 7, earlier=5_000))
    assert cut.frames == files.decode(content).frames


def test_ogg_without_an_end_mark_or_with_a_page_missing_is_refused(files: Files) -> None:
    content = written("OGG", "VORBIS", 44_100)
    pages = [place for place in range(len(content)) if content.startswith(b"OggS", place)]
    assert files.code(content[: pages[-1]]) == "INCOMPLETE_NO_END"
    assert files.code(content[: pages[-2]] + content[pages[-1] :]) == "INCOMPLETE_DAMAGED"
    damaged = bytearray(content)
    damaged[pages[-2] + 60] ^= 0xFF  # libogg drops a page whose checksum is wrong, and says nothing
    assert files.code(bytes(damaged)).startswith("INCOMPLETE")


def test_two_ogg_streams_at_the_same_time_are_refused_by_their_number(files: Files) -> None:
    one, other = (ogg_again(written("OGG", "OPUS"), serial) for serial in (1, 2))
    end = one.index(b"OggS", 10)
    refusal = files.refusal(one[:end] + other[:end] + one[end:] + other[end:])
    assert refusal.code == "UNDECODABLE_STREAMS"
    assert "2 audio tracks" in sentence_of(refusal)


def test_a_flac_that_promises_less_than_it_holds_comes_in_whole(files: Files) -> None:
    content = bytearray(flac_of_a_pipe(written("FLAC", "PCM_16")))
    content[25] = 100
    assert files.decode(bytes(content)).frames == int(SECONDS * 16_000)


def test_tags_may_follow_the_samples_of_a_wav_and_samples_may_not(files: Files) -> None:
    wav = a_wav(speech_like(16_000), rate_hz=16_000)
    note = b"LIST" + struct.pack("<I", 5004) + b"INFO" + b"x" * 5000
    assert files.seconds(wav + note) == SECONDS
    odd = a_wav(speech_like(16_000), rate_hz=16_000, claimed_bytes=len(wav) - 45)[:-1]
    assert files.decode(odd + note).frames == SECONDS * 16_000 - 1  # without the byte that pads it
    assert files.seconds(wav + bytes(5000)) == SECONDS
    assert files.code(wav + wav[44:9000]) == "INCOMPLETE_MORE_FOLLOWS"
    assert files.code(wav + b"data" + struct.pack("<I", 9000) + wav[44:9044]) == "INCOMPLETE_MORE_FOLLOWS"


def test_a_wav_whose_header_was_never_finished_comes_in_whole(files: Files) -> None:
    data = speech_like(16_000)
    decoded = files.decode(a_wav(data, claimed_bytes=0), "a.wav")
    assert (decoded.frames, decoded.channels) == data.shape
    assert said(decoded.notes) == (
        "The header gives no length; everything up to the end of the file was taken.",
    )


@pytest.mark.parametrize("extension", ["wav", "flac", "mp3", "ogg", "m4a", "txt"])
@pytest.mark.parametrize("name", ["wav PCM_16", "flac", "vorbis", "mp3 variable"])
def test_the_extension_decides_nothing(files: Files, name: str, extension: str) -> None:
    decoded = files.decode(WHOLE[name](), f"a.{extension}")
    assert decoded.frames == SECONDS * decoded.rate_hz


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"RIFF\x00\x10\x00\x00AVI LIST", "AVI"),
        (b"FLV\x01\x05\x00\x00\x00\x09", "Flash"),
        (b"MAC \x96\x0f\x00\x00", "Monkey's Audio"),
        (b"wvpk\x00\x00\x00\x00", "WavPack"),
        (b"#!SILK_V3", "SILK"),
        (b"\x47" + bytes(187) + b"\x47", "MPEG transport stream"),
        (b"Creative Voice File\x1a", "Creative Voice"),
    ],
)
def test_a_format_that_is_not_decoded_is_named(files: Files, head: bytes, words: str) -> None:
    refusal = files.refusal(head + bytes(600))
    assert refusal.code == "UNDECODABLE_CONTAINER"
    assert words in sentence_of(refusal)


@_WITH_AV
def test_video_is_left_out_with_a_note(files: Files) -> None:
    decoded = files.decode(MEDIA["mp4 with video"](), "a.mp4")
    assert said(decoded.notes) == ("The file is a video; only its sound was taken.",)


@_WITH_AV
def test_what_was_trimmed_off_on_the_phone_stays_off(files: Files) -> None:
    content = bytearray(MEDIA["m4a of a phone"]())
    place = content.index(b"elst") + 12
    duration, start = struct.unpack(">Ii", content[place : place + 8])
    content[place : place + 8] = struct.pack(">Ii", duration // 3, start + 22_050)
    assert 0.5 - _TOLERATED <= files.seconds(bytes(content)) < 0.6


@_WITH_AV
@pytest.mark.parametrize(("name", "channels"), [("he_aac_v1_mono", 1), ("he_aac_v2_stereo", 2)])
@pytest.mark.parametrize("container", ["adts", "mp4", "matroska"])
def test_high_efficiency_aac_has_the_channels_that_were_recorded(
    files: Files, name: str, channels: int, container: str
) -> None:
    content = (Path(__file__).parents[1] / "data" / "audio" / f"{name}.aac").read_bytes()
    sound = files.decode(content if container == "adts" else _copied(content, container)).decoded
    assert (sound.channels, sound.rate_hz) == (channels, 16_000)
    assert sound.frames / 16_000 >= 0.8


def _copied(adts: bytes, container: str) -> bytes:
    """The same packets in another container."""
    import av

    out = io.BytesIO()
    with av.open(io.BytesIO(adts), format="aac") as source, av.open(out, "w", format=container) as media:
        (own,) = source.streams.audio
        stream = media.add_stream_from_template(own)
        for packet in source.demux(own):
            if packet.size:
                packet.stream = stream
                media.mux(packet)
    return out.getvalue()


@_WITH_AV
def test_several_tracks_are_refused_and_none_is_empty(files: Files) -> None:
    assert files.code(media_file("mp4", "aac", tracks=2)) == "UNDECODABLE_STREAMS"
    assert files.code(media_file("mp4", "aac", tracks=0, has_video=True)) == "EMPTY_AUDIO_NO_STREAM"


@_WITH_AV
@pytest.mark.parametrize("name", ["m4a of a phone", "webm opus", "amr", "wma"])
def test_media_files_with_bytes_changed_end_in_samples_or_a_sentence(files: Files, name: str) -> None:
    whole, random = MEDIA[name](), np.random.default_rng(3)
    for _ in range(10):
        content = bytearray(whole)
        for place in random.integers(0, len(content), 8):
            content[place] = random.integers(256)
        assert files.seconds_or_refused(bytes(content))
    assert files.reasons <= {"INCOMPLETE", "UNDECODABLE", "EMPTY_AUDIO", "TOO_LONG"}


@pytest.mark.skipif(sys.platform != "linux", reason="this system does not show the memory of a process")
def test_no_memory_of_the_decoding_process_can_be_written_and_executed(tmp_path: Path) -> None:
    children = Path("/proc/thread-self/children")
    before = set(children.read_text().split())
    with Decoder(ForkingHost()) as decoder:
        files = Files(decoder, tmp_path)
        assert files.seconds(mp3() + mp3()) == 2 * SECONDS
        files.seconds_or_refused(
            b"#!AMR\n" + (b"\x3c" + bytes(31)) * 9
        )  # loads what decodes it, if it is there
        (host,) = set(children.read_text().split()) - before
        maps = Path(f"/proc/{host}/maps").read_text().splitlines()
    assert maps
    assert [line for line in maps if "wx" in line.split()[1]] == []
