-- What leads do with clips, tasks and people, and QA with submitted work.

CREATE FUNCTION reviewer.set_rules(
    p_lease_micros bigint, p_cap_micros bigint, p_prefetch_micros bigint, p_skips_to_lead integer,
    p_leases_per_hour integer DEFAULT 0, p_leases_without_hand_in integer DEFAULT 0,
    p_agreements text[] DEFAULT '{}', p_agreement_micros bigint DEFAULT 0
) RETURNS void LANGUAGE sql VOLATILE AS $$
    INSERT INTO rules (lease_micros, cap_micros, prefetch_micros, skips_to_lead, leases_per_hour,
        leases_without_hand_in, agreements, agreement_micros)
    VALUES (p_lease_micros, p_cap_micros, p_prefetch_micros, p_skips_to_lead, p_leases_per_hour,
        p_leases_without_hand_in, p_agreements, p_agreement_micros)
    ON CONFLICT (only_row) DO UPDATE SET lease_micros = excluded.lease_micros, cap_micros = excluded.cap_micros,
        prefetch_micros = excluded.prefetch_micros, skips_to_lead = excluded.skips_to_lead,
        leases_per_hour = excluded.leases_per_hour, leases_without_hand_in = excluded.leases_without_hand_in,
        agreements = excluded.agreements, agreement_micros = excluded.agreement_micros
$$;

