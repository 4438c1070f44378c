"""What waits and what was done today, fetched and shown."""

from collections.abc import Callable

from reviewer.model.task import DailyCounts
from reviewer.ui.clip.empty_page import EmptyPage
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.page import StatusFacts


class DailyCountsLoader:
    """Counts for the status bar and the page without a clip; ``tell`` takes StatusFacts."""

    def __init__(
        self,
        counts: Callable[[], DailyCounts],
        unwitnessed: Callable[[], int],
        executor: SerialExecutor,
        empty: EmptyPage,
        tell: Callable[[StatusFacts], None],
    ) -> None:
        self._counts = counts
        self._unwitnessed = unwitnessed
        self._executor = executor
        self._empty = empty
        self._tell = tell

    def refresh(self) -> None:
        """Asks for the counts; they are shown when they come."""
        self._executor.run(self._counts, self._on_counts)
        self._executor.run(self._unwitnessed, lambda rows: self._tell(StatusFacts(unwitnessed=rows)))

    def _on_counts(self, counts: DailyCounts) -> None:
        self._empty.show_counts(counts)
        self._tell(StatusFacts(waiting=counts.waiting, done_today=counts.submitted))
