"""Two contractors' real windows, a process each, share a queue on a server; a third is the lead's.

``REVIEWER_PICTURES`` keeps their pictures in a folder. With ``QT_QPA_PLATFORM=xcb`` and
``REVIEWER_DISPLAYS=":1 :2 :3"`` they are on displays, one each: without a window manager they would take the
keyboard from each other.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from reviewer.model.clock import SystemClock
from tests.benches.shared_queue import make_team, new_database
from tests.benches.workspace import ANA, BEN, LEAD

pytestmark = pytest.mark.long
CLIPS_EACH = 1


def test_windows_share_the_clips_and_the_lead_sees_them(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGUSER", "postgres")
    team = make_team(tmp_path, new_database(postgres), SystemClock(), clips=2 * CLIPS_EACH + 1)
    team.close()
    monkeypatch.delenv("PGUSER")
    pictures = Path(os.environ.get("REVIEWER_PICTURES", tmp_path / "pictures"))
    with ExitStack() as windows:
        opened = {
            name: windows.enter_context(window(team.folder, name, clips, pictures / name.split()[0], size))
            for name, clips, size in ((ANA, CLIPS_EACH, "small"), (BEN, CLIPS_EACH, "large"))
        }
        worked_on = {name: said(process) for name, process in opened.items()}
        lead = windows.enter_context(window(team.folder, LEAD, 0, pictures / "Lead", "small"))
        assert said(lead) == []
        for process in (*opened.values(), lead):
            process.communicate("done\n", timeout=240)
            assert process.returncode == 0
    assert [len(clips) for clips in worked_on.values()] == [CLIPS_EACH, CLIPS_EACH]
    with psycopg.connect(team.database, user="postgres") as owner:
        rows = owner.execute("SELECT clip_id FROM reviewer_data.annotation").fetchall()
    assert sorted(row[0] for row in rows) == sorted(worked_on[ANA] + worked_on[BEN])
    assert len(set(rows)) == 2 * CLIPS_EACH


def window(folder: Path, name: str, clips: int, pictures: Path, size: str) -> subprocess.Popen[str]:
    pictures.mkdir(parents=True, exist_ok=True)
    taken = ["--pictures"] if "REVIEWER_PICTURES" in os.environ else []
    displays = dict(zip((ANA, BEN, LEAD), os.environ.get("REVIEWER_DISPLAYS", "").split(), strict=False))
    where = {"DISPLAY": displays[name]} if name in displays else {}
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.benches.team_window",
            str(folder),
            name,
            str(clips),
            str(pictures),
            size,
            *taken,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | where,
    )


def said(process: subprocess.Popen[str]) -> list[str]:
    """The clips that a window handed in, until it is ready."""
    assert process.stdout is not None
    clips = []
    for line in process.stdout:
        if line == "ready\n":
            return clips
        clips.append(line.split()[1])
    raise AssertionError(f"the window ended with {process.wait()} after {clips}")
