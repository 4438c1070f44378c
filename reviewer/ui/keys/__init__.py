"""Keys that a person may change: presets, own changes, and what is in force now."""
