"""Reads the full JSON export of Label Studio: a record a task, with the text of its annotation."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from reviewer.lead.record_files import Record
from reviewer.lead.timed_segments import TimedSegment, draft_of, words_of

# Label Studio puts a random prefix before the name of an uploaded file.
_UPLOADED = re.compile(r"[0-9a-f]{8}-(?=.)")
_AUDIO_KEYS = ("audio", "audio_url", "recording", "url", "file")
MINIMAL_KEYS = frozenset({"annotator", "annotation_id", "lead_time"})
"""Of the export JSON_MIN, which leaves out annotations."""


def is_task(values: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a task of the full export."""
    return isinstance(values.get("data"), dict) and isinstance(
        values.get("annotations", values.get("predictions")), list
    )


def read_tasks(tasks: Iterable[Record], folder: Path) -> Iterator[Record]:
    """The record of each task; its ``data`` are columns as well. ``folder`` is that of the audio."""
    for task in tasks:
        data = task.values.get("data")
        if task.problem or not isinstance(data, dict):
            yield Record(task.line, {}, task.problem or "LABEL_STUDIO_TASK")
            continue
        segments, text = _annotated(task.values)
        values = {name: value for name, value in data.items() if isinstance(value, str)}
        url = next((values[key] for key in _AUDIO_KEYS if key in values), "")
        values |= {"audio": _local(url, folder), "task": str(task.values.get("id", ""))}
        yield Record(task.line, values | {"text": text or draft_of(segments), "words": words_of(segments)})


def _annotated(task: Mapping[str, Any]) -> tuple[list[TimedSegment], str]:
    """The segments of a task, and the text of the whole recording if there is one.

    Of several annotations the ground truth counts, else the latest; a prediction where nobody annotated.
    """
    done = [one for one in _objects(task.get("annotations")) if not one.get("was_cancelled")]
    done.sort(key=lambda one: (one.get("ground_truth") is True, str(one.get("updated_at", ""))))
    chosen = (done or _objects(task.get("predictions")))[-1:]
    segments, texts = [], []
    for item in _objects(chosen[0].get("result") if chosen else None):
        value = item.get("value")
        if not isinstance(value, dict) or "text" not in value:
            continue
        said = value["text"]
        text = " ".join(
            part for part in (said if isinstance(said, list) else [said]) if isinstance(part, str)
        )
        start, end = value.get("start"), value.get("end")
        if isinstance(start, int | float) and isinstance(end, int | float) and 0 <= start <= end:
            segments.append(TimedSegment(float(start), float(end), text))
        else:
            texts.append(text)
    return segments, " ".join(texts)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _local(url: str, folder: Path) -> str:
    """The path below the folder that an address of a task means: local files, uploads, or any server."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no address: whoever opens the file says so
        return url
    if not parts.scheme and not url.startswith("/data/"):
        return url
    local = parse_qs(parts.query).get("d")
    path = local[0] if local else unquote(parts.path)
    name = PurePosixPath(path).name
    for candidate in (path, name, _UPLOADED.sub("", name, count=1)):
        if candidate and not candidate.startswith("/") and _is_file(folder / candidate):
            return candidate
    return name


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
