-- Whose limits on taking a lead lifted, and when (decision 066): what was leased before counts no more.
CREATE TABLE reviewer_data.limits_lifted (
    person_id text PRIMARY KEY,
    at bigint NOT NULL,
    signed text NOT NULL CHECK (length(signed) <= 2000)
);
COMMENT ON TABLE reviewer_data.limits_lifted IS
    'signed: the same for the person''s own folder, which checks it; the server goes by the time.';
