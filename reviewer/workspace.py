"""Opens a workspace from its project file; the only place that names a backend."""

import importlib.metadata
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from reviewer.access.checkpoint import Checkpoints
from reviewer.access.ledger import Ledger
from reviewer.access.nda import Acknowledgements
from reviewer.access.register import Register
from reviewer.audio.decode.decoder import Decoder
from reviewer.clips.catalogue import Catalogue
from reviewer.clips.keys import KdfParameters
from reviewer.clips.store import LocalClips
from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.db.migrations import migrate
from reviewer.desk.agreement import Agreement
from reviewer.desk.drafts import Drafts
from reviewer.desk.hearing import Hearing
from reviewer.desk.listen import Listening
from reviewer.desk.session import DeskSession
from reviewer.desk.signin import SignIn, require_strong
from reviewer.errors import NoWorkspace, Refused, Unavailable
from reviewer.files import write_atomically
from reviewer.labels.schema import load_schema
from reviewer.lead.export import Export
from reviewer.lead.founding import found
from reviewer.lead.intake import Intake
from reviewer.lead.people import People
from reviewer.lead.progress import Progress
from reviewer.lead.project_file import parse_project, read_project
from reviewer.lead.session import LeadSession
from reviewer.model.clock import Clock, SystemClock
from reviewer.model.people import Identity, Person
from reviewer.places import DATABASE_FILE, PROJECT_FILE, resource
from reviewer.qa.session import QaSession
from reviewer.queue.sqlite import SqliteQueue
from reviewer.transcript.conventions import load_conventions

