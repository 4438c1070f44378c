-- Each lead has one policy here, so that nothing that is put under one lead's login keeps out another's.

DELETE FROM reviewer_data.team_policy former USING reviewer_data.team_policy later
WHERE later.person_id = former.person_id AND later.serial > former.serial;
ALTER TABLE reviewer_data.team_policy DROP CONSTRAINT team_policy_pkey;
ALTER TABLE reviewer_data.team_policy ADD PRIMARY KEY (person_id);
COMMENT ON TABLE reviewer_data.team_policy IS
    'The policy that each lead signed last. Programs check the signature; of those that verify, the highest serial counts.';
