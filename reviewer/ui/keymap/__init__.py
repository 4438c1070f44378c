"""The keymap: which keys trigger which action, with presets and the user's own changes."""
