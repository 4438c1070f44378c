"""Opens a workspace from its project file; the only place that names a backend."""

import importlib.metadata
import importlib.util
import os
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from reviewer import backends
from reviewer.access.activity import ActivityCounts
from reviewer.access.audit_log import AuditLog
from reviewer.access.backups import BackupRepository
from reviewer.access.exports import ExportRepository
from reviewer.access.keychain import Keychain
from reviewer.access.log_keys import LogKeys
from reviewer.access.nda import Acknowledgements
from reviewer.access.people import PersonRepository
from reviewer.access.policy import Policy
from reviewer.access.recovery_key import RecoveryKeyRepository
from reviewer.access.rights import Act
from reviewer.access.table_seal import TableSeals, upgrade
from reviewer.access.verification import Finding, verify_log
from reviewer.audio.decode.decoder import Decoder
from reviewer.broker.facts import WorkspaceFacts
from reviewer.clips.alignments import AlignmentRepository
from reviewer.clips.content import ClipContent
from reviewer.clips.draft_distances import DraftDistanceRepository
from reviewer.clips.draft_versions import DraftVersionRepository
from reviewer.clips.drafts import DraftRepository
from reviewer.clips.held_finds import HeldFindRepository
from reviewer.clips.hypotheses import HypothesisRepository
from reviewer.clips.key_delivery import KeyDeliveries
from reviewer.clips.keys import KdfParameters
from reviewer.clips.label_schemas import LabelSchemas
from reviewer.clips.open_tasks import OpenTasks
from reviewer.clips.own_words import OwnWords
from reviewer.clips.redactions import RedactionRepository
from reviewer.clips.references import ReferenceRepository
from reviewer.clips.repository import ClipRepository
from reviewer.clips.retention import RetentionRepository
from reviewer.clips.store import ClipStore
from reviewer.clips.withdrawals import WithdrawalRepository
from reviewer.db.connection import Database
from reviewer.db.schema import require_sound
from reviewer.db.team_folder import TeamFolder
from reviewer.db.workspace_meta import read_meta
from reviewer.desk.session import KINDS as DESK_KINDS
from reviewer.desk.session import DeskSession
from reviewer.errors import Refused, Unavailable
from reviewer.files import new_folder, write_atomically
from reviewer.labels.schema import load_schema
from reviewer.lead.admission import Admission
from reviewer.lead.broker_naming import BrokerNaming
from reviewer.lead.clip_preparation import PreparingProcess
from reviewer.lead.init_workspace import init_workspace, require_project
from reviewer.lead.move import WorkspaceMove
from reviewer.lead.own_folders import OwnFolders
from reviewer.lead.policy_files import PolicyFiles
from reviewer.lead.project_file import read_project
from reviewer.lead.recovery import Recovery
from reviewer.lead.session import LeadSession
from reviewer.model.clock import Clock, ForwardClock, SystemClock
from reviewer.model.people import Identity, Person
from reviewer.model.project import QueueRules
from reviewer.model.task import TaskKind
from reviewer.places import DATABASE_FILE, PROJECT_FILE, own_folder_or_resource, own_or_resource, resource
from reviewer.qa.scorecard import Scorecards
from reviewer.qa.session import KINDS as QA_KINDS
from reviewer.qa.session import QaSession
from reviewer.queue.api import DatabaseOwner, Queue
from reviewer.queue.move_record import MoveRecord
from reviewer.queue.outbox import Outbox
from reviewer.session.access_limits import ActivityLimits
from reviewer.session.agreement import Agreement
from reviewer.session.clip_access import ClipAccess
from reviewer.session.clip_unsealing import MakeKeySource
from reviewer.session.draft_measurement import DraftMeasurement
from reviewer.session.due_purges import DuePurges
from reviewer.session.listening_record import ListeningRecord
from reviewer.session.locale_conventions import ANY_LANGUAGE, LocaleConventions
from reviewer.session.pass_comparison import PassComparison
from reviewer.session.policy import WorkspacePolicy
from reviewer.session.server_witness import ServerWitness
from reviewer.session.sign_in import SignIn, require_strong
from reviewer.session.team_files import restore_team_files
from reviewer.session.unfinished_exports import UnfinishedExports
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.work_session import WorkSession
from reviewer.transcript.lexicon import LEXICON_FOLDER, read_lexicon
from reviewer.untrusted_files import read_untrusted_text
from reviewer.workspace_folder import require_workspace

if TYPE_CHECKING:
    from reviewer.queue.administration import QueueAdministration

APP_VERSION = importlib.metadata.version("reviewer")

