"""Real clips through the real decoder, good ones and bad ones."""

import csv
import json
import shutil
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
# By number in bad.csv: what may come of it, and a piece of the sentence that must be said.
EXPECTED = {
    1: ("accepted", "shorter than its header"),
    2: ("UNDECODABLE", "cut off"),
    3: ("EMPTY_AUDIO", "empty"),
    4: ("EMPTY_AUDIO", "no audio"),
    5: ("UNDECODABLE", "not an audio file"),
    6: ("accepted", "FLAC"),
    7: ("accepted", "MP3"),
    8: ("accepted", "102 invalid samples"),
    9: ("EMPTY_AUDIO", "no audio"),
    10: ("accepted", ""),
    11: ("accepted", ""),
    12: ("accepted", ""),
    13: ("accepted", ""),
    14: ("accepted", ""),
    15: ("accepted", ""),
    16: ("accepted", ""),
    17: ("accepted", "shorter than its header"),
    18: ("accepted", ""),
    19: ("EMPTY_AUDIO", "no audio"),
    20: ("accepted", ""),
    21: ("accepted", ""),
    22: ("accepted", ""),
    23: ("accepted", "silent"),
    24: ("accepted", "Clipped"),
    25: ("accepted", "DC offset"),
    26: ("accepted", ""),
    27: ("accepted", ""),
    28: ("UNDECODABLE", "Channel count"),
    29: ("UNDECODABLE", "not an audio file"),
}
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


def test_each_bad_input_ends_as_it_should(bench: Bench, bad_lines: list[Path]) -> None:
    for number, manifest in enumerate(bad_lines, 1):
        (row,) = run(bench, manifest, dry_run=True).to_json(command_catalogue())["rows"]
        code, piece = EXPECTED[number]
        assert (number, row["code"] or row["outcome"]) == (number, code)
        assert piece in row["sentence"], number
        assert not any(name in row["sentence"] for name in PERSONAL)


def test_bad_inputs_together_stop_nothing_and_leave_no_metadata(bench: Bench, bad_lines: list[Path]) -> None:
    manifest = bad_lines[0].with_name("all.jsonl")
    manifest.write_text("".join(each.read_text(encoding="utf-8") for each in bad_lines), encoding="utf-8")
    report = run(bench, manifest)
    assert [row.line for row in report.rows] == list(range(1, 30))
    lead = LeadBench(bench.workspace.path)
    for row in report.rows:
        if row.clip:
            with lead.unit.content.audio(lead.lead.keyring, row.clip) as stream:
                content = stream.read()
            assert not any(name.encode() in content for name in PERSONAL)
    lead.close()
