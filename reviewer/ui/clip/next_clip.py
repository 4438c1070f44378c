"""The steps that end in the next clip; each runs on the pool as one job, whose result the presenter shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.model.task import Lease
from reviewer.session.acts import WorkAct
from reviewer.ui.clip.autosave import Draft

if TYPE_CHECKING:
    from reviewer.session.open_clip import OpenClip
    from reviewer.session.work_session import WorkSession

Claim = Callable[[], Lease | None]


@dataclass(frozen=True, slots=True)
class NextClip:
    """The result of a request for a clip: an open one, none, or one that did not open, and why."""

    lease: Lease | None = None
    clip: "OpenClip | None" = None
    error: Exception | None = None


def claim_and_open(work: "WorkSession", claim: Claim) -> NextClip:
    """Claims a lease and opens its clip; runs on the pool as one job, to be quick."""
    lease = None
    try:
        lease = claim()
        return NextClip(lease, work.open(lease) if lease is not None else None)
    except Exception as error:  # noqa: BLE001 - the GUI thread sorts known errors and bugs
        return NextClip(lease, error=error)


def set_aside(work: "WorkSession", lease: Lease, unsaved: Draft | None, claim: Claim) -> NextClip:
    """Saves and closes the clip at hand, and opens another; raises what keeps the clip at hand open."""
    if unsaved is not None:
        work.save_draft(lease, unsaved.history, unsaved.revision)
    other = claim()
    work.close(lease)
    return claim_and_open(work, lambda: other)


def hand_over(work: "WorkSession", act: WorkAct, claim: Claim) -> NextClip:
    """Ends the present work, and only then takes the next clip, in one commit where possible.

    Raises what the act raises; an error of the next clip is in the result.
    """
    clip = work.hand_over(act)
    return NextClip(clip.lease, clip) if clip is not None else claim_and_open(work, claim)
