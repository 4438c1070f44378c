"""A folder that is there whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reviewer.errors import Refused, Unavailable
from reviewer.files import sync_folder


def require_free(out: Path) -> None:
    """Raises Refused when ``out`` is there already, or could not be made because its parent is not there."""
    if out.exists() or out.is_symlink():
        raise Refused(f"{out.name} is there already; an export never writes into it.", "Name a new folder.")
    if not out.parent.is_dir():
        raise Refused(f"The folder that {out.name} should go into does not exist.", "Make it first.")


@contextmanager
def temporary(out: Path) -> Iterator[Path]:
    """A folder beside ``out`` that only its owner may enter; gone afterwards unless it was moved.

    What a killed export left there, which is plain audio, is removed first. Raises Unavailable for whatever
    the disk refuses inside.
    """
    folder = out.parent / f".{out.name}.reviewer-partial"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        yield folder
    except OSError as error:
        hint = f"Check disk space and permissions ({error.strerror})."
        raise Unavailable("The set could not be written.", hint) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def moved(folder: Path, out: Path) -> Iterator[None]:
    """Gives the folder its name for what is done inside, and takes it back if that fails."""
    require_free(out)
    folder.rename(out)
    try:
        sync_folder(out.parent)
        yield
    except BaseException:
        out.rename(folder)
        raise