MakeQueue = Callable[[Database, Clock, QueueRules], Queue]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in person; the parts that their role does not include refuse every call."""

    identity: Identity
    desk: DeskSession
    qa: QaSession
    lead: LeadSession


class Workspace:
    """The use cases of one workspace, over its repositories."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        parameters: KdfParameters,
        make_queue: MakeQueue | None = None,
        keychain: Keychain | None = None,
    ) -> None:
        self.path = path
        self.clock = ForwardClock.of(clock)
        self._parameters = parameters
        self._keychain = keychain
        self._database = Database(path / DATABASE_FILE)
        try:
            upgrade(self._database, clock)
            require_sound(self._database)
            self._database.reserve.fill()
            serial = TeamFolder(self._database).serial()
            restore_team_files(path, serial, PersonRepository(self._database, clock))
            self._assemble(make_queue)
        except BaseException:
            self._database.close()
            raise

    def _assemble(self, make_queue: MakeQueue | None) -> None:
        self.project = read_project(self.path / PROJECT_FILE)
        self._meta = read_meta(self._database)
        self._store = backends.clip_store(self.path, self.project.clips, self._meta.workspace_id)
        unit = unit_of_work(
            self.path,
            database=self._database,
            store=self._store,
            queue=(make_queue or backends.work_queue)(self._database, self.clock, self.project.queue),
            clock=self.clock,
            nda_days=self.project.nda_days,
        )
        self._unit = replace(unit, names_broker=bool(self.project.broker.url))
        self._unfinished = UnfinishedExports(self._unit)
        with suppress(Unavailable):  # nobody is kept out by a full disk; the next start tries again
            self._unfinished.remove()
        form = load_schema(own_or_resource(self.path, "schemas", self.project.schema))
        self._schema = self._unit.label_schemas.keep(form)
        self._conventions = LocaleConventions.of_workspace(self.path, self.project.conventions)
        self.policy = WorkspacePolicy(self._unit.log, self.path, _shipped_files(), MoveRecord(self._database))
        self.sessions = SignIn(self._unit, self._parameters, self.policy, self._keychain)
        self.sessions.show_log_to(ServerWitness(self._unit, is_counted=not self.project.log.witnesses).show)
        self.agreement = Agreement(
            sign_in=self.sessions,
            acknowledgements=self._unit.acknowledgements,
            locale=self.project.locale,
            languages=self._languages_of,
            app_version=APP_VERSION,
        )
        self._access = ClipAccess(
            unit=self._unit,
            sign_in=self.sessions,
            limits=ActivityLimits(self._unit, self.project.limits),
            unwitnessed_rows=self.project.log.unwitnessed_rows,
            make_key_source=self._key_source(),
        )
        self._due_purges = DuePurges(self._unit, self._access.is_purged)
        self._listening = ListeningRecord(self._unit.log, self.project.listening)

    def sign_in(self, name: str, passphrase: str) -> SignedIn:
        """Signs a person in and returns the sessions of their role."""
        identity = self.sessions.sign_in(name, passphrase)
        return SignedIn(identity, self.desk(identity), self.qa(identity), self.lead(identity))

    def sign_out(self, signed_in: SignedIn) -> bool:
        """Ends the session; False if its log row could not be written."""
        return self.sessions.sign_out(signed_in.identity)

    def enrol(self, name: str, code: str, passphrase: str) -> Person:
        """Activates an invited account."""
        return self.sessions.enrol(name, code, passphrase)

    @property
    def recovery(self) -> Recovery:
        """The recovery key, for whoever holds it."""
        return Recovery(self._unit, self._parameters)

    def log_keys(self) -> LogKeys:
        """The public keys of the access log."""
        return self._unit.log.keys()

    def purge_due(self, identity: Identity) -> tuple[str, ...]:
        """Purges what is due, and records the end of exports that were killed; returns the purged clips.

        Raises: Refused when signed out; Unavailable when disk or queue fail.
        """
        self.sessions.require(identity)
        self._unfinished.remove()
        self._unfinished.record_ends(identity)
        return self._due_purges.purge(identity)

    def desk(self, identity: Identity) -> DeskSession:
        """The contractor's work for a signed-in person."""
        return DeskSession(self._work(identity, DESK_KINDS))

    def qa(self, identity: Identity) -> QaSession:
        """The QA person's work for a signed-in person."""
        return QaSession(
            work=self._work(identity, QA_KINDS),
            unit=self._unit,
            access=self._access,
            scorecards=Scorecards(self._unit, self._access),
            comparison=PassComparison(self._unit, self._access, self._conventions),
            rate=self.project.queue.qa_rate,
        )

    def lead(self, identity: Identity) -> LeadSession:
        """The lead's work for a signed-in person."""
        return LeadSession(
            identity,
            self._unit,
            sign_in=self.sessions,
            access=self._access,
            project=self.project,
            schema=self._schema,
            conventions=self._conventions,
            lexicon=partial(read_lexicon, self.path / LEXICON_FOLDER),
            parameters=self._parameters,
            make_decoder=Decoder,
            make_process=partial(
                PreparingProcess, self._store, self.path / backends.CLIPS_FOLDER, self._meta.workspace_id
            ),
            verify=self._verify_log,
            due_purges=self._due_purges,
            unfinished=self._unfinished,
            policy_files=PolicyFiles(self.path, self.project.schema, self.policy, self.sessions, identity),
            admission=self.admission(identity),
        )

    @property
    def broker_naming(self) -> BrokerNaming:
        """Names a broker and replaces the keys that others than leads may know, for a lead."""
        return BrokerNaming(self._unit, self._access, self.policy, self.path)

    def own_folders(self, identity: Identity) -> OwnFolders:
        """Invites and admits people who work in a folder of their own, for a lead."""
        return OwnFolders(identity, self._unit, self.sessions, self.policy, self.project, self._parameters)

    def admission(self, identity: Identity) -> Admission:
        """Invites people to machines of their own and gives people their logins, for a lead."""
        make_server = partial(self.queue_administration, identity)
        return Admission(self.own_folders(identity), make_server, self._unit.people, self.workspace_id)

    def release_facts(self, identity: Identity) -> WorkspaceFacts:
        """What a broker asks of this workspace, for a lead who is signed in. Raises NotAllowed."""
        self._access.allow(identity, Act.MANAGE_PEOPLE)
        opens = self.project.limits.opens_per_hour
        # Clips that are prefetched and not opened, and those that are taken along, need keys too.
        most = 2 * opens + self.project.queue.bundle_clips if opens else 0
        return WorkspaceFacts(self._unit, self.sessions, identity, most)

    def queue_administration(
        self, identity: Identity, owner: DatabaseOwner | None = None
    ) -> "QueueAdministration":
        """The server of a team's queue, for a signed-in lead. Raises NotAllowed; Refused without one."""
        self._access.allow(identity, Act.MANAGE_PEOPLE)
        agreements = self._unit.acknowledgements.counting()
        return backends.queue_administration(self.project, self.workspace_id, agreements, owner)

    def move(self, identity: Identity, gone: Collection[str] = ()) -> WorkspaceMove:
        """Moves queue and clips, for a lead; ``gone`` are people whose windows were killed."""
        unit, agreements = self._unit, self._unit.acknowledgements.counting()
        return WorkspaceMove(
            identity,
            unit,
            sign_in=self.sessions,
            policy=self.policy,
            record=MoveRecord(self._database),
            backends=backends.MoveBackends(
                self.path, self._database, self.clock, self.workspace_id, agreements, identity
            ),
            gone=gone,
        )

    @property
    def workspace_id(self) -> str:
        """The id of this workspace."""
        return self._meta.workspace_id

    def close(self) -> None:
        """Closes the workspace file, and the connections to its queue."""
        self._unit.queue.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _work(self, identity: Identity, kinds: frozenset[TaskKind]) -> WorkSession:
        return WorkSession(
            identity=identity,
            kinds=kinds,
            unit=self._unit,
            access=self._access,
            listening=self._listening,
            schema=self._schema,
            conventions=self._conventions,
            lexicon=partial(read_lexicon, self.path / LEXICON_FOLDER),
            measurement=DraftMeasurement(self._unit, self.project.asr.hidden_share),
            recognisers=self.project.asr.recogniser,
            rules=self.project.queue,
        )

    def _key_source(self) -> MakeKeySource | None:
        """How somebody without the workspace key gets the keys of clips. Raises Refused."""
        if not self.project.broker.url:
            return None
        from reviewer.broker.client import BrokerAddress, BrokerClient  # noqa: PLC0415 - loads HTTP

        address = BrokerAddress.of_place(self.project.broker, self.path)
        return lambda identity: BrokerClient(address, identity, self.clock.of_machine)

    def _languages_of(self, person_id: str) -> tuple[str, ...]:
        try:
            return self._unit.queue.languages().get(person_id, ())
        except Unavailable:  # a queue elsewhere; the agreement is shown in the project's language
            return ()

    def _verify_log(self) -> Finding:
        return verify_log(self.path / DATABASE_FILE, self._meta.log_id, self._meta.log_public_key)


