"""Each format holds a row whole, as a reader that is not ours finds, or refuses it by name."""

import csv
import gzip
import io
import os
import re
import shutil
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.audio.io.flac import encode_flac
from reviewer.audio.samples import Samples
from reviewer.formats.catalogue import FORMATS, needs_clips
from reviewer.formats.dataset import (
    SPLITS,
    Utterance,
    UtteranceSegment,
    UtteranceWord,
    segment_id,
    segments_of,
    utterance_id,
)
from reviewer.formats.tags import in_format, tag_problem
from reviewer.formats.titles import TITLES, missing_package
from reviewer.messages import command_catalogue
from reviewer.model.annotation import Flag
from reviewer.places import resource
from reviewer.session.clip_answers import one_line
from reviewer.transcript.conventions import load_conventions
from reviewer.transcript.normalisation import clean_text, normalise
from reviewer.transcript.words import upper_case
from tests.benches.format_readers import READERS, Part, Read, Reading, read_nemo_segments
from tests.benches.sets import write_sounds

EXAMPLES = int(os.environ.get("REVIEWER_FORMAT_EXAMPLES", "8"))
NAMES = tuple(name for name in FORMATS if name in READERS)
BOTH = ("csv", "csv-excel", "jsonl", "audiofolder", "lhotse", "webdataset")
VERBATIM = ("textgrid", "eaf", "webvtt", "srt")
ALL_VERBATIM = ("audacity", "label-studio")
IN_MILLISECONDS = ("eaf", "webvtt", "srt", "common-voice")
TRICKY = (
    "-->", "<s>", "(uh)", "a / b", "{ um / uh }", "@", ";; no", '"yes" he said', "&amp;", "<b>b</b>", "=1+1",
    "#0", "'s", "NOTE", "WEBVTT", "12", "007", "true", "\N{BYTE ORDER MARK}", "1\n2", "a\tb", "[noise]",
    "<unk>", "it's",
    "cafe\u0301", "Ünï", "日本語", "نعم", "👍🏽", "straße", "\ud800", "\ufffe", "\x00", "a\u2028b",
    "]]>", "ﬁ",
)  # fmt: skip


@lru_cache
def flac(frames: int, rate_hz: int, channels: int = 1) -> bytes:
    noise = np.random.default_rng(frames).integers(-9000, 9000, (frames, channels)).astype(np.int16)
    return encode_flac(Samples(rate_hz, noise))


def a_row(number: int = 1, **changes: object) -> Utterance:
    speaker = f"ab{number:02d}"
    row = Utterance(
        id="", clip_id=f"c{number}", speaker=speaker, locale="en-US", product="calls", frames=16_000 + number,
        rate_hz=16_000, channels=1, text="yes it is", text_verbatim="Yes, [laugh] it is.",
        labels={"noise": ("music", "wind"), "loud": 3, "overlap": False}, flags=frozenset({Flag.DISTRESSING}),
        schema_version="default@1", conventions_version="en-US@1", reference="k-7",
    )  # fmt: skip
    row = replace(row, **changes)  # type: ignore[arg-type]
    length = round(row.frames * 1000 / row.rate_hz)
    return replace(
        row,
        id=utterance_id(row.speaker, row.clip_id, 0, length),
        flac=lambda: flac(row.frames, row.rate_hz, row.channels),
    )


def talk(number: int, text: str = "no", verbatim: str = "No!", **changes: object) -> Utterance:
    """Two speakers who overlap, a segment without words, and one that touches the next."""
    row = a_row(number, **changes)
    segments = (
        UtteranceSegment(0, 8000, row.speaker, "yes it is", "Yes, [laugh] it is.", {"loud": 2}),
        UtteranceSegment(4001, 9000, "zz9", text, verbatim, flags=frozenset({"distressing"})),
        UtteranceSegment(8000, 9001, row.speaker, "", "[noise]"),
        UtteranceSegment(8500, row.frames, "zz9", "no", "No."),
    )
    words = (
        UtteranceWord(160, 4000, "yes", row.speaker),
        UtteranceWord(4000, 7000, "it", row.speaker),
        UtteranceWord(7000, 7999, "is", row.speaker),
        UtteranceWord(4001, 9000, "no", "zz9"),
    )
    return replace(row, text="yes it is no", text_verbatim="Yes, it is. No.", segments=segments, words=words)


def a_set(folder: Path, name: str, rows: list[Utterance]) -> Path:
    folder.mkdir(exist_ok=True)
    if needs_clips([name]):
        write_sounds(folder, rows)
    FORMATS[name].write(folder, sorted(rows, key=lambda row: row.id))
    return folder


