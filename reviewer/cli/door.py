"""How a command gets into a workspace, and out again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.cli.passphrase import name_from, passphrase_from
from reviewer.places import default_workspace

if TYPE_CHECKING:
    from reviewer.workspace import SignedIn, Workspace


@dataclass(frozen=True, slots=True)
class AtWork:
    """A workspace and the person who signed in; ``passphrase`` is for acts that ask for it once more."""

    workspace: "Workspace"
    person: "SignedIn"
    passphrase: str = field(repr=False)


@contextmanager
def opened(folder: Path | None) -> Iterator["Workspace"]:
    """Opens a workspace with nobody signed in."""
    # Here and not above: --help and a mistyped option answer at once, without cryptography and numpy.
    from reviewer.workspace import open_workspace  # noqa: PLC0415

    with open_workspace(folder or default_workspace()) as workspace:
        yield workspace


@contextmanager
def signed_in(folder: Path | None, name: str | None, file: Path | None) -> Iterator[AtWork]:
    """Signs somebody in for one command, and out when it ends in whatever way."""
    with opened(folder) as workspace:
        who, passphrase = name_from(name), passphrase_from(file)
        person = workspace.sign_in(who, passphrase)
        try:
            yield AtWork(workspace, person, passphrase)
        finally:
            workspace.sign_out(person)
