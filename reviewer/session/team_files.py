"""Follows the policy of a team in somebody's own folder: the files are as a lead signed them, never older."""

from collections.abc import Sequence
from pathlib import Path

from reviewer.access.people import PersonRepository
from reviewer.access.team_policy import TeamPolicy, verified
from reviewer.errors import Refused, ReviewerError, Unavailable
from reviewer.files import write_atomically
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity, PersonState, Role
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.untrusted_files import read_untrusted_text

POLICY_FILE = "team-policy.json"
"""The signed policy that this folder follows."""

ANSWER_FILE = "answer.json"
"""The answer for the lead, in the folder itself: it can be sent again as long as the folder is there."""


def restore_team_files(folder: Path, serial: int | None, people: PersonRepository) -> None:
    """Writes the files that a person's own folder must have, where they differ from the policy that it
    follows.

    ``serial``: that of the policy; None in a lead's folder, where nothing is done. Raises Unavailable.
    """
    if serial is None:
        return
    try:
        kept = TeamPolicy.read(read_untrusted_text(folder / POLICY_FILE), _keys_of_leads(people))
    except Refused:
        return  # the sign-in says which file differs from what was signed
    if kept.serial == serial:
        _write(kept, folder)


def _keys_of_leads(people: PersonRepository) -> dict[str, bytes]:
    return {p.id: p.public_key for p in people.all() if p.role is Role.LEAD and p.state is PersonState.ACTIVE}


def _write(policy: TeamPolicy, folder: Path) -> None:
    try:
        policy.write_to(folder)
    except OSError as error:
        raise Unavailable("FILE_NOT_WRITTEN", file=POLICY_FILE, problem=error.strerror or "") from error


class TeamFiles:
    """Follows a later policy in three steps: it is kept as a file, then committed, then its files are
    written.

    Killed before the commit, the folder is as it was; killed after it, the next sign-in writes the files.
    """

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def restore(self) -> None:
        """As ``restore_team_files``."""
        unit = self._unit
        restore_team_files(unit.folder, unit.team_folder.serial(), unit.people)

    def follow(self, identity: Identity) -> bool:
        """Follows the latest policy on the server if it is later than the one here; returns whether it did.

        An earlier one is never taken, because the server may have been restored from a backup. A policy that
        does not verify is passed over; one that does may name the lead who signed a later one. Nothing
        changes while the server cannot be reached.

        Raises: Refused where no policy there is signed by a lead who is known here; or (code NO_LOGIN) where
            the server ended this person's login; or (code WAITS_FOR_ADMISSION) where it does not know them
            yet and no clip was ever here; Unavailable when the disk fails.
        """
        if not self._unit.team_folder.is_own():
            return False
        try:
            texts = self._unit.queue.team_policies()
        except ReviewerError as error:
            if error.code == "NO_LOGIN":
                raise
            if error.code == "QUEUE_SIGN_IN" and not self._unit.clips.ids():
                raise Refused("WAITS_FOR_ADMISSION", file=str(self._unit.folder / ANSWER_FILE)) from error
            return False
        has_followed = False
        while new := self._later(texts):
            self._follow(identity, new)
            has_followed = True
        return has_followed

    def _later(self, texts: Sequence[str]) -> TeamPolicy | None:
        """The latest of the policies that verify, if it is later than the one here.

        Raises: Refused: why the first does not verify, if none does.
        """
        good, refused = verified(texts, self._unit.workspace_id, _keys_of_leads(self._unit.people))
        if refused and not good:
            raise refused[0]
        latest = max(good, key=lambda each: each.serial, default=None)
        serial = self._unit.team_folder.serial()
        return None if latest is None or serial is None or latest.serial <= serial else latest

    def _follow(self, identity: Identity, new: TeamPolicy) -> None:
        unit = self._unit
        try:
            write_atomically(unit.folder / POLICY_FILE, new.text.encode())
        except OSError as error:
            raise Unavailable("FILE_NOT_WRITTEN", file=POLICY_FILE, problem=error.strerror or "") from error
        detail: dict[str, DetailValue] = {
            **new.policy.to_detail(),
            "serial": new.serial,
            "signed_by": new.signed_by,
            "team_log": new.log_id,
        }
        with unit.transaction():
            known = {each.id for each in new.leads}
            for lead in new.leads:
                unit.people.keep_lead(lead)
            for former in _keys_of_leads(unit.people).keys() - known:
                unit.people.revoke(former)
            unit.team_folder.follow(new.serial)
            event = Event.by(identity, Action.POLICY_CHANGED, reason="team", detail=detail)
            unit.log.record(event, seal="policy")
        _write(new, unit.folder)
