"""The real window: a clip that may not be open any more leaves it within one beat, and the sound stops."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from reviewer.app.driver import Driver
from reviewer.app.window import application, make_window
from reviewer.app.workspace_gateway import OpenWorkspaceGateway
from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.lead.session import LeadSession
from reviewer.model.event import Action
from reviewer.ui.clip.lease_renewal import LeaseRenewal
from reviewer.ui.clip.workspace import ClipWorkspace
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.playback.controller import PlaybackAction
from reviewer.ui.qa.page import QaPage
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, QUINN, Bench, make_bench

PROJECT = "nda_days = {0}\n[queue]\nqa_rate = 1.0\n"
SOURCES = [f"source-{number:04d}" for number in range(3)]


def as_lead_elsewhere(bench: Bench, act: Callable[[LeadSession], object]) -> None:
    """What a lead does in another window."""
    other = bench.another_window()
    assert act(other.person(LEAD).lead)
    other.workspace.close()


ENDINGS: dict[str, Callable[[Bench, str], None]] = {
    "ACCOUNT_CHANGED": lambda bench, name: as_lead_elsewhere(bench, lambda lead: lead.revoke(name)),
    "PURGED": lambda bench, _name: as_lead_elsewhere(bench, lambda lead: lead.purge(SOURCES).purged),
    "NDA_REQUIRED": lambda bench, _name: bench.clock.advance(31 * 86_400),
    "RETENTION_ENDED": lambda bench, _name: bench.clock.advance(800 * 86_400),
}


class Window:
    """Somebody's window over a bench, with a clip that plays in a loop."""

    def __init__(self, bench: Bench, name: str, folder: Path) -> None:
        self.bench = bench
        self.window, self.jobs = make_window(
            application(),
            OpenWorkspaceGateway(bench.workspace),
            bench.clock,
            QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat),
            lambda: Player(VirtualDevice(real_time=True, keeps=False)),
        )
        self.window.show()
        self.driver = Driver(self.window, self.window.theme, folder, bench.clock)
        self.driver.wait_for_part("sign_in_page")
        self.driver.retype("sign_in_name", name)
        self.driver.type_into("sign_in_passphrase", PASSPHRASE)
        self.driver.press("Return")
        self.driver.wait_for_part("claim")
        self.driver.click("claim")
        self.driver.wait_for("a clip is open", lambda: self.clip.playback.frames > 0)
        self.clip.playback.perform(PlaybackAction.LOOP)
        self.clip.playback.toggle()
        self.driver.wait_for("it plays", lambda: self.clip.playback.is_playing)

    @property
    def clip(self) -> ClipWorkspace:
        page = self.window.signed_in.page  # type: ignore[union-attr]
        assert isinstance(page, DeskPage | QaPage)
        return page.workspace

    def beat(self) -> None:
        self.window.findChild(LeaseRenewal).beat_now()

    def close(self) -> None:
        self.window.close()
        self.driver.wait_for("it is closed", lambda: not self.window.isVisible() and not self.jobs.running)
        self.jobs.close()
        self.window.deleteLater()


@pytest.fixture
def open_window(tmp_path: Path) -> Iterator[Callable[[str, int], Window]]:
    made: list[Window] = []

    def make(name: str, nda_days: int) -> Window:
        bench = make_bench(tmp_path, project=PROJECT.format(nda_days))
        bench.agree(ANA, QUINN)
        if name == QUINN:
            bench.submitted(ANA, "words that are submitted")
        for person in list(bench.signed_in):
            bench.sign_out(person)
        made.append(Window(bench, name, tmp_path))
        return made[-1]

    yield make
    for window in made:
        window.close()
        window.bench.workspace.close()


@pytest.mark.parametrize("name", [ANA, QUINN])
@pytest.mark.parametrize("code", ENDINGS)
def test_it_leaves_within_one_beat_and_the_log_says_why(
    open_window: Callable[[str, int], Window], name: str, code: str
) -> None:
    window = open_window(name, 3650 if code == "RETENTION_ENDED" else 30)
    window.beat()
    window.driver.wait_for("the beat is answered", lambda: not window.jobs.running)
    assert window.clip.stack.is_clip_shown
    window.driver.type_into("transcript_text", "half")
    ENDINGS[code](window.bench, name)
    window.beat()
    clip = window.clip
    window.driver.wait_for("the clip is gone", lambda: not clip.stack.is_clip_shown)
    assert not clip.playback.is_playing
    assert clip.playback.frames == 0
    assert clip.view.annotation.text_verbatim == ""
    window.driver.wait_for("all is done", lambda: not window.jobs.running)
    # Whoever was revoked was not given the log's new key: their window can write nothing more.
    written = [] if code == "ACCOUNT_CHANGED" else [code]
    assert [event.reason for event in window.bench.events(Action.CLIP_PUT_AWAY)] == written
