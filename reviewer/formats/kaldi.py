"""Kaldi data directories, one for each split, by the rules of ``utils/validate_data_dir.sh``.

Every file is sorted as ``LC_ALL=C`` sorts, and a speaker's id begins the ids of its utterances. Without
segments ``wav.scp`` is keyed by utterance; otherwise ``segments`` cuts the recordings (Kaldi, data
preparation). Its programs read WAV of 16 bits and no other (Kaldi, ``feat/wave-reader.cc``).
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from heapq import merge
from itertools import groupby, islice, zip_longest
from pathlib import Path
from tempfile import TemporaryFile

from reviewer.errors import Notice
from reviewer.formats.dataset import CLIPS, TextFiles, Utterance, is_whole, segment_id, segments_of
from reviewer.formats.row_problems import row_problem
from reviewer.formats.times import parse_number, seconds
from reviewer.formats.validation import SetValidator, sound_bits

VERSION = "1"
HAS_OWN_AUDIO = False
FOLDER = "kaldi"
UNSPLIT = "all"
_RESERVED = re.compile(r"(?<!\w)(?:<s>|</s>|#0)(?!\w)", re.ASCII)  # as grep -w finds them
_READS = {".flac": "flac -c -d -s {path} |", ".wav": "{path}"}
_CONVERTS = "ffmpeg -nostdin -v error -i {path} -ar {rate_hz} -f wav - |"
"""To 16 bits, whatever it reads."""
_COMMAND = re.compile(r"(?:flac -c -d -s (\S+)|ffmpeg -nostdin -v error -i (\S+) -ar \d+ -f wav -) \|")
_BITS = 16
_ROWS_IN_MEMORY = 2_000
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
    """Writes ``kaldi/<split>/``; paths in ``wav.scp`` are relative to the set.

    ``clips/`` is there: what Kaldi needs to read a file depends on its bits. May raise OSError.
    """
    for split in sorted({one.split for one in utterances}):
        place = folder / FOLDER / (split or UNSPLIT)
        place.mkdir(parents=True)
        has_segments = any(one.split == split and not is_whole(one) for one in utterances)
        with TextFiles(place) as files:
            for one in utterances:
                if one.split == split:
                    files.add_line("wav.scp", f"{one.id} {_reads(folder, one)}")
                    files.add_line("reco2dur", f"{one.id} {seconds(one.frames, one.rate_hz)}")
            _write_rows(files, _sorted(place, _rows(utterances, split)), has_segments=has_segments)


def validate(folder: Path) -> list[Notice]:
    """Reads every data directory back by Kaldi's rules and returns every problem found."""
    validator = SetValidator(folder)
    places = sorted((folder / FOLDER).glob("*/"))
    if not places:
        validator.add_problem("SET_FILE_MISSING", file=FOLDER)
    for place in places:
        _check_split(f"{FOLDER}/{place.name}", validator)
    return validator.problems


def _write_rows(files: TextFiles, rows: Iterator[list[str]], *, has_segments: bool) -> None:
    for speaker, own in groupby(rows, key=lambda row: row[1]):
        names = []
        for utterance, _, text, start, end, recording, locale, duration in own:
            names.append(utterance)
            if has_segments:
                files.add_line("segments", f"{utterance} {recording} {start} {end}")
            files.add_line("text", f"{utterance} {text}")
            files.add_line("utt2spk", f"{utterance} {speaker}")
            files.add_line("utt2lang", f"{utterance} {locale}")
            files.add_line("utt2dur", f"{utterance} {duration}")
        files.add_line("spk2utt", f"{speaker} {' '.join(names)}")


def _sorted(place: Path, rows: Iterator[tuple[str, ...]]) -> Iterator[list[str]]:
    """The rows in the order of their first fields, sorted in files without a name beside their target."""
    with ExitStack() as files:
        parts = []
        while part := sorted(islice(rows, _ROWS_IN_MEMORY)):
            file = files.enter_context(TemporaryFile("w+", encoding="utf-8", newline="\n", dir=place))
            file.writelines("\t".join(row) + "\n" for row in part)
            file.seek(0)
            parts.append(file)
        for line in merge(*parts):
            yield line.removesuffix("\n").split("\t")


