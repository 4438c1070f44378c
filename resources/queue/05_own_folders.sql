-- What folders of people's own get from the server: the signed policy, and the facts of the clips they work on.

-- The policy that each lead put here last. Which of them counts is for the program: it checks who signed them.
CREATE FUNCTION reviewer.team_policies() RETURNS TABLE (signed text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM caller();
    RETURN QUERY SELECT p.signed FROM team_policy p ORDER BY p.serial DESC, p.at DESC LIMIT 20;
END
$$;

-- Puts a lead's policy on the server, in place of their last one.
CREATE FUNCTION reviewer.put_team_policy(p_serial bigint, p_signed text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO team_policy (serial, signed, person_id, at)
    VALUES (p_serial, p_signed, (caller()).person_id, now_micros())
    ON CONFLICT (person_id) DO UPDATE SET serial = excluded.serial, signed = excluded.signed, at = excluded.at;
END
$$;

-- Takes the facts of clips from a lead's folder, in place of those that are there; a purged clip has none.
CREATE FUNCTION reviewer.put_clip_facts(p_facts jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM caller();
    INSERT INTO clip_facts (clip_id, stored_as, facts)
    SELECT q.clip_id, f ->> 'stored_as', f - 'stored_as' FROM jsonb_array_elements(p_facts) f
    JOIN queue_clip q ON q.clip_id = f ->> 'id' WHERE q.state <> 'purged' ORDER BY q.clip_id
    ON CONFLICT (clip_id) DO UPDATE SET stored_as = excluded.stored_as, facts = excluded.facts;
END
$$;

-- The facts of a clip, for who has it on a lease that has not run out, and for leads. A hold keeps them back too.
CREATE FUNCTION reviewer.clip_facts(p_clip text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    me text := (caller()).person_id;
    until bigint;
    found jsonb;
BEGIN
    IF EXISTS (SELECT 1 FROM reviewer.purged_among(ARRAY [p_clip])) THEN
        PERFORM refuse('CLIP_WITHDRAWN');
    ELSIF NOT is_lead() THEN
        SELECT max(lease_until) INTO until FROM task
        WHERE clip_id = p_clip AND person_id = me AND state = 'leased';
        IF until IS NULL THEN
            PERFORM refuse('NOT_LEASED');
        END IF;
        PERFORM refuse_on_hold(p_clip, me);
        IF until <= now_micros() THEN
            PERFORM refuse('LEASE_LAPSED');
        END IF;
    END IF;
    SELECT facts || jsonb_build_object('stored_as', stored_as) INTO found FROM clip_facts WHERE clip_id = p_clip;
    RETURN found;
END
$$;

-- Those of these clips that were purged and that the caller had on a lease; for leads any.
CREATE FUNCTION reviewer.purged_among(p_clips text[]) RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    RETURN QUERY SELECT q.clip_id FROM queue_clip q WHERE q.clip_id = ANY (p_clips) AND q.state = 'purged'
    AND (is_lead() OR EXISTS (SELECT 1 FROM task t JOIN lease_given g ON g.task_id = t.id
        WHERE t.clip_id = q.clip_id AND g.person_id = me));
END
$$;

-- The agreements that a person showed here, each the record that they signed with its signature, for a lead.
CREATE FUNCTION reviewer.agreements_of(p_person text) RETURNS TABLE (evidence bytea) LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM caller();
    RETURN QUERY SELECT s.evidence FROM agreement_signed s WHERE s.person_id = p_person ORDER BY s.at DESC LIMIT 20;
END
$$;

-- What a lead signed when they lifted the caller's limits last; empty where nobody did.
CREATE FUNCTION reviewer.limits_lifted() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    RETURN coalesce((SELECT l.signed FROM limits_lifted l WHERE l.person_id = me), '');
END
$$;
