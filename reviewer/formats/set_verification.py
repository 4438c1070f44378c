"""Verifies a labelled set on disk: every file against the passport, every format by its own validator."""

import os
from collections.abc import Mapping
from pathlib import Path

from reviewer.errors import Damaged, Notice
from reviewer.formats import passport
from reviewer.formats.catalogue import FORMATS, Format
from reviewer.formats.titles import missing_package


def verify_set(folder: Path, formats: Mapping[str, Format] = FORMATS) -> list[Notice]:
    """Every problem of a set; reads and decodes all of it, and needs no workspace."""
    if links := _irregular_files(folder):
        return links
    problems = passport.validate(folder)
    try:
        named = passport.read(folder).formats
    except Damaged:
        return problems
    for name in named:
        if package := missing_package(name):
            problems.append(Notice("FORMAT_NEEDS_PACKAGE", {"format": name, "package": package}))
        elif name in formats:
            problems += formats[name].validate(folder)
        else:
            problems.append(Notice("SET_FORMAT_UNKNOWN", {"format": str(name)}))
    return problems


def _irregular_files(folder: Path) -> list[Notice]:
    """Links, pipes and devices, which no set has and which nobody should open."""
    found = [Path(place, name) for place, folders, names in os.walk(folder) for name in (*folders, *names)]
    irregular = (path for path in found if path.is_symlink() or not (path.is_file() or path.is_dir()))
    names = sorted(path.relative_to(folder).as_posix() for path in irregular)
    return [Notice("SET_FILE_NOT_REGULAR", {"file": name}) for name in names]
