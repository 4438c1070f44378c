"""What must be true for the clip of a lease to open, for the window and for the release of keys alike."""

from contextlib import suppress

from reviewer.access.clip_facts import require_signed
from reviewer.access.rights import Act, require
from reviewer.errors import NotLeased, Refused, Unavailable
from reviewer.model.clip import Clip, ClipFacts
from reviewer.model.people import Person
from reviewer.model.task import Lease, TaskKind
from reviewer.session.unit_of_work import UnitOfWork

RIGHTS = {TaskKind.TRANSCRIBE: Act.TRANSCRIBE, TaskKind.REVIEW: Act.REVIEW, TaskKind.ADJUDICATE: Act.REVIEW}


def _learn(unit: UnitOfWork, clip_id: str) -> None:
    """In a person's own folder: updates what is known of a leased clip from the team's queue.

    Call it outside a transaction. Raises: Refused; Unavailable, also (code CLIP_FACTS_MISSING) when no lead
    put the facts on the server; Damaged (code CLIP_FACTS_NOT_SIGNED, CLIP_FACTS_CHANGED, or CLIP_FACTS_OLD
    for older facts than those known here).
    """
    if not unit.team_folder.is_own():
        return
    facts = unit.queue.clip_facts(clip_id)
    if facts is None:
        raise Unavailable("CLIP_FACTS_MISSING")
    require_signed(facts, clip_id, unit.workspace_id, unit.people.lead_keys())
    if unit.clips.has(clip_id) and unit.clips.stored_as(clip_id) != facts.stored_as:
        _forget_former_key(unit, facts)
    unit.clips.keep(facts)
    unit.hypotheses.keep(clip_id, facts.drafts)
    if unit.redactions.of_clip(clip_id):  # marks of this person's: until a lead has decided
        waiting = {mark.id for mark in unit.queue.open_marks()} | unit.outbox.marks()
        unit.redactions.keep_only(clip_id, waiting)


def _forget_former_key(unit: UnitOfWork, facts: ClipFacts) -> None:
    """Removes what is sealed here under a clip's former key: the clip has a new one, and nothing opens it
    now."""
    with unit.transaction():
        unit.clips.keep(facts)
        unit.drafts.delete_of_clip(facts.id)
        unit.versions.delete_of_clip(facts.id)
        unit.alignments.delete_of_clip(facts.id)


def require_openable(unit: UnitOfWork, clip_id: str, *, is_leased: bool = False) -> Clip:
    """The clip's facts; raises Refused if consent or retention has ended, or it was purged.

    ``is_leased``: this person has it on a lease, and a folder of their own learns its facts from that lease.
    """
    if is_leased:
        _learn(unit, clip_id)
    clip = unit.clips.get(clip_id)
    unit.clips.wrapped_key(clip_id)  # first: a purged one says so, whyever it was purged
    now = unit.clock.now()
    if clip.consent_withdrawn_at is not None and clip.consent_withdrawn_at <= now:
        raise Refused("CONSENT_ENDED")
    if clip.purge_at <= now:
        raise Refused("RETENTION_ENDED")
    return clip


def may_open(unit: UnitOfWork, clip_id: str) -> bool:
    """Whether consent and retention still allow anybody to open a clip, as far as is known here."""
    with suppress(Refused):
        require_openable(unit, clip_id)
        return True
    return False


def require_leased(
    unit: UnitOfWork,
    person: Person,
    lease: Lease,
    *,
    is_prefetch: bool = False,
    ask_queue: bool = True,
    acknowledged_as: str = "",
) -> tuple[str, Clip]:
    """Checks role, agreement, lease, consent and retention for the clip of a lease; raises Refused.

    Args:
        is_prefetch: whether the lease has to be a prefetch lease.
        ask_queue: False for a hand-over to a lease that the queue does not know yet.
        acknowledged_as: the id of a live acknowledgement in the person's own folder, if that was verified.

    Returns: the id of the acknowledgement that allows it, and the clip's facts.
    """
    require(person, RIGHTS[lease.kind])
    acknowledgement_id = acknowledged_as or unit.acknowledgements.require_live(person)
    if lease.person_id != person.id or lease.is_prefetch is not is_prefetch:
        raise NotLeased
    if ask_queue:
        unit.queue.check_lease(lease)
    return acknowledgement_id, require_openable(unit, lease.clip_id, is_leased=ask_queue)
