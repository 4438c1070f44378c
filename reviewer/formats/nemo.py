"""NeMo format: JSON Lines manifests with relative paths; clips without words in a separate manifest."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reviewer.errors import Notice
from reviewer.formats.dataset import SPLITS, TextFiles, Utterance, is_whole, segment_id, segments_of
from reviewer.formats.json_row import json_line
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import SetValidator, add_read_row

VERSION = "3"
HAS_OWN_AUDIO = False
NOSPEECH = "nospeech"
SEGMENTS = "segments"
# NVIDIA NeMo, ASR data preparation: reads audio_filepath, duration and text, and ignores the others.
_KEYS = {
    "audio_filepath": str, "duration": float, "text": str, "lang": str, "speaker": str, "sampling_rate": int,
    "id": str,
}  # fmt: skip
_SEGMENT_KEYS = {**_KEYS, "offset": float}
_PARTS = ("", *(f"_{split}" for split in SPLITS))
_NAMES = tuple(f"manifest{kind}{part}.jsonl" for kind in ("", f"_{NOSPEECH}") for part in _PARTS)
_SEGMENT_NAMES = tuple(f"manifest_{SEGMENTS}{part}.jsonl" for part in _PARTS)


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``manifest.jsonl`` and ``manifest_nospeech.jsonl``, one for each split of a split set.

    The latter only if it has rows: training tools drop rows without text, or fail on them. Rows of several
    segments are in ``manifest_segments.jsonl`` too, a line for each segment with its ``offset``. May raise
    OSError.
    """
    with TextFiles(folder) as files:
        for utterance in utterances:
            kind = "" if utterance.text else NOSPEECH
            files.add_line(_name(kind, utterance.split), _line(utterance))
            if not is_whole(utterance):
                for line in _segment_lines(utterance):
                    files.add_line(_name(SEGMENTS, utterance.split), line)


def validate(folder: Path) -> list[Notice]:
    """Reads every manifest back as NeMo does and returns every problem found."""
    validator = SetValidator(folder)
    names = [name for name in _NAMES if (folder / name).exists()]
    if not names:
        validator.add_problem("NEMO_NO_MANIFEST")
    for name in names:
        for where, line in validator.lines(name):
            _check(where, line, validator, wants_text=NOSPEECH not in name)
    for name in _SEGMENT_NAMES:
        if (folder / name).exists():
            for where, line in validator.lines(name):
                _check_segment(where, line, validator)
    return validator.problems


def _name(*parts: str) -> str:
    return "_".join(("manifest", *(part for part in parts if part))) + ".jsonl"


def _line(utterance: Utterance) -> str:
    return _json(utterance, utterance.id, utterance.speaker, utterance.text, {"duration": utterance.duration})


def _segment_lines(utterance: Utterance) -> Iterator[str]:
    for number, segment in enumerate(segments_of(utterance)):
        if segment.text:
            place = {
                "offset": segment.start / utterance.rate_hz,
                "duration": (segment.end - segment.start) / utterance.rate_hz,
            }
            yield _json(utterance, segment_id(utterance, number), segment.speaker, segment.text, place)


def _json(utterance: Utterance, row_id: str, speaker: str, text: str, place: Mapping[str, float]) -> str:
    row = {
        "audio_filepath": utterance.path,
        **place,
        "text": text,
        "lang": utterance.locale,
        "speaker": speaker,
        "sampling_rate": utterance.rate_hz,
        "id": row_id,
    }
    return json_line(row)


def _check(where: str, line: str, validator: SetValidator, *, wants_text: bool) -> None:
    row = _row(where, line, _KEYS, validator)
    if row is None:
        return
    if row["duration"] <= 0:
        validator.add_problem("SET_DURATION_MISMATCH", where=where)
    if bool(row["text"]) is not wants_text:
        validator.add_problem("NEMO_TEXT_MISSING" if wants_text else "NEMO_TEXT_NOT_EXPECTED", where=where)
    validator.check_row(where, row["id"], row["audio_filepath"], row["duration"])
    add_read_row(lambda: _read_row(row))


def _read_row(row: Mapping[str, Any]) -> Utterance:
    """What a line says: nothing of product, split and channels."""
    rate_hz, text = row["sampling_rate"], row["text"]
    frames = round(row["duration"] * rate_hz)
    return Utterance(row["id"], "", row["speaker"], row["lang"], "", frames, rate_hz, 0, text, "")


def _check_segment(where: str, line: str, validator: SetValidator) -> None:
    row = _row(where, line, _SEGMENT_KEYS, validator)
    if row is None:
        return
    if row["duration"] <= 0 or row["offset"] < 0:
        validator.add_problem("SET_DURATION_MISMATCH", where=where)
    if not row["text"]:
        validator.add_problem("NEMO_TEXT_MISSING", where=where)
    if not (validator.folder / row["audio_filepath"]).is_file():
        validator.add_problem("SET_CLIP_UNREADABLE", where=where)


def _row(where: str, line: str, keys: Mapping[str, type], validator: SetValidator) -> dict[str, Any] | None:
    """The row of a line with the right keys and types, and a text by the rules; None after a problem."""
    row = validator.json_object(where, line)
    if row is None:
        return None
    if set(row) != set(keys):
        validator.add_problem("SET_WRONG_KEYS", where=where, keys=", ".join(keys))
        return None
    wrong = [key for key, kind in keys.items() if type(row[key]) is not kind]
    if wrong:
        validator.add_problem("SET_WRONG_TYPES", where=where, keys=", ".join(wrong))
        return None
    validator.check_text(where, "text", row["text"])
    if not row["id"].startswith(f"{row['speaker']}-"):
        validator.add_problem("SET_ID_WITHOUT_SPEAKER", where=where)
    return row
