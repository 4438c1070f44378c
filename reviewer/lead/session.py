"""What a lead can do: import, people, queue, progress, export, purge, and the access log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from reviewer.access.backups import BackupRecord
from reviewer.access.checkpoint import Checkpoint
from reviewer.access.lifted_limits import sign_lifting
from reviewer.access.log_chain import LogRow
from reviewer.access.log_search import LogFilter, every_row, find_rows
from reviewer.access.log_segments import write_segments
from reviewer.access.nda import RegisterEntry
from reviewer.access.rights import Act, may, require
from reviewer.access.verification import Finding
from reviewer.access.witness import Submission, parse_witness_key
from reviewer.clips.draft_distances import MeanDistance
from reviewer.clips.keys import KdfParameters
from reviewer.clips.retention import RetentionDecision
from reviewer.errors import Refused
from reviewer.garbage_collection import without_collection
from reviewer.labels.schema import Schema
from reviewer.lead.admission import Admission
from reviewer.lead.backup import Backup, BackupResult
from reviewer.lead.clip_list import ClipList
from reviewer.lead.clip_preparation import MakeDecoder, MakeProcess
from reviewer.lead.corpus import CorpusReader
from reviewer.lead.drafting import Drafting, DraftsReport
from reviewer.lead.export import Export, ExportResult
from reviewer.lead.export_preview import ExportPreview
from reviewer.lead.held_back import HeldBack
from reviewer.lead.import_history import PastImport, past_imports, report_of
from reviewer.lead.intake import Arrived, Intake, Progress
from reviewer.lead.intake_report import IntakeOptions, IntakeReport
from reviewer.lead.kept_acceptances import KeptAcceptances
from reviewer.lead.late_drafts import LateDrafts
from reviewer.lead.people import Invitation, People, release_task
from reviewer.lead.policy_files import PolicyFiles
from reviewer.lead.progress import ProjectProgress, project_progress
from reviewer.lead.purge import Purge, PurgeReport, Recall
from reviewer.lead.recovery import Recovery
from reviewer.lead.retention import SOON, RetentionExtension, RetentionOverview, due_clips
from reviewer.lead.server_watch import ServerWatch
from reviewer.lead.set_options import SetOptions
from reviewer.lead.withdrawals import Withdrawal, read_withdrawals
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity, Person, PersonState, Role
from reviewer.model.project import Project
from reviewer.model.task import LateDraft, Lease, QueueCounts, TaskKind, UntakenCount, WorkCounts
from reviewer.queue.api import HeldClip
from reviewer.session.access_limits import PersonActivity
from reviewer.session.backup_lists import list_purges, to_purge
from reviewer.session.clip_access import ClipAccess
from reviewer.session.clip_conditions import RIGHTS
from reviewer.session.due_purges import DuePurges
from reviewer.session.known_words import Lexicon
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.session.redactions import Redactions
from reviewer.session.sign_in import SignIn
from reviewer.session.unfinished_exports import UnfinishedExports
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.stats.queue_figures import QueueFigures

_PROOFS = 4


@dataclass(frozen=True, slots=True)
class PersonProgress:
    """One contractor's work in counts."""

    person: Person
    work: WorkCounts


@dataclass(frozen=True, slots=True)
class Overview:
    """The progress of the project; ``held`` are the clips that wait for the lead."""

    counts: QueueCounts
    people: tuple[PersonProgress, ...]
    leases: tuple[Lease, ...]
    late_drafts: tuple[LateDraft, ...]
    held: tuple[HeldClip, ...]
    unwitnessed: int
    untaken: tuple[UntakenCount, ...] = ()
    """Tasks that wait and that nobody with an active account can take."""
    held_back: int = 0
    """Clips that wait for a decision about personal data."""
    due: int = 0
    """Clips whose consent or retention is over and that are not purged yet."""
    due_soon: int = 0
    """Clips that will be due within 30 days."""
    unfinished_exports: int = 0
    """Exports that were killed and whose plain files cannot be removed now."""
    limited: tuple[str, ...] = ()
    """Names of people whom a limit on opening or skipping stopped in the last day."""
    leads: int = 2
    """Active leads; with one only, a lost passphrase leaves nothing but the recovery key."""
    has_recovery_key: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    """Everybody's name by id: leases are also those of QA."""


