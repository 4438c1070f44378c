"""Invites people to machines of their own, and gives people their logins on the server of a team's queue."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.access.people import PersonRepository
from reviewer.errors import Refused, Unavailable
from reviewer.files import write_atomically
from reviewer.lead.own_folders import OwnFolders
from reviewer.lead.people import Invitation
from reviewer.model.people import Person, Role
from reviewer.queue.api import DatabaseOwner
from reviewer.session.queue_login import login_name, person_of_request, verifier_of_request

if TYPE_CHECKING:
    from reviewer.queue.administration import QueueAdministration

MakeServer = Callable[[DatabaseOwner | None], "QueueAdministration"]


class Admission:
    """For a lead who is signed in, at a terminal and in the window."""

    def __init__(
        self, folders: OwnFolders, make_server: MakeServer, people: PersonRepository, workspace_id: str
    ) -> None:
        self._folders = folders
        self._make_server = make_server
        self._people = people
        self._workspace_id = workspace_id

    @property
    def has_servers(self) -> bool:
        """Whether queue, clips and broker are elsewhere, so that somebody can work on another machine."""
        return self._folders.missing_place() is None

    def invite(self, name: str, role: Role, file: Path) -> Invitation:
        """Adds somebody who joins on a machine of their own, and writes the file for them.

        Raises: as ``OwnFolders.invite``; Unavailable when the file cannot be written. Then the person is
            added, and ``invite_again`` writes another one.
        """
        return _written(file, *self._folders.invite(name, role))

    def invite_again(self, name: str, file: Path) -> Invitation:
        """A new code and file for somebody with an account; what they had opens nothing any more.

        Raises: as ``OwnFolders.invite_again``; Unavailable when the file cannot be written.
        """
        return _written(file, *self._folders.invite_again(name))

    def admit(self, text: str, owner: DatabaseOwner | None = None) -> Person:
        """Gives a login to somebody who asked for one, or who answered an invitation, which also enrols them.

        The same file again changes nothing.

        Args:
            text: the content of the file.
            owner: of the database; None for the one named by the environment.

        Raises: NotAllowed; Refused; Unavailable when the server cannot be reached. What was done by then
            stays, and the same file can be admitted again.
        """
        joined = self._folders.admit(text)
        if joined is not None:
            person, verifier = joined[0], joined[1].verifier
        else:
            person = self._person_of_request(text)
            verifier = verifier_of_request(text, person, self._workspace_id)
        self._make_server(owner).add_login(login_name(person), person, verifier)
        return person

    def publish(self) -> None:
        """Puts the signed policy and the facts of every clip on the server, as ``OwnFolders.publish``."""
        self._folders.publish()

    def _person_of_request(self, text: str) -> Person:
        person = self._people.by_id(person_of_request(text))
        if person is None:
            raise Refused("LOGIN_REQUEST_OF_ANOTHER")
        return person


def _written(file: Path, invitation: Invitation, text: str) -> Invitation:
    try:
        write_atomically(file, text.encode())
    except OSError as error:
        raise Unavailable(
            "INVITATION_NOT_WRITTEN", file=str(file), name=invitation.person.name, problem=str(error)
        ) from error
    return invitation
