-- Marks of personal data, and clips that get a new key (decision 049).

-- Ends a lease for a redaction. The person's program finds it lost, and sends what was typed as a late draft.
CREATE FUNCTION reviewer_data.end_for_redaction(t reviewer_data.task) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF t.prefetch > 0 THEN
        PERFORM give_back_prefetched(t);
        RETURN;
    END IF;
    INSERT INTO redaction_lease (task_id, token, clip_id, until) VALUES (t.id, t.token, t.clip_id, t.lease_until)
    ON CONFLICT DO NOTHING;
    IF t.taken_back THEN
        PERFORM submit_again(t);
    ELSIF is_rework_of(t, t.person_id) THEN
        UPDATE task SET state = 'returned', token = token + 1 WHERE id = t.id;
    ELSE
        PERFORM open_task(t);
    END IF;
END
$$;

-- Keeps a locked clip for a redaction: nobody is given it, and leases end but for those of people who marked something
-- in it, who go on with their work: they know what is muted.
CREATE FUNCTION reviewer_data.keep_for_redaction(q reviewer_data.queue_clip) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
BEGIN
    INSERT INTO redaction (clip_id, held_before, at) VALUES (q.clip_id, q.hold, now_micros()) ON CONFLICT DO NOTHING;
    UPDATE queue_clip SET hold = 'personal_data' WHERE clip_id = q.clip_id AND hold <> 'personal_data';
    FOR t IN SELECT * FROM task WHERE clip_id = q.clip_id AND state = 'leased' AND NOT EXISTS (
        SELECT 1 FROM personal_data_mark m WHERE m.clip_id = q.clip_id AND m.is_open AND m.person_id = task.person_id)
    LOOP
        PERFORM end_for_redaction(t);
    END LOOP;
    PERFORM follow(q.clip_id);
END
$$;

-- Whether nobody works on a clip any more, and what was typed on leases that ended for its redaction has come.
CREATE FUNCTION reviewer_data.is_at_rest(p_clip text, p_now bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT 1 FROM reviewer_data.task t
            WHERE t.clip_id = p_clip AND t.state = 'leased' AND t.lease_until > p_now)
        AND NOT EXISTS (SELECT 1 FROM reviewer_data.redaction_lease l WHERE l.clip_id = p_clip AND l.until > p_now)
$$;

