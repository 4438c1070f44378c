"""From the key that hands a clip in to the next one painted and playable, through the real desk.

Run: script/benchmark tests/benchmarks/test_next_clip.py
"""

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from reviewer.app.driver import AdvancingClock
from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.clips.keys import KdfParameters
from reviewer.db.connection import Database
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.clock import to_iso
from reviewer.model.people import Role
from reviewer.places import DATABASE_FILE
from reviewer.ui import theme
from reviewer.ui.clip.workspace import ClipTools
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.jobs import Jobs
from reviewer.ui.preferences import Preferences
from reviewer.ui.transcript.text_edit import TextField
from reviewer.ui.waveform.plot import WaveformPlot
from reviewer.workspace import SignedIn, Workspace, make_workspace, open_workspace
from tests.benchmarks.quiet import wait_for_quiet
from tests.benchmarks.table import row
from tests.fakes.work_session import speech_like

LEAD, ANA, PASSPHRASE = "Lee Moreau", "Ana Kowalska", "correct horse battery"
PROJECT = "[queue]\nqa_rate = 1.0\n[listening]\nheard_percent = 0\n"  # nobody listens for twelve minutes here
CLIP_SECONDS = 60.0
CLIPS = 16
ROUNDS = 12
PATIENCE_SECONDS = 20.0
QUIET_SECONDS = 3.0
MUST_BE_MS = 50.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Each round, and a commit just before it."""

    took_ms: list[float]
    commits_ms: list[float]


class Painted(QObject):
    """Sees whether the waves were painted while ``is_next`` held."""

    def __init__(self, page: DeskPage) -> None:
        super().__init__()
        self.is_next: Callable[[], bool] = lambda: False
        self.is_seen = False
        page.workspace.view.waveform.waves.findChild(WaveformPlot).surface.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self.is_next():
            self.is_seen = True
        return False


@pytest.fixture
def clock() -> AdvancingClock:
    return AdvancingClock()


@pytest.fixture
def workspace(tmp_path: Path, clock: AdvancingClock) -> Iterator[Workspace]:
    cheap = KdfParameters.cheap()
    (tmp_path / "project.toml").write_text(PROJECT, encoding="utf-8")
    make_workspace(
        tmp_path / "ws", LEAD, PASSPHRASE, tmp_path / "project.toml", clock=clock, parameters=cheap
    )
    with open_workspace(tmp_path / "ws", clock=clock, parameters=cheap) as opened:
        yield opened


def filled(workspace: Workspace, folder: Path) -> None:
    """Brings in clips of a minute each, and Ana."""
    folder.mkdir()
    data, lines = speech_like(CLIP_SECONDS + CLIPS), []
    for number in range(CLIPS):
        part = data[number * 16_000 :][: round(CLIP_SECONDS * 16_000)]
        soundfile.write(folder / f"{number}.wav", part, 16_000)
        recorded = workspace.clock.now() - timedelta(days=30 + number)
        facts = {
            "audio": f"{number}.wav",
            "product": "translator",
            "locale": "en-US",
            "recorded_at": to_iso(recorded),
            "consent_product": "translator",
            "consent_granted_at": to_iso(recorded - timedelta(days=10)),
            "source_id": f"source-{number:04}",
            "speaker": f"voice-{number}",
        }
        lines.append(json.dumps(facts))
    (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lead = workspace.sign_in(LEAD, PASSPHRASE).lead
    assert lead.import_manifest(folder / "manifest.jsonl", IntakeOptions()).accepted == CLIPS
    workspace.enrol(ANA, lead.add_person(ANA, Role.CONTRACTOR).code, PASSPHRASE)


def at_work(workspace: Workspace, clock: AdvancingClock) -> SignedIn:
    ana = workspace.sign_in(ANA, PASSPHRASE)
    agreement = workspace.agreement
    text = agreement.shown(ana.identity)
    agreement.end_reached(ana.identity, text)
    clock.advance(60)
    agreement.accept(ana.identity, text, typed_name=ANA, passphrase=PASSPHRASE)
    return ana


def until(is_so: Callable[[], bool]) -> float:
    """Lets the program run until it is so; gives the moment."""
    latest = time.perf_counter() + PATIENCE_SECONDS
    while not is_so():
        assert time.perf_counter() < latest
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 1)
    return time.perf_counter()


def settle(jobs: Jobs) -> None:
    idle: list[bool] = []
    jobs.when_idle(lambda: idle.append(True))
    until(lambda: bool(idle))


def answered(page: DeskPage) -> TextField:
    field = page.findChild(TextField)
    QTest.keyClicks(field, "what was said in this clip")
    for name in ("field_speech_quality_clear", "field_speakers_one"):
        page.findChild(QPushButton, name).click()
    return field


def one_commit_ms(database: Database) -> float:
    """A FULL-synchronous commit of one small row: what nothing that is promised to be kept can go below."""
    begun = time.perf_counter()
    database.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('benchmark', '1')")
    return (time.perf_counter() - begun) * 1000


def handed_in_ms(page: DeskPage, player: Player, painted: Painted, field: TextField) -> float:
    """From the key to the next clip painted, loaded, and ready to sound at its speed."""
    before = page.workspace.presenter.lease
    painted.is_next = lambda: page.workspace.presenter.lease not in (None, before) and player.frames > 0
    painted.is_seen = False

    def is_ready() -> bool:
        return painted.is_seen and player.is_buffered

    begun = time.perf_counter()
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    return (until(is_ready) - begun) * 1000


def rounds(page: DeskPage, player: Player, jobs: Jobs, database: Database) -> Measured:
    """Clip after clip, each typed and saved before the key.

    Nobody types a clip as fast as this: what is rendered meanwhile is done by then.
    """
    painted = Painted(page)
    took, commits = [], []
    for _ in range(ROUNDS):
        field = answered(page)
        page.leave()
        settle(jobs)
        wait_for_quiet(QUIET_SECONDS)
        commits.append(one_commit_ms(database))
        took.append(handed_in_ms(page, player, painted, field))
        settle(jobs)
    return Measured(took, commits)


@pytest.mark.parametrize("speed", [100, 75])
def test_from_submit_to_the_next_clip(
    qapp: QApplication, workspace: Workspace, clock: AdvancingClock, tmp_path: Path, speed: int
) -> None:
    theme.apply(qapp, theme.Scheme.DARK)
    filled(workspace, tmp_path / "in")
    ana, jobs = at_work(workspace, clock), Jobs()
    player = Player(VirtualDevice(real_time=True, keeps=False))
    page = DeskPage(ana.desk, ClipTools(lambda: player, jobs, Preferences(), workspace.clock))
    page.resize(1280, 736)
    page.show()
    page.enter()
    settle(jobs)
    page.workspace.presenter.take_next()
    settle(jobs)
    player.set_speed(speed)
    try:
        with closing(Database(workspace.path / DATABASE_FILE)) as database:
            measured = rounds(page, player, jobs, database)
    finally:
        page.close_down()
        settle(jobs)
        jobs.close()
        page.deleteLater()
    took, commit = sorted(measured.took_ms), statistics.median(measured.commits_ms)
    print(f"\nload {os.getloadavg()[0]:.1f}; each, ms:", [round(each) for each in measured.took_ms])
    median = statistics.median(took)
    row(
        f"submit to the next clip painted and playable, 60 s clip, {speed} %",
        f"median {median:.0f} ms, best {took[0]:.0f}, worst {took[-1]:.0f}; one commit takes {commit:.1f}",
        f"<= {MUST_BE_MS:.0f} ms",
        ok=median <= MUST_BE_MS,
    )
