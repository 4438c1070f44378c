"""The tour of QA: Quinn transcribes blind, compares, returns one and accepts the rest."""

import re
from collections.abc import Callable

from PySide6.QtWidgets import QAbstractButton, QLabel, QTextEdit

from reviewer.app.demo import DemoClip
from reviewer.app.driver import Driver
from reviewer.app.tour_desk import answer, listen, wait_for_counts

ClipOnTheScreen = Callable[[], DemoClip]


_TAG = re.compile(r"\[[^\]]*\]")


def return_one(driver: Driver, on_the_screen: ClipOnTheScreen, slipped: DemoClip) -> int:
    """Reviews until the work with the error comes, which is returned with a comment; accepts the others.

    Returns: how many reviews that took.
    """
    wait_for_counts(driver)
    driver.picture("qa-empty")
    driver.click("claim")
    reviewed = 1
    while _review(driver, on_the_screen, pictures=reviewed == 1) is not slipped:
        _accept(driver)
        reviewed += 1
    driver.picture("qa-compare")
    driver.type_into("qa_comment", "The last word is not said: please listen to the end again.")
    driver.press("Ctrl+Shift+R")
    _wait_for_next(driver)
    return reviewed


def accept_the_rest(driver: Driver, on_the_screen: ClipOnTheScreen, count: int) -> None:
    """Reviews and accepts the remaining work."""
    for _ in range(count):
        if not _has_review(driver):
            driver.click("claim")
        _review(driver, on_the_screen, pictures=False)
        _accept(driver)
    driver.wait_for_part("empty_page")
    driver.press("Ctrl+N")
    driver.wait_for("nothing is left", lambda: "No reviews" in driver.find(QLabel, "empty_title").text())


def _review(driver: Driver, on_the_screen: ClipOnTheScreen, *, pictures: bool) -> DemoClip:
    driver.wait_for("a review is open", lambda: _has_review(driver))
    clip = on_the_screen()
    listen(driver)
    driver.type_into("transcript_text", clip.reference)
    for flag in clip.flags:
        driver.click(f"flag_{flag}")
    answer(driver, clip)
    if pictures:
        training = driver.find(QTextEdit, "training_text")
        has_words = bool(_TAG.sub("", clip.reference).strip())  # a tag alone leaves no training text
        driver.wait_for("the training text is shown", lambda: bool(training.toPlainText()) == has_words)
        driver.picture("qa-blind")
    driver.press_on("transcript_text", "Ctrl+Return")
    driver.wait_for_part("comparison_panel")
    return clip


def _accept(driver: Driver) -> None:
    driver.press_on("qa_comment", "Ctrl+Shift+A")
    _wait_for_next(driver)


def _wait_for_next(driver: Driver) -> None:
    driver.wait_for("the verdict is in", lambda: _has_review(driver) or driver.sees("empty_page"))


def _has_review(driver: Driver) -> bool:
    """Whether a clip is open for transcription."""
    if not driver.sees("qa_submit"):
        return False
    shown = driver.find(QAbstractButton, "play_time").text()
    return driver.find(QAbstractButton, "qa_submit").isEnabled() and not shown.endswith("00:00.000")
