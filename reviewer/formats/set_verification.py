"""Verifies a labelled set on disk: every file against the passport, every format by its own validator."""

import json
from collections.abc import Mapping
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats import passport
from reviewer.formats.catalogue import FORMATS, Format


def verify_set(folder: Path, formats: Mapping[str, Format] = FORMATS) -> list[Notice]:
    """Every problem of a set; reads and decodes all of it, and needs no workspace."""
    problems = passport.validate(folder)
    try:
        named = list(json.loads((folder / passport.NAME).read_bytes())["formats"])
    except (OSError, ValueError, KeyError, TypeError):
        return problems or [Notice("SET_FILE_UNREADABLE", {"file": passport.NAME})]
    for name in named:
        if name in formats:
            problems += formats[name].validate(folder)
        else:
            problems.append(Notice("SET_FORMAT_UNKNOWN", {"format": str(name)}))
    return problems
