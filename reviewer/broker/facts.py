"""What the broker asks for each request: who it is, and whether they may have the key."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from reviewer.access.clip_facts import facts_digest
from reviewer.access.rights import Act, may
from reviewer.access.signed_facts import kept_back
from reviewer.broker.release import KeyPurpose, KeyRequest
from reviewer.clips.content import ClipKey
from reviewer.clips.key_delivery import can_receive, is_card_of
from reviewer.errors import NotLeased, Refused
from reviewer.model.clip import ClipState
from reviewer.model.event import Action
from reviewer.model.people import Identity, Person, PersonState
from reviewer.model.redaction import Redaction, RedactionState
from reviewer.model.task import Lease
from reviewer.session import clip_conditions
from reviewer.session.sign_in import SignIn
from reviewer.session.unit_of_work import UnitOfWork

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Grant:
    """Every condition was true a moment ago. ``card`` holds the public keys to which the key is sealed."""

    person: Person
    card: bytes
    lease: Lease
    acknowledgement_id: str
    generation: int
    stored_as: str


class ReleaseFacts(Protocol):
    """The state of the workspace, wherever it is kept; asked anew for each request. May raise Unavailable."""

    def public_key(self, person_id: str) -> bytes:
        """The Ed25519 key of an account, open or closed; empty if there is none."""
        ...

    def grant(self, request: KeyRequest) -> Grant:
        """Checks role, lease, agreement, consent, retention, holds, redactions and the facts of the clip that
        the person has. Raises Refused."""
        ...

    def most_clips_an_hour(self) -> int:
        """Of how many different clips one person may have keys in an hour; 0 is no limit."""
        ...

    def are_limits_lifted(self, person_id: str) -> bool:
        """Whether a lead lifted this person's limits within the last hour."""
        ...

    def clip_key(self, clip_id: str) -> ClipKey:
        """Unwraps the clip's key, after the row of its release. Raises Refused if it was purged, Damaged."""
        ...


class WorkspaceFacts:
    """Satisfies ``ReleaseFacts`` from an open workspace in which a lead is signed in."""

    def __init__(self, unit: UnitOfWork, sign_in: SignIn, lead: Identity, most_clips: int) -> None:
        self._unit = unit
        self._most_clips = most_clips
        self._sign_in = sign_in
        self._lead = lead

    def public_key(self, person_id: str) -> bytes:
        person = self._unit.people.by_id(person_id)
        return b"" if person is None else person.public_key

    def grant(self, request: KeyRequest) -> Grant:
        self._require_lead()
        person, card = self._recipient(request.person_id)
        self._require_not_purged(request.clip_id)
        lease = self._lease(request)
        is_prefetch = request.purpose is KeyPurpose.PREFETCH
        acknowledgement_id, clip = clip_conditions.require_leased(
            self._unit,
            person,
            lease,
            is_prefetch=is_prefetch,
            acknowledged_as=self._acknowledged_elsewhere(person),
        )
        if self._unit.queue.clip_state(clip.id) is ClipState.QUARANTINED:
            raise Refused("CLIP_QUARANTINED", clip=clip.id)
        self._require_not_redacted(person, clip.id)
        self._require_not_kept_back(clip.id)
        self._require_same_facts(person, request)
        current = self._unit.key_deliveries.current(self._lead.keyring)
        stored_as = self._unit.clips.stored_as(clip.id)
        return Grant(person, card, lease, acknowledgement_id, current.generation, stored_as)

    def most_clips_an_hour(self) -> int:
        return self._most_clips

    def are_limits_lifted(self, person_id: str) -> bool:
        since = self._unit.clock.now() - _HOUR
        return any(
            row.at() > since and row.event().action is Action.LIMITS_LIFTED
            for row in self._unit.log.about(person_id)
        )

    def clip_key(self, clip_id: str) -> ClipKey:
        self._require_lead()
        return self._unit.content.clip_key(self._lead.keyring, clip_id)

    def _acknowledged_elsewhere(self, person: Person) -> str:
        """The live acknowledgement of somebody with a folder of their own, which the queue's server was shown
        and which verifies here; empty for anybody else, or without one."""
        if self._unit.people.keyring(person.id) is not None:
            return ""
        shown = self._unit.queue.agreements_of(person.id)
        found = (self._unit.acknowledgements.live_elsewhere(person, each) for each in shown)
        return next((each for each in found if each), "")

    def _require_lead(self) -> None:
        try:
            self._sign_in.require(self._lead)
        except Refused as error:
            raise Refused("BROKER_LEAD_GONE") from error

    def _recipient(self, person_id: str) -> tuple[Person, bytes]:
        person = self._unit.people.by_id(person_id)
        if person is None or person.state is not PersonState.ACTIVE:
            raise Refused("ACCOUNT_CHANGED")
        if not (may(person, Act.TRANSCRIBE) or may(person, Act.REVIEW)):
            raise Refused("NOT_ALLOWED")  # a lead holds the workspace key and asks nobody
        card = self._unit.people.delivery_card(person_id)
        if not is_card_of(card, person.public_key) or not can_receive(card):
            raise Refused("DELIVERY_CARD_UNUSABLE")
        return person, card

    def _lease(self, request: KeyRequest) -> Lease:
        """The lease that the request names, as the queue has it. Raises NotLeased."""
        asked = (request.task_id, request.clip_id, request.person_id, request.token)
        lease = self._unit.queue.lease_of_task(request.task_id)
        if lease is None or (lease.task_id, lease.clip_id, lease.person_id, lease.token) != asked:
            raise NotLeased
        return lease

    def _require_not_purged(self, clip_id: str) -> None:
        """Raises Refused for a purged clip. Checked before its lease, which a purge ends: a person's own
        folder believes that a clip was purged only from this refusal."""
        if self._unit.clips.has(clip_id):
            self._unit.clips.wrapped_key(clip_id)

    def _require_not_kept_back(self, clip_id: str) -> None:
        """Raises Refused for a clip on hold or in quarantine by the lead's log, whatever the queue's
        server says."""
        reason = kept_back(row.event() for row in self._unit.log.about(clip_id))
        if reason:
            raise Refused(reason, clip=clip_id)

    def _require_same_facts(self, person: Person, request: KeyRequest) -> None:
        """Raises Refused if a person's own folder has other facts of the clip than this one.

        It then puts the present facts on the server, so that the person need only fetch them and ask once
        more.
        """
        if self._unit.people.keyring(person.id) is not None:
            return  # they work in this very folder
        known = [facts_digest(each) for each in self._unit.facts_of([request.clip_id])]
        if known != [request.facts]:
            self._unit.publish_facts(self._lead, [request.clip_id])
            raise Refused("CLIP_FACTS_OLD", clip=request.clip_id)

    def _require_not_redacted(self, person: Person, clip_id: str) -> None:
        """Raises Refused for somebody whose program would have to mute what they may not hear.

        A key opens muted sound too. People's own folders know of no redactions and mute nothing, for QA
        either.
        """
        decides = may(person, Act.REDACT) and self._unit.people.keyring(person.id) is not None
        if any(_keeps_closed(one, person, decides=decides) for one in self._unit.redactions.of_clip(clip_id)):
            raise Refused("CLIP_BEING_REDACTED")


def _keeps_closed(redaction: Redaction, person: Person, *, decides: bool) -> bool:
    if redaction.state is RedactionState.PROPOSED:
        return redaction.proposed_by != person.id and not decides
    return redaction.state is RedactionState.CONFIRMED
