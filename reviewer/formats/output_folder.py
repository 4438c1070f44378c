"""Writes an output folder atomically: it is complete, or not there at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reviewer.errors import Refused, Unavailable
from reviewer.files import sync_folder


def require_free(out: Path) -> None:
    """Raises Refused when ``out`` exists, or its parent folder does not."""
    if out.exists() or out.is_symlink():
        raise Refused("OUTPUT_EXISTS", folder=out.name)
    if not out.parent.is_dir():
        raise Refused("OUTPUT_PARENT_MISSING", folder=out.name)


@contextmanager
def temporary_folder(out: Path) -> Iterator[Path]:
    """A folder beside ``out`` that only its owner may enter; removed afterwards unless it was moved.

    Removes first what a killed export left there, because that is plain audio. Turns any OSError inside into
    Unavailable.
    """
    folder = out.parent / f".{out.name}.reviewer-partial"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        yield folder
    except OSError as error:
        raise Unavailable("SET_NOT_WRITTEN", problem=error.strerror or "") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def moved_into_place(folder: Path, out: Path) -> Iterator[None]:
    """Renames the folder to ``out``; renames it back if what is done inside fails."""
    require_free(out)
    folder.rename(out)
    try:
        sync_folder(out.parent)
        yield
    except BaseException:
        out.rename(folder)
        raise
