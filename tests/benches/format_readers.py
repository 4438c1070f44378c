"""Readers of labelled sets that share nothing with ours.

Each uses its owner's library or, where that is heavy or not for Python, follows its owner's rules
(``validate_data_dir.sh``, SCTK's ``infmts.htm``, the recipes of each corpus).

A reader returns what a set says of each row: its parts with times in seconds, speaker and text.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import soundfile

Read = dict[str, "Reading"]


@dataclass(frozen=True)
class Part:
    start: float
    end: float
    speaker: str
    text: str


@dataclass(frozen=True)
class Reading:
    """What a reader finds of a row; ``audio`` is the path of its file, if the format names one."""

    parts: tuple[Part, ...]
    audio: Path | None = None
    words: tuple[Part, ...] = ()


def text_lines(path: Path) -> list[str]:
    """The lines of a text file as a POSIX tool sees them."""
    data = path.read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.endswith(b"\n") or not data
    return data.decode().split("\n")[:-1]


def read_nemo(folder: Path) -> Read:
    """NeMo: ``audio_filepath`` relative to the manifest, ``duration`` in seconds."""
    rows: Read = {}
    for manifest in sorted(folder.glob("manifest*.jsonl")):
        if "segments" in manifest.name:
            continue
        for line in text_lines(manifest):
            row = json.loads(line)
            audio = manifest.parent / row["audio_filepath"]
            assert "offset" not in row
            rows[row["id"]] = Reading((Part(0.0, row["duration"], row["speaker"], row["text"]),), audio)
    return rows


def read_nemo_segments(folder: Path) -> Read:
    parts: dict[str, list[Part]] = {}
    for manifest in sorted(folder.glob("manifest_segments*.jsonl")):
        for line in text_lines(manifest):
            row = json.loads(line)
            end = row["offset"] + row["duration"]
            parts.setdefault(Path(row["audio_filepath"]).stem, []).append(
                Part(row["offset"], end, row["speaker"], row["text"])
            )
    return {name: Reading(tuple(own)) for name, own in parts.items()}


def _plain(cell: str) -> str:
    return cell.removeprefix("'")


def _csv(folder: Path, suffix: str, **how: Any) -> Read:
    def table(name: str) -> list[dict[str, str]]:
        path = folder / f"{name}{suffix}.csv"
        if not path.exists():
            return []
        text = path.read_bytes().decode(how["encoding"])
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=how["delimiter"], strict=True)
        return [{key: _plain(cell) for key, cell in row.items()} for row in rows]

    segments, words = table("segments"), table("words")
    rows: Read = {}
    for row in table("utterances"):
        own = [one for one in segments if one["id"] == row["id"]]
        whole = {"start": "0", "end": row["duration"], **row}
        spoken = [one for one in words if one["id"] == row["id"]]
        rows[row["id"]] = Reading(
            tuple(_part(one, one["text"] + "|" + one["text_verbatim"]) for one in own or [whole]),
            folder / row["audio"],
            tuple(_part(one, one["word"]) for one in spoken),
        )
    return rows


def _part(row: Mapping[str, Any], text: str) -> Part:
    return Part(float(row["start"]), float(row["end"]), row["speaker"], text)


def read_csv(folder: Path) -> Read:
    return _csv(folder, "", encoding="utf-8", delimiter=",")


def read_csv_excel(folder: Path) -> Read:
    """As Excel opens "Unicode text": UTF-16 by its mark, tabs between cells."""
    return _csv(folder, "-excel", encoding="utf-16", delimiter="\t")


def _json_reading(row: Mapping[str, Any], audio: Path | None) -> Reading:
    return Reading(
        tuple(_part(one, one["text"] + "|" + one["text_verbatim"]) for one in row["segments"]),
        audio,
        tuple(_part(one, one["word"]) for one in row["words"]),
    )


def read_jsonl(folder: Path) -> Read:
    rows = [json.loads(line) for line in text_lines(folder / "utterances.jsonl")]
    return {row["id"]: _json_reading(row, folder / row["audio"]) for row in rows}


def read_audiofolder(folder: Path) -> Read:
    rows: Read = {}
    for metadata in sorted((folder / "audiofolder").glob("*/metadata.jsonl")):
        for line in text_lines(metadata):
            row = json.loads(line)
            row["words"] = json.loads(row["words"])
            rows[row["id"]] = _json_reading(row, metadata.parent / row["file_name"])
    return rows


def read_kaldi(folder: Path) -> Read:
    """By the rules of ``utils/validate_data_dir.sh`` and ``validate_text.pl``."""
    rows: Read = {}
    for place in sorted((folder / "kaldi").iterdir()):
        for recording, reading in _kaldi_directory(folder, place).items():
            assert recording not in rows
            rows[recording] = reading
    return rows


def _kaldi_table(path: Path) -> dict[str, list[str]]:
    """``check_sorted_and_uniq``: sorted and unique on the first field under ``LC_ALL=C``."""
    lines = [line.split() for line in text_lines(path)]
    keys = [fields[0].encode() for fields in lines]
    assert keys == sorted(set(keys)), path.name
    return {fields[0]: fields[1:] for fields in lines}


def _kaldi_directory(folder: Path, place: Path) -> Read:
    utt2spk, spk2utt = _kaldi_table(place / "utt2spk"), _kaldi_table(place / "spk2utt")
    assert utt2spk
    assert all(len(fields) == 1 for fields in utt2spk.values())
    by_line = [f" {speaker} {utterance}".encode() for utterance, (speaker,) in utt2spk.items()]
    assert [line.split() for line in sorted(by_line)] == [line.split() for line in by_line]  # sort -k2
    inverse = {utterance: speaker for speaker, own in spk2utt.items() for utterance in own}
    assert inverse == {utterance: speaker for utterance, (speaker,) in utt2spk.items()}
    text = {key: " ".join(fields) for key, fields in _kaldi_table(place / "text").items()}
    assert list(text) == list(utt2spk)
    for line in text_lines(place / "text"):
        assert not re.search(r"\s", re.sub("[\t ]", ".", line)), "validate_text.pl"
        for symbol in ("<s>", "</s>", "#0"):  # grep -w under LC_ALL=C
            assert not re.search(
                rb"(?<![A-Za-z0-9_])" + symbol.encode() + rb"(?![A-Za-z0-9_])", line.encode()
            )
    wav = _kaldi_table(place / "wav.scp")
    assert not any(fields[0].startswith("~") for fields in wav.values())
    duration = {key: float(value) for key, (value,) in _kaldi_table(place / "reco2dur").items()}
    segments = {key: [key, "0", str(duration.get(key, 0))] for key in utt2spk}
    if (place / "segments").exists():
        segments = _kaldi_table(place / "segments")
        assert all(len(fields) == 3 and float(fields[2]) > float(fields[1]) for fields in segments.values())
    assert list(segments) == list(utt2spk)
    assert sorted({fields[0] for fields in segments.values()}) == list(wav) == list(duration)
    for name in ("utt2lang", "utt2dur"):
        assert list(_kaldi_table(place / name)) == list(utt2spk)
    parts: dict[str, list[Part]] = {}
    for utterance, (recording, start, end) in segments.items():
        part = Part(float(start), float(end), utt2spk[utterance][0], text[utterance])
        parts.setdefault(recording, []).append(part)
    return {
        recording: Reading(tuple(own), folder / next(f for f in wav[recording] if f.startswith("clips/")))
        for recording, own in parts.items()
    }


def read_lhotse(folder: Path) -> Read:
    """By the fields of ``Recording`` and ``SupervisionSegment``, with what ``validate`` of Lhotse asserts."""
    rows: Read = {}
    for manifest in sorted((folder / "lhotse").glob("recordings*.jsonl.gz")):
        recordings, parts, words = {}, {}, {}
        for row in map(json.loads, gzip.decompress(manifest.read_bytes()).decode().splitlines()):
            assert set(row) == {"id", "sources", "sampling_rate", "num_samples", "duration", "channel_ids"}
            assert round(row["num_samples"] / row["sampling_rate"], 8) == row["duration"]
            assert sorted(c for one in row["sources"] for c in one["channels"]) == row["channel_ids"]
            recordings[row["id"]] = row
        other = manifest.with_name(manifest.name.replace("recordings", "supervisions"))
        for row in map(json.loads, gzip.decompress(other.read_bytes()).decode().splitlines()):
            whole = recordings[row["recording_id"]]
            assert row["start"] >= 0
            assert row["duration"] > 0
            assert row["start"] + row["duration"] <= whole["duration"] + 1e-3
            text = row["text"] + "|" + row["custom"]["text_verbatim"]
            part = Part(row["start"], row["start"] + row["duration"], row["speaker"], text)
            parts.setdefault(row["recording_id"], []).append(part)
            for symbol, start, duration in row.get("alignment", {}).get("word", ()):
                words.setdefault(row["recording_id"], []).append(Part(start, start + duration, "", symbol))
        for name, row in recordings.items():
            audio = folder / row["sources"][0]["source"]
            rows[name] = Reading(tuple(parts[name]), audio, tuple(words.get(name, ())))
    return rows


def read_common_voice(folder: Path) -> Read:
    """As ``datasets`` and CorporaCreator read it: tabs, no quoting, columns by name."""
    rows: Read = {}
    for place in sorted((folder / "common-voice").iterdir()):
        durations = {row["clip"]: row["duration[ms]"] for row in _tsv(place / "clip_durations.tsv")}
        spontaneous = {row["audio_file"]: row for row in _tsv(place / f"ss-corpus-{place.name}.tsv")}
        for row in _tsv(place / "validated.tsv"):
            seconds = int(durations[row["path"]]) / 1000
            assert spontaneous[row["path"]]["transcription"] == row["sentence"]
            part = Part(0.0, seconds, row["client_id"], row["sentence"])
            rows[row["sentence_id"]] = Reading((part,), place / "clips" / row["path"])
    return rows


def _tsv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def read_librispeech(folder: Path) -> Read:
    """As torchaudio's ``LIBRISPEECH`` walks it: three whole numbers, and the line with the file's name."""
    root = folder / "librispeech"
    ids = dict(line.split("\t") for line in text_lines(root / "utterances.tsv"))
    names = dict(_speaker(line) for line in text_lines(root / "SPEAKERS.TXT") if not line.startswith(";"))
    rows: Read = {}
    for audio in sorted(root.glob("*/*/*/*.flac")):
        speaker, chapter, _ = map(int, audio.stem.split("-"))
        assert (audio.parent.parent.name, audio.parent.name) == (str(speaker), str(chapter))
        lines = text_lines(audio.parent / f"{speaker}-{chapter}.trans.txt")
        (text,) = (rest for name, rest in (line.split(" ", 1) for line in lines) if name == audio.stem)
        seconds = soundfile.info(audio).duration
        rows[ids[audio.stem]] = Reading((Part(0.0, seconds, names[str(speaker)], text),), audio)
    return rows


def _speaker(line: str) -> tuple[str, str]:
    fields = [field.strip() for field in line.split("|")]
    return fields[0], fields[4]


def read_azure(folder: Path) -> Read:
    rows: Read = {}
    for transcript in sorted((folder / "azure").glob("*/*/trans.txt")):
        is_plain = transcript.parent.parent.name.split("-")[0] in ("en", "zh")
        data = transcript.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf") is not is_plain
        for line in data.decode("utf-8-sig").split("\n")[:-1]:
            name, text = line.split("\t")
            sound = soundfile.info(transcript.parent / name)
            assert (sound.format, sound.subtype, sound.channels) == ("WAV", "PCM_16", 1)
            assert sound.samplerate in (8000, 16_000)
            assert sound.duration <= 40
            part = Part(0.0, sound.duration, "", text)
            rows[name.removesuffix(".wav")] = Reading((part,), transcript.parent / name)
    return rows


def _side_files(folder: Path, place: str, suffix: str, read: Callable[[Path], Reading]) -> Read:
    return {
        path.name.removesuffix(suffix): read(path) for path in sorted((folder / place).glob(f"*{suffix}"))
    }


def read_textgrid(folder: Path) -> Read:
    from praatio import textgrid

    def read(path: Path) -> Reading:
        grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=True, reportingMode="error")
        parts: list[Part] = []
        words: list[Part] = []
        for name in grid.tierNames:
            tier, at = grid.getTier(name), 0.0
            for start, end, text in tier.entries:
                assert start == at, "tiers are tiled"
                at = end
                if text:
                    place = words if " words" in name else parts
                    place.append(Part(float(start), float(end), name.split(" ")[0], text))
            assert at == grid.maxTimestamp
        return Reading(tuple(parts), None, tuple(words))

    return _side_files(folder, "textgrid", ".TextGrid", read)


def read_eaf(folder: Path) -> Read:
    from pympi import Elan

    def read(path: Path) -> Reading:
        document = Elan.Eaf(str(path))
        parts: list[Part] = []
        words: list[Part] = []
        for name in document.get_tier_names():
            speaker = document.get_parameters_for_tier(name)["PARTICIPANT"]
            kind = document.get_parameters_for_tier(name)["LINGUISTIC_TYPE_REF"]
            assert kind in document.get_linguistic_type_names()
            at = 0
            for start, end, text in sorted(document.get_annotation_data_for_tier(name)):
                assert at <= start < end, "annotations of a tier do not overlap"
                at = end
                place = words if kind == "word" else parts
                if text:
                    place.append(Part(start / 1000, end / 1000, speaker, text))
        (media,) = document.media_descriptors
        audio = path.parent / media["RELATIVE_MEDIA_URL"]
        return Reading(tuple(parts), audio, tuple(words))

    return _side_files(folder, "eaf", ".eaf", read)


_STM = re.compile(
    r"(\S+) ([AB]) ([^\s<]+) (\d+\.\d+) (\d+\.\d+)(?: <[^>]*>)?((?: (?:[^\s(){}/@<>]+|\(%[^\s(){}/@<>]+\)))*)"
)
_CTM = re.compile(r"(\S+) ([AB]) (\d+\.\d+) (\d+\.\d+) ([^\s(){}/@<>]+)")
_RTTM = re.compile(r"SPEAKER (\S+) ([AB]) (\d+\.\d+) (\d+\.\d+) <NA> <NA> (\S+) <NA> <NA>")


def _nist(folder: Path, kind: str, line: re.Pattern[str]) -> Iterator[tuple[str, ...]]:
    """The fields of each line of a grammar; lines are sorted by file, channel and begin."""
    for path in sorted((folder / kind).glob(f"*.{kind}")):
        before: tuple[str, str, float] = ("", "", 0.0)
        for text in text_lines(path):
            match = line.fullmatch(text)
            assert match, path.name
            name, channel = match[1], match[2]
            begin = float(match[4 if kind == "stm" else 3])
            assert (name, channel, begin) >= before
            before = (name, channel, begin)
            yield match.groups()


def _gathered(parts: Iterator[tuple[str, Part]], *, are_words: bool = False) -> Read:
    rows: dict[str, list[Part]] = {}
    for name, part in parts:
        rows.setdefault(name, []).append(part)
    return {
        name: Reading((), None, tuple(own)) if are_words else Reading(tuple(own))
        for name, own in rows.items()
    }


def read_stm(folder: Path) -> Read:
    fields = _nist(folder, "stm", _STM)
    return _gathered((f[0], Part(float(f[3]), float(f[4]), f[2], f[5][1:])) for f in fields)


def read_ctm(folder: Path) -> Read:
    fields = _nist(folder, "ctm", _CTM)
    words = ((f[0], Part(float(f[2]), float(f[2]) + float(f[3]), "", f[4])) for f in fields)
    return _gathered(words, are_words=True)


def read_rttm(folder: Path) -> Read:
    fields = _nist(folder, "rttm", _RTTM)
    return _gathered((f[0], Part(float(f[2]), float(f[2]) + float(f[3]), f[4], "")) for f in fields)


def read_webvtt(folder: Path) -> Read:
    import webvtt

    def read(path: Path) -> Reading:
        cues = webvtt.read(str(path)).captions
        return Reading(
            tuple(Part(_clock(c.start), _clock(c.end), c.voice or "", _unescaped(c.text)) for c in cues)
        )

    return _side_files(folder, "webvtt", ".vtt", read)


def _clock(time: str) -> float:
    hours, minutes, seconds = time.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _unescaped(text: str) -> str:
    """The references of cue text (W3C WebVTT, 4.2.2): the three that a text needs."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def read_srt(folder: Path) -> Read:
    import srt

    def read(path: Path) -> Reading:
        parts = []
        for block in srt.parse(path.read_text(encoding="utf-8"), ignore_errors=False):
            speaker, _, text = block.content.partition(": ")
            parts.append(Part(block.start.total_seconds(), block.end.total_seconds(), speaker, text))
        return Reading(tuple(parts))

    return _side_files(folder, "srt", ".srt", read)


