"""The clip workspace that the desk and QA share: view, presenter, autosave, lease renewal, prefetch."""