def unit_of_work(
    path: Path, *, database: Database, queue: Queue, clock: Clock, nda_days: int, store: ClipStore
) -> UnitOfWork:
    """The repositories over an open workspace file."""
    meta = read_meta(database)
    clips = ClipRepository(database)
    content = ClipContent(meta.workspace_id, store, clips, database)
    log = AuditLog(database, clock, meta.log_id, public_key=meta.log_public_key)
    TableSeals(database, log)
    agreements = own_folder_or_resource(path, "nda")
    return UnitOfWork(
        workspace_id=meta.workspace_id,
        database=database,
        queue=queue,
        outbox=Outbox(database, queue, clock),
        clips=clips,
        content=content,
        hypotheses=HypothesisRepository(database, content, clock),
        alignments=AlignmentRepository(database, content, clock),
        draft_distances=DraftDistanceRepository(database, clock),
        references=ReferenceRepository(database, content),
        redactions=RedactionRepository(database),
        held_finds=HeldFindRepository(database),
        drafts=DraftRepository(database),
        versions=DraftVersionRepository(database),
        open_tasks=OpenTasks(database),
        own_words=OwnWords(meta.workspace_id, database),
        label_schemas=LabelSchemas(database, clock),
        log=log,
        activity=ActivityCounts(database),
        exports=ExportRepository(database),
        backups=BackupRepository(database),
        withdrawals=WithdrawalRepository(database),
        retention=RetentionRepository(database),
        people=PersonRepository(database, clock),
        recovery_keys=RecoveryKeyRepository(database, clock),
        key_deliveries=KeyDeliveries(database),
        acknowledgements=Acknowledgements(database, log, clock, agreements, nda_days),
        clock=clock,
    )


