"""Reads the full JSON export of Label Studio: a record a task, with the text of its annotation."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from reviewer.lead.record_files import Record
from reviewer.lead.timed_segments import TimedSegment, draft_of, words_of

# Label Studio puts a random prefix before the name of an uploaded file.
_UPLOADED = re.compile(r"[0-9a-f]{8}-(?=.)")
_TEXT_TYPE = "textarea"
_TRANSCRIPTION = re.compile("transcri", re.IGNORECASE)
_AUDIO_KEYS = ("audio", "audio_url", "recording", "url", "file")
MINIMAL_KEYS = frozenset({"annotator", "annotation_id", "lead_time"})
"""Of the export JSON_MIN, which leaves out annotations."""


def is_task(values: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a task of the full export, with its annotations rather than their ids."""
    done = values.get("annotations", values.get("predictions"))
    return (
        isinstance(values.get("data"), dict)
        and isinstance(done, list)
        and all(isinstance(one, dict) for one in done)
    )


def read_tasks(tasks: Iterable[Record], folder: Path) -> Iterator[Record]:
    """The record of each task; its ``data`` and the texts of each of its fields are columns as well.

    ``folder`` is that of the audio. Tasks whose different addresses lead to one file of it are refused: at
    most one of them has its text.
    """
    read = [_record(task, folder) for task in tasks]
    addresses = defaultdict[str, set[str]](set)
    for record, address in read:
        addresses[str(record.values.get("audio"))].add(address)
    for record, _ in read:
        audio = str(record.values.get("audio", ""))
        is_doubtful = audio and not record.problem and len(addresses[audio]) > 1
        yield Record(record.line, {"audio": audio}, "LABEL_STUDIO_SAME_FILE") if is_doubtful else record


def _record(task: Record, folder: Path) -> tuple[Record, str]:
    """The record of a task, and the address of its audio."""
    data = task.values.get("data")
    if task.problem or not isinstance(data, dict):
        return Record(task.line, {}, task.problem or "LABEL_STUDIO_TASK"), ""
    values = {name: value for name, value in data.items() if isinstance(value, str)}
    url = next((values[key] for key in _AUDIO_KEYS if key in values), "")
    address = _path_of(url)
    values |= {"audio": _local(address, folder) if address else url, "task": str(task.values.get("id", ""))}
    fields = _fields(task.values) or {"": ([], "")}
    texts = {name: text or draft_of(segments) for name, (segments, text) in fields.items()}
    chosen = _transcription(fields)
    if chosen is None:  # whoever maps the fields has to say which of them is the draft
        found: dict[str, Any] = {"text": sorted(fields), "words": []}
    else:
        found = {"text": texts[chosen], "words": words_of(fields[chosen][0])}
    return Record(task.line, texts | values | found), address or url


_Field = tuple[list[TimedSegment], str]
"""The segments that were written in a field of the form, and the text of the whole recording."""


def _fields(task: Mapping[str, Any]) -> dict[str, _Field]:
    """What the annotation of a task that counts has in each field for texts, by the name of the field.

    Of several annotations the ground truth counts, else the latest; a prediction where nobody annotated.
    """
    done = [one for one in _objects(task.get("annotations")) if not one.get("was_cancelled")]
    done.sort(key=lambda one: (one.get("ground_truth") is True, str(one.get("updated_at", ""))))
    chosen = (done or _objects(task.get("predictions")))[-1:]
    segments = defaultdict[str, list[TimedSegment]](list)
    texts = defaultdict[str, list[str]](list)
    for item in _objects(chosen[0].get("result") if chosen else None):
        value = item.get("value")
        # The text of a label is the word of a written text that it is on, and its times are places in it.
        if item.get("type", _TEXT_TYPE) != _TEXT_TYPE or not isinstance(value, dict) or "text" not in value:
            continue
        said, name = value["text"], str(item.get("from_name", ""))
        text = " ".join(
            part for part in (said if isinstance(said, list) else [said]) if isinstance(part, str)
        )
        start, end = (_seconds(value.get(key)) for key in ("start", "end"))
        if 0 <= start <= end:
            segments[name].append(TimedSegment(start, end, text))
        else:
            texts[name].append(text)
    return {name: (segments[name], " ".join(texts[name])) for name in {*segments, *texts}}


def _seconds(value: Any) -> float:
    """A time of a region, which some programs write as text; NaN for anything else."""
    try:
        return float(value) if isinstance(value, int | float | str) else math.nan
    except ValueError:
        return math.nan


def _transcription(fields: dict[str, _Field]) -> str | None:
    """The field that has what is said: the only one, or the only one called so; None if that is in doubt."""
    names = [name for name in fields if _TRANSCRIPTION.search(name)] or [*fields]
    return names[0] if len(names) == 1 else None


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _path_of(url: str) -> str:
    """The path in an address of a task: local files, uploads, or any server; empty for what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no address: whoever opens the file says so
        return ""
    if not parts.scheme and not url.startswith("/data/"):
        return ""
    local = parse_qs(parts.query).get("d")
    return local[0] if local else unquote(parts.path)


def _local(path: str, folder: Path) -> str:
    """The path below the folder that a path on a server means: as much of its end as is there."""
    parts = [part for part in PurePosixPath(path).parts if part != "/"]
    if not parts:
        return path
    ends = ["/".join(parts[place:]) for place in range(len(parts))]
    for candidate in (*ends, _UPLOADED.sub("", parts[-1], count=1)):
        if ".." not in parts and _is_file(folder / candidate):
            return candidate
    return parts[-1]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
