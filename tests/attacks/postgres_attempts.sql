-- What somebody with a login of their own sends to the queue's server; none of it may succeed. Each attempt has a
-- line with who sends it, what it is, and the SQLSTATE (and the code of a refusal) that must come back. Names in
-- %(...)s are filled by tests/benches/postgres_attacker.py.

-- The database itself

-- mal: read a table -> 42501
SELECT * FROM reviewer_data.annotation

-- mal: read the meta table by its type -> 42501
SELECT (NULL::reviewer_data.task).*

-- mal: copy a table out -> 42501
COPY reviewer_data.task TO STDOUT

-- mal: copy into a program -> 42501
COPY (SELECT 1) TO PROGRAM 'id'

-- mal: copy a file of the server's -> 42501
CREATE TEMP TABLE f (l text); COPY f FROM '/etc/passwd'

-- mal: write a table -> 42501
INSERT INTO reviewer_data.test_clock VALUES (1)

-- mal: move the clock -> 42501
UPDATE reviewer_data.test_clock SET at = 0

-- mal: unblock oneself -> 42501
UPDATE reviewer_data.person_login SET is_blocked = false

-- mal: lock a table -> 42501
BEGIN; LOCK TABLE reviewer_data.task

-- mal: truncate a table -> 42501
TRUNCATE reviewer_data.task CASCADE

-- mal: drop the trigger -> 42501
DROP TRIGGER annotation_is_kept ON reviewer_data.annotation

-- mal: call an inner function -> 42501
SELECT reviewer_data.now_micros()

-- mal: erase a clip by an inner function -> 42501
SELECT reviewer_data.erase_clip('clip-bens', 'x')

-- mal: explain an inner query -> 42501
EXPLAIN ANALYZE SELECT * FROM reviewer_data.task

-- mal: read statistics of columns -> 22012
SELECT 1 / count(*) FROM pg_stats WHERE schemaname ~ 'reviewer'

-- mal: read passwords -> 42501
SELECT * FROM pg_authid

-- mal: read a file -> 42501
SELECT pg_read_file('PG_VERSION')

-- mal: list a folder -> 42501
SELECT pg_ls_dir('.')

-- mal: read pg_hba.conf -> 42501
SELECT * FROM pg_hba_file_rules

-- mal: import a file -> 42501
SELECT lo_import('/etc/passwd')

-- mal: make a large object -> 42501
SELECT lo_from_bytea(0, 'x')

-- mal: make an empty large object -> 42501
SELECT lo_create(0)

-- mal: make a temporary table -> 42501
CREATE TEMP TABLE person_login AS SELECT 1

-- mal: make a temporary function -> 42501
CREATE FUNCTION pg_temp.caller() RETURNS int LANGUAGE sql AS 'SELECT 1'

-- mal: shadow an operator -> 42501
CREATE OPERATOR pg_temp.= (leftarg = text, rightarg = text, procedure = textne)

-- mal: make a table in public -> 42501
CREATE TABLE public.t (x int)

-- mal: make a function beside the queue's -> 42501
CREATE FUNCTION reviewer.x() RETURNS int LANGUAGE sql AS 'SELECT 1'

-- mal: replace a function -> 42501
CREATE OR REPLACE FUNCTION reviewer.final_count() RETURNS bigint LANGUAGE sql AS 'SELECT 1'

-- mal: make a schema -> 42501
CREATE SCHEMA mine

-- mal: reach another server -> 42501
CREATE FOREIGN DATA WRAPPER mine

-- mal: make a database -> 42501
CREATE DATABASE mine

-- mal: make a role -> 42501
CREATE ROLE mine

-- mal: become the owner -> 42501
SET ROLE queue_owner

-- mal: become a colleague -> 42501
SET ROLE person_ben

-- mal: become QA -> 42501
SET ROLE reviewer_qa

-- mal: become a lead -> 42501
SET SESSION AUTHORIZATION person_lee

-- mal: join the leads -> 42501
GRANT reviewer_lead TO person_mal

-- mal: lend one's login to a colleague -> 42501
GRANT person_mal TO person_ben

-- mal: lift the limit of connections -> 42501
ALTER ROLE person_mal CONNECTION LIMIT 1000

-- mal: become superuser -> 42501
ALTER ROLE person_mal SUPERUSER

-- mal: change a colleague's password -> 42501
ALTER ROLE person_ben PASSWORD 'x'

-- mal: shorten a colleague's locks -> 42501
ALTER ROLE person_ben SET lock_timeout = 1

