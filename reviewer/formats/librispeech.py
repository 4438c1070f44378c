"""LibriSpeech: ``<speaker>/<chapter>/<speaker>-<chapter>-0000.flac`` with a ``.trans.txt`` in capitals.

Readers take the three parts of a name for whole numbers (torchaudio, ``LIBRISPEECH``), so speakers and clips
are numbered in the order of their ids; ``utterances.tsv`` leads back to them.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import TextFiles, Utterance, link_clip, write_lines
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import SetValidator
from reviewer.transcript.words import upper_case

VERSION = "1"
HAS_OWN_AUDIO = True
FOLDER = "librispeech"
SPEAKERS, CHAPTERS, IDS = "SPEAKERS.TXT", "CHAPTERS.TXT", "utterances.tsv"
UNSPLIT = "all"
_NAME = re.compile(r"([0-9]+)-([0-9]+)-[0-9]{4,}")


def problem(utterance: Utterance) -> str:
    """A text without words, or audio that is not FLAC."""
    if not utterance.text:
        return "no_words"
    return row_problem(utterance) if utterance.path.endswith(".flac") else "needs_flac"


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``librispeech/<split>/`` and the tables of speakers, chapters and ids. May raise OSError."""
    place = folder / FOLDER
    numbers: dict[str, int] = {}
    minutes: dict[tuple[str, str], float] = {}
    with TextFiles(place) as files:
        files.add_line(SPEAKERS, ";ID |SEX|SUBSET|MINUTES|NAME")
        files.add_line(CHAPTERS, ";ID |READER|MINUTES|SUBSET|PROJ.|BOOK ID|CH. TITLE|PROJECT TITLE")
        chapters = groupby(utterances, key=lambda one: (one.speaker, one.clip_id, one.split))
        for chapter, ((speaker, clip, split), group) in enumerate(chapters, start=1):
            subset, own = split or UNSPLIT, list(group)
            number = numbers.setdefault(speaker, len(numbers) + 1)
            lines = []
            for count, utterance in enumerate(own):
                name = f"{number}-{chapter}-{count:04d}"
                link_clip(folder, utterance, place / subset / str(number) / str(chapter) / f"{name}.flac")
                lines.append(f"{name} {upper_case(utterance.text, utterance.locale)}")
                files.add_line(IDS, f"{name}\t{utterance.id}")
            write_lines(place / _transcript(subset, number, chapter), lines)
            length = sum(one.duration for one in own) / 60
            minutes[speaker, subset] = minutes.get((speaker, subset), 0.0) + length
            files.add_line(CHAPTERS, f"{chapter} | {number} | {length:.2f} | {subset} | 0 | 0 | {clip} | ")
        for (speaker, subset), length in minutes.items():
            files.add_line(SPEAKERS, f"{numbers[speaker]} | U | {subset} | {length:.2f} | {speaker}")


def validate(folder: Path) -> list[Notice]:
    """Reads every transcript back, finds its files, and returns every problem found."""
    validator = SetValidator(folder)
    ids = _ids(validator)
    found = 0
    for path in sorted((folder / FOLDER).glob("*/*/*/*.trans.txt")):
        for where, line in validator.lines(path.relative_to(folder).as_posix()):
            name, _, text = line.partition(" ")
            found += 1
            match = _NAME.fullmatch(name)
            if not match or (path.parent.parent.name, path.parent.name) != match.groups() or name not in ids:
                validator.add_problem("SET_ID_MALFORMED", where=where)
                continue
            if not text or text != capitals(text):
                validator.add_problem("LIBRISPEECH_TEXT", where=where)
            validator.check_text(where, "text", text)
            sound = path.parent / f"{name}.flac"
            validator.check_clip_decodes(where, sound.relative_to(folder).as_posix())
    if found != len(ids) or not found:
        validator.add_problem("SET_ROWS_DIFFER", file=FOLDER)
    _check_tables(ids, validator)
    return validator.problems


def _check_tables(ids: Mapping[str, str], validator: SetValidator) -> None:
    """Checks that the tables have the speakers, and their chapters, that rows are of, and no others."""
    numbers = [(name.split("-"), utterance.partition("-")[0]) for name, utterance in ids.items()]
    speakers = {(name[0], speaker) for name, speaker in numbers}
    chapters = {tuple(name[1::-1]) for name, _ in numbers}
    for table, columns, wanted in ((SPEAKERS, (0, 4), speakers), (CHAPTERS, (0, 1), chapters)):
        found = set()
        for _, line in validator.lines(f"{FOLDER}/{table}"):
            cells = [cell.strip() for cell in line.split("|")]
            if not line.startswith(";"):
                found.add(tuple(cells[column] for column in columns if column < len(cells)))
        if found != wanted:
            validator.add_problem("SET_ROWS_DIFFER", file=f"{FOLDER}/{table}")


def capitals(text: str) -> str:
    """A text in capitals, in NFC as every text of a set. What is one in any language stays as it is."""
    return unicodedata.normalize("NFC", text.upper())


def _transcript(subset: str, speaker: int, chapter: int) -> Path:
    return Path(subset) / str(speaker) / str(chapter) / f"{speaker}-{chapter}.trans.txt"


def _ids(validator: SetValidator) -> dict[str, str]:
    return dict(_pairs(validator))


def _pairs(validator: SetValidator) -> Iterator[tuple[str, str]]:
    for where, line in validator.lines(f"{FOLDER}/{IDS}"):
        name, _, utterance = line.partition("\t")
        validator.check_id(where, utterance)
        yield name, utterance
