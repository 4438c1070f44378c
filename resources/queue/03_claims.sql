-- How tasks are handed out, and how leases are kept and given back.

CREATE FUNCTION reviewer_data.require_agreement(p_person text, p_now bigint) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    r reviewer_data.rules;
BEGIN
    SELECT * INTO r FROM rules;
    IF cardinality(r.agreements) > 0 AND NOT EXISTS (
        SELECT 1 FROM agreement_signed s WHERE s.person_id = p_person AND s.agreement = ANY (r.agreements)
        AND s.at + r.agreement_micros > p_now)
    THEN
        PERFORM refuse('NDA_REQUIRED');
    END IF;
END
$$;

-- Refuses a person who may not be given another clip: no agreement in force, or too much taken.
CREATE FUNCTION reviewer_data.require_may_take(p_person text, p_now bigint) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
    r reviewer_data.rules;
    taken integer;
    wait bigint;
BEGIN
    PERFORM require_agreement(p_person, p_now);
    SELECT * INTO r FROM rules;
    IF r.leases_per_hour > 0 THEN
        SELECT at + 3600000000 - p_now INTO wait FROM lease_given
        WHERE person_id = p_person AND at > greatest(
            p_now - 3600000000, (SELECT l.at FROM limits_lifted l WHERE l.person_id = p_person))
        ORDER BY at DESC OFFSET r.leases_per_hour - 1 LIMIT 1;
        IF FOUND THEN
            PERFORM refuse('LIMIT_OPENS', jsonb_build_object('limit', r.leases_per_hour,
                'minutes', ceil(wait / 60000000.0)::integer));
        END IF;
    END IF;
    IF r.leases_without_hand_in > 0 THEN
        SELECT count(*) INTO taken FROM lease_given WHERE person_id = p_person AND at > greatest(
            p_now - 86400000000, (SELECT l.at FROM limits_lifted l WHERE l.person_id = p_person),
            (SELECT max(made_at) FROM annotation WHERE author = p_person));
        IF taken >= r.leases_without_hand_in THEN
            PERFORM refuse('LIMIT_UNFINISHED', jsonb_build_object('limit', r.leases_without_hand_in));
        END IF;
    END IF;
END
$$;

-- Refuses kinds of tasks that the caller's role does not include.
CREATE FUNCTION reviewer_data.require_kinds(p_kinds text[]) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF cardinality(p_kinds) > 3 OR NOT p_kinds <@ (caller()).kinds THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
END
$$;

-- A task of one's own, in the order of a claim: the prefetch lease's, returned work, then what is assigned.
CREATE FUNCTION reviewer_data.next_own(p_person text, p_kinds text[], p_prefetched boolean, p_now bigint)
RETURNS reviewer_data.task LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
BEGIN
    SELECT (o).* INTO t FROM (
        SELECT o, q FROM task o JOIN queue_clip q ON q.clip_id = o.clip_id
        WHERE o.person_id = p_person AND o.kind = ANY (p_kinds) AND can_be_done(o.kind, q, p_now)
        AND (o.prefetch > 0 OR o.state = 'returned')  -- as the index has it
        AND (p_prefetched AND o.state = 'leased' AND o.prefetch > 0
            OR o.state = 'returned' AND o.assigned_to IS NULL)
        ORDER BY o.state = 'returned', o.priority DESC, o.sort_key, o.place LIMIT 1
        FOR NO KEY UPDATE OF o, q
    ) found;
    IF t.id IS NULL THEN
        SELECT (o).* INTO t FROM (
            SELECT o, q FROM task o JOIN queue_clip q ON q.clip_id = o.clip_id
            WHERE o.assigned_to = p_person AND o.state IN ('open', 'returned') AND o.kind = ANY (p_kinds)
            AND can_be_done(o.kind, q, p_now) AND NOT EXISTS (SELECT 1 FROM had(o.clip_id, o.parent_id, p_person))
            ORDER BY o.priority DESC, o.sort_key, o.place LIMIT 1
            FOR NO KEY UPDATE OF o, q
        ) found;
    END IF;
    RETURN t;
END
$$;

