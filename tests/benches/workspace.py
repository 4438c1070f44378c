"""A small real workspace with clips and people, for tests that go through several rooms."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from unittest.mock import patch

import numpy as np
import soundfile

from reviewer.access.audit_log import AuditLog
from reviewer.clips.keys import KdfParameters
from reviewer.db.connection import Database
from reviewer.db.workspace_meta import read_meta
from reviewer.lead import people
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.annotation import Annotation, Flag, LabelValue
from reviewer.model.clock import to_iso
from reviewer.model.event import CLIP_IDS, Action, Event, HeardRange
from reviewer.model.people import Identity, Role
from reviewer.model.task import Lease, VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.queue.sqlite import SqliteQueue
from reviewer.session.agreement import Agreement
from reviewer.session.open_clip import OpenClip
from reviewer.session.work_session import WorkSession
from reviewer.workspace import MakeQueue, SignedIn, Workspace, make_workspace, open_workspace
from tests.fakes.clock import FakeClock
from tests.fakes.remote_queue import Network

LEAD = "Lee Moreau"
ANA = "Ana Kowalska"
BEN = "Ben Okafor"
QUINN = "Quinn Reyes"
PASSPHRASE = "correct horse battery"
PROJECT = "[queue]\nqa_rate = 1.0\n[asr]\nhidden_share = 0.0\n"
"""Every submission is reviewed, every draft is shown."""
_CODE = people.new_code()


def write_clips(
    folder: Path, clock: FakeClock, drafts: Sequence[str], shape: tuple[int, int] = (8000, 1)
) -> Path:
    """Writes different noise for each draft, of so many frames and channels, and gives the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, draft in enumerate(drafts):
        noise = np.random.default_rng(number).integers(-9000, 9000, shape).astype(np.int16)
        subtype = "PCM_16" if shape[1] == 1 else "PCM_24"
        soundfile.write(folder / f"clip{number}.wav", noise, 8000, subtype)
        recorded = clock.now() - timedelta(days=30 + number)
        row = {
            "audio": f"clip{number}.wav",
            "product": "translator",
            "locale": "en-US",
            "recorded_at": to_iso(recorded),
            "consent_product": "translator",
            "consent_granted_at": to_iso(recorded - timedelta(days=10)),
            "source_id": f"source-{number:04d}",
            "speaker": f"voice-{number % 3}",
        }
        lines.append(json.dumps(row | ({"draft": draft} if draft else {})))
    manifest = folder / "manifest.jsonl"
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return manifest


@dataclass
class Bench:
    """An open workspace with a lead, two contractors and a QA person, and its clock."""

    workspace: Workspace
    clock: FakeClock
    signed_in: dict[str, SignedIn] = field(default_factory=dict)
    make_queue: MakeQueue = SqliteQueue

    def person(self, name: str) -> SignedIn:
        """Somebody at work, signed in at the first call."""
        if name not in self.signed_in:
            self.signed_in[name] = self.workspace.sign_in(name, PASSPHRASE)
        return self.signed_in[name]

    def work(self, name: str) -> WorkSession:
        """The work session of somebody's role."""
        person = self.person(name)
        return person.qa.work if person.identity.person.role is Role.QA else person.desk.work

    def agree(self, *names: str) -> None:
        """Lets people read and sign the agreement."""
        for name in names:
            agree(self.workspace.agreement, self.person(name).identity, self.clock)

    def sign_out(self, name: str) -> bool:
        """Ends somebody's session."""
        return self.workspace.sign_out(self.signed_in.pop(name))

    def sign_policy(self) -> None:
        """Lets the lead sign the files of the workspace as they are now."""
        sessions = self.workspace.sessions
        identity = sessions.sign_in(LEAD, PASSPHRASE, for_policy=True)
        self.workspace.policy.apply(identity)
        sessions.sign_out(identity)

    def another_window(self) -> "Bench":
        """The same workspace opened by a second window, with the same clock."""
        opened = open_workspace(
            self.workspace.path,
            clock=self.clock,
            parameters=KdfParameters.cheap(),
            make_queue=self.make_queue,
        )
        return Bench(opened, self.clock, make_queue=self.make_queue)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The workspace file, over a connection of the test's own."""
        database = Database(self.workspace.path / DATABASE_FILE)
        try:
            yield database
        finally:
            database.close()

    def events(self, *actions: str) -> list[Event]:
        """What the access log holds, of these actions or all."""
        with self.database() as database:
            log = AuditLog(database, self.clock, read_meta(database).log_id)
            found = [row.event() for row in log.rows()]
        return [event for event in found if not actions or event.action in actions]

    def imported(self) -> set[str]:
        """The clips that the access log says were imported."""
        return {clip for event in self.events(Action.CLIP_IMPORTED) for clip in event.detail[CLIP_IDS]}

    def late_drafts(self) -> list[str]:
        """Whose late drafts the lead has."""
        return [late.person_id for late in self.person(LEAD).lead.overview().late_drafts]

    def submitted(self, name: str, text: str) -> str:
        """Lets a contractor claim, hear and hand in the next clip; gives the annotation's id."""
        work = self.work(name)
        lease = work.claim()
        opened = hear(work, lease)
        receipt = work.submit(lease, annotation(text, frames=opened.clip.frames))
        work.close(lease)
        return receipt.annotation_id

    def blind(self, name: str, text: str) -> Lease:
        """Lets a QA person draw, claim, hear and hand in their own version; gives the lease that goes on."""
        qa = self.person(name).qa
        qa.draw()
        lease = qa.work.claim()
        opened = hear(qa.work, lease)
        receipt = qa.work.submit(lease, annotation(text, frames=opened.clip.frames))
        return replace(lease, blind_annotation=receipt.annotation_id)

    def reviewed(self, name: str, text: str, kind: VerdictKind, comment: str = "") -> Lease:
        """Lets a QA person review the next submission to the end."""
        lease = self.blind(name, text)
        qa = self.person(name).qa
        qa.compare(lease)
        qa.decide(lease, kind, comment)
        qa.work.close(lease)
        return lease


