"""NIST CTM: a line for each word with its begin and duration, for sets whose words have times."""

from collections.abc import Sequence
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import Utterance
from reviewer.formats.nist import CHANNEL, has_syntax, split_lines, write_split_files
from reviewer.formats.row_problems import row_problem
from reviewer.formats.times import duration, parse_number, seconds
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
KIND = "ctm"


def problem(utterance: Utterance) -> str:
    """A text of which some words have no times, or a word that is not one to a scorer."""
    words = [word.text for word in utterance.words]
    if sorted(utterance.text.replace(" ", "")) != sorted("".join(words)):
        return "no_word_times"
    if has_syntax(words) or not all(word and " " not in word for word in words):
        return "nist_syntax"
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``ctm/<split>.ctm``. May raise OSError."""
    write_split_files(folder, KIND, ((one, _lines(one)) for one in utterances))


def validate(folder: Path) -> list[Notice]:
    """Reads every file back and returns every problem found."""
    validator = SetValidator(folder)
    for where, fields in split_lines(validator, KIND):
        if len(fields) != 5 or fields[1] != CHANNEL or not fields[4]:
            validator.add_problem("SET_WRONG_CELL_COUNT", where=where)
            continue
        if not (parse_number(fields[2]) >= 0 and parse_number(fields[3]) > 0):
            validator.add_problem("SET_TIMES", where=where)
        if has_syntax(fields[4:]):
            validator.add_problem("NIST_SYNTAX", where=where)
        validator.check_text(where, "word", fields[4])
    return validator.problems


def _lines(utterance: Utterance) -> list[str]:
    rate_hz = utterance.rate_hz
    return [
        f"{utterance.id} {CHANNEL} {seconds(at, rate_hz)} {duration(at, end, rate_hz)} {text}"
        for at, end, text in sorted((one.start, one.end, one.text) for one in utterance.words)
    ]