-- The first open task of a kind and route that nobody else is working on at this moment.
CREATE FUNCTION reviewer_data.first_open(p_person text, p_kind text, p_route text, p_now bigint)
RETURNS reviewer_data.task LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
BEGIN
    SELECT o.* INTO t FROM task o JOIN queue_clip q ON q.clip_id = o.clip_id
    WHERE o.kind = p_kind AND o.route = p_route AND o.state = 'open' AND o.assigned_to IS NULL
    AND can_be_done(o.kind, q, p_now) AND NOT EXISTS (SELECT 1 FROM had(o.clip_id, o.parent_id, p_person))
    ORDER BY o.priority DESC, o.sort_key, o.place LIMIT 1
    FOR NO KEY UPDATE OF o, q SKIP LOCKED;
    RETURN t;
END
$$;

-- The open task of any of these kinds and routes that comes first. The heads of the routes are read without
-- locks, and only the best is locked: it is the first of its route that is free.
CREATE FUNCTION reviewer_data.next_open(p_person text, p_kinds text[], p_routes text[], p_now bigint)
RETURNS reviewer_data.task LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
    head record;
BEGIN
    IF cardinality(p_kinds) = 1 AND cardinality(p_routes) = 1 THEN
        RETURN first_open(p_person, p_kinds[1], p_routes[1], p_now);
    END IF;
    FOR head IN
        SELECT k.kind, l.route FROM unnest(p_kinds) k (kind) CROSS JOIN unnest(p_routes) l (route)
        CROSS JOIN LATERAL (
            SELECT o.priority, o.sort_key, o.place FROM task o JOIN queue_clip q ON q.clip_id = o.clip_id
            WHERE o.kind = k.kind AND o.route = l.route AND o.state = 'open' AND o.assigned_to IS NULL
            AND can_be_done(o.kind, q, p_now) AND NOT EXISTS (SELECT 1 FROM had(o.clip_id, o.parent_id, p_person))
            ORDER BY o.priority DESC, o.sort_key, o.place LIMIT 1
        ) first
        ORDER BY first.priority DESC, first.sort_key, first.place
    LOOP
        t := first_open(p_person, head.kind, head.route, p_now);
        EXIT WHEN t.id IS NOT NULL;
    END LOOP;
    RETURN t;
END
$$;

-- The expired task of these kinds and routes that comes first and is free, if it comes before this open one.
CREATE FUNCTION reviewer_data.next_expired(
    p_person text, p_kinds text[], p_routes text[], p_now bigint, p_before reviewer_data.task
) RETURNS reviewer_data.task LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
BEGIN
    SELECT o.* INTO t FROM task o JOIN queue_clip q ON q.clip_id = o.clip_id
    WHERE o.kind = ANY (p_kinds) AND o.state = 'leased' AND o.lease_until <= p_now AND o.prefetch < 2
    AND NOT o.taken_back AND o.route = ANY (p_routes) AND can_be_done(o.kind, q, p_now)
    AND (p_before.id IS NULL OR (-o.priority, o.sort_key, o.place)
        < (-p_before.priority, p_before.sort_key, p_before.place))
    AND NOT EXISTS (SELECT 1 FROM had(o.clip_id, o.parent_id, p_person))
    ORDER BY o.priority DESC, o.sort_key, o.place LIMIT 1
    FOR NO KEY UPDATE OF o, q SKIP LOCKED;
    RETURN t;
END
$$;

-- A clip with a task for this person that somebody else's act has locked at this moment.
CREATE FUNCTION reviewer_data.busy_clip(p_person text, p_kinds text[], p_routes text[], p_now bigint) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT o.clip_id FROM reviewer_data.task o JOIN reviewer_data.queue_clip q ON q.clip_id = o.clip_id
    WHERE o.kind = ANY (p_kinds) AND o.route = ANY (p_routes) AND reviewer_data.can_be_done(o.kind, q, p_now)
    AND (o.state = 'open' AND o.assigned_to IS NULL
        OR o.state = 'leased' AND o.lease_until <= p_now AND o.prefetch < 2 AND NOT o.taken_back)
    AND NOT EXISTS (SELECT 1 FROM reviewer_data.had(o.clip_id, o.parent_id, p_person))
    ORDER BY o.priority DESC, o.sort_key, o.place LIMIT 1
$$;

