"""What the walkers of untrusted files find in bytes made by hand."""

import os
import struct
import sys
from pathlib import Path

import pytest

from reviewer.audio.decode import chunked_files, flac_stream, media, media_files, mpeg_audio, ogg_pages
from reviewer.audio.decode.signatures import CONTAINERS, id3_bytes, recognise
from reviewer.audio.decode.sound_output import SoundOutput
from reviewer.audio.decode.source import Source, View
from reviewer.audio.decode.wire import INCOMPLETE, DecodingStopped, Failure, Incomplete, Sender
from tests.encodings import ID3_V1, ape, id3, mp3, without_info_frame, written
from tests.sounds import put, some_noise, sound_file

_FRAME = bytes.fromhex("fff318c4") + bytes(
    32
)  # MPEG-2 layer III, 8 kbit/s, 16 kHz, mono: 36 bytes, 576 samples


def source_of(folder: Path, content: bytes) -> Source:
    return Source(os.open(put(folder, "a.bin", content), os.O_RDONLY))


def why(caught: pytest.ExceptionInfo[DecodingStopped]) -> str:
    return INCOMPLETE[caught.value.failure.number]


class TestSource:
    def test_bytes_are_those_of_the_file_at_every_position(self, tmp_path: Path) -> None:
        content = bytes(range(256)) * 700
        source = source_of(tmp_path, content)
        for offset in (0, 65_530, 100, 131_071, len(content) - 3, len(content) + 9):
            assert source.at(offset, 10) == content[offset : offset + 10]
        assert source.at(5, 100_000) == content[5:100_005]

    def test_a_pattern_is_found_across_windows(self, tmp_path: Path) -> None:
        source = source_of(tmp_path, bytes(65_534) + b"OggS" + bytes(9))
        assert source.find(b"OggS", 0) == 65_534
        assert source.find(b"OggS", 65_535) == -1
        assert source.is_zero(0, 65_534)
        assert not source.is_zero(0, 65_535)

    def test_a_view_is_its_parts_in_order(self, tmp_path: Path) -> None:
        source = source_of(tmp_path, bytes(range(100)))
        view = View(source, [b"head", (10, 20), b"", (50, 53)])
        assert view.read() == b"head" + bytes(range(10, 20)) + bytes(range(50, 53))
        assert view.seek(-4, os.SEEK_END) == 13
        assert (view.read(2), view.tell(), view.read(9), view.read(1)) == (b"\x13\x32", 15, b"\x33\x34", b"")
        assert (view.seek(-99), view.seek(99)) == (0, 17)

    @pytest.mark.skipif(sys.platform != "linux", reason="files in memory are Linux's")
    def test_a_view_replaces_what_was_written_before(self, tmp_path: Path) -> None:
        scratch = os.memfd_create("test")
        source = source_of(tmp_path, b"abcdef")
        for parts, content in (([(0, 6)], b"abcdef"), ([b"x", (1, 2)], b"xb")):
            View(source, parts).write_to(scratch)
            assert os.pread(scratch, 99, 0) == content
        os.close(scratch)


class TestMpegFrames:
    def test_a_header_gives_size_samples_and_rate(self) -> None:
        frame = mpeg_audio.parse_frame(bytes.fromhex("fffb9064"))  # MPEG-1 layer III, 128 kbit/s, 44.1 kHz
        assert frame is not None
        assert (frame.bytes, frame.samples, frame.rate_hz, frame.is_mono) == (417, 1152, 44_100, False)

    @pytest.mark.parametrize(
        "head", ["fffb0064", "fffbf064", "fffb9c64", "ffe99064", "fff99064", "7ffb9064", "fffb"]
    )
    def test_what_is_no_header_is_none(self, head: str) -> None:
        assert mpeg_audio.parse_frame(bytes.fromhex(head)) is None

    def test_all_frames_are_counted_whatever_is_around_them(self, tmp_path: Path) -> None:
        source = source_of(tmp_path, bytes(30) + _FRAME * 30 + ape() + id3() + _FRAME * 5 + ID3_V1)
        parts = mpeg_audio.walk_parts(source, 0, source.size)
        assert [part.frames for part in parts] == [30, 5]
        assert [part.samples for part in parts] == [30 * 576, 5 * 576]

    def test_delay_and_padding_are_those_that_lame_wrote(self, tmp_path: Path) -> None:
        source = source_of(tmp_path, mp3())
        (part,) = mpeg_audio.walk_parts(source, 0, source.size)
        assert min(part.delay, part.padding) > 0
        assert part.samples == 24_000

    def test_a_frame_that_is_cut_is_refused(self, tmp_path: Path) -> None:
        source = source_of(tmp_path, _FRAME * 10 + _FRAME[:20])
        with pytest.raises(Incomplete) as caught:
            mpeg_audio.walk_parts(source, 0, source.size)
        assert why(caught) == "cut_short"

    def test_a_header_by_chance_begins_no_file(self, tmp_path: Path) -> None:
        source = source_of(tmp_path, b"text" * 20 + _FRAME + b"text" * 100)
        assert mpeg_audio.first_frame(source, 0, source.size) == -1

    def test_half_a_frame_before_the_first_is_passed_over(self, tmp_path: Path) -> None:
        source = source_of(tmp_path, b"\x55" * 20 + without_info_frame(mp3()))
        (part,) = mpeg_audio.walk_parts(source, 0, source.size)
        assert part.spans == [(20, source.size)]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (_FRAME * 10 + _FRAME[:2], "cut_short"),
            (_FRAME * 10 + bytes(40), "cut_short"),
            (_FRAME * 10 + b"x" + _FRAME * 10, "damaged"),
            (_FRAME * 10 + bytes(40) + b"x" * 9 + _FRAME * 10, "damaged"),
            (_FRAME * 10 + bytes(40) + b"x", "damaged"),
            (_FRAME * 10 + id3()[:-9], "cut_short"),
        ],
    )
    def test_frames_that_are_missing_are_noticed(self, tmp_path: Path, content: bytes, reason: str) -> None:
        source = source_of(tmp_path, content)
        with pytest.raises(Incomplete) as caught:
            mpeg_audio.walk_parts(source, 0, source.size)
        assert why(caught) == reason


