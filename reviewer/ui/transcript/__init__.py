"""The transcript: editor, checks, tags, training text."""