-- Marks personal data, for who has or had the clip on the lease; from now on it waits for a redaction. The same id again
-- changes nothing.
CREATE FUNCTION reviewer.mark_personal_data(p_lease jsonb, p_id text, p_sealed bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    me text := p_lease ->> 'person_id';
    clip text := p_lease ->> 'clip_id';
    q reviewer_data.queue_clip;
    m reviewer_data.personal_data_mark;
BEGIN
    PERFORM require_self(me), lock_person(me), require_id(p_id);
    IF coalesce(length(p_sealed), 0) NOT BETWEEN 1 AND 1024 THEN
        PERFORM refuse('NOT_ALLOWED');
    ELSIF NOT EXISTS (SELECT 1 FROM lease_given g JOIN task t ON t.id = g.task_id
        WHERE g.task_id = p_lease ->> 'task_id' AND g.token = number_of(p_lease -> 'token') AND g.person_id = me
        AND t.clip_id = clip)
    THEN
        PERFORM refuse('NOT_LEASED');
    END IF;
    q := locked_clip(clip);
    IF q.state = 'purged' THEN
        PERFORM refuse('CLIP_WITHDRAWN');
    END IF;
    SELECT * INTO m FROM personal_data_mark WHERE id = p_id;
    IF m.id IS NOT NULL THEN
        IF (m.clip_id, m.person_id) IS DISTINCT FROM (clip, me) THEN
            PERFORM refuse('NOT_ALLOWED');
        END IF;
        RETURN;
    ELSIF (SELECT count(*) FROM personal_data_mark o WHERE o.clip_id = clip AND o.person_id = me) >= 200 THEN
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    INSERT INTO personal_data_mark (id, clip_id, person_id, sealed, at) VALUES (p_id, clip, me, p_sealed, now_micros());
    PERFORM keep_for_redaction(q);
END
$$;

-- The marks that nobody decided about: one's own, for leads all.
CREATE FUNCTION reviewer.open_marks() RETURNS TABLE (id text, clip_id text, person_id text, sealed bytea, at bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    RETURN QUERY SELECT m.id, m.clip_id, m.person_id, m.sealed, m.at FROM personal_data_mark m
        WHERE m.is_open AND (is_lead() OR m.person_id = me) ORDER BY m.at, m.id;
END
$$;

-- The clips that wait for a redaction.
CREATE FUNCTION reviewer.clips_in_redaction() RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT r.clip_id FROM redaction r ORDER BY r.clip_id
$$;

-- Keeps a clip for its redaction, and whether it is at rest, so that everything of it can be sealed again.
CREATE FUNCTION reviewer.begin_redaction(p_clip text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    q reviewer_data.queue_clip;
BEGIN
    PERFORM caller();
    q := locked_clip(p_clip);
    IF q.state = 'purged' THEN
        PERFORM refuse('CLIP_WITHDRAWN');
    END IF;
    PERFORM keep_for_redaction(q);
    RETURN is_at_rest(p_clip, now_micros());
END
$$;

-- Closes marks that were decided about; with the last one the clip goes on, under the hold that it had before.
CREATE FUNCTION reviewer.end_redaction(p_clip text, p_marks text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    before text;
BEGIN
    PERFORM caller(), locked_clip(p_clip);
    UPDATE personal_data_mark SET is_open = false, sealed = '' WHERE clip_id = p_clip AND id = ANY (p_marks) AND is_open;
    IF EXISTS (SELECT 1 FROM personal_data_mark WHERE clip_id = p_clip AND is_open) THEN
        RETURN;
    END IF;
    DELETE FROM redaction WHERE clip_id = p_clip RETURNING held_before INTO before;
    IF FOUND THEN
        DELETE FROM redaction_lease WHERE clip_id = p_clip;
        UPDATE queue_clip SET hold = before WHERE clip_id = p_clip AND state <> 'purged';
        PERFORM tell_of_work();
    END IF;
END
$$;

-- Everything that is kept here of a clip under its key, each with the name that is bound into its seal.
CREATE FUNCTION reviewer.sealed_texts(p_clip text) RETURNS TABLE (
    kind text, id text, name text, digest bytea, sealed bytea
) LANGUAGE sql STABLE AS $$
    SELECT 'annotation', a.id, a.id, a.digest, a.sealed FROM annotation a WHERE a.clip_id = p_clip AND a.sealed <> ''
    UNION ALL
    SELECT 'comment', v.id, v.id, ''::bytea, v.comment FROM verdict v WHERE v.clip_id = p_clip AND v.comment IS NOT NULL
    UNION ALL
    SELECT 'late-draft', d.id, d.task_id || ':' || d.person_id, ''::bytea, d.sealed FROM late_draft d
        WHERE d.clip_id = p_clip
    ORDER BY 1, 2
$$;

-- Replaces every seal of a clip, and only if what is kept are these, each and no others; before has their SHA-256.
-- The same again changes nothing. A lease that ran out ends with it: its key is gone.
CREATE FUNCTION reviewer.replace_seals(
    p_clip text, p_kinds text[], p_ids text[], p_before bytea[], p_digests bytea[], p_sealed bytea[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t reviewer_data.task;
BEGIN
    PERFORM caller();
    IF (locked_clip(p_clip)).state = 'purged' THEN
        PERFORM refuse('CLIP_WITHDRAWN');
    ELSIF NOT is_at_rest(p_clip, now_micros()) OR EXISTS (
        SELECT 1 FROM reviewer.sealed_texts(p_clip) s
        FULL JOIN unnest(p_kinds, p_ids, p_before, p_sealed) n (kind, id, before, sealed) USING (kind, id)
        WHERE (sha256(s.sealed) IN (n.before, sha256(n.sealed))) IS NOT TRUE)
    THEN
        PERFORM refuse('CLIP_CHANGED', jsonb_build_object('clip', p_clip));
    END IF;
    INSERT INTO resealing VALUES (p_clip);
    UPDATE annotation a SET digest = n.digest, sealed = n.sealed
    FROM unnest(p_kinds, p_ids, p_digests, p_sealed) n (kind, id, digest, sealed)
    WHERE n.kind = 'annotation' AND a.id = n.id AND a.sealed <> n.sealed;
    DELETE FROM resealing WHERE clip_id = p_clip;
    UPDATE verdict v SET comment = n.sealed FROM unnest(p_kinds, p_ids, p_sealed) n (kind, id, sealed)
    WHERE n.kind = 'comment' AND v.id = n.id;
    UPDATE late_draft d SET sealed = n.sealed FROM unnest(p_kinds, p_ids, p_sealed) n (kind, id, sealed)
    WHERE n.kind = 'late-draft' AND d.id = n.id;
    FOR t IN SELECT * FROM task WHERE clip_id = p_clip AND state = 'leased' LOOP
        PERFORM end_for_redaction(t);
    END LOOP;
    PERFORM follow(p_clip);
    INSERT INTO resealed_clip (clip_id, at) VALUES (p_clip, now_micros())
    ON CONFLICT (clip_id) DO UPDATE SET at = excluded.at;
END
$$;