class TestFlac:
    def test_a_second_stream_without_its_header_is_refused(self, tmp_path: Path) -> None:
        content = sound_file(some_noise(10_000), container="FLAC")
        with pytest.raises(Incomplete) as caught:
            flac_stream.walk_parts(source_of(tmp_path, content + content[42:]), 0)
        assert why(caught) == "damaged"

    def test_the_last_frame_says_how_long_it_is(self, tmp_path: Path) -> None:
        source = source_of(tmp_path, sound_file(some_noise(10_000), container="FLAC"))
        (part,) = flac_stream.walk_parts(source, 0)
        assert (part.frames, part.promised, part.rate_hz) == (10_000, 10_000, 16_000)

    def test_a_damaged_last_frame_says_nothing(self, tmp_path: Path) -> None:
        content = bytearray(sound_file(some_noise(10_000), container="FLAC"))
        content[21:26] = bytes([content[21] & 0xF0, 0, 0, 0, 0])
        content[-9] ^= 1
        (part,) = flac_stream.walk_parts(source_of(tmp_path, bytes(content)), 0)
        assert (part.frames, part.promised) == (0, 0)


class TestOgg:
    def test_granule_positions_give_the_length(self, tmp_path: Path) -> None:
        (stream,) = ogg_pages.walk_streams(source_of(tmp_path, written("OGG", "OPUS", 48_000)), 0)
        assert (stream.codec, stream.seconds) == ("opus", pytest.approx(1.5, abs=0.01))

    def test_a_file_that_ends_in_a_page_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Incomplete) as caught:
            ogg_pages.walk_streams(source_of(tmp_path, written("OGG", "VORBIS")[:-1]), 0)
        assert why(caught) == "cut_short"

    def test_a_page_with_a_wrong_checksum_is_damage(self, tmp_path: Path) -> None:
        content = bytearray(written("OGG", "VORBIS"))
        content[-5] ^= 1
        with pytest.raises(Incomplete) as caught:
            ogg_pages.walk_streams(source_of(tmp_path, bytes(content)), 0)
        assert why(caught) == "damaged"


def box(kind: bytes, size: int = 20) -> bytes:
    return struct.pack(">I4s", size, kind) + b"x" * (size - 8)


def element(number: str, content: bytes, *, is_known: bool = True) -> bytes:
    size = struct.pack(">I", len(content) | 0x10000000) if is_known else b"\x01" + b"\xff" * 7
    return bytes.fromhex(number) + size + content


_SOUND = element("a3", b"sound" * 9)
_EBML = element("1a45dfa3", bytes(20))
_AMR = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50  # 12.2 kbit/s
_ADTS = bytes.fromhex("fff15040037ffc") + bytes(20)  # 44.1 kHz, 27 bytes


class TestMediaFiles:
    @pytest.mark.parametrize(
        ("container", "content", "seconds"),
        [
            ("mpeg4", box(b"ftyp") + box(b"moov") + box(b"mdat", 90), 0.0),
            ("mpeg4", box(b"ftyp") + box(b"moov") + box(b"moof") + box(b"mdat") + bytes(30), 0.0),
            ("matroska", _EBML + element("18538067", element("1f43b675", _SOUND * 3)), 0.0),
            (
                "matroska",
                _EBML + element("18538067", element("1f43b675", _SOUND, is_known=False) * 3, is_known=False),
                0.0,
            ),
            ("amr", _AMR, 1.0),
            ("amr", b"#!AMR-WB\n" + (b"\x44" + bytes(60)) * 100, 2.0),
            ("adts", _ADTS * 100 + ID3_V1, 100 * 1024 / 44_100),
        ],
    )
    def test_what_is_whole_passes_and_what_is_cut_is_refused(
        self, tmp_path: Path, container: str, content: bytes, seconds: float
    ) -> None:
        assert media_files.check_whole(source_of(tmp_path, content), container) == pytest.approx(seconds)
        cut = content.rstrip(b"\0").removesuffix(b"TAG")[:-3]
        with pytest.raises(Incomplete) as caught:
            media_files.check_whole(source_of(tmp_path, cut), container)
        assert why(caught) == "cut_short"

    @pytest.mark.parametrize(
        ("container", "content"),
        [
            ("mpeg4", (box(b"ftyp") + box(b"moov") + box(b"mdat")) * 2),
            ("mpeg4", box(b"ftyp") + box(b"moov") + b"\0\0\0\x40text" + bytes(40)),
            ("matroska", (_EBML + element("18538067", _SOUND)) * 2),
            ("amr", _AMR * 2),
        ],
    )
    def test_a_second_file_behind_the_first_is_refused(
        self, tmp_path: Path, container: str, content: bytes
    ) -> None:
        with pytest.raises(Incomplete) as caught:
            media_files.check_whole(source_of(tmp_path, content), container)
        assert why(caught) == "more_follows"

    def test_a_recording_without_its_index_was_stopped(self, tmp_path: Path) -> None:
        with pytest.raises(Incomplete) as caught:
            media_files.check_whole(source_of(tmp_path, box(b"ftyp") + box(b"mdat")), "mpeg4")
        assert why(caught) == "cut_short"


