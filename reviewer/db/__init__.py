"""The local SQLite file."""
