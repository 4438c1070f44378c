"""What counts as heard for a task: only what its own person heard, after opening it for this task."""

from typing import Any

from reviewer.access.log_chain import GENESIS, LogRow, canonical, link_hash
from reviewer.model.event import Action, HeardRange
from reviewer.session.listening_record import heard_in
from tests.unit.test_log_chain import FIELDS


def row(action: Action, actor: str = "ana", **detail: Any) -> LogRow:
    body = canonical({**FIELDS, "action": action, "actor": actor, "detail": detail})
    return LogRow(1, body, GENESIS, link_hash(GENESIS, body))


def opened(task: str, actor: str = "ana") -> LogRow:
    return row(Action.CLIP_OPENED, actor, task=task)


def played(start: int, end: int, actor: str = "ana", **more: Any) -> LogRow:
    return row(Action.CLIP_HEARD, actor, ranges=[[start, end, 100]], **more)


def test_what_was_heard_before_the_task_was_opened_counts_for_another_one() -> None:
    rows = [opened("first"), played(0, 10), opened("second"), played(20, 30)]
    assert heard_in(rows, "ana", "second") == (HeardRange(20, 30, 100),)
    assert heard_in(rows, "ana", "never opened") == ()


def test_what_a_colleague_heard_and_what_was_heard_for_another_purpose_do_not_count() -> None:
    rows = [
        opened("t"),
        opened("t", "ben"),
        played(0, 10, "ben"),
        played(5, 6, purpose="muted"),
        played(7, 9),
    ]
    assert heard_in(rows, "ana", "t") == (HeardRange(7, 9, 100),)
