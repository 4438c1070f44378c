-- What folders of people's own get from the server: the signed policy, and the facts of the clips they work on.

-- The policy that a lead signed last; null before the first.
CREATE FUNCTION reviewer.team_policy() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM caller();
    RETURN (SELECT signed FROM team_policy ORDER BY serial DESC LIMIT 1);
END
$$;

-- Puts a later policy on the server, for a lead; an earlier one changes nothing.
CREATE FUNCTION reviewer.put_team_policy(p_serial bigint, p_signed text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO team_policy (serial, signed, person_id, at)
    VALUES (p_serial, p_signed, (caller()).person_id, now_micros()) ON CONFLICT (serial) DO NOTHING;
END
$$;
