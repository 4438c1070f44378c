-- How much work each person's program has saved and not sent, and since when the oldest waits, as it said last.
CREATE TABLE reviewer_data.unsent_work (
    person_id text PRIMARY KEY,
    n integer NOT NULL CHECK (n > 0),
    since bigint NOT NULL
);
