"""Two contractors' real windows, a process each, share a queue on a server; a third is the lead's.

``REVIEWER_PICTURES`` keeps their pictures in a folder. With ``QT_QPA_PLATFORM=xcb`` and
``REVIEWER_DISPLAYS=":1 :2 :3"`` they are on displays, one each: without a window manager they would take the
keyboard from each other.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from reviewer.model.clock import SystemClock
from tests.benches.forked_python import Child, ForkedPython
from tests.benches.shared_queue import make_team, new_database
from tests.benches.workspace import ANA, BEN, LEAD

pytestmark = pytest.mark.long
CLIPS_EACH = 1
CHILD = """
from tests.benches.team_window import run
run()
"""


def test_windows_share_the_clips_and_the_lead_sees_them(
    forked_python: ForkedPython, tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGUSER", "postgres")
    team = make_team(tmp_path, new_database(postgres), SystemClock(), clips=2 * CLIPS_EACH + 1)
    team.close()
    monkeypatch.delenv("PGUSER")
    pictures = Path(os.environ.get("REVIEWER_PICTURES", tmp_path / "pictures"))
    done, end = os.pipe()  # every window ends with its input
    with ExitStack() as windows:
        windows.callback(os.close, done)

        def window(name: str, clips: int, size: str) -> Child:
            made = start(
                forked_python, done, team.folder, name, clips, pictures / name.split(maxsplit=1)[0], size
            )
            return windows.enter_context(made)

        with os.fdopen(end, "w"):
            opened = {ANA: window(ANA, CLIPS_EACH, "small"), BEN: window(BEN, CLIPS_EACH, "large")}
            worked_on = {name: said(process) for name, process in opened.items()}
            lead = window(LEAD, 0, "small")
            assert said(lead) == []
        for process in (*opened.values(), lead):
            assert process.wait() == 0
    assert [len(clips) for clips in worked_on.values()] == [CLIPS_EACH, CLIPS_EACH]
    with psycopg.connect(team.database, user="postgres") as owner:
        rows = owner.execute("SELECT clip_id FROM reviewer_data.annotation").fetchall()
    assert sorted(row[0] for row in rows) == sorted(worked_on[ANA] + worked_on[BEN])
    assert len(set(rows)) == 2 * CLIPS_EACH


def start(
    forked_python: ForkedPython, done: int, folder: Path, name: str, clips: int, pictures: Path, size: str
) -> Child:
    pictures.mkdir(parents=True, exist_ok=True)
    taken = ["--pictures"] if "REVIEWER_PICTURES" in os.environ else []
    displays = dict(zip((ANA, BEN, LEAD), os.environ.get("REVIEWER_DISPLAYS", "").split(), strict=False))
    where = {"DISPLAY": displays[name]} if name in displays else {}
    return forked_python.start(CHILD, folder, name, clips, pictures, size, *taken, stdin=done, **where)


def said(process: Child) -> list[str]:
    """The clips that a window handed in, until it is ready."""
    clips = []
    for line in process.stdout:
        if line == "ready\n":
            return clips
        clips.append(line.split()[1])
    raise AssertionError(f"the window ended with {process.wait()} after {clips}")
