"""Hugging Face audiofolder: audio files beside a ``metadata.jsonl`` in the folder of each split.

``datasets`` loses the columns of one metadata file above several splits, so each split has its own; the
column ``file_name`` is relative to it (Hub, audio dataset guide). The columns of all splits must be guessed
alike, and an empty list has no kind to guess: flags are a text, and words are JSON.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from reviewer.errors import Notice
from reviewer.formats.csv_table import LIST_MARK, label_cell
from reviewer.formats.dataset import TextFiles, Utterance, link_clip, write_lines
from reviewer.formats.hugging_face import card, columns_of, label_keys, split_name
from reviewer.formats.json_row import json_line, read_row
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import SetValidator, add_read_row

VERSION = "1"
HAS_OWN_AUDIO = True
FOLDER = "audiofolder"
METADATA = "metadata.jsonl"
README = "README.md"
# ``datasets``, data_files.py: a file whose name has one of these words is put into that split.
_SPLIT_WORDS = re.compile(
    r"(?:^|[-._ 0-9])(?:train|training|validation|valid|dev|val|test|testing|eval|evaluation)(?:$|[-._ 0-9])"
)


# pyarrow's JSON reader makes times of a column in which every text is one (ISO 8601), whatever the card says.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]+(?:Z|[+-][0-9:]+)?)?")


def problem(utterance: Utterance) -> str:
    """An id with the name of a split in it, or a text that is read as a date."""
    if _SPLIT_WORDS.search(utterance.id):
        return "audiofolder_split_word"
    return "audiofolder_date" if any(map(_DATE.fullmatch, _texts(utterance))) else row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``audiofolder/<split>/``, the metadata first of each row's columns. May raise OSError."""
    keys = label_keys(utterances)
    with TextFiles(folder / FOLDER) as files:
        for utterance in utterances:
            split = split_name(utterance)
            name = Path(utterance.path).name
            row = {"file_name": name, **_columns(utterance, keys)}
            files.add_line(f"{split}/{METADATA}", json_line(row))
            link_clip(folder, utterance, folder / FOLDER / split / name)
    splits = sorted({split_name(one) for one in utterances})
    write_lines(folder / FOLDER / README, card({split: f"{split}/*" for split in splits}))


def validate(folder: Path) -> list[Notice]:
    """Reads every split's metadata back and returns every problem found."""
    validator = SetValidator(folder)
    columns: set[str] | None = None
    names = sorted(
        str(path.relative_to(folder).as_posix()) for path in (folder / FOLDER).glob(f"*/{METADATA}")
    )
    if not names or not (folder / FOLDER / README).is_file():
        validator.add_problem("SET_FILE_MISSING", file=FOLDER)
    for name in names:
        listed = set()
        for where, line in validator.lines(name):
            row = validator.json_object(where, line)
            if row is None:
                continue
            columns = set(row) if columns is None else columns
            if set(row) != columns or not {"file_name", "id", "duration", "text"} <= set(row):
                validator.add_problem("SET_WRONG_KEYS", where=where, keys=", ".join(sorted(columns)))
                continue
            validator.check_id(where, row["id"])
            validator.check_text(where, "text", row["text"])
            if "/" in row["file_name"] or not row["file_name"].startswith(row["id"]):
                validator.add_problem("SET_CLIP_PATH", where=where, folder=FOLDER)
                continue
            listed.add(row["file_name"])
            add_read_row(partial(read_row, row, row["speaker_id"]))
            validator.check_clip(where, f"{Path(name).parent.as_posix()}/{row['file_name']}", row["duration"])
        beside = {path.name for path in (folder / name).parent.iterdir()} - {METADATA}
        for extra in sorted(beside - listed):
            validator.add_problem("SET_FILE_NOT_LISTED", file=extra)
    return validator.problems


def _texts(utterance: Utterance) -> Iterator[str]:
    yield from (utterance.text, utterance.text_verbatim, utterance.product, utterance.reference)
    yield from map(label_cell, utterance.labels.values())
    for segment in utterance.segments:
        yield from (segment.text, segment.text_verbatim)


def _columns(utterance: Utterance, keys: Sequence[str]) -> dict[str, Any]:
    row = columns_of(utterance, keys)
    segments = [{**one, "flags": LIST_MARK.join(one["flags"])} for one in row["segments"]]
    words = json.dumps(row["words"], ensure_ascii=False)
    return {**row, "flags": LIST_MARK.join(row["flags"]), "segments": segments, "words": words}