def expected(name: str, row: Utterance) -> Reading:
    """What a reader must find of a row, by the page of the format."""
    segments = [(one, one.start / row.rate_hz, one.end / row.rate_hz) for one in segments_of(row)]
    words = tuple(
        Part(one.start / row.rate_hz, one.end / row.rate_hz, one.speaker, one.text) for one in row.words
    )
    if name in BOTH:
        parts = [Part(at, end, one.speaker, f"{one.text}|{one.text_verbatim}") for one, at, end in segments]
        return Reading(tuple(parts), None, words)
    if name in VERBATIM or name in ALL_VERBATIM:
        shown = [one for one in segments if one[0].text_verbatim or name in ALL_VERBATIM]
        parts = [Part(at, end, one.speaker, one.text_verbatim) for one, at, end in shown]
        return Reading(tuple(parts), None, words if name in ("textgrid", "eaf") else ())
    if name in ("kaldi", "stm", "rttm"):
        shown = [one for one in segments if one[0].text or name == "stm"]
        texts = {"rttm": lambda one: ""}.get(name, lambda one: one.text)
        return Reading(tuple(Part(at, end, one.speaker, texts(one)) for one, at, end in shown))
    if name == "ctm":
        return Reading((), None, words)
    text = {"common-voice": row.text_verbatim, "librispeech": upper_case(row.text, row.locale)}.get(
        name, row.text
    )
    return Reading((Part(0.0, row.duration, "" if name == "azure" else row.speaker, text),))


def require_same(name: str, rows: list[Utterance], found: Read) -> None:
    silent = name in ("rttm", "ctm")  # formats of lines: a row may have none
    assert silent or set(found) == {row.id for row in rows}
    tolerance = 0.000_501 if name in IN_MILLISECONDS else 0.000_001_1
    for row in rows:
        reading, wanted = found.get(row.id, Reading(())), expected(name, row)
        _require_parts(reading.parts, wanted.parts, tolerance)
        are_named = all(word.speaker for word in reading.words)
        own = wanted.words if are_named else tuple(replace(word, speaker="") for word in wanted.words)
        _require_parts(reading.words, own, tolerance)


def _require_parts(found: tuple[Part, ...], wanted: tuple[Part, ...], tolerance: float) -> None:
    def order(part: Part) -> tuple[object, ...]:
        return (part.speaker, part.text, part.start, part.end)

    assert len(found) == len(wanted)
    for one, other in zip(sorted(found, key=order), sorted(wanted, key=order), strict=True):
        assert (one.speaker, one.text) == (other.speaker, other.text)
        assert abs(one.start - other.start) <= tolerance
        assert abs(one.end - other.end) <= tolerance


def require_audio(rows: list[Utterance], found: Read) -> None:
    for row in rows:
        audio = found[row.id].audio if row.id in found else None
        if audio is not None:
            samples, rate_hz = soundfile.read(audio, dtype="int16", always_2d=True)
            own, _ = soundfile.read(_as_file(row), dtype="int16", always_2d=True)
            assert rate_hz == row.rate_hz
            assert np.array_equal(samples, own)


def _as_file(row: Utterance) -> object:
    import io

    return io.BytesIO(row.flac())


def test_the_catalogue_has_the_formats_that_have_titles() -> None:
    assert tuple(FORMATS) == tuple(TITLES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "splits", [("", "", "", ""), ("train", "dev", "test", "train")], ids=["whole", "split"]
)
def test_another_reader_finds_text_times_speakers_and_audio(
    tmp_path: Path, name: str, splits: tuple[str, ...]
) -> None:
    said = ((0, 900, "yes"), (900, 1000, "it"), (1000, 9000, "is"))
    first = a_row(1, split=splits[0], words=tuple(UtteranceWord(*one, "ab01") for one in said))
    rows = [first, *(talk(number, split=splits[number - 1]) for number in (2, 3, 4))]
    assert [FORMATS[name].problem(row) for row in rows] == [""] * 4
    folder = a_set(tmp_path / "set", name, rows)
    assert FORMATS[name].validate(folder) == []
    found = READERS[name](folder)
    require_same(name, rows, found)
    require_audio(rows, found)


@pytest.mark.parametrize("name", [*BOTH, "label-studio"])
def test_the_leads_own_key_is_given_back(tmp_path: Path, name: str) -> None:
    folder = a_set(tmp_path / "set", name, [a_row(1, reference="batch7-0042")])
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".flac"]
    data = b"".join(gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in files)
    assert "batch7-0042".encode("utf-16-le" if name == "csv-excel" else "utf-8") in data


