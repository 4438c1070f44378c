"""The SQL of claims and counts of the SQLite queue."""

# ruff: noqa: S608 - statements are put together from the constants of this file only

# True when the clip of row `t` never came to :person: as a lease, skip, expiry or annotation of any kind of
# task. Only the reviews of one pass may come to the same person, when its author handed it in again.
# INDEXED BY: a clip has a few annotations, and a person thousands.
NEVER_HAD = """
    NOT EXISTS (SELECT 1 FROM task own WHERE own.clip_id = t.clip_id AND own.person_id = :person
        AND (own.parent_id IS NULL OR own.parent_id IS NOT t.parent_id))
    AND NOT EXISTS (SELECT 1 FROM task_refusal r WHERE r.clip_id = t.clip_id AND r.person_id = :person)
    AND NOT EXISTS (
        SELECT 1 FROM annotation a INDEXED BY annotation_by_clip JOIN task own ON own.id = a.task_id
        WHERE a.clip_id = t.clip_id AND a.author = :person
        AND (own.parent_id IS NULL OR own.parent_id IS NOT t.parent_id))
"""
# True when the clip of row `t` may be worked on now; a review continues while the lead holds other passes of
# it.
WORKABLE = """
    EXISTS (SELECT 1 FROM queue_clip q WHERE q.clip_id = t.clip_id AND (q.open_until IS NULL OR q.open_until
    > :now)
        AND q.state IN ('ready', 'in_review', 'reviewed', 'final') AND q.hold = '')
"""
REVIEWABLE = """
    EXISTS (SELECT 1 FROM queue_clip q WHERE q.clip_id = t.clip_id AND (q.open_until IS NULL OR q.open_until
    > :now)
        AND q.state NOT IN ('quarantined', 'purged') AND q.hold = '')
"""
# True when the person has the language and the skill for row `t`; :routes are the queue's that they take.
_ROUTED = "t.route IN (SELECT value FROM json_each(:routes))"
_CAN_BE_DONE = f"(CASE WHEN t.kind = 'transcribe' THEN {WORKABLE} ELSE {REVIEWABLE} END)"

RETURNED = f"""
    t.kind = :kind AND t.state = 'returned' AND t.person_id = :person AND t.assigned_to IS NULL AND
    {_CAN_BE_DONE}
"""
PREFETCHED = (
    f"t.kind = :kind AND t.person_id = :person AND t.state = 'leased' AND t.prefetch > 0 AND {_CAN_BE_DONE}"
)
_ASSIGNED = f"""
    t.kind = :kind AND t.assigned_to = :person AND t.state IN ('open', 'returned') AND {_CAN_BE_DONE} AND
    {NEVER_HAD}
"""
_FREE = f"t.kind = :kind AND t.state = 'open' AND t.assigned_to IS NULL AND {_CAN_BE_DONE}"
_EXPIRED = f"""
    t.kind = :kind AND t.state = 'leased' AND t.lease_until <= :now AND t.prefetch < 2 AND t.taken_back = 0
    AND {_ROUTED}
    AND {_CAN_BE_DONE} AND {NEVER_HAD}
"""
_ORDER = "ORDER BY t.priority DESC, t.sort_key, t.rowid LIMIT 1"
_COLUMNS = "SELECT t.*, t.rowid AS place FROM task t"

