"""Stores the keymap in the preferences and applies it to the window."""

import json
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from reviewer.errors import Refused
from reviewer.ui.keymap.keymap import Keymap, Preset
from reviewer.ui.keymap.keymap_files import DEFAULT_PRESET, default_preset, preset
from reviewer.ui.keymap.shortcut import active_keys
from reviewer.ui.preferences import Preferences
from reviewer.ui.shortcuts import rebind_shortcuts
from reviewer.ui.widgets.widget_ids import refresh_shortcuts

PRESET_NAME = "keys.preset"
CUSTOM_KEYS = "keys.own"


def stored_keymap(preferences: Preferences) -> Keymap:
    """The stored keymap; invalid or unknown entries are ignored."""
    made = Keymap(_stored_preset(preferences.text(PRESET_NAME, DEFAULT_PRESET)))
    for action_id, keys in _stored_own(preferences.text(CUSTOM_KEYS)).items():
        if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
            with suppress(Refused):
                made = made.with_stored_keys(action_id, tuple(keys))
    return made


def store_keymap(preferences: Preferences, keymap: Keymap) -> None:
    """Stores a keymap; ``KeymapApplier`` applies it."""
    custom = {action_id: list(keys) for action_id, keys in keymap.custom.items()}
    preferences.put(PRESET_NAME, keymap.preset.id)
    preferences.put(CUSTOM_KEYS, json.dumps(custom, ensure_ascii=False, separators=(",", ":")))


class KeymapApplier(QObject):
    """Applies the stored keymap to a window, now and whenever the preferences change."""

    def __init__(self, preferences: Preferences, window: QWidget) -> None:
        super().__init__(window)
        self._preferences = preferences
        self._window = window
        preferences.changed.connect(self._on_preference_changed)
        self._apply()

    @Slot(str)
    def _on_preference_changed(self, name: str) -> None:
        if name in (PRESET_NAME, CUSTOM_KEYS):
            self._apply()

    def _apply(self) -> None:
        live = active_keys()
        if live is not None:
            live.use(stored_keymap(self._preferences).rows())
        rebind_shortcuts(self._window)
        refresh_shortcuts(self._window)


def _stored_preset(name: str) -> Preset:
    try:
        return preset(name)
    except Refused:
        return default_preset()


def _stored_own(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
