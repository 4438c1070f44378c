"""Writes an output folder atomically: complete, or not there at all, even if the process is killed.

Plain files must not outlive an export that was killed, wherever it wrote. So a folder is planned before it is
made, and the plan can be stored: with it any later process finds the folder, knows it by the marker file
inside, and removes it. Nothing without the plan's own marker is ever removed.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from reviewer.errors import Refused, Unavailable
from reviewer.files import sync_folder, write_atomically

MARKER = ".reviewer-unfinished"
_LONGEST_MARKER = 256


@dataclass(frozen=True, slots=True)
class PlannedFolder:
    """Where a set is written: ``folder``, renamed to ``out`` when it is complete; both absolute.

    ``marker`` is the random content of its marker file; ``parent`` the inode of the folder they are in, which
    tells that folder from the mount point of a disk that is not there.
    """

    folder: Path
    out: Path
    marker: str
    parent: str


class Removal(Enum):
    """What became of an unfinished folder."""

    REMOVED = "removed"
    WAS_COMPLETE = "was complete"  # it already had its final name: somebody may have copied it
    NOT_FOUND = "not found"
    UNREACHABLE = "unreachable"  # its disk is not there, or it cannot be removed


def require_free(out: Path) -> None:
    """Raises Refused when ``out`` exists, or its parent folder does not; Unavailable if it can be no name."""
    try:
        out.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise Unavailable("SET_NOT_WRITTEN", problem=error.strerror or "") from error
    except ValueError as error:  # a NUL
        raise Unavailable("SET_NOT_WRITTEN", problem=str(error)) from error
    else:
        raise Refused("OUTPUT_EXISTS", folder=out.name)
    if not out.parent.is_dir():
        raise Refused("OUTPUT_PARENT_MISSING", folder=out.name)


def plan_folder(out: Path) -> PlannedFolder:
    """Plans the folder of a set; raises Unavailable if its place cannot be read. Nothing is made."""
    try:
        parent = out.parent.resolve()
        folder = parent / f".{secrets.token_hex(8)}.reviewer-partial"
        return PlannedFolder(folder, parent / out.name, secrets.token_hex(16), _inode(parent))
    except OSError as error:
        raise Unavailable("SET_NOT_WRITTEN", problem=error.strerror or "") from error


@contextmanager
def temporary_folder(planned: PlannedFolder) -> Iterator[Path]:
    """The planned folder, for its owner only, with its marker; removed afterwards unless it was moved.

    Turns any OSError inside into Unavailable.
    """
    try:
        planned.folder.mkdir(mode=0o700)
        write_atomically(planned.folder / MARKER, planned.marker.encode())
        sync_folder(planned.folder.parent)
        yield planned.folder
    except OSError as error:
        raise Unavailable("SET_NOT_WRITTEN", problem=error.strerror or "") from error
    finally:
        with suppress(OSError):
            _remove(planned.folder)


@contextmanager
def moved_into_place(planned: PlannedFolder) -> Iterator[None]:
    """Renames the folder to ``out``; renames it back if what is done inside fails."""
    require_free(planned.out)
    planned.folder.rename(planned.out)
    try:
        sync_folder(planned.out.parent)
        yield
    except BaseException:
        planned.out.rename(planned.folder)
        raise


def unmark(planned: PlannedFolder) -> None:
    """Removes the marker of a set that is finished, if it is still where it was made; never fails."""
    with suppress(OSError):
        if _has_marker(planned.out, planned.marker):
            (planned.out / MARKER).unlink()


def remove_unfinished(planned: PlannedFolder) -> Removal:
    """Removes what a killed process left of this folder, under either name. Nobody may be writing it."""
    removal = Removal.NOT_FOUND
    try:
        for place, outcome in (
            (planned.folder, Removal.REMOVED),
            (planned.out, Removal.WAS_COMPLETE),
        ):
            if _has_marker(place, planned.marker):
                _remove(place)
                removal = outcome
        if planned.folder.is_dir() and not planned.folder.is_symlink():
            _remove_unmarked(planned.folder)
            removal = Removal.REMOVED
        if removal is Removal.NOT_FOUND and _inode(planned.out.parent) != planned.parent:
            return Removal.UNREACHABLE
    except OSError:
        return Removal.UNREACHABLE
    return removal


def is_gone(planned: PlannedFolder) -> bool:
    """Whether nothing unfinished is left under either name."""
    try:
        return not planned.folder.exists() and not _has_marker(planned.out, planned.marker)
    except OSError:
        return False


def _remove(folder: Path) -> None:
    """Removes a folder, its marker last: killed meanwhile, the rest can still be told by it."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        elif each.name != MARKER:
            each.unlink()
    (folder / MARKER).unlink(missing_ok=True)
    folder.rmdir()


def _remove_unmarked(folder: Path) -> None:
    """Removes a folder whose marker was not written before the end; raises OSError for any other."""
    for each in folder.iterdir():
        if each.name.startswith(f".{MARKER}."):
            each.unlink()  # the marker, half written
    folder.rmdir()


def _has_marker(folder: Path, marker: str) -> bool:
    path = folder / MARKER
    if folder.is_symlink() or path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(_LONGEST_MARKER) == marker.encode()


def _inode(folder: Path) -> str:
    return str(folder.stat().st_ino)
