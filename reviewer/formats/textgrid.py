"""Praat TextGrid, long text form, one file a row: an interval tier for each speaker, and for its words.

Interval tiers tile the whole time without a gap or an overlap: silence is an empty text, and where the
segments of a speaker overlap, further tiers hold them (Praat manual, TextGrid file formats).
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import Utterance, write_lines
from reviewer.formats.row_problems import row_problem
from reviewer.formats.tiers import Tier, tiers_of
from reviewer.formats.times import parse_number, seconds
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
FOLDER = "textgrid"
SUFFIX = ".TextGrid"
_TIER = re.compile(r"    item \[\d+\]:")
_TIME = re.compile(r"            (xmin|xmax) = (\S+)")
_TEXT = re.compile(r'            text = "((?:[^"]|"")*)"')
_END = re.compile(r"xmax = (\S+)")


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``textgrid/<id>.TextGrid``. May raise OSError."""
    (folder / FOLDER).mkdir()
    for utterance in utterances:
        write_lines(folder / FOLDER / f"{utterance.id}{SUFFIX}", _lines(utterance))


def validate(folder: Path) -> list[Notice]:
    """Reads every file back and returns every problem found."""
    validator = SetValidator(folder)
    for name, clip in validator.side_files(FOLDER, SUFFIX):
        _check(name, clip, validator)
    return validator.problems


def _lines(utterance: Utterance) -> Iterator[str]:
    end, tiers = seconds(utterance.frames, utterance.rate_hz), tiers_of(utterance)
    yield from ('File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {end}")
    yield from ("tiers? <exists>", f"size = {len(tiers)}", "item []:")
    for number, tier in enumerate(tiers, start=1):
        intervals = list(_tiled(tier, utterance.frames))
        yield f"    item [{number}]:"
        yield '        class = "IntervalTier"'
        yield f'        name = "{tier.name}"'
        yield "        xmin = 0"
        yield f"        xmax = {end}"
        yield f"        intervals: size = {len(intervals)}"
        for count, (start, stop, text) in enumerate(intervals, start=1):
            quoted = text.replace('"', '""')
            yield f"        intervals [{count}]:"
            yield f"            xmin = {seconds(start, utterance.rate_hz) if start else '0'}"
            yield f"            xmax = {seconds(stop, utterance.rate_hz)}"
            yield f'            text = "{quoted}"'


def _tiled(tier: Tier, frames: int) -> Iterator[tuple[int, int, str]]:
    """The spans of a tier, and an empty text for each gap between them."""
    at = 0
    for span in tier.spans:
        if at < span.start:
            yield at, span.start, ""
        yield span.start, span.end, span.text
        at = span.end
    if at < frames:
        yield at, frames, ""


def _check(name: str, clip: str, validator: SetValidator) -> None:
    end = at = ""
    is_first_of_tier = True
    for where, line in validator.lines(name):
        if not end and (whole := _END.fullmatch(line)):
            end = whole[1]
        elif _TIER.fullmatch(line):
            if not is_first_of_tier and at != end:
                validator.add_problem("SET_TIMES", where=where)
            at, is_first_of_tier = "0", True
        elif time := _TIME.fullmatch(line):
            is_right = (
                time[2] == at
                if time[1] == "xmin"
                else parse_number(at) < parse_number(time[2]) <= parse_number(end)
            )
            if not is_right:
                validator.add_problem("SET_TIMES", where=where)
            at, is_first_of_tier = time[2], False
        elif line.startswith("            text ="):
            if not (text := _TEXT.fullmatch(line)):
                validator.add_problem("SET_QUOTES", where=where)
            else:
                validator.check_text(where, "text", text[1].replace('""', '"'))
    if at != end or not parse_number(end) > 0:
        validator.add_problem("SET_TIMES", where=name)
    else:
        validator.check_clip(name, clip, parse_number(end))
