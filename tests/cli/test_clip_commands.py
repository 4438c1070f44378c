"""``import`` and ``export``."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pyrage
import pytest

from tests.benches.workspace import LEAD, PASSPHRASE, QUINN, write_clips
from tests.fakes.clock import FakeClock


@pytest.fixture
def manifest(tmp_path):
    # Seeds 0 to 2 are in the made workspace already: the last two of five are new.
    return write_clips(tmp_path / "more", FakeClock(datetime.now(UTC)), ["", "", "", "", ""])


@pytest.fixture
def accepted(command, workspace):
    """Everything that was handed in is accepted: QA draws with a rate that the project sets to nothing."""
    settings = workspace / "project.toml"
    settings.write_text("[queue]\nqa_rate = 0.0\n", encoding="utf-8")
    assert command("policy", "apply", "--yes", "--workspace", workspace, "--as", LEAD).code == 0
    command("qa", "draw", "--workspace", workspace, "--as", QUINN)


def test_import_reports_a_row_for_each_line_and_ends_well_where_it_refused_everything(lead, manifest):
    report = lead("import", manifest, "--json").json
    assert (report["accepted"], report["refused"], report["quarantined"]) == (2, 3, 0)
    assert [row["code"] for row in report["rows"]] == ["DUPLICATE"] * 3 + [""] * 2
    assert {"line", "audio", "outcome", "code", "sentence", "clip"} == set(report["rows"][0])
    again = lead("import", manifest)
    assert again.code == 0
    assert again.out.splitlines()[-1] == "0 accepted, 5 refused, 0 quarantined"


def test_dry_run_keeps_nothing_and_ctrl_c_works_again(lead, manifest):
    before = signal.getsignal(signal.SIGINT)
    assert lead("import", manifest, "--dry-run", "--json").json["dry_run"] is True
    assert lead("import", manifest, "--json").json["accepted"] == 2
    assert signal.getsignal(signal.SIGINT) is before


def test_sample_takes_as_many_as_it_says(lead, manifest):
    report = lead(
        "import", manifest, "--sample", 1, "--seed", 7, "--stratify", "locale, product", "--json"
    ).json
    assert (len(report["rows"]), report["not_drawn"]) == (1, 4)


def test_interrupted_import_stops_after_the_current_clip_and_reports(workspace, tmp_path):
    clips = workspace / "clips"
    before = len(list(clips.iterdir()))
    many = write_clips(tmp_path / "many", FakeClock(datetime.now(UTC)), [""] * 60)
    arguments = ("import", str(many), "--workspace", str(workspace), "--as", LEAD, "--json")
    with subprocess.Popen(
        [sys.executable, "-m", "reviewer", *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, "REVIEWER_PASSPHRASE": PASSPHRASE},
        # A shell that started the tests in the background has them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as child:
        while len(list(clips.iterdir())) == before and child.poll() is None:
            pass
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=120)
    report = json.loads(out)
    assert child.returncode == 3
    assert report["cancelled"] is True
    assert 0 < report["accepted"] < 57


def test_nothing_accepted_is_nothing_to_export(lead, tmp_path):
    ran = lead("export", tmp_path / "set", "--format", "nemo,csv")
    assert ran.code == 2
    assert not (tmp_path / "set").exists()
    assert "3: not accepted yet" in ran.out


@pytest.mark.usefixtures("accepted")
def test_accepted_work_is_exported_with_a_passport(lead, tmp_path):
    result = lead("export", tmp_path / "set", "--format", "nemo, csv,nemo", "--json").json
    assert result["clips"] == 2
    assert (tmp_path / "set" / "passport.json").is_file()
    assert len(result["passport_sha256"]) == 64


@pytest.mark.usefixtures("accepted")
def test_a_set_by_choice_is_previewed_written_and_verified(lead, command, tmp_path):
    chosen = (
        "--format",
        "nemo",
        "--cut",
        "--split",
        "80,10,10",
        "--audio",
        "wav",
        "--rate",
        "8000",
        "--mono",
    )
    shown = lead("export", tmp_path / "set", *chosen, "--dry-run")
    assert "2 rows of 2 clips" in shown.out
    assert "first words" in shown.out
    assert "1: not accepted yet" in shown.out
    assert "reviewer qa draw" in shown.out
    assert not (tmp_path / "set").exists()
    assert lead("export", tmp_path / "set", *chosen, "--json").json["rows"] == 2
    assert command("export", tmp_path / "set", "--verify").code == 0
    assert command("export", tmp_path / "set", "--verify", "--json").json == {"ok": True, "problems": []}
    (tmp_path / "set" / "extra").touch()
    assert command("export", tmp_path / "set", "--verify").code == 4
    assert command("export", tmp_path / "none", "--verify").code == 2
    key = pyrage.x25519.Identity.generate()
    (tmp_path / "key.txt").write_text(str(key), encoding="ascii")
    assert lead("export", tmp_path / "sealed", *chosen, "--encrypt-to", str(key.to_public())).code == 0
    assert command("export", tmp_path / "sealed", "--verify").code == 2
    identity = "--verify", "--identity", tmp_path / "key.txt"
    assert command("export", tmp_path / "sealed", *identity).code == 0
    (tmp_path / "sealed" / "more.wav").write_bytes(b"RIFF")
    assert command("export", tmp_path / "sealed", *identity).code == 4
    assert lead("export", tmp_path / "other", "--format", "nemo", "--audio", "mp3").code == 2


MAPPING = """
[fields]
audio = "wave"
source_id = "key"
[constants]
product = "translator"
locale = "en-US"
recorded_at = "{recorded}"
speaker = "voice-1"
[consent]
from = "Signed forms of the spring campaign, folder 12"
product = "translator"
granted_at = "{recorded}"
"""


@pytest.fixture
def other_source(manifest):
    """A table with other columns beside the clips of the manifest, two of which are new; and its mapping."""
    folder = manifest.parent
    first = json.loads(manifest.read_text(encoding="utf-8").splitlines()[3])
    names = sorted(path.name for path in folder.glob("*.wav"))
    (folder / "=list.csv").write_text(
        "wave;key\n" + "".join(f"{name};=key-{n}\n" for n, name in enumerate(names)), encoding="utf-8"
    )
    mapping = folder / "mapping.toml"
    mapping.write_text(MAPPING.format(recorded=first["recorded_at"]), encoding="utf-8")
    return folder / "=list.csv", mapping


def test_audio_that_no_row_of_an_audiofolder_names_is_told(lead, manifest):
    folder = manifest.parent
    first = json.loads(manifest.read_text(encoding="utf-8").splitlines()[3])
    names = sorted(path.name for path in folder.glob("*.wav"))
    manifest.unlink()
    (folder / "metadata.csv").write_text(f"file_name\n{names[0]}\n", encoding="utf-8")
    mapping = folder / "mapping.toml"
    constants = MAPPING[MAPPING.index("[constants]") :]
    mapping.write_text(constants.format(recorded=first["recorded_at"]), encoding="utf-8")
    ran = lead("import", folder, "--mapping", mapping, "--dry-run", "--json")
    assert ran.json["unnamed_files"] == len(names) - 1
    said = f"no row of its metadata names, and that were left out: {len(names) - 1}."
    assert said in lead("import", folder, "--mapping", mapping, "--dry-run").out


def test_another_source_comes_in_by_its_mapping_and_the_report_says_where_consent_is(
    lead, other_source, tmp_path
):
    source, mapping = other_source
    assert lead("import", source).code == 2
    ran = lead("import", source, "--mapping", mapping, "--report", tmp_path / "r.csv", "--json")
    said = "Signed forms of the spring campaign, folder 12"
    assert (ran.json["accepted"], ran.json["consent_from"]) == (2, said)
    table = (tmp_path / "r.csv").read_bytes().decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(table, newline=""))
    assert head == ["line", "outcome", "code", "clip", "audio", "sentence", "consent_from"]
    assert [row[0] for row in rows] == ["2", "3", "4", "5", "6"]
    started = [
        row for row in lead("audit", "show", "--json").json["rows"] if row["action"] == "import.started"
    ]
    assert started[-1]["detail"]["consent_from"] == said
    assert lead("import", source, "--mapping", mapping, "--report", tmp_path / "r.csv").code == 2


def test_no_cell_of_a_report_is_a_formula(lead, manifest, tmp_path):
    manifest.write_text(json.dumps({"audio": "=1+1;=2"}) + "\n", encoding="utf-8")
    assert lead("import", manifest, "--report", tmp_path / "r.csv").code == 0
    table = (tmp_path / "r.csv").read_bytes().decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(table)))["audio"] == "'=1+1;'=2"


def test_a_file_that_is_refused_as_a_whole_leaves_no_row_in_the_log(lead, manifest):
    manifest.write_bytes("audio,draft\nKäse.wav,a\nKäse.wav,b\n".encode("cp1252"))
    ran = lead("import", manifest)
    assert (ran.code, ran.out) == (2, "")
    assert "Windows-1252" in ran.err
    actions = [row["action"] for row in lead("audit", "show", "--json").json["rows"]]
    assert actions.count("import.started") == 1


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["table", "JSON"])
def test_a_report_is_printed_in_any_encoding(workspace, tmp_path, more):
    file = tmp_path / "m.jsonl"
    file.write_text(json.dumps({"audio": "имя é 🎤.wav"}) + "\n", encoding="utf-8")
    environment = {**os.environ, "REVIEWER_PASSPHRASE": PASSPHRASE, "PYTHONIOENCODING": "cp1252:strict"}
    ran = subprocess.run(
        [sys.executable, "-m", "reviewer", "import", file, "--workspace", workspace, "--as", LEAD, *more],
        capture_output=True, env=environment | {"LC_ALL": "C"}, check=True, timeout=120,
    )  # fmt: skip
    assert ran.stderr == b""
    printed = ran.stdout.decode("cp1252")
    assert json.loads(printed)["rows"][0]["audio"] == "имя é 🎤.wav" if more else "é" in printed


@pytest.mark.parametrize("content", ["", "\n\n", "audio,product,locale\n"])
def test_a_source_without_a_line_is_refused(lead, tmp_path, content):
    empty = tmp_path / "empty.csv"
    empty.write_text(content, encoding="utf-8")
    started = ("audit", "show", "--act", "import.started", "--json")
    before = len(lead(*started).json["rows"])
    ran = lead("import", empty)
    assert (ran.code, ran.out) == (2, "")
    assert len(lead(*started).json["rows"]) == before
