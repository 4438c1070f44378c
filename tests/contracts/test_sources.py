"""Sources of other programs become rows of a manifest, by a mapping file that says where consent is."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.formats.dataset import Utterance, UtteranceSegment, UtteranceWord
from reviewer.lead.sources import Source, SourceKind, read_source
from reviewer.lead.textgrid_file import read_textgrid
from reviewer.lead.timed_segments import TimedSegment, draft_of, words_of
from reviewer.privacy.manifest_row import Decision, ManifestRow, WordTiming
from tests.contracts.test_every_format import a_row, a_set

SAID = "Signed forms of the spring campaign, legal archive, folder 12"
CONSENT = f"""
[consent]
from = "{SAID}"
product = "translator"
granted_at = 2025-01-01T00:00:00Z
"""
CONSTANTS = """
[constants]
product = "translator"
recorded_at = "2026-01-01T00:15:00Z"
"""
REST = CONSTANTS + 'locale = "de-DE"\nspeaker = "s1"\n' + CONSENT


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "in"


def mapped(source: Path, mapping: str) -> Source:
    file = source.parent / "mapping.toml" if source.is_dir() else source.parent.parent / "mapping.toml"
    file.write_text(mapping, encoding="utf-8")
    return read_source(source, file)


def rows(source: Source) -> list[ManifestRow]:
    found = [line.read for line in source.lines]
    assert all(isinstance(each, ManifestRow) for each in found), found
    return [each for each in found if isinstance(each, ManifestRow)]


def short(source: Source) -> list[tuple[str, str, str, str]]:
    return [(row.audio, row.source_id, row.speaker, row.draft) for row in rows(source)]


def problems(source: Source) -> list[str]:
    return [
        each.read.notice.code if isinstance(each.read, Decision) and each.read.notice else ""
        for each in source.lines
    ]


def jsonl(*objects: dict[str, Any]) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)


def test_a_table_with_other_columns_becomes_rows_and_says_where_consent_is(tmp_path: Path) -> None:
    table = "Wave;Sprecher;Text;Sprache;when\nA.wav;s1;guten Tag;german;2026-01-01 01:15:00\n"
    folder = write(tmp_path, {"list.csv": table, "audio/a.wav": b"x"})
    mapping = f"""
[fields]
audio = "wave"
speaker = "sprecher"
source_id = "wave"
draft = "TEXT"
locale = "Sprache"
recorded_at = "when"
[constants]
product = "translator"
[values.locale]
german = "de-DE"
[times]
zone = "+01:00"
[paths]
folder = "audio"
{CONSENT}"""
    source = mapped(folder / "list.csv", mapping)
    (row,) = rows(source)
    assert (row.audio, row.locale, row.draft) == ("audio/a.wav", "de-DE", "guten Tag")
    assert row.recorded_at == datetime(2026, 1, 1, 0, 15, tzinfo=UTC)
    assert (row.consent_product, row.consent_granted_at) == ("translator", datetime(2025, 1, 1, tzinfo=UTC))
    assert (source.consent_from, len(source.mapping_sha256)) == (SAID, 64)


def test_a_column_that_pandas_numbered_may_be_an_id(tmp_path: Path) -> None:
    folder = write(tmp_path, {"list.csv": "Unnamed: 0,wav\n17,a.wav\n18,b.wav\n"})
    mapping = '[fields]\naudio = "wav"\nsource_id = "Unnamed: 0"\n' + REST
    assert [row.source_id for row in rows(mapped(folder / "list.csv", mapping))] == ["17", "18"]


def test_speakers_of_json_may_be_numbers(tmp_path: Path) -> None:
    lines = jsonl(*({"audio_filepath": f"{n}.wav", "duration": 1, "speaker": n} for n in (7, 8)))
    folder = write(tmp_path, {"m.json": lines})
    found = rows(mapped(folder / "m.json", REST.replace('speaker = "s1"\n', "")))
    assert [row.speaker for row in found] == ["7", "8"]


def test_consent_may_come_from_columns(tmp_path: Path) -> None:
    table = "path,ok,since\na.wav,translator,2025-01-01\nb.wav,,2025-01-01\n"
    folder = write(tmp_path, {"list.csv": table})
    mapping = f"""
[fields]
audio = "path"
source_id = "path"
consent_product = "ok"
consent_granted_at = "since"
[times]
zone = "Europe/Berlin"
{CONSTANTS}
locale = "de"
speaker = "s1"
[consent]
from = "{SAID}"
"""
    first, second = rows(mapped(folder / "list.csv", mapping))
    assert first.consent_granted_at == datetime(2025, 1, 1, 23, tzinfo=UTC)  # the end of that day in Berlin
    assert second.consent_product is None


def test_a_time_that_the_clocks_bring_twice_gives_consent_the_least_room(tmp_path: Path) -> None:
    lines = (
        "path,made,since",
        "a.wav,2025-10-26 02:30,2025-10-26 02:30",
        "b.wav,2025-12-01T12:05,2025-03-30 02:30:00",
    )
    table = "\n".join(lines)
    folder = write(tmp_path, {"list.csv": table})
    mapping = f"""
