"""Which pages the settings have."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from reviewer.ui.jobs import Jobs
from reviewer.ui.pedal_reader import PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.dialog import PageMaker, SettingsDialog
from reviewer.ui.settings.keys_page import KeysPage
from reviewer.ui.settings.listening_page import ListeningPage
from reviewer.ui.settings.pedal_page import PedalPage
from reviewer.ui.settings.sound_page import SoundPage


def settings_dialog(
    preferences: Preferences,
    tags: Sequence[tuple[str, str]],
    jobs: Jobs | None = None,
    pedals: PedalReader | None = None,
    parent: QWidget | None = None,
) -> SettingsDialog:
    """The settings of a person.

    Args:
        tags: The keys that data defines, as shown, and what each types.
        jobs: The pool on which outputs are looked for, where there is sound.
        pedals: The foot pedal, where one is listened to.
    """
    makers: list[PageMaker] = [
        partial(ListeningPage, preferences),
        partial(KeysPage, preferences, _portable(tags), None),
    ]
    if jobs is not None:
        makers.insert(1, partial(SoundPage, preferences, jobs))
    if pedals is not None:
        makers.append(partial(PedalPage, preferences, pedals))
    return SettingsDialog(preferences, makers, parent)


def _portable(tags: Sequence[tuple[str, str]]) -> dict[str, str]:
    native, portable = QKeySequence.SequenceFormat.NativeText, QKeySequence.SequenceFormat.PortableText
    return {QKeySequence.fromString(key, native).toString(portable): does for key, does in tags}
