"""Every screen of the window with something on it, for tests that look at all of them."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.model.annotation import Flag
from reviewer.model.intervals import Span
from reviewer.model.people import Role
from reviewer.session.draft_versions import DraftVersion, VersionReason
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.export_page import ExportPage
from reviewer.ui.lead.import_page import ImportPage
from reviewer.ui.lead.log_page import LogPage
from reviewer.ui.lead.people_page import PeoplePage
from reviewer.ui.qa.page import QaPage
from reviewer.ui.theme import Theme
from tests.benches.main_window import MainWindowBench, Settle
from tests.fakes.lead import FakeLead, a_log_row
from tests.fakes.work_session import (
    NOON,
    FakeDesk,
    FakeQa,
    a_lease,
    an_open_clip,
    returned,
    speech_like,
    typed,
)

TEXT = "call me [laugh] on [pii:phone] at teh [nosuch] door  12"


class Scene(MainWindowBench):
    """A window with something on every page; ``picture`` is what one sees."""

    def __init__(self, qtbot: QtBot, jobs: Jobs, settle: Settle, theme: Theme, role: Role) -> None:
        data = speech_like(3.0, channels=2)
        draft = typed(TEXT, data.shape[0], labels={"speakers": "one"}, flags=frozenset({Flag.PERSONAL_DATA}))
        comment = returned("Please listen to the end again.")
        super().__init__(
            qtbot,
            jobs,
            settle,
            theme,
            role,
            desk=FakeDesk(an_open_clip(data=data, draft=draft, returned=comment)),
            qa=FakeQa("turn left [pii:phone] now", "wait here"),
            lead=FakeLead(log=[a_log_row(1), a_log_row(2, outcome="refused", reason="NDA_REQUIRED")]),
        )

    @property
    def front(self) -> QWidget:
        """The dialog that is open, or the window."""
        dialogs = [dialog for dialog in self.window.findChildren(QDialog) if dialog.isVisible()]
        return dialogs[-1] if dialogs else self.window

    def picture(self) -> QImage:
        """What is in front, without the focus, whose cursor blinks."""
        for _ in range(2):  # a layout may ask for another
            QApplication.processEvents()
        focused = QApplication.focusWidget()
        if focused is not None:
            focused.clearFocus()
        return self.front.grab().toImage()


def _sign_in_refused(scene: Scene) -> None:
    scene.sign_in(passphrase="something else")


def _agreement(scene: Scene) -> None:
    scene.gateway.agreement.signed.clear()
    scene.sign_in()


def _free_desk(scene: Scene) -> None:
    scene.sign_in("desk")


def _clip_on_the_desk(scene: Scene) -> None:
    scene.desk.work.held = a_lease()
    scene.sign_in("desk")
    page = scene.page
    assert isinstance(page, DeskPage)
    waves = page.workspace.view.waveform.waves
    waves.zoom_in()
    waves.show_heard([Span(0, 9_000)])
    waves.show_position(4_000)
    page.submit()  # something is missing: fields and the line below say so
    scene.settle()


def _why_skip(scene: Scene) -> None:
    _clip_on_the_desk(scene)
    page = scene.page
    assert isinstance(page, DeskPage)
    page.ask_skip_reason()


def _my_work(scene: Scene) -> None:
    scene.sign_in("mine")


def _keys(scene: Scene) -> None:
    scene.sign_in()
    scene.window.show_keys()


def _free_check(scene: Scene) -> None:
    scene.sign_in("qa")


def _blind_check(scene: Scene) -> None:
    scene.sign_in("qa")
    page = scene.page
    assert isinstance(page, QaPage)
    page.workspace.presenter.take_next()
    scene.settle()
    panel = page.workspace.view.transcription
    panel.editor.replace_text("turn right [pii:phone]")  # no word to look up: that takes a while
    panel.editor.show_all_problems()
    page.leave()  # saves, which the status bar says
    scene.settle()


def _compared_check(scene: Scene) -> None:
    scene.sign_in("qa")
    page = scene.page
    assert isinstance(page, QaPage)
    page.workspace.presenter.take_next()
    scene.settle()
    panel = page.workspace.view.transcription
    panel.editor.replace_text("turn right [pii:phone] now")
    for name in ("field_speech_quality_clear", "field_speakers_one"):
        scene.click(name)
    page.workspace.playback.toggle()
    scene.player.listen(scene.player.frames)
    page.workspace.playback.pause()
    page.submit()
    scene.settle()
    page.comparison.comment.setText("Left, not right.")


def _overview(scene: Scene) -> None:
    scene.sign_in("overview")


def _page_of_a_lead(page_id: str) -> Callable[[Scene], None]:
    return lambda scene: scene.sign_in(page_id)


def _settings_page(name: str) -> Callable[[Scene], None]:
    def open_at(scene: Scene) -> None:
        scene.services.preferences.put("settings.page", name)
        _listening(scene)

    return open_at


def _people(scene: Scene) -> None:
    scene.sign_in("people")
    page = scene.page
    assert isinstance(page, PeoplePage)
    page.name.setText("Somebody New")
    page.add_button.click()
    scene.settle()
    page.name.setText("Another")
    page.table_view.selectRow(0)


def _clips(scene: Scene) -> None:
    scene.sign_in("clips")


def _import(scene: Scene) -> None:
    scene.sign_in("import")
    page = scene.page
    assert isinstance(page, ImportPage)
    page.manifest.setText("clips.jsonl")
    page.check_button.click()
    scene.settle()
    page.run_button.click()
    scene.settle()


def _export(scene: Scene) -> None:
    scene.sign_in("export")
    page = scene.page
    assert isinstance(page, ExportPage)
    page.out.setText(str(Path("set")))
    page.run_button.click()
    scene.settle()


def _log(scene: Scene) -> None:
    scene.lead.errors["verify_log"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    scene.sign_in("log")
    page = scene.page
    assert isinstance(page, LogPage)
    page.verify.click()
    scene.settle()


def _listening(scene: Scene) -> None:
    scene.sign_in()
    scene.window.show_settings()


def _versions(scene: Scene) -> None:
    scene.desk.work.kept_versions = [
        DraftVersion(f"w{n}", NOON, reason, typed("call me", 48_000))
        for n, reason in enumerate(VersionReason)
    ]
    _clip_on_the_desk(scene)
    page = scene.page
    assert isinstance(page, DeskPage)
    page.ask_versions()
    scene.settle()


def _own_keys(scene: Scene) -> None:
    scene.services.preferences.put("settings.page", "keys_page")
    scene.services.preferences.put("keys.own", '{"listening.focus_form":["Ctrl+T"]}')
    _listening(scene)


SCENES: dict[str, tuple[Role, Callable[[Scene], None]]] = {
    "sign_in": (Role.CONTRACTOR, _sign_in_refused),
    "agreement": (Role.CONTRACTOR, _agreement),
    "free_desk": (Role.CONTRACTOR, _free_desk),
    "desk": (Role.CONTRACTOR, _clip_on_the_desk),
    "skip": (Role.CONTRACTOR, _why_skip),
    "mine": (Role.CONTRACTOR, _my_work),
    "keys": (Role.CONTRACTOR, _keys),
    "listening": (Role.CONTRACTOR, _listening),
    "own_keys": (Role.CONTRACTOR, _own_keys),
    "free_check": (Role.QA, _free_check),
    "blind_check": (Role.QA, _blind_check),
    "compared_check": (Role.QA, _compared_check),
    "overview": (Role.LEAD, _overview),
    "people": (Role.LEAD, _people),
    "clips": (Role.LEAD, _clips),
    "import": (Role.LEAD, _import),
    "export": (Role.LEAD, _export),
    "log": (Role.LEAD, _log),
}
"""Name -> whose screen it is, and how it comes to have something on it."""

FURTHER_SCENES: dict[str, tuple[Role, Callable[[Scene], None]]] = {
    **{page: (Role.LEAD, _page_of_a_lead(page)) for page in ("progress", "retention", "corpus")},
    "versions": (Role.CONTRACTOR, _versions),
    **{
        name: (Role.CONTRACTOR, _settings_page(f"{name}_page"))
        for name in ("sound", "snippets", "appearance", "account", "agreements")
    },
}
"""Screens that are like others in looks, for tests of keys and names."""