[fields]
audio = "path"
source_id = "path"
recorded_at = "made"
consent_granted_at = "since"
[times]
zone = "Europe/Berlin"
[constants]
product = "translator"
locale = "de"
speaker = "s1"
[consent]
from = "{SAID}"
product = "translator"
"""
    twice, never = rows(mapped(folder / "list.csv", mapping))
    assert twice.recorded_at == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert twice.consent_granted_at == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)
    assert never.recorded_at == datetime(2025, 12, 1, 11, 5, tzinfo=UTC)
    assert never.consent_granted_at == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["list.csv", "list.jsonl"])
def test_columns_that_are_called_like_fields_in_another_case_are_those_of_the_mapping(
    tmp_path: Path, name: str
) -> None:
    row = {"Audio": "a.wav", "Speaker": "s7", "Path": "key-1", "text": "Ja"}
    table = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    folder = write(tmp_path, {name: table if name.endswith("csv") else jsonl(row)})
    mapping = '[fields]\naudio = "Audio"\nspeaker = "Speaker"\nsource_id = "Path"\ndraft = "text"\n'
    source = mapped(folder / name, mapping + CONSTANTS + 'locale = "de"\n' + CONSENT)
    assert short(source) == [("a.wav", "key-1", "s7", "Ja")]


BAD_MAPPINGS = {
    REST.replace(SAID, ""): "MAPPING_NO_CONSENT",
    REST.replace(SAID, "yes"): "MAPPING_NO_CONSENT",
    REST.replace(SAID, "------------"): "MAPPING_NO_CONSENT",
    REST.replace(SAID, "ask jane@example.com about it"): "MAPPING_CONSENT_PERSONAL",
    REST.replace("\n[consent]", "\n[nothing]"): "KEY_UNKNOWN",
    REST.replace('product = "translator"\ngranted', "granted"): "MAPPING_FIELD_MISSING",
    REST.replace("granted_at = 2025-01-01T00:00:00Z", ""): "MAPPING_FIELD_MISSING",
    REST.replace('locale = "de-DE"', ""): "MAPPING_FIELD_MISSING",
    REST.replace('locale = "de-DE"', "locale = 3"): "VALUE_NOT_TEXT",
    REST.replace("locale =", "lokale ="): "KEY_UNKNOWN",
    REST.replace("[constants]", '[constants]\nconsent_product = "translator"'): "KEY_UNKNOWN",
    '[fields]\nlocale = "name"\n' + REST: "MAPPING_FIELD_TWICE",
    '[fields]\nconsent_product = "name"\n' + REST: "MAPPING_FIELD_TWICE",
    '[fields]\ndraft = "nowhere"\n' + REST: "MAPPING_COLUMN_MISSING",
    '[times]\nzone = "Middle/Earth"\n' + REST: "MAPPING_ZONE",
    'kind = "something"\n' + REST: "SOURCE_KIND_UNKNOWN",
    REST + "[": "FILE_NOT_TOML",
}


@pytest.mark.parametrize("mapping", BAD_MAPPINGS)
def test_a_mapping_with_a_mistake_is_refused_once(tmp_path: Path, mapping: str) -> None:
    folder = write(tmp_path, {"a.wav": b"x"})
    with pytest.raises(Refused) as refused:
        mapped(folder, mapping)
    assert refused.value.code == BAD_MAPPINGS[mapping]


@pytest.mark.parametrize(
    ("mistake", "line"), [("[constants]\nx = 1", 4), ('[fields]\nspeeker = "a"', 4), ("[times]\nzone = 7", 4)]
)
def test_a_mistake_in_a_mapping_is_told_with_the_line_of_its_table(
    tmp_path: Path, mistake: str, line: int
) -> None:
    folder = write(tmp_path, {"a.wav": b"x"})
    with pytest.raises(Refused) as refused:
        mapped(folder, f"# mine\n\n\n{mistake}\n{CONSENT}")
    assert f"mapping.toml, line {line}" in str(refused.value.parameters["place"])


def test_a_folder_of_audio(tmp_path: Path) -> None:
    folder = write(
        tmp_path, {"ana/1.WAV": b"x", "ben/2.flac": b"x", "ben/.hidden.wav": b"x", "ben/notes.txt": b"x"}
    )
    mapping = REST.replace('speaker = "s1"\n', "") + '[fields]\nspeaker = "folder"\n'
    source = mapped(folder, mapping)
    assert short(source) == [("ana/1.WAV", "ana/1.WAV", "ana", ""), ("ben/2.flac", "ben/2.flac", "ben", "")]
    assert [line.number for line in source.lines] == [1, 2]


def test_an_audiofolder_has_a_metadata_file_or_one_in_each_split(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "train/metadata.jsonl": jsonl(
                {"file_name": "a.wav", "transcription": "eins", "speaker_id": "s2"}
            ),
            "test/metadata.jsonl": jsonl(
                {"file_name": "x/b.wav", "transcription": "zwei", "speaker_id": "s3"}
            ),
        },
    )
    source = mapped(folder, REST.replace('speaker = "s1"\n', ""))
    assert short(source) == [
        ("test/x/b.wav", "test/x/b.wav", "s3", "zwei"),
        ("train/a.wav", "train/a.wav", "s2", "eins"),
    ]
    one = mapped(write(tmp_path / "one", {"metadata.csv": "file_name,text\na.wav,drei\n"}), REST)
    assert short(one) == [("a.wav", "a.wav", "s1", "drei")]


def test_audio_that_no_row_of_an_audiofolder_names_is_counted(tmp_path: Path) -> None:
    metadata = "file_name,text\na.wav,eins\n./Sub/B.WAV,zwei\nsub\\c.wav,drei\ne\u0301.wav,vier\n"
    files = {
        "metadata.csv": metadata,
        "a.wav": b"x",
        "sub/b.wav": b"x",
        "sub/c.wav": b"x",
        "\u00e9.wav": b"x",
    }
    folder = write(tmp_path / "named", {**files, "notes.txt": b"x", ".a.wav": b"x"})
    assert mapped(folder, REST).unnamed_files == 0
    folder = write(tmp_path / "unnamed", {**files, "d.flac": b"x", "sub/a.wav": b"x"})
    assert mapped(folder, REST).unnamed_files == 2


def test_splits_of_an_audiofolder_may_call_their_texts_by_other_names(tmp_path: Path) -> None:
    files = {
        "test/metadata.csv": "file_name,text\na.wav,eins\n",
        "train/metadata.csv": "file_name,transcription\n/b.wav,zwei\nc.wav,drei\n",
        ".cache/metadata.csv": "file_name,text\nd.wav,vier\n",
        "train/b.wav": "x",
    }
    source = mapped(write(tmp_path, dict(files)), REST)
    assert problems(source) == ["", "AUDIO_ABSOLUTE", ""]
    drafts = [line.read.draft for line in source.lines if isinstance(line.read, ManifestRow)]
    assert drafts == ["eins", "drei"]


def test_an_audiofolder_with_metadata_in_two_formats_is_refused_once(tmp_path: Path) -> None:
    names = {"train/metadata.jsonl": jsonl({"file_name": "a.wav"}), "test/metadata.csv": "file_name\nb.wav\n"}
    with pytest.raises(Refused, match="SOURCE_TWO_METADATA"):
        mapped(write(tmp_path, dict(names)), REST)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax =',
        "gr\xfcn".encode("latin-1"),
    ],
)
def test_a_textgrid_that_cannot_be_read_is_named_where_it_is_the_only_one(
    tmp_path: Path, content: bytes
) -> None:
    source = mapped(write(tmp_path, {"a.wav": b"x", "a.TextGrid": content}), REST)
    assert problems(source) == ["TEXTGRID_UNREADABLE"]


def test_a_nemo_manifest_and_its_parts_of_recordings(tmp_path: Path) -> None:
    whole = {"audio_filepath": "/data/w.wav", "duration": 2.0, "text": "ganz", "speaker": "s2", "lang": "de"}
    part = {"audio_filepath": "/data/p.wav", "offset": 3.0, "duration": 2.0, "text": "zwei", "speaker": "s3"}
    before = part | {"offset": 0.5, "duration": 1.0, "text": "eins ja"}
    folder = write(tmp_path, {"manifest.json": jsonl(part, whole, before)})
    mapping = CONSTANTS + 'locale = "de-DE"\n' + CONSENT + '[paths]\nremove_prefix = "/data/"\n'
    parts, other = rows(mapped(folder / "manifest.json", mapping))
    assert (parts.audio, parts.draft, parts.speaker) == ("p.wav", "eins ja zwei", "s3")
    assert [(word.word, word.start_seconds, word.end_seconds) for word in parts.words] == [
        ("eins", 0.5, pytest.approx(0.5 + 4 / 6)),
        ("ja", pytest.approx(0.5 + 4 / 6), 1.5),
        ("zwei", 3.0, 5.0),
    ]
    assert (other.draft, other.words, other.locale) == ("ganz", (), "de-DE")


KALDI = {
    "wav.scp": "r1 wav/1.wav\nr2 sph2pipe -f wav 2.sph |\nr3 wav/3.wav\nr4 /data/4.wav\n",
    "segments": "s1-r1-0 r1 0.00 1.00\ns1-r1-1 r1 2.00 3.50\ns1-r3-0 r3 0 1\ns2-r3-1 r3 1 2\ns4-0 r4 0 1\n",
    "text": "s1-r1-0 EINS\ns1-r1-1 ZWEI DREI\ns1-r3-0 VIER\ns2-r3-1 FÜNF\ns4-0 SECHS\nlost-0 SIEBEN\n",
    "utt2spk": "s1-r1-0 s1\ns1-r1-1 s1\ns1-r3-0 s1\ns2-r3-1 s2\ns4-0 s4\n",
}


@pytest.mark.parametrize("prefix", ["D:/corpus", "D:/corpus/", "D:\\\\corpus\\\\"])
def test_a_prefix_is_removed_whichever_slashes_it_has(tmp_path: Path, prefix: str) -> None:
    audio = [
        {"audio_filepath": path} for path in ("D:\\corpus\\a.wav", "D:/corpus/b/c.wav", "D:/other/d.wav")
    ]
    folder = write(tmp_path, {"m.jsonl": jsonl(*audio)})
    source = mapped(folder / "m.jsonl", f'{REST}[paths]\nremove_prefix = "{prefix}"\n')
    assert problems(source) == ["", "", "AUDIO_ABSOLUTE"]
    assert [line.audio for line in source.lines[:2]] == ["a.wav", "b/c.wav"]


def test_a_kaldi_directory_gives_whole_recordings_and_loses_no_utterance(tmp_path: Path) -> None:
    folder = write(tmp_path, KALDI)
    source = mapped(folder, CONSTANTS + 'locale = "de"\n' + CONSENT)
    assert problems(source) == ["", "KALDI_COMMAND", "SOURCE_SEVERAL", "AUDIO_ABSOLUTE", "KALDI_NO_RECORDING"]
    row = source.lines[0].read
    assert isinstance(row, ManifestRow)
    assert (row.audio, row.source_id, row.speaker, row.draft) == ("wav/1.wav", "r1", "s1", "EINS ZWEI DREI")
    assert row.words[0] == WordTiming("EINS", 0.0, 1.0)
    assert row.words[2].end_seconds == 3.5


def test_a_kaldi_directory_without_segments_has_an_utterance_a_recording(tmp_path: Path) -> None:
    files = {
        "wav.scp": "u1 1.wav\n",
        "text": "u1 HALLO  DU\n",
        "utt2spk": "u1 s7\n",
        "utt2lang": "u1 de-AT\n",
    }
    source = mapped(write(tmp_path, dict(files)), CONSTANTS + CONSENT)
    assert short(source) == [("1.wav", "u1", "s7", "HALLO  DU")]
    assert rows(source)[0].locale == "de-AT"
    with pytest.raises(Refused, match="TABLE_LINES_REFUSED"):
        mapped(write(tmp_path, {"text": "u1 HALLO\nu1 DU\n"}), CONSTANTS + CONSENT)


def test_a_kaldi_directory_written_elsewhere_loses_no_utterance(tmp_path: Path) -> None:
    files = {
        "wav.scp": "r1 1.wav\rr2 2.wav\r",
        "segments": "u1 r1 0 1\ru2 r2 0 1\ru3 r3 0 1\r",
        "text": "u1 EINS\tZWEI DREI\ru2\tVIER\r",
        "utt2spk": "u1 s1\ru2 s2\r",
    }
    source = mapped(write(tmp_path, dict(files)), CONSTANTS + 'locale = "de"\n' + CONSENT)
    assert problems(source) == ["", "", "KALDI_NO_RECORDING"]
    drafts = [line.read.draft for line in source.lines if isinstance(line.read, ManifestRow)]
    assert drafts == ["EINS ZWEI DREI", "VIER"]


def test_a_kaldi_directory_without_speakers_is_refused_once(tmp_path: Path) -> None:
    files = {"wav.scp": "u1 1.wav\nu2 2.wav\n", "text": "u1 EINS\nu2 ZWEI\n"}
    with pytest.raises(Refused, match="MAPPING_FIELD_MISSING"):
        mapped(write(tmp_path, dict(files)), CONSTANTS + 'locale = "de"\n' + CONSENT)


def test_common_voice_in_any_version(tmp_path: Path) -> None:
    old = "client_id\tpath\tsentence\tup_votes\taccent\n"
    new = "client_id\tpath\tsentence_id\tsentence\tlocale\tsegment\n"
    folder = write(
        tmp_path,
        {
            "clips/a.mp3": b"x",
            "escaped.tsv": old + "c1\ta.mp3\tC:\\\\x\t2\t\nc2\tb.mp3\tC:\\x {\\an8}\t2\t\n",
            "old.tsv": old + 'c1\ta.mp3\t"Ja", sagte er\t2\t\nc2\tb.mp3\tdies" \\\\ das\t2\t\n',
            "new.tsv": new + "c1\ta.mp3\t7\tHallo\tde\t\n",
        },
    )
    first = mapped(folder / "old.tsv", CONSTANTS + 'locale = "de"\n' + CONSENT)
    assert short(first) == [
        ("a.mp3", "a.mp3", "c1", '"Ja", sagte er'),
        ("b.mp3", "b.mp3", "c2", 'dies" \\ das'),
    ]
    escaped = mapped(folder / "escaped.tsv", CONSTANTS + 'locale = "de"\n' + CONSENT)
    assert [row.draft for row in rows(escaped)] == ["C:\\x", "C:\\x {\\an8}"]
    assert first.folder == folder / "clips"
    assert rows(mapped(folder / "new.tsv", CONSTANTS + CONSENT))[0].locale == "de"
    with pytest.raises(Refused, match="SOURCE_NAME_THE_TSV"):
        mapped(folder, REST)


def a_task(url: str, *annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 7, "data": {"audio": url, "who": "s9"}, "annotations": list(annotations), **more}


def a_region(start: float, end: float, text: str) -> list[dict[str, Any]]:
    value = {"start": start, "end": end, "channel": 0}
    return [
        {"id": "r", "type": "labels", "value": value | {"labels": ["Speech"]}},
        {"id": "r", "type": "textarea", "value": value | {"text": [text]}},
    ]


def test_label_studio_gives_the_annotation_that_counts(tmp_path: Path) -> None:
    cancelled = {"was_cancelled": True, "result": a_region(0, 1, "no"), "updated_at": "2030"}
    early = {"was_cancelled": False, "result": a_region(0, 1, "early"), "updated_at": "2025"}
    late = {"result": [*a_region(2, 3, "zwei"), *a_region(0, 1, "eins")], "updated_at": "2026"}
    truth = {"result": [{"type": "textarea", "value": {"text": ["ganz"]}}], "ground_truth": True}
    guess = {"result": a_region(0, 1, "guess")}
    tasks = [
        a_task("/data/upload/3/0a1b2c3d-a.wav", cancelled, late, early),
        a_task("/data/local-files/?d=sub/b%20c.wav", late, truth),
        a_task("https://host/bucket/c.wav", cancelled, predictions=[guess]),
        {"id": 8, "audio": "a.wav"},
        a_task("http://[::1", late),
        a_task(f"https://host/{'x' * 300}.wav", late),
        a_task("/srv/a.wav", late),
    ]
    folder = write(
        tmp_path, {"a.wav": b"x", "c.wav": b"x", "sub/b c.wav": b"x", "export.json": json.dumps(tasks)}
    )
    mapping = REST.replace('speaker = "s1"\n', "") + '[fields]\nspeaker = "who"\nsource_id = "task"\n'
    source = mapped(folder / "export.json", mapping)
    assert problems(source) == ["", "", "", "LABEL_STUDIO_TASK", "AUDIO_ABSOLUTE", "", "AUDIO_ABSOLUTE"]
    found = [line.read for line in source.lines[:3]]
    assert [(row.audio, row.draft, row.source_id) for row in found if isinstance(row, ManifestRow)] == [
        ("a.wav", "eins zwei", "7"),
        ("sub/b c.wav", "ganz", "7"),
        ("c.wav", "guess", "7"),
    ]


def a_text(field: str, text: str, **value: Any) -> dict[str, Any]:
    return {"type": "textarea", "from_name": field, "value": {"text": [text], **value}}


def label_studio(folder: Path, mapping: str, *tasks: dict[str, Any], **audio: bytes) -> Source:
    files: dict[str, str | bytes] = {name.replace("__", "/") + ".wav": data for name, data in audio.items()}
    export = write(folder, files | {"export.json": json.dumps(tasks)}) / "export.json"
    return mapped(export, mapping)


def test_a_note_or_a_label_in_label_studio_is_no_transcription(tmp_path: Path) -> None:
    label = {"type": "labels", "from_name": "ner", "value": {"start": 0, "end": 5, "text": "Hallo"}}
    noted = a_task("a.wav", {"result": [a_text("transcription", "ja"), a_text("comment", "bad mic"), label]})
    doubtful = a_task("b.wav", {"result": [a_text("q1", "ja", start=0, end=1), a_text("q2", "yes")]})
    ids_only = {"id": 3, "data": {"audio": "c.wav"}, "annotations": [17]}
    source = label_studio(tmp_path, REST, noted, doubtful, ids_only)
    assert problems(source) == ["", "SOURCE_SEVERAL_TEXTS", "LABEL_STUDIO_TASK"]
    row = source.lines[0].read
    assert isinstance(row, ManifestRow)
    assert (row.draft, row.words) == ("ja", ())
    chosen = label_studio(tmp_path, REST + '[fields]\ndraft = "q1"\n', doubtful)
    assert [row.draft for row in rows(chosen)] == ["ja"]


def test_times_of_label_studio_that_are_text_order_what_is_said(tmp_path: Path) -> None:
    said = [a_text("q", "zwei", start="1.5", end="2"), a_text("q", "eins", start="0", end="1")]
    (row,) = rows(label_studio(tmp_path, REST, a_task("a.wav", {"result": said})))
    assert (row.draft, row.words[1]) == ("eins zwei", WordTiming("zwei", 1.5, 2.0))


def test_tasks_of_label_studio_find_their_own_file_or_none(tmp_path: Path) -> None:
    tasks = [
        a_task(url, {"result": [a_text("transcription", url)]})
        for url in ("s3://b/x/a.wav", "s3://b/y/a.wav", "/data/upload/0a1b2c3d-c.wav", "https://host/c.wav")
    ]
    source = label_studio(tmp_path, REST, *tasks, a=b"0", x__a=b"1", y__a=b"2", c=b"3")
    assert problems(source) == ["", "", "LABEL_STUDIO_SAME_FILE", "LABEL_STUDIO_SAME_FILE"]
    assert [line.audio for line in source.lines] == ["x/a.wav", "y/a.wav", "c.wav", "c.wav"]


def test_a_minimal_export_of_label_studio_is_refused(tmp_path: Path) -> None:
    row = {"audio": "/data/a.wav", "id": 1, "annotator": 1, "annotation_id": 2, "lead_time": 3.0}
    folder = write(tmp_path, {"min.json": json.dumps([row | {"url": row.pop("audio")}])})
    with pytest.raises(Refused, match="LABEL_STUDIO_MINIMAL"):
        mapped(folder / "min.json", REST)
    (folder / "min.csv").write_text("annotation_id,annotator,audio,lead_time\n1,1,a.wav,3\n")
    with pytest.raises(Refused, match="LABEL_STUDIO_MINIMAL"):
        mapped(folder / "min.csv", REST)


LONG = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 4.59
tiers? <exists> ! a comment with "quotes" and 7
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "spk1"
        xmin = 0
        xmax = 4.59
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 4.59
            text = "er sagte ""ja"""
    item[2]:
        class = "IntervalTier"
        name = "spk1 - words"
        xmin = 0
        xmax = 4.59
        intervals: size = 3
        intervals [1]:
            xmin = 0.5
            xmax = 1
            text = "er"
        intervals [2]:
            xmin = 1
            xmax = 2
            text = "sagte"
        intervals [3]:
            xmin = 2
            xmax = 4.59
            text = """ja"""
    item [3]:
        class = "TextTier"
        name = "spk1 - phones"
        xmin = 0
        xmax = 4.59
        points: size = 1
        points [1]:
            number = 1
            mark = "e"
