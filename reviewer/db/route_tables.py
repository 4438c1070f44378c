"""The statements of the migration that adds skills: a route is a locale and the skill that is asked for."""

ROUTES = (
    "ALTER TABLE queue_locale RENAME TO queue_route",
    "ALTER TABLE queue_route RENAME COLUMN locale TO route",
    "ALTER TABLE queue_route ADD COLUMN skill TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE queue_route ADD COLUMN locale TEXT NOT NULL DEFAULT ''",
    "UPDATE queue_route SET locale = route",
    "ALTER TABLE queue_clip RENAME COLUMN locale TO route",
    "ALTER TABLE task RENAME COLUMN locale TO route",
    # Sort keys were spread up to 2**62; now they are times, and what is there comes before later imports.
    "UPDATE task SET sort_key = sort_key / 1800000 WHERE kind = 'transcribe'",
    """
    CREATE TABLE person_skill (
        person_id TEXT NOT NULL,
        skill TEXT NOT NULL,
        PRIMARY KEY (person_id, skill)
    ) STRICT, WITHOUT ROWID
    """,
)
