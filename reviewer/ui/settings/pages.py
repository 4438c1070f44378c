"""Which pages the settings have."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.dialog import PageMaker, SettingsDialog
from reviewer.ui.settings.keys_page import KeysPage
from reviewer.ui.settings.listening_page import ListeningPage


def settings_dialog(
    preferences: Preferences, tags: Sequence[tuple[str, str]], parent: QWidget | None = None
) -> SettingsDialog:
    """The settings of a person; ``tags`` are the keys that data defines, as shown, and what each types."""
    makers: list[PageMaker] = [
        partial(ListeningPage, preferences),
        partial(KeysPage, preferences, _portable(tags), None),
    ]
    return SettingsDialog(preferences, makers, parent)


def _portable(tags: Sequence[tuple[str, str]]) -> dict[str, str]:
    native, portable = QKeySequence.SequenceFormat.NativeText, QKeySequence.SequenceFormat.PortableText
    return {QKeySequence.fromString(key, native).toString(portable): does for key, does in tags}
