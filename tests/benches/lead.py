"""A lead's use cases over a real workspace file, whose collaborators a test may replace one by one."""

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from reviewer.access.log_chain import objects_of
from reviewer.audio.io.flac import encode_flac
from reviewer.audio.samples import Samples
from reviewer.backends import CLIPS_FOLDER
from reviewer.clips.keys import KdfParameters
from reviewer.clips.store import LocalClipStore
from reviewer.db.connection import Database
from reviewer.labels.schema import load_schema
from reviewer.lead.export import Export, ExportResult
from reviewer.lead.intake import Intake
from reviewer.lead.purge import Purge
from reviewer.model.annotation import Annotation, Flag, LabelValue
from reviewer.model.clip import ContentKind
from reviewer.model.people import Identity
from reviewer.model.project import AccessLimits, Project
from reviewer.model.task import Lease, SealedAnnotation, TaskKind
from reviewer.places import DATABASE_FILE, resource
from reviewer.queue.sqlite import SqliteQueue
from reviewer.session.access_limits import ActivityLimits
from reviewer.session.clip_access import ClipAccess
from reviewer.session.due_purges import DuePurges
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.session.sign_in import SignIn
from reviewer.session.unfinished_exports import UnfinishedExports
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.conventions import load_conventions
from reviewer.workspace import unit_of_work
from tests.benches.clips import add_clip
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, make_bench
from tests.factories import a_clip
from tests.fakes.clock import FakeClock
from tests.fakes.decoder import FakeDecoder

TRANSCRIBE = frozenset({TaskKind.TRANSCRIBE})


class Replaced:
    """Behaves as ``whole`` but for the attributes given: a collaborator with one method of a test's own."""

    def __init__(self, whole: object, **attributes: object) -> None:
        self._whole = whole
        self._attributes = attributes

    def __getattr__(self, name: str) -> Any:
        return self._attributes.get(name) or getattr(self._whole, name)


def open_unit(folder: Path, clock: FakeClock) -> UnitOfWork:
    """The repositories of the workspace in ``folder``, over a connection of their own."""
    database, project = Database(folder / DATABASE_FILE), Project()
    queue = SqliteQueue(database, clock, project.queue)
    store = LocalClipStore(folder / CLIPS_FOLDER)
    return unit_of_work(
        folder, database=database, queue=queue, clock=clock, nda_days=project.nda_days, store=store
    )


