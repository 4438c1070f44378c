"""What the NIST formats share: where files are, the order of lines, and what their syntax forbids.

Files are named without folder and ending, the channel is ``A``, lines are sorted by file, channel and begin
(SCTK, ``doc/infmts.htm``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from reviewer.formats.dataset import TextFiles, Utterance, UtteranceSegment, segments_of
from reviewer.formats.tags import IGNORE
from reviewer.formats.validation import SetValidator

CHANNEL = "A"
UNSPLIT = "all"
_SYNTAX = re.compile(r"[(){}/@<>*\\]|;;|IGNORE_TIME_SEGMENT_IN_SCORING", re.IGNORECASE)
_WORD = r"[^\s(){}/@<>*\\;]+"
_ALTERNATIVE = rf"(?:{_WORD}(?: {_WORD})*|@)"
_MARK = re.compile(rf"(?<!\S)(?:\(%{_WORD}\)|\{{ {_ALTERNATIVE}(?: / {_ALTERNATIVE})+ \}})(?!\S)")


def has_syntax(texts: Iterable[str]) -> bool:
    """Whether a text has what a scorer takes for syntax: alternatives, optional words, labels, comments."""
    return any(_SYNTAX.search(text) for text in texts)


def is_transcript(text: str) -> bool:
    """Whether a text is words with whole marks among them: ``(%optional)``, ``{ one / other / @ }``; or the
    mark that takes a segment out of scoring (SCTK, ``doc/infmts.htm``)."""
    return text == IGNORE or not _SYNTAX.search(_MARK.sub("", text))


def split_file(kind: str, utterance: Utterance) -> str:
    """The file of a row, such as ``stm/train.stm``."""
    return f"{kind}/{utterance.split or UNSPLIT}.{kind}"


def by_start(utterance: Utterance) -> list[UtteranceSegment]:
    """The segments of a row in the order of their starts."""
    return sorted(segments_of(utterance), key=lambda one: (one.start, one.end, one.speaker))


def write_split_files(folder: Path, kind: str, rows: Iterable[tuple[Utterance, Sequence[str]]]) -> None:
    """Writes the lines of each row into the file of its split, which is there even if no row has a line."""
    with TextFiles(folder) as files:
        for utterance, lines in rows:
            name = split_file(kind, utterance)
            files.begin(name)
            for line in lines:
                files.add_line(name, line)


def split_lines(validator: SetValidator, kind: str) -> Iterator[tuple[str, list[str]]]:
    """The fields of each line of a kind of file; a problem where there is none, or the order is wrong."""
    names = sorted((validator.folder / kind).glob(f"*.{kind}"))
    if not names:
        validator.add_problem("SET_FILE_MISSING", file=kind)
    begin_at = {"stm": 3, "ctm": 2, "rttm": 3, "uem": 2}[kind]
    for path in names:
        before: tuple[str, float] = ("", 0.0)
        for where, line in validator.lines(path.relative_to(validator.folder).as_posix()):
            fields = line.split(" ")
            try:
                at = (fields[1 if kind == "rttm" else 0], float(fields[begin_at]))
            except (IndexError, ValueError):
                validator.add_problem("SET_NOT_NUMBERS", where=where, fields=kind)
                continue
            if at < before:
                validator.add_problem("SET_NOT_SORTED", where=where)
            before = at
            yield where, fields