-- mal: shorten everybody's locks -> 42501
ALTER DATABASE team SET lock_timeout = 1

-- mal: change the server -> 42501
ALTER SYSTEM SET fsync = off

-- mal: switch triggers off -> 42501
SET session_replication_role = replica

-- mal: resolve names as columns -> 42501
DO 'BEGIN END'; SET plpgsql.variable_conflict = use_column

-- mal: load a library -> 42501
LOAD 'auto_explain'

-- mal: end a colleague's session -> 42501
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'person_ben'

-- mal: prepare a transaction that outlives the session -> 55000
BEGIN; SELECT 1; PREPARE TRANSACTION 'x'

-- mal: set the function's search path -> 42501
ALTER FUNCTION reviewer.versions() SET search_path = pg_temp

-- mal: make a temporary view -> 42501
CREATE TEMP VIEW person_login AS SELECT 1

-- mal: make a temporary type -> 42501
CREATE TYPE pg_temp.task AS (id text)

-- mal: read text as bytes by a cast of one's own -> 42501
CREATE CAST (text AS bytea) WITHOUT FUNCTION

-- mal: shadow the order of texts -> 42501
CREATE OPERATOR CLASS pg_temp.x DEFAULT FOR TYPE text USING btree AS OPERATOR 1 <

-- mal: make a collation -> 42501
CREATE COLLATION pg_temp.c FROM "C"

-- mal: make an aggregate -> 42501
CREATE AGGREGATE pg_temp.max (int) (sfunc = int4pl, stype = int)

-- mal: make a conversion -> 42501
CREATE CONVERSION pg_temp.c FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1

-- mal: make statistics of a table -> 42501
CREATE STATISTICS pg_temp.s ON id, clip_id FROM reviewer_data.task

-- mal: publish tables -> 42501
CREATE PUBLICATION p

-- mal: subscribe to tables -> 42501
CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p

-- mal: make an event trigger -> 42501
CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION reviewer.versions()

-- mal: make a tablespace -> 42501
CREATE TABLESPACE t LOCATION '/tmp'

-- mal: rewrite reading by a rule -> 42501
CREATE RULE r AS ON INSERT TO reviewer_data.annotation DO INSTEAD NOTHING

-- mal: make a policy of rows -> 42501
CREATE POLICY p ON reviewer_data.task

-- mal: reach a table from an anonymous block -> 42501
DO $$BEGIN EXECUTE 'SELECT * FROM reviewer_data.task'; END$$

-- mal: reach a table through XML -> 42501
SELECT query_to_xml('SELECT * FROM reviewer_data.task', true, false, '')

-- mal: reach a table through full text search -> 42501
SELECT ts_stat('SELECT sealed::text::tsvector FROM reviewer_data.annotation')

-- mal: make a row of a table's type -> 42501
SELECT json_populate_record(NULL::reviewer_data.task, '{}')

-- mal: move a sequence -> 42501
SELECT setval((SELECT oid FROM pg_class WHERE relname = 'task_place_seq'), 1)

-- mal: take what the owner has -> 42501
REASSIGN OWNED BY queue_owner TO person_mal

-- mal: drop what the owner has -> 42501
DROP OWNED BY queue_owner

-- mal: make the server busy by REINDEX -> 42501
REINDEX DATABASE team

-- mal: make the server busy by CHECKPOINT -> 42501
CHECKPOINT

-- mal: vacuum a table -> 42501
VACUUM reviewer_data.task

-- mal: rename oneself -> 0A000
ALTER ROLE person_mal RENAME TO person_lee_2

-- mal: pass the group on -> 42501
GRANT reviewer_contractor TO person_nell

-- mal: keep the log by a slot -> 42501
SELECT pg_create_physical_replication_slot('x')

-- mal: make an origin of replication -> 42501
SELECT pg_replication_origin_create('x')

-- mal: reset what is counted -> 42501
SELECT pg_stat_reset()

-- mal: fill the log with messages -> 42501
SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000000))

-- mal: fill the disk with snapshots -> 42501
SELECT pg_export_snapshot()

-- mal: see who works -> 42501
SELECT usename FROM pg_locks JOIN pg_stat_activity USING (pid)

-- mal: measure a colleague's text -> 42501
SELECT pg_current_wal_insert_lsn()

-- mal: take somebody's snapshot -> 42704
BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT '00000003-00000002-1'

-- mal: keep temporary files without a limit -> 42501
SET temp_file_limit = -1

-- mal: take every place in the table of locks -> 42501
SELECT pg_advisory_lock(g) FROM generate_series(1, 100000) g

