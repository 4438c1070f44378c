"""Label Studio tasks with their annotations, and the labelling configuration that they need.

A region is two results of one id: its label, which is the speaker, and its text, a list of one (Label Studio,
audio transcription template; the raw JSON export).
"""

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from reviewer.errors import Notice
from reviewer.formats.dataset import Utterance, segment_id, segments_of, write_lines
from reviewer.formats.json_row import json_line
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
FOLDER = "label-studio"
TASKS, CONFIGURATION = "tasks.json", "config.xml"
_URL = "/data/local-files/?d="
"""How Label Studio names a file of a local storage."""
_BEGIN, _END = "[", "]"


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``label-studio/tasks.json``, a task a line, and ``config.xml``. May raise OSError."""
    place = folder / FOLDER
    place.mkdir()
    last = len(utterances) - 1
    tasks = (
        f"{json_line(_task(number, one))}{',' if number <= last else ''}"
        for number, one in enumerate(utterances, start=1)
    )
    write_lines(place / TASKS, chain((_BEGIN,), tasks, (_END,)))
    speakers = sorted({segment.speaker for one in utterances for segment in segments_of(one)})
    write_lines(place / CONFIGURATION, _configuration(speakers))


def validate(folder: Path) -> list[Notice]:
    """Reads the tasks back and returns every problem found."""
    validator = SetValidator(folder)
    number = 0
    is_open = False
    for where, line in validator.lines(f"{FOLDER}/{TASKS}"):
        if line in (_BEGIN, _END):
            is_open = line == _BEGIN
        elif not is_open:
            validator.add_problem("SET_NOT_JSON", where=where)
        elif (task := validator.json_object(where, line.removesuffix(","))) is not None:
            number += 1
            _check(where, task, number, validator)
    if is_open or not number or not (folder / FOLDER / CONFIGURATION).is_file():
        validator.add_problem("SET_NOT_JSON", where=TASKS)
    return validator.problems


def _task(number: int, utterance: Utterance) -> dict[str, Any]:
    results = [
        result
        for count, segment in enumerate(segments_of(utterance))
        for result in _results(utterance, count, segment.speaker, segment.text_verbatim)
    ]
    data = {
        "audio": f"{_URL}{utterance.path}",
        "utterance": utterance.id,
        "locale": utterance.locale,
        "speaker": utterance.speaker,
        "split": utterance.split,
        "text": utterance.text,
        "reference": utterance.reference,
    }
    annotation = {"id": number, "was_cancelled": False, "ground_truth": False, "result": results}
    return {"id": number, "data": data, "annotations": [annotation], "predictions": []}


def _results(utterance: Utterance, number: int, speaker: str, text: str) -> Iterator[dict[str, Any]]:
    segment = segments_of(utterance)[number]
    place = {"start": segment.start / utterance.rate_hz, "end": segment.end / utterance.rate_hz, "channel": 0}
    region = {
        "id": segment_id(utterance, number), "to_name": "audio", "original_length": utterance.duration,
    }  # fmt: skip
    yield {**region, "from_name": "labels", "type": "labels", "value": {**place, "labels": [speaker]}}
    yield {**region, "from_name": "transcription", "type": "textarea", "value": {**place, "text": [text]}}


def _configuration(speakers: Sequence[str]) -> Iterator[str]:
    yield "<View>"
    yield '  <Labels name="labels" toName="audio">'
    yield from (f"    <Label value={quoteattr(speaker)}/>" for speaker in speakers)
    yield "  </Labels>"
    yield '  <Audio name="audio" value="$audio"/>'
    yield '  <TextArea name="transcription" toName="audio" perRegion="true" editable="true"/>'
    yield "</View>"


def _check(where: str, task: dict[str, Any], number: int, validator: SetValidator) -> None:
    try:
        data, (annotation,) = task["data"], task["annotations"]
        validator.check_id(where, data["utterance"])
        validator.check_text(where, "text", data["text"])
        length = annotation["result"][0]["original_length"]
        validator.check_clip(where, data["audio"].removeprefix(_URL), length)
        regions: dict[str, list[tuple[str, str]]] = {}
        for result in annotation["result"]:
            value = result["value"]
            if not 0 <= value["start"] < value["end"] <= length:
                validator.add_problem("SET_TIMES", where=where)
            text = json.dumps([value["start"], value["end"]])
            regions.setdefault(result["id"], []).append((result["from_name"], text))
        for pair in regions.values():
            if [name for name, _ in pair] != ["labels", "transcription"] or pair[0][1] != pair[1][1]:
                validator.add_problem("SET_ROWS_DIFFER", file=TASKS)
        if task["id"] != number:
            validator.add_problem("SET_NOT_SORTED", where=where)
    except (KeyError, TypeError, ValueError, IndexError):
        validator.add_problem("SET_WRONG_KEYS", where=where, keys="id, data, annotations, predictions")
