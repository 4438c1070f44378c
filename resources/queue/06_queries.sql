-- What people may read: contractors their own work, QA what they check, leads all.

-- Whether the caller may read this annotation. Who checks it may only when their own version is in: it is blind.
-- Who adjudicates a clip may read what was submitted for it.
CREATE FUNCTION reviewer_data.may_read(a reviewer_data.annotation) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    RETURN a.author = me OR is_lead() OR (
        pg_has_role(session_user, 'reviewer_qa', 'member')
        AND EXISTS (SELECT 1 FROM task t WHERE t.clip_id = a.clip_id AND t.person_id = me AND t.prefetch = 0
            AND (t.kind = 'adjudicate'
                OR t.kind = 'review' AND t.reviewed_id = a.id AND t.annotation_id IS NOT NULL)));
END
$$;

CREATE FUNCTION reviewer.annotation(p_annotation text) RETURNS SETOF reviewer_data.annotation
LANGUAGE plpgsql STABLE AS $$
DECLARE
    a reviewer_data.annotation;
BEGIN
    SELECT * INTO a FROM annotation WHERE id = p_annotation;
    IF a.id IS NULL OR NOT may_read(a) THEN
        PERFORM refuse('NO_ANNOTATION');
    END IF;
    RETURN NEXT a;
END
$$;

-- True when an annotation was taken back and another one submitted in its place.
CREATE FUNCTION reviewer_data.is_replaced(a reviewer_data.annotation, t reviewer_data.task) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT t.kind = 'transcribe' AND t.annotation_id IS DISTINCT FROM a.id
        AND NOT EXISTS (SELECT 1 FROM reviewer_data.verdict v WHERE v.annotation_id = a.id)
$$;

CREATE FUNCTION reviewer.annotations_of(p_person text, p_limit integer) RETURNS SETOF reviewer_data.annotation
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM require_self_or_lead(p_person);
    RETURN QUERY SELECT a.* FROM annotation a JOIN task t ON t.id = a.task_id
        WHERE a.author = p_person AND t.kind <> 'review' AND NOT is_replaced(a, t)
        ORDER BY a.made_at DESC, a.place DESC LIMIT p_limit;
END
$$;

CREATE FUNCTION reviewer.verdict_on(p_annotation text) RETURNS SETOF reviewer_data.verdict LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT v.* FROM verdict v JOIN annotation a ON a.id = v.annotation_id
        WHERE v.annotation_id = p_annotation AND may_read(a);
END
$$;

CREATE FUNCTION reviewer.verdicts_of(p_clips text[]) RETURNS SETOF reviewer_data.verdict LANGUAGE sql STABLE AS $$
    SELECT v.* FROM verdict v WHERE v.clip_id = ANY (p_clips)
$$;

-- What somebody decided, and the draws that they signed.
CREATE FUNCTION reviewer.verdicts_by(p_person text) RETURNS SETOF reviewer_data.verdict LANGUAGE sql STABLE AS $$
    SELECT v.* FROM verdict v WHERE v.person_id = p_person OR strpos(v.signed, p_person) > 0
$$;

