-- What only a superuser can take from everybody, once in the queue's database and again where it was restored: functions
-- of PostgreSQL's own that tell a login when colleagues work, in which tables, and how long their texts are, or with which
-- one login fills the disk or the memory that all share. The owner of the database and whoever monitors the server
-- (pg_monitor) keep what tells, and the owner may end the connections of people who are revoked, or keep a transaction
-- open. After pg_restore, which could not set these rights again.

DO $$
DECLARE
    each record;
    owner name := (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database());
BEGIN
    FOR each IN
        SELECT p.oid::regprocedure AS named,
            p.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message', 'pg_export_snapshot')
                OR p.proname ~ '^pg_(try_)?advisory_' -- the locks of all connections are in one table of a fixed size
                AS fills_what_all_share
        FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (
            p.proname IN (
                'lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message', 'pg_export_snapshot',
                'pg_lock_status', 'pg_blocking_pids', 'pg_safe_snapshot_blocking_pids', 'pg_prepared_xact',
                'pg_get_replication_slots', 'pg_last_committed_xact', 'pg_xact_commit_timestamp',
                'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size',
                'pg_tablespace_size',
                -- whether a process is a connection, and waits for another
                'pg_terminate_backend', 'pg_cancel_backend', 'pg_isolation_test_session_is_blocked')
            OR p.proname ~ '^pg_(stat_get|current_wal|last_wal|control|get_wal)_|^pg_(try_)?advisory_')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', each.named);
        IF NOT each.fills_what_all_share THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pg_monitor, pg_signal_backend, %I', each.named, owner);
        END IF;
    END LOOP;
    IF NOT pg_has_role(owner, 'pg_signal_backend', 'member') THEN
        EXECUTE format('GRANT pg_signal_backend TO %I', owner);
    END IF;
    IF NOT pg_has_role(owner, 'pg_read_all_stats', 'member') THEN  -- to see which of them keep a transaction open
        EXECUTE format('GRANT pg_read_all_stats TO %I', owner);
    END IF;
    -- No login can raise this one again. What a cursor keeps on the disk outlives its transaction. An answer to a lead
    -- has at most 1 GB, and of 12 connections each has this much.
    EXECUTE format('ALTER DATABASE %I SET temp_file_limit = ''1GB''', current_database());
END
$$;

-- Everybody may change it, and so lock it: a backup would wait.
REVOKE UPDATE ON pg_settings FROM PUBLIC;
