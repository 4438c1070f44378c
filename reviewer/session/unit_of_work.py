"""The repositories of one workspace, with the transaction that makes several writes one commit."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from reviewer.access.activity import ActivityCounts
from reviewer.access.audit_log import AuditLog
from reviewer.access.backups import BackupRepository
from reviewer.access.clip_facts import signed_facts
from reviewer.access.exports import ExportRepository
from reviewer.access.nda import Acknowledgements
from reviewer.access.own_logs import OwnLogs
from reviewer.access.people import PersonRepository
from reviewer.access.recovery_key import RecoveryKeyRepository
from reviewer.clips.alignments import AlignmentRepository
from reviewer.clips.content import ClipContent
from reviewer.clips.draft_distances import DraftDistanceRepository
from reviewer.clips.draft_versions import DraftVersionRepository
from reviewer.clips.drafts import DraftRepository
from reviewer.clips.former_keys import FormerKeys
from reviewer.clips.held_finds import HeldFindRepository
from reviewer.clips.hypotheses import HypothesisRepository
from reviewer.clips.key_delivery import KeyDeliveries
from reviewer.clips.label_schemas import LabelSchemas
from reviewer.clips.open_tasks import OpenTasks
from reviewer.clips.own_words import OwnWords
from reviewer.clips.redactions import RedactionRepository
from reviewer.clips.references import ReferenceRepository
from reviewer.clips.repository import ClipRepository
from reviewer.clips.retention import RetentionRepository
from reviewer.clips.withdrawals import WithdrawalRepository
from reviewer.db.connection import Database
from reviewer.db.team_folder import TeamFolder
from reviewer.model.clip import ClipFacts
from reviewer.model.clock import Clock
from reviewer.model.event import Action
from reviewer.model.people import Identity
from reviewer.queue.api import Queue
from reviewer.queue.outbox import Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOfWork:
    """What use cases get instead of a database: repositories and transactions."""

    workspace_id: str
    database: Database
    queue: Queue
    outbox: Outbox
    clips: ClipRepository
    content: ClipContent
    hypotheses: HypothesisRepository
    alignments: AlignmentRepository
    draft_distances: DraftDistanceRepository
    references: ReferenceRepository
    redactions: RedactionRepository
    held_finds: HeldFindRepository
    drafts: DraftRepository
    versions: DraftVersionRepository
    open_tasks: OpenTasks
    own_words: OwnWords
    label_schemas: LabelSchemas
    log: AuditLog
    activity: ActivityCounts
    exports: ExportRepository
    backups: BackupRepository
    withdrawals: WithdrawalRepository
    retention: RetentionRepository
    people: PersonRepository
    recovery_keys: RecoveryKeyRepository
    key_deliveries: KeyDeliveries
    acknowledgements: Acknowledgements
    clock: Clock
    names_broker: bool = False
    """Whether the project file, as it was opened, names a broker."""

    @property
    def has_broker(self) -> bool:
        """Whether the keys of clips are released one by one, and only leads hold the workspace key.

        The log says so for windows that were opened before.
        """
        return self.names_broker or self.log.newest(Action.BROKER_NAMED) is not None

    @property
    def former_keys(self) -> FormerKeys:
        """Keys of clips that a queue elsewhere still has texts under."""
        return FormerKeys(self.database)

    @property
    def own_logs(self) -> OwnLogs:
        """The logs of people's own folders, in the lead's file."""
        return OwnLogs(self.database)

    @property
    def team_folder(self) -> TeamFolder:
        """Whether this is a person's own folder in a team, and what it follows."""
        return TeamFolder(self.database)

    def facts_of(self, clip_ids: Collection[str]) -> list[ClipFacts]:
        """What people's own folders need to know of these clips, with sealed drafts, unsigned; purged
        clips are left out."""
        drafts = self.hypotheses.sealed_of(clip_ids)
        return [
            replace(each, drafts=drafts.get(each.id, ()))
            for each in self.clips.facts_without_drafts(clip_ids)
        ]

    def publish_facts(self, lead: Identity, clip_ids: Collection[str]) -> None:
        """Signs the facts of these clips as they are now and puts them on the queue's server, if any.

        Raises Unavailable.
        """
        if not self.queue.answers_at_once:
            self.queue.put_clip_facts(self.signed(lead, self.facts_of(clip_ids)))

    def signed(self, lead: Identity, facts: Sequence[ClipFacts]) -> list[ClipFacts]:
        """Facts signed by a lead, as of the present end of their log."""
        return signed_facts(lead, self.workspace_id, self.log.head().size, facts)

    def transaction(self) -> AbstractContextManager[None]:
        """All writes of the local repositories inside are one commit; nested calls join the outermost."""
        return self.database.transaction()

    def transaction_with_queue(self) -> AbstractContextManager[None]:
        """One commit with the acts of a queue in the workspace's own file; nothing for a queue elsewhere."""
        return self.transaction() if self.queue.answers_at_once else nullcontext()

    @property
    def folder(self) -> Path:
        """The workspace's folder."""
        return self.database.path.parent

    def copy_database(self, target: Path) -> None:
        """Copies the workspace file as it is now, while people work. Raises Unavailable."""
        self.database.copy_to(target)

    def with_reserve(self) -> AbstractContextManager[None]:
        """Gives up the disk reserve for an act that a full disk must not prevent."""
        return self.database.reserve.released()

    def require_transaction(self) -> None:
        """Raises RuntimeError (a bug, not a refusal) outside a transaction."""
        self.database.require_transaction()

    def require_no_transaction(self) -> None:
        """Raises RuntimeError (a bug, not a refusal) inside a transaction."""
        self.database.require_no_transaction()
