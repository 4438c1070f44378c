"""One workspace file with the capabilities on it, and no session above them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from reviewer.access.audit_log import AuditLog
from reviewer.access.people import PersonRepository
from reviewer.clips.content import ClipContent
from reviewer.clips.draft_versions import DraftVersionRepository
from reviewer.clips.drafts import DraftRepository
from reviewer.clips.hypotheses import HypothesisRepository
from reviewer.clips.repository import ClipRepository
from reviewer.clips.store import LocalClipStore
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action, Event
from reviewer.model.people import Keyring
from reviewer.model.project import QueueRules
from reviewer.model.task import Lease, SealedAnnotation, TaskKind, Verdict, VerdictKind
from reviewer.queue.sqlite import SqliteQueue, new_id
from tests.benches.clips import add_clip
from tests.factories import a_clip, a_keyring, a_person
from tests.fakes.clock import FakeClock

WORKSPACE = "w1"
ANN, BEN, QUE = "ann", "ben", "que"
TRANSCRIBE = frozenset({TaskKind.TRANSCRIBE})


@dataclass
class Capabilities:
    """Everything built on one file, used by two contractors, ``ann`` and ``ben``, and a reviewer, ``que``."""

    database: Database
    clock: FakeClock
    keyring: Keyring
    clips: ClipRepository
    content: ClipContent
    hypotheses: HypothesisRepository
    drafts: DraftRepository
    versions: DraftVersionRepository
    queue: SqliteQueue
    log: AuditLog

    def import_clip(self, clip_id: str, *, passes: int = 1) -> str:
        """A clip that is sealed, known to the queue, and open to all."""
        clip = a_clip(id=clip_id, source_hash=f"source-{clip_id}", samples_hash=f"samples-{clip_id}")
        add_clip(
            self.content,
            self.keyring,
            clip,
            b"flac of " + clip_id.encode(),
            b"peaks of " + clip_id.encode(),
            lambda: self.queue.add_clip(clip_id, passes=passes),
        )
        return clip_id

    def claim(self, person_id: str) -> Lease | None:
        """The next transcription task, if there is one for this person."""
        return self.queue.claim(person_id, TRANSCRIBE, key=new_id())

    def prefetch(self, person_id: str) -> Lease | None:
        """The task after the present one, if there is one for this person."""
        return self.queue.claim_prefetch(person_id, TRANSCRIBE, key=new_id())

    def sealed(self, lease: Lease, text: bytes) -> SealedAnnotation:
        """A text as a session seals it for a lease."""
        annotation_id = new_id()
        return SealedAnnotation(
            id=annotation_id,
            task_id=lease.task_id,
            clip_id=lease.clip_id,
            author=lease.person_id,
            parent=lease.returned_annotation,
            schema_version="form-1",
            conventions_version="en-1",
            digest=self.content.digest(self.keyring, lease.clip_id, text),
            sealed=self.content.seal(
                self.keyring, lease.clip_id, ContentKind.ANNOTATION, annotation_id, text
            ),
            made_at=self.clock.now(),
        )

    def hand_in(self, lease: Lease, text: bytes, action: Action = Action.SUBMITTED) -> SealedAnnotation:
        """Submits and logs a text as a session does, in one commit."""
        work = self.sealed(lease, text)
        with self.database.transaction():
            self.queue.submit(lease, work)
            self.log.record(
                Event(
                    action,
                    actor=lease.person_id,
                    object=lease.clip_id,
                    detail={
                        "annotation": work.id,
                        "kind": lease.kind.value,
                        "digest": work.digest.hex(),
                        "sealed": sha256(work.sealed).hexdigest(),
                        "task": lease.task_id,
                    },
                )
            )
        return work

    def review(self, work: SealedAnnotation, kind: VerdictKind) -> SealedAnnotation:
        """A reviewer hands in a blind version and decides about the work; gives that version."""
        self.queue.draw(lambda _: True)
        lease = self.queue.claim(QUE, frozenset({TaskKind.REVIEW}), key=new_id())
        assert lease.reviewed_annotation == work.id
        blind = self.hand_in(lease, b"blind", Action.REVIEW_SUBMITTED)
        verdict = Verdict(new_id(), lease.task_id, work.clip_id, work.id, kind, QUE, self.clock.now())
        with self.database.transaction():
            self.queue.decide(lease, verdict)
            detail = {"task": lease.task_id, "annotation": work.id, "verdict": kind, "verdict_id": verdict.id}
            self.log.record(Event(Action.VERDICT, actor=QUE, object=work.clip_id, detail=detail))
        return blind

    def text_of(self, annotation_id: str) -> bytes:
        """What the annotation says, as the file has it now."""
        work = self.queue.annotation(annotation_id)
        return self.content.unseal(self.keyring, work.clip_id, ContentKind.ANNOTATION, work.id, work.sealed)

    def purge(self, clip_id: str) -> None:
        """What a purge does to the capabilities, in one commit and a sweep after it."""
        with self.database.transaction():
            self.queue.withdraw_clip(clip_id, "retention")
            self.drafts.delete_of_clip(clip_id)
            self.versions.delete_of_clip(clip_id)
            self.hypotheses.delete_of_clip(clip_id)
            self.clips.destroy_key(clip_id)
        self.content.sweep()


@contextmanager
def capabilities(folder: Path) -> Iterator[Capabilities]:
    """A new workspace file in ``folder``, closed at the end."""
    database, clock = Database(folder / "workspace.db"), FakeClock()
    try:
        migrate(database)
        people = PersonRepository(database, clock)
        for person_id in (ANN, BEN, QUE):
            people.add(a_person(id=person_id, name=f"{person_id} contractor"), b"keyring")
        keyring = a_keyring()
        log = AuditLog(database, clock, WORKSPACE)
        log.record(Event(Action.WORKSPACE_MADE))
        log.unlock(keyring.log_key)
        clips = ClipRepository(database)
        content = ClipContent(WORKSPACE, LocalClipStore(folder / "clips"), clips, database)
        yield Capabilities(
            database=database,
            clock=clock,
            keyring=keyring,
            clips=clips,
            content=content,
            hypotheses=HypothesisRepository(database, content, clock),
            drafts=DraftRepository(database),
            versions=DraftVersionRepository(database),
            queue=SqliteQueue(database, clock, QueueRules()),
            log=log,
        )
    finally:
        database.close()