-- mal: take them as long as a transaction lasts -> 42501
SELECT pg_try_advisory_xact_lock_shared(1, g) FROM generate_series(1, 100000) g

-- mal: lock the settings that a backup reads -> 42501
BEGIN; LOCK TABLE pg_settings IN ACCESS EXCLUSIVE MODE

-- mal: lock a catalogue through a view of it -> 42501
BEGIN; LOCK TABLE pg_roles IN SHARE MODE

-- mal: see whether a process is somebody's connection -> 42501
SELECT pg_terminate_backend(999999)

-- mal: see it by a cancellation -> 42501
SELECT pg_cancel_backend(999999)

-- mal: see whether a connection waits for another -> 42501
SELECT pg_isolation_test_session_is_blocked(1, '{1}')

-- mal: see what the server holds in memory for a connection -> 42501
SELECT pg_log_backend_memory_contexts(pg_backend_pid())

-- mal: keep temporary files without a limit from the next sign-in on -> 42501
ALTER ROLE person_mal IN DATABASE team SET temp_file_limit = -1

-- mal: take the limit off the database -> 42501
ALTER DATABASE team RESET temp_file_limit

-- mal: claim in a transaction that only reads -> 25006
BEGIN READ ONLY; SELECT reviewer.claim('mal', '{transcribe}', 'k')

-- mal: read in a transaction that waits for its snapshot -> RV001 NOT_ALLOWED
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE; SELECT reviewer.waiting('{transcribe}')

-- mal: claim kinds in rows -> RV001 NOT_ALLOWED
SELECT reviewer.claim('mal', '{{review},{transcribe}}', 'k')

-- mal: claim a kind that is NULL -> RV001 NOT_ALLOWED
SET array_nulls = on; SELECT reviewer.claim('mal', '{transcribe,NULL}', 'k')

-- mal: claim one kind so often that the server is busy with it -> RV001 NOT_ALLOWED
SELECT reviewer.claim('mal', array_fill('transcribe'::text, ARRAY[100000]), 'k')

-- mal: prefetch one kind so often -> RV001 NOT_ALLOWED
SELECT reviewer.claim_prefetch('mal', array_fill('transcribe'::text, ARRAY[4]), 'k')

-- mal: ask how much is waiting so often -> RV001 NOT_ALLOWED
SELECT reviewer.waiting(array_fill('transcribe'::text, ARRAY[4]))

-- mal: prefetch a review -> RV001 NOT_ALLOWED
SELECT reviewer.claim_prefetch('mal', '{transcribe,review}', 'k')

-- mal: count reviews as one's own -> RV001 NOT_ALLOWED
SELECT reviewer.daily_counts('mal', '{transcribe,review}', 0)

-- mal: a comparison with nothing that is true -> RV001 NOT_LEASED
SET transform_null_equals = on; SELECT reviewer.renew(%(bens_lease)s)

-- mal: read the facts of a colleague's clip -> RV001 NOT_LEASED
SELECT reviewer.clip_facts('clip-bens')

-- mal: read the facts of a clip that is not there -> RV001 NOT_LEASED
SELECT reviewer.clip_facts('clip-nowhere')

-- mal: read the facts of a clip that was purged -> RV001 CLIP_WITHDRAWN
SELECT reviewer.clip_facts('clip-purged')

-- mal: list nobody's work -> RV001 NOT_ALLOWED
SELECT * FROM reviewer.annotations_of(NULL, NULL)

-- mal: say that less than nothing is unsent -> RV001 NOT_ALLOWED
SELECT reviewer.tell_unsent((-1), 0)

-- mal: say that work is older than time -> RV001 NOT_ALLOWED
SELECT reviewer.tell_unsent(1, 'NaN')

-- mal: put a policy on the server -> 42501
SELECT reviewer.put_team_policy(9, '{}')

-- mal: put facts on the server -> 42501
SELECT reviewer.put_clip_facts('[]')

-- mal: read who signed which agreement -> 42501
SELECT * FROM reviewer.agreements_of('ben')

-- The functions, as a contractor

-- mal: claim as a colleague -> RV001 NOT_LEASED
SELECT reviewer.claim('ben', '{transcribe}', 'k')

-- mal: claim with a colleague's key, as them -> RV001 NOT_LEASED
SELECT reviewer.claim('ben', '{transcribe}', 'key of ben')

-- nell: claim without an agreement -> RV001 NDA_REQUIRED
SELECT reviewer.claim('nell', '{transcribe}', 'k')

