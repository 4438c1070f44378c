"""The scripted tour: three people process the demo clips in the real window."""

import os
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QListWidget, QTableView

from reviewer.app.demo import ANA, LEE, QUINN, DemoClip, make_people, write_manifest
from reviewer.app.driver import GROUNDS, AdvancingClock, Driver
from reviewer.app.tour_desk import (
    clip_on_screen,
    has_clip,
    skip,
    wait_for_clip,
    wait_for_counts,
    work_on,
    work_on_returned,
)
from reviewer.app.tour_lead import import_demo_clips, lead_the_project
from reviewer.app.tour_qa import accept_the_rest, return_one
from reviewer.app.tour_signin import come_in, lock
from reviewer.app.window import application, make_window
from reviewer.app.workspace_gateway import OpenWorkspaceGateway
from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.clips.keys import KdfParameters
from reviewer.errors import Refused, Unavailable
from reviewer.ui.theme import Choice
from reviewer.workspace import Workspace, open_workspace

_CLIPS_TO_DO = 6


def take_tour(
    folder: Path,
    out: Path,
    *,
    parameters: KdfParameters | None = None,
    grounds: Collection[Choice] = GROUNDS,
) -> int:
    """Creates the demo in ``folder`` and walks through it; screenshots and the exported set go to ``out``.

    Needs no display and no sound card: clips play on a virtual device in real time.

    Returns: the exit code.
    Raises: Refused when ``out`` is not empty; Unavailable when the window does not respond as expected.
    """
    if out.exists() and any(out.iterdir()):
        raise Refused("FOLDER_NOT_EMPTY", folder=str(out))
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY") and sys.platform == "linux":
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    pictures = out / "screens"
    pictures.mkdir(parents=True)
    print("Walking through the whole workflow; this takes about two minutes...")
    clock = AdvancingClock()
    make_people(folder, clock=clock, parameters=parameters)
    with open_workspace(folder, clock=clock, parameters=parameters) as workspace:
        _walk(workspace, clock, out, grounds)
    print(f"Pictures: {pictures}")
    print(f"Exported set: {out / 'set'}")
    return 0


def _walk(workspace: Workspace, clock: AdvancingClock, out: Path, grounds: Collection[Choice]) -> None:
    app = application()
    settings = QSettings(str(out / "settings.ini"), QSettings.Format.IniFormat)
    window, jobs = make_window(
        app,
        OpenWorkspaceGateway(workspace),
        clock,
        settings,
        lambda: Player(VirtualDevice(real_time=True, keeps=False)),
    )
    try:
        window.show()
        driver = Driver(window, window.theme, out / "screens", clock, grounds)
        _loop(driver, out)
        window.close()
        driver.wait_for("the window is closed", lambda: not window.isVisible() and not jobs.running)
    finally:
        jobs.close()
        window.deleteLater()
        (out / "settings.ini").unlink(missing_ok=True)


def _loop(driver: Driver, out: Path) -> None:
    driver.picture("sign-in")
    come_in(driver, LEE)
    with tempfile.TemporaryDirectory(prefix="reviewer-tour-") as scratch:
        answers = import_demo_clips(driver, write_manifest(Path(scratch) / "clips", driver.clock.now()))
    lock(driver)
    slipped = _contractor(driver, answers)
    _qa(driver, answers, slipped)
    come_in(driver, ANA)
    driver.wait_for("a clip or a free desk", lambda: has_clip(driver) or driver.sees("claim"))
    held = has_clip(driver)
    if held:  # the clip that was open when she locked comes first
        work_on(driver, answers[clip_on_screen(driver)])
    else:
        driver.click("claim")
    work_on_returned(driver, slipped)
    driver.click("sidebar_mine")
    driver.wait_for_part("mine_page")
    listed = driver.find(QTableView, "mine_table").model()
    driver.wait_for("one's own work is listed", lambda: listed.rowCount() > 0)
    driver.picture("my-work")
    lock(driver)
    come_in(driver, QUINN)
    accept_the_rest(driver, lambda: answers[clip_on_screen(driver)], 2 if held else 1)
    lock(driver)
    come_in(driver, LEE)
    lead_the_project(driver, out / "set")
    _show_settings(driver)
    driver.press("F1")
    driver.wait_for_part("keys_dialog")
    driver.picture("keys")
    driver.press("Esc")
    driver.wait_for("the keys are put away", lambda: not driver.sees("keys_dialog"))
    lock(driver)


def _show_settings(driver: Driver) -> None:
    """Every settings page that this machine has."""
    driver.press("Ctrl+,")
    driver.wait_for_part("settings_dialog")
    pages = driver.find(QListWidget, "settings_pages")
    for place in range(pages.count()):
        pages.setCurrentRow(place)
        driver.picture(f"settings-{place + 1}")
    driver.press_on("settings_pages", "Esc")
    driver.wait_for("the settings are put away", lambda: not driver.sees("settings_dialog"))
    driver.come_to_front()


def _contractor(driver: Driver, answers: dict[str, DemoClip]) -> DemoClip:
    """Ana works on some clips and skips one; returns the clip with the deliberate error."""
    come_in(driver, ANA)
    wait_for_counts(driver)
    driver.picture("desk-free")
    driver.click("claim")
    skip(driver, "technical")
    slipped, was_hasty, done, shown = None, False, 0, 0
    while done < _CLIPS_TO_DO or not was_hasty:
        wait_for_clip(driver)
        clip = answers[clip_on_screen(driver)]
        may_slip = slipped is None and clip.speakers > 0
        shown_as = "desk" if shown < 2 and not clip.flags else ""
        shown += bool(shown_as)
        is_hasty = not was_hasty and not shown_as and clip.speakers > 0 and not clip.flags
        work_on(driver, clip, slip=may_slip, is_hasty=is_hasty, shown_as=shown_as)
        was_hasty = was_hasty or is_hasty
        done += 1
        slipped = clip if may_slip else slipped
    lock(driver)
    if slipped is None:
        raise Unavailable("TOUR_STUCK", problem="no clip with speech")
    return slipped


def _qa(driver: Driver, answers: dict[str, DemoClip], slipped: DemoClip) -> None:
    come_in(driver, QUINN)
    before = return_one(driver, lambda: answers[clip_on_screen(driver)], slipped)
    accept_the_rest(driver, lambda: answers[clip_on_screen(driver)], _CLIPS_TO_DO - before)
    lock(driver)
