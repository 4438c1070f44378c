"""A person's keys in their preferences, and putting them in force."""

import json
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from reviewer.errors import Refused
from reviewer.ui.keys.files import OURS, our_preset, preset
from reviewer.ui.keys.keymap import Keymap, Preset
from reviewer.ui.keys.live import live_keys
from reviewer.ui.preferences import Preferences
from reviewer.ui.shortcuts import rebind
from reviewer.ui.widgets.widget_ids import refresh_shortcuts

PRESET = "keys.preset"
OWN = "keys.own"


def stored_keymap(preferences: Preferences) -> Keymap:
    """What was chosen; whatever of it makes no sense (any more) counts as not chosen."""
    made = Keymap(_stored_preset(preferences.text(PRESET, OURS)))
    for action_id, keys in _stored_own(preferences.text(OWN)).items():
        if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
            with suppress(Refused):
                made = made.with_one_more(action_id, tuple(keys))
    return made


def store_keymap(preferences: Preferences, keymap: Keymap) -> None:
    """Remembers a choice; whoever follows the preferences puts it in force."""
    own = {action_id: list(keys) for action_id, keys in keymap.own.items()}
    preferences.put(PRESET, keymap.preset.id)
    preferences.put(OWN, json.dumps(own, ensure_ascii=False, separators=(",", ":")))


class KeysInForce(QObject):
    """Puts the preferences' keys in force, at once and at each change, on all that is in a window."""

    def __init__(self, preferences: Preferences, window: QWidget) -> None:
        super().__init__(window)
        self._preferences = preferences
        self._window = window
        preferences.changed.connect(self._on_preference_changed)
        self._put_in_force()

    @Slot(str)
    def _on_preference_changed(self, name: str) -> None:
        if name in (PRESET, OWN):
            self._put_in_force()

    def _put_in_force(self) -> None:
        live = live_keys()
        if live is not None:
            live.use(stored_keymap(self._preferences).rows())
        rebind(self._window)
        refresh_shortcuts(self._window)


def _stored_preset(name: str) -> Preset:
    try:
        return preset(name)
    except Refused:
        return our_preset()


def _stored_own(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
