-- The tables of a team's queue. No login of a person may use this schema: what people may do is in the schema reviewer.
-- Times are microseconds since 1970, UTC, as everywhere in this program.

CREATE SCHEMA reviewer_data;
CREATE SCHEMA reviewer;
REVOKE ALL ON SCHEMA reviewer_data, reviewer FROM PUBLIC;

CREATE TABLE reviewer_data.meta (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    workspace_id text NOT NULL DEFAULT '',
    tables_version integer NOT NULL,
    functions_digest text NOT NULL DEFAULT ''
);

-- A row replaces the clock; only the owner of the database can write one, for tests.
CREATE TABLE reviewer_data.test_clock (at bigint NOT NULL);

CREATE TABLE reviewer_data.rules (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    lease_micros bigint NOT NULL CHECK (lease_micros > 0),
    cap_micros bigint NOT NULL CHECK (cap_micros > 0),
    prefetch_micros bigint NOT NULL CHECK (prefetch_micros > 0),
    skips_to_lead integer NOT NULL CHECK (skips_to_lead > 0),
    leases_per_hour integer NOT NULL DEFAULT 0 CHECK (leases_per_hour >= 0),
    leases_without_hand_in integer NOT NULL DEFAULT 0 CHECK (leases_without_hand_in >= 0),
    agreements text[] NOT NULL DEFAULT '{}',
    agreement_micros bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE reviewer_data.rules IS
    'The rules of a claim; 0 is no limit. One of the agreements, by SHA-256, must be signed; none: nobody has to.';

CREATE TABLE reviewer_data.person_login (
    login name PRIMARY KEY,
    person_id text NOT NULL UNIQUE,
    kinds text[] NOT NULL,
    is_blocked boolean NOT NULL DEFAULT false
);

-- A row to lock, so that acts of one person come one after the other. Advisory locks would be open to everybody, and
-- the owner writes person_login also while a person keeps a transaction open.
CREATE TABLE reviewer_data.person_turn (person_id text PRIMARY KEY);

CREATE TABLE reviewer_data.agreement_signed (
    person_id text NOT NULL,
    agreement text NOT NULL,
    evidence bytea NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (person_id, agreement, at)
);
COMMENT ON TABLE reviewer_data.agreement_signed IS
    'Signed acknowledgements: the evidence is the program''s own, and the login says who handed it in.';

CREATE TABLE reviewer_data.person_language (
    person_id text NOT NULL,
    tag text NOT NULL,
    language text NOT NULL,
    script text NOT NULL,
    region text NOT NULL,
    PRIMARY KEY (person_id, tag)
);

CREATE TABLE reviewer_data.queue_locale (
    locale text PRIMARY KEY,
    language text NOT NULL,
    script text NOT NULL,
    region text NOT NULL
);
COMMENT ON TABLE reviewer_data.queue_locale IS 'No language: the clips are for everybody.';

-- Domains and no CHECK in the two tables that every claim writes: PostgreSQL reads each CHECK of a table anew for each
-- statement that changes it, which took a third of a claim's time (decision 059).
CREATE DOMAIN reviewer_data.clip_state AS text CHECK (VALUE IN ('quarantined', 'ready', 'in_review', 'reviewed',
    'final', 'exported', 'with_lead', 'purged'));
CREATE DOMAIN reviewer_data.task_state AS text CHECK (VALUE IN ('open', 'leased', 'submitted', 'qa_pending',
    'returned', 'accepted', 'done', 'withdrawn'));
CREATE DOMAIN reviewer_data.task_kind AS text CHECK (VALUE IN ('transcribe', 'review', 'adjudicate'));
CREATE DOMAIN reviewer_data.prefetch_kind AS smallint CHECK (VALUE IN (0, 1, 2));
CREATE DOMAIN reviewer_data.at_least_one AS integer CHECK (VALUE > 0);

CREATE TABLE reviewer_data.queue_clip (
    clip_id text COLLATE "C" PRIMARY KEY,
    state reviewer_data.clip_state NOT NULL,
    passes reviewer_data.at_least_one NOT NULL,
    open_until bigint,
    reason text NOT NULL DEFAULT '',
    hold text NOT NULL DEFAULT '',
    locale text NOT NULL REFERENCES reviewer_data.queue_locale (locale),
    is_distressing boolean NOT NULL DEFAULT false,
    passes_agree boolean NOT NULL DEFAULT false
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX queue_clip_by_state ON reviewer_data.queue_clip (state);
CREATE INDEX queue_clip_on_hold ON reviewer_data.queue_clip (hold) WHERE hold <> '';

CREATE TABLE reviewer_data.task (
    place bigint GENERATED ALWAYS AS IDENTITY,
    id text PRIMARY KEY,
    clip_id text COLLATE "C" NOT NULL REFERENCES reviewer_data.queue_clip (clip_id),
    kind reviewer_data.task_kind NOT NULL,
    round reviewer_data.at_least_one NOT NULL,
    state reviewer_data.task_state NOT NULL,
    priority integer NOT NULL DEFAULT 0,
    sort_key bigint NOT NULL,
    locale text NOT NULL,
    person_id text,
    token bigint NOT NULL DEFAULT 0,
    lease_until bigint NOT NULL DEFAULT 0,
    lease_started bigint NOT NULL DEFAULT 0,
    prefetch reviewer_data.prefetch_kind NOT NULL DEFAULT 0,
    submission_key text NOT NULL DEFAULT '',
    annotation_id text,
    reviewed_id text,
    parent_id text REFERENCES reviewer_data.task (id),
    assigned_to text,
    draw_id text,
    taken_back boolean NOT NULL DEFAULT false
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON COLUMN reviewer_data.task.prefetch IS
    '1: a prefetch lease of a task that was open to all; 2: of one that was the person''s own';
CREATE UNIQUE INDEX task_pass ON reviewer_data.task (clip_id, round) WHERE kind = 'transcribe';
CREATE UNIQUE INDEX task_review ON reviewer_data.task (reviewed_id) WHERE kind = 'review';
CREATE UNIQUE INDEX task_adjudication ON reviewer_data.task (clip_id) WHERE kind = 'adjudicate';
CREATE INDEX task_open ON reviewer_data.task (kind, locale, priority DESC, sort_key, place)
    WHERE state = 'open' AND assigned_to IS NULL;
CREATE INDEX task_leased ON reviewer_data.task (kind, lease_until) WHERE state = 'leased';
CREATE INDEX task_own ON reviewer_data.task (person_id) WHERE prefetch > 0 OR state = 'returned';
CREATE INDEX task_assigned ON reviewer_data.task (assigned_to) WHERE assigned_to IS NOT NULL;
CREATE INDEX task_by_person ON reviewer_data.task (person_id, state, prefetch) WHERE person_id IS NOT NULL;
CREATE INDEX task_by_clip ON reviewer_data.task (clip_id);
CREATE INDEX task_by_parent ON reviewer_data.task (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX task_submitted ON reviewer_data.task (place) WHERE kind = 'transcribe' AND state = 'submitted';

CREATE TABLE reviewer_data.task_refusal (
    task_id text NOT NULL REFERENCES reviewer_data.task (id),
    clip_id text COLLATE "C" NOT NULL REFERENCES reviewer_data.queue_clip (clip_id),
    person_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('skip', 'expiry', 'taken')),
    reason text NOT NULL DEFAULT '',
    at bigint NOT NULL
);
CREATE INDEX task_refusal_by_clip ON reviewer_data.task_refusal (clip_id, person_id);

-- Every lease that was ever given: late work is kept only from who had that lease, and limits are counted.
CREATE TABLE reviewer_data.lease_given (
    task_id text NOT NULL,
    token bigint NOT NULL,
    person_id text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (task_id, token)
);
CREATE INDEX lease_given_by_person ON reviewer_data.lease_given (person_id, at);

CREATE TABLE reviewer_data.annotation (
    place bigint GENERATED ALWAYS AS IDENTITY,
    id text PRIMARY KEY,
    submission_key text NOT NULL UNIQUE,
    task_id text NOT NULL REFERENCES reviewer_data.task (id),
    clip_id text COLLATE "C" NOT NULL REFERENCES reviewer_data.queue_clip (clip_id),
    author text NOT NULL,
    parent text REFERENCES reviewer_data.annotation (id),
    schema_version text NOT NULL,
    conventions_version text NOT NULL,
    digest bytea NOT NULL,
    sealed bytea NOT NULL,
    made_at bigint NOT NULL
);
CREATE INDEX annotation_by_author ON reviewer_data.annotation (author, made_at);
CREATE INDEX annotation_by_clip ON reviewer_data.annotation (clip_id, made_at, author);
ALTER TABLE reviewer_data.task
    ADD FOREIGN KEY (annotation_id) REFERENCES reviewer_data.annotation (id),
    ADD FOREIGN KEY (reviewed_id) REFERENCES reviewer_data.annotation (id);

CREATE FUNCTION reviewer_data.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.submission_key, NEW.task_id, NEW.clip_id, NEW.author, NEW.parent, NEW.schema_version,
            NEW.conventions_version, NEW.digest, NEW.made_at)
            IS NOT DISTINCT FROM (OLD.id, OLD.submission_key, OLD.task_id, OLD.clip_id, OLD.author, OLD.parent,
            OLD.schema_version, OLD.conventions_version, OLD.digest, OLD.made_at) AND NEW.sealed = ''
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'annotations are append-only';
END
$$;
CREATE TRIGGER annotation_is_kept BEFORE UPDATE OR DELETE ON reviewer_data.annotation
    FOR EACH ROW EXECUTE FUNCTION reviewer_data.refuse_change();

CREATE TABLE reviewer_data.verdict (
    id text PRIMARY KEY,
    task_id text NOT NULL REFERENCES reviewer_data.task (id),
    clip_id text COLLATE "C" NOT NULL REFERENCES reviewer_data.queue_clip (clip_id),
    annotation_id text NOT NULL UNIQUE REFERENCES reviewer_data.annotation (id),
    kind text NOT NULL CHECK (kind IN ('accepted', 'accepted_with_fixes', 'returned', 'passed')),
    comment bytea,
    person_id text NOT NULL,
    token bigint NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX verdict_by_clip ON reviewer_data.verdict (clip_id, at);

-- Who drew, and what they said: whoever has the secret of the draw can compare.
CREATE TABLE reviewer_data.draw (
    place bigint GENERATED ALWAYS AS IDENTITY,
    annotation_id text NOT NULL REFERENCES reviewer_data.annotation (id),
    draw_id text NOT NULL,
    is_selected boolean NOT NULL,
    person_id text NOT NULL,
    at bigint NOT NULL
);

CREATE TABLE reviewer_data.final (
    clip_id text COLLATE "C" PRIMARY KEY REFERENCES reviewer_data.queue_clip (clip_id),
    annotation_id text NOT NULL REFERENCES reviewer_data.annotation (id),
    verdict_id text NOT NULL REFERENCES reviewer_data.verdict (id)
);

CREATE TABLE reviewer_data.late_draft (
    id text PRIMARY KEY,
    task_id text NOT NULL REFERENCES reviewer_data.task (id),
    clip_id text COLLATE "C" NOT NULL REFERENCES reviewer_data.queue_clip (clip_id),
    person_id text NOT NULL,
    key text NOT NULL,
    sealed bytea NOT NULL,
    kept_at bigint NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'adopted', 'dismissed')),
    reason text NOT NULL DEFAULT '' CHECK (reason IN ('', 'superseded', 'incomplete', 'wrong', 'author')),
    annotation_id text,
    decided_at bigint,
    UNIQUE (person_id, key)
);
CREATE INDEX late_draft_waiting ON reviewer_data.late_draft (kept_at) WHERE state = 'waiting';
CREATE INDEX late_draft_by_task ON reviewer_data.late_draft (task_id);
CREATE INDEX late_draft_by_clip ON reviewer_data.late_draft (clip_id);

-- A key belongs to who sent it: nobody gets the answer that somebody else was given.
CREATE TABLE reviewer_data.request (
    person_id text NOT NULL,
    key text NOT NULL,
    answer jsonb,
    at bigint NOT NULL,
    PRIMARY KEY (person_id, key)
);
CREATE INDEX request_by_time ON reviewer_data.request USING brin (at);

-- The ends of access logs that people's programs have shown: nothing here is changed or removed, so a log that
-- was cut or rewritten does not fit to it any more.
CREATE TABLE reviewer_data.witnessed_checkpoint (
    log_id text NOT NULL,
    person_id text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    root bytea NOT NULL CHECK (length(root) = 32),
    note text NOT NULL CHECK (length(note) <= 65536),
    at bigint NOT NULL,
    PRIMARY KEY (log_id, person_id, size)
);

CREATE INDEX witnessed_checkpoint_by_time ON reviewer_data.witnessed_checkpoint (person_id, at);

CREATE FUNCTION reviewer_data.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a witness saw is kept';
END
$$;
CREATE TRIGGER witnessed_checkpoint_is_kept BEFORE UPDATE OR DELETE ON reviewer_data.witnessed_checkpoint
    FOR EACH ROW EXECUTE FUNCTION reviewer_data.refuse_rewriting();
