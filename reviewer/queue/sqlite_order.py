"""Which task comes next for a person: the conditions and their order, as SQL for the SQLite queue."""

# ruff: noqa: S608 - statements are put together from the constants of this room only
from reviewer.queue.sqlite_rows import NEVER_HAD, WORKABLE

# True when row `t` is the lease ahead of :person, and may be worked on.
OWN_AHEAD = f"t.person_id = :person AND t.state = 'leased' AND t.ahead > 0 AND {WORKABLE}"

RETURNED = f"""
    t.state = 'returned' AND t.person_id = :person AND t.assigned_to IS NULL AND {WORKABLE}
"""
_ASSIGNED = f"""
    t.assigned_to = :person AND t.state IN ('open', 'returned') AND {WORKABLE} AND {NEVER_HAD}
"""
_OPEN = f"t.state = 'open' AND t.assigned_to IS NULL AND {WORKABLE} AND {NEVER_HAD}"
_LAPSED = f"t.state = 'leased' AND t.lease_until <= :now AND t.ahead < 2 AND {WORKABLE} AND {NEVER_HAD}"
_ORDER = "ORDER BY t.priority DESC, t.sort_key, t.id LIMIT 1"
# INDEXED BY, so that a claim stays one walk of the open tasks in order, however many are done or out.
OWN = (
    f"SELECT t.* FROM task t INDEXED BY task_by_person WHERE {RETURNED} {_ORDER}",
    f"SELECT t.* FROM task t INDEXED BY task_assigned WHERE {_ASSIGNED} {_ORDER}",
)
_SPARE = f"t.state = 'open' AND t.assigned_to IS NULL AND {WORKABLE}"
SPARE = f"SELECT count(*) FROM (SELECT 1 FROM task t INDEXED BY task_open WHERE {_SPARE} LIMIT ?)"
"""How many open tasks there are, counted as far as the limit."""
NEXT_OPEN = f"SELECT t.* FROM task t INDEXED BY task_open WHERE {_OPEN} {_ORDER}"
ANYBODY = (
    NEXT_OPEN,
    f"SELECT t.* FROM task t INDEXED BY task_leased WHERE {_LAPSED} {_ORDER}",
)
PREPARED = f"SELECT t.* FROM task t INDEXED BY task_by_person WHERE {OWN_AHEAD} {_ORDER}"
# The same conditions as of a claim, but with what the person had as one set: a count looks at every task.
WAITING = f"""
    WITH had (clip_id) AS (
        SELECT clip_id FROM task WHERE person_id = :person
        UNION SELECT clip_id FROM task_refusal WHERE person_id = :person
        UNION SELECT clip_id FROM submission WHERE person_id = :person
        UNION SELECT s.clip_id FROM qa_check c JOIN submission s ON s.id = c.submission_id
            WHERE c.person_id = :person
    )
    SELECT (SELECT count(*) FROM task t WHERE {RETURNED} OR {OWN_AHEAD}) + (
        SELECT count(*) FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
        WHERE t.clip_id NOT IN had AND q.state IN ('ready', 'in_review', 'reviewed', 'final')
        AND (
            t.state = 'open' AND t.assigned_to IS NULL
            OR t.state = 'leased' AND t.lease_until <= :now AND t.ahead < 2
            OR t.state IN ('open', 'returned') AND t.assigned_to = :person
        )
    )
"""