-- nell: prefetch without an agreement -> RV001 NDA_REQUIRED
SELECT reviewer.claim_prefetch('nell', '{transcribe}', 'k')

-- mal: claim a review -> RV001 NOT_ALLOWED
SELECT reviewer.claim('mal', '{review}', 'k')

-- quentin: claim a pass as QA -> RV001 NOT_ALLOWED
SELECT reviewer.claim('quentin', '{transcribe}', 'k')

-- mal: claim with nothing as a key -> RV001 NOT_ALLOWED
SELECT reviewer.claim('mal', '{transcribe}', NULL)

-- mal: claim with an endless key -> RV001 NOT_ALLOWED
SELECT reviewer.claim('mal', '{transcribe}', repeat(md5(random()::text), 1000))

-- mal: claim in an old snapshot -> RV001 NOT_ALLOWED
BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT reviewer.claim('mal', '{transcribe}', 'k')

-- mal: claim in a serializable transaction -> RV001 NOT_ALLOWED
BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT reviewer.claim('mal', '{transcribe}', 'k')

-- mal: resume a colleague's work -> RV001 NOT_LEASED
SELECT reviewer.resume('ben', '{transcribe}')

-- mal: renew a colleague's lease -> RV001 NOT_LEASED
SELECT reviewer.renew(%(bens_lease)s)

-- mal: renew a colleague's lease as one's own -> RV001 NOT_LEASED
SELECT reviewer.renew((%(bens_lease)s::jsonb || '{"person_id": "mal"}'))

-- mal: guess a token -> RV001 LEASE_LOST
SELECT reviewer.renew((%(bens_lease)s::jsonb || '{"person_id": "mal", "token": 0}'))

-- mal: a token ahead of its time -> RV001 NOT_LEASED
SELECT reviewer.renew((%(mine_lease)s::jsonb || '{"token": 2}'))

-- mal: a token that is no number -> RV001 NOT_LEASED
SELECT reviewer.renew((%(mine_lease)s::jsonb || '{"token": "1 or 1"}'))

-- mal: a token beyond every number -> RV001 NOT_LEASED
SELECT reviewer.renew((%(mine_lease)s::jsonb || '{"token": 1e400}'))

-- mal: a token that is an object -> RV001 NOT_LEASED
SELECT reviewer.renew((%(mine_lease)s::jsonb || '{"token": {"a": [1]}}'))

-- mal: no lease but a list -> RV001 NOT_LEASED
SELECT reviewer.renew('[1, 2]')

-- mal: no lease but nothing -> RV001 NOT_LEASED
SELECT reviewer.renew(NULL)

-- mal: names twice in a lease -> RV001 NOT_LEASED
SELECT reviewer.renew(replace(%(bens_lease)s, '}', ', "person_id": "mal"}')::jsonb)

-- mal: open a lease as a prefetched one -> RV001 NOT_LEASED
SELECT reviewer.check_lease((%(mine_lease)s::jsonb || '{"is_prefetch": "true"}'))

-- mal: open another's text with one's lease -> RV001 NOT_LEASED
SELECT reviewer.check_lease(%(mine_lease)s::jsonb || jsonb_build_object('returned_annotation', %(done_work)s))

-- mal: begin a colleague's lease -> RV001 NOT_LEASED
SELECT reviewer.begin_prefetched(%(bens_lease)s)

-- mal: release a colleague's lease -> RV001 NOT_LEASED
SELECT reviewer.release(%(bens_lease)s, 'k')

-- mal: skip a colleague's lease -> RV001 NOT_LEASED
SELECT reviewer.skip(%(bens_lease)s, 'technical', 'k')

-- mal: skip for an invented reason -> RV001 NOT_ALLOWED
SELECT reviewer.skip(%(mine_lease)s, 'bored', 'k')

-- mal: skip for no reason -> RV001 NOT_ALLOWED
SELECT reviewer.skip(%(mine_lease)s, NULL, 'k')

-- mal: submit for a colleague -> RV001 NOT_LEASED
SELECT reviewer.submit(%(bens_lease)s, '{}', 'd', 's')

-- mal: submit in a colleague's name -> RV001 NOT_LEASED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb || '{"author": "ben"}', repeat('d', 32)::bytea,
    'sealed')

-- mal: submit to another clip -> RV001 NOT_LEASED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb || '{"clip_id": "clip-bens"}', repeat('d', 32)::bytea,
    'sealed')

-- mal: submit with a colleague's key -> RV001 NOT_LEASED
SELECT reviewer.submit(%(mine_lease)s::jsonb || jsonb_build_object('submission_key', %(bens_free_key)s),
    %(facts)s::jsonb, repeat('d', 32)::bytea, 'sealed')