CLIPS_FOLDER = "clips"
APP_VERSION = importlib.metadata.version("reviewer")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person at work; the part that their role does not have refuses at its first call."""

    identity: Identity
    desk: DeskSession
    qa: QaSession
    lead: LeadSession


class Workspace:
    """All collaborators of one workspace, put together."""

    def __init__(self, path: Path, *, clock: Clock, parameters: KdfParameters) -> None:
        self.path = path
        self.clock = clock
        self.parameters = parameters
        self.project = read_project(path / PROJECT_FILE)
        self.database = Database(path / DATABASE_FILE)
        migrate(self.database)
        self.workspace_id = str(
            self.database.value("SELECT value FROM meta WHERE key = 'workspace_id'") or ""
        )
        self.log_public_key = bytes.fromhex(
            self.database.value("SELECT value FROM meta WHERE key = 'log_public_key'") or ""
        )
        self.register = Register(self.database, clock)
        self.ledger = Ledger(self.database, clock, self.workspace_id)
        self.checkpoints = Checkpoints(self.database, self.ledger, clock)
        self.catalogue = Catalogue(self.database)
        self.store = LocalClips(path / CLIPS_FOLDER)
        self.vault = Vault(self.workspace_id, self.store, self.catalogue)
        self.drafts = Drafts(database=self.database, vault=self.vault, clock=clock)
        self.queue = SqliteQueue(self.database, clock, self.project.queue)
        self.schema = load_schema(_found(path, "schemas", self.project.schema))
        self.conventions = load_conventions(_found(path, "conventions", self.project.conventions))
        self.acknowledgements = Acknowledgements(
            self.database, self.ledger, clock, _agreements(path), self.project.nda_days
        )
        self.hearing = Hearing(
            ledger=self.ledger, vault=self.vault, catalogue=self.catalogue, rules=self.project.listening
        )
        self._open_desks()

    def _open_desks(self) -> None:
        """The use cases over what ``__init__`` has opened."""
        clock, parameters = self.clock, self.parameters
        self.sign_in_desk = SignIn(
            database=self.database,
            register=self.register,
            ledger=self.ledger,
            checkpoints=self.checkpoints,
            clock=clock,
            parameters=parameters,
        )
        self.agreement = Agreement(
            sign_in=self.sign_in_desk,
            acknowledgements=self.acknowledgements,
            locale=self.project.locale,
            app_version=APP_VERSION,
        )
        self.listening = Listening(
            database=self.database,
            sign_in=self.sign_in_desk,
            acknowledgements=self.acknowledgements,
            ledger=self.ledger,
            queue=self.queue,
            catalogue=self.catalogue,
            vault=self.vault,
            hearing=self.hearing,
            clock=clock,
            locale=self.project.locale,
        )
        self.progress = Progress(register=self.register, queue=self.queue, ledger=self.ledger)

    def sign_in(self, name: str, passphrase: str) -> SignedIn:
        """Signs a person in and gives what their role can do."""
        identity = self.sign_in_desk.sign_in(name, passphrase)
        return SignedIn(identity, self.desk(identity), self.qa(identity), self.lead(identity))

    def sign_out(self, signed_in: SignedIn) -> None:
        """Ends the session."""
        self.sign_in_desk.sign_out(signed_in.identity)

    def enrol(self, name: str, code: str, passphrase: str) -> Person:
        """Turns an invitation into an account."""
        return self.sign_in_desk.enrol(name, code, passphrase)

    def desk(self, identity: Identity) -> DeskSession:
        """The contractor's work for a signed-in person."""
        return DeskSession(
            identity=identity,
            listening=self.listening,
            hearing=self.hearing,
            queue=self.queue,
            drafts=self.drafts,
            vault=self.vault,
            ledger=self.ledger,
            database=self.database,
            clock=self.clock,
            schema=self.schema,
            conventions=self.conventions,
        )

    def qa(self, identity: Identity) -> QaSession:
        """The QA person's work for a signed-in person."""
        return QaSession(
            identity=identity,
            door=self.listening,
            hearing=self.hearing,
            queue=self.queue,
            drafts=self.drafts,
            vault=self.vault,
            ledger=self.ledger,
            database=self.database,
            schema=self.schema,
            conventions=self.conventions,
            rate=self.project.queue.qa_rate,
        )

    def lead(self, identity: Identity) -> LeadSession:
        """The lead's work for a signed-in person."""
        return LeadSession(
            identity=identity,
            require_signed_in=self.sign_in_desk.require,
            people=self._people(),
            progress=self.progress,
            intake=self._intake(),
            export=self._export(),
            queue=self.queue,
            register=self.register,
            ledger=self.ledger,
            checkpoints=self.checkpoints,
            database=self.database,
            log_id=self.workspace_id,
        )

    def close(self) -> None:
        """Gives the file back."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _people(self) -> People:
        return People(
            database=self.database,
            register=self.register,
            ledger=self.ledger,
            clock=self.clock,
            parameters=self.parameters,
        )

    def _intake(self) -> Intake:
        return Intake(
            vault=self.vault,
            catalogue=self.catalogue,
            queue=self.queue,
            ledger=self.ledger,
            database=self.database,
            decoder=Decoder,
            project=self.project,
            clock=self.clock,
        )

    def _export(self) -> Export:
        return Export(
            database=self.database,
            vault=self.vault,
            catalogue=self.catalogue,
            queue=self.queue,
            ledger=self.ledger,
            checkpoints=self.checkpoints,
            acknowledgements=self.acknowledgements,
            opener=self.listening,
            project=self.project,
            clock=self.clock,
            schema=self.schema,
            conventions=self.conventions,
        )


def open_workspace(
    path: Path | str, *, clock: Clock | None = None, parameters: KdfParameters | None = None
) -> Workspace:
    """Opens an existing workspace.

    Raises: Unavailable when there is none or it cannot be read; Refused for a project file that says
    something the program does not know.
    """
    folder = Path(path)
    if not (folder / DATABASE_FILE).is_file():
        raise NoWorkspace(folder)
    os.umask(0o077)
    return Workspace(folder, clock=clock or SystemClock(), parameters=parameters or KdfParameters())


def make_workspace(
    path: Path | str,
    lead: str,
    passphrase: str,
    project_file: Path | None = None,
    *,
    clock: Clock | None = None,
    parameters: KdfParameters | None = None,
) -> None:
    """Makes a workspace and its first lead.

    Raises: Refused when there is one already, the passphrase is weak or the project file is wrong.
    """
    folder = Path(path)
    if (folder / DATABASE_FILE).exists():
        raise Refused(f"There is a workspace in {folder} already.", "Choose an empty folder.")
    require_strong(passphrase)
    text = (project_file or resource("project.toml")).read_text(encoding="utf-8")
    parse_project(text)
    os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(folder / PROJECT_FILE, text.encode())
    except OSError as error:
        raise Unavailable(f"{folder} cannot be written.", str(error)) from error
    found(folder / DATABASE_FILE, lead, passphrase, clock or SystemClock(), parameters or KdfParameters())


def _found(workspace: Path, kind: str, name: str) -> Path:
    """A schema or conventions file: the workspace's own first, then ours."""
    own = workspace / kind / f"{name}.toml"
    return own if own.is_file() else resource(kind, f"{name}.toml")


def _agreements(workspace: Path) -> Path:
    own = workspace / "nda"
    return own if own.is_dir() else resource("nda")