_USUAL_SET = SetOptions()


class LeadSession:
    """Everything a lead can do, for one signed-in person; others are refused at the first call."""

    def __init__(
        self,
        identity: Identity,
        unit: UnitOfWork,
        *,
        sign_in: SignIn,
        access: ClipAccess,
        project: Project,
        schema: Schema,
        conventions: LocaleConventions,
        lexicon: Lexicon,
        parameters: KdfParameters,
        make_decoder: MakeDecoder,
        make_process: MakeProcess,
        verify: Callable[[], Finding],
        due_purges: DuePurges,
        unfinished: UnfinishedExports,
        policy_files: PolicyFiles,
        admission: Admission,
    ) -> None:
        self.identity, self._unit = identity, unit
        self._sign_in, self._access, self._project = sign_in, access, project
        self._people, self._recovery = People(unit, parameters), Recovery(unit, parameters)
        self._intake = Intake(unit, make_decoder=make_decoder, make_process=make_process, project=project)
        self._export = Export(
            unit, access, project=project, schema=schema, conventions=conventions, unfinished=unfinished
        )
        self._purge, self._backup = Purge(unit, due_purges), Backup(unit)
        self.redactions, self.acceptances = Redactions(unit, access), KeptAcceptances(unit, access)
        self.held_back = HeldBack(unit, access, self.redactions, self._purge)
        self.clip_list = ClipList(
            unit, access, self.held_back, assign_task=self.assign, release_task=self.release
        )
        self.late_drafts = LateDrafts(unit, access, schema=schema, conventions=conventions)
        self.server_watch = ServerWatch(unit, identity, self._require)
        self.corpus = CorpusReader(unit, access, conventions, lexicon)
        self._due_purges, self._unfinished = due_purges, unfinished
        self._extension = RetentionExtension(unit, project.intake)
        self._drafting = Drafting(unit, access, project.asr.recogniser)
        self._verify, self.policy_files, self.admission = verify, policy_files, admission

    def overview(self) -> Overview:
        """The progress of the project, in counts computed now."""
        self._require(Act.SEE_PROGRESS)
        queue = self._unit.queue
        due = self._due_purges.due()
        work = {counts.person_id: counts for counts in queue.work_by_person()}
        everybody = self._unit.people.all()
        people = tuple(
            PersonProgress(person, work.get(person.id, WorkCounts(person.id)))
            for person in everybody
            if person.role is Role.CONTRACTOR
        )
        return Overview(
            counts=queue.counts(),
            people=people,
            leases=tuple(queue.leases()),
            late_drafts=tuple(queue.late_drafts()),
            held=tuple(queue.held()),
            unwitnessed=self._unit.log.unwitnessed(),
            untaken=tuple(queue.without_taker(self._active_by_kind())),
            held_back=self.held_back.count(self.identity),
            due=len(due),
            due_soon=len(self._unit.clips.due_for_purge(self._unit.clock.now() + SOON)) - len(due),
            unfinished_exports=len(self._unfinished.left()),
            limited=tuple(each.person.name for each in self.activity() if each.limits_day),
            leads=self._people.active_leads(),
            has_recovery_key=self._recovery.exists(),
            names={person.id: person.name for person in everybody},
        )

    def queue_figures(self) -> QueueFigures:
        """What a program that watches the queue is told: numbers, and no names."""
        self._require(Act.SEE_PROGRESS)
        return self._unit.queue.figures()

    def progress(self) -> ProjectProgress:
        """How the work stands by state, locale, product, person and day, and when it may end."""
        self._require(Act.SEE_PROGRESS)
        return project_progress(self._unit, self.identity, self.clip_list)

    def make_drafts(
        self,
        progress: Progress = lambda _done, _all: None,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        by_every: bool = False,
    ) -> DraftsReport:
        """Lets the project's recognisers make drafts for clips without any."""
        self._require(Act.IMPORT)
        return self._drafting.make_drafts(self.identity, progress, cancelled, by_every=by_every)

    def align_accepted(
        self,
        progress: Progress = lambda _done, _all: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> DraftsReport:
        """Finds the words of accepted texts in the sound, where an aligner for the language is."""
        self._require(Act.IMPORT)
        return self._drafting.align(self.identity, progress, cancelled)

    def draft_distances(self) -> list[MeanDistance]:
        """How far submitted texts are from the drafts, where these were shown and where they were hidden."""
        self._require(Act.SEE_PROGRESS)
        return self._unit.draft_distances.means()

    def people(self) -> list[Person]:
        """Everybody who was ever added."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.all()

    def add_person(self, name: str, role: Role) -> Invitation:
        """Invites a person; the code is shown once."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.add(self.identity, name, role)

    def agreement_register(self) -> list[RegisterEntry]:
        """Who signed which version of the agreement when, and whether it still counts."""
        self._require(Act.MANAGE_PEOPLE)
        return self._unit.acknowledgements.register(self._unit.people.all())

    def issue_code(self, name: str) -> Invitation:
        """A new code for somebody who lost their passphrase; it is shown once."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.issue_code(self.identity, name)

    def replace_recovery_key(self) -> str:
        """A new recovery key, shown once; the one before opens nothing any more."""
        self._require(Act.MANAGE_PEOPLE)
        return self._recovery.replace(self.identity)

    def keychain_users(self) -> frozenset[str]:
        """The ids of those whose account needs a secret in the keychain of a machine."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.keychain_users()

    def languages(self) -> dict[str, tuple[str, ...]]:
        """The languages of people, by id; who is not there gets clips of every language."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.languages()

    def set_languages(self, name: str, languages: Sequence[str]) -> tuple[str, ...]:
        """Sets the languages of a person, none meaning every one; returns the tags in their usual form."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.set_languages(self.identity, name, languages)

    def skills(self) -> dict[str, tuple[str, ...]]:
        """The skills of people, by id; who is not there has none."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.skills()

    def set_skills(self, name: str, skills: Sequence[str]) -> tuple[str, ...]:
        """Sets the skills of a person; returns them in their usual form."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.set_skills(self.identity, name, skills)

    def activity(self) -> list[PersonActivity]:
        """What everybody who works on clips took in the last hour and day, by name."""
        self._require(Act.SEE_PROGRESS)
        people = (each for each in self._unit.people.all() if each.role is not Role.LEAD)
        return [self._access.limits.activity_of(each) for each in people]

    def lift_limits(self, name: str) -> Person:
        """Lets somebody whom a limit stopped go on; they start anew at every limit, also on a server.

        Raises: Refused (code NO_ACCOUNT) for an unknown name; Unavailable when a server cannot be told.
        """
        self._require(Act.MANAGE_PEOPLE)
        person = self._unit.people.by_name(name)
        if person is None or person.state is PersonState.REVOKED:
            raise Refused("NO_ACCOUNT")
        unit = self._unit
        self._access.limits.lift(self.identity, person)
        unit.queue.lift_limits(
            person.id, sign_lifting(self.identity, unit.workspace_id, person.id, unit.clock.now())
        )
        return person

    def revoke(self, name: str) -> Person:
        """Revokes an account and puts the tasks leased to it back into the queue."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.revoke(self.identity, name)

    def import_manifest(
        self,
        manifest: Path,
        options: IntakeOptions,
        progress: Progress = lambda _done, _all: None,
        cancelled: Callable[[], bool] = lambda: False,
        arrived: Arrived = lambda _row: None,
    ) -> IntakeReport:
        """Imports clips through the gate; one report row for each line."""
        self._require(Act.IMPORT)
        return self._intake.import_manifest(self.identity, manifest, options, progress, cancelled, arrived)

    def past_imports(self) -> list[PastImport]:
        """Every import and dry run that the access log has, the newest first."""
        self._require(Act.IMPORT)
        return past_imports(partial(every_row, self._unit.database))

    def report_of_import(self, import_id: str) -> IntakeReport:
        """The lines of a past import, as far as the access log has them. Raises Refused (code NO_IMPORT)."""
        self._require(Act.IMPORT)
        return report_of(partial(every_row, self._unit.database), import_id)

    def export(
        self,
        out: Path,
        formats: Sequence[str],
        where: str | None = None,
        progress: Progress = lambda _done, _all: None,
        *,
        options: SetOptions = _USUAL_SET,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> ExportResult:
        """Writes accepted work as a labelled set with its passport."""
        self._require(Act.EXPORT)
        self.redactions.apply_all(self.identity)
        return self._export.export_set(
            self.identity, out, formats, where, progress, options=options, is_cancelled=is_cancelled
        )

    def profiles(self) -> tuple[str, ...]:
        """The names of the text profiles of the conventions."""
        return self._export.profiles()

    def preview_export(
        self,
        formats: Sequence[str],
        where: str | None = None,
        *,
        options: SetOptions = _USUAL_SET,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> ExportPreview:
        """The first rows and the size of what ``export`` would write; no audio is opened, nothing written."""
        self._require(Act.EXPORT)
        return self._export.preview(self.identity, formats, where, options=options, is_cancelled=is_cancelled)

    def purge(self, sources: Sequence[str] = (), *, retention: bool = False) -> PurgeReport:
        """Purges the clips of these sources and, with ``retention``, all that are due."""
        return self.withdraw([Withdrawal(source) for source in sources], retention=retention)

    def withdraw(self, withdrawals: Sequence[Withdrawal], *, retention: bool = False) -> PurgeReport:
        """Records withdrawals and purges their clips on their day; with ``retention`` all that are due."""
        self._require(Act.PURGE)
        report = self._purge.purge_clips(self.identity, withdrawals, retention=retention)
        return replace(report, unlisted=tuple(list_purges(self._unit)))

    def withdraw_list(self, file: Path) -> PurgeReport:
        """Purges the clips of a list of withdrawals, or refuses the whole list."""
        self._require(Act.PURGE)
        return self.withdraw(read_withdrawals(file, self._unit.clock.now()))

    def retention_overview(self) -> RetentionOverview:
        """What is due, kept for longer, withdrawn but unknown, and to be recalled."""
        self._require(Act.PURGE)
        unit, now = self._unit, self._unit.clock.now()
        with without_collection():
            due = due_clips(unit, now)
            soon = due_clips(unit, now + SOON)[len(due) :]
        return RetentionOverview(
            due=due,
            soon=soon,
            extended=tuple(unit.retention.standing()),
            unknown=tuple(unit.withdrawals.unknown()),
            recall=self._purge.recall(),
            unfinished=tuple(self._unfinished.left()),
            is_held=self._due_purges.is_held(),
        )

    def extend_retention(
        self, clip_ids: Sequence[str], until: datetime, why: str
    ) -> tuple[RetentionDecision, ...]:
        """Keeps sampled clips until a later date."""
        self._require(Act.PURGE)
        return self._extension.extend(self.identity, clip_ids, until, why)

    def give_up_export(self, export_id: str) -> None:
        """Looks no longer for the plain files of an unfinished export; it stays on the recall list."""
        self._require(Act.EXPORT)
        self._unfinished.give_up(self.identity, export_id)

    def recall(self) -> tuple[Recall, ...]:
        """The exports that contain purged clips, as often as it is asked for."""
        self._require(Act.PURGE)
        return self._purge.recall()

    def backup(self, target: Path) -> BackupResult:
        """Writes a verified backup of the workspace into a file, or a new file in a folder."""
        self._require(Act.BACK_UP)
        return self._backup.make(self.identity, target)

    def finish_restore(
        self, backup: BackupRecord, purged: Sequence[str], withdrawn: Sequence[Withdrawal]
    ) -> PurgeReport:
        """Logs that the workspace was restored; purges what was purged, redacted, withdrawn or due since.

        From now on purges are listed beside this backup too.
        """
        self._require(Act.PURGE)
        unit, size = self._unit, self._unit.log.head().size
        with unit.transaction():
            unit.backups.add(backup)
            unit.log.record(Event.by(self.identity, Action.RESTORED, backup.id, detail={"rows": size}))
        clips = to_purge(unit, purged)
        return self._purge.purge_clips(self.identity, withdrawn, retention=True, clips=clips)

    def release(self, task_id: str) -> None:
        """Ends a lease; the draft stays with its author."""
        self._require(Act.MANAGE_QUEUE)
        release_task(self._unit, self.identity, task_id)

    def assign(self, task_id: str, name: str) -> Person:
        """Assigns an open task to one person: a pass to a contractor, other kinds to somebody from QA.

        Raises: Refused for anybody whose role has no such tasks, who is not active, or who had the clip.
        """
        self._require(Act.MANAGE_QUEUE)
        kind = self._unit.queue.kind_of(task_id)
        person = self._unit.people.by_name(name)
        if person is None or not may(person, RIGHTS[kind]):
            raise Refused("NOT_A_CONTRACTOR" if kind is TaskKind.TRANSCRIBE else "NOT_QA")
        with self._unit.transaction_with_queue():
            self._unit.queue.assign(task_id, person.id)
            detail = {"task": task_id, "to": person.id}
            self._unit.log.record(Event.by(self.identity, Action.TASK_ASSIGNED, task_id, detail=detail))
        return person

    def find_log_rows(
        self, wanted: LogFilter, *, before: int | None = None, limit: int = 1000
    ) -> list[LogRow]:
        """The newest rows of the access log that match, newest first; with ``before`` those with a lower
        number."""
        self._require(Act.READ_LOG)
        return find_rows(self._unit.database, wanted, before=before, limit=limit)

    def log_rows_for_export(self, wanted: LogFilter) -> Iterator[LogRow]:
        """All rows that match, newest first, after a row that records this."""
        self._require(Act.READ_LOG)
        self._unit.log.record(Event.by(self.identity, Action.LOG_EXPORTED))
        return every_row(self._unit.database, wanted)

    def verify_log(self) -> Finding:
        """Checks every row of the access log against the chain, signatures and checkpoints."""
        self._require(Act.READ_LOG)
        return self._verify()

    def checkpoint(self) -> Checkpoint:
        """Signs the state of the log, to be kept on another machine."""
        self._require(Act.MAKE_CHECKPOINT)
        return self._unit.log.checkpoint("request")

    def checkpoint_file(self, checkpoint: Checkpoint, since: int | None = None) -> str:
        """The checkpoint as a file for a witness, with proofs that the log extends what a witness saw before.

        Args:
            since: the size that a witness saw last; without it, those that were kept elsewhere last.
        """
        self._require(Act.MAKE_CHECKPOINT)
        log = self._unit.log
        sizes = log.witnessed_sizes(_PROOFS) if since is None else [since]
        return Submission(checkpoint, {size: log.consistency(size, checkpoint.size) for size in sizes}).text()

    def witnessed(self, checkpoint: Checkpoint) -> None:
        """Records that a checkpoint has left this machine; the rows it covers count as witnessed.

        Raises Refused for a checkpoint that this log did not make; for a project with witnesses also one that
        none of them countersigned.
        """
        self._require(Act.MAKE_CHECKPOINT)
        log = self._unit.log
        if log.checkpoint_of(checkpoint.size).text != checkpoint.text:
            raise Refused("NO_CHECKPOINT", rows=checkpoint.size)
        keys = [parse_witness_key(text) for text in self._project.log.witnesses]
        if keys and all(key.cosigned_at(checkpoint) is None for key in keys):
            raise Refused("NOT_COSIGNED")
        event = Event.by(self.identity, Action.CHECKPOINT_WITNESSED, detail={"rows": checkpoint.size})
        log.mark_witnessed(checkpoint.size, event, checkpoint.cosignatures)

    def named_broker(self) -> str:
        """The public key, in hex, of the broker that a lead named last; empty for none."""
        self._require(Act.READ_LOG)
        row = self._unit.log.newest(Action.BROKER_NAMED)
        return self._project.broker.public_key if row is None else str(row.event().detail.get("public_key"))

    def write_log_segments(self, folder: Path) -> list[Path]:
        """Writes the closed segments of the log that are not in the folder yet, after a row that records
        this."""
        self._require(Act.READ_LOG)
        self._unit.log.record(Event.by(self.identity, Action.LOG_EXPORTED))
        return write_segments(self._unit.log, folder)

    @property
    def has_witnesses(self) -> bool:
        """Whether a checkpoint counts as witnessed only when one of the project's witnesses countersigned
        it."""
        return bool(self._project.log.witnesses)

    def _active_by_kind(self) -> dict[TaskKind, list[str]]:
        active = [each for each in self._unit.people.all() if each.state is PersonState.ACTIVE]
        reviewers = [each.id for each in active if each.role is Role.QA]
        return {
            TaskKind.TRANSCRIBE: [each.id for each in active if each.role is Role.CONTRACTOR],
            TaskKind.REVIEW: reviewers,
            TaskKind.ADJUDICATE: reviewers,
        }

    def _require(self, act: Act) -> None:
        self._sign_in.require(self.identity)
        require(self.identity.person, act)