-- mal: submit under the key of work that is in -> RV001 SUBMISSION_CONFLICT
SELECT reviewer.submit(%(mine_lease)s::jsonb || jsonb_build_object('submission_key', %(done_lease)s::jsonb ->>
    'submission_key'), %(facts)s::jsonb, repeat('d', 32)::bytea, 'sealed')

-- mal: submit under an id that exists -> RV001 SUBMISSION_CONFLICT
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb || jsonb_build_object('id', %(done_work)s), repeat('d',
    32)::bytea, 'sealed')

-- mal: submit with a colleague's work as parent -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb || jsonb_build_object('parent', %(done_work)s),
    repeat('d', 32)::bytea, 'sealed')

-- mal: submit with a parent that is not there -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb || '{"parent": "nobody"}', repeat('d', 32)::bytea,
    'sealed')

-- mal: submit without an id -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb || '{"id": null}', repeat('d', 32)::bytea, 'sealed')

-- mal: submit without a version -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb || '{"schema_version": null}', repeat('d', 32)::bytea,
    'sealed')

-- mal: submit under an endless id -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb || jsonb_build_object('id', repeat(md5(random()::text),
    1000)), repeat('d', 32)::bytea, 'sealed')

-- mal: submit under an id whose letter has two forms -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb || jsonb_build_object('id', U&'e\0301'), repeat('d',
    32)::bytea, 'sealed')

-- mal: submit under an id that writes on a terminal -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb || jsonb_build_object('id', E'a\x1b[2J'), repeat('d',
    32)::bytea, 'sealed')

-- mal: submit nothing -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb, repeat('d', 32)::bytea, '')

-- mal: submit NULL -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb, repeat('d', 32)::bytea, NULL)

-- mal: submit without a digest -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb, NULL, 'sealed')

-- mal: submit more than any program stores -> RV001 NOT_ALLOWED
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb, repeat('d', 32)::bytea, repeat('x', 17000000)::bytea)

-- mal: submit a gigabyte -> 54000
SELECT reviewer.submit(%(mine_lease)s, %(facts)s::jsonb, repeat('d', 32)::bytea, repeat('x', 1100000000)::bytea)

-- mal: submit to a purged clip -> RV001 CLIP_WITHDRAWN
SELECT reviewer.submit(%(purged_lease)s, '{}', 'd', 's')

-- mal: take a colleague's work back -> RV001 CANNOT_TAKE_BACK
SELECT reviewer.take_back('mal', %(done_work)s, 'k')

-- mal: take work back as its author -> RV001 NOT_LEASED
SELECT reviewer.take_back('ben', %(done_work)s, 'k')

-- mal: renew work on a held clip -> RV001 CLIP_ON_HOLD
SELECT reviewer.renew(%(held_lease)s)

-- mal: open a held clip -> RV001 CLIP_ON_HOLD
SELECT reviewer.check_lease(%(held_lease)s)

-- mal: open a purged clip -> RV001 CLIP_WITHDRAWN
SELECT reviewer.check_lease(%(purged_lease)s)

-- mal: decide as a contractor -> 42501
SELECT reviewer.decide(%(quentin_review)s, '{}', NULL)

-- mal: draw as a contractor -> 42501
SELECT reviewer.draw_one(%(mine_lease)s::jsonb ->> 'task_id', %(handed_in_work)s, false)

-- mal: keep a late draft for a lease never had -> RV001 NOT_LEASED
SELECT reviewer.keep_late_draft(%(bens_lease)s::jsonb || '{"person_id": "mal"}', 'x', 'k')

-- mal: keep a late draft with a forged token -> RV001 NOT_LEASED
SELECT reviewer.keep_late_draft(%(mine_lease)s::jsonb || '{"token": 7}', 'x', 'k')

-- mal: keep a late draft of a purged clip -> RV001 CLIP_WITHDRAWN
SELECT reviewer.keep_late_draft(%(purged_lease)s, 'x', 'k')

-- mal: keep an empty late draft -> RV001 NOT_ALLOWED
SELECT reviewer.keep_late_draft(%(mine_lease)s, NULL, 'k')

-- mal: keep a longer late draft than any program stores -> RV001 NOT_ALLOWED
SELECT reviewer.keep_late_draft(%(mine_lease)s, repeat('x', 17000000)::bytea, 'k')

-- mal: keep a flood of late drafts -> RV001 NOT_ALLOWED
SELECT reviewer.keep_late_draft(%(mine_lease)s, 'x', 'k' || n) FROM generate_series(1, 100) n