def read_audacity(folder: Path) -> Read:
    def read(path: Path) -> Reading:
        parts = []
        for line in text_lines(path):
            start, end, label = line.split("\t")
            speaker, _, text = label.partition(": ")
            parts.append(Part(float(start), float(end), speaker, text))
        return Reading(tuple(parts))

    return _side_files(folder, "audacity", ".txt", read)


def read_label_studio(folder: Path) -> Read:
    """As an import does: every result's ``from_name``, ``to_name`` and label are in the configuration."""
    from xml.etree import ElementTree as ET

    root = ET.fromstring((folder / "label-studio" / "config.xml").read_text(encoding="utf-8"))
    controls = {one.attrib["name"]: one.attrib["toName"] for one in root.iter() if "toName" in one.attrib}
    labels = {one.attrib["value"] for one in root.iter("Label")}
    rows: Read = {}
    for task in json.loads((folder / "label-studio" / "tasks.json").read_text(encoding="utf-8")):
        regions: dict[str, dict[str, Any]] = {}
        for result in task["annotations"][0]["result"]:
            assert controls[result["from_name"]] == result["to_name"] == "audio"
            regions.setdefault(result["id"], {})[result["type"]] = result["value"]
        parts = []
        for region in regions.values():
            (speaker,), (text,) = region["labels"]["labels"], region["textarea"]["text"]
            assert speaker in labels
            parts.append(Part(region["labels"]["start"], region["labels"]["end"], speaker, text))
        audio = folder / task["data"]["audio"].removeprefix("/data/local-files/?d=")
        rows[task["data"]["utterance"]] = Reading(tuple(parts), audio)
    return rows


