"""Top bar, rail, pages and status bar: the house of one signed-in person."""

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from reviewer.model.people import Identity
from reviewer.model.project import Project
from reviewer.ui.keys_dialog import rows_for
from reviewer.ui.page import Page
from reviewer.ui.rail import Rail
from reviewer.ui.screens import Screen
from reviewer.ui.shortcuts import Scope
from reviewer.ui.status_bar import StatusBar
from reviewer.ui.theme import FOLD_BELOW_PX
from reviewer.ui.top_bar import TopBar


class Shell(QWidget):
    """Shows one page at a time; each is told when it comes and goes."""

    page_changed = Signal(str)
    """Carries the id of the screen that is now in front."""
    agreement_requested = Signal()

    def __init__(
        self, project: Project, identity: Identity, screens: Sequence[Screen], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("shell")
        self.top_bar = TopBar(project, self)
        self.top_bar.show_person(identity.person.name, identity.person.role.value)
        self.rail = Rail([screen.entry for screen in screens], self)
        self.status_bar = StatusBar(self)
        self._titles = [screen.entry.title for screen in screens]
        self._stack = QStackedWidget(self)
        self._stack.setObjectName("pages")
        self._pages: dict[str, Page] = {}
        for screen in screens:
            page = screen.make(self._stack)
            page.status_changed.connect(self.status_bar.show_facts)
            page.agreement_requested.connect(self.agreement_requested)
            self._pages[screen.entry.id] = page
            self._stack.addWidget(page)
        self.rail.screen_requested.connect(self.go_to)
        self._lay_out()
        self._front = ""
        self.go_to(screens[0].entry.id)

    @property
    def page(self) -> Page:
        """The page that is in front."""
        return self._pages[self._front]

    def is_at_work(self, within: timedelta) -> bool:
        """Whether something plays, on any page, that a person started no longer than ``within`` ago."""
        return any(page.is_at_work(within) for page in self._pages.values())

    def page_of(self, screen_id: str) -> Page:
        """The page of a screen; KeyError for one this role does not have."""
        return self._pages[screen_id]

    def keys(self) -> list[tuple[str, str]]:
        """The keys that work now, for the table behind F1."""
        scope = self.page.scope if self._front else Scope.WINDOW
        return rows_for(scope, self.page.more_keys(), self._titles)

    def data_keys(self) -> list[tuple[str, str]]:
        """The keys that data defines on any page: (key, what it does)."""
        return [row for page in self._pages.values() for row in page.more_keys()]

    def close_down(self) -> None:
        """Tells every page that it is to be thrown away."""
        for page in self._pages.values():
            page.close_down()

    @Slot(str)
    def go_to(self, screen_id: str) -> None:
        """Brings a screen to the front."""
        if screen_id == self._front:
            self.rail.mark(screen_id)
            return
        if self._front:
            self.page.leave()
        self._front = screen_id
        self._stack.setCurrentWidget(self.page)
        self.rail.mark(screen_id)
        self.page.enter()
        self.page_changed.emit(screen_id)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(_line(self, upright=True))
        middle.addWidget(self._stack, 1)
        column.addWidget(self.top_bar)
        column.addWidget(_line(self))
        column.addLayout(middle, 1)
        column.addWidget(_line(self))
        column.addWidget(self.status_bar)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.fold(folded=self.width() < FOLD_BELOW_PX)


def _line(parent: QWidget, *, upright: bool = False) -> QFrame:
    line = QFrame(parent)
    line.setProperty("kind", "hairline_upright" if upright else "hairline")
    return line
