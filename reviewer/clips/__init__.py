"""Clips: facts, keys and sealed content."""