CREATE FUNCTION reviewer.state_of(p_annotation text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    a reviewer_data.annotation;
    t reviewer_data.task;
    decided text;
BEGIN
    SELECT * INTO a FROM annotation WHERE id = p_annotation;
    IF a.id IS NULL OR NOT may_read(a) THEN
        PERFORM refuse('NO_ANNOTATION');
    END IF;
    SELECT * INTO t FROM task WHERE id = a.task_id;
    SELECT kind INTO decided FROM verdict WHERE annotation_id = p_annotation;
    RETURN CASE
        WHEN t.state = 'withdrawn' THEN 'withdrawn'
        WHEN decided = 'returned' THEN 'returned'
        WHEN decided IS NOT NULL THEN 'accepted'
        WHEN t.annotation_id = p_annotation THEN t.state
        ELSE 'returned' END;
END
$$;

-- The state of a clip, for a lead, for who had it, and for everybody once nobody may open it any more.
CREATE FUNCTION reviewer.clip_state(p_clip text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    me text := (caller()).person_id;
    q reviewer_data.queue_clip;
BEGIN
    SELECT * INTO q FROM queue_clip WHERE clip_id = p_clip;
    IF q.clip_id IS NULL OR (is_lead() OR q.open_until <= now_micros() OR had_clip(p_clip, me)) IS NOT TRUE THEN
        PERFORM refuse('NO_CLIP', jsonb_build_object('clip', p_clip));
    END IF;
    RETURN q.state;
END
$$;

CREATE FUNCTION reviewer.is_distressing(p_clip text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    RETURN coalesce((SELECT q.is_distressing FROM queue_clip q WHERE clip_id = p_clip
        AND (is_lead() OR had_clip(p_clip, me))), false);
END
$$;

CREATE FUNCTION reviewer.waiting(p_kinds text[]) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    now_at bigint := now_micros();
BEGIN
    IF NOT is_lead() THEN
        PERFORM require_kinds(p_kinds);
    END IF;
    RETURN (SELECT count(*) FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
        WHERE t.kind = ANY (p_kinds) AND can_be_done(t.kind, q, now_at)
        AND (t.state = 'open' OR t.state = 'leased' AND t.lease_until <= now_at AND NOT t.taken_back));
END
$$;

-- What waits for a person, what they submitted since, and what came back, in one answer.
CREATE FUNCTION reviewer.daily_counts(p_person text, p_kinds text[], p_since bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    now_at bigint := now_micros();
    routes text[];
BEGIN
    PERFORM require_self_or_lead(p_person);
    IF NOT is_lead() THEN
        PERFORM require_kinds(p_kinds);
    END IF;
    routes := routes_of(p_person);
    RETURN jsonb_build_object(
        'returned', (
            SELECT count(*) FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
            WHERE t.person_id = p_person AND t.kind = ANY (p_kinds) AND t.state = 'returned'
            AND t.assigned_to IS NULL AND can_be_done(t.kind, q, now_at)),
        'submitted', (
            SELECT count(*) FROM annotation a JOIN task t ON t.id = a.task_id
            WHERE a.author = p_person AND a.made_at >= p_since AND t.kind = ANY (p_kinds) AND NOT t.taken_back
            AND NOT is_replaced(a, t)),
        'waiting', (
            SELECT count(*) FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
            WHERE t.kind = ANY (p_kinds) AND can_be_done(t.kind, q, now_at) AND (
                t.person_id = p_person AND t.state = 'leased' AND t.prefetch > 0
                OR t.kind <> 'review' AND t.person_id = p_person AND t.state = 'returned' AND t.assigned_to IS NULL
                OR (t.state = 'open' AND t.assigned_to IS NULL AND t.route = ANY (routes)
                    OR t.state = 'leased' AND t.lease_until <= now_at AND t.prefetch < 2 AND NOT t.taken_back
                        AND t.route = ANY (routes)
                    OR t.assigned_to = p_person AND t.state IN ('open', 'returned'))
                AND NOT EXISTS (SELECT 1 FROM task own WHERE own.clip_id = t.clip_id AND own.person_id = p_person
                    AND (own.parent_id IS NULL OR own.parent_id IS DISTINCT FROM t.parent_id))
                AND NOT EXISTS (SELECT 1 FROM task_refusal r WHERE r.clip_id = t.clip_id AND r.person_id = p_person)
                AND NOT EXISTS (SELECT 1 FROM annotation a JOIN task own ON own.id = a.task_id
                    WHERE a.clip_id = t.clip_id AND a.author = p_person
                    AND (own.parent_id IS NULL OR own.parent_id IS DISTINCT FROM t.parent_id)))));
END
$$;

CREATE FUNCTION reviewer_data.counted(p_kind text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (
        SELECT state, count(*) AS n FROM reviewer_data.task WHERE kind = p_kind GROUP BY state) by_state
$$;

CREATE FUNCTION reviewer.counts() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'clips', (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (
            SELECT state, count(*) AS n FROM queue_clip GROUP BY state) by_state),
        'tasks', (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (
            SELECT CASE WHEN t.state IN ('open', 'returned') AND NOT can_be_done('transcribe', q, now_micros())
                THEN 'held_back' ELSE t.state END AS state, count(*) AS n
            FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id WHERE t.kind = 'transcribe' GROUP BY 1) by_state),
        'late_drafts', (SELECT count(*) FROM late_draft WHERE state = 'waiting'),
        'reviews', counted('review'), 'adjudications', counted('adjudicate'),
        'undecided', (SELECT count(*) FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
            WHERE t.kind = 'adjudicate' AND t.state IN ('open', 'leased') AND q.state = 'reviewed'))
$$;

-- What a lead's monitoring is told: numbers only.
CREATE FUNCTION reviewer.figures() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    now_at bigint := now_micros();
    hour_ago bigint := now_at - 3600000000;
BEGIN
    RETURN jsonb_build_object(
        'clips', (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (
            SELECT state, count(*) AS n FROM queue_clip GROUP BY state) by_state),
        'tasks', jsonb_build_object('transcribe', counted('transcribe'), 'review', counted('review'),
            'adjudicate', counted('adjudicate')),
        'waiting', '{"transcribe": 0, "review": 0, "adjudicate": 0}'::jsonb || (
            SELECT coalesce(jsonb_object_agg(kind, n), '{}') FROM (
                SELECT t.kind, count(*) AS n FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
                WHERE can_be_done(t.kind, q, now_at)
                AND (t.state = 'open' OR t.state = 'leased' AND t.lease_until <= now_at AND NOT t.taken_back)
                GROUP BY t.kind) by_kind),
        'leases', (SELECT jsonb_build_object(
            'live', count(*) FILTER (WHERE lease_until > now_at AND prefetch = 0),
            'prefetch', count(*) FILTER (WHERE lease_until > now_at AND prefetch > 0),
            'expired', count(*) FILTER (WHERE lease_until <= now_at)) FROM task WHERE state = 'leased'),
        'oldest_waiting', '{"review": 0, "adjudicate": 0}'::jsonb || (
            SELECT coalesce(jsonb_object_agg(kind, greatest(now_at - since, 0) / 1e6), '{}') FROM (
                SELECT t.kind, min(t.sort_key) AS since FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
                WHERE t.kind <> 'transcribe' AND t.state = 'open' AND can_be_done(t.kind, q, now_at)
                GROUP BY t.kind) by_kind),
        'oldest_lease', (SELECT coalesce(greatest(now_at - min(lease_started), 0), 0) / 1e6 FROM task
            WHERE state = 'leased' AND prefetch = 0 AND lease_until > now_at),
        'claims', (SELECT count(*) FROM lease_given WHERE at > hour_ago),
        'submissions', (SELECT count(*) FROM annotation WHERE made_at > hour_ago),
        'late_drafts', (SELECT count(*) FROM late_draft WHERE state = 'waiting'),
        'unsent', (SELECT coalesce(sum(n), 0) FROM unsent_work),
        'oldest_unsent', (SELECT coalesce(greatest(now_at - min(since), 0), 0) / 1e6 FROM unsent_work));
END
$$;

-- Tasks that wait and that none of these people can take; p_people has their ids by the kind of task they do.
CREATE FUNCTION reviewer.without_taker(p_people jsonb) RETURNS TABLE (kind text, locale text, skill text, n bigint)
LANGUAGE sql STABLE AS $$
    WITH taker AS MATERIALIZED (
        SELECT k.key AS kind, person, unnest(routes_of(person)) AS route
        FROM jsonb_each(p_people) k CROSS JOIN jsonb_array_elements_text(k.value) person
    )
    SELECT t.kind, r.locale, r.skill, count(*) FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
    JOIN queue_route r ON r.route = t.route
    WHERE p_people ? t.kind AND can_be_done(t.kind, q, now_micros()) AND t.assigned_to IS NULL
    AND (t.state = 'open' OR t.state = 'leased' AND t.lease_until <= now_micros() AND t.prefetch < 2)
    AND NOT EXISTS (SELECT 1 FROM taker WHERE taker.kind = t.kind AND taker.route = t.route
        AND never_had(t.clip_id, t.parent_id, taker.person))
    GROUP BY t.kind, r.locale, r.skill ORDER BY t.kind, r.locale, r.skill
$$;

-- Everybody's languages for a lead; for others their own.
CREATE FUNCTION reviewer.languages() RETURNS TABLE (person_id text, tag text) LANGUAGE sql STABLE AS $$
    SELECT l.person_id, l.tag FROM person_language l WHERE is_lead() OR l.person_id = (caller()).person_id
    ORDER BY l.person_id COLLATE "C", l.tag COLLATE "C"
$$;

-- Everybody's skills for a lead; for others their own.
CREATE FUNCTION reviewer.skills() RETURNS TABLE (person_id text, skill text) LANGUAGE sql STABLE AS $$
    SELECT s.person_id, s.skill FROM person_skill s WHERE is_lead() OR s.person_id = (caller()).person_id
    ORDER BY s.person_id COLLATE "C", s.skill COLLATE "C"
$$;

-- A skip of a distressing clip, or of one in another language, is never held against anybody. Accepted and
-- returned count annotations; a returned one stays returned, whatever its author submits later.
CREATE FUNCTION reviewer.work_by_person() RETURNS TABLE (
    person_id text, submitted bigint, accepted bigint, returned bigint, skipped bigint, checked bigint
) LANGUAGE sql STABLE AS $$
    SELECT person, count(*) FILTER (WHERE what = 'work'), count(*) FILTER (WHERE is_accepted),
        count(*) FILTER (WHERE is_returned), count(*) FILTER (WHERE what = 'skip'), count(*) FILTER (WHERE is_checked)
    FROM (
        SELECT a.author AS person, 'work' AS what,
            v.kind IN ('accepted', 'accepted_with_fixes', 'passed') AND t.state <> 'withdrawn' AS is_accepted,
            v.kind = 'returned' AS is_returned, v.kind <> 'passed' AS is_checked
        FROM annotation a JOIN task t ON t.id = a.task_id AND t.kind = 'transcribe'
        LEFT JOIN verdict v ON v.annotation_id = a.id WHERE NOT is_replaced(a, t)
        UNION ALL
        SELECT r.person_id, 'skip', false, false, false FROM task_refusal r JOIN task t ON t.id = r.task_id
        WHERE r.kind = 'skip' AND t.kind = 'transcribe' AND r.reason <> 'not_my_language'
        AND NOT EXISTS (SELECT 1 FROM task_refusal d WHERE d.clip_id = r.clip_id AND d.reason = 'distressing')
        AND NOT EXISTS (SELECT 1 FROM queue_clip q WHERE q.clip_id = r.clip_id AND q.is_distressing)
    ) each
    GROUP BY person ORDER BY person COLLATE "C"
$$;

CREATE FUNCTION reviewer.leases() RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
    SELECT lease_of(t) FROM task t WHERE t.state = 'leased' ORDER BY t.lease_until, t.place
$$;

-- One lease, for the broker that is asked for its clip's key.
CREATE FUNCTION reviewer.lease_of_task(p_task text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT lease_of(t) FROM task t WHERE t.id = p_task AND t.state = 'leased'
$$;

CREATE FUNCTION reviewer.held() RETURNS TABLE (clip_id text, task_ids text[], refused integer) LANGUAGE sql STABLE AS $$
    SELECT t.clip_id, array_agg(t.id ORDER BY t.round), refusals(t.clip_id)
    FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
    WHERE q.state = 'with_lead' AND t.kind = 'transcribe' AND t.state IN ('open', 'leased', 'returned')
    GROUP BY t.clip_id ORDER BY t.clip_id COLLATE "C"
$$;

CREATE FUNCTION reviewer.late_drafts() RETURNS TABLE (
    id text, task_id text, clip_id text, person_id text, sealed bytea, kept_at bigint, kind text, state text,
    reason text, annotation_id text, decided_at bigint, handed_in text, takes_pass boolean
) LANGUAGE sql STABLE AS $$
    SELECT * FROM late_draft_rows(now_micros()) d WHERE d.state = 'waiting'
    ORDER BY d.kept_at DESC, d.id COLLATE "C" DESC
$$;

CREATE FUNCTION reviewer.late_drafts_of(p_person text) RETURNS TABLE (
    id text, task_id text, clip_id text, person_id text, sealed bytea, kept_at bigint, kind text, state text,
    reason text, annotation_id text, decided_at bigint, handed_in text, takes_pass boolean
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM require_self_or_lead(p_person);
    RETURN QUERY SELECT * FROM late_draft_rows(now_micros()) d WHERE d.person_id = p_person
        ORDER BY d.kept_at DESC, d.id COLLATE "C" DESC;
END
$$;

-- Every clip, or one; what it was refused for are reasons of skips, expiry and taken.
CREATE FUNCTION reviewer.listed(p_clip text DEFAULT NULL) RETURNS TABLE (
    clip_id text, state text, passes integer, done bigint, has text, assigned text, did text, changed_at bigint,
    refusals text, hold text, skill text, priority integer
) LANGUAGE sql STABLE AS $$
    SELECT q.clip_id, q.state, q.passes, coalesce(t.done, 0), coalesce(t.has, ''), coalesce(t.assigned, ''),
        coalesce(a.did, ''),
        greatest(coalesce(t.started, 0), coalesce(a.made, 0), coalesce(r.last, 0), coalesce(v.decided, 0)),
        coalesce(r.refused, ''), q.hold, route.skill, coalesce(t.priority, 0)
    FROM queue_clip q JOIN queue_route route ON route.route = q.route
    LEFT JOIN (
        SELECT o.clip_id, count(*) FILTER (WHERE o.kind = 'transcribe'
                AND o.state IN ('submitted', 'qa_pending', 'returned', 'accepted')) AS done,
            string_agg(o.person_id, ',' ORDER BY o.place)
                FILTER (WHERE o.state = 'leased' AND o.lease_until > now_micros()) AS has,
            string_agg(o.assigned_to, ',' ORDER BY o.place) FILTER (WHERE o.state IN ('open', 'returned')) AS assigned,
            max(o.lease_started) AS started, max(o.priority) AS priority
        FROM task o WHERE p_clip IS NULL OR o.clip_id = p_clip GROUP BY o.clip_id
    ) t ON t.clip_id = q.clip_id
    LEFT JOIN (
        SELECT w.clip_id, string_agg(w.author, ',' ORDER BY w.made_at, w.author) AS did, max(w.made_at) AS made
        FROM annotation w WHERE p_clip IS NULL OR w.clip_id = p_clip GROUP BY w.clip_id
    ) a ON a.clip_id = q.clip_id
    LEFT JOIN (
        SELECT f.clip_id, string_agg(CASE f.kind WHEN 'skip' THEN f.reason ELSE f.kind END, ',' ORDER BY f.at) AS refused,
            max(f.at) AS last
        FROM task_refusal f WHERE p_clip IS NULL OR f.clip_id = p_clip GROUP BY f.clip_id
    ) r ON r.clip_id = q.clip_id
    LEFT JOIN (
        SELECT d.clip_id, max(d.at) AS decided FROM verdict d
        WHERE p_clip IS NULL OR d.clip_id = p_clip GROUP BY d.clip_id
    ) v ON v.clip_id = q.clip_id
    WHERE p_clip IS NULL OR q.clip_id = p_clip ORDER BY q.clip_id COLLATE "C"
$$;

CREATE FUNCTION reviewer.done_passes() RETURNS TABLE (clip_id text, author text, made_at bigint)
LANGUAGE sql STABLE AS $$
    SELECT t.clip_id, a.author, a.made_at FROM task t CROSS JOIN LATERAL (
        SELECT w.author, w.made_at FROM annotation w WHERE w.clip_id = t.clip_id AND w.task_id = t.id
        ORDER BY w.made_at DESC LIMIT 1) a
    WHERE t.kind = 'transcribe' AND t.state IN ('submitted', 'qa_pending', 'accepted')
    ORDER BY t.clip_id COLLATE "C", t.round
$$;

CREATE FUNCTION reviewer.final_count() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM queue_clip WHERE state IN ('final', 'exported') AND hold = ''
$$;

CREATE FUNCTION reviewer.final_texts(p_limit integer, p_after text) RETURNS SETOF reviewer_data.annotation
LANGUAGE sql STABLE AS $$
    SELECT a.* FROM queue_clip q LEFT JOIN final f ON f.clip_id = q.clip_id
    JOIN annotation a ON a.id = coalesce(f.annotation_id, (
        SELECT t.annotation_id FROM task t WHERE t.clip_id = q.clip_id AND t.kind = 'transcribe'
        AND t.state = 'accepted' ORDER BY t.round LIMIT 1))
    WHERE q.clip_id COLLATE "C" > p_after AND q.state IN ('final', 'exported') AND q.hold = ''
    ORDER BY q.clip_id COLLATE "C" LIMIT p_limit
$$;

CREATE FUNCTION reviewer.holds() RETURNS TABLE (clip_id text, hold text) LANGUAGE sql STABLE AS $$
    SELECT q.clip_id, q.hold FROM queue_clip q WHERE q.hold <> '' ORDER BY q.clip_id COLLATE "C"
$$;

CREATE FUNCTION reviewer.tasks_of(p_clip text) RETURNS TABLE (id text, state text) LANGUAGE sql STABLE AS $$
    SELECT t.id, t.state FROM task t WHERE t.clip_id = p_clip
    ORDER BY t.kind <> 'transcribe', t.kind COLLATE "C", t.round, t.place
$$;

CREATE FUNCTION reviewer.kind_of(p_task text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    found text := (SELECT kind FROM task WHERE id = p_task);
BEGIN
    IF found IS NULL THEN
        PERFORM refuse('NO_TASK', jsonb_build_object('task', p_task));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION reviewer.passes_to_compare(p_limit integer, p_after text) RETURNS SETOF reviewer_data.annotation
LANGUAGE sql STABLE AS $$
    WITH chosen AS MATERIALIZED (
        SELECT q.clip_id FROM queue_clip q
        WHERE q.state = 'final' AND q.passes > 1 AND q.clip_id COLLATE "C" > p_after
        AND (q.open_until IS NULL OR q.open_until > now_micros()) AND NOT q.passes_agree
        AND NOT EXISTS (SELECT 1 FROM task t WHERE t.clip_id = q.clip_id AND t.kind = 'adjudicate')
        ORDER BY q.clip_id COLLATE "C" LIMIT p_limit
    )
    SELECT a.* FROM chosen c JOIN task t ON t.clip_id = c.clip_id JOIN annotation a ON a.id = t.annotation_id
    WHERE t.kind = 'transcribe' AND t.state = 'accepted' ORDER BY t.clip_id COLLATE "C", t.round
$$;

CREATE FUNCTION reviewer.accepted_passes(p_clip text) RETURNS SETOF reviewer_data.annotation
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT a.* FROM task t JOIN annotation a ON a.id = t.annotation_id
        WHERE t.clip_id = p_clip AND t.kind = 'transcribe' AND t.state = 'accepted' AND may_read(a)
        ORDER BY t.round;
END
$$;

CREATE FUNCTION reviewer.has_adjudication(p_clip text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM task WHERE clip_id = p_clip AND kind = 'adjudicate')
$$;

CREATE FUNCTION reviewer.accepted() RETURNS SETOF reviewer_data.annotation LANGUAGE sql STABLE AS $$
    SELECT a.* FROM task t JOIN annotation a ON a.id = t.annotation_id JOIN queue_clip q ON q.clip_id = t.clip_id
    WHERE t.kind = 'transcribe' AND t.state = 'accepted' AND q.state NOT IN ('purged', 'quarantined')
    ORDER BY t.clip_id COLLATE "C", t.round
$$;

CREATE FUNCTION reviewer.exportable() RETURNS TABLE (clip_id text) LANGUAGE sql STABLE AS $$
    SELECT q.clip_id FROM queue_clip q WHERE q.state IN ('final', 'exported') AND EXISTS (
        SELECT 1 FROM task t WHERE t.clip_id = q.clip_id AND t.kind = 'transcribe' AND t.state = 'accepted')
    ORDER BY q.clip_id COLLATE "C"
$$;

CREATE FUNCTION reviewer.exportable_work(p_clips text[]) RETURNS SETOF reviewer_data.annotation
LANGUAGE sql STABLE AS $$
    SELECT a.* FROM unnest(p_clips) WITH ORDINALITY AS asked (clip_id, place)
    JOIN queue_clip q ON q.clip_id = asked.clip_id
    JOIN task t ON t.clip_id = q.clip_id JOIN annotation a ON a.id = t.annotation_id
    WHERE q.state IN ('final', 'exported') AND t.kind = 'transcribe' AND t.state = 'accepted'
    ORDER BY asked.place, t.round
$$;

CREATE FUNCTION reviewer.finals(p_clips text[]) RETURNS TABLE (clip_id text, annotation_id text)
LANGUAGE sql STABLE AS $$
    SELECT f.clip_id, f.annotation_id FROM final f WHERE f.clip_id = ANY (p_clips)
$$;

CREATE FUNCTION reviewer.accepted_among(p_annotations text[]) RETURNS TABLE (id text, clip_id text)
LANGUAGE sql STABLE AS $$
    SELECT a.id, a.clip_id FROM annotation a
    JOIN queue_clip q ON q.clip_id = a.clip_id JOIN task t ON t.id = a.task_id
    LEFT JOIN verdict v ON v.annotation_id = a.id LEFT JOIN final f ON f.clip_id = a.clip_id
    WHERE a.id = ANY (p_annotations) AND q.state <> 'quarantined' AND (f.annotation_id = a.id OR (t.state <> 'withdrawn'
        AND CASE WHEN v.kind IS NULL THEN t.annotation_id = a.id AND t.state = 'accepted'
            ELSE v.kind <> 'returned' END))
$$;

CREATE FUNCTION reviewer.final(p_clip text) RETURNS TABLE (clip_id text, annotation_id text, verdict_id text)
LANGUAGE sql STABLE AS $$
    SELECT f.clip_id, f.annotation_id, f.verdict_id FROM final f WHERE f.clip_id = p_clip
$$;

CREATE FUNCTION reviewer.open_passes(p_clip text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT id FROM task WHERE clip_id = p_clip AND kind = 'transcribe' AND state = 'open' ORDER BY round
$$;

CREATE FUNCTION reviewer.quarantined(p_limit integer, p_after text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT clip_id FROM queue_clip WHERE state = 'quarantined' AND clip_id COLLATE "C" > p_after
    ORDER BY clip_id COLLATE "C" LIMIT p_limit
$$;

CREATE FUNCTION reviewer.clip_states(p_clips text[]) RETURNS TABLE (clip_id text, state text)
LANGUAGE sql STABLE AS $$
    SELECT q.clip_id, q.state FROM queue_clip q WHERE q.clip_id = ANY (p_clips)
$$;

-- What the program must know before anything else: whether it and the server go together.
CREATE FUNCTION reviewer.versions() RETURNS TABLE (workspace_id text, tables_version integer, functions_digest text)
LANGUAGE sql STABLE AS $$
    SELECT m.workspace_id, m.tables_version, m.functions_digest FROM meta m
$$;
