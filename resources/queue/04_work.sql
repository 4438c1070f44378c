-- Work that is handed in, taken back, decided about, or came too late.

-- The receipt of what was handed in under a key, or nothing. Refuses other work under the same key.
CREATE FUNCTION reviewer_data.earlier_receipt(p_key text, p_task text, p_author text, p_digest bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    a reviewer_data.annotation;
BEGIN
    SELECT * INTO a FROM annotation WHERE submission_key = p_key;
    IF a.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF (a.task_id, a.author) IS DISTINCT FROM (p_task, p_author) OR p_digest IS NOT NULL AND a.digest <> p_digest
        AND NOT EXISTS (SELECT 1 FROM resealed_clip r WHERE r.clip_id = a.clip_id AND r.at >= a.made_at)
    THEN  -- another digest than it had before the clip got a new key
        PERFORM refuse('SUBMISSION_CONFLICT');
    END IF;
    RETURN jsonb_build_object('annotation_id', a.id, 'submitted_at', a.made_at, 'is_repeated', true);
END
$$;

CREATE FUNCTION reviewer_data.add_annotation(p_work jsonb, p_digest bytea, p_sealed bytea, p_key text, p_now bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM require_id(p_work ->> 'id'), require_short(p_work ->> 'schema_version', p_work ->> 'conventions_version'),
        require_sealed(p_sealed, p_work ->> 'author', p_now);
    IF coalesce(length(p_digest), 0) NOT BETWEEN 1 AND 200 THEN
        PERFORM refuse('NOT_ALLOWED');
    ELSIF EXISTS (SELECT 1 FROM annotation WHERE id = p_work ->> 'id') THEN
        PERFORM refuse('SUBMISSION_CONFLICT');
    END IF;
    INSERT INTO annotation (id, submission_key, task_id, clip_id, author, parent, schema_version, conventions_version,
        digest, sealed, made_at)
    VALUES (p_work ->> 'id', p_key, p_work ->> 'task_id', p_work ->> 'clip_id', p_work ->> 'author',
        p_work ->> 'parent', p_work ->> 'schema_version', p_work ->> 'conventions_version', p_digest, p_sealed, p_now);
    RETURN jsonb_build_object('annotation_id', p_work ->> 'id', 'submitted_at', p_now, 'is_repeated', false);
END
$$;

CREATE FUNCTION reviewer.submit(p_lease jsonb, p_work jsonb, p_digest bytea, p_sealed bytea) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    me text := p_lease ->> 'person_id';
    t reviewer_data.task;
    answer jsonb;
    now_at bigint;
BEGIN
    PERFORM take_turn(me);
    answer := earlier_receipt(p_lease ->> 'submission_key', p_lease ->> 'task_id', me, p_digest);
    IF answer IS NOT NULL THEN
        RETURN answer;
    END IF;
    t := held_task(p_lease);
    IF (p_work ->> 'task_id', p_work ->> 'clip_id', p_work ->> 'author', p_lease ->> 'submission_key')
        IS DISTINCT FROM (t.id, t.clip_id, me, t.submission_key)
    THEN
        PERFORM refuse('NOT_LEASED');
    END IF;
    IF p_work ->> 'parent' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM annotation a WHERE a.id = p_work ->> 'parent'
        AND a.clip_id = t.clip_id AND (a.author = me OR t.kind = 'adjudicate'))
    THEN  -- work is based on the author's own, or on a pass that an adjudication takes
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    now_at := now_micros();
    answer := add_annotation(p_work, p_digest, p_sealed, t.submission_key, now_at);
    IF t.kind = 'review' THEN  -- the blind version: the lease continues until the verdict
        UPDATE task SET annotation_id = p_work ->> 'id',
            lease_until = greatest(lease_until, now_at + (SELECT lease_micros FROM rules))
        WHERE id = t.id;
    ELSIF t.kind = 'transcribe' THEN
        UPDATE task SET annotation_id = p_work ->> 'id', state = 'submitted', taken_back = false,
            draw_id = coalesce(draw_id, p_work ->> 'id')
        WHERE id = t.id;
    ELSE
        UPDATE task SET annotation_id = p_work ->> 'id', state = 'done' WHERE id = t.id;
        PERFORM set_final(t.clip_id, p_work ->> 'id',
            own_verdict(t, p_work ->> 'id', 'accepted', me, now_at, p_work ->> 'signed'));
    END IF;
    PERFORM follow(t.clip_id);
    RETURN answer;
END
$$;

CREATE FUNCTION reviewer.take_back(p_person text, p_annotation text, p_key text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
    answer jsonb;
    now_at bigint;
    task_id text;
BEGIN
    PERFORM take_turn(p_person);
    SELECT * INTO answer FROM answered(p_person, p_key);
    IF FOUND THEN
        RETURN answer;
    END IF;
    now_at := now_micros();
    SELECT id INTO task_id FROM task WHERE annotation_id = p_annotation AND person_id = p_person
        AND kind = 'transcribe' AND state = 'submitted';
    IF task_id IS NOT NULL THEN
        t := locked_task(task_id);
    END IF;
    IF t.id IS NULL OR t.annotation_id IS DISTINCT FROM p_annotation OR t.person_id IS DISTINCT FROM p_person
        OR t.state <> 'submitted'
        OR NOT (SELECT can_be_done(t.kind, q, now_at) FROM queue_clip q WHERE q.clip_id = t.clip_id)
    THEN
        PERFORM refuse('CANNOT_TAKE_BACK', jsonb_build_object('annotation', p_annotation));
    END IF;
    PERFORM require_may_take(p_person, now_at);
    UPDATE task SET taken_back = true, draw_id = coalesce(draw_id, annotation_id) WHERE id = t.id;
    answer := hand_out(t, p_person, (SELECT lease_micros FROM rules), NULL, 0, now_at);
    PERFORM remember(p_person, p_key, answer, now_at);
    RETURN answer;
END
$$;

CREATE FUNCTION reviewer.decide(p_lease jsonb, p_verdict jsonb, p_comment bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    me text := p_lease ->> 'person_id';
    t reviewer_data.task;
    v reviewer_data.verdict;
    verdict_kind text := p_verdict ->> 'kind';
    now_at bigint;
BEGIN
    PERFORM take_turn(me);
    SELECT * INTO v FROM verdict WHERE annotation_id = p_verdict ->> 'annotation_id';
    IF v.id IS NOT NULL THEN
        IF (v.id, v.task_id, v.person_id, v.token, v.kind) IS DISTINCT FROM
            (p_verdict ->> 'id', p_lease ->> 'task_id', me, number_of(p_lease -> 'token'), verdict_kind)
        THEN
            PERFORM refuse('DECIDED');
        END IF;
        RETURN;
    END IF;
    t := held_task(p_lease);
    IF t.reviewed_id IS DISTINCT FROM (p_verdict ->> 'annotation_id') OR p_verdict ->> 'person_id' IS DISTINCT FROM me
        OR (verdict_kind IN ('accepted', 'accepted_with_fixes', 'returned')) IS NOT TRUE
    THEN
        PERFORM refuse('NOT_LEASED');
    END IF;
    IF t.annotation_id IS NULL THEN
        PERFORM refuse('BLIND_FIRST');
    END IF;
    PERFORM require_id(p_verdict ->> 'id');
    IF length(p_comment) > 1024 * 1024 THEN
        PERFORM refuse('NOT_ALLOWED');
    ELSIF EXISTS (SELECT 1 FROM verdict WHERE id = p_verdict ->> 'id') THEN
        PERFORM refuse('DECIDED');
    END IF;
    now_at := now_micros();
    INSERT INTO verdict (id, task_id, clip_id, annotation_id, kind, comment, person_id, token, signed, at)
    VALUES (p_verdict ->> 'id', t.id, t.clip_id, t.reviewed_id, verdict_kind, p_comment, me, t.token,
        short_signed(p_verdict ->> 'signed'),
        -- the time that the reviewer says, as far as the lease allows
        least(greatest(coalesce(number_of(p_verdict -> 'at'), now_at), t.lease_started), greatest(now_at, t.lease_until)));
    UPDATE task SET state = 'done' WHERE id = t.id;
    IF verdict_kind = 'returned' THEN
        UPDATE task SET state = 'returned', draw_id = NULL WHERE id = t.parent_id;
    ELSE
        PERFORM accept_pass(t.parent_id, t.clip_id,
            CASE verdict_kind WHEN 'accepted_with_fixes' THEN t.annotation_id ELSE t.reviewed_id END,
            p_verdict ->> 'id');
    END IF;
    PERFORM follow(t.clip_id);
END
$$;

CREATE FUNCTION reviewer.keep_late_draft(p_lease jsonb, p_sealed bytea, p_key text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    me text := p_lease ->> 'person_id';
    t reviewer_data.task;
BEGIN
    PERFORM take_turn(me), require_id(p_key), require_sealed(p_sealed, me, now_micros());
    IF NOT EXISTS (SELECT 1 FROM lease_given WHERE task_id = p_lease ->> 'task_id'
        AND token = number_of(p_lease -> 'token') AND person_id = me)
    THEN
        PERFORM refuse('NOT_LEASED');
    END IF;
    t := locked_task(p_lease ->> 'task_id');
    IF t.state = 'withdrawn' THEN
        PERFORM refuse('CLIP_WITHDRAWN');
    ELSIF EXISTS (SELECT 1 FROM lease_given g JOIN resealed_clip r ON r.clip_id = t.clip_id AND r.at >= g.at
        WHERE g.task_id = t.id AND g.token = number_of(p_lease -> 'token'))
    THEN  -- it is sealed under a key that is gone
        PERFORM refuse('CLIP_CHANGED', jsonb_build_object('clip', t.clip_id));
    END IF;
    DELETE FROM redaction_lease WHERE task_id = t.id AND token = number_of(p_lease -> 'token');
    UPDATE late_draft SET sealed = p_sealed, kept_at = now_micros()
    WHERE person_id = me AND key = p_key AND task_id = t.id AND state = 'waiting';
    IF NOT FOUND THEN
        -- One for each lease; what a lead decided about stays as it was, also under its new key.
        IF EXISTS (SELECT 1 FROM late_draft WHERE person_id = me AND key = p_key)
            OR (SELECT count(*) FROM late_draft WHERE person_id = me AND task_id = t.id AND state = 'waiting')
                >= (SELECT count(*) FROM lease_given WHERE person_id = me AND task_id = t.id)
        THEN
            PERFORM refuse('NOT_ALLOWED');
        END IF;
        INSERT INTO late_draft (id, task_id, clip_id, person_id, key, sealed, kept_at)
        VALUES (new_id(), t.id, t.clip_id, me, p_key, p_sealed, now_micros());
    END IF;
END
$$;

CREATE FUNCTION reviewer.mark_distressing(p_clip text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    IF NOT is_lead() AND NOT had_clip(p_clip, me) THEN  -- nor does it lock such a clip, or say that it is there
        PERFORM refuse('NO_CLIP', jsonb_build_object('clip', p_clip));
    END IF;
    PERFORM locked_clip(p_clip);
    UPDATE queue_clip SET is_distressing = true WHERE clip_id = p_clip;
END
$$;

-- Signing an agreement in force: the person's login is who signs, and the evidence is their signed acknowledgement.
-- What was signed is kept; it is signed again only when its time is over.
CREATE FUNCTION reviewer.sign_agreement(p_agreement text, p_evidence bytea, p_at bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    me text := (caller()).person_id;
    r reviewer_data.rules;
    now_at bigint;
    signed_at bigint;
BEGIN
    PERFORM lock_person(me);
    now_at := now_micros();
    signed_at := least(p_at, now_at);
    SELECT * INTO r FROM rules;
    IF coalesce(length(p_evidence), 0) NOT BETWEEN 1 AND 65536 OR (p_agreement = ANY (r.agreements)) IS NOT TRUE THEN
        PERFORM refuse('NOT_ALLOWED');
    ELSIF signed_at + r.agreement_micros <= now_at THEN
        PERFORM refuse('NDA_REQUIRED');
    END IF;
    INSERT INTO agreement_signed (person_id, agreement, evidence, at)
    SELECT me, p_agreement, p_evidence, signed_at WHERE NOT EXISTS (
        SELECT 1 FROM agreement_signed s WHERE s.person_id = me AND s.agreement = p_agreement
        AND s.at + r.agreement_micros > now_at);
END
$$;
