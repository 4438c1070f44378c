"""Kaldi data directories, one for each split, by the rules of ``utils/validate_data_dir.sh``.

Every file is sorted as ``LC_ALL=C`` sorts, and a speaker's id begins the ids of its utterances. Without
segments ``wav.scp`` is keyed by utterance; otherwise ``segments`` cuts the recordings (Kaldi, data
preparation).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import Utterance, is_whole, segment_id, segments_of, write_lines
from reviewer.formats.row_problems import row_problem
from reviewer.formats.times import seconds
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
FOLDER = "kaldi"
UNSPLIT = "all"
_RESERVED = re.compile(r"(?<!\w)(?:<s>|</s>|#0)(?!\w)", re.ASCII)  # as grep -w finds them
_FLAC_COMMAND = "flac -c -d -s {path} |"
_KEYED_BY_UTTERANCE = ("text", "utt2spk", "utt2lang", "utt2dur")


def problem(utterance: Utterance) -> str:
    """A text without words, or one with a word that Kaldi keeps for itself."""
    if not utterance.text:
        return "no_words"
    if any(
        _RESERVED.search(text) for text in (utterance.text, *(one.text for one in segments_of(utterance)))
    ):
        return "kaldi_reserved_word"
    if not any(one.text for one in segments_of(utterance)):
        return "no_words"
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``kaldi/<split>/``; paths in ``wav.scp`` are relative to the set. May raise OSError."""
    for split in sorted({one.split for one in utterances}):
        place = folder / FOLDER / (split or UNSPLIT)
        place.mkdir(parents=True)
        _write_split(place, [one for one in utterances if one.split == split])


def validate(folder: Path) -> list[Notice]:
    """Reads every data directory back by Kaldi's rules and returns every problem found."""
    validator = SetValidator(folder)
    places = sorted((folder / FOLDER).glob("*/"))
    if not places:
        validator.add_problem("SET_FILE_MISSING", file=FOLDER)
    for place in places:
        _check_split(place.name, validator)
    return validator.problems


def _write_split(place: Path, utterances: Sequence[Utterance]) -> None:
    has_segments = any(not is_whole(one) for one in utterances)
    rows = sorted(_rows(utterances))
    _write(place, "wav.scp", ((one.id, _reads(one.path)) for one in utterances))
    _write(place, "reco2dur", ((one.id, seconds(one.frames, one.rate_hz)) for one in utterances))
    if has_segments:
        _write(place, "segments", ((row[0], row[5], row[3], row[4]) for row in rows))
    _write(place, "text", ((row[0], row[2]) for row in rows))
    _write(place, "utt2spk", ((row[0], row[1]) for row in rows))
    _write(place, "utt2lang", ((row[0], row[6]) for row in rows))
    _write(place, "utt2dur", ((row[0], row[7]) for row in rows))
    by_speaker = groupby(rows, key=lambda row: row[1])
    _write(place, "spk2utt", ((speaker, *(row[0] for row in own)) for speaker, own in by_speaker))


def _rows(utterances: Sequence[Utterance]) -> Iterator[tuple[str, ...]]:
    """Utterance, speaker, text, start, end, recording, language and duration of each segment with words."""
    for utterance in utterances:
        rate_hz = utterance.rate_hz
        for number, segment in enumerate(segments_of(utterance)):
            if segment.text:
                yield (
                    segment_id(utterance, number),
                    segment.speaker,
                    segment.text,
                    seconds(segment.start, rate_hz),
                    seconds(segment.end, rate_hz),
                    utterance.id,
                    utterance.locale,
                    seconds(segment.end - segment.start, rate_hz),
                )


def _reads(path: str) -> str:
    """What Kaldi reads: a WAV by its path, anything else through a command."""
    return path if path.endswith(".wav") else _FLAC_COMMAND.format(path=path)


def _write(place: Path, name: str, rows: Iterator[tuple[str, ...]]) -> None:
    write_lines(place / name, (" ".join(row) for row in rows))


def _check_split(split: str, validator: SetValidator) -> None:
    tables = {
        name: _read(f"{FOLDER}/{split}/{name}", validator) for name in (*_KEYED_BY_UTTERANCE, "wav.scp")
    }
    speakers = {utterance: rest for utterance, rest in tables["utt2spk"].items() if " " not in rest}
    place = f"{FOLDER}/{split}"
    keys = list(tables["utt2spk"])
    if any(list(tables[name]) != keys for name in _KEYED_BY_UTTERANCE) or len(speakers) != len(keys):
        validator.add_problem("KALDI_KEYS_DIFFER", file=place)
    if [*speakers.items()] != sorted(speakers.items(), key=lambda item: (item[1], item[0])):
        validator.add_problem("KALDI_SPEAKER_ORDER", file=place)
    inverse = {
        utterance: speaker
        for speaker, rest in _read(f"{place}/spk2utt", validator).items()
        for utterance in rest.split(" ")
    }
    if inverse != speakers:
        validator.add_problem("KALDI_SPEAKERS_DIFFER", file=place)
    if any(not text or _RESERVED.search(text) for text in tables["text"].values()):
        validator.add_problem("KALDI_RESERVED_WORD", file=place)
    for where, text in tables["text"].items():
        validator.check_text(where, "text", text)
    _check_recordings(place, keys, tables["wav.scp"], validator)


def _check_recordings(
    place: str, keys: list[str], recordings: dict[str, str], validator: SetValidator
) -> None:
    durations = _read(f"{place}/reco2dur", validator)
    wanted = keys
    if (validator.folder / place / "segments").exists():
        segments = {name: rest.split(" ") for name, rest in _read(f"{place}/segments", validator).items()}
        if list(segments) != keys or any(len(fields) != 3 for fields in segments.values()):
            validator.add_problem("KALDI_KEYS_DIFFER", file=place)
            return
        wanted = sorted({fields[0] for fields in segments.values()})
        for recording, start, end in segments.values():
            if not 0 <= float(start) < float(end) <= float(durations.get(recording, "0")):
                validator.add_problem("SET_TIMES", where=place)
    if list(recordings) != wanted or list(durations) != wanted:
        validator.add_problem("KALDI_KEYS_DIFFER", file=place)
        return
    for recording, reads in recordings.items():
        path = next((part for part in reads.split(" ") if part.startswith("clips/")), "")
        validator.check_clip(f"{place}/wav.scp", path, float(durations[recording]))


def _read(name: str, validator: SetValidator) -> dict[str, str]:
    rows: dict[str, str] = {}
    last = ""
    for where, line in validator.lines(name):
        key, _, rest = line.partition(" ")
        if key <= last:
            validator.add_problem("SET_NOT_SORTED", where=where)
        last = key
        rows[key] = rest
    return rows