-- The next task of a claim, with its clip locked. Waits for a clip that somebody else is busy with only where
-- it would say otherwise that there is nothing.
CREATE FUNCTION reviewer_data.next_task(
    p_person text, p_kinds text[], p_routes text[], p_now bigint, p_has_own boolean, p_any_expired boolean
) RETURNS reviewer_data.task LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
    expired reviewer_data.task;
    busy text;
BEGIN
    IF p_has_own THEN
        t := next_own(p_person, p_kinds, true, p_now);
        IF t.id IS NOT NULL THEN
            RETURN t;
        END IF;
    END IF;
    FOR attempt IN 1..20 LOOP
        t := next_open(p_person, p_kinds, p_routes, p_now);
        IF p_any_expired OR t.id IS NULL THEN
            expired := next_expired(p_person, p_kinds, p_routes, p_now, t);
        END IF;
        IF expired.id IS NOT NULL THEN
            RETURN expired;
        ELSIF t.id IS NOT NULL THEN
            RETURN t;
        END IF;
        busy := busy_clip(p_person, p_kinds, p_routes, p_now);
        EXIT WHEN busy IS NULL;
        PERFORM locked_clip(busy);
    END LOOP;
    RETURN t;
END
$$;

-- Leases a task, with a new token and key; an expired reviewer's own version is discarded.
CREATE FUNCTION reviewer_data.hand_out(
    t reviewer_data.task, p_person text, p_micros bigint, p_assigned text, p_prefetch integer, p_now bigint
) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    WITH given AS (
        UPDATE task SET state = 'leased', person_id = p_person, assigned_to = p_assigned, token = token + 1,
            lease_started = p_now, lease_until = p_now + p_micros, submission_key = new_id(), prefetch = p_prefetch,
            annotation_id = CASE WHEN kind = 'review' THEN NULL ELSE annotation_id END
        WHERE id = t.id RETURNING *
    ), listed AS (
        INSERT INTO lease_given (task_id, token, person_id, at) SELECT id, token, p_person, p_now FROM given
    )
    SELECT * INTO t FROM given;
    IF t.kind = 'transcribe' THEN  -- what follow() would find: a pass is being worked on
        UPDATE queue_clip SET state = 'in_review', reason = '' WHERE clip_id = t.clip_id
        AND state IN ('ready', 'reviewed', 'final');
    END IF;
    RETURN lease_of(t);
END
$$;