def agree(agreement: Agreement, identity: Identity, clock: FakeClock) -> str:
    """Reads the agreement to its end and signs it."""
    text = agreement.shown(identity)
    agreement.end_reached(identity, text)
    clock.advance(60)
    return agreement.accept(identity, text, typed_name=identity.person.name, passphrase=PASSPHRASE)


def claim_and_hear(work: WorkSession) -> Lease:
    """The next clip, opened and heard."""
    lease = work.claim()
    hear(work, lease)
    return lease


def hear(work: WorkSession, lease: Lease) -> OpenClip:
    """Opens a clip and listens to all of it."""
    opened = work.open(lease)
    work.heard(lease, [HeardRange(0, opened.clip.frames)])
    return opened


def make_bench(
    folder: Path,
    *,
    drafts: Sequence[str] = ("one draft", "", ""),
    project: str = "",
    clock: FakeClock | None = None,
    make_queue: MakeQueue = SqliteQueue,
    shape: tuple[int, int] = (8000, 1),
) -> Bench:
    """A workspace in ``folder / "ws"``: a clip for each draft, everybody enrolled, nobody has agreed.

    Without a clock of its own it is a copy of one made before in this process, with the file of a ``Network``
    beside it: decoding takes a second.
    """
    is_elsewhere = isinstance(make_queue, Network)
    if clock is not None or not (is_elsewhere or make_queue is SqliteQueue):
        return _made_bench(folder, drafts, project, clock or FakeClock(), shape, make_queue)
    pattern = _pattern(tuple(drafts), project, shape, is_elsewhere=is_elsewhere)
    shutil.copytree(pattern, folder, dirs_exist_ok=True)
    clock, cheap = FakeClock(), KdfParameters.cheap()
    workspace = open_workspace(folder / "ws", clock=clock, parameters=cheap, make_queue=make_queue)
    bench = Bench(workspace, clock, make_queue=make_queue)
    bench.person(LEAD)
    return bench


def same_codes() -> AbstractContextManager[object]:
    """Everybody has the same code, which is stretched once in this process."""
    return patch.object(people, "new_code", return_value=_CODE)


@cache
def _pattern(drafts: tuple[str, ...], project: str, shape: tuple[int, int], *, is_elsewhere: bool) -> Path:
    """A folder with a workspace that nothing but ``make_bench`` copies."""
    folder = Path(tempfile.mkdtemp(prefix="reviewer-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    network = Network()
    make_queue = network if is_elsewhere else SqliteQueue
    bench = _made_bench(folder, drafts, project, FakeClock(), shape, make_queue)
    bench.workspace.sign_out(bench.person(LEAD))
    bench.workspace.close()
    network.close()
    return folder


def _made_bench(
    folder: Path,
    drafts: Sequence[str],
    project: str,
    clock: FakeClock,
    shape: tuple[int, int],
    make_queue: MakeQueue,
) -> Bench:
    cheap = KdfParameters.cheap()
    settings = folder / "project.toml"
    settings.write_text(project or PROJECT, encoding="utf-8")
    make_workspace(folder / "ws", LEAD, PASSPHRASE, settings, clock=clock, parameters=cheap)
    workspace = open_workspace(folder / "ws", clock=clock, parameters=cheap, make_queue=make_queue)
    bench = Bench(workspace, clock, make_queue=make_queue)
    lead = bench.person(LEAD).lead
    with same_codes():
        for name, role in ((ANA, Role.CONTRACTOR), (BEN, Role.CONTRACTOR), (QUINN, Role.QA)):
            invitation = lead.add_person(name, role)
            bench.workspace.enrol(name, invitation.code, PASSPHRASE)
    if drafts:
        report = lead.import_manifest(write_clips(folder / "in", clock, drafts, shape), IntakeOptions())
        assert report.accepted == len(drafts), report
    return bench


LABELS: Mapping[str, LabelValue] = MappingProxyType({"speech_quality": "clear", "speakers": "one"})


FRAMES = 8000


def annotation(text: str, *flags: Flag, frames: int = FRAMES, **labels: LabelValue) -> Annotation:
    """What a contractor hands in under the default form, complete unless ``labels`` says otherwise."""
    return Annotation.of_text(
        text, frames, labels=MappingProxyType({**LABELS, **labels}), flags=frozenset(flags)
    )
