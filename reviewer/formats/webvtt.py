"""WebVTT captions, one file a row: a cue for each segment with its speaker as the voice (W3C, WebVTT)."""

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import Utterance, write_lines
from reviewer.formats.nist import by_start
from reviewer.formats.row_problems import has_times_below_millisecond, row_problem
from reviewer.formats.times import clock_time, milliseconds
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
FOLDER = "webvtt"
SUFFIX = ".vtt"
_TIMES = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})")
_TEXT = re.compile(r"<v [a-z0-9]+>(?:[^<>&]|&amp;|&lt;|&gt;)+")


def problem(utterance: Utterance) -> str:
    """A time that has no length in milliseconds."""
    return "time_below_millisecond" if has_times_below_millisecond(utterance) else row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``webvtt/<id>.vtt``; a segment without a text has no cue. May raise OSError."""
    (folder / FOLDER).mkdir()
    for utterance in utterances:
        write_lines(folder / FOLDER / f"{utterance.id}{SUFFIX}", _lines(utterance))


def validate(folder: Path) -> list[Notice]:
    """Reads every file back and returns every problem found."""
    validator = SetValidator(folder)
    for name, clip in validator.side_files(FOLDER, SUFFIX):
        validator.check_clip_decodes(name, clip)
        lines = [line for _, line in validator.lines(name)]
        if lines[:3] != ["WEBVTT", "", f"NOTE {Path(clip).name}"]:
            validator.add_problem("CAPTIONS_MALFORMED", where=name)
        at = 0
        for times, text, gap in zip(lines[4::3], lines[5::3], [*lines[6::3], ""], strict=False):
            match = _TIMES.fullmatch(times)
            if match is None or not _TEXT.fullmatch(text) or gap:
                validator.add_problem("CAPTIONS_MALFORMED", where=name)
                continue
            start, end = (_milliseconds(match.groups()[part : part + 4]) for part in (0, 4))
            if not at <= start < end:
                validator.add_problem("SET_TIMES", where=name)
            at = start
            validator.check_text(name, "text", html.unescape(text.partition(">")[2]))
    return validator.problems


def _lines(utterance: Utterance) -> Iterator[str]:
    yield from ("WEBVTT", "", f"NOTE {Path(utterance.path).name}")
    for one in by_start(utterance):
        if one.text_verbatim:
            start, end = (
                clock_time(milliseconds(frame, utterance.rate_hz)) for frame in (one.start, one.end)
            )
            text = html.escape(one.text_verbatim, quote=False)
            yield from ("", f"{start} --> {end}", f"<v {one.speaker}>{text}")


def _milliseconds(parts: Sequence[str]) -> int:
    hours, minutes, in_seconds, thousandths = map(int, parts)
    return ((hours * 60 + minutes) * 60 + in_seconds) * 1000 + thousandths
