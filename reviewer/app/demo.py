"""A workspace of demo clips with three demo people."""

import json
import shutil
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reviewer.clips.keys import KdfParameters
from reviewer.lead.intake_report import IntakeOptions, IntakeReport
from reviewer.model.clock import Clock, SystemClock, to_iso
from reviewer.model.people import Role
from reviewer.places import resource
from reviewer.workspace import make_workspace, open_workspace


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A fictitious person with a public passphrase."""

    name: str
    role: Role
    passphrase: str


LEE = DemoPerson("Lee Moreau", Role.LEAD, "demo lead paper boat")
ANA = DemoPerson("Ana Kowalska", Role.CONTRACTOR, "demo ana yellow kettle")
QUINN = DemoPerson("Quinn Reyes", Role.QA, "demo quinn quiet harbour")
PEOPLE = (ANA, QUINN, LEE)

# Everything is checked in the demo, so that the QA page always has something to show.
_PROJECT = """name = "Demo: voices from everywhere"
locale = "en-US"
schema = "default"
conventions = "en-US"
lock_minutes = 30

[queue]
passes = 1
qa_rate = 1.0

[asr]
hidden_share = 0.0
"""


@dataclass(frozen=True, slots=True)
class DemoClip:
    """The correct annotation of a demo clip; ``speakers`` counts voices that say words."""

    file: str
    reference: str
    flags: tuple[str, ...]
    speakers: int


def demo_clips() -> list[DemoClip]:
    """The demo clips in manifest order."""
    return [
        DemoClip(clip["file"], clip["reference"], tuple(clip.get("flags", ())), _speakers(clip))
        for clip in _facts()["clip"]
    ]


def make_demo(folder: Path) -> IntakeReport:
    """Creates the demo workspace in ``folder``: enrols people and imports clips through the gate.

    Raises: Refused when there is a workspace already; Unavailable when the folder cannot be written.
    """
    clock = SystemClock()
    make_people(folder, clock=clock)
    with tempfile.TemporaryDirectory(prefix="reviewer-demo-") as scratch:
        manifest = write_manifest(Path(scratch) / "clips", clock.now())
        with open_workspace(folder, clock=clock) as workspace:
            lee = workspace.sign_in(LEE.name, LEE.passphrase)
            report = lee.lead.import_manifest(manifest, IntakeOptions())
            workspace.sign_out(lee)
            return report


def make_people(folder: Path, *, clock: Clock, parameters: KdfParameters | None = None) -> None:
    """Creates the demo workspace with its three people and no clips."""
    with tempfile.TemporaryDirectory(prefix="reviewer-demo-") as scratch:
        project = Path(scratch) / "project.toml"
        project.write_text(_PROJECT, encoding="utf-8")
        make_workspace(folder, LEE.name, LEE.passphrase, project, clock=clock, parameters=parameters)
    with open_workspace(folder, clock=clock, parameters=parameters) as workspace:
        lee = workspace.sign_in(LEE.name, LEE.passphrase)
        for person in (ANA, QUINN):
            invitation = lee.lead.add_person(person.name, person.role)
            workspace.enrol(person.name, invitation.code, person.passphrase)
        workspace.sign_out(lee)


def write_manifest(folder: Path, now: datetime) -> Path:
    """Copies the demo clips to ``folder`` and writes their manifest, dated back from ``now``."""
    shutil.copytree(resource("demo", "clips"), folder / "audio")
    facts = _facts()
    lines = [_manifest_row(clip, now) for clip in facts["clip"]]
    lines += [_manifest_row(row, now) for row in facts.get("refused", ())]
    manifest = folder / "manifest.jsonl"
    manifest.write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )
    return manifest


def _speakers(clip: dict[str, Any]) -> int:
    return len({turn["voice"] for turn in clip["make"].get("turns", ())})


def _facts() -> dict[str, Any]:
    return tomllib.loads(resource("demo", "clips.toml").read_text(encoding="utf-8"))


def _manifest_row(facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    recorded = now - timedelta(days=facts["days_ago"])
    row = {
        "audio": f"audio/{facts['file']}",
        "product": facts["product"],
        "locale": facts["locale"],
        "recorded_at": to_iso(recorded),
        "consent_product": facts.get("consent_product", facts["product"]),
        "consent_granted_at": to_iso(recorded - timedelta(days=30)),
        "source_id": facts["source_id"],
        "speaker": facts["speaker"],
    }
    if "draft" in facts:
        row["draft"] = facts["draft"]
    row |= facts.get("with", {})
    return {field: value for field, value in row.items() if field not in facts.get("without", ())}