def open_workspace(
    path: Path | str,
    *,
    clock: Clock | None = None,
    parameters: KdfParameters | None = None,
    make_queue: MakeQueue | None = None,
    keychain: Keychain | None = None,
) -> Workspace:
    """Opens an existing workspace; ``keychain`` is the one of this machine's operating system by default.

    Raises: Unavailable when there is none or it cannot be read; Refused for an invalid
    project file.
    """
    folder = Path(path)
    require_workspace(folder)
    os.umask(0o077)
    return Workspace(
        folder,
        clock=clock or SystemClock(),
        parameters=parameters or KdfParameters(),
        make_queue=make_queue,
        keychain=keychain,
    )


def make_workspace(
    path: Path | str,
    lead: str,
    passphrase: str,
    project_file: Path | None = None,
    *,
    clock: Clock | None = None,
    parameters: KdfParameters | None = None,
) -> str:
    """Creates a workspace and its first lead, or nothing: it is made beside its place and then renamed.

    Returns: its recovery key, which is stored nowhere.

    Raises: Refused when the folder is not empty, the passphrase is weak or the project file is wrong.
    """
    folder = Path(path)
    if (folder / DATABASE_FILE).exists():
        raise Refused("WORKSPACE_EXISTS", folder=str(folder))
    require_strong(passphrase)
    source = project_file or resource("project.toml")
    text = read_untrusted_text(source)
    require_project(text, source.name, folder)
    os.umask(0o077)
    who, when, cost = (lead, passphrase), clock or SystemClock(), parameters or KdfParameters()
    try:
        with new_folder(folder) as beside:
            write_atomically(beside / PROJECT_FILE, text.encode())
            policy = Policy.of(beside, _shipped_files())
            recovery_key = init_workspace(beside / DATABASE_FILE, *who, when, cost, policy)
    except FileExistsError as error:
        raise Refused("WORKSPACE_FOLDER_NOT_EMPTY", folder=str(folder)) from error
    except OSError as error:
        raise Unavailable("FOLDER_NOT_WRITABLE", folder=str(folder), reason=str(error)) from error
    return recovery_key


def _shipped_files() -> dict[str, Path]:
    """The files that decide where a workspace has none of its own, by name."""
    root = resource("project.toml").parent
    folders = (root / kind for kind in ("schemas", "conventions", "nda"))
    paths = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path for path in sorted(paths)}


def shipped_conventions() -> LocaleConventions:
    """The convention files that come with the program."""
    return LocaleConventions.of_workspace(resource("conventions").parent, ANY_LANGUAGE)


def workspace_conventions(workspace: Path) -> LocaleConventions:
    """The conventions of a workspace, without opening it. Raises Unavailable, Refused."""
    return LocaleConventions.of_workspace(workspace, read_project(workspace / PROJECT_FILE).conventions)
