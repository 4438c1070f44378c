-- The server as a witness of people's access logs: it remembers the end that each person's program showed last,
-- and takes only one that provably extends it. Signatures are checked by who reads them, not here.

CREATE FUNCTION reviewer_data.tree_node(p_left bytea, p_right bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256('\x01'::bytea || p_left || p_right)
$$;

-- Whether a proof shows that the new tree begins with the old one: RFC 9162 section 2.1.4.2.
CREATE FUNCTION reviewer_data.is_consistent(
    p_old_size bigint, p_old_root bytea, p_new_size bigint, p_new_root bytea, p_proof bytea[]
) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    path bytea[] := p_proof;
    each bytea;
    f bigint := p_old_size - 1;
    l bigint := p_new_size - 1;
    old_hash bytea;
    new_hash bytea;
BEGIN
    IF p_old_size = p_new_size THEN
        RETURN cardinality(path) = 0 AND p_old_root = p_new_root;
    ELSIF p_old_size & (p_old_size - 1) = 0 THEN
        path := p_old_root || path;
    END IF;
    IF cardinality(path) NOT BETWEEN 1 AND 130 THEN
        RETURN false;
    END IF;
    WHILE f & 1 = 1 LOOP
        f := f >> 1;
        l := l >> 1;
    END LOOP;
    old_hash := path[1];
    new_hash := path[1];
    FOREACH each IN ARRAY path[2:] LOOP
        IF l = 0 THEN
            RETURN false;
        END IF;
        IF f & 1 = 1 OR f = l THEN
            old_hash := tree_node(each, old_hash);
            new_hash := tree_node(each, new_hash);
            WHILE f <> 0 AND f & 1 = 0 LOOP
                f := f >> 1;
                l := l >> 1;
            END LOOP;
        ELSE
            new_hash := tree_node(new_hash, each);
        END IF;
        f := f >> 1;
        l := l >> 1;
    END LOOP;
    RETURN l = 0 AND old_hash = p_old_root AND new_hash = p_new_root;
END
$$;

-- Whether a note is about just this end of this log: it is the note that is signed and read later, and the root that
-- has to extend the last one, so each must say what the other does (https://c2sp.org/tlog-checkpoint).
CREATE FUNCTION reviewer_data.names_end(p_note text, p_log text, p_size bigint, p_root bytea) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT starts_with(p_note, concat('reviewer/', p_log, E'\n', p_size, E'\n', encode(p_root, 'base64'), E'\n', 'head '))
$$;

-- How many rows of a log the server saw last from the caller; 0 before the first.
CREATE FUNCTION reviewer.witnessed_size(p_log text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    RETURN coalesce((SELECT max(size) FROM witnessed_checkpoint WHERE log_id = p_log AND person_id = me), 0);
END
$$;

-- Remembers the end of a log of the caller's. Refuses one that does not extend what they showed last.
CREATE FUNCTION reviewer.witness(p_log text, p_size bigint, p_root bytea, p_note text, p_proof bytea[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    me text := (caller()).person_id;
    seen reviewer_data.witnessed_checkpoint;
BEGIN
    PERFORM lock_person(me);
    IF p_size IS NULL OR p_size < 1 OR length(p_root) IS DISTINCT FROM 32 OR coalesce(length(p_note), 65537) > 65536
        OR coalesce(length(p_log), 201) > 200 OR p_proof IS NULL
        OR NOT names_end(p_note, p_log, p_size, p_root)
    THEN
        PERFORM refuse('NOT_A_CHECKPOINT');
    ELSIF EXISTS (SELECT 1 FROM witnessed_checkpoint WHERE person_id = me AND at > now_micros() - 3600000000
        HAVING count(*) >= 600 OR sum(octet_length(note)) > 4 * 1024 * 1024)
    THEN  -- a window shows one a minute
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    SELECT * INTO seen FROM witnessed_checkpoint WHERE log_id = p_log AND person_id = me
    ORDER BY size DESC LIMIT 1;
    IF seen.size IS NULL
        AND (SELECT count(DISTINCT log_id) FROM witnessed_checkpoint WHERE person_id = me) >= 100
    THEN  -- somebody has another log with a new code, or a new folder; a lead reads the end of each
        PERFORM refuse('NOT_ALLOWED');
    END IF;
    IF seen.size > p_size THEN
        PERFORM refuse('WITNESS_LOG_CUT', jsonb_build_object('rows', p_size, 'seen', seen.size));
    ELSIF seen.size IS NOT NULL AND is_consistent(seen.size, seen.root, p_size, p_root, p_proof) IS NOT TRUE THEN
        PERFORM refuse('WITNESS_LOG_REWRITTEN', jsonb_build_object('rows', p_size, 'seen', seen.size));
    END IF;
    INSERT INTO witnessed_checkpoint (log_id, person_id, size, root, note, at)
    VALUES (p_log, me, p_size, p_root, p_note, now_micros()) ON CONFLICT DO NOTHING;
END
$$;

-- How much the caller's program has saved and not sent, and how many seconds the oldest of it is old.
CREATE FUNCTION reviewer.tell_unsent(p_count integer, p_oldest_seconds double precision) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    me text := (caller()).person_id;
BEGIN
    IF (p_count BETWEEN 0 AND 1000000 AND p_oldest_seconds BETWEEN 0 AND 1e9) IS NOT TRUE THEN
        PERFORM refuse('NOT_ALLOWED');
    ELSIF p_count = 0 THEN
        DELETE FROM unsent_work WHERE person_id = me;
    ELSE
        INSERT INTO unsent_work AS u (person_id, n, since)
        VALUES (me, p_count, now_micros() - (p_oldest_seconds * 1e6)::bigint)
        ON CONFLICT (person_id) DO UPDATE SET n = excluded.n, since = excluded.since;
    END IF;
END
$$;

-- What was shown last by each person of each log, and when the server heard from them otherwise: a lease or work.
CREATE FUNCTION reviewer.witnessed_logs() RETURNS TABLE (
    person_id text, log_id text, size bigint, note text, witnessed_at bigint, worked_at bigint, unsent integer,
    unsent_since bigint
) LANGUAGE sql STABLE AS $$
    SELECT p.person_id, coalesce(w.log_id, ''), coalesce(w.size, 0), coalesce(w.note, ''), w.at,
        greatest((SELECT max(g.at) FROM lease_given g WHERE g.person_id = p.person_id),
            (SELECT max(a.made_at) FROM annotation a WHERE a.author = p.person_id)), coalesce(u.n, 0), u.since
    FROM person_login p LEFT JOIN unsent_work u ON u.person_id = p.person_id LEFT JOIN LATERAL (
        SELECT DISTINCT ON (c.log_id) c.* FROM witnessed_checkpoint c WHERE c.person_id = p.person_id
        ORDER BY c.log_id, c.size DESC) w ON true
    ORDER BY p.person_id COLLATE "C", w.log_id COLLATE "C"
$$;
