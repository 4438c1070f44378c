"""What a person has heard by the access log, and whether it is enough."""

from collections.abc import Iterable

from reviewer.access.audit_log import AuditLog
from reviewer.access.log_chain import LogRow
from reviewer.model.clip import Clip
from reviewer.model.event import Action, HeardRange
from reviewer.model.intervals import Span
from reviewer.model.project import ListeningRules
from reviewer.model.task import Lease
from reviewer.session.coverage import Coverage, Lack, lack_of_reason, lack_of_speech


class ListeningRecord:
    """The ranges of a clip that a person heard for a task.

    The log is the only source: ranges still count after a crash, a lock or a return, for the same person and
    task, and only logged ranges count.
    """

    def __init__(self, log: AuditLog, rules: ListeningRules) -> None:
        self.rules = rules
        self._log = log

    def heard(self, lease: Lease) -> tuple[HeardRange, ...]:
        """What this person has heard since they first opened the task."""
        return heard_in(self._log.about(lease.clip_id), lease.person_id, lease.task_id)

    def lack_of_speech(self, lease: Lease, clip: Clip, speech: tuple[Span, ...]) -> Lack | None:
        """What must still be heard before work is submitted as complete, or accepted."""
        return lack_of_speech(self._coverage(lease, clip, speech), self.rules)

    def lack_of_reason(self, lease: Lease, clip: Clip) -> Lack | None:
        """What must still be heard before a clip is skipped, returned, or answered by a flag."""
        return lack_of_reason(self._coverage(lease, clip, ()), self.rules)

    def _coverage(self, lease: Lease, clip: Clip, speech: tuple[Span, ...]) -> Coverage:
        return Coverage(clip.frames, clip.rate_hz, speech).after(self.heard(lease))


def heard_in(rows: Iterable[LogRow], person_id: str, task_id: str) -> tuple[HeardRange, ...]:
    """The ranges that a person heard for a task, counted from the first row that opens the clip for it.

    What was heard for another purpose, such as a muted span, counts for no task.
    """
    is_begun, heard = False, []
    for event in (row.event() for row in rows):
        if event.actor != person_id:
            continue
        if event.action is Action.CLIP_OPENED:
            is_begun = is_begun or event.detail.get("task") == task_id
        elif event.action is Action.CLIP_HEARD and is_begun and "purpose" not in event.detail:
            heard += _ranges(event.detail.get("ranges"))
    return tuple(heard)


def _ranges(detail: object) -> list[HeardRange]:
    """Parses ranges written by ``ClipAccess.heard``; anything else is ignored."""
    triples = detail if isinstance(detail, list) else []
    return [HeardRange(*each) for each in triples if isinstance(each, list) and len(each) == 3]
