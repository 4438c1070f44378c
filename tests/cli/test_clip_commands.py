"""``import`` and ``export``."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

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
