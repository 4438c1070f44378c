"""The tour of sign-in: sign in, read and sign the agreement, lock."""

from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from reviewer.app.demo import DemoPerson
from reviewer.app.driver import Driver
from reviewer.model.people import Role

_READING_SECONDS = 60.0
_FIRST_SCREEN = {Role.CONTRACTOR: "desk_page", Role.QA: "qa_page", Role.LEAD: "overview_page"}


def come_in(driver: Driver, person: DemoPerson) -> None:
    """Signs in; signs the agreement if it is shown."""
    driver.wait_for_part("sign_in_page")
    driver.retype("sign_in_name", person.name)
    driver.type_into("sign_in_passphrase", person.passphrase)
    driver.press("Return")
    first = _FIRST_SCREEN[person.role]
    driver.wait_for("the agreement or the first page", lambda: driver.sees("nda_page") or driver.sees(first))
    if driver.sees("nda_page"):
        sign_agreement(driver, person)
    driver.wait_for_part(first)


def sign_agreement(driver: Driver, person: DemoPerson) -> None:
    """Reads to the end, ticks the box, types name and passphrase, and signs."""
    driver.wait_for_part("nda_page")
    driver.picture("agreement")
    text = driver.find(QAbstractScrollArea, "nda_text")
    bar = text.verticalScrollBar()
    while bar.value() < bar.maximum():
        driver.press_on("nda_text", "PgDown")
    driver.clock.advance(_READING_SECONDS)
    driver.click_at("nda_tick", 0.01)
    driver.type_into("nda_name", person.name)
    driver.type_into("nda_passphrase", person.passphrase)
    driver.wait_for("the agreement can be signed", driver.find(QWidget, "nda_agree").isEnabled)
    driver.picture("agreement-ready")
    driver.click("nda_agree")
    driver.wait_for("the agreement is signed", lambda: not driver.sees("nda_page"))


def lock(driver: Driver) -> None:
    """Locks the window: back to sign-in, with nothing of the person left."""
    driver.click("lock_button")
    driver.wait_for_part("sign_in_page")
    driver.wait_for("sign-in is awake", driver.find(QWidget, "sign_in_name").isEnabled)