@pytest.mark.parametrize(
    ("locale", "text", "capitals"),
    [("tr-TR", "iyi ılık", "İYİ ILIK"), ("de-DE", "straße", "STRASSE"), ("el-GR", "καλημέρα", "ΚΑΛΗΜΕΡΑ")],
)
def test_capitals_of_librispeech_are_those_of_the_language(
    tmp_path: Path, locale: str, text: str, capitals: str
) -> None:
    folder = a_set(tmp_path / "set", "librispeech", [a_row(1, locale=locale, text=text)])
    assert FORMATS["librispeech"].validate(folder) == []
    (reading,) = READERS["librispeech"](folder).values()
    assert reading.parts[0].text == capitals


def test_excel_is_given_texts_where_it_would_guess(tmp_path: Path) -> None:
    rows = [a_row(1, text="may 5", text_verbatim="true", speaker="1e5")]
    folder = a_set(tmp_path / "set", "csv-excel", rows)
    head, cells = (folder / "utterances-excel.csv").read_bytes().decode("utf-16").split("\r\n")[:2]
    row = dict(zip(head.split("\t"), cells.split("\t"), strict=True))
    assert (row["text"], row["text_verbatim"], row["speaker"]) == ("'may 5", "'true", "'1e5")
    assert (row["duration"], row["frames"]) == ("'1.0000625", "16001")
    assert not cells.startswith("\ufeff")


def test_segments_are_rows_of_a_nemo_manifest_with_offsets(tmp_path: Path) -> None:
    rows = [a_row(1), talk(2, split="")]
    found = read_nemo_segments(a_set(tmp_path / "set", "nemo", rows))
    assert set(found) == {rows[1].id}
    wanted = expected("kaldi", rows[1])
    _require_parts(found[rows[1].id].parts, wanted.parts, 1e-9)


@pytest.mark.parametrize(
    ("audio", "subtype", "reads"),
    [
        ("flac", "PCM_16", "flac -c -d -s {} |"),
        ("flac", "PCM_24", "ffmpeg -nostdin -v error -i {} -ar 16000 -f wav - |"),
        ("wav", "PCM_16", "{}"),
        ("wav", "PCM_24", "ffmpeg -nostdin -v error -i {} -ar 16000 -f wav - |"),
        ("opus", "OPUS", "ffmpeg -nostdin -v error -i {} -ar 16000 -f wav - |"),
    ],
)
def test_kaldi_gets_wav_of_sixteen_bits(tmp_path: Path, audio: str, subtype: str, reads: str) -> None:
    row = a_row(1, audio=audio)
    (tmp_path / "clips").mkdir()
    soundfile.write(
        tmp_path / row.path, np.zeros(row.frames), row.rate_hz, subtype, format=audio.replace("opus", "ogg")
    )
    FORMATS["kaldi"].write(tmp_path, [row])
    (line,) = (tmp_path / "kaldi" / "all" / "wav.scp").read_text().splitlines()
    assert line == f"{row.id} {reads.format(row.path)}"


def test_excel_keeps_a_reference_that_looks_like_a_number_or_a_day(tmp_path: Path) -> None:
    references = ("007", "0123456789012345678", "1e5", "2024-05-01", "true", "key")
    rows = [a_row(number, reference=one) for number, one in enumerate(references)]
    lines = (a_set(tmp_path / "set", "csv-excel", rows) / "utterances-excel.csv").read_text("utf-16")
    cells = [row["reference"] for row in csv.DictReader(io.StringIO(lines), delimiter="\t")]
    assert cells == [*(f"'{one}" for one in references[:-1]), "key"]


def test_segments_of_one_speaker_and_time_have_ids_of_their_own() -> None:
    segment = UtteranceSegment(0, 160, "zz9", "x", "x")
    row = a_row(1, segments=(segment, segment, UtteranceSegment(160, 320, "zz9", "x", "x")))
    ids = [segment_id(row, number) for number in range(3)]
    assert ids == [
        f"zz9-{row.id}-0000000-0000010",
        f"zz9-{row.id}-0000000-0000010-2",
        f"zz9-{row.id}-0000010-0000020",
    ]


