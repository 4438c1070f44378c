"""A small real workspace with clips and people, for tests that go through several rooms."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import soundfile

from reviewer.clips.keys import KdfParameters
from reviewer.desk.agreement import Agreement
from reviewer.desk.session import DeskSession
from reviewer.lead.intake import IntakeOptions
from reviewer.model.annotation import Annotation, Flag, LabelValue
from reviewer.model.clock import to_iso
from reviewer.model.event import HeardRange
from reviewer.model.people import Identity, Role
from reviewer.model.task import Check, Lease
from reviewer.qa.session import QaSession
from reviewer.workspace import SignedIn, Workspace, make_workspace, open_workspace
from tests.fakes.clock import FakeClock

LEAD = "Lee Moreau"
ANA = "Ana Kowalska"
BEN = "Ben Okafor"
QUINN = "Quinn Reyes"
PASSPHRASE = "correct horse battery"


def write_clips(folder: Path, clock: FakeClock, drafts: Sequence[str]) -> Path:
    """Writes one second of different noise for each draft and a manifest of them; gives the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, draft in enumerate(drafts):
        noise = np.random.default_rng(number).integers(-9000, 9000, 8000).astype(np.int16)
        soundfile.write(folder / f"clip{number}.wav", noise, 8000)
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

    def person(self, name: str) -> SignedIn:
        """Somebody at work, signed in at the first call."""
        if name not in self.signed_in:
            self.signed_in[name] = self.workspace.sign_in(name, PASSPHRASE)
        return self.signed_in[name]

    def agree(self, *names: str) -> None:
        """Lets people read and sign the agreement."""
        for name in names:
            agree(self.workspace.agreement, self.person(name).identity, self.clock)


def agree(agreement: Agreement, identity: Identity, clock: FakeClock) -> str:
    """Reads the agreement to its end and signs it."""
    text = agreement.shown(identity)
    shown_at = clock.now()
    clock.advance(60)
    return agreement.accept(
        identity,
        text,
        typed_name=identity.person.name,
        passphrase=PASSPHRASE,
        shown_at=shown_at,
        end_reached_at=clock.now(),
    )


def hear(desk: DeskSession, lease: Lease) -> Lease:
    """Opens a clip and listens to all of it."""
    opened = desk.open(lease)
    desk.heard(lease.clip_id, [HeardRange(0, opened.clip.frames)])
    return lease


def hear_check(qa: QaSession, check: Check) -> Check:
    """Opens the clip of a check and listens to all of it."""
    opened = qa.open(check)
    qa.heard(check.submission.clip_id, [HeardRange(0, opened.clip.frames)])
    return check


def make_bench(
    folder: Path,
    *,
    drafts: Sequence[str] = ("one draft", "", ""),
    project: str = "",
    clock: FakeClock | None = None,
) -> Bench:
    """A workspace in ``folder / "ws"``: a clip for each draft, everybody enrolled, nobody has agreed.

    Without a clock of its own it is a copy of one made before in this process: decoding takes a second.
    """
    if clock is not None:
        return _made_bench(folder, drafts, project, clock)
    pattern = _pattern(tuple(drafts), project)
    shutil.copytree(pattern, folder, dirs_exist_ok=True)
    clock = FakeClock()
    workspace = open_workspace(folder / "ws", clock=clock, parameters=KdfParameters.cheap())
    bench = Bench(workspace, clock)
    bench.person(LEAD)
    return bench


@cache
def _pattern(drafts: tuple[str, ...], project: str) -> Path:
    """A folder with a workspace that nothing but ``make_bench`` copies."""
    folder = Path(tempfile.mkdtemp(prefix="reviewer-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    bench = _made_bench(folder, drafts, project, FakeClock())
    bench.workspace.sign_out(bench.person(LEAD))
    bench.workspace.close()
    return folder


def _made_bench(folder: Path, drafts: Sequence[str], project: str, clock: FakeClock) -> Bench:
    cheap = KdfParameters.cheap()
    settings = folder / "project.toml"
    settings.write_text(project or "[queue]\nqa_rate = 1.0\n", encoding="utf-8")
    make_workspace(folder / "ws", LEAD, PASSPHRASE, settings, clock=clock, parameters=cheap)
    bench = Bench(open_workspace(folder / "ws", clock=clock, parameters=cheap), clock)
    lead = bench.person(LEAD).lead
    for name, role in ((ANA, Role.CONTRACTOR), (BEN, Role.CONTRACTOR), (QUINN, Role.QA)):
        invitation = lead.add_person(name, role)
        bench.workspace.enrol(name, invitation.code, PASSPHRASE)
    if drafts:
        report = lead.import_manifest(write_clips(folder / "in", clock, drafts), IntakeOptions())
        assert report.accepted == len(drafts), report
    return bench


LABELS: Mapping[str, LabelValue] = MappingProxyType({"speech_quality": "clear", "speakers": "one"})


def annotation(text: str, *flags: Flag, **labels: LabelValue) -> Annotation:
    """What a contractor hands in under the default form, complete unless ``labels`` says otherwise."""
    return Annotation(
        text_verbatim=text, labels=MappingProxyType({**LABELS, **labels}), flags=frozenset(flags)
    )
