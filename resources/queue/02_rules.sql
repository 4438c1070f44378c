-- What every act rests on: who calls, what time it is, refusals, and the states of clips and tasks.
-- Functions of the schema reviewer_data run in those of the schema reviewer, with the search path and the rights of these.
-- What an act calls is in PL/pgSQL, unless a query has it as part of its plan: before version 18 PostgreSQL plans a
-- function in SQL anew for every call (decision 059).

CREATE FUNCTION reviewer_data.now_micros() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN coalesce((SELECT at FROM reviewer_data.test_clock),
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
END
$$;

-- A refusal of a rule: the client knows the code, and fills its sentence with the parameters.
CREATE FUNCTION reviewer_data.refuse(p_code text, p_parameters jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'RV001', MESSAGE = p_code, DETAIL = p_parameters::text;
END
$$;

CREATE FUNCTION reviewer_data.new_id() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT replace(gen_random_uuid()::text, '-', '')
$$;

-- Refuses what is NULL or too long for an id, a key or a version.
CREATE FUNCTION reviewer_data.require_short(VARIADIC p_texts text[]) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    each text;
BEGIN
    FOREACH each IN ARRAY p_texts LOOP
        IF coalesce(length(each), 0) NOT BETWEEN 1 AND 200 THEN
            PERFORM refuse('NOT_ALLOWED');
        END IF;
    END LOOP;
END
$$;

-- Refuses what is no id that somebody's program makes up: it comes into rows of logs, where a letter has one form only.
CREATE FUNCTION reviewer_data.require_id(p_id text) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF (length(p_id) BETWEEN 1 AND 200 AND p_id ~ '^[ -~]+$') IS NOT TRUE THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
END
$$;

-- Refuses sealed text that is NULL, empty, or more than twice what a program lets anybody store of a clip; and a long one
-- of somebody whose texts of a day have 256 MiB: one login would fill the disk. The limits on taking hold short ones.
CREATE FUNCTION reviewer_data.require_sealed(p_sealed bytea, p_person text, p_now bigint) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF coalesce(length(p_sealed), 0) NOT BETWEEN 1 AND 16 * 1024 * 1024 OR length(p_sealed) > 65536
        AND length(p_sealed) + coalesce((SELECT sum(length(a.sealed)) FROM annotation a
                WHERE a.author = p_person AND a.made_at > p_now - 86400000000), 0)
            + coalesce((SELECT sum(length(d.sealed)) FROM late_draft d
                WHERE d.person_id = p_person AND d.kept_at > p_now - 86400000000), 0) > 256 * 1024 * 1024
    THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
END
$$;

-- A whole number of JSON, or NULL for anything else: a cast would say more than a refusal.
CREATE FUNCTION reviewer_data.number_of(p_value jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN jsonb_typeof(p_value) = 'number' AND p_value #>> '{}' ~ '^[0-9]{1,18}$'
        THEN (p_value #>> '{}')::bigint END
$$;

-- The person whose login this connection has, whatever role it has set since. A transaction that keeps an old
-- snapshot would not see that somebody was blocked, or that a rule changed.
CREATE FUNCTION reviewer_data.caller() RETURNS reviewer_data.person_login LANGUAGE plpgsql STABLE AS $$
DECLARE
    found reviewer_data.person_login;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    SELECT * INTO found FROM person_login WHERE login = session_user;
    IF found.login IS NULL OR found.is_blocked THEN
        PERFORM refuse('NO_LOGIN');
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION reviewer_data.require_self(p_person text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (caller()).person_id IS DISTINCT FROM p_person THEN
        PERFORM refuse('NOT_LEASED');
    END IF;
END
$$;

CREATE FUNCTION reviewer_data.is_lead() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(session_user, 'reviewer_lead', 'member')
$$;

-- Tells windows that found nothing to ask again. It carries nothing, and only a lead's acts send it: who sent a
-- notification can be seen by everybody who is connected, and nobody learns from it when colleagues work.
CREATE FUNCTION reviewer_data.tell_of_work() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF is_lead() THEN
        NOTIFY reviewer_new_work;
    END IF;
END
$$;

-- Whether the caller may read this person's own things.
CREATE FUNCTION reviewer_data.require_self_or_lead(p_person text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (caller()).person_id IS DISTINCT FROM p_person AND NOT is_lead() THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
END
$$;

-- Acts of one person come one after the other, so that a key that comes twice at a time is one act.
CREATE FUNCTION reviewer_data.lock_person(p_person text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM person_turn WHERE person_id = p_person FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO person_turn VALUES (p_person) ON CONFLICT DO NOTHING;
        PERFORM 1 FROM person_turn WHERE person_id = p_person FOR UPDATE;
    END IF;
END
$$;

-- Refuses whoever is not this person, and takes their turn: require_self() and lock_person() in one statement.
CREATE FUNCTION reviewer_data.take_turn(p_person text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM person_login l JOIN person_turn turn ON turn.person_id = l.person_id
    WHERE l.login = session_user AND l.person_id = p_person AND NOT l.is_blocked FOR UPDATE OF turn;
    IF NOT FOUND OR current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM require_self(p_person), lock_person(p_person);  -- the first act of this person, or somebody else
    END IF;
END
$$;

-- What a person was answered under this key in the last week: one row, or none.
CREATE FUNCTION reviewer_data.answered(p_person text, p_key text) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
    SELECT r.answer FROM reviewer_data.request r WHERE r.person_id = p_person AND r.key = p_key
    AND r.at > reviewer_data.now_micros() - 7 * 86400000000
$$;

-- Forgets answers of more than a week, and all but the last 20,000 of one person: a flood costs them only their own.
CREATE FUNCTION reviewer_data.forget_requests(p_person text, p_now bigint) RETURNS void LANGUAGE sql VOLATILE AS $$
    DELETE FROM reviewer_data.request WHERE at < p_now - 7 * 86400000000;
    DELETE FROM reviewer_data.request WHERE person_id = p_person AND at <= (SELECT r.at FROM reviewer_data.request r
        WHERE r.person_id = p_person ORDER BY r.at DESC OFFSET 20000 LIMIT 1)
$$;

CREATE FUNCTION reviewer_data.remember(p_person text, p_key text, p_answer jsonb, p_now bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM require_short(p_key);
    INSERT INTO request (person_id, key, answer, at) VALUES (p_person, p_key, p_answer, p_now)
    ON CONFLICT (person_id, key) DO UPDATE SET answer = excluded.answer, at = excluded.at;
    IF random() < 0.002 THEN
        PERFORM forget_requests(p_person, p_now);
    END IF;
END
$$;

CREATE FUNCTION reviewer_data.can_be_done(p_kind text, q reviewer_data.queue_clip, p_now bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT (q.open_until IS NULL OR q.open_until > p_now) AND q.hold = ''
        AND CASE WHEN p_kind = 'transcribe' THEN q.state IN ('ready', 'in_review', 'reviewed', 'final')
            ELSE q.state NOT IN ('quarantined', 'purged') END
$$;

-- A row for each lease, skip, expiry or annotation by which a clip came to this person, with any kind of task. Only
-- the reviews of one pass may come to the same person, when its author handed it in again. A query that names this
-- after FROM has it as part of its own plan. IS NOT DISTINCT FROM keeps it to a clip's few rows: somebody's own are many.
CREATE FUNCTION reviewer_data.had(p_clip text, p_parent text, p_person text) RETURNS SETOF integer
LANGUAGE sql STABLE AS $$
    SELECT 1 FROM reviewer_data.task own WHERE own.clip_id = p_clip AND own.person_id IS NOT DISTINCT FROM p_person
        AND (own.parent_id IS NULL OR own.parent_id IS DISTINCT FROM p_parent)
    UNION ALL
    SELECT 1 FROM reviewer_data.task_refusal r WHERE r.clip_id = p_clip AND r.person_id = p_person
    UNION ALL
    SELECT 1 FROM reviewer_data.annotation a JOIN reviewer_data.task own ON own.id = a.task_id
        WHERE a.clip_id = p_clip AND a.author IS NOT DISTINCT FROM p_person
        AND (own.parent_id IS NULL OR own.parent_id IS DISTINCT FROM p_parent)
$$;

CREATE FUNCTION reviewer_data.never_had(p_clip text, p_parent text, p_person text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT EXISTS (SELECT 1 FROM had(p_clip, p_parent, p_person));
END
$$;

-- Whether a clip ever came to this person, also as a lease that they gave back.
CREATE FUNCTION reviewer_data.had_clip(p_clip text, p_person text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT never_had(p_clip, NULL, p_person) OR EXISTS (
        SELECT 1 FROM task t JOIN lease_given g ON g.task_id = t.id
        WHERE t.clip_id = p_clip AND g.person_id = p_person);
END
$$;

-- Refuses what is no name of a skill; the empty one asks for none. As reviewer/model/routes.py has it.
CREATE FUNCTION reviewer_data.require_skill(p_skill text) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF (p_skill = '' OR length(p_skill) <= 32 AND p_skill ~ '^[a-z0-9]+(-[a-z0-9]+)*$') IS NOT TRUE THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
END
$$;

CREATE FUNCTION reviewer_data.route_of(p_locale text, p_skill text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_skill = '' THEN p_locale ELSE p_locale || '+' || p_skill END
$$;

CREATE FUNCTION reviewer_data.has_skill_for(p_route text, p_person text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT r.skill = '' OR EXISTS (
        SELECT 1 FROM reviewer_data.person_skill s WHERE s.person_id = p_person AND s.skill = r.skill)
    FROM reviewer_data.queue_route r WHERE r.route = p_route
$$;

-- The routes whose tasks a person takes; no languages take every clip, no skill only what asks for none. Script and
-- region decide only where both tags name them.
CREATE FUNCTION reviewer_data.takes(p_person text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT r.route FROM reviewer_data.queue_route r WHERE (r.language = ''
    OR NOT EXISTS (SELECT 1 FROM reviewer_data.person_language WHERE person_id = p_person)
    OR EXISTS (SELECT 1 FROM reviewer_data.person_language p WHERE p.person_id = p_person AND p.language = r.language
        AND (p.script = '' OR r.script = '' OR p.script = r.script)
        AND (p.region = '' OR r.region = '' OR p.region = r.region)))
    AND (r.skill = '' OR EXISTS (
        SELECT 1 FROM reviewer_data.person_skill s WHERE s.person_id = p_person AND s.skill = r.skill))
$$;

CREATE FUNCTION reviewer_data.routes_of(p_person text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY (SELECT reviewer_data.takes(p_person))
$$;

CREATE FUNCTION reviewer_data.is_rework_of(t reviewer_data.task, p_person text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN t.kind <> 'review' AND t.annotation_id IS NOT NULL
        AND (SELECT a.author = p_person FROM reviewer_data.annotation a WHERE a.id = t.annotation_id);
END
$$;

CREATE FUNCTION reviewer_data.lease_of(t reviewer_data.task) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN jsonb_build_object(
        'task_id', t.id, 'clip_id', t.clip_id, 'kind', t.kind, 'round', t.round, 'person_id', t.person_id,
        'token', t.token, 'until', t.lease_until, 'submission_key', t.submission_key,
        'is_prefetch', t.prefetch > 0,
        'returned_annotation', CASE WHEN t.annotation_id IS NOT NULL AND is_rework_of(t, t.person_id)
            THEN t.annotation_id END,
        'reviewed_annotation', t.reviewed_id,
        'blind_annotation', CASE WHEN t.kind = 'review' THEN t.annotation_id END,
        'is_distressing', (SELECT q.is_distressing FROM queue_clip q WHERE q.clip_id = t.clip_id));
END
$$;

-- Locks a task's clip, then the task, and returns the task. The state of a clip follows from all of its tasks,
-- so every act on one of them comes after the last.
CREATE FUNCTION reviewer_data.locked_task(p_task text) RETURNS reviewer_data.task LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
BEGIN
    PERFORM 1 FROM queue_clip q WHERE q.clip_id = (SELECT clip_id FROM task WHERE id = p_task)
        FOR NO KEY UPDATE;
    SELECT * INTO t FROM task WHERE id = p_task FOR NO KEY UPDATE;
    IF t.id IS NULL THEN
        PERFORM refuse('NO_TASK', jsonb_build_object('task', p_task));
    END IF;
    RETURN t;
END
$$;

-- Locks a clip and returns it.
CREATE FUNCTION reviewer_data.locked_clip(p_clip text) RETURNS reviewer_data.queue_clip LANGUAGE plpgsql AS $$
DECLARE
    q reviewer_data.queue_clip;
BEGIN
    SELECT * INTO q FROM queue_clip WHERE clip_id = p_clip FOR NO KEY UPDATE;
    IF q.clip_id IS NULL THEN
        PERFORM refuse('NO_CLIP', jsonb_build_object('clip', p_clip));
    END IF;
    RETURN q;
END
$$;

-- Refuses a lease that is not, live or expired, this person's own for just this task.
CREATE FUNCTION reviewer_data.require_held(t reviewer_data.task, p_lease jsonb, p_prefetch boolean) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF t.id IS NULL THEN
        PERFORM refuse('NO_TASK', jsonb_build_object('task', p_lease ->> 'task_id'));
    END IF;
    IF (t.clip_id, t.kind) IS DISTINCT FROM (p_lease ->> 'clip_id', p_lease ->> 'kind')
        OR t.reviewed_id IS DISTINCT FROM (p_lease ->> 'reviewed_annotation')
    THEN
        PERFORM refuse('NOT_LEASED');
    END IF;
    IF t.state = 'withdrawn' THEN
        PERFORM refuse('CLIP_WITHDRAWN');
    END IF;
    IF t.person_id = (p_lease ->> 'person_id') AND t.token = number_of(p_lease -> 'token') THEN
        IF t.state <> 'leased' OR (t.prefetch > 0) <> p_prefetch THEN
            PERFORM refuse('NOT_LEASED');
        END IF;
    ELSIF t.token > number_of(p_lease -> 'token') THEN
        PERFORM refuse('LEASE_LOST');
    ELSE
        PERFORM refuse('NOT_LEASED');
    END IF;
END
$$;

-- The task of a lease of the caller, with its clip locked.
CREATE FUNCTION reviewer_data.held_task(p_lease jsonb, p_prefetch boolean DEFAULT false) RETURNS reviewer_data.task
LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
BEGIN
    PERFORM require_self(p_lease ->> 'person_id');
    t := locked_task(p_lease ->> 'task_id');
    PERFORM require_held(t, p_lease, p_prefetch);
    RETURN t;
END
$$;

-- Refuses a clip on hold. Who marked personal data in it goes on: for them the hold begins when their work ends.
CREATE FUNCTION reviewer_data.refuse_on_hold(p_clip text, p_person text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (SELECT hold <> '' FROM queue_clip WHERE clip_id = p_clip) AND NOT EXISTS (
        SELECT 1 FROM redaction r JOIN personal_data_mark m ON m.clip_id = r.clip_id
        WHERE r.clip_id = p_clip AND r.held_before = '' AND m.is_open AND m.person_id = p_person)
    THEN
        PERFORM refuse('CLIP_ON_HOLD');
    END IF;
END
$$;

-- Derives the state of a clip from its tasks, unless it was set by a decision.
CREATE FUNCTION reviewer_data.follow(p_clip text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE reviewer_data.queue_clip q SET state = d.state, reason = ''
    FROM (
        SELECT CASE
            WHEN bool_and(t.state = 'accepted') FILTER (WHERE t.kind = 'transcribe')
                AND NOT bool_or(t.kind = 'adjudicate' AND t.state <> 'done') THEN 'final'
            WHEN bool_and(t.state IN ('submitted', 'qa_pending', 'accepted')) FILTER (WHERE t.kind = 'transcribe')
                THEN 'reviewed'
            WHEN bool_and(t.state = 'open') FILTER (WHERE t.kind = 'transcribe') THEN 'ready'
            ELSE 'in_review' END AS state
        FROM reviewer_data.task t WHERE t.clip_id = p_clip
    ) d
    WHERE q.clip_id = p_clip AND q.state <> d.state
    AND q.state NOT IN ('quarantined', 'with_lead', 'exported', 'purged');
END
$$;

-- Opens a task to everybody and voids its lease.
CREATE FUNCTION reviewer_data.open_task(t reviewer_data.task) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE reviewer_data.task SET state = 'open', person_id = NULL, assigned_to = NULL, token = token + 1, prefetch = 0,
        taken_back = false, annotation_id = CASE WHEN t.kind = 'review' THEN NULL ELSE t.annotation_id END
    WHERE id = t.id;
END
$$;

-- Skips and expiries of the passes of a clip; a skip for the language says nothing about the clip.
CREATE FUNCTION reviewer_data.refusals(p_clip text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT count(*)::integer FROM reviewer_data.task_refusal r JOIN reviewer_data.task t ON t.id = r.task_id
    WHERE r.clip_id = p_clip AND r.kind IN ('skip', 'expiry') AND r.reason <> 'not_my_language'
    AND t.kind = 'transcribe'
$$;

-- Keeps a clip from a person for good; after enough skips and expiries it waits for the lead.
CREATE FUNCTION reviewer_data.add_refusal(t reviewer_data.task, p_person text, p_kind text, p_reason text, p_now bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO task_refusal VALUES (t.id, t.clip_id, p_person, p_kind, p_reason, p_now);
    IF p_kind <> 'taken' AND t.kind = 'transcribe'
        AND refusals(t.clip_id) >= (SELECT skips_to_lead FROM rules)
    THEN
        UPDATE queue_clip SET state = 'with_lead', reason = 'refused too often' WHERE clip_id = t.clip_id
            AND state NOT IN ('quarantined', 'with_lead', 'exported', 'purged');
    END IF;
END
$$;

-- Ends the lease of a submission that was taken back and not replaced.
CREATE FUNCTION reviewer_data.submit_again(t reviewer_data.task) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE task SET state = 'submitted', taken_back = false, token = token + 1 WHERE id = t.id;
    PERFORM follow(t.clip_id);
END
$$;

-- Adds a task of a clip; where no priority is given it has that of the clip's other tasks.
CREATE FUNCTION reviewer_data.add_task(
    p_clip text, p_kind text, p_round integer, p_sort_key bigint, p_priority integer DEFAULT NULL,
    p_reviewed text DEFAULT NULL, p_parent text DEFAULT NULL, p_id text DEFAULT NULL
) RETURNS text LANGUAGE sql VOLATILE AS $$
    INSERT INTO reviewer_data.task (id, clip_id, kind, round, state, priority, sort_key, route, reviewed_id, parent_id)
    VALUES (coalesce(p_id, reviewer_data.new_id()), p_clip, p_kind, p_round, 'open',
        coalesce(p_priority, (SELECT max(priority) FROM reviewer_data.task WHERE clip_id = p_clip), 0), p_sort_key,
        (SELECT route FROM reviewer_data.queue_clip WHERE clip_id = p_clip), p_reviewed, p_parent)
    RETURNING id
$$;

CREATE FUNCTION reviewer_data.add_review(p_task text) RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT reviewer_data.add_task(t.clip_id, 'review',
        1 + (SELECT count(*)::integer FROM reviewer_data.task r WHERE r.parent_id = t.id),
        (SELECT a.made_at FROM reviewer_data.annotation a WHERE a.id = t.annotation_id),
        p_reviewed => t.annotation_id, p_parent => t.id)
    FROM reviewer_data.task t WHERE t.id = p_task
$$;

-- Takes a clip that waits for the lead back into the queue.
CREATE FUNCTION reviewer_data.put_back(p_clip text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    q reviewer_data.queue_clip := locked_clip(p_clip);
BEGIN
    IF q.state = 'quarantined' THEN
        PERFORM refuse('CLIP_QUARANTINED', jsonb_build_object('clip', p_clip));
    ELSIF q.state = 'with_lead' THEN
        UPDATE queue_clip SET state = 'ready', reason = '' WHERE clip_id = p_clip;
        PERFORM follow(p_clip);
    END IF;
END
$$;

CREATE FUNCTION reviewer_data.set_final(p_clip text, p_annotation text, p_verdict text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM verdict WHERE id = p_verdict AND clip_id = p_clip) THEN
        PERFORM refuse('NO_VERDICT', jsonb_build_object('clip', p_clip));
    END IF;
    INSERT INTO final (clip_id, annotation_id, verdict_id) VALUES (p_clip, p_annotation, p_verdict)
    ON CONFLICT (clip_id) DO UPDATE SET annotation_id = excluded.annotation_id, verdict_id = excluded.verdict_id;
END
$$;

CREATE FUNCTION reviewer_data.accept_pass(p_task text, p_clip text, p_annotation text, p_verdict text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE task SET state = 'accepted', annotation_id = p_annotation WHERE id = p_task;
    IF (SELECT passes FROM queue_clip WHERE clip_id = p_clip) = 1 THEN
        PERFORM set_final(p_clip, p_annotation, p_verdict);
    END IF;
END
$$;

-- What somebody signed of a verdict. Nobody here can say whether it is true; only that it is not long.
CREATE FUNCTION reviewer_data.short_signed(p_signed text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF length(p_signed) > 2000 THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    RETURN coalesce(p_signed, '');
END
$$;

-- A verdict without a review: work that was not selected, or an adjudicator's own decision. Returns its id.
CREATE FUNCTION reviewer_data.own_verdict(
    t reviewer_data.task, p_annotation text, p_kind text, p_person text, p_now bigint, p_signed text
) RETURNS text LANGUAGE sql VOLATILE AS $$
    INSERT INTO reviewer_data.verdict (id, task_id, clip_id, annotation_id, kind, person_id, token, at, signed)
    VALUES (reviewer_data.new_id(), t.id, t.clip_id, p_annotation, p_kind, p_person, t.token, p_now,
        reviewer_data.short_signed(p_signed)) RETURNING id
$$;
