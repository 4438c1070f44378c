"""SubRip captions, one file a row: a numbered block for each segment, its text led by ``<speaker>: ``.

SubRip has no escapes: a text with an arrow, or with what players take for markup, is left out.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import Utterance, segments_of, write_lines
from reviewer.formats.nist import by_start
from reviewer.formats.row_problems import has_times_below_millisecond, row_problem
from reviewer.formats.times import clock_time, milliseconds
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
FOLDER = "srt"
SUFFIX = ".srt"
_MARKUP = re.compile(r"-->|</?\w|\{\\")
_TIMES = re.compile(r"\d{2,}:[0-5]\d:[0-5]\d,\d{3} --> \d{2,}:[0-5]\d:[0-5]\d,\d{3}")
_TEXT = re.compile(r"[a-z0-9]+: .+")


def problem(utterance: Utterance) -> str:
    """A text that players take for markup, or a time that has no length in milliseconds."""
    if any(_MARKUP.search(one.text_verbatim) for one in segments_of(utterance)):
        return "srt_markup"
    return "time_below_millisecond" if has_times_below_millisecond(utterance) else row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``srt/<id>.srt``; a segment without a text has no block. May raise OSError."""
    (folder / FOLDER).mkdir()
    for utterance in utterances:
        write_lines(folder / FOLDER / f"{utterance.id}{SUFFIX}", _lines(utterance))


def validate(folder: Path) -> list[Notice]:
    """Reads every file back and returns every problem found."""
    validator = SetValidator(folder)
    for name, clip in validator.side_files(FOLDER, SUFFIX):
        validator.check_clip_decodes(name, clip)
        lines = [line for _, line in validator.lines(name)]
        blocks = [lines[first : first + 4] for first in range(0, len(lines), 4)]
        for number, block in enumerate(blocks, start=1):
            is_right = len(block) == 4 and block[0] == str(number) and not block[3]
            if not is_right or not _TIMES.fullmatch(block[1]) or not _TEXT.fullmatch(block[2]):
                validator.add_problem("CAPTIONS_MALFORMED", where=name)
                break
            start, _, end = block[1].partition(" --> ")
            if not start < end:
                validator.add_problem("SET_TIMES", where=name)
            validator.check_text(name, "text", block[2].partition(": ")[2])
    return validator.problems


def _lines(utterance: Utterance) -> Iterator[str]:
    spoken = (one for one in by_start(utterance) if one.text_verbatim)
    for number, one in enumerate(spoken, start=1):
        start, end = (
            clock_time(milliseconds(frame, utterance.rate_hz), ",") for frame in (one.start, one.end)
        )
        yield from (str(number), f"{start} --> {end}", f"{one.speaker}: {one.text_verbatim}", "")