def read_webdataset_by_tar(folder: Path) -> Read:
    """By the documentation: neighbouring members of one base name, the key up to the first dot."""
    import tarfile

    rows: Read = {}
    for shard in sorted((folder / "webdataset").glob("*.tar")):
        samples: dict[str, dict[str, bytes]] = {}
        with tarfile.open(shard) as tar:
            for member in tar:
                key, _, field = member.name.partition(".")
                assert key not in list(samples)[:-1], "members of a sample are neighbours"
                file = tar.extractfile(member)
                assert file is not None
                assert (member.mtime, member.uid, member.gid, member.uname) == (0, 0, 0, "")
                samples.setdefault(key, {})[field] = file.read()
        for key, sample in samples.items():
            row = json.loads(sample["json"])
            assert row["text"].encode() == sample["txt"]
            sound = soundfile.info(io.BytesIO(sample["flac"]))
            assert sound.frames == row["frames"]
            rows[key] = _json_reading(row, None)
    return rows


READERS: Mapping[str, Callable[[Path], Read]] = {
    "nemo": read_nemo,
    "csv": read_csv,
    "csv-excel": read_csv_excel,
    "jsonl": read_jsonl,
    "kaldi": read_kaldi,
    "audiofolder": read_audiofolder,
    "lhotse": read_lhotse,
    "common-voice": read_common_voice,
    "webdataset": read_webdataset_by_tar,
    "librispeech": read_librispeech,
    "azure": read_azure,
    "textgrid": read_textgrid,
    "eaf": read_eaf,
    "stm": read_stm,
    "ctm": read_ctm,
    "rttm": read_rttm,
    "webvtt": read_webvtt,
    "srt": read_srt,
    "audacity": read_audacity,
    "label-studio": read_label_studio,
}
"""By the name of the format; Parquet needs its own library."""
