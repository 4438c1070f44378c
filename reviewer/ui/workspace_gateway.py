"""What the window needs of a workspace; the ui never opens one itself."""

from typing import TYPE_CHECKING, Protocol

from reviewer.model.people import Identity

if TYPE_CHECKING:
    from reviewer.desk.session import DeskSession
    from reviewer.lead.session import LeadSession
    from reviewer.model.project import Project
    from reviewer.qa.session import QaSession
    from reviewer.session.agreement import Agreement
    from reviewer.session.sign_in import SignIn


class WorkspaceGateway(Protocol):
    """The sessions of an open workspace, each for the identity that may use it."""

    @property
    def project(self) -> "Project": ...

    @property
    def sign_in(self) -> "SignIn": ...

    @property
    def agreement(self) -> "Agreement": ...

    def purge_due(self, identity: Identity) -> tuple[str, ...]: ...

    def desk(self, identity: Identity) -> "DeskSession": ...

    def qa(self, identity: Identity) -> "QaSession": ...

    def lead(self, identity: Identity) -> "LeadSession": ...
