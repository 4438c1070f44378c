"""Hugging Face Parquet: one table for each split, with the audio files inside it (needs ``pyarrow``).

``audio`` is a struct of ``bytes`` and ``path``, and the schema carries the features, so that ``datasets``
decodes it without a cast (``datasets``, Audio feature).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from reviewer.errors import Notice
from reviewer.files import sync_file
from reviewer.formats.csv_table import LABEL
from reviewer.formats.dataset import CLIPS, Utterance, audio_bytes, write_lines
from reviewer.formats.hugging_face import card, columns_of, label_keys, split_name
from reviewer.formats.json_row import read_row
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import SetValidator, add_read_row
from reviewer.formats.written_files import WrittenFile

VERSION = "1"
HAS_OWN_AUDIO = True
FOLDER = "parquet"
README = "README.md"
ROWS_A_GROUP = 100
"""Small enough for the viewer of the Hub, which reads a group at a time."""
_TEXTS = (
    "id", "locale", "product", "speaker_id", "split", "text", "text_verbatim", "schema_version",
    "conventions_version", "reference",
)  # fmt: skip
_CHECKED = [*_TEXTS, "duration", "frames", "rate_hz", "channels", "audio"]
_SPAN = {"start": "float64", "end": "float64", "speaker": "string"}
_SEGMENT = {**_SPAN, "text": "string", "text_verbatim": "string", "flags": ["string"], "labels": "string"}
_WORD = {**_SPAN, "word": "string"}


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> dict[str, WrittenFile]:
    """Writes ``parquet/data/<split>-00000-of-00001.parquet``, a group at a time, and hashes each.

    May raise OSError.
    """
    import pyarrow as pa  # noqa: PLC0415 - an extra
    from pyarrow import parquet  # noqa: PLC0415

    keys = label_keys(utterances)
    (folder / FOLDER / "data").mkdir(parents=True)
    splits = sorted({split_name(one) for one in utterances})
    written: dict[str, WrittenFile] = {}
    for split in splits:
        rows = (one for one in utterances if split_name(one) == split)
        rates = {one.rate_hz for one in utterances}
        schema = _schema(keys, rates.pop() if len(rates) == 1 else None)
        with (folder / FOLDER / _path(split)).open("xb") as file:
            with parquet.ParquetWriter(file, schema) as table:
                while group := list(islice(rows, ROWS_A_GROUP)):
                    cells = [_row(folder, one, keys) for one in group]
                    table.write_table(pa.Table.from_pylist(cells, schema))
            file.flush()
            sync_file(file.fileno())
        path = folder / FOLDER / _path(split)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
        written[path.relative_to(folder).as_posix()] = WrittenFile.at(path, digest)
    write_lines(folder / FOLDER / README, card({split: _path(split) for split in splits}))
    return written


def validate(folder: Path) -> list[Notice]:
    """Reads every table back and returns every problem found."""
    validator = SetValidator(folder)
    names = sorted((folder / FOLDER / "data").glob("*.parquet"))
    if not names:
        validator.add_problem("SET_FILE_MISSING", file=FOLDER)
    for path in names:
        name = path.relative_to(folder).as_posix()
        validator.begin_rows()
        lengths = validator.lengths_in(name)
        for where, row in _read(path, name, validator):
            validator.check_id(where, row["id"])
            validator.check_text(where, "text", row["text"])
            if not row["audio"]["path"].startswith(row["id"]):
                validator.add_problem("SET_CLIP_PATH", where=where, folder=FOLDER)
            length = lengths.get(f"{CLIPS}/{row['audio']['path']}")
            validator.check_audio(where, row["audio"]["bytes"], row["duration"], length)
            add_read_row(partial(read_row, row, row["speaker_id"]))
    return validator.problems


def _path(split: str) -> str:
    return f"data/{split}-00000-of-00001.parquet"


def _row(folder: Path, utterance: Utterance, keys: Sequence[str]) -> dict[str, Any]:
    audio = {"bytes": audio_bytes(folder, utterance), "path": Path(utterance.path).name}
    return {"audio": audio, **columns_of(utterance, keys)}


def _schema(keys: Sequence[str], rate_hz: int | None) -> Any:
    """The schema of a set; the features without a rate where clips have several."""
    import pyarrow as pa  # noqa: PLC0415

    kinds: dict[str, Any] = {
        "duration": "float64", "frames": "int64", "rate_hz": "int32", "channels": "int32",
        "flags": ["string"], **dict.fromkeys((*_TEXTS, *(LABEL + key for key in keys)), "string"),
        "segments": [_SEGMENT], "words": [_WORD],
    }  # fmt: skip
    audio = {"sampling_rate": rate_hz, "_type": "Audio"} if rate_hz else {"_type": "Audio"}
    features = {"audio": audio, **{name: _feature(kind) for name, kind in kinds.items()}}
    fields = [pa.field("audio", pa.struct({"bytes": pa.binary(), "path": pa.string()}))]
    fields += [pa.field(name, _arrow(kind)) for name, kind in kinds.items()]
    return pa.schema(fields, {"huggingface": json.dumps({"info": {"features": features}}, sort_keys=True)})


def _feature(kind: Any) -> Any:
    if isinstance(kind, list):
        return [_feature(kind[0])]
    if isinstance(kind, dict):
        return {name: _feature(one) for name, one in kind.items()}
    return {"dtype": kind, "_type": "Value"}


def _arrow(kind: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    if isinstance(kind, list):
        return pa.list_(_arrow(kind[0]))
    if isinstance(kind, dict):
        return pa.struct({name: _arrow(one) for name, one in kind.items()})
    return getattr(pa, kind)()


def _read(path: Path, name: str, validator: SetValidator) -> Iterator[tuple[str, dict[str, Any]]]:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    try:
        with parquet.ParquetFile(path) as table:
            if b"huggingface" not in (table.schema_arrow.metadata or {}):
                validator.add_problem("SET_WRONG_COLUMNS", file=name)
            number = 0
            for batch in table.iter_batches(ROWS_A_GROUP, columns=_CHECKED):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{name}:{number}", row
    except (OSError, pa.ArrowException):
        validator.add_problem("SET_FILE_UNREADABLE", file=name)
