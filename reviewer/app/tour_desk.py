"""The tour of the desk: Ana listens, transcribes, answers, flags, skips, submits and corrects."""

from PySide6.QtWidgets import QAbstractButton, QLabel, QToolButton

from reviewer.app.demo import DemoClip
from reviewer.app.driver import Driver
from reviewer.errors import Unavailable
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.qa.page import QaPage
from reviewer.ui.waveform.spectrogram import Spectrogram

_SPEAKERS = ("none", "one", "two", "more")
_SLIP = " please"
_NO_LENGTH = "00:00.000"
_STEPS_TO_FASTEST = 7
_PATIENCE_SECONDS = 15.0


def wait_for_counts(driver: Driver) -> None:
    """Waits until the empty page shows how much is waiting."""
    driver.wait_for("what waits is counted", lambda: bool(driver.find(QLabel, "empty_counts").text()))


def wait_for_clip(driver: Driver) -> None:
    """Waits until a clip is open and can be submitted."""
    driver.wait_for("a clip is open", lambda: has_clip(driver))


def has_clip(driver: Driver) -> bool:
    """Whether a clip is open at the desk, and the desk is not busy."""
    if not driver.sees("submit"):
        return False
    is_enabled = driver.find(QAbstractButton, "submit").isEnabled()
    is_counted = driver.sees("status_done") and bool(driver.find(QLabel, "status_done").text())
    time_shown = driver.find(QAbstractButton, "play_time").text()
    return is_enabled and is_counted and not time_shown.endswith(_NO_LENGTH)


def clip_on_screen(driver: Driver) -> str:
    """The id of the open clip, at the desk or in QA."""
    page: DeskPage | QaPage = (
        driver.find(DeskPage, "desk_page") if driver.sees("desk_page") else driver.find(QaPage, "qa_page")
    )
    lease = page.workspace.presenter.lease
    if lease is None:
        raise Unavailable("TOUR_STUCK", problem="no open clip")
    return lease.clip_id


def listen(driver: Driver) -> None:
    """Plays from start to end at three times the speed."""
    for _ in range(_STEPS_TO_FASTEST):
        driver.press_on("transcript_text", "F7")
    driver.press_on("transcript_text", "Shift+F2")
    driver.press_on("transcript_text", "Ctrl+Space")
    driver.wait_for("the clip was played", lambda: _is_at_the_end(driver))
    if "heard 100" not in driver.find(QLabel, "play_heard").text():
        raise Unavailable("TOUR_STUCK", problem="not all of a clip was heard")


def work_on(
    driver: Driver, clip: DemoClip, *, slip: bool = False, is_hasty: bool = False, shown_as: str = ""
) -> None:
    """Listens, transcribes, answers the form and submits.

    Args:
        slip: types an extra word, for QA to find.
        is_hasty: tries to submit before everything was heard, which the window refuses.
        shown_as: the name of the screenshots, or empty for none.
    """
    wait_for_clip(driver)
    if shown_as:
        driver.picture(f"{shown_as}-new")
    if not is_hasty:
        listen(driver)
    text = clip.reference.rstrip(".?!") + _SLIP if slip else clip.reference
    driver.type_into("transcript_text", text)
    for flag in clip.flags:
        driver.click(f"flag_{flag}")
    if shown_as:
        driver.press_on("transcript_text", "Ctrl+Return")  # too early: the window says what is missing
        driver.picture(f"{shown_as}-missing")
    answer(driver, clip)
    driver.wait_for("the draft is saved", lambda: _is_saved(driver))
    if is_hasty:
        driver.press_on("transcript_text", "Ctrl+Return")
        driver.picture("desk-unheard")
        listen(driver)
        look_closer(driver)
    if shown_as:
        driver.picture(f"{shown_as}-typed")
    _hand_in(driver)


def look_closer(driver: Driver) -> None:
    """Shows the spectrogram at three zoom levels: whole clip, words, samples."""
    driver.press_on("transcript_text", "F10")
    driver.click_at("wave_minimap", 0.4)

    def picture_is_there() -> bool:
        return driver.find(Spectrogram, "spectrogram").is_complete

    for zoom, times in (("whole", 0), ("words", 3), ("samples", 13)):
        for _ in range(times):
            driver.press_on("transcript_text", "Ctrl+=")
        driver.wait_for("the spectrogram is drawn", picture_is_there)
        driver.picture(f"desk-spectrogram-{zoom}")
    driver.press_on("transcript_text", "Ctrl+0")
    driver.press_on("transcript_text", "F10")


def work_on_returned(driver: Driver, clip: DemoClip) -> None:
    """Reads QA's comment, corrects the text and submits again."""
    wait_for_clip(driver)
    driver.picture("desk-returned")
    driver.press_on("transcript_text", "Ctrl+A")
    driver.type_into("transcript_text", clip.reference)
    driver.wait_for("the draft is saved", lambda: _is_saved(driver))
    _hand_in(driver)


def skip(driver: Driver, reason: str) -> None:
    """Skips a clip with a reason."""
    wait_for_clip(driver)
    driver.press_on("transcript_text", "Ctrl+Shift+K")
    driver.wait_for_part("skip_dialog")
    driver.click(f"skip_{reason}")
    driver.picture("skip")
    skipped = clip_on_screen(driver)
    driver.click("skip_confirm")
    driver.wait_for("the clip is given back", lambda: has_clip(driver) and clip_on_screen(driver) != skipped)


def answer(driver: Driver, clip: DemoClip) -> None:
    """Answers the required fields."""
    speakers = _SPEAKERS[min(clip.speakers, 3)]
    driver.click(f"field_speech_quality_{'clear' if clip.speakers else 'none'}")
    driver.click(f"field_speakers_{speakers}")
    if speakers == "two":
        driver.click("field_overlap_no")
    if speakers == "more":
        driver.click("field_background_voices_yes")


def _hand_in(driver: Driver) -> None:
    done = driver.find(QLabel, "status_done")
    after = f"{int(done.text().split()[0]) + 1} done today"
    driver.press_on("transcript_text", "Ctrl+Return")

    def is_answered() -> bool:
        return done.text() == after or driver.sees("confirm_act")

    if not driver.comes_true(is_answered, _PATIENCE_SECONDS) and has_clip(driver):
        driver.picture("desk-no-answer")
        driver.press_on("transcript_text", "Ctrl+Return")  # as anybody would, when nothing happens
    driver.wait_for("an answer", is_answered)
    if driver.sees("confirm_act"):  # "no speech", where speech detection takes noise for speech
        driver.click("confirm_act")
    driver.wait_for("the work is submitted", lambda: done.text() == after)
    driver.wait_for("a clip or a free desk", lambda: has_clip(driver) or driver.sees("claim"))


def _is_saved(driver: Driver) -> bool:
    return "Saved" in driver.find(QLabel, "status_saved").text()


def _is_at_the_end(driver: Driver) -> bool:
    now, whole = driver.find(QToolButton, "play_time").text().split(" / ")
    return now == whole and driver.find(QToolButton, "play_play").accessibleName() == "Play"
