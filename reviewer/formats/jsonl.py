"""JSON Lines: one object a row with everything the set knows, segments, words and labels nested in it."""

from collections.abc import Sequence
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import TextFiles, Utterance
from reviewer.formats.json_row import check_json_row, json_line, row_of
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
NAME = "utterances.jsonl"


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``utterances.jsonl``; ``audio`` is the path of a row's file. May raise OSError."""
    with TextFiles(folder) as files:
        for utterance in utterances:
            files.add_line(NAME, json_line({"audio": utterance.path, **row_of(utterance)}))


def validate(folder: Path) -> list[Notice]:
    """Reads the file back and returns every problem found."""
    validator = SetValidator(folder)
    for where, line in validator.lines(NAME):
        row = validator.json_object(where, line)
        if row is not None and check_json_row(where, row, validator):
            validator.check_row(where, row["id"], str(row.get("audio")), row["duration"])
    return validator.problems
