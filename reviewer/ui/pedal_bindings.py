"""Binds pedals to actions: the page's shortcuts, or playing while held."""

from dataclasses import dataclass
from datetime import timedelta

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from reviewer.pedal.report import Pedal
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.page import Page
from reviewer.ui.pedal_reader import PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.shortcuts import shortcuts_in

HOLD = "hold_play"
NOTHING = "nothing"
DEFAULTS = {Pedal.LEFT: "back", Pedal.MIDDLE: HOLD, Pedal.RIGHT: "forward"}
FIRST_REPEAT_MS = 300
REPEAT_MS = 150
_PLAY = "play"
_PAGES = (Scope.DESK, Scope.QA)
_NOT_BY_FOOT = frozenset({"claim", "draw"})  # need no clip


@dataclass(frozen=True, slots=True)
class PedalAction:
    """Something that a pedal can do: its name in the preferences, and its description."""

    name: str
    sentence: str


def preference_of(pedal: Pedal) -> str:
    """The name of the preference that holds a pedal's action."""
    return f"pedal.{pedal}"


def acts() -> tuple[PedalAction, ...]:
    """All pedal actions: play while held, nothing, then the shortcuts of pages with a clip."""
    names = {row.id.partition(".")[2]: row.sentence for row in reversed(shortcuts_in(*_PAGES))}
    ordered = dict.fromkeys(row.id.partition(".")[2] for row in shortcuts_in(*_PAGES))
    keys = tuple(PedalAction(name, names[name]) for name in ordered if name not in _NOT_BY_FOOT)
    return (PedalAction(HOLD, _tr("Play while held")), PedalAction(NOTHING, _tr("Nothing")), *keys)


def act_of(pedal: Pedal, preferences: Preferences) -> str:
    """The name of a pedal's action; an unknown stored value counts as not stored."""
    stored = preferences.text(preference_of(pedal))
    return stored if stored in {act.name for act in acts()} else DEFAULTS[pedal]


class PedalBindings(QObject):
    """Triggers actions where a clip is shown, and never through a dialog.

    While another program is in front, pedals only play and pause.
    """

    def __init__(
        self, reader: PedalReader, preferences: Preferences, root: QWidget, repeat: QTimer | None = None
    ) -> None:
        """Starts following the reader; ``repeat`` is the repeat timer, for tests."""
        super().__init__(root)
        self._preferences, self._root = preferences, root
        self._holding: set[Pedal] = set()
        self._repeating: tuple[Pedal, str] | None = None
        self._repeat = repeat if repeat is not None else QTimer(self)
        self._repeat.timeout.connect(self._on_repeat)
        reader.pressed.connect(self._on_pressed)
        reader.released.connect(self._on_released)

    @Slot(object)
    def _on_pressed(self, pedal: Pedal) -> None:
        act = act_of(pedal, self._preferences)
        if act == NOTHING or not self._may(act):
            return
        if act == HOLD:
            self._play_while_held(pedal)
            return
        key = self._key(act)
        if key is not None:
            if key.autoRepeat():
                self._repeating = (pedal, act)
                self._repeat.start(FIRST_REPEAT_MS)
            key.activated.emit()

    @Slot(object)
    def _on_released(self, pedal: Pedal) -> None:
        if self._repeating is not None and self._repeating[0] is pedal:
            self._stop_repeating()
        if pedal not in self._holding:
            return
        self._holding.discard(pedal)
        play = self._key(_PLAY)
        if play is not None and _is_playing(play):
            play.activated.emit()

    @Slot()
    def _on_repeat(self) -> None:
        key = self._key(self._repeating[1]) if self._repeating is not None else None
        if key is None or self._repeating is None or not self._may(self._repeating[1]):
            self._stop_repeating()
            return
        self._repeat.start(REPEAT_MS)
        key.activated.emit()

    def _stop_repeating(self) -> None:
        self._repeating = None
        self._repeat.stop()

    def _play_while_held(self, pedal: Pedal) -> None:
        play = self._key(_PLAY)
        if play is None:
            return
        self._holding.add(pedal)
        if not _is_playing(play):
            play.activated.emit()

    def _may(self, act: str) -> bool:
        """Own windows count, as pedals are tried on a settings page; other programs' do not."""
        if QApplication.activeModalWidget() is not None:
            return False
        front = QApplication.activeWindow()
        return front is self._root.window() or (front is None and act in {HOLD, _PLAY})

    def _key(self, act: str) -> QShortcut | None:
        """The shortcut of this action if its widget is visible and enabled."""
        names = [f"key_{scope}.{act}" for scope in _PAGES]
        for name in names:
            for key in self._root.findChildren(QShortcut, name):
                owner = key.parent()
                if key.isEnabled() and isinstance(owner, QWidget) and owner.isVisible() and owner.isEnabled():
                    return key
        return None


def _is_playing(key: QShortcut) -> bool:
    owner = key.parent()
    while owner is not None and not isinstance(owner, Page):
        owner = owner.parent()
    return isinstance(owner, Page) and owner.is_at_work(timedelta.max)


def _tr(text: str) -> str:
    return QCoreApplication.translate("pedal_keys", text)