-- Nothing is answered to this person from now on, also over connections that are open. These are ended, and their
-- login opens no other, where the owner of the database may do so (pg_signal_backend) and nothing keeps it waiting.
CREATE FUNCTION reviewer.block(p_person text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    whose name;
BEGIN
    PERFORM caller();
    UPDATE person_login SET is_blocked = true WHERE person_id = p_person RETURNING login INTO whose;
    IF whose IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('REVOKE reviewer_qa, reviewer_lead FROM %I', whose);
    BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = whose AND pid <> pg_backend_pid();
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    BEGIN  -- who changed their own role in a transaction that is open would make this wait
        PERFORM set_config('lock_timeout', '2000', true);
        EXECUTE format('ALTER ROLE %I NOLOGIN', whose);
    EXCEPTION WHEN lock_not_available OR insufficient_privilege THEN NULL;
    END;
END
$$;

-- Tags with their language, script and region, as the program reads them.
CREATE FUNCTION reviewer.set_languages(p_person text, p_tags jsonb, p_key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    PERFORM lock_person(me);
    IF EXISTS (SELECT 1 FROM answered(me, p_key)) THEN
        RETURN;
    END IF;
    DELETE FROM person_language WHERE person_id = p_person;
    INSERT INTO person_language (person_id, tag, language, script, region)
    SELECT p_person, e ->> 0, e ->> 1, e ->> 2, e ->> 3 FROM jsonb_array_elements(p_tags) e;
    PERFORM remember(me, p_key, NULL, now_micros());
END
$$;

-- Ends the connections of people's logins whose transaction has been open for so many seconds, and says how many: VACUUM
-- would remove nothing that is newer. A login can raise every timeout of its own again. Where the owner may not see or
-- end them (00_superuser.sql), none is ended.
CREATE FUNCTION reviewer.end_long_transactions(p_seconds integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM caller();
    IF (p_seconds BETWEEN 1 AND 86400) IS NOT TRUE THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    RETURN (SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a JOIN person_login p ON p.login = a.usename
        WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
        AND a.xact_start < clock_timestamp() - make_interval(secs => p_seconds));
EXCEPTION WHEN insufficient_privilege THEN
    RETURN 0;
END
$$;

-- Lets somebody whom the limits on taking stopped go on: what was leased until now counts no more.
CREATE FUNCTION reviewer.lift_limits(p_person text, p_signed text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM caller();
    IF p_person IS NULL OR length(p_person) > 200 OR coalesce(length(p_signed), 2001) > 2000 THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    INSERT INTO limits_lifted AS l (person_id, at, signed) VALUES (p_person, now_micros(), p_signed)
    ON CONFLICT (person_id) DO UPDATE SET at = excluded.at, signed = excluded.signed;
END
$$;

-- Skills that a lead gives to a person, in place of those they have.
CREATE FUNCTION reviewer.set_skills(p_person text, p_skills text[], p_key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    PERFORM lock_person(me);
    IF EXISTS (SELECT 1 FROM answered(me, p_key)) THEN
        RETURN;
    END IF;
    PERFORM require_skill(nullif(s, '')) FROM unnest(p_skills) s;
    DELETE FROM person_skill WHERE person_id = p_person;
    INSERT INTO person_skill (person_id, skill) SELECT DISTINCT p_person, s FROM unnest(p_skills) s;
    PERFORM remember(me, p_key, NULL, now_micros()), tell_of_work();
END
$$;

CREATE FUNCTION reviewer.add_clip(
    p_clip text, p_passes integer, p_priority integer, p_sort_key bigint, p_state text, p_open_until bigint,
    p_locale jsonb, p_skill text DEFAULT '', p_pass_spread bigint DEFAULT 0
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    its_route text := route_of(p_locale ->> 0, p_skill);
BEGIN
    PERFORM require_skill(p_skill), require_priority(p_priority);
    IF p_state NOT IN ('ready', 'quarantined') THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    INSERT INTO queue_route (route, skill, locale, language, script, region)
    VALUES (its_route, p_skill, p_locale ->> 0, p_locale ->> 1, p_locale ->> 2, p_locale ->> 3) ON CONFLICT DO NOTHING;
    INSERT INTO queue_clip (clip_id, state, passes, open_until, route)
    VALUES (p_clip, p_state, p_passes, p_open_until, its_route) ON CONFLICT (clip_id) DO NOTHING;
    IF FOUND THEN
        PERFORM add_task(p_clip, 'transcribe', number,  -- nobody can tell when a further pass comes
            p_sort_key + CASE WHEN number = 1 THEN 0 ELSE (random() * p_pass_spread)::bigint END, p_priority)
        FROM generate_series(1, p_passes) number;
        PERFORM tell_of_work();
    END IF;
END
$$;

-- Locks clips in the order of their ids, all of which must be there.
CREATE FUNCTION reviewer_data.lock_clips(p_clips text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    missing text;
BEGIN
    PERFORM caller();
    SELECT c INTO missing FROM unnest(p_clips) c WHERE NOT EXISTS (SELECT 1 FROM queue_clip WHERE clip_id = c);
    IF missing IS NOT NULL THEN
        PERFORM refuse('NO_CLIP', jsonb_build_object('clip', missing));
    END IF;
    PERFORM 1 FROM queue_clip WHERE clip_id = ANY (p_clips) ORDER BY clip_id FOR NO KEY UPDATE;
END
$$;

-- The skill that all tasks of these clips ask for from now on; empty for none. Leases stay as they are.
CREATE FUNCTION reviewer.set_clip_skill(p_clips text[], p_skill text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM require_skill(p_skill), lock_clips(p_clips);
    INSERT INTO queue_route (route, skill, locale, language, script, region)
    SELECT DISTINCT route_of(r.locale, p_skill), p_skill, r.locale, r.language, r.script, r.region
    FROM queue_clip q JOIN queue_route r ON r.route = q.route WHERE q.clip_id = ANY (p_clips) ON CONFLICT DO NOTHING;
    UPDATE queue_clip q SET route = route_of(r.locale, p_skill)
    FROM queue_route r WHERE r.route = q.route AND q.clip_id = ANY (p_clips) AND r.skill <> p_skill;
    UPDATE task t SET route = q.route
    FROM queue_clip q WHERE q.clip_id = t.clip_id AND t.clip_id = ANY (p_clips) AND t.route <> q.route;
    PERFORM tell_of_work();
END
$$;

CREATE FUNCTION reviewer_data.require_priority(p_priority integer) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF (p_priority BETWEEN -100 AND 100) IS NOT TRUE THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
END
$$;

-- The priority of all tasks of these clips, also of reviews that come later.
CREATE FUNCTION reviewer.set_priority(p_clips text[], p_priority integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM require_priority(p_priority), lock_clips(p_clips);
    UPDATE task SET priority = p_priority WHERE clip_id = ANY (p_clips) AND priority <> p_priority;
    PERFORM tell_of_work();
END
$$;

CREATE FUNCTION reviewer.set_passes_agree(p_clip text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM caller();
    UPDATE queue_clip SET passes_agree = true WHERE clip_id = p_clip AND state IN ('final', 'exported') AND passes > 1;
    IF NOT FOUND THEN
        PERFORM refuse('CLIP_NOT_FINAL', jsonb_build_object('clip', p_clip));
    END IF;
END
$$;

CREATE FUNCTION reviewer.add_adjudication(p_clip text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    me text := (caller()).person_id;
    q reviewer_data.queue_clip := locked_clip(p_clip);
    found text;
BEGIN
    SELECT id INTO found FROM task WHERE clip_id = p_clip AND kind = 'adjudicate';
    IF found IS NULL THEN
        IF q.state NOT IN ('final', 'exported') THEN
            PERFORM refuse('CLIP_NOT_FINAL', jsonb_build_object('clip', p_clip));
        END IF;
        found := add_task(p_clip, 'adjudicate', 1, now_micros());
        PERFORM follow(p_clip), tell_of_work();
    END IF;
    RETURN found;
END
$$;

-- Whether the next draw decides about a task: submitted work, also what its author took back and let expire.
CREATE FUNCTION reviewer_data.is_drawn_next(t reviewer_data.task) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT t.kind = 'transcribe' AND (t.state = 'submitted'
        OR t.state = 'leased' AND t.taken_back AND t.lease_until <= reviewer_data.now_micros())
$$;

-- What the next draw decides about; nobody draws what they handed in themselves.
CREATE FUNCTION reviewer.to_draw() RETURNS TABLE (
    clip_id text, task_id text, annotation_id text, draw_id text, digest bytea
)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    RETURN QUERY SELECT t.clip_id, t.id, t.annotation_id, coalesce(t.draw_id, t.annotation_id), a.digest
        FROM task t JOIN annotation a ON a.id = t.annotation_id
        WHERE is_drawn_next(t) AND t.person_id <> me ORDER BY t.place;
END
$$;

-- Sends one submission to a review or to accepted; false when it is not the one to draw any more.
CREATE FUNCTION reviewer.draw_one(p_task text, p_annotation text, p_review boolean, p_signed text DEFAULT '')
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    me text := (caller()).person_id;
    t reviewer_data.task;
    now_at bigint := now_micros();
BEGIN
    IF p_review IS NULL OR NOT EXISTS (SELECT 1 FROM task o WHERE o.id = p_task AND is_drawn_next(o)
        AND o.person_id <> me)
    THEN  -- before it is locked: nobody holds up a clip that is not to be drawn
        RETURN false;
    END IF;
    t := locked_task(p_task);
    IF t.annotation_id IS DISTINCT FROM p_annotation OR NOT is_drawn_next(t) OR t.person_id = me THEN
        RETURN false;
    END IF;
    INSERT INTO draw (annotation_id, draw_id, is_selected, person_id, at)
    VALUES (p_annotation, coalesce(t.draw_id, p_annotation), p_review, me, now_at);
    IF t.state = 'leased' THEN
        PERFORM submit_again(t);
    END IF;
    IF p_review THEN
        PERFORM add_review(t.id), tell_of_work();
        UPDATE task SET state = 'qa_pending' WHERE id = t.id;
    ELSE
        PERFORM accept_pass(t.id, t.clip_id, p_annotation,
            own_verdict(t, p_annotation, 'passed', '', now_at, p_signed));
    END IF;
    PERFORM follow(t.clip_id);
    RETURN true;
END
$$;

CREATE FUNCTION reviewer.draws() RETURNS TABLE (
    annotation_id text, draw_id text, is_selected boolean, person_id text, at bigint
) LANGUAGE sql STABLE AS $$
    SELECT d.annotation_id, d.draw_id, d.is_selected, d.person_id, d.at FROM draw d ORDER BY d.place
$$;

CREATE FUNCTION reviewer.assign(p_task text, p_person text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task := locked_task(p_task);
BEGIN
    IF t.state IN ('submitted', 'qa_pending', 'accepted', 'done', 'withdrawn') THEN
        PERFORM refuse('TASK_DONE', jsonb_build_object('task', p_task));
    ELSIF t.state = 'leased' THEN
        PERFORM refuse('TASK_LEASED', jsonb_build_object('task', p_task));
    ELSIF NOT never_had(t.clip_id, t.parent_id, p_person) THEN
        PERFORM refuse('HAD_CLIP');
    ELSIF NOT has_skill_for(t.route, p_person) THEN
        PERFORM refuse('SKILL_MISSING', jsonb_build_object('skill', (SELECT skill FROM queue_route WHERE route = t.route)));
    END IF;
    PERFORM refuse_on_hold(t.clip_id), put_back(t.clip_id);
    UPDATE task SET assigned_to = p_person WHERE id = p_task;
    PERFORM tell_of_work();
END
$$;

CREATE FUNCTION reviewer.hold(p_clip text, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    q reviewer_data.queue_clip := locked_clip(p_clip);
BEGIN
    IF q.state = 'purged' THEN
        PERFORM refuse('CLIP_WITHDRAWN');
    END IF;
    UPDATE redaction SET held_before = p_reason WHERE clip_id = p_clip;
    IF NOT FOUND THEN
        UPDATE queue_clip SET hold = p_reason WHERE clip_id = p_clip;
    END IF;
END
$$;

CREATE FUNCTION reviewer.end_hold(p_clip text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE redaction SET held_before = '' WHERE clip_id = p_clip AND held_before <> '';
    IF FOUND THEN  -- the clip still waits for its redaction
        RETURN;
    ELSIF EXISTS (SELECT 1 FROM redaction WHERE clip_id = p_clip) THEN
        PERFORM refuse('REDACTION_PENDING', jsonb_build_object('clip', p_clip));
    END IF;
    UPDATE queue_clip SET hold = '' WHERE clip_id = p_clip AND hold <> '';
    IF NOT FOUND THEN
        PERFORM refuse('NOT_ON_HOLD', jsonb_build_object('clip', p_clip));
    END IF;
    PERFORM tell_of_work();
END
$$;

CREATE FUNCTION reviewer.lead_release(p_task text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task := locked_task(p_task);
BEGIN
    IF t.state IN ('submitted', 'qa_pending', 'accepted', 'done', 'withdrawn') THEN
        PERFORM refuse('TASK_DONE', jsonb_build_object('task', p_task));
    END IF;
    IF t.taken_back THEN
        PERFORM submit_again(t);
        RETURN;
    END IF;
    IF t.state = 'leased' AND t.prefetch = 0 THEN
        PERFORM add_refusal(t, t.person_id, 'taken', '', now_micros());
    END IF;
    PERFORM open_task(t), put_back(t.clip_id), follow(t.clip_id), tell_of_work();
END
$$;

CREATE FUNCTION reviewer.set_final(p_clip text, p_annotation text, p_verdict text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM locked_clip(p_clip), reviewer_data.set_final(p_clip, p_annotation, p_verdict);
END
$$;

CREATE FUNCTION reviewer.keep_open_until(p_clip text, p_until bigint) RETURNS void LANGUAGE sql VOLATILE AS $$
    UPDATE queue_clip SET open_until = p_until WHERE clip_id = p_clip
$$;

CREATE FUNCTION reviewer_data.erase_clip(p_clip text, p_reason text) RETURNS void LANGUAGE sql VOLATILE AS $$
    UPDATE reviewer_data.task SET state = 'withdrawn', person_id = NULL, assigned_to = NULL, token = token + 1,
        prefetch = 0, taken_back = false
    WHERE clip_id = p_clip AND state <> 'withdrawn';
    UPDATE reviewer_data.annotation SET sealed = '' WHERE clip_id = p_clip;
    UPDATE reviewer_data.verdict SET comment = NULL WHERE clip_id = p_clip;
    DELETE FROM reviewer_data.late_draft WHERE clip_id = p_clip;
    DELETE FROM reviewer_data.clip_facts WHERE clip_id = p_clip;
    DELETE FROM reviewer_data.personal_data_mark WHERE clip_id = p_clip;
    DELETE FROM reviewer_data.redaction WHERE clip_id = p_clip;
    DELETE FROM reviewer_data.redaction_lease WHERE clip_id = p_clip;
    UPDATE reviewer_data.queue_clip SET state = 'purged', reason = p_reason, hold = '' WHERE clip_id = p_clip
$$;

-- Purges a clip: a lead any, everybody else only one that nobody may open any more by the server's clock. A lead
-- says why in their own words; everybody else knows only of dates.
CREATE FUNCTION reviewer.withdraw_clip(p_clip text, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    q reviewer_data.queue_clip;
BEGIN
    PERFORM require_short(p_reason);
    IF NOT is_lead() THEN
        PERFORM reviewer.clip_state(p_clip);  -- whether they may know of it, before it is locked
        IF NOT EXISTS (SELECT 1 FROM queue_clip WHERE clip_id = p_clip AND open_until <= now_micros())
            OR p_reason NOT IN ('retention', 'consent_withdrawn')
        THEN
            PERFORM refuse('NOT_ALLOWED');
        END IF;
    END IF;
    q := locked_clip(p_clip);
    IF NOT is_lead() THEN
        IF q.state = 'purged' THEN
            RETURN;
        ELSIF (q.open_until <= now_micros()) IS NOT TRUE THEN
            PERFORM refuse('NOT_ALLOWED');
        END IF;
    END IF;
    PERFORM erase_clip(p_clip, p_reason);
END
$$;

-- With a task of the clip, that is assigned in the same act.
CREATE FUNCTION reviewer.end_quarantine(p_clip text, p_task text, p_person text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    q reviewer_data.queue_clip := locked_clip(p_clip);
BEGIN
    IF q.state <> 'quarantined' THEN
        PERFORM refuse('NOT_QUARANTINED', jsonb_build_object('clip', p_clip));
    END IF;
    UPDATE queue_clip SET state = 'ready', reason = '' WHERE clip_id = p_clip;
    PERFORM follow(p_clip), tell_of_work();
    IF p_task <> '' THEN
        PERFORM reviewer.assign(p_task, p_person);
    END IF;
END
$$;

CREATE FUNCTION reviewer.mark_exported(p_clips text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_clips(p_clips);
    UPDATE queue_clip SET state = 'exported', reason = '' WHERE clip_id = ANY (p_clips) AND state = 'final';
END
$$;

-- Late drafts. An open task is nobody's, nor is one whose lease ended; returned work waits for its author.
CREATE FUNCTION reviewer_data.late_draft_rows(p_now bigint) RETURNS TABLE (
    id text, task_id text, clip_id text, person_id text, sealed bytea, kept_at bigint, kind text, state text,
    reason text, annotation_id text, decided_at bigint, handed_in text, takes_pass boolean
) LANGUAGE sql STABLE AS $$
    SELECT d.id, d.task_id, d.clip_id, d.person_id, d.sealed, d.kept_at, t.kind, d.state, d.reason, d.annotation_id,
        d.decided_at, t.annotation_id, t.kind = 'transcribe' AND (
            t.state = 'open' OR t.state = 'returned' AND t.person_id = d.person_id
            OR t.state = 'leased' AND t.lease_until <= p_now AND NOT t.taken_back)
    FROM reviewer_data.late_draft d JOIN reviewer_data.task t ON t.id = d.task_id
$$;

CREATE FUNCTION reviewer.adopt_late_draft(
    p_draft text, p_draft_sealed bytea, p_draft_task text, p_work jsonb, p_digest bytea, p_sealed bytea
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    d record;
    t reviewer_data.task;
    q reviewer_data.queue_clip;
    now_at bigint := now_micros();
    answer jsonb;
    clip text := p_work ->> 'clip_id';
    whose text := p_work ->> 'task_id';
BEGIN
    SELECT jsonb_build_object('annotation_id', id, 'submitted_at', made_at, 'is_repeated', true) INTO answer
    FROM annotation WHERE submission_key = p_draft;
    IF answer IS NOT NULL THEN
        RETURN answer;
    END IF;
    PERFORM 1 FROM queue_clip WHERE clip_id = (SELECT clip_id FROM late_draft WHERE id = p_draft) FOR NO KEY UPDATE;
    SELECT * INTO d FROM late_draft_rows(now_at) WHERE id = p_draft;
    IF d.id IS NULL THEN
        PERFORM refuse('NO_LATE_DRAFT');
    ELSIF d.state <> 'waiting' THEN
        PERFORM refuse('LATE_DECIDED');
    ELSIF d.kind <> 'transcribe' THEN
        PERFORM refuse('LATE_NOT_A_PASS');
    ELSIF (clip, p_work ->> 'author') IS DISTINCT FROM (d.clip_id, d.person_id) THEN
        PERFORM refuse('NOT_LEASED');
    END IF;
    SELECT * INTO t FROM task WHERE id = d.task_id;
    IF t.state = 'leased' AND (t.lease_until > now_at OR t.taken_back) THEN
        PERFORM refuse('TASK_LEASED', jsonb_build_object('task', d.task_id));
    ELSIF d.sealed <> p_draft_sealed OR whose IS DISTINCT FROM (CASE WHEN d.takes_pass THEN d.task_id ELSE d.id END) THEN
        PERFORM refuse('LATE_CHANGED');
    ELSIF EXISTS (  -- work of this author that was not returned and that they did not replace themselves
        SELECT 1 FROM annotation a JOIN task o ON o.id = a.task_id LEFT JOIN verdict v ON v.annotation_id = a.id
        WHERE a.clip_id = d.clip_id AND a.author = d.person_id AND o.kind = 'transcribe' AND o.state <> 'withdrawn'
        AND (v.kind IS NULL OR v.kind <> 'returned') AND (v.kind IS NOT NULL OR o.annotation_id = a.id))
    THEN
        PERFORM refuse('LATE_HAS_PASS');
    ELSIF EXISTS (SELECT 1 FROM task WHERE clip_id = d.clip_id AND kind = 'adjudicate') THEN
        PERFORM refuse('LATE_ADJUDICATED');
    END IF;
    PERFORM refuse_on_hold(clip), put_back(clip);
    IF whose = d.task_id THEN
        SELECT * INTO t FROM task WHERE id = whose;
        IF t.state = 'leased' AND t.prefetch = 0 THEN
            PERFORM add_refusal(t, t.person_id, 'expiry', '', now_at);
        END IF;
        PERFORM open_task(t);
    ELSE
        UPDATE queue_clip SET passes = passes + 1, passes_agree = false WHERE clip_id = clip;
        PERFORM add_task(clip, 'transcribe',
            (SELECT max(round) + 1 FROM task WHERE clip_id = clip AND kind = 'transcribe'), now_at, p_id => whose);
    END IF;
    answer := add_annotation(p_work, p_digest, p_sealed, p_draft, now_at);
    UPDATE task SET state = 'qa_pending', person_id = d.person_id, annotation_id = p_work ->> 'id',
        draw_id = p_work ->> 'id'
    WHERE id = whose;
    UPDATE late_draft SET state = 'adopted', annotation_id = p_work ->> 'id', decided_at = now_at, key = id
    WHERE id = p_draft;
    PERFORM add_review(whose), put_back(clip), follow(clip);
    RETURN answer;
END
$$;

CREATE FUNCTION reviewer.dismiss_late_draft(p_draft text, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    d reviewer_data.late_draft;
BEGIN
    SELECT * INTO d FROM late_draft WHERE id = p_draft FOR UPDATE;
    IF d.id IS NULL THEN
        PERFORM refuse('NO_LATE_DRAFT');
    ELSIF d.state = 'waiting' THEN
        UPDATE late_draft SET state = 'dismissed', reason = p_reason, decided_at = now_micros(), key = id
        WHERE id = p_draft;
    ELSIF (d.state, d.reason) IS DISTINCT FROM ('dismissed', p_reason) THEN
        PERFORM refuse('LATE_DECIDED');
    END IF;
END
$$;