def _rows(utterances: Sequence[Utterance], split: str) -> Iterator[tuple[str, ...]]:
    """Utterance, speaker, text, start, end, recording, language and duration of each segment with words."""
    for utterance in utterances:
        if utterance.split != split:
            continue
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


def _reads(folder: Path, utterance: Utterance) -> str:
    """What Kaldi reads: a WAV by its path, anything else, and all that has not 16 bits, through a command."""
    path = utterance.path
    reads = _READS.get(Path(path).suffix) if sound_bits(folder / path) == _BITS else None
    return (reads or _CONVERTS).format(path=path, rate_hz=utterance.rate_hz)


def decoded_file(reads: str) -> str:
    """The one file that a command of ``wav.scp`` decodes, if it is a command as ours; empty for any other."""
    match = _COMMAND.fullmatch(reads)
    return (match[1] or match[2]) if match else ""


def _check_split(place: str, validator: SetValidator) -> None:
    tables = [_read(f"{place}/{name}", validator) for name in _KEYED_BY_UTTERANCE]
    has_segments = (validator.folder / place / "segments").exists()
    tables.append(_read(f"{place}/{'segments' if has_segments else 'utt2spk'}", validator))
    spoken = _read(f"{place}/spk2utt", validator)
    spans: dict[str, float] = {}
    speaker = ""
    names: Iterator[str] = iter(())
    for rows in zip_longest(*tables, fillvalue=("", "")):
        (key, text), (_, own), _, _, (_, rest) = rows
        if {name for name, _ in rows} != {key} or " " in own:
            validator.add_problem("KALDI_KEYS_DIFFER", file=place)
            return
        if own != speaker:
            if own < speaker:
                validator.add_problem("KALDI_SPEAKER_ORDER", file=place)
            left = next(names, "")
            speaker, listed = next(spoken, ("", ""))
            names = iter(listed.split(" "))
            if left or speaker != own:
                validator.add_problem("KALDI_SPEAKERS_DIFFER", file=place)
                return
        if next(names, "") != key:
            validator.add_problem("KALDI_SPEAKERS_DIFFER", file=place)
            return
        if not text or _RESERVED.search(text):
            validator.add_problem("KALDI_RESERVED_WORD", file=place)
        validator.check_text(f"{place}/text", "text", text)
        _note_span(place, f"{key} 0 0" if not has_segments else rest, spans, validator)
    if next(names, "") or next(spoken, ("", ""))[0]:
        validator.add_problem("KALDI_SPEAKERS_DIFFER", file=place)
    _check_recordings(place, spans, validator)


def _note_span(place: str, rest: str, spans: dict[str, float], validator: SetValidator) -> None:
    """Notes the latest end of a segment of each recording; an utterance without segments ends at 0."""
    try:
        recording, start, end = rest.split(" ")
        if not 0 <= float(start) < float(end) and rest != f"{recording} 0 0":
            validator.add_problem("SET_TIMES", where=place)
        spans[recording] = max(spans.get(recording, 0.0), float(end))
    except ValueError:
        validator.add_problem("SET_NOT_NUMBERS", where=place, fields="segments")


def _check_recordings(place: str, spans: dict[str, float], validator: SetValidator) -> None:
    tables = [_read(f"{place}/{name}", validator) for name in ("wav.scp", "reco2dur")]
    count = 0
    for (recording, reads), (name, duration) in zip_longest(*tables, fillvalue=("", "")):
        count += 1
        if recording != name or recording not in spans:
            validator.add_problem("KALDI_KEYS_DIFFER", file=place)
            return
        if not spans[recording] <= parse_number(duration):
            validator.add_problem("SET_TIMES", where=place)
        path = next((part for part in reads.split(" ") if part.startswith(f"{CLIPS}/")), "")
        validator.check_clip(f"{place}/wav.scp", path, parse_number(duration))
    if count != len(spans):
        validator.add_problem("KALDI_KEYS_DIFFER", file=place)


def _read(name: str, validator: SetValidator) -> Iterator[tuple[str, str]]:
    """The first field of each line and the rest, sorted and unique on the first."""
    last = ""
    for where, line in validator.lines(name):
        key, _, rest = line.partition(" ")
        if key <= last:
            validator.add_problem("SET_NOT_SORTED", where=where)
        last = key
        yield key, rest
