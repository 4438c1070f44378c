-- What only a superuser can take from everybody, once in the queue's database and again where it was restored: functions
-- of PostgreSQL's own that tell a login when colleagues work, in which tables, and how long their texts are, or that fill
-- the disk. The owner of the database and whoever monitors the server (pg_monitor) keep what tells, and the owner may
-- end the connections of people who are revoked, or keep a transaction open. After pg_restore, which could not set these rights again.

DO $$
DECLARE
    each record;
    owner name := (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database());
BEGIN
    FOR each IN
        SELECT p.oid::regprocedure AS named,
            p.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message', 'pg_export_snapshot')
                AS fills_the_disk
        FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (
            p.proname IN (
                'lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message', 'pg_export_snapshot',
                'pg_lock_status', 'pg_blocking_pids', 'pg_safe_snapshot_blocking_pids', 'pg_prepared_xact',
                'pg_get_replication_slots', 'pg_last_committed_xact', 'pg_xact_commit_timestamp',
                'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size',
                'pg_tablespace_size')
            OR p.proname ~ '^pg_(stat_get|current_wal|last_wal|control|get_wal)_')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', each.named);
        IF NOT each.fills_the_disk THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pg_monitor, %I', each.named, owner);
        END IF;
    END LOOP;
    IF NOT pg_has_role(owner, 'pg_signal_backend', 'member') THEN
        EXECUTE format('GRANT pg_signal_backend TO %I', owner);
    END IF;
    IF NOT pg_has_role(owner, 'pg_read_all_stats', 'member') THEN  -- to see which of them keep a transaction open
        EXECUTE format('GRANT pg_read_all_stats TO %I', owner);
    END IF;
END
$$;