-- nell: sign another agreement -> RV001 NOT_ALLOWED
SELECT reviewer.sign_agreement('of my own', 'x', NULL)

-- nell: sign with nothing -> RV001 NOT_ALLOWED
SELECT reviewer.sign_agreement('agreement-1', NULL, NULL)

-- mal: read a colleague's work -> RV001 NO_ANNOTATION
SELECT * FROM reviewer.annotation(%(done_work)s)

-- mal: read the state of a colleague's work -> RV001 NO_ANNOTATION
SELECT reviewer.state_of(%(done_work)s)

-- mal: list a colleague's work -> RV001 NOT_ALLOWED
SELECT * FROM reviewer.annotations_of('ben', 10)

-- mal: list a colleague's late drafts -> RV001 NOT_ALLOWED
SELECT * FROM reviewer.late_drafts_of('ben')

-- mal: count a colleague's day -> RV001 NOT_ALLOWED
SELECT reviewer.daily_counts('ben', '{transcribe}', 0)

-- mal: count the reviews that wait -> RV001 NOT_ALLOWED
SELECT reviewer.waiting('{review}')

-- mal: see whether a clip is there -> RV001 NO_CLIP
SELECT reviewer.clip_state('clip-bens')

-- mal: see whether another is not there -> RV001 NO_CLIP
SELECT reviewer.clip_state('clip-nowhere')

-- mal: withdraw a live clip -> RV001 NO_CLIP
SELECT reviewer.withdraw_clip('clip-bens', 'retention')

-- mal: withdraw a clip that is not there -> RV001 NO_CLIP
SELECT reviewer.withdraw_clip('clip-nowhere', 'retention')

-- mal: withdraw one's own live clip -> RV001 NOT_ALLOWED
SELECT reviewer.withdraw_clip('clip-mine', 'retention')

-- mal: withdraw a clip that is due for an invented reason -> RV001 NOT_ALLOWED
SELECT reviewer.withdraw_clip('clip-due', repeat('x', 100000))

-- mal: mark a colleague's clip -> RV001 NO_CLIP
SELECT reviewer.mark_distressing('clip-bens')

-- mal: mark a clip that is not there -> RV001 NO_CLIP
SELECT reviewer.mark_distressing('clip-nowhere')

-- mal: mark personal data on a colleague's lease -> RV001 NOT_LEASED
SELECT reviewer.mark_personal_data(%(bens_lease)s, 'mark', 'x')

-- mal: mark personal data on a colleague's lease as one's own -> RV001 NOT_LEASED
SELECT reviewer.mark_personal_data(%(bens_lease)s::jsonb || '{"person_id": "mal"}', 'mark', 'x')

-- mal: mark personal data in another clip than that of the lease -> RV001 NOT_LEASED
SELECT reviewer.mark_personal_data(%(mine_lease)s::jsonb || '{"clip_id": "clip-bens"}', 'mark', 'x')

-- mal: mark personal data with a forged token -> RV001 NOT_LEASED
SELECT reviewer.mark_personal_data(%(mine_lease)s::jsonb || '{"token": 7}', 'mark', 'x')

-- mal: mark personal data in a purged clip -> RV001 CLIP_WITHDRAWN
SELECT reviewer.mark_personal_data(%(purged_lease)s, 'mark', 'x')

-- mal: mark with an empty seal -> RV001 NOT_ALLOWED
SELECT reviewer.mark_personal_data(%(mine_lease)s, 'mark', '')

-- mal: mark with a long seal -> RV001 NOT_ALLOWED
SELECT reviewer.mark_personal_data(%(mine_lease)s, 'mark', repeat('x', 2000)::bytea)

-- mal: mark under an id whose letter has two forms -> RV001 NOT_ALLOWED
SELECT reviewer.mark_personal_data(%(mine_lease)s, U&'e\0301', 'x')

-- mal: mark under an id of two lines -> RV001 NOT_ALLOWED
SELECT reviewer.mark_personal_data(%(mine_lease)s, E'mark\nmark', 'x')

-- mal: keep a late draft under a key whose letter has two forms -> RV001 NOT_ALLOWED
SELECT reviewer.keep_late_draft(%(mine_lease)s, 'x', U&'e\0301')

-- mal: mark with a flood -> RV001 NOT_ALLOWED
SELECT reviewer.mark_personal_data(%(mine_lease)s, 'mark' || n, 'x') FROM generate_series(1, 300) n

-- mal: read the clips that wait for a redaction -> 42501
SELECT reviewer.clips_in_redaction()

