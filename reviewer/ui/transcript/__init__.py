"""Typing what was said: editor, checks, tags, preview."""
