"""A row as JSON: everything that a set knows of an utterance, for the formats that hold it whole."""

import json
from collections.abc import Mapping
from typing import Any

from reviewer.formats.dataset import Utterance, segments_of
from reviewer.formats.validation import SetValidator, add_read_row
from reviewer.model.annotation import LabelValue

KEYS = (
    "id", "duration", "frames", "rate_hz", "channels", "locale", "product", "speaker", "split", "text",
    "text_verbatim", "flags", "labels", "schema_version", "conventions_version", "reference",
    "segments", "words",
)  # fmt: skip
_JSON = json.JSONEncoder(ensure_ascii=False)


def row_of(utterance: Utterance) -> dict[str, Any]:
    """The row of an utterance with its segments and words, times in seconds from the start of its audio."""
    rate_hz = utterance.rate_hz
    return {
        "id": utterance.id,
        "duration": utterance.duration,
        "frames": utterance.frames,
        "rate_hz": rate_hz,
        "channels": utterance.channels,
        "locale": utterance.locale,
        "product": utterance.product,
        "speaker": utterance.speaker,
        "split": utterance.split,
        "text": utterance.text,
        "text_verbatim": utterance.text_verbatim,
        "flags": sorted(utterance.flags),
        "labels": _labels(utterance.labels),
        "schema_version": utterance.schema_version,
        "conventions_version": utterance.conventions_version,
        "reference": utterance.reference,
        "segments": [
            {
                "start": one.start / rate_hz,
                "end": one.end / rate_hz,
                "speaker": one.speaker,
                "text": one.text,
                "text_verbatim": one.text_verbatim,
                "flags": sorted(one.flags),
                "labels": _labels(one.labels),
            }
            for one in segments_of(utterance)
        ],
        "words": [
            {"start": one.start / rate_hz, "end": one.end / rate_hz, "speaker": one.speaker, "word": one.text}
            for one in utterance.words
        ],
    }


def json_line(row: Mapping[str, Any]) -> str:
    """A row as one line of JSON Lines."""
    return _JSON.encode(row)


def check_json_row(where: str, row: Mapping[str, Any], validator: SetValidator) -> bool:
    """Checks keys, texts and times of a row; returns whether it can be looked at further."""
    if not set(KEYS) <= set(row):
        validator.add_problem("SET_WRONG_KEYS", where=where, keys=", ".join(KEYS))
        return False
    try:
        for name in ("text", "text_verbatim"):
            validator.check_text(where, name, row[name])
        spans = [(float(one["start"]), float(one["end"])) for one in (*row["segments"], *row["words"])]
        duration, rate_hz, frames = float(row["duration"]), int(row["rate_hz"]), int(row["frames"])
    except (KeyError, TypeError, ValueError):
        validator.add_problem("SET_WRONG_TYPES", where=where, keys=", ".join(KEYS))
        return False
    if abs(duration * rate_hz - frames) >= 0.5 or frames <= 0:
        validator.add_problem("SET_DURATION_MISMATCH", where=where)
    if any(not 0 <= start < end <= duration for start, end in spans):
        validator.add_problem("SET_TIMES", where=where)
    add_read_row(lambda: read_row(row, row["speaker"]))
    return True


def read_row(row: Mapping[str, Any], speaker: str) -> Utterance:
    """What a row with the keys of ``row_of`` says, without its answers and times."""
    return Utterance(
        id=row["id"],
        clip_id="",
        speaker=speaker,
        locale=row["locale"],
        product=row["product"],
        frames=int(row["frames"]),
        rate_hz=int(row["rate_hz"]),
        channels=int(row["channels"]),
        text=row["text"],
        text_verbatim=row["text_verbatim"],
        schema_version=row["schema_version"],
        conventions_version=row["conventions_version"],
        split=row["split"],
    )


def _labels(labels: Mapping[str, LabelValue]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in sorted(labels.items())}
