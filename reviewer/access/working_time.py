"""How long people worked on clips, by the times of the rows of the access log."""

import json
from datetime import timedelta

from reviewer.db.connection import Database
from reviewer.model.event import Action

IDLE_CAP = timedelta(minutes=5)
"""A longer time without any row counts as this: the person may have been away."""
_OPEN = (Action.CLIP_OPENED, Action.CLIP_HEARD)
_ENDS = (
    Action.SUBMITTED,
    Action.REVIEW_SUBMITTED,
    Action.VERDICT,
    Action.TASK_SKIPPED,
    Action.CLIP_PUT_AWAY,
    Action.CLIP_CLOSED,
)
# A row of a clip that is open begins a stretch of work; the next row of the person ends it.
_WORKED = """
    WITH acts AS (
        SELECT actor, at, action, lag(at) OVER mine AS at_before, lag(action) OVER mine AS before
        FROM log_index WHERE action IN (SELECT value FROM json_each(:acts))
        WINDOW mine AS (PARTITION BY actor ORDER BY seq)
    )
    SELECT actor, sum(max(0, min(at - at_before, :cap))) AS worked FROM acts
    WHERE before IN (SELECT value FROM json_each(:open)) GROUP BY actor
"""


def working_times(database: Database) -> dict[str, timedelta]:
    """How long each person worked, by id: from the opening of a clip to its submission, skip or closing.

    Counted between rows of the log (opened, heard, submitted), so that a minute counts once however many
    clips are open; between two rows at most ``IDLE_CAP``.
    """
    values = {
        "acts": _array((*_OPEN, *_ENDS)),
        "open": _array(_OPEN),
        "cap": int(IDLE_CAP.total_seconds() * 1_000_000),
    }
    return {row["actor"]: timedelta(microseconds=row["worked"]) for row in database.rows(_WORKED, values)}


def _array(actions: tuple[Action, ...]) -> str:
    return json.dumps(list(actions))