class TestChunks:
    def test_the_data_chunk_is_described(self, tmp_path: Path) -> None:
        source = source_of(tmp_path, written("WAV", "GSM610", 8_000))
        data = chunked_files.find_data(source, "riff")
        assert data is not None
        assert (data.end - data.start) // 65 * 320 == data.frames >= 12_000
        assert (data.tag, data.block_frames) == (0x31, 320)

    @pytest.mark.parametrize(
        ("claimed", "is_short"), [(0xFFFFFFFF, False), (0x7FFFFF00, True), (48_100, True)]
    )
    def test_a_claim_that_is_none_or_a_little_too_large_is_taken(
        self, tmp_path: Path, claimed: int, is_short: bool
    ) -> None:
        content = bytearray(written("WAV", "PCM_16"))
        content[40:44] = struct.pack("<I", claimed)
        data = chunked_files.find_data(source_of(tmp_path, bytes(content)), "riff")
        assert data is not None
        assert (data.end, data.is_short) == (len(content), is_short)

    @pytest.mark.parametrize("kind", ["-i", "-s1"])  # libsndfile writes a string
    def test_the_samples_of_a_sphere_file_are_as_long_as_its_header_says(
        self, tmp_path: Path, kind: str
    ) -> None:
        fields = f"sample_rate -i 8000\nsample_n_bytes {kind} 1\nsample_count -i 800\nend_head\n"
        head = f"NIST_1A\n   1024\nchannel_count -i 1\nsample_coding -s4 ulaw\n{fields}"
        chunk = chunked_files.find_data(source_of(tmp_path, head.encode().ljust(1024) + bytes(800)), "nist")
        assert chunk is not None
        assert (chunk.start, chunk.end) == (1024, 1824)

    def test_a_file_without_a_data_chunk_has_none(self, tmp_path: Path) -> None:
        assert chunked_files.find_data(source_of(tmp_path, b"RIFF\0\0\0\0WAVE"), "riff") is None
        assert chunked_files.find_data(source_of(tmp_path, b".snd"), "au") is None


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"RIFF\0\0\0\0WAVE", "riff"),
        (b"\0\0\0\x18ftypM4A ", "mpeg4"),
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"#!AMR-WB\n", "amr"),
        (b"\xff\xf1\x50\x40\x03", ""),  # too short to tell
        (b"\xff\xf1\x50\x40\x03\x7f\xfc", "adts"),
        (b"\xff\xfb\x90\x64\0\0\0", ""),
        (b"OggS" + bytes(24) + b"\x7fFLAC", "oggflac"),
        (b"OggS" + bytes(24) + b"\x01vorbis", "ogg"),
        (b"RIFF\0\0\0\0QLCM", "qcp"),
        (b"FORM\0\0\0\0" + b"8SVX", "svx"),
        (b"\x03ds2" + bytes(20), "dss"),
        (b"\0\0\0\0\x47" + bytes(191) + b"\x47", "mpegts"),
        (b"", ""),
    ],
)
def test_the_first_bytes_tell_the_container(head: bytes, container: str) -> None:
    assert recognise(head) == container


def test_every_container_that_is_named_has_words() -> None:
    assert all(words and words == words.strip() for words in CONTAINERS.values())


def test_the_length_of_an_id3_tag_counts_header_and_footer() -> None:
    assert id3_bytes(id3()) == len(id3())
    assert id3_bytes(b"ID3\x04\x00\x10\x00\x00\x01\x00") == 148
    assert id3_bytes(b"ID3\x04\x00\x00\x80\x00\x00\x00") == 0


def test_without_its_library_a_container_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "av", raising=False)
    source = source_of(tmp_path, box(b"ftyp") + box(b"moov"))
    with pytest.raises(DecodingStopped) as caught:
        media.decode(View(source, [(0, source.size)]), "mpeg4", 0.0, SoundOutput(Sender(-1), 1.0))
    assert caught.value.failure == Failure("container", list(CONTAINERS).index("mpeg4"))
