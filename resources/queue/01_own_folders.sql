-- What folders of people's own need of the server: the signed policy, and the facts of clips.

CREATE TABLE reviewer_data.team_policy (
    serial bigint PRIMARY KEY CHECK (serial > 0),
    signed text NOT NULL CHECK (length(signed) <= 8388608),
    person_id text NOT NULL,
    at bigint NOT NULL
);
COMMENT ON TABLE reviewer_data.team_policy IS
    'Policies that leads signed; programs check the signature, the server does not. The highest serial counts.';

CREATE TABLE reviewer_data.clip_facts (
    clip_id text COLLATE "C" PRIMARY KEY REFERENCES reviewer_data.queue_clip (clip_id),
    stored_as text NOT NULL,
    facts jsonb NOT NULL
);
COMMENT ON TABLE reviewer_data.clip_facts IS
    'What a program has to know of a clip to open it, and nothing of where it came from; none of a purged clip.';