'''
SHORT = """"ooTextFile"
"TextGrid"
0
4.59
<exists>
1
"IntervalTier"
"spk1"
0
4.59
1
0
4.59
"guten Tag"
"""


def test_each_textgrid_belongs_to_one_audio_file_of_its_name(tmp_path: Path) -> None:
    """In a folder of its own too, if no other has that name; in another letter case or form of its accents if
    none has this one."""
    grids = {name: short_grid(name) for name in ("a", "A", "b", "c", "d", "e")}
    places = {
        "x/a": "a",
        "x/A": "A",
        "grids/b": "b",
        "x/c": "c",
        "grids/c": "c",
        "grids/d": "d",
        "x/\u00e9": "e",
    }
    audio = dict.fromkeys(
        ("x/a.wav", "x/A.wav", "y/B.wav", "x/c.wav", "y/c.wav", "x/d.wav", "y/d.wav", "x/e\u0301.wav"), b"x"
    )
    folder = write(tmp_path, {**{f"{at}.TextGrid": grids[name] for at, name in places.items()}, **audio})
    found = {line.audio: line.read for line in mapped(folder, 'kind = "textgrid"\n' + REST).lines}
    texts = {name: row.draft for name, row in found.items() if isinstance(row, ManifestRow)}
    assert texts == {
        "x/a.wav": "a", "x/A.wav": "A", "y/B.wav": "b", "x/c.wav": "c", "y/c.wav": "c",
        "x/d.wav": "", "y/d.wav": "", "x/e\u0301.wav": "e",
    }  # fmt: skip
    assert [name for name, row in found.items() if isinstance(row, Decision)] == ["grids/d.TextGrid"]


def short_grid(*texts: str, name: str = "s1") -> str:
    spans = "".join(f'{number}\n{number + 1}\n"{text}"\n' for number, text in enumerate(texts))
    head = f'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n{len(texts)}\n<exists>\n1\n'
    return f'{head}"IntervalTier"\n"{name}"\n0\n{len(texts)}\n{len(texts)}\n{spans}'


def test_textgrids_beside_audio_give_texts_and_words(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "a.wav": b"x",
            "a.TextGrid": LONG,
            "b.wav": b"x",
            "b.textgrid": SHORT.encode("utf-16"),
            "c.wav": b"x",
            "d.wav": b"x",
            "d.TextGrid": SHORT.replace("1\n0\n", "2\n0\n"),
            "e.TextGrid": SHORT,
        },
    )
    source = mapped(folder, REST)
    assert problems(source) == ["", "", "", "TEXTGRID_UNREADABLE", "TEXTGRID_WITHOUT_AUDIO"]
    first, second, third = (line.read for line in source.lines[:3])
    assert isinstance(first, ManifestRow)
    assert isinstance(second, ManifestRow)
    assert isinstance(third, ManifestRow)
    assert first.draft == 'er sagte "ja"'
    assert [(word.word, word.start_seconds) for word in first.words] == [
        ("er", 0.5),
        ("sagte", 1),
        ('"ja"', 2),
    ]
    assert (second.draft, len(second.words), third.draft) == ("guten Tag", 2, "")


CHRONOLOGICAL = """"Praat chronological TextGrid text file"
0 2   ! Time domain.
2   ! Number of tiers.
"IntervalTier" "Ida" 0 2
"TextTier" "bell" 0 2

1 0 1
"guten"

2 0.5
"ding"

1 1 2
"Tag"
"""


def texts_of_grid(folder: Path, grid: str) -> str:
    source = mapped(write(folder, {"a.wav": b"x", "a.TextGrid": grid}), REST)
    return ",".join(
        [*problems(source), *(line.read.draft for line in source.lines if hasattr(line.read, "draft"))]
    )


def a_grid(*tiers: tuple[str, str, str]) -> str:
    heading = f'"ooTextFile"\n"TextGrid"\n0\n2\n<exists>\n{len(tiers)}\n'
    times = {"IntervalTier": "0\n2", "TextTier": "1"}
    return heading + "".join(
        f'"{kind}"\n"{name}"\n0\n2\n1\n{times[kind]}\n"{text}"\n' for kind, name, text in tiers
    )


@pytest.mark.parametrize(
    ("grid", "draft"),
    [
        (SHORT.replace('"ooTextFile"', '"ooTextFile short"'), "guten Tag"),
        (CHRONOLOGICAL, "guten Tag"),
        (SHORT + '2\n3\n"mehr"\n', "TEXTGRID_UNREADABLE"),
        (SHORT.replace("<exists>\n1\n", "<exists>\n0\n"), "TEXTGRID_UNREADABLE"),
        (a_grid(("IntervalTier", "Ida", "ja"), ("TextTier", "Tim", "H*")), "ja"),
        (a_grid(("TextTier", "Ida", "ja")), "ja"),
        (a_grid(("IntervalTier", "Ida", "ja"), ("IntervalTier", "translation", "yes")), "ja"),
        (a_grid(("IntervalTier", "notes", "bad mic"), ("IntervalTier", "silences", "sounding")), ""),
        (a_grid(("IntervalTier", "Ida - utterances", "ja"), ("IntervalTier", "mood", "happy")), "ja"),
        (a_grid(("IntervalTier", "ORT-MAU", "ja"), ("IntervalTier", "MAU", "j")), "ja"),
    ],
)
def test_the_tiers_of_a_textgrid_that_say_what_is_said(tmp_path: Path, grid: str, draft: str) -> None:
    assert texts_of_grid(tmp_path, grid).strip(",") == draft


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('sch\\o""n gr\\u""\\ss \\O/re \\Ao', "schön grüß Øre Å"),
        (r"gar\c,on caf\e' ma\n~ana \c<e\s<tina", "garçon café mañana čeština"),
        (r"\z!a \l/a k\o:r a\bsb", r"ża ła kőr a\b"),
        (r"C:\temp \ic\sh \q' end\ ", r"C:\temp \ic\sh \q' end\ "),
    ],
)
def test_letters_that_praat_writes_by_codes_are_letters(tmp_path: Path, written: str, read: str) -> None:
    (tmp_path / "a.TextGrid").write_text(short_grid(written), encoding="utf-8")
    (tier,) = read_textgrid(tmp_path / "a.TextGrid")
    assert [one.text for one in tier.intervals] == [read]


@given(
    st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\\")),
        max_size=5,
    )
)
def test_any_text_of_a_short_textgrid_is_read(texts: list[str]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = ["ooTextFile", "TextGrid"]
    intervals = "\n".join(f"{n} {n + 1} {quoted(text)}" for n, text in enumerate(texts))
    body = f"0 9 <exists> 1 {quoted('IntervalTier')} {quoted('a 7 ! b')} 0 9 {len(texts)}\n{intervals}\n"
    path = Path("/dev/shm" if Path("/dev/shm").is_dir() else "/tmp") / f"reviewer-{id(texts)}.TextGrid"
    path.write_text("\n".join(map(quoted, lines)) + "\n" + body, encoding="utf-8")
    try:
        (tier,) = read_textgrid(path)
    finally:
        path.unlink()
    assert [one.text for one in tier.intervals] == texts


OWN = {
    "audio": "clips/s1-c1.flac", "id": "s1-c1", "speaker": "s1", "locale": "de-DE", "product": "translator",
    "text": "ja", "text_verbatim": "Ja [noise]", "schema_version": "1", "reference": "key-7",
}  # fmt: skip


@pytest.mark.parametrize("has_lines", [True, False])
def test_our_own_set_comes_back_with_texts_speakers_and_references(tmp_path: Path, has_lines: bool) -> None:
    words = [{"word": "ja", "start": 0.5, "end": 1.0, "speaker": "s1"}]
    table = ",".join(OWN) + "\n" + ",".join(OWN.values()).replace("Ja [noise]", "'=Ja") + "\n"
    files: dict[str, str | bytes] = {"passport.json": "{}", "utterances.csv": table}
    if has_lines:
        files["utterances.jsonl"] = jsonl(OWN | {"words": words, "segments": []})
    source = mapped(write(tmp_path, files), '[constants]\nrecorded_at = "2026-01-01T00:15:00Z"\n' + CONSENT)
    (row,) = rows(source)
    assert (source.kind, row.audio, row.reference) == (SourceKind.EXPORT, "clips/s1-c1.flac", "key-7")
    assert row.draft == ("Ja [noise]" if has_lines else "=Ja")
    assert row.words == ((WordTiming("ja", 0.5, 1.0),) if has_lines else ())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("nemo.json", jsonl({"audio_filepath": "a.wav", "duration": 1.0, "text": "x"})),
        ("metadata.csv", "file_name,text\na.wav,x\n"),
        ("test.tsv", "client_id\tpath\tsentence\nc\ta.mp3\tx\n"),
        ("tasks.json", json.dumps([a_task("a.wav")])),
        ("wav.scp", "r1 a.wav\n"),
    ],
)
def test_another_source_without_a_mapping_is_refused_once(tmp_path: Path, name: str, content: str) -> None:
    folder = write(tmp_path, {name: content})
    with pytest.raises(Refused, match="SOURCE_NEEDS_MAPPING"):
        read_source(folder if name == "wav.scp" else folder / name)


SEGMENTS = st.lists(
    st.builds(
        lambda start, seconds, text: TimedSegment(start, start + seconds, text),
        st.floats(0, 1e4),
        st.floats(0, 100),
        st.text(max_size=200),
    ),
    max_size=6,
)


@given(SEGMENTS)
def test_the_words_of_segments_are_those_of_the_draft_and_stay_in_their_times(
    segments: list[TimedSegment],
) -> None:
    words = words_of(segments)
    assert "".join(word["word"] for word in words) == "".join(draft_of(segments).split())
    assert all(1 <= len(word["word"]) <= 64 and word["start"] <= word["end"] + 1e-6 for word in words)
    if words:
        assert min(word["start"] for word in words) >= min(one.start for one in segments)
        assert max(word["end"] for word in words) <= max(one.end for one in segments) + 1e-6


NAMES = [
    "audio", "audio_filepath", "file_name", "path", "client_id", "data", "annotations", "predictions",
    "result", "value", "text", "start", "end", "offset", "duration", "words", "word", "speaker", "id",
    "updated_at",
    "schema_version", "text_verbatim", "ground_truth",
]  # fmt: skip
URLS = st.sampled_from(["a.wav", "/data/local-files/?d=%00", "http://[::1"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | URLS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, min_size=2, max_size=6)
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(st.lists(JSON, max_size=4), st.booleans())
def test_whatever_a_json_file_holds_it_is_read_or_refused(
    tmp_path: Path, values: list[Any], is_array: bool
) -> None:
    text = json.dumps(values) if is_array else "\n".join(map(json.dumps, values))
    file = write(tmp_path, {"a.json": text}) / "a.json"
    for mapping in (None, REST):
        with suppress(Refused):
            source = mapped(file, mapping) if mapping else read_source(file)
            assert all(isinstance(line.read, ManifestRow | Decision) for line in source.lines)


def a_set_of_two(folder: Path, name: str) -> list[Utterance]:
    """A labelled set with a talk of overlapping segments and words, in two splits."""
    segments = (
        UtteranceSegment(0, 8000, "ab02", "a b", "A b."), UtteranceSegment(4000, 12_000, "ab02", "c", "C!")
    )  # fmt: skip
    words = (
        UtteranceWord(0, 3000, "a", "ab02"), UtteranceWord(2500, 8000, "'b", "ab02"),
        UtteranceWord(4000, 12_000, "c", "ab02"),
    )  # fmt: skip
    texts = {"text": "a 'b c", "text_verbatim": "A 'b. C!"}
    talk = a_row(2, segments=segments, words=words, split="train", **texts)
    made = [a_row(1, split="test", text="=1", text_verbatim="=1"), talk]
    a_set(folder, name, made)
    (folder / "passport.json").write_text("{}", encoding="utf-8")
    return made


@pytest.mark.parametrize("name", ["csv", "csv-excel", "jsonl", "nemo"])
def test_a_set_of_our_own_comes_back_with_its_texts_and_the_times_of_its_words(
    tmp_path: Path, name: str
) -> None:
    made = a_set_of_two(tmp_path / "set", name)
    found = {row.source_id: row for row in rows(mapped(tmp_path / "set", CONSTANTS + CONSENT))}
    assert set(found) == {one.id for one in made}
    for one in made:
        row = found[one.id]
        assert row.draft == (one.text if name == "nemo" else one.text_verbatim)
        assert row.speaker == one.speaker
        times = [(word.text, word.start / one.rate_hz, word.end / one.rate_hz) for word in one.words]
        if name != "nemo":  # which has no words
            assert [(word.word, word.start_seconds, word.end_seconds) for word in row.words] == times


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        ("kaldi", ("", "kaldi/train")),
        ("audiofolder", ("", "audiofolder")),
        ("label-studio", ("", "label-studio/tasks.json")),
        ("textgrid", ("",)),
    ],
)
def test_a_set_without_a_table_comes_back_from_another_format(
    tmp_path: Path, name: str, inner: tuple[str, ...]
) -> None:
    made = a_set_of_two(tmp_path / "set", name)
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(CONSTANTS + CONSENT if name == "kaldi" else REST, encoding="utf-8")
    for place in inner:
        source = read_source(tmp_path / "set" / place, mapping)
        wanted = [one for one in made if not place.endswith("train") or one.split == "train"]
        texts = [one.text_verbatim.replace("'", "") for one in wanted]
        found = sorted(rows(source), key=lambda row: Path(row.audio).name)
        assert [Path(row.audio).stem for row in found] == [one.id for one in wanted]
        assert all((source.folder / row.audio).is_file() for row in found)
        said = [row.draft.replace("'", "") for row in found]
        assert said == (["=1", "a b c"][-len(wanted) :] if name == "kaldi" else texts)


def test_only_a_command_that_decodes_one_file_is_read_as_that_file(tmp_path: Path) -> None:
    commands = [
        "flac -c -d -s a.flac |",
        "ffmpeg -nostdin -v error -i b.opus -ar 16000 -f wav - |",
        "flac -c -d -s a.flac; rm b.opus |",
        "flac -c -d -s $(id) b.flac |",
        "| flac -c -d -s a.flac",
        "flac -c -d a.flac |",
    ]
    lines = "".join(f"r{number} {command}\n" for number, command in enumerate(commands))
    source = mapped(write(tmp_path, {"a.flac": b"x", "b.opus": b"x", "wav.scp": lines}), REST)
    assert [getattr(line.read, "audio", "") for line in source.lines] == ["a.flac", "b.opus", "", "", "", ""]
    assert problems(source)[2:] == ["KALDI_COMMAND"] * 4


def test_an_encrypted_set_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="SOURCE_ENCRYPTED"):
        mapped(write(tmp_path, {"set.tar.age": b"x"}), REST)


def test_a_damaged_table_of_words_refuses_the_set(tmp_path: Path) -> None:
    a_set_of_two(tmp_path / "set", "csv")
    with (tmp_path / "set" / "words.csv").open("a", encoding="utf-8") as file:
        file.write("x,0,now,0,1,ab02,c\n")
    with pytest.raises(Refused, match="TABLE_LINES_REFUSED"):
        mapped(tmp_path / "set", CONSTANTS + CONSENT)


def test_overlapping_words_of_a_textgrid_of_our_own_are_no_text(tmp_path: Path) -> None:
    a_set_of_two(tmp_path / "set", "textgrid")
    (row, _) = sorted(
        rows(mapped(tmp_path / "set", 'kind = "textgrid"\n' + REST)), key=lambda one: one.audio, reverse=True
    )
    assert row.draft == "A b. C!"
    assert [word.word for word in row.words] == ["a", "'b", "c"]
