"""Where files differ from those that a lead signed, only a lead signs in, to sign them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from reviewer.access.audit_log import AuditLog
from reviewer.access.log_chain import LogRow
from reviewer.access.policy import Difference, Policy
from reviewer.access.rights import Act, require
from reviewer.errors import Refused
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity, Role
from reviewer.places import PROJECT_FILE
from reviewer.queue.move_record import MoveRecord


class WorkspacePolicy:
    """The signed policy of one open workspace, and its files."""

    def __init__(
        self, log: AuditLog, folder: Path, shipped: Mapping[str, Path], moves: MoveRecord | None = None
    ) -> None:
        self._log = log
        self._moves = moves
        self._read: Callable[[], Policy] = lambda: Policy.of(folder, shipped)
        self._opened = self._read().without_agreements()
        self._current_by: int | None = -1
        """The row by which the settings were current last."""

    def signed(self) -> Policy | None:
        """What a lead last signed; None in a workspace of an earlier version."""
        row = self.signed_row()
        return None if row is None else Policy.from_detail(row.fields()["detail"])

    def signed_row(self) -> LogRow | None:
        """The row of the log that signs the policy. Raises Damaged."""
        row = self._log.newest(Action.POLICY_CHANGED)
        return self._log.newest(Action.WORKSPACE_MADE) if row is None else row

    def differences(self) -> tuple[Difference, ...]:
        """What differs now from what was signed."""
        signed = self.signed()
        return () if signed is None else signed.differences(self._read())

    def require_signed(self) -> None:
        """Raises Refused when a file differs now, or did when the workspace was opened."""
        signed = self.signed()
        if signed is None:
            return
        found = signed.differences(self._read())
        if found:
            raise Refused("POLICY_DIFFERS", files=", ".join(sorted({each.file for each in found})))
        if signed.without_agreements().differences(self._opened):
            raise Refused("POLICY_OPENED_BEFORE")

    def require_current_settings(self) -> None:
        """Raises Refused once a lead has signed other settings than those with which the workspace was
        opened. A row is verified once: this is asked several times for each clip."""
        row = self._log.newest_number(Action.POLICY_CHANGED)
        if row == self._current_by:
            return
        signed = self.signed()
        if signed is not None and signed.settings != self._opened.settings:
            raise Refused("POLICY_OPENED_BEFORE")
        self._current_by = row

    def follow(self, identity: Identity) -> None:
        """At a lead's sign-in: signs the first policy, and files that changed because the program is
        newer."""
        if identity.person.role is not Role.LEAD:
            return
        signed, now = self.signed(), self._read()
        if signed is None:
            self._sign(identity, now, "first")
        elif signed.shipped != now.shipped and not signed.differences(now):
            self._sign(identity, now, "update")

    def apply(self, identity: Identity, *, moved: bool = False) -> tuple[Difference, ...]:
        """Signs the files as they are now; returns what changed.

        ``moved``: this is the commit that moves the workspace.

        Raises: NotAllowed; Refused (code MOVE_BEGUN) for the project file of an interrupted move, whose queue
            and clips may not be in their new place yet.
        """
        require(identity.person, Act.CHANGE_POLICY)
        if not moved and self._is_half_moved():
            raise Refused("MOVE_BEGUN")
        found = self.differences()
        if found:
            self._sign(identity, self._read(), "apply")
        return found

    def _is_half_moved(self) -> bool:
        move = None if self._moves is None else self._moves.get()
        return (
            move is not None
            and not move.is_switched
            and self._read().files[PROJECT_FILE] == move.project_sha256
        )

    def _sign(self, identity: Identity, policy: Policy, reason: str) -> None:
        event = Event.by(identity, Action.POLICY_CHANGED, reason=reason, detail=policy.to_detail())
        self._log.record(event, seal="policy")
