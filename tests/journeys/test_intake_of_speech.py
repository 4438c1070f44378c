"""Real clips through the real decoder, good ones and bad ones."""

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from reviewer.lead.intake_report import IntakeOptions, IntakeReport
from reviewer.messages import command_catalogue
from tests.benches.lead import LeadBench
from tests.benches.workspace import LEAD, Bench, make_bench
from tests.unit.test_manifest_fields import GOOD

pytestmark = pytest.mark.speech

PERSONAL = ("Testperson", "example.org", "ZX81", "555-01")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path, drafts=())
    made.person(LEAD)
    yield made
    made.workspace.close()


@pytest.fixture
def bad_lines(speech_folder: Path, tmp_path: Path) -> list[Path]:
    """A manifest of one line for each bad file, beside copies of them."""
    folder = tmp_path / "bad"
    shutil.copytree(speech_folder / "bad", folder)
    manifests = []
    with (folder / "bad.csv").open(encoding="utf-8", newline="") as table:
        for number, row in enumerate(csv.DictReader(table), 1):
            manifest = folder / f"{number}.jsonl"
            line = GOOD | {"audio": row["file"], "source_id": f"bad-{number}"}
            manifest.write_text(json.dumps(line) + "\n", encoding="utf-8")
            manifests.append(manifest)
    return manifests


def run(bench: Bench, manifest: Path, *, dry_run: bool = False) -> IntakeReport:
    return bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions(dry_run=dry_run))


def test_all_the_real_clips_come_in(bench: Bench, speech_folder: Path) -> None:
    report = run(bench, speech_folder / "manifest.jsonl")
    assert [(row.audio, row.code) for row in report.rows if row.code] == []
    assert (report.accepted, len(report.rows)) == (112, 112)
    assert bench.person(LEAD).lead.verify_log().ok


def test_a_real_clip_in_another_container_is_the_same_sound(
    bench: Bench, speech_folder: Path, tmp_path: Path
) -> None:
    data, rate_hz = soundfile.read(speech_folder / "dev" / "en_harvard_1_1.wav", dtype="int16")
    lines = []
    for number, name in enumerate(("one.wav", "other.flac")):
        soundfile.write(tmp_path / name, data, rate_hz)
        lines.append(json.dumps(GOOD | {"audio": name, "source_id": f"again-{number}"}))
    manifest = tmp_path / "again.jsonl"
    manifest.write_text("\n".join(lines), encoding="utf-8")
    assert [row.code for row in run(bench, manifest).rows] == [None, "DUPLICATE"]


def test_bad_inputs_together_stop_nothing_and_leave_no_metadata(bench: Bench, bad_lines: list[Path]) -> None:
    manifest = bad_lines[0].with_name("all.jsonl")
    manifest.write_text("".join(each.read_text(encoding="utf-8") for each in bad_lines), encoding="utf-8")
    report = run(bench, manifest)
    assert [row.line for row in report.rows] == list(range(1, 30))
    assert Counter(row.code for row in report.rows if row.code) == {
        "INCOMPLETE": 2,
        "UNDECODABLE": 3,
        "EMPTY_AUDIO": 3,
        "DUPLICATE": 5,
    }
    assert not any(name in str(report.to_json(command_catalogue())) for name in PERSONAL)
    lead = LeadBench(bench.workspace.path)
    for row in report.rows:
        if row.clip:
            with lead.unit.content.audio(lead.lead.keyring, row.clip) as stream:
                content = stream.read()
            assert not any(name.encode() in content for name in PERSONAL)
    lead.close()
