"""Tables for keys that a lead sends to people, and for the recovery key."""

# delivery_card: the public keys to which new workspace keys are sealed.
KEYS = (
    "ALTER TABLE person ADD COLUMN delivery_card BLOB NOT NULL DEFAULT x''",
    """
    CREATE TABLE key_delivery (
        person_id TEXT PRIMARY KEY,
        recipient BLOB NOT NULL UNIQUE,
        generation INTEGER NOT NULL CHECK (generation > 1),
        sealed BLOB NOT NULL,
        sender_id TEXT NOT NULL,
        signature BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE recovery_key (
        id TEXT PRIMARY KEY CHECK (id = 'recovery'),
        keyring BLOB NOT NULL,
        public_key BLOB NOT NULL,
        delivery_card BLOB NOT NULL,
        made_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
