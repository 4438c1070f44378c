"""NIST STM: the reference transcripts that ``sclite`` scores against, a line for each segment."""

from collections.abc import Sequence
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import Utterance, segments_of
from reviewer.formats.nist import (
    CHANNEL,
    by_start,
    has_syntax,
    is_transcript,
    split_lines,
    write_split_files,
)
from reviewer.formats.row_problems import row_problem
from reviewer.formats.times import parse_number, seconds
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
KIND = "stm"


def problem(utterance: Utterance) -> str:
    """A text with what a scorer takes for syntax."""
    return "nist_syntax" if has_syntax(one.text for one in segments_of(utterance)) else row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``stm/<split>.stm``; a segment without words is a line without words. May raise OSError."""
    write_split_files(folder, KIND, ((one, _lines(one)) for one in utterances))


def validate(folder: Path) -> list[Notice]:
    """Reads every file back and returns every problem found."""
    validator = SetValidator(folder)
    for where, fields in split_lines(validator, KIND):
        if len(fields) < 5 or fields[1] != CHANNEL:
            validator.add_problem("SET_WRONG_CELL_COUNT", where=where)
            continue
        if not 0 <= parse_number(fields[3]) < parse_number(fields[4]):
            validator.add_problem("SET_TIMES", where=where)
        if not is_transcript(" ".join(fields[5:])):
            validator.add_problem("NIST_SYNTAX", where=where)
        validator.check_text(where, "text", " ".join(fields[5:]))
    return validator.problems


def _lines(utterance: Utterance) -> list[str]:
    lines = []
    for one in by_start(utterance):
        start, end = (seconds(frame, utterance.rate_hz) for frame in (one.start, one.end))
        words = (one.text,) if one.text else ()
        lines.append(" ".join((utterance.id, CHANNEL, one.speaker, start, end, *words)))
    return lines
