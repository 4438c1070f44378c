"""Paths of the program's own files and of the default workspace."""

import os
from pathlib import Path

PROJECT_FILE = "project.toml"
DATABASE_FILE = "workspace.db"
_PACKAGE = Path(__file__).parent


def resource(*parts: str) -> Path:
    """The path of a file in ``resources/``, in a checkout or in an installed package."""
    installed = _PACKAGE / "resources"
    root = installed if installed.is_dir() else _PACKAGE.parent / "resources"
    return root.joinpath(*parts)


def own_or_resource(workspace: Path, kind: str, name: str) -> Path:
    """A schema or conventions file: the workspace's own, else the built-in one."""
    own = workspace / kind / f"{name}.toml"
    return own if os.path.lexists(own) else resource(kind, f"{name}.toml")


def own_folder_or_resource(workspace: Path, kind: str) -> Path:
    """A folder of the workspace's own, else the built-in one."""
    own = workspace / kind
    return own if own.is_dir() else resource(kind)


def default_workspace() -> Path:
    """The platform's folder for this user's data."""
    import platformdirs  # noqa: PLC0415 - a sixth of the start, and only needed here

    return Path(platformdirs.user_data_dir("reviewer", appauthor=False)) / "workspace"


def sound_record() -> Path:
    """The file with the underrun statistics of this user's output devices."""
    import platformdirs  # noqa: PLC0415 - as above

    return Path(platformdirs.user_state_dir("reviewer", appauthor=False)) / "sound.json"


def recent_workspaces_file() -> Path:
    """The file with the workspaces that this user opened, newest first."""
    import platformdirs  # noqa: PLC0415 - as above

    return Path(platformdirs.user_state_dir("reviewer", appauthor=False)) / "workspaces.json"