-- quentin: keep a clip for a redaction -> 42501
SELECT reviewer.begin_redaction('clip-bens')

-- mal: end a redaction -> 42501
SELECT reviewer.end_redaction('clip-bens', '{}')

-- quentin: read everything that is sealed of a clip -> 42501
SELECT reviewer.sealed_texts('clip-bens')

-- quentin: replace what is sealed -> 42501
SELECT reviewer.replace_seals('clip-bens', '{}', '{}', '{}', '{}', '{}')

-- mal: set rules -> 42501
SELECT reviewer.set_rules(1, 1, 1, 1)

-- mal: add a clip -> 42501
SELECT reviewer.add_clip('c', 1, 0, 0, 'ready', NULL, '["en", "en", "", ""]')

-- mal: assign a task to oneself -> 42501
SELECT reviewer.assign(%(bens_lease)s::jsonb ->> 'task_id', 'mal')

-- mal: take other languages -> 42501
SELECT reviewer.set_languages('mal', '[]', 'k')

-- mal: give oneself a skill -> 42501
SELECT reviewer.set_skills('mal', '{medical}', 'k')

-- mal: write a skill into the table -> 42501
INSERT INTO reviewer_data.person_skill VALUES ('mal', 'medical')

-- quentin: give oneself a skill as QA -> 42501
SELECT reviewer.set_skills('quentin', '{medical}', 'k')

-- mal: take a skill off a clip -> 42501
SELECT reviewer.set_clip_skill('{clip-bens}', '')

-- mal: put a clip first -> 42501
SELECT reviewer.set_priority('{clip-bens}', 100)

-- mal: hold a clip -> 42501
SELECT reviewer.hold('clip-bens', 'technical')

-- mal: keep a clip open -> 42501
SELECT reviewer.keep_open_until('clip-due', 9000000000000000)

-- mal: read every lease -> 42501
SELECT * FROM reviewer.leases()

-- mal: read the list of clips -> 42501
SELECT * FROM reviewer.listed()

-- mal: explain a function of the leads' -> 42501
EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM reviewer.listed()

-- mal: prepare a function of the leads' -> 42501
PREPARE x AS SELECT * FROM reviewer.listed(); EXECUTE x

-- mal: a lone surrogate as a name -> 22P02
SELECT reviewer.claim('mal', '{transcribe}', ('"\ud800"'::jsonb) ->> 0)

-- mal: NUL in a lease -> 22P05
SELECT reviewer.renew('{"person_id": "mal\u0000"}')

-- mal: a name that looks the same -> RV001 NOT_LEASED
SELECT reviewer.claim(U&'m\0430l', '{transcribe}', 'k')

-- mal: a name with what is invisible -> RV001 NOT_LEASED
SELECT reviewer.claim(U&'mal\200B', '{transcribe}', 'k')
-- mal: show the end of a log without a note -> RV001 NOT_A_CHECKPOINT
SELECT reviewer.witness('log', 1, decode(repeat('00', 32), 'hex'), NULL, '{}')

-- mal: show the end of no log -> RV001 NOT_A_CHECKPOINT
SELECT reviewer.witness(NULL, 1, decode(repeat('00', 32), 'hex'), 'note', '{}')

-- mal: show a flood of ends -> RV001 NOT_ALLOWED
SELECT reviewer.witness('log' || n, 1, decode(repeat('00', 32), 'hex'),
    concat('reviewer/log', n, E'\n1\n', repeat('A', 43), E'=\nhead '), '{}') FROM generate_series(1, 1000) n

-- mal: show the ends of more logs than anybody has -> RV001 NOT_ALLOWED
SELECT reviewer.witness('log' || n, 1, decode(repeat('00', 32), 'hex'),
    concat('reviewer/log', n, E'\n1\n', repeat('A', 43), E'=\nhead '), '{}') FROM generate_series(1, 101) n

-- mal: fill the disk with the notes of ends -> RV001 NOT_ALLOWED
SELECT reviewer.witness('log' || n, 1, decode(repeat('00', 32), 'hex'),
    concat('reviewer/log', n, E'\n1\n', repeat('A', 43), E'=\nhead ', repeat('x', 60000)), '{}')
FROM generate_series(1, 90) n

-- mal: show the root of one log with the note of another -> RV001 NOT_A_CHECKPOINT
SELECT reviewer.witness('log', 1, decode(repeat('11', 32), 'hex'),
    concat(E'reviewer/log\n1\n', repeat('A', 43), E'=\nhead '), '{}')