# EAFv3.0.xsd: the children of each element in their order, and the attributes that it must have.
EAF_CHILDREN = {
    "ANNOTATION_DOCUMENT": ("LICENSE", "HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE"),
    "HEADER": ("MEDIA_DESCRIPTOR", "LINKED_FILE_DESCRIPTOR", "PROPERTY"),
    "TIME_ORDER": ("TIME_SLOT",),
    "TIER": ("ANNOTATION",),
    "ANNOTATION": ("ALIGNABLE_ANNOTATION",),
    "ALIGNABLE_ANNOTATION": ("ANNOTATION_VALUE",),
}
EAF_ATTRIBUTES = {
    "ANNOTATION_DOCUMENT": {"AUTHOR", "DATE", "VERSION"},
    "MEDIA_DESCRIPTOR": {"MEDIA_URL", "MIME_TYPE"},
    "TIME_SLOT": {"TIME_SLOT_ID"},
    "TIER": {"TIER_ID", "LINGUISTIC_TYPE_REF"},
    "ALIGNABLE_ANNOTATION": {"ANNOTATION_ID", "TIME_SLOT_REF1", "TIME_SLOT_REF2"},
    "LINGUISTIC_TYPE": {"LINGUISTIC_TYPE_ID"},
}


def test_elan_document_has_the_structure_of_its_schema(tmp_path: Path) -> None:
    folder = a_set(tmp_path / "set", "eaf", [talk(2)])
    (path,) = (folder / "eaf").iterdir()
    document = ET.parse(path).getroot()
    for element in document.iter():
        order = EAF_CHILDREN.get(element.tag, ())
        places = [order.index(child.tag) for child in element]
        assert places == sorted(places)
        assert set(element.attrib) >= EAF_ATTRIBUTES.get(element.tag, set())
    ids = [
        value
        for one in document.iter()
        for key, value in one.attrib.items()
        if key in ("TIME_SLOT_ID", "ANNOTATION_ID")
    ]
    assert all(re.fullmatch(r"[a-z]+[0-9]+", name) for name in ids)  # xsd:ID
    slots = {slot.attrib["TIME_SLOT_ID"] for slot in document.iter("TIME_SLOT")}
    used = [
        one.attrib[f"TIME_SLOT_REF{part}"] for one in document.iter("ALIGNABLE_ANNOTATION") for part in (1, 2)
    ]
    assert sorted(used) == sorted(slots)
    assert "file:" not in path.read_text(encoding="utf-8")


def texts() -> st.SearchStrategy[str]:
    anything = st.text(st.characters(), max_size=8)
    words = st.lists(st.one_of(anything, st.sampled_from(TRICKY), st.sampled_from(["yes", "no"])), max_size=4)
    joined = words.map(" ".join)
    return st.one_of(joined.map(lambda text: " ".join(clean_text(text).split())), joined)


@st.composite
def rows_of_a_set(draw: st.DrawFn) -> list[Utterance]:
    rows = []
    is_split = draw(st.booleans())
    for number in range(1, draw(st.integers(1, 3)) + 1):
        frames = draw(st.sampled_from([1, 7, 1600, 4001]))
        rate_hz = draw(st.sampled_from([8000, 16_000, 44_100]))
        speakers = st.sampled_from([f"ab{number:02d}", "ab", "zz9"])
        borders = st.lists(st.integers(0, frames), min_size=2, max_size=2).map(sorted)
        spans = sorted(draw(st.lists(borders, max_size=4)))
        segments = tuple(
            UtteranceSegment(start, end, draw(speakers), draw(texts()), draw(texts())) for start, end in spans
        )
        spoken = sorted(draw(st.lists(borders, max_size=3)))
        words = tuple(UtteranceWord(start, end, draw(texts()), draw(speakers)) for start, end in spoken)
        of_words = " ".join(word.text for word in words)
        rows.append(
            a_row(
                number, frames=frames, rate_hz=rate_hz, channels=draw(st.sampled_from([1, 1, 1, 2])),
                text=draw(st.one_of(st.just(of_words), texts())), text_verbatim=draw(texts()),
                segments=segments, words=words,
                labels={"note": draw(texts())}, split=draw(st.sampled_from(SPLITS)) if is_split else "",
                locale=draw(st.sampled_from(["en-US", "en-GB", "sr-Latn-RS", "../x"])),
            )
        )  # fmt: skip
    return rows


@pytest.mark.parametrize("name", [name for name in FORMATS if not missing_package(name)])
def test_any_row_survives_or_is_refused_by_name(name: str) -> None:
    known = command_catalogue().codes

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows_of_a_set())
    def holds(rows: list[Utterance]) -> None:
        problems = {row.id: FORMATS[name].problem(row) for row in rows}
        assert all(f"LEFT_OUT_{problem.upper()}" in known for problem in problems.values() if problem)
        kept = [row for row in rows if not problems[row.id]]
        if kept:
            with _folder() as folder:
                a_set(folder, name, kept)
                assert FORMATS[name].validate(folder) == []
                if name in READERS:
                    found = READERS[name](folder)
                    require_same(name, kept, found)
                    require_audio(kept, found)

    holds()


