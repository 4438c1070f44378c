-- Fewer entries of indexes for each claim (decision 059).

-- In place of three indexes on a clip's tasks: one pass of each round, and one adjudication.
DROP INDEX reviewer_data.task_pass, reviewer_data.task_adjudication, reviewer_data.task_by_clip;
CREATE UNIQUE INDEX task_of_clip ON reviewer_data.task (clip_id, kind, round, reviewed_id) NULLS NOT DISTINCT;

-- A claim changes the state of a clip: where no index has the state, its row stays on its page and no index is written.
DROP INDEX reviewer_data.queue_clip_by_state;