-- mal: show a note of more rows than the proof is for -> RV001 NOT_A_CHECKPOINT
SELECT reviewer.witness('log', 1, decode(repeat('00', 32), 'hex'),
    concat(E'reviewer/log\n12\n', repeat('A', 43), E'=\nhead '), '{}')

-- mal: show the note of another log -> RV001 NOT_A_CHECKPOINT
SELECT reviewer.witness('lo', 1, decode(repeat('00', 32), 'hex'),
    concat(E'reviewer/log\n1\n', repeat('A', 43), E'=\nhead '), '{}')

-- mal: read whose log was seen -> 42501
SELECT * FROM reviewer.witnessed_logs()

-- mal: lift one's own limits -> 42501
SELECT reviewer.lift_limits('mal', '{}')

-- quentin: lift one's own limits as QA -> 42501
SELECT reviewer.lift_limits('quentin', '{}')

-- mal: write that they were lifted -> 42501
INSERT INTO reviewer_data.limits_lifted VALUES ('mal', 0, '{}')

-- mal: end the transactions of colleagues -> 42501
SELECT reviewer.end_long_transactions(1)

-- quentin: end the transactions of colleagues as QA -> 42501
SELECT reviewer.end_long_transactions(1)

-- mal: block a colleague -> 42501
SELECT reviewer.block('ben')

-- nell: sign with an agreement whose time is over -> RV001 NDA_REQUIRED
SELECT reviewer.sign_agreement('agreement-1', 'x', 1)

-- The functions, as QA

-- quentin: read a text before one's own version -> RV001 NO_ANNOTATION
SELECT * FROM reviewer.annotation(%(checked_work)s)

-- quentin: read what a colleague checks -> RV001 NO_ANNOTATION
SELECT * FROM reviewer.annotation(%(checking_work)s)

-- quentin: read work that nobody checks -> RV001 NO_ANNOTATION
SELECT * FROM reviewer.annotation(%(done_work)s)

-- quentin: decide before one's own version -> RV001 BLIND_FIRST
SELECT reviewer.decide(%(quentin_review)s, %(verdict)s::jsonb, NULL)

-- quentin: decide about another's review -> RV001 NOT_LEASED
SELECT reviewer.decide((%(quinn_review)s::jsonb || '{"person_id": "quentin"}'), %(verdict)s::jsonb, NULL)

-- quentin: decide as a colleague -> RV001 NOT_LEASED
SELECT reviewer.decide(%(quinn_review)s, %(verdict)s::jsonb, NULL)

-- quentin: decide about other work -> RV001 NOT_LEASED
SELECT reviewer.decide(%(quentin_review)s, %(verdict)s::jsonb || jsonb_build_object('annotation_id',
    %(done_work)s), NULL)

-- quentin: decide in a colleague's name -> RV001 NOT_LEASED
SELECT reviewer.decide(%(quentin_review)s, %(verdict)s::jsonb || '{"person_id": "quinn"}', NULL)

-- quentin: decide without a kind -> RV001 NOT_LEASED
SELECT reviewer.decide(%(quentin_review)s, %(verdict)s::jsonb || '{"kind": null}', NULL)

-- quentin: decide without a selection -> RV001 NOT_LEASED
SELECT reviewer.decide(%(quentin_review)s, %(verdict)s::jsonb || '{"kind": "passed"}', NULL)

-- quentin: decide at no time -> RV001 BLIND_FIRST
SELECT reviewer.decide(%(quentin_review)s, %(verdict)s::jsonb || '{"at": "yesterday"}', NULL)

-- quentin: pass a lead's decision off -> 42501
SELECT reviewer.set_final('clip-done', %(done_work)s, 'v')

-- quentin: adopt a late draft -> 42501
SELECT reviewer.adopt_late_draft('x', 'x', 'x', '{}', 'x', 'x')

-- quentin: read every late draft -> 42501
SELECT * FROM reviewer.late_drafts()

-- quentin: read every accepted text -> 42501
SELECT * FROM reviewer.accepted()

-- quentin: adjudicate a clip that is not final -> RV001 CLIP_NOT_FINAL
SELECT reviewer.add_adjudication('clip-bens')

-- quentin: call a clip's passes equal that is not final -> RV001 CLIP_NOT_FINAL
SELECT reviewer.set_passes_agree('clip-bens')

-- quentin: become a lead from QA -> 42501
SET ROLE reviewer_lead

-- quentin: withdraw a live clip as QA -> RV001 NOT_ALLOWED
SELECT reviewer.withdraw_clip('clip-checked', 'retention')
