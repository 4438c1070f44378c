"""Verifies a labelled set on disk: every file and fact against the passport, every format by its validator.

A set may come back from elsewhere with anything in its files. Its sounds are measured by a process that may
do nothing else, and what a validator stumbles over is a problem of the set.
"""

import os
import struct
import tarfile
import zlib
from pathlib import Path

import soundfile

from reviewer.errors import Damaged, Notice, Refused
from reviewer.formats import passport
from reviewer.formats.catalogue import FORMATS, Format
from reviewer.formats.set_facts import FormatReading, SetSounds, contradictions
from reviewer.formats.titles import missing_package
from reviewer.formats.validation import MeasureSound, read_by

_STUMBLES = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, MemoryError,
    EOFError, OSError, Refused, SyntaxError, struct.error, zlib.error, tarfile.TarError,
)  # fmt: skip
"""SyntaxError: ``xml.etree.ElementTree.ParseError`` is one."""


def verify_set(folder: Path, measure: MeasureSound) -> list[Notice]:
    """Every problem of a set; reads all of it, has all of its sounds decoded, and needs no workspace.

    ``measure`` decodes elsewhere than here.
    """
    if links := _irregular_files(folder):
        return links
    problems = passport.validate(folder)
    try:
        contents = passport.read(folder)
    except Damaged:
        return problems
    sounds = SetSounds(measure)
    readings = {name: FormatReading(sounds) for name in contents.formats}
    for name in contents.formats:
        if package := missing_package(name):
            problems.append(Notice("FORMAT_NEEDS_PACKAGE", {"format": name, "package": package}))
        elif name in FORMATS:
            problems += _problems(name, FORMATS[name], folder, readings[name])
        else:
            problems.append(Notice("SET_FORMAT_UNKNOWN", {"format": str(name)}))
    if problems:
        return problems
    try:
        return contradictions(folder, contents.facts, readings, sounds)
    except (*_STUMBLES, soundfile.LibsndfileError):
        return [Notice("SET_FILE_UNREADABLE", {"file": passport.NAME})]


def _problems(name: str, format_: Format, folder: Path, reading: FormatReading) -> list[Notice]:
    with read_by(reading):
        try:
            return format_.validate(folder)
        except _STUMBLES:
            return [Notice("SET_FORMAT_UNREADABLE", {"format": name})]


def _irregular_files(folder: Path) -> list[Notice]:
    """Links, pipes and devices, which no set has and which nobody should open."""
    found = [Path(place, name) for place, folders, names in os.walk(folder) for name in (*folders, *names)]
    irregular = (path for path in found if path.is_symlink() or not (path.is_file() or path.is_dir()))
    names = sorted(path.relative_to(folder).as_posix() for path in irregular)
    return [Notice("SET_FILE_NOT_REGULAR", {"file": name}) for name in names]
