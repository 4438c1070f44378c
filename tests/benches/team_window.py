"""One person's window of a team, in a process of its own: signs in, agrees, and hands in some clips.

``run`` takes WORKSPACE NAME CLIPS PICTURES SIZE and prints ``submitted CLIP`` for each. With 0 clips it waits
on the first page until standard input has a line or ends, and takes pictures.
"""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QSettings

from reviewer.app.demo import DemoClip, DemoPerson
from reviewer.app.driver import AdvancingClock, Driver
from reviewer.app.tour_desk import clip_on_screen, has_clip, wait_for_clip, work_on
from reviewer.app.tour_signin import come_in
from reviewer.app.window import application, make_window
from reviewer.app.workspace_gateway import OpenWorkspaceGateway
from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.clips.keys import KdfParameters
from reviewer.model.people import Role
from reviewer.workspace import open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE

WORDS = ("again", "once more", "and so on")
SIZES = {"small": (1280, 800), "large": (2560, 1440)}


def main(folder: Path, name: str, clips: int, pictures: Path, size: str, *, takes_pictures: bool) -> None:
    """Works through so many clips."""
    app = application()
    clock = AdvancingClock()
    workspace = open_workspace(folder, clock=clock, parameters=KdfParameters.cheap())
    settings = QSettings(str(pictures / "settings.ini"), QSettings.Format.IniFormat)
    window, jobs = make_window(
        app,
        OpenWorkspaceGateway(workspace),
        clock,
        settings,
        lambda: Player(VirtualDevice(real_time=True, keeps=False)),
    )
    window.resize(*SIZES[size])
    window.show()
    driver = Driver(window, window.theme, pictures, clock)
    role = Role.LEAD if name == LEAD else Role.CONTRACTOR
    come_in(driver, DemoPerson(name, role, PASSPHRASE))
    for number in range(clips):
        driver.wait_for("a clip or a free desk", lambda: has_clip(driver) or driver.sees("claim"))
        if driver.sees("claim"):
            driver.click("claim")
        wait_for_clip(driver)
        clip_id = clip_on_screen(driver)
        if takes_pictures:
            driver.picture(f"clip-{number}")
        work_on(driver, DemoClip("", f"hello there {WORDS[number]}.", (), 1))
        print("submitted", clip_id, flush=True)  # noqa: T201 - read by the test
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    if takes_pictures:
        driver.picture("at-the-end")
    window.close()
    jobs.close()
    workspace.close()
    os._exit(0)  # how Python takes a window apart is not what is tested


def run() -> None:
    """As the arguments of this process say."""
    main(
        Path(sys.argv[1]),
        sys.argv[2],
        int(sys.argv[3]),
        Path(sys.argv[4]),
        sys.argv[5],
        takes_pictures="--pictures" in sys.argv,
    )
