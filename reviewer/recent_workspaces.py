"""The workspaces that this user opened or made, newest first: a small file beside the user's own state."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reviewer.files import write_atomically
from reviewer.places import DATABASE_FILE, default_workspace, recent_workspaces_file

_MOST = 12


def recent_workspaces() -> Iterator[Path]:
    """The workspaces that are still there, newest first; the user's default one is always among them.

    Each is looked for when it is asked for: one may lie on a slow network.
    """
    return filter(_is_workspace, dict.fromkeys([*_remembered(), default_workspace()]))


def remember_workspace(folder: Path) -> None:
    """Puts a workspace first in the list. A disk that does not take it is no reason to stop."""
    file, newest = recent_workspaces_file(), folder.absolute()
    names = [str(one) for one in dict.fromkeys([newest, *_remembered()])][:_MOST]
    with suppress(OSError, ValueError):  # a folder's name may be bytes that are no text
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps(names, ensure_ascii=False, indent=1).encode())


def _remembered() -> list[Path]:
    """A file that somebody damaged is as good as none: it is a convenience."""
    try:
        kept = json.loads(recent_workspaces_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    return [Path(name) for name in kept if isinstance(name, str)] if isinstance(kept, list) else []


def _is_workspace(folder: Path) -> bool:
    try:
        return (folder / DATABASE_FILE).is_file()
    except (OSError, ValueError):
        return False
