"""NIST RTTM: who speaks when, for diarisation, with a UEM that names the whole of each file as scored."""

from collections.abc import Sequence
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import Utterance
from reviewer.formats.nist import CHANNEL, by_start, split_lines, write_split_files
from reviewer.formats.row_problems import row_problem
from reviewer.formats.times import duration, parse_number, seconds
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
KIND, UEM = "rttm", "uem"
_NONE = "<NA>"


def problem(utterance: Utterance) -> str:
    """Only what no format can hold: it has no text."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``rttm/<split>.rttm``, a line for each segment with words, and ``uem/<split>.uem``.

    May raise OSError.
    """
    write_split_files(folder, KIND, ((one, _lines(one)) for one in utterances))
    write_split_files(folder, UEM, ((one, [_scored(one)]) for one in utterances))


def validate(folder: Path) -> list[Notice]:
    """Reads every file back and returns every problem found."""
    validator = SetValidator(folder)
    ends: dict[str, float] = {}
    for where, fields in split_lines(validator, UEM):
        if len(fields) != 4 or parse_number(fields[2]) != 0 or not parse_number(fields[3]) > 0:
            validator.add_problem("SET_TIMES", where=where)
        else:
            ends[fields[0]] = parse_number(fields[3])
    for where, fields in split_lines(validator, KIND):
        if len(fields) != 10 or fields[0] != "SPEAKER" or fields[2] != CHANNEL:
            validator.add_problem("SET_WRONG_CELL_COUNT", where=where)
            continue
        onset, lasts = parse_number(fields[3]), parse_number(fields[4])
        if not (onset >= 0 and lasts > 0 and onset + lasts <= ends.get(fields[1], 0.0) + 1e-6):
            validator.add_problem("SET_TIMES", where=where)
    return validator.problems


def _lines(utterance: Utterance) -> list[str]:
    lines = []
    for one in by_start(utterance):
        if one.text:
            onset = seconds(one.start, utterance.rate_hz)
            place = (utterance.id, CHANNEL, onset, duration(one.start, one.end, utterance.rate_hz))
            lines.append(" ".join(("SPEAKER", *place, _NONE, _NONE, one.speaker, _NONE, _NONE)))
    return lines


def _scored(utterance: Utterance) -> str:
    return f"{utterance.id} {CHANNEL} {seconds(0, 1)} {seconds(utterance.frames, utterance.rate_hz)}"