TYPED = ("yes", "No.", "uh", "Um,", "[noise]", "[laugh]", "[cut]", "[unclear]", "[foreign:de]", "[blip]")
CONVENTIONS = load_conventions(resource("conventions", "en-US.toml"))


@st.composite
def a_typed_row(draw: st.DrawFn) -> Utterance:
    """A row as an export makes it of what was typed: some signs, some tags, in up to three segments."""
    profile = draw(st.sampled_from(["training", "scoring", "training_punctuated"]))
    piece = st.one_of(st.sampled_from(TYPED), st.sampled_from(TRICKY))
    typed = draw(st.lists(st.lists(piece, max_size=5).map(" ".join), min_size=1, max_size=3))
    segments = tuple(
        UtteranceSegment(
            number * 4000, number * 4000 + 5000, "ab01" if number != 1 else "zz9",
            normalise(text, CONVENTIONS, profile), one_line(text),
        )
        for number, text in enumerate(typed)
    )  # fmt: skip
    words = tuple(
        UtteranceWord(each.start + at, each.start + at + 1, word, each.speaker)
        for each in segments
        for at, word in enumerate(each.text.split())
    )
    return a_row(
        1, text=normalise("\n".join(typed), CONVENTIONS, profile), text_verbatim=one_line("\n".join(typed)),
        segments=segments, words=words, conventions=CONVENTIONS, profile=profile,
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_tags_survive_as_the_format_has_them_or_are_refused_by_name(name: str) -> None:
    known = command_catalogue().codes

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(a_typed_row())
    def holds(row: Utterance) -> None:
        problem = FORMATS[name].problem(row) or tag_problem(name, row)
        if problem:
            assert f"LEFT_OUT_{problem.upper()}" in known
            return
        with _folder() as folder:
            shown = in_format(name, row)
            a_set(folder, name, [shown])
            assert FORMATS[name].validate(folder) == []
            require_same(name, [shown], READERS[name](folder))

    holds()


class _folder:  # noqa: N801 - a context manager for an example; ``tmp_path`` is one for the whole test
    def __enter__(self) -> Path:
        self._path = tempfile.mkdtemp()
        return Path(self._path)

    def __exit__(self, *_error: object) -> None:
        shutil.rmtree(self._path)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", [name for name in FORMATS if not missing_package(name)])
def test_equal_sets_have_equal_bytes(tmp_path: Path, name: str) -> None:
    rows = [talk(1), talk(2)]
    assert contents(a_set(tmp_path / "a", name, rows)) == contents(a_set(tmp_path / "b", name, rows))


OWN_AUDIO = ("audiofolder", "common-voice", "librispeech")


@pytest.mark.parametrize("name", [name for name in FORMATS if not missing_package(name)])
def test_the_text_of_a_long_clip_is_valid_or_refused_by_name(tmp_path: Path, name: str) -> None:
    text = "word " * 60_000 + "end"
    row = a_row(text=text, text_verbatim=text)
    if not FORMATS[name].problem(row):
        assert FORMATS[name].validate(a_set(tmp_path, name, [row])) == []


def test_formats_of_one_run_share_the_audio(tmp_path: Path) -> None:
    rows = [a_row(1), talk(2)]
    write_sounds(tmp_path, rows)
    for name in OWN_AUDIO:
        FORMATS[name].write(tmp_path, rows)
    sounds = list(tmp_path.rglob("*.flac"))
    assert len(sounds) == len(rows) * (1 + len(OWN_AUDIO))
    assert len({path.stat().st_ino for path in sounds}) == len(rows)


def test_where_links_are_impossible_the_audio_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_paths: object) -> None:
        raise PermissionError

    rows = [a_row(1), talk(2)]
    write_sounds(tmp_path, rows)
    monkeypatch.setattr(os, "link", no_links)
    FORMATS["audiofolder"].write(tmp_path, rows)
    assert FORMATS["audiofolder"].validate(tmp_path) == []
    assert len({path.stat().st_ino for path in tmp_path.rglob("*.flac")}) == 2 * len(rows)


@pytest.mark.parametrize("name", [name for name in FORMATS if not missing_package(name)])
def test_a_format_never_writes_over_a_file(tmp_path: Path, name: str) -> None:
    rows = [talk(1)]
    folder = a_set(tmp_path / "set", name, rows)
    with pytest.raises(FileExistsError):
        FORMATS[name].write(folder, rows)