# INDEXED BY: a claim scans the open tasks of each route in order, however many are done, leased or of
# other routes.
NEXT_PREFETCHED = f"{_COLUMNS} INDEXED BY task_by_person WHERE {PREFETCHED} {_ORDER}"
NEXT_OWN = (
    f"{_COLUMNS} INDEXED BY task_by_person WHERE {RETURNED} {_ORDER}",
    f"{_COLUMNS} INDEXED BY task_assigned WHERE {_ASSIGNED} {_ORDER}",
)
_FIRST_OF_ROUTE = f"""
    SELECT t.rowid FROM task t INDEXED BY task_open
    WHERE t.route = mine.value AND {_FREE} AND {NEVER_HAD} {_ORDER}
"""
NEXT_OPEN = f"""
    SELECT t.*, t.rowid AS place FROM json_each(:routes) mine
    CROSS JOIN task t ON t.rowid = ({_FIRST_OF_ROUTE}) {_ORDER}
"""
_NEXT_EXPIRED = f"{_COLUMNS} INDEXED BY task_leased WHERE {_EXPIRED} {_ORDER}"
# The first of each way to a task, in one statement; the lowest ``rank`` wins, then the order of claims.
NEXT = " UNION ALL ".join(
    f"SELECT *, {rank} AS rank FROM ({query})"
    for rank, query in (
        (0, NEXT_PREFETCHED),
        (1, NEXT_OWN[0]),
        (2, NEXT_OWN[1]),
        (3, NEXT_OPEN),
        (3, _NEXT_EXPIRED),
    )
)
HELD = f"""
    {_COLUMNS} WHERE t.kind = :kind AND t.person_id = :person AND t.state = 'leased' AND t.prefetch = 0
    AND {_CAN_BE_DONE} ORDER BY t.taken_back DESC, t.lease_started, t.rowid LIMIT 1
"""
LIVE = f"""
    {_COLUMNS} WHERE t.kind = :kind AND t.person_id = :person AND t.state = 'leased' AND t.prefetch = 0
    AND t.lease_until > :now AND {_CAN_BE_DONE}
"""
TO_TAKE_BACK = f"""
    {_COLUMNS} WHERE t.annotation_id = :annotation AND t.person_id = :person AND t.kind = 'transcribe'
    AND t.state = 'submitted' AND {WORKABLE}
"""
# Submitted work, also what its author took back and let expire.
TO_DRAW = f"""
    {_COLUMNS} WHERE t.kind = 'transcribe' AND (t.state = 'submitted'
        OR t.state = 'leased' AND t.taken_back = 1 AND t.lease_until <= :now)
    ORDER BY t.rowid
"""
UNDRAWN = f"SELECT count(*) FROM ({TO_DRAW})"
# True when annotation `a` of task `t` was taken back and another one was submitted in its place.
REPLACED = """
    t.kind = 'transcribe' AND t.annotation_id IS NOT a.id
    AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.annotation_id = a.id)
"""
SUBMITTED_SINCE = f"""
    SELECT count(*) FROM annotation a JOIN task t ON t.id = a.task_id
    WHERE a.author = :person AND a.made_at >= :since AND t.kind = :kind AND t.taken_back = 0
    AND NOT ({REPLACED})
"""
ANNOTATIONS_OF = f"""
    SELECT a.* FROM annotation a JOIN task t ON t.id = a.task_id
    WHERE a.author = ? AND t.kind != 'review' AND NOT ({REPLACED})
    ORDER BY a.made_at DESC, a.rowid DESC LIMIT ?
"""
RENEW_OTHERS = """
    UPDATE task SET lease_until = max(lease_until, min(:until, lease_started + :cap))
    WHERE person_id = :person AND id != :task AND state = 'leased' AND prefetch = 0 AND lease_until > :now
"""
SPARE = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM task t INDEXED BY task_open WHERE {_ROUTED} AND {_FREE} LIMIT :limit
    )
