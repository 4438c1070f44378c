-- What somebody signed of a verdict (decision 063): readable, and empty where nobody did.
ALTER TABLE reviewer_data.verdict ADD COLUMN signed text NOT NULL DEFAULT '' CHECK (length(signed) <= 2000);
