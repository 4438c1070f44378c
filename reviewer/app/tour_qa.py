"""The tour at the spot check: Quinn types blind, compares, returns one and accepts the rest."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel

from reviewer.app.demo import DemoClip
from reviewer.app.driver import Driver
from reviewer.app.tour_desk import listen

ClipOnTheDesk = Callable[[], DemoClip]


def return_one(driver: Driver, on_the_desk: ClipOnTheDesk, slipped: DemoClip) -> int:
    """Checks until the work with the slip comes, which goes back with a comment; the others are accepted.

    Returns: how many checks that took.
    """
    driver.picture("qa-empty")
    checked = 1
    while _check(driver, on_the_desk, pictures=checked == 1) is not slipped:
        _accept(driver)
        checked += 1
    driver.picture("qa-compare")
    driver.type_into("qa_comment", "The last word is not said: please listen to the end again.")
    driver.press("Ctrl+Shift+R")
    driver.wait_for("the work is returned", lambda: not driver.sees("compare_panel"))
    return checked


def accept_the_rest(driver: Driver, on_the_desk: ClipOnTheDesk, count: int) -> None:
    """Checks and accepts what still waits."""
    for _ in range(count):
        _check(driver, on_the_desk, pictures=False)
        _accept(driver)
    driver.press("Ctrl+N")
    driver.wait_for("nothing is left", lambda: "Nothing waits" in _says(driver))


def _check(driver: Driver, on_the_desk: ClipOnTheDesk, *, pictures: bool) -> DemoClip:
    driver.wait_for_part("empty_check")
    driver.click("qa_draw")
    driver.wait_for_part("blind_panel")
    clip = on_the_desk()
    listen(driver)
    driver.type_into("transcript_text", clip.reference)
    if pictures:
        driver.picture("qa-blind")
    driver.press_on("transcript_text", "Ctrl+Return")
    driver.wait_for_part("compare_panel")
    return clip


def _accept(driver: Driver) -> None:
    driver.press_on("qa_comment", "Ctrl+Shift+A")
    driver.wait_for("the work is accepted", lambda: not driver.sees("compare_panel"))


def _says(driver: Driver) -> str:
    return driver.find(QLabel, "qa_empty_message_text").text()
