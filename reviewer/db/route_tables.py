"""The statements of the migrations for routes: a locale, and later the skill that is asked for."""

# ``person_language`` belongs to the queue, which is asked by it; nobody there has every language.
LANGUAGES = (
    """
    CREATE TABLE person_language (
        person_id TEXT NOT NULL,
        language TEXT NOT NULL,
        PRIMARY KEY (person_id, language)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE TABLE queue_locale (locale TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    "ALTER TABLE queue_clip ADD COLUMN locale TEXT NOT NULL DEFAULT 'und'",
    "ALTER TABLE task ADD COLUMN locale TEXT NOT NULL DEFAULT 'und'",
    """
    UPDATE queue_clip SET locale = coalesce(
        (SELECT nullif(clip.locale, '') FROM clip WHERE clip.id = queue_clip.clip_id), 'und')
    """,
    "UPDATE task SET locale = (SELECT locale FROM queue_clip WHERE queue_clip.clip_id = task.clip_id)",
    "INSERT INTO queue_locale (locale) SELECT DISTINCT locale FROM queue_clip",
    "DROP INDEX task_open",
    "CREATE INDEX task_open ON task (kind, locale, priority DESC, sort_key) WHERE state = 'open'",
)

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
