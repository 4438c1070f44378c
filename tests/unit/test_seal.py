"""Sealed objects open only whole, under their key and at their place."""

import io
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import soundfile
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from reviewer.clips.seal import CHUNK_BYTES, SealContext, SealedReader, SealedWriter, seal, unseal
from reviewer.errors import Damaged
from reviewer.model.clip import ContentKind

KEY = bytes(range(32))
PLACE = SealContext("w1", "c1", ContentKind.AUDIO)
HEADER = 37
SEALED_CHUNK = CHUNK_BYTES + 16
SIZES = [
    0,
    1,
    15,
    16,
    17,
    CHUNK_BYTES - 1,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    2 * CHUNK_BYTES,
    3 * CHUNK_BYTES + 5,
]


def pattern(size: int) -> bytes:
    return np.random.default_rng(size).bytes(size)


def refuses(sealed: bytes, key: bytes = KEY, place: SealContext = PLACE) -> bool:
    try:
        unseal(key, place, sealed)
    except Damaged:
        return True
    return False


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_is_read_back_and_costs_a_header_and_a_tag_a_chunk(size: int) -> None:
    data = pattern(size)
    sealed = seal(KEY, PLACE, data)
    assert unseal(KEY, PLACE, sealed) == data
    assert len(sealed) == HEADER + size + 16 * max(1, -(-size // CHUNK_BYTES))


@pytest.mark.parametrize(
    "size", [0, 1, 50, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 7]
)
@pytest.mark.parametrize("part", [7_001, CHUNK_BYTES, 5 * CHUNK_BYTES])
def test_what_was_sealed_in_parts_opens_as_if_sealed_at_once(size: int, part: int) -> None:
    data, out = bytes(range(256)) * (size // 256 + 1), io.BytesIO()
    data = data[:size]
    writer = SealedWriter(KEY, PLACE, out)
    for start in range(0, size, part):
        writer.write(data[start : start + part])
    writer.rewrite_start(b"head"[:size])
    writer.finish()
    assert unseal(KEY, PLACE, out.getvalue()) == b"head"[:size] + data[4:]
    assert len(out.getvalue()) == len(seal(KEY, PLACE, data))


class CountingStream(io.BytesIO):
    """Counts the writes that it gets."""

    writes = 0

    def write(self, data: object, /) -> int:
        self.writes += 1
        return super().write(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_short_object_is_written_at_once(size: int) -> None:
    out = CountingStream()
    writer = SealedWriter(KEY, PLACE, out)
    writer.write(bytes(size))
    writer.finish()
    assert out.writes == 1


def test_a_long_object_does_not_wait_in_memory() -> None:
    out = io.BytesIO()
    writer = SealedWriter(KEY, PLACE, out)
    for _ in range(20):
        writer.write(bytes(CHUNK_BYTES))
    assert len(out.getvalue()) > 15 * CHUNK_BYTES


def test_only_what_was_written_can_be_written_again() -> None:
    writer = SealedWriter(KEY, PLACE, io.BytesIO())
    writer.write(b"abc")
    with pytest.raises(ValueError, match="not written"):
        writer.rewrite_start(b"abcd")


def test_the_same_bytes_are_sealed_differently_each_time_and_nothing_of_them_shows() -> None:
    sealed = seal(KEY, PLACE, b"fLaC" * 1000)
    assert sealed != seal(KEY, PLACE, b"fLaC" * 1000)
    assert b"fLaC" not in sealed


def test_every_flipped_bit_and_every_cut_of_a_short_object_is_found() -> None:
    sealed = seal(KEY, PLACE, b"a short text")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << (bit % 8)
        assert refuses(bytes(changed)), f"bit {bit}"
    assert all(refuses(sealed[:length]) for length in range(len(sealed)))


@given(st.integers(0, 2 * CHUNK_BYTES + 1000 + 3 * 16 + HEADER - 1), st.integers(0, 7))
def test_any_flipped_bit_and_any_cut_of_a_long_object_is_found(place: int, bit: int) -> None:
    changed = bytearray(LONG)
    changed[place] ^= 1 << bit
    assert refuses(bytes(changed))
    assert refuses(LONG[:place])


@given(st.binary(min_size=1, max_size=100))
def test_anything_added_to_the_end_is_found(extra: bytes) -> None:
    assert refuses(seal(KEY, PLACE, b"a short text") + extra)


def test_chunks_swapped_repeated_dropped_or_of_another_object_are_found() -> None:
    other = seal(KEY, PLACE, pattern(2 * CHUNK_BYTES + 1000))
    chunks = [whole[HEADER + i * SEALED_CHUNK :][:SEALED_CHUNK] for whole in (LONG, other) for i in range(3)]
    orders = [order for length in range(4) for order in product(range(6), repeat=length)]
    for order in {*orders, (0, 1, 2, 0)} - {(0, 1, 2)}:
        assert refuses(LONG[:HEADER] + b"".join(chunks[i] for i in order)), order


@pytest.mark.parametrize(
    ("key", "place"),
    [
        (bytes(32), PLACE),
        (KEY, replace(PLACE, workspace_id="w2")),
        (KEY, replace(PLACE, clip_id="c2")),
        (KEY, replace(PLACE, kind=ContentKind.PEAKS)),
        (KEY, replace(PLACE, name="7")),
        (KEY, SealContext("w", "1c1", ContentKind.AUDIO)),
        (KEY, SealContext("w1c1", "", ContentKind.AUDIO)),
    ],
)
def test_an_object_opens_under_no_other_key_and_at_no_other_place(key: bytes, place: SealContext) -> None:
    assert refuses(seal(KEY, PLACE, b"a short text"), key, place)


parts = st.text(max_size=4)


@given(st.tuples(parts, parts, parts), st.tuples(parts, parts, parts))
def test_two_places_never_have_one_byte_form(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    first = SealContext(one[0], one[1], ContentKind.DRAFT, one[2])
    second = SealContext(other[0], other[1], ContentKind.DRAFT, other[2])
    assert (first.to_bytes() == second.to_bytes()) == (first == second)


def test_an_empty_last_chunk_is_not_accepted_as_another_form_of_the_same_bytes() -> None:
    # Whoever holds the key could seal 64 KiB as one last chunk, or as one that an empty last chunk follows.
    header = LONG[:HEADER]
    derived = HKDF(hashes.SHA256(), 32, salt=header[5:], info=b"reviewer sealed object 1").derive(KEY)
    cipher, bound = AESGCM(derived), header + PLACE.to_bytes()
    first = cipher.encrypt(bytes(12), bytes(CHUNK_BYTES), bound)
    last = cipher.encrypt((1).to_bytes(11) + b"\1", b"", bound)
    one_byte = cipher.encrypt((1).to_bytes(11) + b"\1", b"x", bound)
    assert unseal(KEY, PLACE, header + first + one_byte) == bytes(CHUNK_BYTES) + b"x"
    assert refuses(header + first + last)


@given(st.lists(st.tuples(st.integers(0, 2 * CHUNK_BYTES + 1500), st.integers(-1, 70_000)), max_size=8))
def test_reading_from_any_place_gives_the_plain_slice(steps: list[tuple[int, int]]) -> None:
    with SealedReader(KEY, PLACE, io.BytesIO(LONG)) as raw, io.BufferedReader(raw) as reader:
        for start, length in steps:
            reader.seek(start)
            wanted = LONG_PLAIN[start:] if length < 0 else LONG_PLAIN[start : start + length]
            assert reader.read(length) == wanted


def test_seeking_follows_the_rules_of_a_file() -> None:
    with SealedReader(KEY, PLACE, io.BytesIO(LONG)) as reader:
        assert reader.readable()
        assert reader.seekable()
        assert not reader.writable()
        assert reader.seek(-5, io.SEEK_END) == len(LONG_PLAIN) - 5
        assert reader.seek(2, io.SEEK_CUR) == len(LONG_PLAIN) - 3
        assert reader.read(10) == LONG_PLAIN[-3:]
        assert reader.seek(10**9) == 10**9
        assert reader.read(1) == b""
        with pytest.raises(ValueError, match="before the beginning"):
            reader.seek(-1)


def test_a_cut_object_is_found_before_anything_is_read() -> None:
    with pytest.raises(Damaged):
        SealedReader(KEY, PLACE, io.BytesIO(LONG[: HEADER + SEALED_CHUNK]))


def test_a_damaged_chunk_is_found_when_it_is_read_and_the_others_still_open() -> None:
    changed = bytearray(LONG)
    changed[HEADER + SEALED_CHUNK + 100] ^= 1
    with SealedReader(KEY, PLACE, io.BytesIO(bytes(changed))) as reader:
        assert reader.read(100) == LONG_PLAIN[:100]
        reader.seek(CHUNK_BYTES + 1)
        with pytest.raises(Damaged):
            reader.read(1)


def test_closing_closes_the_stream_below_and_nothing_more_is_read() -> None:
    below = io.BytesIO(LONG)
    reader = SealedReader(KEY, PLACE, below)
    reader.read(10)
    reader.close()
    reader.close()
    assert below.closed
    with pytest.raises(ValueError, match="closed"):
        reader.read(10)


def test_the_rest_is_read_from_where_the_reader_stands() -> None:
    with SealedReader(KEY, PLACE, io.BytesIO(LONG)) as reader:
        reader.seek(CHUNK_BYTES - 3)
        assert reader.readall() == LONG_PLAIN[CHUNK_BYTES - 3 :]
        assert reader.readall() == b""


def test_libsndfile_reads_a_sealed_flac_from_any_place() -> None:
    samples = np.random.default_rng(1).integers(-3000, 3000, (200_000, 1), dtype=np.int16)
    plain = io.BytesIO()
    soundfile.write(plain, samples, 16_000, format="FLAC", subtype="PCM_16")
    sealed = io.BytesIO(seal(KEY, PLACE, plain.getvalue()))
    with io.BufferedReader(SealedReader(KEY, PLACE, sealed)) as stream, soundfile.SoundFile(stream) as file:
        file.seek(150_000)
        assert np.array_equal(file.read(1000, dtype="int16", always_2d=True), samples[150_000:151_000])
        file.seek(0)
        assert np.array_equal(file.read(dtype="int16", always_2d=True), samples)


LONG_PLAIN = pattern(2 * CHUNK_BYTES + 1000)
LONG = seal(KEY, PLACE, LONG_PLAIN)
