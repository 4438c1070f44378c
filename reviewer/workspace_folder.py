"""Whether a folder holds a workspace that this account can open."""

import stat
from pathlib import Path

from reviewer.errors import NoWorkspace, Unavailable
from reviewer.places import DATABASE_FILE


def require_workspace(folder: Path) -> None:
    """Raises NoWorkspace, Unavailable where the workspace is that of another account, or another OSError."""
    try:
        mode = (folder / DATABASE_FILE).stat().st_mode
    except PermissionError as error:
        raise Unavailable("WORKSPACE_OF_ANOTHER_ACCOUNT", folder=str(folder)) from error
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise NoWorkspace(folder) from error
    if not stat.S_ISREG(mode):
        raise NoWorkspace(folder)
