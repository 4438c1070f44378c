"""Audacity labels, one file a row: begin, end and ``<speaker>: <text>`` of each segment (Audacity manual)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import Utterance, write_lines
from reviewer.formats.nist import by_start
from reviewer.formats.row_problems import row_problem
from reviewer.formats.times import seconds
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
FOLDER = "audacity"
SUFFIX = ".txt"


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``audacity/<id>.txt``. May raise OSError."""
    (folder / FOLDER).mkdir()
    for utterance in utterances:
        write_lines(folder / FOLDER / f"{utterance.id}{SUFFIX}", _lines(utterance))


def validate(folder: Path) -> list[Notice]:
    """Reads every file back and returns every problem found."""
    validator = SetValidator(folder)
    for name, clip in validator.side_files(FOLDER, SUFFIX):
        validator.check_clip_decodes(name, clip)
        at = 0.0
        for where, line in validator.lines(name):
            cells = line.split("\t")
            try:
                start, end, label = float(cells[0]), float(cells[1]), cells[2]
            except (IndexError, ValueError):
                validator.add_problem("SET_NOT_NUMBERS", where=where, fields="start, end")
                continue
            if not at <= start < end or len(cells) != 3:
                validator.add_problem("SET_TIMES", where=where)
            at = start
            validator.check_text(where, "label", label.partition(": ")[2])
    return validator.problems


def _lines(utterance: Utterance) -> Iterator[str]:
    for one in by_start(utterance):
        start, end = (seconds(frame, utterance.rate_hz) for frame in (one.start, one.end))
        yield f"{start}\t{end}\t{one.speaker}: {one.text_verbatim}"
