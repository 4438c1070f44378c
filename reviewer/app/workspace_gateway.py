"""A workspace as the window sees it: open, or opening behind the sign-in page."""

import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.errors import Unavailable
from reviewer.model.people import Identity
from reviewer.places import PROJECT_FILE
from reviewer.workspace_folder import require_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.desk.session import DeskSession
    from reviewer.lead.session import LeadSession
    from reviewer.model.project import Project
    from reviewer.qa.session import QaSession
    from reviewer.session.agreement import Agreement
    from reviewer.session.sign_in import SignIn
    from reviewer.workspace import Workspace


class OpenWorkspaceGateway:
    """An open workspace as the window sees it."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace

    @property
    def project(self) -> "Project":
        return self._workspace.project

    @property
    def sign_in(self) -> "SignIn":
        return self._workspace.sessions

    @property
    def agreement(self) -> "Agreement":
        return self._workspace.agreement

    def purge_due(self, identity: Identity) -> tuple[str, ...]:
        return self._workspace.purge_due(identity)

    def desk(self, identity: Identity) -> "DeskSession":
        return self._workspace.desk(identity)

    def qa(self, identity: Identity) -> "QaSession":
        return self._workspace.qa(identity)

    def lead(self, identity: Identity) -> "LeadSession":
        return self._workspace.lead(identity)


class LazyWorkspaceGateway:
    """Reads the project file on request, and opens the rest on a thread of its own.

    Everything but ``project`` blocks until the workspace is open: call it on the job pool. If opening fails,
    every call raises the reason.
    """

    def __init__(
        self,
        folder: Path,
        open_it: "Callable[[Path], Workspace] | None" = None,
        then: "Callable[[], object] | None" = None,
    ) -> None:
        """Checks that there is a workspace; raises the same as ``require_workspace``.

        Args:
            folder: the workspace's.
            open_it: opens it.
            then: called on the same thread after the workspace is open; not after ``close``.
        """
        require_workspace(folder)
        self._folder = folder
        self._open_it = open_it or _open
        self._then = then
        self._is_closing = False
        self._workspace: Workspace | None = None
        self._error: Exception | None = None
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._open, name="workspace", daemon=True)

    @property
    def is_closing(self) -> bool:
        """Whether the workspace is being closed."""
        return self._is_closing

    @cached_property
    def project(self) -> "Project":
        """The project file, read once.

        Raises:
            Unavailable: it cannot be read.
            Refused: it is invalid.
        """
        from reviewer.lead.project_file import read_project  # noqa: PLC0415 - after the first paint

        return read_project(self._folder / PROJECT_FILE)

    @property
    def workspace(self) -> "Workspace":
        """The open workspace; waits for it.

        Raises:
            ReviewerError: why it did not open.
        """
        if not self._is_done.is_set():
            self.begin()
            self._is_done.wait()
        if self._workspace is None:
            raise self._error or Unavailable("WORKSPACE_CLOSED")
        return self._workspace

    @property
    def sign_in(self) -> "SignIn":
        return self.workspace.sessions

    @property
    def agreement(self) -> "Agreement":
        return self.workspace.agreement

    def purge_due(self, identity: Identity) -> tuple[str, ...]:
        return self.workspace.purge_due(identity)

    def desk(self, identity: Identity) -> "DeskSession":
        return self.workspace.desk(identity)

    def qa(self, identity: Identity) -> "QaSession":
        return self.workspace.qa(identity)

    def lead(self, identity: Identity) -> "LeadSession":
        return self.workspace.lead(identity)

    def begin(self) -> None:
        """Starts opening; once."""
        if not self._thread.is_alive() and not self._is_done.is_set():
            self._thread.start()

    def close(self) -> None:
        """Closes the workspace, once it is open."""
        self._is_closing = True
        if self._thread.ident is not None:
            self._thread.join()
        self._is_done.set()
        workspace, self._workspace = self._workspace, None
        if workspace is not None:
            workspace.close()

    def _open(self) -> None:
        try:
            self._workspace = self._open_it(self._folder)
        except Exception as error:  # noqa: BLE001 - raised to callers; the thread itself reports nothing
            self._error = error
        finally:
            self._is_done.set()
        if self._then is not None and not self._is_closing:
            self._then()


def _open(folder: Path) -> "Workspace":
    from reviewer.workspace import open_workspace  # noqa: PLC0415 - after the first paint: half a second

    return open_workspace(folder)