"""
"""The number of open tasks of a kind that the person's routes have, counted up to the limit."""
COLLEAGUES = f"""
    SELECT count(DISTINCT person_id) FROM task t
    WHERE {_ROUTED} AND kind = :kind AND state = 'leased' AND prefetch = 0 AND lease_until > :now
    AND person_id != :person
"""
WAITING = f"""
    SELECT count(*) FROM task t WHERE t.kind = :kind AND {_CAN_BE_DONE}
    AND (t.state = 'open' OR t.state = 'leased' AND t.lease_until <= :now AND t.taken_back = 0)
"""
REVIEWS_WAITING_FOR = f"""
    SELECT count(*) FROM task t WHERE {PREFETCHED}
        OR t.kind = :kind AND {_CAN_BE_DONE} AND {NEVER_HAD} AND (
            t.state = 'open' AND t.assigned_to IS NULL AND {_ROUTED}
            OR t.state = 'leased' AND t.lease_until <= :now AND t.prefetch < 2 AND {_ROUTED}
            OR t.state = 'open' AND t.assigned_to = :person
        )
"""
# The conditions of a claim, with the person's clips as one set, because a count scans every task.
WAITING_FOR = f"""
    WITH had (clip_id) AS (
        SELECT clip_id FROM task WHERE person_id = :person
        UNION SELECT clip_id FROM task_refusal WHERE person_id = :person
        UNION SELECT clip_id FROM annotation WHERE author = :person
    )
    SELECT (SELECT count(*) FROM task t WHERE {RETURNED} OR {PREFETCHED}) + (
        SELECT count(*) FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
        WHERE t.kind = :kind AND t.clip_id NOT IN had AND (q.open_until IS NULL OR q.open_until > :now)
        AND q.hold = ''
        AND (q.state IN ('ready', 'in_review', 'reviewed', 'final')
            OR t.kind != 'transcribe' AND q.state NOT IN ('quarantined', 'purged'))
        AND (
            t.state = 'open' AND t.assigned_to IS NULL AND {_ROUTED}
            OR t.state = 'leased' AND t.lease_until <= :now AND t.prefetch < 2 AND t.taken_back = 0
            AND {_ROUTED}
            OR t.state IN ('open', 'returned') AND t.assigned_to = :person
        )
    )
"""
# :takers lists kind, person and route of whoever may take tasks; a task counts when none of them can.
WITHOUT_TAKER = f"""
    WITH taker (kind, person, route) AS MATERIALIZED (
        SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:takers)
    )
    SELECT t.kind, r.locale, r.skill, count(*) AS n FROM task t JOIN queue_route r ON r.route = t.route
    WHERE t.kind IN (SELECT value FROM json_each(:kinds)) AND {_CAN_BE_DONE} AND t.assigned_to IS NULL
    AND (t.state = 'open' OR t.state = 'leased' AND t.lease_until <= :now AND t.prefetch < 2)
    AND NOT EXISTS (SELECT 1 FROM taker WHERE taker.kind = t.kind AND taker.route = t.route
        AND {NEVER_HAD.replace(":person", "taker.person")})
    GROUP BY t.kind, r.locale, r.skill ORDER BY t.kind, r.locale, r.skill
"""

