"""The main window over sessions in memory, and somebody of a role in front of it."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from reviewer.model.people import Role
from reviewer.ui.jobs import Jobs
from reviewer.ui.main_window import MainWindow
from reviewer.ui.page import Page
from reviewer.ui.preferences import Preferences
from reviewer.ui.services import Services
from reviewer.ui.signed_in_view import SignedInView
from reviewer.ui.theme import Theme
from tests.fakes.clock import FakeClock
from tests.fakes.lead import FakeLead
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import FakeDesk, FakeQa, an_open_clip
from tests.fakes.workspace_gateway import PASSPHRASE, FakeWorkspaceGateway, somebody

NAME = "Ana Kowalska"
Settle = Callable[[], None]


class MainWindowBench:
    """The window is shown, and nobody is signed in before ``sign_in``."""

    def __init__(
        self,
        qtbot: QtBot,
        jobs: Jobs,
        settle: Settle,
        theme: Theme,
        role: Role,
        *,
        signed: bool = True,
        lock_minutes: int = 5,
        desk: FakeDesk | None = None,
        qa: FakeQa | None = None,
        lead: FakeLead | None = None,
    ) -> None:
        self.settle = settle
        self.player, self.clock = FakePlayer(), FakeClock()
        self.desk, self.lead = desk or FakeDesk(an_open_clip()), lead or FakeLead()
        self.qa = qa or FakeQa("turn left")
        self.gateway = FakeWorkspaceGateway(
            (somebody(NAME, role),),
            signed={NAME} if signed else None,
            desk=self.desk,
            qa=self.qa,
            lead=self.lead,
        )
        self.gateway.project = replace(self.gateway.project, lock_minutes=lock_minutes)
        self.services = Services(self.gateway, jobs, self.clock, lambda: self.player, Preferences())  # type: ignore[arg-type,return-value]
        self.window = MainWindow(self.services, theme)
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        settle()

    @property
    def signed_in(self) -> SignedInView:
        assert self.window.signed_in is not None
        return self.window.signed_in

    @property
    def page(self) -> Page:
        return self.signed_in.page

    def sign_in(self, page_id: str = "", passphrase: str = PASSPHRASE) -> None:
        """Fills in the sign-in page, and goes to a page."""
        page = self.window.sign_in_flow.sign_in_page
        page.name.setText(NAME)
        page.passphrase.setText(passphrase)
        page.button.click()
        self.settle()
        if page_id:
            self.signed_in.go_to(page_id)
            self.settle()

    def take_next(self) -> None:
        """Takes the next clip of the page in front."""
        self.page.workspace.presenter.take_next()  # type: ignore[attr-defined]
        self.settle()

    def lock(self) -> None:
        self.window.lock()
        self.settle()

    def click(self, name: str) -> None:
        button = self.window.findChild(QAbstractButton, name)
        assert button is not None, name
        button.click()
        self.settle()