class LeadBench:
    """A workspace without clips, its lead signed in over repositories of the test's own."""

    def __init__(self, folder: Path, *, clock: FakeClock | None = None) -> None:
        self.folder = folder
        if not (folder / DATABASE_FILE).exists():
            made = make_bench(folder.parent, drafts=())
            made.workspace.close()
            if folder.name != "ws":
                (folder.parent / "ws").rename(folder)
        self.clock = clock or FakeClock()
        self.unit = open_unit(folder, self.clock)
        self.sign_in = SignIn(self.unit, KdfParameters.cheap())
        self.access = ClipAccess(
            unit=self.unit,
            sign_in=self.sign_in,
            limits=ActivityLimits(self.unit, AccessLimits()),
        )
        self.lead = self.sign_in.sign_in(LEAD, PASSPHRASE)
        self.ids = {person.name: person.id for person in self.unit.people.all()}

    def close(self) -> None:
        self.unit.database.close()

    def agree(self, identity: Identity | None = None) -> None:
        """The lead, or another, reads the agreement to its end and signs it."""
        who, nda = identity or self.lead, self.unit.acknowledgements
        text = nda.text("en-US")
        nda.shown(who, text)
        nda.end_reached(who, text)
        self.clock.advance(60)
        nda.accept(who, text, who.person.name, "0.1.0")

    def replaced(self, **collaborators: object) -> UnitOfWork:
        """The unit of work with some of its collaborators replaced."""
        return replace(self.unit, **collaborators)

    # Clips and work

    def add_clip(self, clip_id: str, *, passes: int = 1, quarantined: bool = False, **changes: Any) -> None:
        """A clip of noise; later clips are claimed later."""
        number = len(self.unit.clips.ids())
        frames = 1600 + number
        noise = np.random.default_rng(number).integers(-9000, 9000, (frames, 1)).astype(np.int16)
        hashes = {f"{kind}_hash": f"{kind} {clip_id}" for kind in ("source", "samples")}
        clip = replace(a_clip(id=clip_id, frames=frames, **hashes), **changes)
        add_clip(
            self.unit.content,
            self.lead.keyring,
            clip,
            encode_flac(Samples(clip.rate_hz, noise)),
            b"peaks",
            lambda: self.unit.queue.add_clip(
                clip_id, passes=passes, sort_key=number, quarantined=quarantined
            ),
        )

    def claim(self, name: str = ANA, kind: TaskKind = TaskKind.TRANSCRIBE) -> Lease:
        """The next task of a kind for somebody."""
        return self.unit.queue.claim(self.ids[name], frozenset({kind}), key=secrets.token_hex(8))

    def submit(
        self, name: str, text: str, *flags: Flag, labels: Mapping[str, LabelValue] | None = None
    ) -> str:
        """Submits work on the next clip of the queue; gives the clip's id."""
        annotation = Annotation.of_text(text, 1600, labels=labels or {}, flags=frozenset(flags))
        return self.submit_annotation(self.claim(name), annotation)

    def submit_annotation(self, lease: Lease, annotation: Annotation) -> str:
        """Submits work on a lease; gives the clip's id."""
        self.unit.queue.submit(lease, self.sealed(lease, annotation))
        return lease.clip_id

    def sealed(self, lease: Lease, annotation: Annotation) -> SealedAnnotation:
        """An annotation as it is handed to the queue."""
        keyring, content, plain = self.lead.keyring, self.unit.content, annotation.to_bytes()
        annotation_id = f"a{secrets.token_hex(8)}"
        return SealedAnnotation(
            id=annotation_id,
            task_id=lease.task_id,
            clip_id=lease.clip_id,
            author=lease.person_id,
            parent=None,
            schema_version="default@1",
            conventions_version="en-US@1",
            digest=content.digest(keyring, lease.clip_id, plain),
            sealed=content.seal(keyring, lease.clip_id, ContentKind.ANNOTATION, annotation_id, plain),
            made_at=self.clock.now(),
        )

    def accept_all(self) -> None:
        """Everything that was submitted is accepted without review."""
        self.unit.queue.draw(lambda _annotation_id: False)

    def accepted(self, clip_id: str, text: str, *flags: Flag, **labels: LabelValue) -> None:
        """A clip whose one pass was accepted; call it while no other clip is open."""
        self.add_clip(clip_id)
        assert self.submit(ANA, text, *flags, labels=labels) == clip_id
        self.accept_all()

    def accepted_twice(
        self, clip_id: str, first: Mapping[str, Any], second: Mapping[str, Any] | None = None
    ) -> None:
        """A clip of two accepted passes, by Ana and by Ben."""
        self.add_clip(clip_id, passes=2)
        for name, said in ((ANA, first), (BEN, second or first)):
            labels, flags = said.get("labels"), said.get("flags", ())
            assert self.submit(name, said["text"], *flags, labels=labels) == clip_id
        self.accept_all()

    # Use cases

    def intake(self, decoder: FakeDecoder, *, unit: UnitOfWork | None = None) -> Intake:
        return Intake(unit or self.unit, make_decoder=lambda: decoder, project=Project())

    def export(
        self, *, unit: UnitOfWork | None = None, access: ClipAccess | None = None, **changes: Any
    ) -> Export:
        english = load_conventions(resource("conventions", "en-US.toml"))
        german = load_conventions(resource("conventions", "de-DE.toml"))
        return Export(
            unit or self.unit,
            access or self.access,
            project=Project(),
            schema=load_schema(resource("schemas", "default.toml")),
            conventions=LocaleConventions(english, {"de-DE": german}),
            unfinished=UnfinishedExports(unit or self.unit),
            **changes,
        )

    def run_export(
        self,
        out: Path,
        where: str | None = None,
        *,
        formats: tuple[str, ...] = ("nemo", "csv"),
        **options: Any,
    ) -> ExportResult:
        return self.export().export_set(self.lead, out, formats, where, **options)

    def purge(self, *, unit: UnitOfWork | None = None) -> Purge:
        return Purge(unit or self.unit, DuePurges(unit or self.unit))

    # Looking, and changing the clock's or the law's mind

    def acts(self) -> list[tuple[str, str, str]]:
        """Action, outcome and reason of every row of the log."""
        events = (row.event() for row in self.unit.log.rows())
        return [(event.action, event.outcome, event.reason) for event in events]

    def opened(self, action: str) -> set[str]:
        """The clips that rows of an act are about."""
        rows = [row.event() for row in self.unit.log.rows()]
        return {each for one in rows if one.action == action for each in objects_of(one.object, one.detail)}

    def withdraw_consent(self, clip_id: str) -> None:
        self._set_time(clip_id, "consent_withdrawn_at", self.clock.now() - timedelta(seconds=1))

    def end_retention(self, clip_id: str) -> None:
        self._set_time(clip_id, "purge_at", self.clock.now())

    def copy(self, folder: Path) -> "LeadBench":
        """The same workspace at the same moment, somewhere else; this one is closed."""
        self.sign_in.sign_out(self.lead)
        self.close()
        shutil.copytree(self.folder, folder)
        return LeadBench(folder, clock=FakeClock(self.clock.now()))

    def _set_time(self, clip_id: str, column: str, moment: datetime) -> None:
        micros = int(moment.timestamp() * 1_000_000)
        self.unit.database.execute(f"UPDATE clip SET {column} = ? WHERE id = ?", (micros, clip_id))
