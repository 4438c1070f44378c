-- Who may call what. Every function of the schema reviewer runs with the rights of its owner, in a fixed search path.
-- It sends no message below a warning: a person could have the plans of its statements shown, with values in them.

DO $$
DECLARE
    each regprocedure;
BEGIN
    FOR each IN SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('reviewer', 'reviewer_data')
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, reviewer_contractor, reviewer_qa, reviewer_lead', each);
    END LOOP;
    FOR each IN SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'reviewer'
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = reviewer_data, pg_temp', each);
        EXECUTE format('ALTER FUNCTION %s SET client_min_messages = warning', each);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO reviewer_lead', each);
    END LOOP;
END
$$;

-- Acts keep one plan of each statement, for any values. PostgreSQL would plan some of them anew for every call, and all
-- of them six times for every connection: half of a prefetch's time (decision 059).
DO $$
DECLARE
    each regprocedure;
BEGIN
    FOR each IN SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'reviewer' AND p.proname IN ('claim', 'claim_prefetch', 'begin_prefetched',
            'release_prefetched', 'resume', 'renew', 'check_lease', 'release', 'skip', 'submit', 'take_back', 'decide')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET plan_cache_mode = force_generic_plan', each);
    END LOOP;
END
$$;

-- Nobody but the people of the team, and the owner, connects or makes temporary tables.
DO $$
BEGIN
    EXECUTE format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO reviewer_contractor, reviewer_qa, reviewer_lead', current_database());
END
$$;

REVOKE ALL ON ALL TABLES IN SCHEMA reviewer_data FROM PUBLIC, reviewer_contractor, reviewer_qa, reviewer_lead;
GRANT USAGE ON SCHEMA reviewer TO reviewer_contractor, reviewer_qa, reviewer_lead;

-- QA and contractors do their own work; each of these functions asks whose it is.
GRANT EXECUTE ON FUNCTION
    reviewer.claim, reviewer.claim_prefetch, reviewer.begin_prefetched, reviewer.release_prefetched, reviewer.resume,
    reviewer.live_leases,
    reviewer.renew, reviewer.check_lease, reviewer.release, reviewer.skip, reviewer.submit, reviewer.take_back,
    reviewer.keep_late_draft, reviewer.mark_distressing, reviewer.sign_agreement, reviewer.annotation,
    reviewer.annotations_of, reviewer.verdict_on, reviewer.state_of, reviewer.clip_state, reviewer.is_distressing,
    reviewer.languages, reviewer.skills, reviewer.waiting, reviewer.daily_counts, reviewer.late_drafts_of, reviewer.withdraw_clip, reviewer.versions,
    reviewer.witnessed_size, reviewer.witness, reviewer.team_policies, reviewer.clip_facts,
    reviewer.purged_among, reviewer.tell_unsent, reviewer.mark_personal_data, reviewer.open_marks,
    reviewer.limits_lifted
    TO reviewer_contractor, reviewer_qa;

GRANT EXECUTE ON FUNCTION
    reviewer.decide, reviewer.to_draw, reviewer.draw_one, reviewer.accepted_passes, reviewer.passes_to_compare,
    reviewer.set_passes_agree, reviewer.has_adjudication, reviewer.add_adjudication, reviewer.work_by_person
    TO reviewer_qa;