CLIP_AND_TASKS = """
    SELECT q.state AS clip_state, t.kind, t.state FROM queue_clip q JOIN task t ON t.clip_id = q.clip_id
    WHERE q.clip_id = ?
"""
CLIPS_BY_STATE = "SELECT state, count(*) AS n FROM queue_clip GROUP BY state ORDER BY state"
# Nobody can take a task of a clip that waits for the lead, is on hold or in quarantine: it is not open.
TASKS_BY_STATE = f"""
    SELECT CASE WHEN t.state IN ('open', 'returned') AND NOT ({WORKABLE}) THEN :held_back ELSE t.state END
    AS state,
        count(*) AS n
    FROM task t WHERE t.kind = 'transcribe' GROUP BY 1 ORDER BY 1
"""
REVIEWS_BY_STATE = "SELECT state, count(*) AS n FROM task WHERE kind = 'review' GROUP BY state ORDER BY state"
ADJUDICATIONS_BY_STATE = """
    SELECT state, count(*) AS n FROM task WHERE kind = 'adjudicate' GROUP BY state ORDER BY state
"""
# Clips whose passes are all accepted and whose adjudication is not done.
UNDECIDED = """
    SELECT count(*) FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
    WHERE t.kind = 'adjudicate' AND t.state IN ('open', 'leased') AND q.state = 'reviewed'
"""
ACCEPTED_PASSES = """
    SELECT a.* FROM task t JOIN annotation a ON a.id = t.annotation_id
    WHERE t.clip_id = ? AND t.kind = 'transcribe' AND t.state = 'accepted' ORDER BY t.round
"""
PASSES_TO_COMPARE = """
    WITH chosen (clip_id) AS MATERIALIZED (
        SELECT q.clip_id FROM queue_clip q
        WHERE q.state = 'final' AND q.passes > 1 AND q.clip_id > :after
        AND (q.open_until IS NULL OR q.open_until > :now)
        AND q.clip_id NOT IN (SELECT clip_id FROM passes_agree)
        AND NOT EXISTS (SELECT 1 FROM task t WHERE t.clip_id = q.clip_id AND t.kind = 'adjudicate')
        ORDER BY q.clip_id LIMIT :limit
    )
    SELECT a.* FROM chosen c JOIN task t ON t.clip_id = c.clip_id JOIN annotation a ON a.id = t.annotation_id
    WHERE t.kind = 'transcribe' AND t.state = 'accepted' ORDER BY t.clip_id, t.round
"""
# A skip of a distressing clip, or of one in another language, is never held against anybody.
# Accepted and returned count annotations; a returned one stays returned, whatever its author submits later.
WORK_BY_PERSON = f"""
    SELECT person_id, sum(submitted) AS submitted, sum(accepted) AS accepted, sum(returned) AS returned,
        sum(skipped) AS skipped, sum(checked) AS checked
    FROM (
        SELECT a.author AS person_id, 1 AS submitted,
            coalesce(v.kind IN ('accepted', 'accepted_with_fixes', 'passed') AND t.state != 'withdrawn', 0)
            AS accepted, coalesce(v.kind = 'returned', 0) AS returned, 0 AS skipped, coalesce(v.kind !=
            'passed', 0) AS checked
        FROM annotation a JOIN task t ON t.id = a.task_id AND t.kind = 'transcribe'
        LEFT JOIN verdict v ON v.annotation_id = a.id
        WHERE NOT ({REPLACED})
        UNION ALL
        SELECT r.person_id, 0, 0, 0, 1, 0 FROM task_refusal r JOIN task t ON t.id = r.task_id
        WHERE r.kind = 'skip' AND t.kind = 'transcribe' AND r.reason != 'not_my_language'
        AND NOT EXISTS (SELECT 1 FROM task_refusal d WHERE d.clip_id = r.clip_id AND d.reason = 'distressing')
        AND NOT EXISTS (SELECT 1 FROM queue_clip q WHERE q.clip_id = r.clip_id AND q.is_distressing = 1)
    )
    GROUP BY person_id ORDER BY person_id
"""
ERASE_CLIP = (
    """
    UPDATE task SET state = 'withdrawn', person_id = NULL, assigned_to = NULL, token = token + 1,
        prefetch = 0, taken_back = 0
    WHERE clip_id = ? AND state != 'withdrawn'
    """,
    "UPDATE annotation SET sealed = x'' WHERE clip_id = ?",
    "UPDATE verdict SET comment = NULL WHERE clip_id = ?",
    "DELETE FROM late_draft WHERE clip_id = ?",
)
# Every clip, or one, in one statement; refusals are reasons of skips, ``expiry`` and ``taken``.
_LISTED = """
    SELECT q.clip_id, q.state, q.passes, q.hold, t.done, t.has, t.assigned, a.did, r.refusals,
        route.skill, coalesce(t.priority, 0) AS priority,
        max(coalesce(t.started, 0), coalesce(a.made, 0), coalesce(r.refused, 0), coalesce(v.decided, 0))
        AS changed_at
    FROM queue_clip q JOIN queue_route route ON route.route = q.route
    LEFT JOIN (
        SELECT clip_id,
            sum(kind = 'transcribe' AND state IN ('submitted', 'qa_pending', 'returned', 'accepted')) AS done,
            group_concat(iif(state = 'leased' AND lease_until > :now, person_id, NULL)) AS has,
            group_concat(iif(state IN ('open', 'returned'), assigned_to, NULL)) AS assigned,
            max(lease_started) AS started, max(priority) AS priority
        FROM task {only} GROUP BY clip_id
    ) t ON t.clip_id = q.clip_id
    LEFT JOIN (
        SELECT clip_id, group_concat(author) AS did, max(made_at) AS made FROM annotation
        {only} GROUP BY clip_id
    ) a ON a.clip_id = q.clip_id
    LEFT JOIN (
        SELECT clip_id, group_concat(iif(kind = 'skip', reason, kind)) AS refusals, max(at) AS refused
        FROM task_refusal {only} GROUP BY clip_id
    ) r ON r.clip_id = q.clip_id
    LEFT JOIN (SELECT clip_id, max(at) AS decided FROM verdict {only} GROUP BY clip_id) v
    ON v.clip_id = q.clip_id
    {one} ORDER BY q.clip_id
"""
LISTED = _LISTED.format(only="", one="")
LISTED_CLIP = _LISTED.format(only="WHERE clip_id = :clip", one="WHERE q.clip_id = :clip")
# The newest annotation of each pass that stands: SQLite takes the other columns from the row of the maximum.
DONE_PASSES = """
    SELECT a.clip_id, a.author, max(a.made_at) AS made_at
    FROM task t JOIN annotation a ON a.clip_id = t.clip_id AND a.task_id = t.id
    WHERE t.kind = 'transcribe' AND t.state IN ('submitted', 'qa_pending', 'accepted')
    GROUP BY t.id ORDER BY a.clip_id, t.round
"""
FINAL_COUNT = "SELECT count(*) FROM queue_clip WHERE state IN ('final', 'exported') AND hold = ''"
FINAL_TEXTS = """
    SELECT a.* FROM queue_clip q LEFT JOIN final f ON f.clip_id = q.clip_id
    JOIN annotation a ON a.id = coalesce(f.annotation_id, (
        SELECT t.annotation_id FROM task t WHERE t.clip_id = q.clip_id AND t.kind = 'transcribe'
        AND t.state = 'accepted' ORDER BY t.round LIMIT 1
    ))
    WHERE q.clip_id > :after AND q.state IN ('final', 'exported') AND q.hold = ''
    ORDER BY q.clip_id LIMIT :limit
"""
ACCEPTED_AMONG = """
    SELECT a.id, a.clip_id FROM json_each(?) wanted JOIN annotation a ON a.id = wanted.value
    JOIN queue_clip q ON q.clip_id = a.clip_id JOIN task t ON t.id = a.task_id
    LEFT JOIN verdict v ON v.annotation_id = a.id LEFT JOIN final f ON f.clip_id = a.clip_id
    WHERE q.state != 'quarantined' AND (f.annotation_id = a.id OR (t.state != 'withdrawn'
        AND CASE WHEN v.kind IS NULL THEN t.annotation_id = a.id AND t.state = 'accepted'
            ELSE v.kind != 'returned' END))
"""
FINALS = "SELECT clip_id, annotation_id FROM final WHERE clip_id IN (SELECT value FROM json_each(?))"
TO_ROUTES = """
    INSERT OR IGNORE INTO queue_route (route, skill, locale)
    SELECT DISTINCT iif(:skill = '', r.locale, r.locale || '+' || :skill), :skill, r.locale
    FROM queue_clip q JOIN queue_route r ON r.route = q.route
    WHERE q.clip_id IN (SELECT value FROM json_each(:clips))
"""
CLIPS_TO_ROUTES = """
    UPDATE queue_clip SET route = (
        SELECT iif(:skill = '', r.locale, r.locale || '+' || :skill) FROM queue_route r
        WHERE r.route = queue_clip.route)
    WHERE clip_id IN (SELECT value FROM json_each(:clips))
"""
TASKS_TO_ROUTES = """
    UPDATE task SET route = (SELECT q.route FROM queue_clip q WHERE q.clip_id = task.clip_id)
    WHERE clip_id IN (SELECT value FROM json_each(:clips))
"""
SET_PRIORITY = """
    UPDATE task SET priority = :priority
    WHERE clip_id IN (SELECT value FROM json_each(:clips)) AND priority != :priority
"""
MISSING_CLIP = """
    SELECT value FROM json_each(:clips) WHERE value NOT IN (SELECT clip_id FROM queue_clip) LIMIT 1
"""
MARK_EXPORTED = """
    UPDATE queue_clip SET state = 'exported', reason = ''
    WHERE state = 'final' AND clip_id IN (SELECT value FROM json_each(?))
"""
EXPORTABLE = """
    SELECT q.clip_id FROM queue_clip q WHERE q.state IN ('final', 'exported') AND EXISTS (
        SELECT 1 FROM task t WHERE t.clip_id = q.clip_id AND t.kind = 'transcribe' AND t.state = 'accepted')
    ORDER BY q.clip_id
"""
EXPORTABLE_WORK = """
    SELECT a.* FROM json_each(?) asked JOIN queue_clip q ON q.clip_id = asked.value
    JOIN task t ON t.clip_id = q.clip_id JOIN annotation a ON a.id = t.annotation_id
    WHERE q.state IN ('final', 'exported') AND t.kind = 'transcribe' AND t.state = 'accepted'
    ORDER BY asked.key, t.round
"""
