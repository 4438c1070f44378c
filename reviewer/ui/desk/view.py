"""The two faces of the desk: with a clip, and without."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from reviewer.labels.schema import Schema
from reviewer.transcript.conventions import Conventions
from reviewer.ui.clip.clip_view import ClipView
from reviewer.ui.desk.empty_desk import EmptyDesk
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message

if TYPE_CHECKING:
    from reviewer.desk.session import OpenClip


class DeskView(QStackedWidget):
    """Shows what the presenter says, in words for people."""

    def __init__(
        self, schema: Schema, conventions: Conventions, jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("desk_view")
        self.empty = EmptyDesk(self)
        self.board = ClipView(schema, conventions, jobs, self)
        self.addWidget(self.empty)
        self.addWidget(self.board)

    def show_clip(self, clip: "OpenClip") -> None:
        """Puts a clip on; ``paint_now`` once all that belongs to it is there."""
        self.empty.message.clear()
        self.setCurrentWidget(self.board)
        self.board.show_clip(clip)

    def paint_now(self) -> None:
        """Paints the clip before anything else is begun: somebody waits for it."""
        self.board.waves.repaint()

    def show_ready(self) -> None:
        """No clip is held, and none was asked for."""
        self.empty.show_state(
            self.tr("Your desk is free"),
            self.tr("Take a clip: you hear it, type what is said, answer the form and hand it in."),
        )
        self._show_empty()

    def show_nothing_waits(self) -> None:
        """The queue has nothing for this person."""
        self.empty.show_state(
            self.tr("Nothing waits for you"),
            self.tr(
                "All clips are taken, or you have had them already. New ones come when your lead brings "
                "them in or QA returns work; look again then, or ask your lead."
            ),
        )
        self.empty.message.clear()
        self._show_empty()

    def show_failure(self, message: Message, *, may_give_back: bool = False) -> None:
        """There is no clip, and this is why."""
        self.empty.show_state(
            self.tr("No clip on your desk"),
            self.tr("This is what happened:"),
            may_give_back=may_give_back,
        )
        self.empty.message.show_message(message, "warn")
        self._show_empty()

    def show_busy(self, *, is_busy: bool) -> None:
        """While the desk is asked for something, nothing else can be asked for."""
        self.empty.show_busy(is_busy=is_busy)
        self.board.show_busy(is_busy=is_busy)

    def _show_empty(self) -> None:
        self.setCurrentWidget(self.empty)
        self.empty.take_focus()
