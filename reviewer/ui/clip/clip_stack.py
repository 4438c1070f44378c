"""Switches between the clip view and the empty page."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from reviewer.ui.clip.clip_view import ClipView
from reviewer.ui.clip.empty_page import EmptyPage
from reviewer.ui.messages import Message

if TYPE_CHECKING:
    from reviewer.session.open_clip import OpenClip


class ClipStack(QStackedWidget):
    """The two views of a workspace, with a clip and without; shows what the presenter reports.

    ``make_view`` makes the clip view inside a parent.
    """

    def __init__(
        self, empty: EmptyPage, make_view: Callable[[QWidget], ClipView], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.empty, self.view = empty, make_view(self)
        self.addWidget(empty)
        self.addWidget(self.view)

    @property
    def is_clip_shown(self) -> bool:
        return self.currentWidget() is self.view

    def show_clip(self, clip: "OpenClip") -> None:
        """Shows a clip; call ``paint_now`` once everything of it is loaded."""
        self.empty.message.clear()
        self.setCurrentWidget(self.view)
        self.view.show_clip(clip)

    def paint_now(self) -> None:
        """Paints the clip before anything else starts: somebody is waiting for it."""
        self.view.waveform.waves.repaint()

    def show_ready(self) -> None:
        """No clip is leased, and none was requested."""
        self.empty.show_ready()
        self._show_empty()

    def show_nothing_waits(self) -> None:
        """The queue has nothing for this person."""
        self.empty.show_nothing_waits()
        self._show_empty()

    def show_failure(self, message: Message, *, awaited: str = "", may_give_back: bool = False) -> None:
        """Shows why there is no clip, and what is waited for."""
        self.empty.show_failure(message, awaited=awaited, may_give_back=may_give_back)
        self._show_empty()

    def show_busy(self, *, is_busy: bool) -> None:
        """While the session is busy, nothing else can be requested."""
        self.empty.show_busy(is_busy=is_busy)
        self.view.show_busy(is_busy=is_busy)

    def _show_empty(self) -> None:
        self.setCurrentWidget(self.empty)
        self.empty.take_focus()
