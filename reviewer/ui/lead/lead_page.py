"""The common layout of the lead's pages: title, buttons, message, content."""

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from reviewer.errors import NdaRequired
from reviewer.ui.icons import set_icon
from reviewer.ui.jobs import CancelToken, Job, Jobs
from reviewer.ui.page import Page
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.layouts import ScrolledContent
from reviewer.ui.widgets.tables import RowsModel, Table, tidy
from reviewer.ui.widgets.widget_ids import named

T = TypeVar("T")
U = TypeVar("U")
_TITLE_ROW_PX = 34


class LeadPage(Page):
    """A column: title with its buttons at the right, a message line, then the page's content.

    In a window too small for it the content scrolls; nothing of it is squeezed.
    """

    def __init__(self, name: str, title: str, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, f"{name}_page", title, kind="page").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._jobs = jobs
        self._is_closed = False
        self.message = InlineMessage(f"{name}_message", lines=2, parent=self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(EDGE_PX, GROUP_PX, EDGE_PX, GROUP_PX)
        whole.setSpacing(GAP_PX)
        self.title_row = QHBoxLayout()
        self.title_row.setSpacing(GAP_PX)
        heading = QLabel(title, self)
        heading.setProperty("kind", "title")
        heading.setMinimumHeight(_TITLE_ROW_PX)
        self.title_row.addWidget(heading)
        self.title_row.addStretch()
        whole.addLayout(self.title_row)
        whole.addWidget(self.message)
        content = ScrolledContent(f"{name}_content", self)
        self.column = content.column
        self.column.setSpacing(GAP_PX)
        whole.addWidget(content, 1)

    def run(
        self,
        work: Callable[[CancelToken], T],
        done: Callable[[T], None],
        *,
        failed: Callable[[Exception], None] | None = None,
        progressed: Callable[[Any], None] | None = None,
    ) -> Job:
        """Runs work on the job pool; ``show_failure`` shows why it failed unless ``failed`` is given.

        After ``close_down`` nothing of it is shown, whatever it has done: the screen is somebody else's. What
        it opened is closed by the sign-out.
        """
        return self._jobs.run(
            work,
            self._while_open(done),
            self._while_open(failed or self.show_failure),
            progressed=None if progressed is None else self._while_open(progressed),
            owner=self,
        )

    def close_down(self) -> None:
        self._is_closed = True

    def _while_open(self, show: Callable[[U], None]) -> Callable[[U], None]:
        def show_if_open(result: U) -> None:
            if not self._is_closed:
                show(result)

        return show_if_open

    def show_failure(self, error: Exception) -> None:
        """Shows an error in the page's message, and the agreement to who has not signed it."""
        self.message.show_error(error)
        for table in self.findChildren(Table):
            table.give_up_reading()
        if isinstance(error, NdaRequired):
            self.agreement_requested.emit()

    def confirm(self, title: str, consequences: str, verb: str, act: Callable[[], object]) -> None:
        """Asks before ``act``, which cannot be undone; see ``ConfirmDialog``."""
        dialog = ConfirmDialog(title, consequences, verb, self)
        dialog.accepted.connect(act)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def button(
        self,
        name: str,
        text: str,
        hint: str,
        slot: Callable[[], object],
        *,
        shortcut_id: str = "",
        **look: str,
    ) -> QPushButton:
        """A button with its shortcut; ``look`` may hold ``kind`` and ``glyph``."""
        made = named(QPushButton(text, self), name, hint, shortcut_id=shortcut_id, kind=look.get("kind", ""))
        if "glyph" in look:
            set_icon(made, look["glyph"], "on_accent" if look.get("kind") == "primary" else "text")
        made.clicked.connect(slot)
        if shortcut_id:
            bind_shortcut(made, shortcut_id, made.click)
        return made

    def table(
        self,
        name: str,
        spoken: str,
        model: RowsModel[Any],
        *,
        stretch: int,
        empty: str,
        is_read: bool = False,
    ) -> Table:
        """A table in the common style over ``model``, which becomes its child.

        ``empty`` is shown while the table has no rows; with ``is_read`` not before they were read.
        """
        made = named(Table(self, empty=empty, is_read=is_read), name, spoken)
        made.setToolTip("")
        model.setParent(made)
        made.setModel(model)
        tidy(made, stretch=stretch)
        return made

    def progress_bar(self, name: str, spoken: str) -> QProgressBar:
        """A progress bar that is visible only while something runs; its space is reserved."""
        made = named(QProgressBar(self), name, spoken)
        made.setToolTip("")
        policy = made.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        made.setSizePolicy(policy)
        made.hide()
        return made

    def label(self, text: str, kind: str = "label") -> QLabel:
        """A small label."""
        made = QLabel(text, self)
        made.setProperty("kind", kind)
        return made
