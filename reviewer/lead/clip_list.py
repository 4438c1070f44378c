"""The lead's list of all clips, and what can be done from it: listen, assign, hold, release."""

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

from reviewer.access.rights import Act, may
from reviewer.access.signed_facts import is_on_hold
from reviewer.errors import Refused
from reviewer.garbage_collection import without_collection
from reviewer.lead.held_back import HeldBack
from reviewer.model.clip import ClipState
from reviewer.model.clip_list import ListedClip, QueuedClip, StoredClip
from reviewer.model.clock import to_micros
from reviewer.model.event import CLIP_IDS, Action, DetailValue, Event, HeardRange
from reviewer.model.hold import HoldReason, ListenReason
from reviewer.model.people import Identity, Person, PersonState
from reviewer.model.routes import optional_skill, require_priority
from reviewer.model.task import TaskState
from reviewer.privacy import pii
from reviewer.session.clip_access import ClipAccess
from reviewer.session.clip_conditions import RIGHTS
from reviewer.session.keeping_back import KeptBackClips
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.unsealed_clip import UnsealedClip

LONGEST_NOTE = 120
_ROUTED_AT_ONCE = 200
_UNKNOWN: StoredClip = ("", "", 0.0, 0)


class ClipList:
    """Every clip that was ever imported; of purged ones only the facts are left."""

    def __init__(
        self,
        unit: UnitOfWork,
        access: ClipAccess,
        held_back: HeldBack,
        *,
        assign_task: Callable[[str, str], Person],
        release_task: Callable[[str], None],
    ) -> None:
        """``assign_task`` takes a task and a name, ``release_task`` a task."""
        self._unit = unit
        self._access = access
        self._held_back = held_back
        self._kept_back = KeptBackClips(unit)
        self._assign_task = assign_task
        self._release_task = release_task

    # Listing

    def rows(self, identity: Identity) -> list[ListedClip]:
        """All clips by id, nothing of their content; a few statements, however many clips there are."""
        self._access.allow(identity, Act.SEE_PROGRESS)
        with without_collection():
            return self._rows()

    def row(self, identity: Identity, clip_id: str) -> ListedClip:
        """One of the rows, as it is now. Raises Refused (code NO_CLIP)."""
        self._access.allow(identity, Act.SEE_PROGRESS)
        clip, queued = self._unit.clips.get(clip_id), self._unit.queue.listed_clip(clip_id)
        stored = (clip.product, clip.locale, clip.frames / clip.rate_hz, to_micros(clip.imported_at))
        return self._listing()(queued, stored)

    # Listening

    def open(self, identity: Identity, clip_id: str, reason: ListenReason, note: str = "") -> UnsealedClip:
        """Unseals the sound of a clip, after a row that says why; ``close`` it again.

        Muted spans are silent here as well. ``note`` may add to the reason, in at most 120 characters; it is
        no place for what is said in a clip.

        Raises: Refused for a note with personal data, a clip in quarantine (see ``HeldBack``), consent or
            retention that ended, no valid agreement; Damaged.
        """
        return self._access.open_to_listen(identity, clip_id, reason, _checked(note))

    def beat(self, identity: Identity, clip_id: str) -> None:
        """The heartbeat: if the clip may not stay open, closes it with a row and raises the refusal."""
        self._access.beat_held(identity, clip_id)

    def heard(self, identity: Identity, clip_id: str, ranges: Sequence[HeardRange]) -> None:
        """Logs which frames of an open clip reached the device. Raises Refused if it is not open."""
        self._access.heard_held(identity, clip_id, ranges)

    def close(self, identity: Identity, clip_id: str) -> None:
        """Closes an open clip, with a row in the log; never fails."""
        self._access.close_held(identity, clip_id)

    # Managing

    def assign(self, identity: Identity, clip_id: str, name: str) -> Person:
        """Assigns the first task of a clip that nobody has to one person: a pass to a contractor, a review
        or the adjudication to somebody from QA.

        Finished work is adjudicated anew by somebody from QA: what they hand in replaces it, once.

        Raises: Refused for anybody without such a role or who had the clip, a clip on hold or in
            quarantine, and one without an open task for this person.
        """
        self._access.allow(identity, Act.MANAGE_QUEUE)
        with self._unit.transaction_with_queue():
            return self._assigned(identity, clip_id, name)

    def _assigned(self, identity: Identity, clip_id: str, name: str) -> Person:
        queue, person = self._unit.queue, self._unit.people.by_name(name)
        waiting = [task for task, state in queue.tasks_of(clip_id) if state is TaskState.OPEN]
        is_done = queue.clip_state(clip_id) in {ClipState.FINAL, ClipState.EXPORTED}
        if is_done and person and may(person, Act.REVIEW) and not queue.has_adjudication(clip_id):
            waiting = [queue.add_adjudication(clip_id)]
            detail: dict[str, DetailValue] = {"task": waiting[0]}
            opened = Event.by(
                identity, Action.ADJUDICATION_OPENED, clip_id, reason="correction", detail=detail
            )
            self._unit.log.record(opened)
        theirs = [task for task in waiting if person and may(person, RIGHTS[queue.kind_of(task)])]
        if not waiting or (person is not None and not theirs and person.state is PersonState.ACTIVE):
            raise Refused("NO_OPEN_PASS", clip=clip_id)
        return self._assign_task((theirs or waiting)[0], name)

    def hold(self, identity: Identity, clip_id: str, reason: HoldReason) -> None:
        """Puts a clip on hold: nobody gets it, whoever has it open loses it, and no export has it."""
        self._access.allow(identity, Act.MANAGE_QUEUE)
        self._kept_back.hold(identity, clip_id, reason)

    def route(
        self,
        identity: Identity,
        clip_ids: Sequence[str],
        *,
        skill: str | None = None,
        priority: int | None = None,
    ) -> None:
        """Sets which skill the tasks of clips ask for (empty: none), their priority, or both.

        Some hundred clips at a time, each time with a row in the log that names them; done again, it changes
        nothing more. Whoever has one of the clips keeps it.

        Raises: Refused for what is no skill or priority, or an unknown clip among those of one time.
        """
        self._access.allow(identity, Act.MANAGE_QUEUE)
        detail: dict[str, DetailValue] = {}
        if skill is not None:
            detail["skill"] = skill = optional_skill(skill)
        if priority is not None:
            require_priority(priority)
            detail["priority"] = priority
        unit, queue = self._unit, self._unit.queue
        for first in range(0, len(clip_ids), _ROUTED_AT_ONCE):
            these = clip_ids[first : first + _ROUTED_AT_ONCE]
            with unit.transaction_with_queue():
                if skill is not None:
                    queue.set_clip_skill(these, skill)
                if priority is not None:
                    queue.set_priority(these, priority)
                routed = Event.by(identity, Action.CLIPS_ROUTED, detail={**detail, CLIP_IDS: list(these)})
                unit.log.record(routed)

    def release(self, identity: Identity, clip_id: str) -> str:
        """Lets a clip go on: ends its hold; else its leases; else puts it back from the lead to the queue.

        Returns: what ended: ``hold``, ``leases`` or ``with_lead``.
        Raises: Refused (code NOTHING_TO_RELEASE; REDACTION_PENDING for a clip that waits for a redaction).
        """
        self._access.allow(identity, Act.MANAGE_QUEUE)
        unit, reason = self._unit, self._unit.queue.holds().get(clip_id)
        is_logged = is_on_hold(row.event() for row in unit.log.about(clip_id))
        if reason is HoldReason.PERSONAL_DATA and not is_logged:
            raise Refused("REDACTION_PENDING", clip=clip_id)
        if reason is not None or is_logged:  # the broker goes by the log, whatever the server says
            self._kept_back.end_hold(identity, clip_id)
            return "hold"
        tasks: dict[TaskState, list[str]] = {}
        for task_id, state in unit.queue.tasks_of(clip_id):
            tasks.setdefault(state, []).append(task_id)
        leased = tasks.get(TaskState.LEASED, [])
        if unit.queue.clip_state(clip_id) is ClipState.WITH_LEAD:
            any_of = (*tasks.get(TaskState.OPEN, ()), *tasks.get(TaskState.RETURNED, ()), *leased)
            for task_id in any_of[:1]:
                self._release_task(task_id)
            return "with_lead"
        for task_id in leased:
            self._release_task(task_id)
        if not leased:
            raise Refused("NOTHING_TO_RELEASE", clip=clip_id)
        return "leases"

    def _rows(self) -> list[ListedClip]:
        stored, listed = self._unit.clips.listed(), self._listing()
        return [listed(each, stored.get(each.clip_id, _UNKNOWN)) for each in self._unit.queue.listed()]

    def _listing(self) -> Callable[[QueuedClip, StoredClip], ListedClip]:
        """Makes rows, with what is read once for all of them."""
        names = {person.id: person.name for person in self._unit.people.all()}
        named = cache(lambda ids: tuple(dict.fromkeys(names.get(each, each) for each in ids.split(","))))
        listed_refusals = cache(lambda joined: tuple(joined.split(",")))
        held_codes = self._held_back.codes()

        def listed(queued: QueuedClip, stored: StoredClip) -> ListedClip:
            product, locale, seconds, imported_at = stored
            return ListedClip(
                queued.clip_id, queued.state, locale, product, seconds,
                named(queued.has) if queued.has else (),
                named(queued.assigned) if queued.assigned else (),
                named(queued.did) if queued.did else (),
                queued.changed_at or imported_at, queued.passes, queued.done,
                listed_refusals(queued.refusals) if queued.refusals else (),
                queued.hold, held_codes(queued.clip_id, queued.state), queued.skill, queued.priority,
            )  # fmt: skip

        return listed


def _checked(note: str) -> str:
    """The note in one line. Raises Refused when it is too long, or something like a phone number is in it."""
    text = " ".join(note.split())
    if len(text) > LONGEST_NOTE or any(unicodedata.category(char)[0] == "C" for char in text):
        raise Refused("NOTE_TOO_LONG", most=LONGEST_NOTE)
    if pii.find(text, ""):
        raise Refused("NOTE_HAS_PERSONAL_DATA")
    return text
