"""The lead's tour: import, progress, people, export, access log."""

from pathlib import Path

from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QTableView

from reviewer.app.demo import LEE, DemoClip, demo_clips
from reviewer.app.driver import Driver
from reviewer.app.tour_signin import sign_agreement
from reviewer.ui.lead.import_page import ImportPage
from reviewer.ui.lead.policy_dialog import PolicyDialog


def import_demo_clips(driver: Driver, manifest: Path) -> dict[str, DemoClip]:
    """Imports the demo manifest; returns the correct annotations by clip id."""
    _go_to(driver, "import")
    driver.type_into("import_manifest", str(manifest))
    page = driver.find(ImportPage, "import_page")
    driver.click("import_check")
    driver.wait_for("the check ends", page.run_button.isEnabled)
    driver.click("import_run")
    driver.wait_for("the import ends", lambda: page.run_button.isEnabled() and _has_clips(page))
    # The manifest's path is specific to this machine, so it is not in the screenshot.
    driver.retype("import_manifest", "clips/manifest.jsonl")
    driver.picture("lead-import")
    by_audio = {f"audio/{clip.file}": clip for clip in demo_clips()}
    return {row.clip: by_audio[row.audio] for row in page.rows.rows if row.clip}


def _has_clips(page: ImportPage) -> bool:
    return any(row.clip for row in page.rows.rows)


def lead_the_project(driver: Driver, out: Path) -> None:
    """Shows the progress, adds a person, exports a set, and verifies the access log."""
    _go_to(driver, "overview")
    driver.settle()
    driver.picture("lead-overview")
    _try_conventions(driver)
    _go_to(driver, "progress")
    left = driver.find(QLabel, "progress_left")
    driver.wait_for("the progress is known", lambda: left.text() != "–")
    driver.picture("lead-progress")
    _see_rows(driver, "clips", "clips_table")
    _see_rows(driver, "held", "held_clips")
    _go_to(driver, "retention")
    driver.settle()
    driver.picture("lead-retention")
    _add_a_person(driver)
    _export(driver, out)
    _remove_a_number(driver)
    _compute_statistics(driver)
    _verify(driver)


def _try_conventions(driver: Driver) -> None:
    """The editor of label form and conventions; nothing is changed in it."""
    driver.press_on("overview_people", "Ctrl+Shift+E")
    driver.wait_for_part("policy_dialog")
    dialog = driver.find(PolicyDialog, "policy_dialog")
    driver.wait_for("the form is drawn", lambda: driver.sees("form"))
    driver.picture("lead-policy-form")
    driver.choose("policy_file", dialog.choice.itemText(dialog.choice.count() - 1))
    driver.wait_for("the sentences are tried", lambda: not dialog.is_checking)
    driver.picture("lead-policy-conventions")
    driver.press_on("policy_samples", "Esc")
    driver.wait_for("the editor is put away", lambda: not driver.sees("policy_dialog"))
    driver.come_to_front()


def _see_rows(driver: Driver, page: str, table: str) -> None:
    _go_to(driver, page)
    rows = driver.find(QTableView, table).model()
    driver.wait_for(f"the rows of {page}", lambda: rows.rowCount() > 0)
    driver.settle()
    driver.picture(f"lead-{page}")


def _add_a_person(driver: Driver) -> None:
    _go_to(driver, "people")
    driver.type_into("people_name", "Noor Haddad")
    driver.click("people_add")
    driver.wait_for_part("invitation")
    driver.picture("lead-people")
    driver.click("invitation_done")


def _export(driver: Driver, out: Path) -> None:
    _go_to(driver, "export")
    driver.type_into("export_out", str(out))
    driver.click("export_run")
    driver.wait_for("the agreement or the set", lambda: driver.sees("nda_page") or out.exists())
    if driver.sees("nda_page"):
        sign_agreement(driver, LEE)
        driver.wait_for_part("export_page")
        driver.click("export_run")
    run = driver.find(QPushButton, "export_run")
    driver.wait_for("the set is written", lambda: out.exists() and run.isEnabled())
    driver.retype("export_out", "labelled/set")
    driver.picture("lead-export")


def _remove_a_number(driver: Driver) -> None:
    """Opens a clip that was held back, marks what was said and removes its sound."""
    _go_to(driver, "held")
    driver.click("held_open")
    remove = driver.find(QAbstractButton, "held_redact")
    rows = driver.find(QTableView, "held_clips").model()
    first = rows.index(0, 0).data()
    driver.wait_for("the clip is open", driver.find(QAbstractButton, "held_play").isEnabled)
    driver.drag("waveform", 0.3, 0.7)
    driver.wait_for("something is selected", remove.isEnabled)
    driver.picture("lead-held-open")
    driver.click("held_redact")
    driver.wait_for("the sound is removed", lambda: rows.index(0, 0).data() != first)
    driver.settle()
    driver.picture("lead-held-removed")


def _compute_statistics(driver: Driver) -> None:
    _go_to(driver, "corpus")
    driver.click("corpus_compute")
    rows = driver.find(QTableView, "corpus_words").model()
    driver.wait_for("the words are listed", lambda: rows.rowCount() > 0)
    driver.picture("lead-corpus")


def _verify(driver: Driver) -> None:
    _go_to(driver, "log")
    driver.click("log_verify")
    driver.settle()
    driver.wait_for("the log is checked", driver.find(QAbstractButton, "log_verify").isEnabled)
    driver.picture("lead-log")


def _go_to(driver: Driver, screen: str) -> None:
    driver.click(f"sidebar_{screen}")
    driver.wait_for_part(f"{screen}_page")