-- Leases the first open task of a kind and route and keeps the answer under its key, in one statement; only where
-- nothing else can come before it and the key is new. A task that somebody else is just taking (its row is marked by a
-- transaction that may still run) is passed over before anything else is read about it; what is passed over wrongly is
-- left to next_task. The key of its submission follows from the caller's own, which nobody else knows.
CREATE FUNCTION reviewer_data.take_first(
    p_person text, p_kind text, p_route text, p_key text, p_micros bigint, p_prefetch integer, p_now bigint
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    lease jsonb;
BEGIN
    WITH given AS (
        UPDATE task g SET state = 'leased', person_id = p_person, token = token + 1, lease_started = p_now,
            lease_until = p_now + p_micros, prefetch = p_prefetch,
            submission_key = left(encode(sha256(convert_to(concat_ws('/', id, token, p_key), 'UTF8')), 'hex'), 32),
            annotation_id = CASE WHEN kind = 'review' THEN NULL ELSE annotation_id END
        WHERE g.ctid = (  -- locked by this statement; a later version than its snapshot's is left to next_task as well
            SELECT o.ctid FROM task o JOIN queue_clip q ON q.clip_id = o.clip_id
            WHERE o.kind = p_kind AND o.route = p_route AND o.state = 'open' AND o.assigned_to IS NULL
            AND (o.xmax = '0' OR age(o.xmax) > (SELECT age(pg_snapshot_xmin(pg_current_snapshot())::xid)))
            AND can_be_done(o.kind, q, p_now) AND NOT EXISTS (SELECT 1 FROM had(o.clip_id, o.parent_id, p_person))
            ORDER BY o.priority DESC, o.sort_key, o.place LIMIT 1
            FOR NO KEY UPDATE OF o, q SKIP LOCKED)
        RETURNING g.id, g.clip_id, g.kind, g.round, g.token, g.lease_until, g.submission_key, g.reviewed_id
    ), listed AS (
        INSERT INTO lease_given (task_id, token, person_id, at) SELECT id, token, p_person, p_now FROM given
    ), followed AS (  -- what follow() would find: a pass is being worked on
        UPDATE queue_clip q SET state = 'in_review', reason = '' FROM given
        WHERE p_kind = 'transcribe' AND q.clip_id = given.clip_id AND q.state IN ('ready', 'reviewed', 'final')
    )  -- the lease as lease_of() has it: what never came to this person is no work of theirs that was returned
    INSERT INTO request (person_id, key, at, answer)
    SELECT p_person, p_key, p_now, jsonb_build_object(
        'task_id', id, 'clip_id', clip_id, 'kind', kind, 'round', round, 'person_id', p_person, 'token', token,
        'until', lease_until, 'submission_key', submission_key, 'is_prefetch', p_prefetch > 0, 'returned_annotation', NULL,
        'reviewed_annotation', reviewed_id, 'blind_annotation', NULL,
        'is_distressing', (SELECT q.is_distressing FROM queue_clip q WHERE q.clip_id = given.clip_id)) FROM given
    RETURNING answer INTO lease;
    RETURN lease;
END
$$;

-- A claim's task, wherever it is found.
CREATE FUNCTION reviewer_data.take_any(
    p_person text, p_kinds text[], p_routes text[], p_has_own boolean, p_micros bigint, p_now bigint
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    any_expired boolean := EXISTS (SELECT 1 FROM unnest(p_kinds) k WHERE (SELECT lease_until FROM task
        WHERE kind = k AND state = 'leased' ORDER BY lease_until LIMIT 1) <= p_now);
    t reviewer_data.task;
BEGIN
    LOOP
        t := next_task(p_person, p_kinds, p_routes, p_now, p_has_own, any_expired);
        IF t.id IS NULL THEN
            RETURN NULL;
        END IF;
        IF t.state = 'leased' AND t.prefetch = 0 THEN
            PERFORM add_refusal(t, t.person_id, 'expiry', '', p_now);
            IF t.kind = 'transcribe' AND (SELECT state FROM queue_clip WHERE clip_id = t.clip_id) = 'with_lead' THEN
                PERFORM open_task(t);
                CONTINUE;
            END IF;
        END IF;
        RETURN hand_out(t, p_person, p_micros, NULL, 0, p_now);
    END LOOP;
END
$$;

-- Puts a prefetched task back: the person has not seen the clip.
CREATE FUNCTION reviewer_data.give_back_prefetched(t reviewer_data.task) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    is_rework boolean := coalesce(is_rework_of(t, t.person_id), false);
BEGIN
    UPDATE task SET state = CASE WHEN is_rework THEN 'returned' ELSE 'open' END,
        person_id = CASE WHEN is_rework THEN person_id END, token = token + 1, prefetch = 0
    WHERE id = t.id;
    PERFORM follow(t.clip_id);
END
$$;

-- The task of a person's prefetch lease, with its clip locked.
CREATE FUNCTION reviewer_data.prefetched_task(p_person text) RETURNS reviewer_data.task LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
BEGIN
    SELECT * INTO t FROM task WHERE person_id = p_person AND state = 'leased' AND prefetch > 0;
    IF t.id IS NOT NULL THEN
        t := locked_task(t.id);
        IF t.person_id IS DISTINCT FROM p_person OR t.state <> 'leased' OR t.prefetch = 0 THEN
            t := NULL;
        END IF;
    END IF;
    RETURN t;
END
$$;

-- Whether enough open tasks are left for each colleague at work, and one more; of more than 999 colleagues, a thousand.
-- Read in a claim's order, with a LIMIT that the planner knows: it reads no more than it counts, and one plan is kept.
CREATE FUNCTION reviewer_data.leaves_enough(p_person text, p_kind text, p_routes text[], p_now bigint)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    colleagues integer;
BEGIN
    SELECT greatest(1, count(DISTINCT person_id)) INTO colleagues FROM task
    WHERE kind = p_kind AND state = 'leased' AND lease_until > p_now AND prefetch = 0 AND person_id <> p_person
    AND route = ANY (p_routes);
    colleagues := least(colleagues, 999);
    RETURN colleagues < (SELECT count(*) FROM (
        SELECT 1 FROM unnest(p_routes) l (route) CROSS JOIN LATERAL (
            SELECT 1 FROM task o JOIN queue_clip q ON q.clip_id = o.clip_id
            WHERE o.kind = p_kind AND o.route = l.route AND o.state = 'open' AND o.assigned_to IS NULL
            AND can_be_done(o.kind, q, p_now) ORDER BY o.priority DESC, o.sort_key, o.place LIMIT 1000
        ) open_ones LIMIT colleagues + 1) spare);
END
$$;

-- A prefetch's task: the one that the person has, else their own, else an open one that nobody will miss.
CREATE FUNCTION reviewer_data.prefetch_any(
    p_person text, p_kinds text[], p_routes text[], p_has_own boolean, p_micros bigint, p_now bigint
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
    how integer := 2;
BEGIN
    IF p_has_own THEN
        t := prefetched_task(p_person);
        IF t.id IS NOT NULL AND (SELECT can_be_done(t.kind, q, p_now) FROM queue_clip q WHERE q.clip_id = t.clip_id)
        THEN
            UPDATE task SET lease_until = greatest(lease_until, p_now + (SELECT prefetch_micros FROM rules))
            WHERE id = t.id RETURNING * INTO t;
            RETURN lease_of(t);
        ELSIF t.id IS NOT NULL THEN
            PERFORM give_back_prefetched(t);
        END IF;
        PERFORM require_may_take(p_person, p_now);
        t := next_own(p_person, p_kinds, false, p_now);
    END IF;
    IF t.id IS NULL THEN
        how := 1;
        t := next_open(p_person, ARRAY (SELECT k FROM unnest(p_kinds) k
            WHERE leaves_enough(p_person, k, p_routes, p_now)), p_routes, p_now);
    END IF;
    RETURN CASE WHEN t.id IS NOT NULL THEN hand_out(t, p_person, p_micros, t.assigned_to, how, p_now) END;
END
$$;

-- The answer to a claim, or to a prefetch. What may come before the first open task is asked for once: only then is
-- it looked for.
CREATE FUNCTION reviewer_data.taken(p_person text, p_kinds text[], p_key text, p_is_prefetch boolean) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    me record;
    known record;
    now_at bigint;
    micros bigint;
    answer jsonb;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    -- Who asks, and their turn, as require_self() and lock_person() have it.
    SELECT l.kinds, r.lease_micros, r.prefetch_micros, (SELECT at FROM test_clock) AS test_clock,
        cardinality(r.agreements) > 0 OR r.leases_per_hour > 0 OR r.leases_without_hand_in > 0 AS is_limited
    INTO me FROM person_login l JOIN person_turn turn ON turn.person_id = l.person_id CROSS JOIN rules r
    WHERE l.login = session_user AND l.person_id = p_person AND NOT l.is_blocked FOR UPDATE OF turn;
    IF NOT FOUND THEN  -- the first act of this person, or somebody else
        PERFORM require_self(p_person), lock_person(p_person);
        RETURN taken(p_person, p_kinds, p_key, p_is_prefetch);
    END IF;
    IF (cardinality(p_kinds) <= 3 AND p_kinds <@ me.kinds AND length(p_key) BETWEEN 1 AND 200) IS NOT TRUE THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    now_at := coalesce(me.test_clock, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);  -- as now_micros()
    micros := CASE WHEN p_is_prefetch THEN least(me.prefetch_micros, me.lease_micros) ELSE me.lease_micros END;
    -- What decides how to look, in one statement.
    SELECT r.at AS answered_at, r.answer, ARRAY (SELECT l FROM takes(p_person) l) AS routes,
        EXISTS (SELECT 1 FROM task WHERE person_id = p_person AND (prefetch > 0 OR state = 'returned'))
            OR EXISTS (SELECT 1 FROM task WHERE assigned_to = p_person) AS has_own,
        (SELECT lease_until FROM task WHERE kind = p_kinds[1] AND state = 'leased' ORDER BY lease_until LIMIT 1)
            AS first_until
    INTO known FROM (SELECT 1) one LEFT JOIN request r ON r.person_id = p_person AND r.key = p_key;
    IF known.answered_at > now_at - 7 * 86400000000 THEN
        RETURN known.answer;
    END IF;
    IF me.is_limited AND NOT (p_is_prefetch AND known.has_own) THEN
        PERFORM require_may_take(p_person, now_at);
    END IF;
    IF cardinality(p_kinds) = 1 AND cardinality(known.routes) = 1 AND known.answered_at IS NULL AND NOT known.has_own
        AND (CASE WHEN p_is_prefetch THEN leaves_enough(p_person, p_kinds[1], known.routes, now_at)
            ELSE (known.first_until <= now_at) IS NOT TRUE END)
    THEN
        answer := take_first(
            p_person, p_kinds[1], known.routes[1], p_key, micros, p_is_prefetch::integer, now_at);
        IF answer IS NOT NULL THEN
            IF random() < 0.002 THEN
                PERFORM forget_requests(p_person, now_at);
            END IF;
            RETURN answer;
        END IF;
    END IF;
    IF p_is_prefetch THEN
        answer := prefetch_any(p_person, p_kinds, known.routes, known.has_own, micros, now_at);
    ELSE
        answer := take_any(p_person, p_kinds, known.routes, known.has_own, micros, now_at);
    END IF;
    PERFORM remember(p_person, p_key, answer, now_at);
    RETURN answer;
END
$$;

CREATE FUNCTION reviewer.claim(p_person text, p_kinds text[], p_key text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN taken(p_person, p_kinds, p_key, false);
END
$$;

CREATE FUNCTION reviewer.claim_prefetch(p_person text, p_kinds text[], p_key text) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    RETURN taken(p_person, p_kinds, p_key, true);
END
$$;

CREATE FUNCTION reviewer.begin_prefetched(p_lease jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
    r reviewer_data.rules;
    is_begun boolean;
    now_at bigint;
BEGIN
    PERFORM take_turn(p_lease ->> 'person_id');
    t := locked_task(p_lease ->> 'task_id');
    is_begun := t.state = 'leased' AND t.prefetch = 0;
    PERFORM require_held(t, p_lease, NOT is_begun);
    IF NOT is_begun THEN
        now_at := now_micros();
        SELECT * INTO r FROM rules;
        IF cardinality(r.agreements) > 0 THEN
            PERFORM require_agreement(p_lease ->> 'person_id', now_at);
        END IF;
        UPDATE task SET prefetch = 0, assigned_to = NULL, lease_started = now_at, lease_until = now_at + r.lease_micros
        WHERE id = t.id RETURNING * INTO t;
    END IF;
    RETURN lease_of(t);
END
$$;

CREATE FUNCTION reviewer.release_prefetched(p_person text, p_key text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
    answer jsonb;
BEGIN
    PERFORM take_turn(p_person);
    SELECT * INTO answer FROM answered(p_person, p_key);
    IF FOUND THEN
        RETURN answer;
    END IF;
    t := prefetched_task(p_person);
    IF t.id IS NOT NULL THEN
        answer := lease_of(t);
        PERFORM give_back_prefetched(t);
    END IF;
    PERFORM remember(p_person, p_key, answer, now_micros());
    RETURN answer;
END
$$;

CREATE FUNCTION reviewer.resume(p_person text, p_kinds text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
    now_at bigint := now_micros();
BEGIN
    PERFORM take_turn(p_person);
    SELECT o.* INTO t FROM task o JOIN queue_clip q ON q.clip_id = o.clip_id
    WHERE o.person_id = p_person AND o.state = 'leased' AND o.prefetch = 0 AND o.kind = ANY (p_kinds)
    AND can_be_done(o.kind, q, now_at)
    ORDER BY o.taken_back DESC, o.lease_started, o.place LIMIT 1 FOR NO KEY UPDATE OF o, q;
    IF t.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF t.lease_until <= now_at THEN
        UPDATE task SET lease_started = now_at, lease_until = now_at + (SELECT lease_micros FROM rules)
        WHERE id = t.id RETURNING * INTO t;
    END IF;
    RETURN lease_of(t);
END
$$;

CREATE FUNCTION reviewer.live_leases(p_person text, p_kinds text[]) RETURNS SETOF jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    now_at bigint := now_micros();
BEGIN
    PERFORM require_self(p_person);
    RETURN QUERY SELECT lease_of(o) FROM task o JOIN queue_clip q ON q.clip_id = o.clip_id
        WHERE o.person_id = p_person AND o.state = 'leased' AND o.prefetch = 0 AND o.kind = ANY (p_kinds)
        AND o.lease_until > now_at AND can_be_done(o.kind, q, now_at) ORDER BY o.lease_started, o.place;
END
$$;

CREATE FUNCTION reviewer.renew(p_lease jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
    r reviewer_data.rules;
    now_at bigint;
    cap bigint;
BEGIN
    PERFORM take_turn(p_lease ->> 'person_id');
    t := held_task(p_lease);
    PERFORM refuse_on_hold(t.clip_id, t.person_id);
    SELECT * INTO r FROM rules;
    now_at := now_micros();
    cap := t.lease_started + r.cap_micros;
    IF now_at >= cap THEN
        PERFORM refuse('LEASE_LAPSED');
    END IF;
    UPDATE task SET lease_until = greatest(lease_until, least(now_at + r.lease_micros, cap))
    WHERE id = t.id RETURNING * INTO t;
    UPDATE task SET lease_until = greatest(lease_until, now_at + r.prefetch_micros)
    WHERE person_id = t.person_id AND state = 'leased' AND prefetch > 0;
    UPDATE task SET lease_until = greatest(lease_until, least(now_at + r.lease_micros, lease_started + r.cap_micros))
    WHERE person_id = t.person_id AND id <> t.id AND state = 'leased' AND prefetch = 0 AND lease_until > now_at;
    RETURN lease_of(t);
END
$$;

CREATE FUNCTION reviewer.check_lease(p_lease jsonb) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
    t reviewer_data.task;
    its jsonb;
BEGIN
    PERFORM require_self_or_lead(p_lease ->> 'person_id');
    SELECT * INTO t FROM task WHERE id = p_lease ->> 'task_id';
    PERFORM require_held(t, p_lease, coalesce(p_lease ->> 'is_prefetch', 'false') = 'true');
    its := lease_of(t);
    -- The task's row decides what a lease opens, whatever the caller put into it.
    IF (p_lease ->> 'returned_annotation') IS DISTINCT FROM (its ->> 'returned_annotation')
        OR coalesce(p_lease ->> 'blind_annotation', its ->> 'blind_annotation')
            IS DISTINCT FROM (its ->> 'blind_annotation')
    THEN
        PERFORM refuse('NOT_LEASED');
    END IF;
    PERFORM refuse_on_hold(t.clip_id, t.person_id);
    IF t.lease_until <= now_micros() THEN
        PERFORM refuse('LEASE_LAPSED');
    END IF;
END
$$;

CREATE FUNCTION reviewer.release(p_lease jsonb, p_key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    me text := p_lease ->> 'person_id';
    t reviewer_data.task;
BEGIN
    PERFORM take_turn(me);
    IF EXISTS (SELECT 1 FROM answered(me, p_key)) THEN
        RETURN;
    END IF;
    t := held_task(p_lease);
    IF t.taken_back THEN
        PERFORM submit_again(t);
    ELSIF is_rework_of(t, me) THEN
        UPDATE task SET state = 'returned' WHERE id = t.id;
    ELSE
        PERFORM open_task(t);
    END IF;
    PERFORM follow(t.clip_id), remember(me, p_key, NULL, now_micros());
END
$$;

CREATE FUNCTION reviewer.skip(p_lease jsonb, p_reason text, p_key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    me text := p_lease ->> 'person_id';
    t reviewer_data.task;
    now_at bigint;
BEGIN
    PERFORM take_turn(me);
    IF EXISTS (SELECT 1 FROM answered(me, p_key)) THEN
        RETURN;
    END IF;
    IF (p_reason IN ('cannot_understand', 'not_my_language', 'known_speaker', 'distressing', 'technical')) IS NOT TRUE
    THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    t := held_task(p_lease);
    now_at := now_micros();
    PERFORM open_task(t), add_refusal(t, me, 'skip', p_reason, now_at), follow(t.clip_id),
        remember(me, p_key, NULL, now_at);
END
$$;
