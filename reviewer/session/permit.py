"""Proof that every condition for opening a clip was checked."""

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.access.rights import Act
from reviewer.model.clip import Clip
from reviewer.model.event import DetailValue
from reviewer.model.people import Identity
from reviewer.model.task import Lease
from reviewer.session.unsealed_clip import UnsealedClip


@dataclass(frozen=True, slots=True)
class Permit:
    """Proof that a lease's clip may be opened or stay open; only ``ClipAccess`` makes one."""

    identity: Identity
    lease: Lease
    clip: Clip
    acknowledgement_id: str

    def detail(self, texts: Sequence[str]) -> dict[str, DetailValue]:
        """The detail of the row of an opening; ``texts`` are ids of annotations that open with the clip."""
        detail: dict[str, DetailValue] = {
            "purpose": self.lease.kind.value,
            "task": self.lease.task_id,
            "token": self.lease.token,
            "nda": self.acknowledgement_id,
        }
        if texts:
            detail["annotations"] = list(texts)
        return detail


@dataclass(frozen=True, slots=True)
class HeldOpening:
    """A clip that a lead has open without a lease: by which right, for what, and its content."""

    act: Act
    purpose: str
    unsealed: UnsealedClip