REFUSED: dict[str, tuple[str, Utterance]] = {
    "control character": ("jsonl", a_row(text="a\x07b")),
    "half of a pair": ("jsonl", a_row(text="a\ud800b")),
    "answer with a tab": ("csv", a_row(labels={"note": "a\tb"})),
    "segment past the end": ("jsonl", a_row(segments=(UtteranceSegment(0, 99_999, "a", "x", "x"),))),
    "segment without a length": ("rttm", a_row(segments=(UtteranceSegment(5, 5, "a", "x", "x"),))),
    "segments out of order": (
        "jsonl",
        a_row(segments=(UtteranceSegment(9, 99, "a", "x", "x"), UtteranceSegment(0, 5, "a", "x", "x"))),
    ),
    "word before the beginning": ("jsonl", a_row(words=(UtteranceWord(-1, 5, "x", "a"),))),
    "speaker with a hyphen": ("kaldi", a_row(segments=(UtteranceSegment(0, 5, "a-b", "x", "x"),))),
    "locale with a slash": ("common-voice", a_row(locale="../en")),
    "sentence start": ("kaldi", a_row(text="oh <s> no")),
    "disambiguation symbol": ("kaldi", talk(1, text="press #0")),
    "nothing said": ("kaldi", a_row(text="")),
    "optional word": ("stm", talk(1, text="we went (uh) home")),
    "comment": ("stm", a_row(text=";; home")),
    "segment to ignore": ("stm", a_row(text="ignore_time_segment_in_scoring")),
    "words without times": ("ctm", a_row(words=())),
    "a word without a time": ("ctm", a_row(words=(UtteranceWord(0, 5, "yes", "a"),))),
    "two words in one": ("ctm", a_row(text="a b", words=(UtteranceWord(0, 5, "a b", "a"),))),
    "more than 40 seconds": ("azure", a_row(frames=16_000 * 40 + 1)),
    "48 kHz": ("azure", a_row(rate_hz=48_000)),
    "two channels": ("azure", a_row(channels=2)),
    "letters of another language": ("azure", a_row(text="naïve")),
    "nothing said to Azure": ("azure", a_row(text="")),
    "date in a text": ("audiofolder", a_row(text="2024-05-01")),
    "date in the lead's own key": ("audiofolder", a_row(reference="2024-05-01T10:30:00Z")),
    "date in an answer": ("audiofolder", a_row(labels={"day": "2024-05-01 10:30"})),
    "split in an id": ("audiofolder", a_row(clip_id="test")),
    "arrow in SubRip": ("srt", a_row(text_verbatim="a --> b")),
    "markup in SubRip": ("srt", a_row(text_verbatim="<i>a</i>")),
    "less than a millisecond": ("eaf", a_row(segments=(UtteranceSegment(0, 3, "a", "x", "x"),))),
    "six channels of Opus": ("nemo", a_row(audio="opus", channels=6)),
    "long text": ("csv-excel", a_row(text="a" * 33_000)),
    "long answer": ("csv-excel", a_row(labels={"note": "a" * 33_000})),
    "long answer about a segment": (
        "csv-excel",
        a_row(segments=(UtteranceSegment(0, 99, "a", "x", "x", {"note": "a" * 33_000}),)),
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_format_cannot_hold_is_refused_by_name(kind: str) -> None:
    name, row = REFUSED[kind]
    problem = FORMATS[name].problem(row)
    assert problem
    assert command_catalogue().codes >= {f"LEFT_OUT_{problem.upper()}"}


def edit(pattern: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = min(folder.glob(pattern))
        data = path.read_bytes()
        assert old in data
        path.unlink()  # a hard link would change its other names too
        path.write_bytes(data.replace(old, new, 1))

    return change


def drop(pattern: str) -> Callable[[Path], None]:
    return lambda folder: min(folder.glob(pattern)).unlink()


DAMAGE: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "text of Kaldi gone": ("kaldi", drop("kaldi/all/text"), "SET_FILE_UNREADABLE"),
    "other speaker": ("kaldi", edit("kaldi/all/utt2spk", b" zz9\n", b" zz8\n"), "KALDI_SPEAKERS_DIFFER"),
    "time past the end": ("kaldi", edit("kaldi/all/segments", b"0.500000\n", b"9.500000\n"), "SET_TIMES"),
    "row of Kaldi twice": ("kaldi", edit("kaldi/all/text", b"yes", b"yes\nab"), "SET_NOT_SORTED"),
    "reserved word": ("kaldi", edit("kaldi/all/text", b"yes", b"<s>"), "KALDI_RESERVED_WORD"),
    "metadata of a split gone": ("audiofolder", drop("audiofolder/*/metadata.jsonl"), "SET_FILE_MISSING"),
    "file beside the metadata": (
        "audiofolder",
        lambda folder: (folder / "audiofolder/train/x.flac").write_bytes(b""),
        "SET_FILE_NOT_LISTED",
    ),
    "sound beside the metadata gone": (
        "audiofolder",
        drop("audiofolder/train/*.flac"),
        "SET_CLIP_UNREADABLE",
    ),
    "other count of samples": (
        "lhotse",
        lambda folder: _edit_gzip(folder / "lhotse/recordings.jsonl.gz", b"16001", b"16002"),
        "SET_CLIP_DURATION",
    ),
    "manifest cut off": (
        "lhotse",
        lambda folder: _truncate(folder / "lhotse/recordings.jsonl.gz", 40),
        "SET_FILE_UNREADABLE",
    ),
    "cell too many": (
        "common-voice",
        edit("common-voice/*/validated.tsv", b"Yes", b"Yes\t"),
        "SET_WRONG_CELL_COUNT",
    ),
    "clip of Common Voice gone": ("common-voice", drop("common-voice/*/clips/*"), "SET_CLIP_UNREADABLE"),
    "row of a split gone": (
        "common-voice",
        edit("common-voice/*/ss-*.tsv", b"\nab02", b"\nab03"),
        "SET_ROWS_DIFFER",
    ),
    "shard cut off": (
        "webdataset",
        lambda folder: _truncate(folder / "webdataset/set-000000.tar", 3000),
        "SET_FILE_UNREADABLE",
    ),
    "text of a sample": (
        "webdataset",
        edit("webdataset/*.tar", b"yes it is no\x00", b"yes it is on\x00"),
        "SET_ROW_UNKNOWN",
    ),
    "not in capitals": ("librispeech", edit("librispeech/*/*/*/*.txt", b"YES", b"Yes"), "LIBRISPEECH_TEXT"),
    "chapter's sound gone": ("librispeech", drop("librispeech/*/*/*/*.flac"), "SET_CLIP_UNREADABLE"),
    "speakers gone": ("librispeech", drop("librispeech/SPEAKERS.TXT"), "SET_FILE_UNREADABLE"),
    "speaker of another name": (
        "librispeech",
        edit("librispeech/SPEAKERS.TXT", b"ab0", b"ac0"),
        "SET_ROWS_DIFFER",
    ),
    "chapter of another number": (
        "librispeech",
        edit("librispeech/CHAPTERS.TXT", b"\n1 |", b"\n7 |"),
        "SET_ROWS_DIFFER",
    ),
    "not ASCII": ("azure", edit("azure/*/*/trans.txt", b"yes", "yés".encode()), "AZURE_TEXT"),
    "WAV gone": ("azure", drop("azure/*/*/*.wav"), "SET_CLIP_UNREADABLE"),
    "gap between intervals": (
        "textgrid",
        edit("textgrid/*", b"xmax = 0.562500", b"xmax = 0.562499"),
        "SET_TIMES",
    ),
    "quote in a text": ("textgrid", edit("textgrid/*", b'text = "Yes', b'text = "Y"es'), "SET_QUOTES"),
    "unclosed element": ("eaf", edit("eaf/*", b"</TIER>", b""), "SET_NOT_XML"),
    "overlap on a tier": ("eaf", edit("eaf/*", b'TIME_VALUE="531"', b'TIME_VALUE="400"'), "SET_TIMES"),
    "undeclared type": ("eaf", edit("eaf/*", b'TYPE_ID="utterance"', b'TYPE_ID="other"'), "SET_NOT_XML"),
    "channel of STM": ("stm", edit("stm/*", b" A ", b" 1 "), "SET_WRONG_CELL_COUNT"),
    "brackets in STM": ("stm", edit("stm/*", b"yes", b"(yes)"), "NIST_SYNTAX"),
    "end before begin": ("stm", edit("stm/*", b"0.000000 0.500000", b"0.700000 0.500000"), "SET_TIMES"),
    "negative duration": ("ctm", edit("ctm/*", b"0.240000 yes", b"-0.24000 yes"), "SET_TIMES"),
    "field of RTTM gone": ("rttm", edit("rttm/*", b" <NA>\n", b"\n"), "SET_WRONG_CELL_COUNT"),
    "turn past the end": ("rttm", edit("rttm/*", b"0.000000 0.5", b"0.900000 0.5"), "SET_TIMES"),
    "comma for a dot": ("webvtt", edit("webvtt/*", b"00.000 -->", b"00,000 -->"), "CAPTIONS_MALFORMED"),
    "element in a cue": ("webvtt", edit("webvtt/*", b"Yes", b"<b>Yes"), "CAPTIONS_MALFORMED"),
    "dot for a comma": ("srt", edit("srt/*", b"00,000 -->", b"00.000 -->"), "CAPTIONS_MALFORMED"),
    "block out of order": ("srt", edit("srt/*", b"2\n00", b"3\n00"), "CAPTIONS_MALFORMED"),
    "label without an end": ("audacity", edit("audacity/*", b"0.000000\t", b""), "SET_NOT_NUMBERS"),
    "text for another region": (
        "label-studio",
        edit("label-studio/tasks.json", b'"end": 0.5', b'"end": 0.6'),
        "SET_ROWS_DIFFER",
    ),
    "configuration gone": ("label-studio", drop("label-studio/config.xml"), "SET_NOT_JSON"),
    "row of JSON Lines": ("jsonl", edit("utterances.jsonl", b'"end": 0.5', b'"end": -0.5'), "SET_TIMES"),
    "mark of Excel gone": (
        "csv-excel",
        edit("utterances-excel.csv", b"\xff\xfe", b""),
        "SET_FILE_BOM_MISSING",
    ),
    "segment of no row": ("csv", edit("segments.csv", b"\nab01-", b"\nab09-"), "SET_ROW_UNKNOWN"),
    "offset below zero": (
        "nemo",
        edit("manifest_segments.jsonl", b'"offset": 0.0', b'"offset": -1.0'),
        "SET_DURATION_MISMATCH",
    ),
}


def _edit_gzip(path: Path, old: bytes, new: bytes) -> None:
    data = gzip.decompress(path.read_bytes())
    assert old in data
    path.write_bytes(gzip.compress(data.replace(old, new)))


def _truncate(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_set_is_found(tmp_path: Path, kind: str) -> None:
    name, damage, code = DAMAGE[kind]
    folder = a_set(tmp_path / "set", name, [talk(1), talk(2)])
    damage(folder)
    problems = FORMATS[name].validate(folder)
    assert code in {problem.code for problem in problems}
    assert all(command_catalogue().words(problem).sentence for problem in problems)


@pytest.mark.parametrize("name", [name for name in FORMATS if not missing_package(name)])
def test_a_validator_reads_damaged_files_to_their_end(tmp_path: Path, name: str) -> None:
    folder = a_set(tmp_path / "set", name, [talk(1), talk(2)])
    random = Random(name)
    texts = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in (".flac", ".wav")
    ]
    for _ in range(EXAMPLES * 3):
        path = random.choice(texts)
        data = path.read_bytes()
        at, until = sorted((random.randrange(len(data)), random.randrange(len(data))))
        new = random.choice([b"", b"x", b"-1", b"\n", b"\xff", b"\t", b'"', data[at : at + 9] * 2])
        changed = data[:at] + new + data[min(until, at + random.choice([0, 1, 9, 10**9])) :]
        path.unlink()
        path.write_bytes(changed)
        for problem in FORMATS[name].validate(folder):
            assert command_catalogue().words(problem).sentence
        path.write_bytes(data)
    assert FORMATS[name].validate(folder) == []


@pytest.mark.parametrize("name", [name for name in FORMATS if not missing_package(name)])
def test_a_set_without_the_files_of_a_format_is_not_valid(tmp_path: Path, name: str) -> None:
    assert FORMATS[name].validate(tmp_path)


def shard_names(folder: Path) -> Iterator[str]:
    yield from (path.name for path in sorted((folder / "webdataset").iterdir()))


def test_a_shard_ends_before_it_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reviewer.formats import tar_shards, webdataset

    rows = [a_row(number) for number in range(1, 6)]
    monkeypatch.setattr(tar_shards, "MOST_SHARD_ROWS", 2)
    folder = a_set(tmp_path / "rows", "webdataset", rows)
    assert list(shard_names(folder)) == ["set-000000.tar", "set-000001.tar", "set-000002.tar"]
    assert webdataset.validate(folder) == []
    monkeypatch.setattr(tar_shards, "MOST_SHARD_BYTES", 1)
    assert len(list(shard_names(a_set(tmp_path / "bytes", "webdataset", rows)))) == 5


@given(st.text("abc-019.", min_size=1, max_size=120), st.integers(0, 8**11 + 5))
def test_headers_of_a_shard_are_those_of_tarfile(name: str, size: int) -> None:
    from reviewer.formats.tar_shards import header_of

    member = tarfile.TarInfo(name)
    member.size = size
    assert header_of(name, size) == member.tobuf(tarfile.PAX_FORMAT)
