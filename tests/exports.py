"""A small real workspace that holds accepted work, put together by hand, for tests of the export."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from reviewer.access.checkpoint import Checkpoints
from reviewer.access.audit_log import AuditLog
from reviewer.access.nda import Acknowledgements
from reviewer.access.people import PersonRepository
from reviewer.audio.io.flac import encode_flac, read_canonical
from reviewer.audio.samples import Samples
from reviewer.clips.repository import ClipRepository
from reviewer.clips.store import LocalClipStore
from reviewer.clips.content import ClipContent
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.labels.schema import load_schema
from reviewer.lead.export import Export, ExportResult
from reviewer.model.annotation import Annotation, Flag, LabelValue
from reviewer.model.clip import ContentKind
from reviewer.model.people import Identity, Person, Role
from reviewer.model.project import Project, QueueRules
from reviewer.places import resource
from reviewer.queue.sqlite import SqliteQueue
from reviewer.transcript.conventions import load_conventions
from tests.factories import a_clip, a_keyring, a_person
from tests.fakes.clock import FakeClock

LEAD_NAME = "Leontine Quade"
LOG_ID = "w1"


@dataclass
class VaultOpener:
    """Opens clips straight from the vault and remembers which; ``fails_at`` raises for that clip."""

    vault: ClipContent
    opened: list[str] = field(default_factory=list)
    fails_at: Mapping[str, BaseException] = field(default_factory=dict)

    def open_for_export(self, identity: Identity, clip_id: str) -> Samples:
        self.opened.append(clip_id)
        if clip_id in self.fails_at:
            raise self.fails_at[clip_id]
        with self.vault.audio(identity.keyring, clip_id) as stream:
            return read_canonical(stream)


class ExportBench:
    """Every collaborator of an export over one folder; ``close`` gives the file back."""

    def __init__(self, folder: Path, *, clock: FakeClock | None = None) -> None:
        self.folder = folder
        self.clock = clock or FakeClock()
        self.database = Database(folder / "workspace.db")
        migrate(self.database)
        self.ledger = AuditLog(self.database, self.clock, LOG_ID)
        self.checkpoints = Checkpoints(self.database, self.ledger, self.clock)
        self.catalogue = ClipRepository(self.database)
        self.vault = ClipContent(LOG_ID, LocalClipStore(folder / "clips"), self.catalogue)
        self.queue = SqliteQueue(self.database, self.clock, QueueRules())
        self.acknowledgements = Acknowledgements(
            self.database, self.ledger, self.clock, resource("nda"), days=365
        )
        self.opener = VaultOpener(self.vault)
        self.lead = Identity(a_person(id="p9", name=LEAD_NAME, role=Role.LEAD), "s1", a_keyring())
        self.ledger.unlock(self.lead.keyring.log_key)

    def enrol(self) -> None:
        """Adds the lead and two contractors; nobody has agreed to anything."""
        register = PersonRepository(self.database, self.clock)
        for person in (
            self.lead.person,
            *(a_person(id=name, name=f"Person {name}") for name in ("p1", "p2")),
        ):
            register.add(person, b"keyring")

    def agree(self) -> None:
        """The lead signs the agreement."""
        now = self.clock.now()
        text = self.acknowledgements.text("en-US")
        self.acknowledgements.accept(self.lead, text, LEAD_NAME, now, now, "0.1.0")

    def add_clip(self, clip_id: str, *, passes: int = 1, quarantined: bool = False, **changes: Any) -> None:
        """A clip of noise; later clips are claimed later."""
        number = len(self.catalogue.ids())
        frames = 1600 + number
        noise = np.random.default_rng(number).integers(-9000, 9000, (frames, 1)).astype(np.int16)
        names = {f"{kind}_hash": f"{kind} {clip_id}" for kind in ("source", "samples")}
        clip = replace(a_clip(id=clip_id, frames=frames, **names), **changes)
        self.vault.add(
            self.lead.keyring,
            clip,
            encode_flac(Samples(clip.rate_hz, noise)),
            b"peaks",
            "",
            lambda: self.queue.add_clip(clip_id, passes=passes, sort_key=number, quarantined=quarantined),
        )

    def submit(
        self, person: str, text: str, *flags: Flag, labels: Mapping[str, LabelValue] | None = None
    ) -> str:
        """Hands in work on the next clip of the queue; gives the clip's id."""
        lease = self.queue.claim(person)
        assert lease is not None
        annotation = Annotation(text, labels or {}, frozenset(flags), "default@1", "en-US@1")
        plain, keys = annotation.to_bytes(), self.lead.keyring
        sealed = self.vault.seal(keys, lease.clip_id, ContentKind.SUBMISSION, str(lease.task_id), plain)
        self.queue.submit(lease, sealed, self.vault.digest(keys, lease.clip_id, plain))
        return lease.clip_id

    def accept_all(self) -> None:
        self.queue.draw(lambda _submission: False)

    def accepted(self, clip_id: str, text: str, *flags: Flag, **labels: LabelValue) -> None:
        """A clip that went the whole way; call it while no other clip is open."""
        self.add_clip(clip_id)
        assert self.submit("p1", text, *flags, labels=labels) == clip_id
        self.accept_all()

    def export(self, **collaborators: Any) -> Export:
        parts: dict[str, Any] = {
            "database": self.database,
            "vault": self.vault,
            "catalogue": self.catalogue,
            "queue": self.queue,
            "ledger": self.ledger,
            "checkpoints": self.checkpoints,
            "acknowledgements": self.acknowledgements,
            "opener": self.opener,
            "project": Project(),
            "clock": self.clock,
            "schema": load_schema(resource("schemas", "default.toml")),
            "conventions": load_conventions(resource("conventions", "en-US.toml")),
        }
        return Export(**(parts | collaborators))

    def run(self, out: Path, where: str | None = None, **options: Any) -> ExportResult:
        return self.export().run(self.lead, out, ("nemo", "csv"), where, **options)

    def acts(self) -> list[tuple[str, str, str]]:
        """Action, outcome and reason of every row of the log."""
        events = (row.event() for row in self.ledger.rows())
        return [(event.action, event.outcome, event.reason) for event in events]

    def withdraw_consent(self, clip_id: str) -> None:
        self._set(clip_id, "consent_withdrawn_at", self.clock.now() - timedelta(seconds=1))

    def end_retention(self, clip_id: str) -> None:
        self._set(clip_id, "purge_at", self.clock.now())

    def copy(self, folder: Path) -> "ExportBench":
        """The same workspace at the same moment, somewhere else."""
        self.database.close()
        shutil.copytree(self.folder, folder)
        return ExportBench(folder, clock=FakeClock(self.clock.now()))

    def _set(self, clip_id: str, column: str, moment: Any) -> None:
        micros = int(moment.timestamp() * 1_000_000)
        self.database.execute(f"UPDATE clip SET {column} = ? WHERE id = ?", (micros, clip_id))


def a_contractor(bench: ExportBench) -> Identity:
    """Somebody who may not export."""
    person: Person = a_person(id="p1", name="Person p1")
    return Identity(person, "s2", bench.lead.keyring)
