"""The view of whoever is signed in: top bar, sidebar, pages, status bar."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from reviewer.errors import Refused
from reviewer.model.people import Identity
from reviewer.model.project import Project
from reviewer.ui.break_reminder import BreakReminder
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.messages import message_for, term
from reviewer.ui.page import Page, PageRequest, StatusFacts
from reviewer.ui.role_pages import RolePage
from reviewer.ui.shortcuts_dialog import rows_for
from reviewer.ui.sidebar import Sidebar
from reviewer.ui.status_bar import StatusBar
from reviewer.ui.theme import FOLD_BELOW_PX
from reviewer.ui.top_bar import TopBar

_REFRESH_MS = 60_000
_PLAYING_MS = 20_000
_PLAYBACK_COUNTS = timedelta(hours=1)
"""A loop that nobody has touched for longer is no work."""


class SignedInView(QWidget):
    """Shows one page at a time, and calls its ``enter`` and ``leave``.

    A page is made when it is first shown: all of a lead's have more than a thousand widgets, which would be
    made and styled at sign-in, and styled again with each change of theme.
    """

    page_changed = Signal(str)
    """Carries the id of the page that is shown now."""
    agreement_requested = Signal()
    resized = Signal()

    def __init__(
        self, project: Project, identity: Identity, pages: Sequence[RolePage], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("signed_in")
        self.top_bar = TopBar(project, self)
        self.top_bar.show_person(identity.person.name, term("ROLE", identity.person.role))
        self.sidebar = Sidebar([page.entry for page in pages], self)
        self.status_bar = StatusBar(self)
        self._titles = [page.entry.title for page in pages]
        self._stack = QStackedWidget(self)
        self._stack.setObjectName("pages")
        self._role_pages = {page.entry.id: page for page in pages}
        self._pages: dict[str, Page] = {}
        self.sidebar.page_requested.connect(self.go_to)
        self._lay_out()
        self._shown_id = ""
        self._reminder: BreakReminder | None = None
        self._playing = QTimer(self)
        self._playing.setInterval(_PLAYING_MS)
        self._playing.timeout.connect(self._on_playing)
        self._minute = QTimer(self)
        self._minute.setObjectName("minute")
        self._minute.setInterval(_REFRESH_MS)
        self._minute.timeout.connect(self._on_minute)
        self._minute.start()
        self.go_to(pages[0].entry.id)

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self._pages[self._shown_id]

    def is_at_work(self, within: timedelta) -> bool:
        """Whether something plays, on any page, that a person started no longer than ``within`` ago."""
        return any(page.is_at_work(within) for page in self._pages.values())

    def show_log_refused(self, error: Refused | None) -> None:
        """Says that the server did not take this machine's access log; None: it took it."""
        problem = None if error is None else message_for(error)
        text = "" if problem is None else f"{problem.sentence} {problem.hint}"
        self.status_bar.show_facts(StatusFacts(log_problem=text))

    def page_of(self, page_id: str) -> Page:
        """The page with an id, made now if it was not before; KeyError if this role has no such page."""
        if page_id not in self._pages:
            role_page = self._role_pages[page_id]
            page = role_page.make(self._stack)
            page.setAccessibleName(role_page.entry.title)
            page.status_changed.connect(self.status_bar.show_facts)
            page.agreement_requested.connect(self.agreement_requested)
            page.page_requested.connect(self._on_page_requested)
            self._pages[page_id] = page
            self._stack.addWidget(page)
        return self._pages[page_id]

    def keys(self) -> list[tuple[str, str]]:
        """The shortcuts that work now, for the list of shortcuts."""
        scope = self.page.scope if self._shown_id else Scope.WINDOW
        return rows_for(scope, self.page.more_keys(), self._titles)

    def data_keys(self) -> list[tuple[str, str]]:
        """The shortcuts that data defines on any page that was shown: (key, what it does)."""
        return [row for page in self._pages.values() for row in page.more_keys()]

    def keep_text(self) -> bool:
        """Saves unsaved text; shows the first page that cannot, and returns False."""
        for page_id, page in self._pages.items():
            if not page.keep_text():
                self.go_to(page_id)
                return False
        return True

    def close_down(self) -> None:
        """Closes every page before it is deleted, also after one that raises."""
        self._minute.stop()
        self._playing.stop()
        with ExitStack() as closing:
            for page in reversed(self._pages.values()):
                closing.callback(page.close_down)

    @Slot(str)
    def go_to(self, page_id: str) -> None:
        """Shows a page."""
        if page_id == self._shown_id:
            self.sidebar.mark(page_id)
            return
        page = self.page_of(page_id)
        if self._shown_id:
            self.page.leave()
            self.page.give_up_focus()
        self._shown_id = page_id
        self._stack.setCurrentWidget(page)
        self.sidebar.mark(page_id)
        page.enter()
        page.take_focus()
        self.page_changed.emit(page_id)

    def remind_of_breaks(self, reminder: BreakReminder) -> None:
        """Shows the reminder in the status bar, and lets playback count as work."""
        self._reminder = reminder
        reminder.due_changed.connect(self.status_bar.show_break)
        self._playing.start()

    @Slot()
    def _on_playing(self) -> None:
        if self._reminder is not None and self.is_at_work(_PLAYBACK_COUNTS):
            self._reminder.count_work()

    @Slot()
    def _on_minute(self) -> None:
        if self.isVisible():
            self.page.refresh_facts()

    @Slot(object)
    def _on_page_requested(self, request: PageRequest) -> None:
        self.go_to(request.page_id)
        self.page.open_item(request.item)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.sidebar)
        middle.addWidget(_line(self, upright=True))
        middle.addWidget(self._stack, 1)
        column.addWidget(self.top_bar)
        column.addWidget(_line(self))
        column.addLayout(middle, 1)
        column.addWidget(_line(self))
        column.addWidget(self.status_bar)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sidebar.fold(folded=self.width() < FOLD_BELOW_PX)
        self.resized.emit()


def _line(parent: QWidget, *, upright: bool = False) -> QFrame:
    line = QFrame(parent)
    line.setProperty("kind", "hairline_upright" if upright else "hairline")
    return line
