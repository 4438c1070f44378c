-- Routes: a locale and the skill that a task asks for (decision 061). What is there asks for none.

ALTER TABLE reviewer_data.queue_locale RENAME TO queue_route;
ALTER INDEX reviewer_data.queue_locale_pkey RENAME TO queue_route_pkey;
ALTER TABLE reviewer_data.queue_route RENAME COLUMN locale TO route;
ALTER TABLE reviewer_data.queue_route ADD COLUMN skill text NOT NULL DEFAULT '', ADD COLUMN locale text;
UPDATE reviewer_data.queue_route SET locale = route;
ALTER TABLE reviewer_data.queue_route ALTER COLUMN locale SET NOT NULL;
ALTER TABLE reviewer_data.queue_clip RENAME COLUMN locale TO route;
ALTER TABLE reviewer_data.task RENAME COLUMN locale TO route;

CREATE TABLE reviewer_data.person_skill (
    person_id text NOT NULL,
    skill text NOT NULL,
    PRIMARY KEY (person_id, skill)
);
COMMENT ON TABLE reviewer_data.person_skill IS 'What a lead says that people can do; who is not here has no skill.';

-- Sort keys were spread up to 2^62; now they are times, and what is there comes before what is imported later.
UPDATE reviewer_data.task SET sort_key = sort_key / 1800000 WHERE kind = 'transcribe';
