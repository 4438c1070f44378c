"""What waits and what was done today, fetched and shown."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from reviewer.model.task import Today
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.desk.empty_desk import EmptyDesk
from reviewer.ui.page import StatusFacts

if TYPE_CHECKING:
    from reviewer.desk.session import DeskSession


class DailyCountsLoader:
    """Counts for the status bar and the empty desk; ``tell`` takes StatusFacts."""

    def __init__(
        self,
        desk: "DeskSession",
        executor: SerialExecutor,
        empty: EmptyDesk,
        tell: Callable[[StatusFacts], None],
    ) -> None:
        self._desk = desk
        self._executor = executor
        self._empty = empty
        self._tell = tell

    def look(self) -> None:
        """Asks for the counts; they are shown when they come."""
        self._executor.run(self._desk.today, self._on_today)
        self._executor.run(self._desk.unwitnessed, lambda rows: self._tell(StatusFacts(unwitnessed=rows)))

    def _on_today(self, today: Today) -> None:
        self._empty.show_today(today)
        self._tell(StatusFacts(waiting=today.waiting, done_today=today.submitted))
