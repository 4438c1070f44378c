"""Lhotse manifests: ``recordings`` and ``supervisions`` as gzipped JSON Lines, with the fields of Lhotse.

Times of words count from the start of the recording; what Lhotse has no field for is under ``custom``.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from reviewer.errors import Notice
from reviewer.files import sync_file
from reviewer.formats.dataset import Utterance, UtteranceSegment, segment_id, segments_of
from reviewer.formats.json_row import json_line
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import MOST_LINE_BYTES, SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
FOLDER = "lhotse"
_DIGITS = 8
"""Lhotse compares durations after rounding to so many digits."""
_SUPERVISION = {"id", "recording_id", "start", "duration", "channel", "text", "language", "speaker", "custom"}


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``lhotse/recordings.jsonl.gz`` and ``supervisions.jsonl.gz``, for each split. May raise OSError.

    Paths are relative to the set.
    """
    (folder / FOLDER).mkdir()
    for split in sorted({one.split for one in utterances}):
        with ExitStack() as files:
            recordings = _Lines(files, folder / FOLDER / _name("recordings", split))
            supervisions = _Lines(files, folder / FOLDER / _name("supervisions", split))
            for utterance in utterances:
                if utterance.split == split:
                    recordings.add(_recording(utterance))
                    for number, segment in enumerate(segments_of(utterance)):
                        supervisions.add(_supervision(utterance, number, segment))


def validate(folder: Path) -> list[Notice]:
    """Reads every manifest back and returns every problem found."""
    validator = SetValidator(folder)
    names = sorted(path.name for path in (folder / FOLDER).glob("recordings*.jsonl.gz"))
    if not names:
        validator.add_problem("SET_FILE_MISSING", file=FOLDER)
    for name in names:
        lengths: dict[str, float] = {}
        validator.begin_rows()
        for where, row in _read(f"{FOLDER}/{name}", validator):
            _check_recording(where, row, lengths, validator)
        for where, row in _read(f"{FOLDER}/{name.replace('recordings', 'supervisions')}", validator):
            _check_supervision(where, row, lengths, validator)
    return validator.problems


class _Lines:
    """A gzipped text file without a time or a name in it, so that equal sets have equal bytes."""

    def __init__(self, files: ExitStack, path: Path) -> None:
        raw: BinaryIO = files.enter_context(path.open("xb"))
        files.callback(lambda: sync_file(raw.fileno()))
        files.callback(raw.flush)
        self._file = files.enter_context(gzip.GzipFile("", "wb", fileobj=raw, mtime=0))

    def add(self, row: dict[str, Any]) -> None:
        self._file.write(f"{json_line(row)}\n".encode())


def _name(kind: str, split: str) -> str:
    return f"{kind}_{split}.jsonl.gz" if split else f"{kind}.jsonl.gz"


def _recording(utterance: Utterance) -> dict[str, Any]:
    channels = list(range(utterance.channels))
    return {
        "id": utterance.id,
        "sources": [{"type": "file", "channels": channels, "source": utterance.path}],
        "sampling_rate": utterance.rate_hz,
        "num_samples": utterance.frames,
        "duration": round(utterance.duration, _DIGITS),
        "channel_ids": channels,
    }


def _supervision(utterance: Utterance, number: int, segment: UtteranceSegment) -> dict[str, Any]:
    words = [
        [one.text, _at(one.start, utterance), _at(one.end - one.start, utterance)]
        for one in utterance.words
        if _segment_of(utterance, one.start, one.end, one.speaker) == number
    ]
    custom = {
        "text_verbatim": segment.text_verbatim,
        "product": utterance.product,
        "flags": sorted({*utterance.flags, *segment.flags}),
        "labels": {**utterance.labels, **segment.labels},
        "schema_version": utterance.schema_version,
        "conventions_version": utterance.conventions_version,
        "reference": utterance.reference,
    }
    row = {
        "id": segment_id(utterance, number),
        "recording_id": utterance.id,
        "start": _at(segment.start, utterance),
        "duration": _at(segment.end - segment.start, utterance),
        "channel": 0 if utterance.channels == 1 else list(range(utterance.channels)),
        "text": segment.text,
        "language": utterance.locale,
        "speaker": segment.speaker,
        "custom": custom,
    }
    return row if not words else {**row, "alignment": {"word": words}}


def _segment_of(utterance: Utterance, start: int, end: int, speaker: str) -> int:
    """The number of the segment that a word belongs to: of its speaker, and with most of the word in it."""
    segments = segments_of(utterance)

    def fit(number: int) -> tuple[bool, int, int]:
        one = segments[number]
        shared = max(0, min(end, one.end) - max(start, one.start))
        return (one.speaker == speaker, shared, -number)

    return max(range(len(segments)), key=fit)


def _at(frames: int, utterance: Utterance) -> float:
    return round(frames / utterance.rate_hz, _DIGITS)


def _read(name: str, validator: SetValidator) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with gzip.open(validator.folder / name, "rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(MOST_LINE_BYTES), b""), start=1):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise TypeError  # noqa: TRY301 - one road for all that is no manifest
                yield f"{name}:{number}", row
    except (OSError, EOFError, zlib.error):
        validator.add_problem("SET_FILE_UNREADABLE", file=name)
    except (ValueError, TypeError):
        validator.add_problem("SET_NOT_JSON", where=name)


def _check_recording(
    where: str, row: dict[str, Any], lengths: dict[str, float], validator: SetValidator
) -> None:
    try:
        length, (source,) = row["num_samples"] / row["sampling_rate"], row["sources"]
        validator.check_id(where, row["id"])
        lengths[row["id"]] = length
        if abs(row["duration"] - length) > 10**-_DIGITS or source["type"] != "file":
            validator.add_problem("SET_DURATION_MISMATCH", where=where)
        validator.check_clip(where, source["source"], length)
    except (KeyError, TypeError, ValueError):
        validator.add_problem(
            "SET_WRONG_KEYS", where=where, keys="id, sources, sampling_rate, num_samples, duration"
        )


def _check_supervision(
    where: str, row: dict[str, Any], lengths: dict[str, float], validator: SetValidator
) -> None:
    if set(row) - {"alignment"} != _SUPERVISION:
        validator.add_problem("SET_WRONG_KEYS", where=where, keys=", ".join(sorted(_SUPERVISION)))
        return
    if row["recording_id"] not in lengths:
        validator.add_problem("SET_ROW_UNKNOWN", where=where)
        return
    end = row["start"] + row["duration"]
    if row["start"] < 0 or row["duration"] <= 0 or end > lengths[row["recording_id"]] + 1e-6:
        validator.add_problem("SET_TIMES", where=where)
    validator.check_text(where, "text", row["text"])
