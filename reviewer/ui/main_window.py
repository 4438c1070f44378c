"""The one window: the entrance, or the house of whoever is signed in."""

from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QMainWindow, QStackedWidget, QWidget

from reviewer.errors import Unavailable
from reviewer.model.people import Identity
from reviewer.ui.assets import repaint_icons
from reviewer.ui.house import House
from reviewer.ui.messages import Message
from reviewer.ui.shortcuts import Scope, bind
from reviewer.ui.signin.entrance import HEARS_CLIPS, Entrance
from reviewer.ui.theme import Theme

if TYPE_CHECKING:
    from reviewer.pedal.device import HidBackend
    from reviewer.ui.idle import IdleWatch
    from reviewer.ui.pedal import PedalReader
    from reviewer.ui.shell import Shell

_SIZE = QSize(1280, 800)
_LEAST = QSize(900, 600)
_FRAME = QSize(16, 48)
"""About what the frame of a window takes, before anybody can know."""
_SETTINGS = "settings_dialog"


class MainWindow(QMainWindow):
    """Puts people in and out: what is behind a lock is destroyed, not hidden."""

    def __init__(
        self, house: House, theme: Theme, parent: QWidget | None = None, *, is_furnished: bool = True
    ) -> None:
        """Makes the window; one that is not furnished is there sooner, and waits for ``furnish``."""
        super().__init__(parent)
        self.setObjectName("main_window")
        self.setWindowTitle(self.tr("Reviewer"))
        self.setMinimumSize(_LEAST)
        size, fills = first_size(self.screen().availableSize())
        self.resize(size)
        if fills:
            from PySide6.QtCore import Qt  # noqa: PLC0415 - see ``docs/decisions/014``

            self.setWindowState(Qt.WindowState.WindowMaximized)
        self._house = house
        self._theme = theme
        self._identity: Identity | None = None
        self._shell: Shell | None = None
        self._is_leaving = self._is_lock = False
        self._may_close = False
        self._stack = QStackedWidget(self)
        self.entrance = Entrance(house.doors, house.jobs, self._stack)
        self._stack.addWidget(self.entrance)
        self.setCentralWidget(self._stack)
        self.entrance.entered.connect(self._on_entered)
        self.entrance.declined.connect(self._on_declined)
        theme.changed.connect(self._on_theme_changed)
        bind(self, "window.theme", theme.toggle)
        bind(self, "window.keys", self.show_keys)
        bind(self, "window.settings", self.show_settings)
        bind(self, "window.lock", self.lock)
        self.idle: IdleWatch | None = None
        self._pedals: PedalReader | None = None
        if is_furnished:
            self.furnish()

    @property
    def theme(self) -> Theme:
        """What the window looks like, and the way to change it."""
        return self._theme

    @property
    def shell(self) -> "Shell | None":
        """The house of whoever is signed in."""
        return self._shell

    @property
    def pedals(self) -> "PedalReader | None":
        """The foot pedal, for the settings; None before ``listen_to_pedals``."""
        return self._pedals

    @property
    def is_anybody_here(self) -> bool:
        """Whether somebody is signed in, also if they stand before the agreement."""
        return self._identity is not None or self.entrance.identity is not None

    def is_at_work(self, within: timedelta) -> bool:
        """Whether something plays that a person started no longer than ``within`` ago."""
        return self._shell is not None and self._shell.is_at_work(within)

    def furnish(self) -> None:
        """Brings what needs the project file; raises what reading that does."""
        from reviewer.ui.idle import IdleWatch  # noqa: PLC0415 - not before the first paint
        from reviewer.ui.keys.choices import KeysInForce  # noqa: PLC0415

        self._theme.ask_platform()
        KeysInForce(self._house.preferences, self)
        project = self._house.doors.project
        self.entrance.sign_in_page.show_project(project.name)
        self.idle = IdleWatch(self, self._house.clock, project.lock_minutes, self)
        self.idle.timed_out.connect(self._on_idle)

    def listen_to_pedals(self, port: "HidBackend") -> None:
        """Lets feet do what keys do, from now until ``close_pedals``."""
        from reviewer.ui.pedal import PedalReader  # noqa: PLC0415 - not before the first paint
        from reviewer.ui.pedal_keys import PedalKeys  # noqa: PLC0415

        self._pedals = PedalReader(port, self._house.preferences, self)
        PedalKeys(self._pedals, self._house.preferences, self)
        self._pedals.pressed.connect(self._on_pedal_pressed)
        self._pedals.start()

    def close_pedals(self) -> None:
        """Ends the pedal's thread."""
        if self._pedals is not None:
            self._pedals.close()

    @Slot()
    def lock(self) -> None:
        """Stops sound, keeps drafts, blanks the screen and goes back to sign-in."""
        self._leave(Message(self.tr("Locked. Sign in to go on where you were.")), is_lock=True)

    @Slot()
    def show_keys(self) -> None:
        """Opens the table of the keys that work now."""
        from reviewer.ui.keys.choices import stored_keymap  # noqa: PLC0415 - not before the first paint
        from reviewer.ui.keys_dialog import KeysDialog, rows_for  # noqa: PLC0415

        rows = self._shell.keys() if self._shell is not None else rows_for(self._entrance_scope())
        self._open(KeysDialog(rows, stored_keymap(self._house.preferences).preset.title, self))

    @Slot()
    def show_settings(self) -> None:
        """Opens what a person may choose for themselves on this machine."""
        if self.findChild(QDialog, _SETTINGS) is None:
            from reviewer.ui.settings.pages import settings_dialog  # noqa: PLC0415 - not before the first paint

            tags = self._shell.data_keys() if self._shell is not None else []
            house = self._house
            self._open(settings_dialog(house.preferences, tags, house.jobs, self._pedals, self))

    @Slot()
    def _on_idle(self) -> None:
        """Does what the lock button does, and says why."""
        sentence = self.tr("Locked: no key and no mouse for {0} min.")
        hint = self.tr("Sign in to go on where you were.")
        self._leave(Message(sentence.format(self._house.doors.project.lock_minutes), hint), is_lock=True)

    @Slot(object)
    def _on_pedal_pressed(self, _pedal: object) -> None:
        if self.idle is not None:
            self.idle.feel()

    @Slot(object)
    def _on_entered(self, identity: Identity) -> None:
        if self._shell is not None:
            self._back_to(self._shell)
            return
        from reviewer.ui.screens import screens_for  # noqa: PLC0415 - not before the first paint
        from reviewer.ui.shell import Shell  # noqa: PLC0415

        try:
            screens = screens_for(identity, self._house)
            shell = Shell(self._house.doors.project, identity, screens, self._stack)
        except BaseException:
            self._identity = identity
            self._leave(None)
            raise
        self._identity, self._shell = identity, shell
        shell.top_bar.theme_requested.connect(self._theme.toggle)
        shell.top_bar.keys_requested.connect(self.show_keys)
        shell.top_bar.settings_requested.connect(self.show_settings)
        shell.top_bar.lock_requested.connect(self.lock)
        shell.agreement_requested.connect(self._on_agreement_requested)
        self._stack.addWidget(shell)
        self._stack.setCurrentWidget(shell)

    @Slot()
    def _on_agreement_requested(self) -> None:
        if self._shell is not None and self._identity is not None:
            self._shell.page.leave()
            self._stack.setCurrentWidget(self.entrance)
            self.entrance.ask_for_agreement(self._identity)

    @Slot(object)
    def _on_declined(self, identity: Identity) -> None:
        if self._shell is not None and identity.person.role not in HEARS_CLIPS:
            self._back_to(self._shell)
            return
        self._leave(
            Message(
                self.tr("You declined the agreement; no clip opens for you."),
                self.tr("Sign in again to read it once more, or speak with your lead."),
            )
        )

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _back_to(self, shell: "Shell") -> None:
        self.entrance.close_door()
        self._stack.setCurrentWidget(shell)
        shell.page.enter()

    @Slot()
    def _on_theme_changed(self) -> None:
        repaint_icons(self)

    def _leave(self, message: Message | None, *, is_lock: bool = False) -> None:
        """Blanks at once; signs out when the last draft is written."""
        self._identity = self._identity or self.entrance.identity
        if self._identity is None or self._is_leaving:
            return
        self._is_leaving, self._is_lock = True, is_lock
        for dialog in self.findChildren(QDialog):
            dialog.reject()
        if self._shell is not None:
            self._shell.close_down()
            self._stack.removeWidget(self._shell)
            self._shell.hide()
        self._stack.setCurrentWidget(self.entrance)
        self.entrance.close_door(message)
        self.entrance.setEnabled(False)
        self._house.jobs.when_idle(self._sign_out)

    def _sign_out(self) -> None:
        identity = self._identity
        if identity is None:
            return
        sign_in, is_lock = self._house.doors.sign_in, self._is_lock
        self._house.jobs.run(
            lambda _token: sign_in.sign_out(identity, locked=is_lock),
            self._signed_out,
            self._left,
            owner=self,
        )

    def _signed_out(self, is_logged: bool) -> None:  # noqa: FBT001 - the answer of a sign-out
        self._left(None if is_logged else Unavailable("SIGN_OUT_NOT_LOGGED"))

    def _left(self, problem: Exception | None) -> None:
        if self._shell is not None:
            self._shell.deleteLater()
        self._shell = None
        self._identity = None
        self._is_leaving = False
        self.entrance.setEnabled(True)
        if problem is not None:
            self.entrance.sign_in_page.show_error(problem)
        if self._may_close:
            self.close()
        else:
            self.entrance.sign_in_page.passphrase.setFocus()

    def _entrance_scope(self) -> Scope:
        return Scope.NDA if self.entrance.is_at_agreement else Scope.SIGN_IN

    def closeEvent(self, event: QCloseEvent) -> None:
        """Drafts are written and the person is signed out first; asked a second time it closes at once."""
        if not self.is_anybody_here or self._may_close:
            super().closeEvent(event)
            return
        self._may_close = True
        event.ignore()
        self._leave(None)


def first_size(room: QSize) -> tuple[QSize, bool]:
    """How large the window is at first in so much of a screen, and whether it fills that.

    It fills a small one, so that nothing lies beyond the edge. On one that cannot hold the window at all,
    and where there is no screen, it is as large as usual.
    """
    has_usual, has_least = (size.boundedTo(room) == size for size in (_SIZE + _FRAME, _LEAST))
    if has_usual or not has_least:
        return _SIZE, False
    return _SIZE.boundedTo(room - _FRAME).expandedTo(_LEAST), True
