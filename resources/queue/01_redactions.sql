-- Redactions of clips whose keys are elsewhere (decision 049): marks of personal data, and clips that wait for one.

CREATE TABLE reviewer_data.personal_data_mark (
    id text PRIMARY KEY,
    clip_id text COLLATE "C" NOT NULL REFERENCES reviewer_data.queue_clip (clip_id),
    person_id text NOT NULL,
    sealed bytea NOT NULL CHECK (length(sealed) <= 1024),
    at bigint NOT NULL,
    is_open boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE reviewer_data.personal_data_mark IS
    'Who marked something in which clip; place and kind are sealed under the clip''s key. A closed one is empty.';
CREATE INDEX personal_data_mark_by_clip ON reviewer_data.personal_data_mark (clip_id);
CREATE INDEX personal_data_mark_open ON reviewer_data.personal_data_mark (at) WHERE is_open;

-- The clips that wait for a redaction: the queue has them on hold. held_before is the hold that a lead put on them.
CREATE TABLE reviewer_data.redaction (
    clip_id text COLLATE "C" PRIMARY KEY REFERENCES reviewer_data.queue_clip (clip_id),
    held_before text NOT NULL,
    at bigint NOT NULL
);

-- Leases that ended for a redaction, and whose work may still come as a late draft, sealed under the clip's old key.
CREATE TABLE reviewer_data.redaction_lease (
    task_id text NOT NULL REFERENCES reviewer_data.task (id),
    token bigint NOT NULL,
    clip_id text COLLATE "C" NOT NULL REFERENCES reviewer_data.queue_clip (clip_id),
    until bigint NOT NULL,
    PRIMARY KEY (task_id, token)
);
CREATE INDEX redaction_lease_by_clip ON reviewer_data.redaction_lease (clip_id);

-- When a clip got its last key: what was leased before is sealed under one that is gone.
CREATE TABLE reviewer_data.resealed_clip (
    clip_id text COLLATE "C" PRIMARY KEY REFERENCES reviewer_data.queue_clip (clip_id),
    at bigint NOT NULL
);

-- The clip whose annotations get a new seal and digest in the open transaction; else it is empty.
CREATE TABLE reviewer_data.resealing (clip_id text COLLATE "C" PRIMARY KEY);

CREATE OR REPLACE FUNCTION reviewer_data.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.submission_key, NEW.task_id, NEW.clip_id, NEW.author, NEW.parent, NEW.schema_version,
            NEW.conventions_version, NEW.made_at)
            IS NOT DISTINCT FROM (OLD.id, OLD.submission_key, OLD.task_id, OLD.clip_id, OLD.author, OLD.parent,
            OLD.schema_version, OLD.conventions_version, OLD.made_at)
            AND (NEW.sealed = '' AND NEW.digest = OLD.digest
                OR EXISTS (SELECT 1 FROM reviewer_data.resealing WHERE clip_id = OLD.clip_id))
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'annotations are append-only';
END
$$;
