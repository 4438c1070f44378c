"""Work that a move home brings from folders of people's own: their rows are in logs that are elsewhere.

The lead's log gets rows of it, so that the file verifies and later changes show. Only what its author, or a
reviewer, signed is in these rows; anything else is named by the verification, as before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from reviewer.access.acceptances import Acceptances
from reviewer.access.signed_work import Authorship
from reviewer.access.work_verification import LoggedWork
from reviewer.errors import Damaged, Refused
from reviewer.model.clip import ClipState, ContentKind
from reviewer.model.clock import from_micros
from reviewer.model.event import CLIP_IDS, Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.task import SealedAnnotation, TaskKind, Verdict, VerdictKind
from reviewer.queue.queue_rows import OF_CLIPS, PAGE, QueueRows, Rows
from reviewer.session.unit_of_work import UnitOfWork

_IN_A_ROW = 300


@dataclass(frozen=True, slots=True)
class _Work:
    annotation: SealedAnnotation
    kind: TaskKind


@dataclass(slots=True)
class BroughtHome:
    """What is on the server and has no row here; ``details`` are those of the rows to write."""

    details: list[dict[str, DetailValue]] = field(default_factory=list)

    @classmethod
    def read(cls, unit: UnitOfWork, identity: Identity, source: QueueRows) -> "BroughtHome":
        """Reads the server and opens the texts of such work, after a row that says so.

        Call it outside a transaction. Raises: Unavailable; Damaged for a log that cannot be read.
        """
        made, reading = cls(), _Reading(unit, identity)
        after = ""
        while clip_ids := source.clip_ids(after, PAGE):
            after = clip_ids[-1]
            rows = source.of_clips(clip_ids)
            made.details += _work_details(reading.signed_work(rows))
            made.details += _verdict_details(reading.signed_verdicts(rows))
        return made

    def record(self, unit: UnitOfWork, identity: Identity) -> None:
        """Writes the rows, in the transaction in which the queue comes home."""
        for detail in self.details:
            unit.log.record(Event.by(identity, Action.WORK_BROUGHT, detail=detail))


class _Reading:
    def __init__(self, unit: UnitOfWork, identity: Identity) -> None:
        self._unit, self._identity = unit, identity
        self._authors = Authorship(unit.log, unit.workspace_id)
        self._judges = Acceptances(unit.log, unit.workspace_id, identity.keyring.qa_secret)
        self._logged = LoggedWork()
        rows = [row for action in LoggedWork.actions for row in unit.log.of_action(action)]
        for row in sorted(rows, key=lambda row: row.seq):
            self._logged.add(row.seq, row.fields())

    def signed_work(self, rows: Rows) -> list[_Work]:
        """All work on tasks with some that has no row and that its author signed, in the order in which it
        came; without what has no row and is not signed."""
        kinds = {str(task["id"]): TaskKind(str(task["kind"])) for task in _named(rows, "task")}
        listed = sorted(_named(rows, "annotation"), key=lambda each: int(each["place"]))
        works = [_Work(_annotation(each), kinds[str(each["task_id"])]) for each in listed]
        new = [each for each in works if each.annotation.id not in self._logged.work]
        purged = {
            clip["clip_id"] for clip in _named(rows, "queue_clip") if clip["state"] == ClipState.PURGED.value
        }
        signed = self._signed([each for each in new if each.annotation.clip_id not in purged])
        signed |= {each.annotation.id for each in new if each.annotation.clip_id in purged}
        tasks = {each.annotation.task_id for each in new if each.annotation.id in signed}
        unsigned = {each.annotation.id for each in new} - signed
        return [
            each for each in works if each.annotation.task_id in tasks and each.annotation.id not in unsigned
        ]

    def _signed(self, works: Sequence[_Work]) -> set[str]:
        if not works:
            return set()
        detail: dict[str, DetailValue] = {
            CLIP_IDS: list(dict.fromkeys(each.annotation.clip_id for each in works)),
            "purpose": "move",
            "texts": [each.annotation.id for each in works],
        }
        self._unit.log.record(Event.by(self._identity, Action.TEXT_OPENED, detail=detail))
        return {each.annotation.id for each in works if self._is_by_its_author(each.annotation)}

    def _is_by_its_author(self, work: SealedAnnotation) -> bool:
        keyring = self._identity.keyring
        try:
            plain = self._unit.content.unseal(
                keyring, work.clip_id, ContentKind.ANNOTATION, work.id, work.sealed
            )
        except (Damaged, Refused):
            return False
        return self._authors.is_known(work, plain)

    def signed_verdicts(self, rows: Rows) -> list[Verdict]:
        """Verdicts without a row that somebody signed who may."""
        verdicts = [_verdict(each) for each in _named(rows, "verdict")]
        new = [each for each in verdicts if each.id not in self._logged.decisions]
        return [each for each in new if self._judges.is_by_a_judge(each)]


def _named(rows: Rows, table: str) -> Iterator[dict[str, Any]]:
    for row in rows[table]:
        yield dict(zip(OF_CLIPS[table], row, strict=True))


def _annotation(row: dict[str, Any]) -> SealedAnnotation:
    return SealedAnnotation(
        row["id"], row["task_id"], row["clip_id"], row["author"], row["parent"], row["schema_version"],
        row["conventions_version"], bytes(row["digest"]), bytes(row["sealed"]), from_micros(row["made_at"]),
    )  # fmt: skip


def _verdict(row: dict[str, Any]) -> Verdict:
    return Verdict(
        row["id"], row["task_id"], row["clip_id"], row["annotation_id"], VerdictKind(row["kind"]),
        row["person_id"], from_micros(row["at"]), signed=row["signed"],
    )  # fmt: skip


def _work_details(works: Sequence[_Work]) -> Iterator[dict[str, DetailValue]]:
    """The work of one clip is in one row: the order of what is on one task is that of the row."""
    some: list[_Work] = []
    for each in sorted(works, key=lambda one: one.annotation.clip_id):
        if len(some) >= _IN_A_ROW and some[-1].annotation.clip_id != each.annotation.clip_id:
            yield _work_detail(some)
            some = []
        some.append(each)
    if some:
        yield _work_detail(some)


def _work_detail(works: Sequence[_Work]) -> dict[str, DetailValue]:
    made = [each.annotation for each in works]
    return {
        "annotations": [each.id for each in made],
        "tasks": [each.task_id for each in made],
        "clips": [each.clip_id for each in made],
        "authors": [each.author for each in made],
        "digests": [each.digest.hex() for each in made],
        "sealed": [sha256(each.sealed).hexdigest() for each in made],
        "parents": [each.parent or "" for each in made],
        "task_kinds": [each.kind.value for each in works],
    }


def _verdict_details(verdicts: Sequence[Verdict]) -> Iterator[dict[str, DetailValue]]:
    for start in range(0, len(verdicts), _IN_A_ROW):
        some = verdicts[start : start + _IN_A_ROW]
        yield {
            "verdicts": [each.id for each in some],
            "tasks": [each.task_id for each in some],
            "clips": [each.clip_id for each in some],
            "judged": [each.annotation_id for each in some],
            "kinds": [each.kind.value for each in some],
            "people": [each.person_id for each in some],
        }
