"""The main window: sign-in, or the pages of whoever is signed in."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QStackedWidget, QWidget

from reviewer.errors import Unavailable
from reviewer.model.people import Identity
from reviewer.model.project import ScreenRules
from reviewer.ui.icons import repaint_icons
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.messages import Message, message_for, with_unsent
from reviewer.ui.services import Services
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.signin.signin_flow import HEARS_CLIPS, SignInFlow
from reviewer.ui.theme import Theme
from reviewer.ui.window_memory import WindowMemory

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.pedal.device import HidBackend
    from reviewer.ui.auto_lock import AutoLock
    from reviewer.ui.capture_protection import CaptureProtection
    from reviewer.ui.pedal_reader import PedalReader
    from reviewer.ui.signed_in_view import SignedInView
    from reviewer.ui.system_lock import SystemLock

_SIZE = QSize(1280, 800)
_LEAST = QSize(900, 600)
_LEAST_ANYWHERE = QSize(840, 480)
"""On a laptop's screen of 1280 x 800 at 150 %, without what the desktop takes of it."""
_FRAME = QSize(16, 48)
"""Approximate size of the window's frame, which is unknown before it is shown."""
_SETTINGS = "settings_dialog"


class MainWindow(QMainWindow):
    """Signs people in and out; locking destroys the pages rather than hiding them."""

    def __init__(
        self, services: Services, theme: Theme, parent: QWidget | None = None, *, is_complete: bool = True
    ) -> None:
        """Makes the window.

        Args:
            is_complete: False to show the sign-in page sooner; ``complete`` must be called afterwards.
        """
        super().__init__(parent)
        self.setObjectName("main_window")
        self.setWindowTitle(self.tr("Reviewer"))
        self.setMinimumSize(least_size(self.screen().availableSize()))
        self._take_place(WindowMemory(self, services.preferences))
        self._services = services
        self._theme = theme
        self._identity: Identity | None = None
        self._signed_in: SignedInView | None = None
        self._is_leaving = self._is_lock = False
        self._may_close = False
        self._is_text_at_risk = False
        self._stack = QStackedWidget(self)
        self.sign_in_flow = SignInFlow(services.gateway, services.jobs, self._stack)
        self._stack.addWidget(self.sign_in_flow)
        self.setCentralWidget(self._stack)
        self.sign_in_flow.entered.connect(self._on_entered)
        self.sign_in_flow.declined.connect(self._on_declined)
        self.sign_in_flow.agreement_failed.connect(self._on_agreement_failed)
        theme.changed.connect(self._on_theme_changed)
        bind_shortcut(self, "window.theme", theme.toggle)
        bind_shortcut(self, "window.keys", self.show_keys)
        bind_shortcut(self, "window.settings", self.show_settings)
        bind_shortcut(self, "window.lock", self.lock)
        self.auto_lock: AutoLock | None = None
        self.system_lock: SystemLock | None = None
        self.capture_protection: CaptureProtection | None = None
        self._pedals: PedalReader | None = None
        if is_complete:
            self.complete()

    @property
    def theme(self) -> Theme:
        """The colour theme, light or dark."""
        return self._theme

    @property
    def signed_in(self) -> "SignedInView | None":
        """The pages of whoever is signed in; None before that."""
        return self._signed_in

    @property
    def pedals(self) -> "PedalReader | None":
        """The foot pedal, for the settings; None before ``listen_to_pedals``."""
        return self._pedals

    @property
    def is_anybody_here(self) -> bool:
        """Whether somebody is signed in, including somebody who has yet to sign the agreement."""
        return self._identity is not None or self.sign_in_flow.identity is not None

    def is_at_work(self, within: timedelta) -> bool:
        """Whether something plays that a person started no longer than ``within`` ago."""
        return self._signed_in is not None and self._signed_in.is_at_work(within)

    def complete(self) -> None:
        """Loads what needs the project file.

        Raises:
            ReviewerError: the project file cannot be read.
        """
        from reviewer.ui.auto_lock import AutoLock  # noqa: PLC0415 - not before the first paint
        from reviewer.ui.keymap.key_positions import KeyPositions  # noqa: PLC0415
        from reviewer.ui.keymap.key_precedence import KeyPrecedence  # noqa: PLC0415
        from reviewer.ui.keymap.keymap_preferences import KeymapApplier  # noqa: PLC0415

        self._theme.ask_platform()
        KeymapApplier(self._services.preferences, self)
        KeyPrecedence(self)
        KeyPositions(self)
        project = self._services.gateway.project
        self.sign_in_flow.sign_in_page.show_project(project.name)
        self.auto_lock = AutoLock(self, self._services.clock, project.lock_minutes, self)
        self.auto_lock.timed_out.connect(self._on_idle)
        self._guard_screen(project.screen)

    def _guard_screen(self, rules: ScreenRules) -> None:
        """Applies the project's rules for the screen, before anything of a clip is shown."""
        from reviewer.ui.capture_protection import CaptureProtection, protect_from_capture  # noqa: PLC0415
        from reviewer.ui.private_clipboard import allow_copying_out  # noqa: PLC0415
        from reviewer.ui.system_lock import SystemLock  # noqa: PLC0415

        allow_copying_out(self, is_allowed=rules.copy_out)
        is_asked = rules.block_capture
        self.capture_protection = protect_from_capture(self) if is_asked else CaptureProtection.OFF
        self.system_lock = SystemLock(self._services.clock, self)
        self.system_lock.watch_window(self)
        self.system_lock.locked.connect(self._on_system_locked)

    def listen_to_pedals(self, port: "HidBackend") -> None:
        """Starts reading foot pedals; ``close_pedals`` ends it."""
        from reviewer.ui.pedal_bindings import PedalBindings  # noqa: PLC0415
        from reviewer.ui.pedal_reader import PedalReader  # noqa: PLC0415 - not before the first paint

        self._pedals = PedalReader(port, self._services.preferences, self)
        PedalBindings(self._pedals, self._services.preferences, self)
        self._pedals.pressed.connect(self._on_pedal_pressed)
        self._pedals.start()

    def close_pedals(self) -> None:
        """Ends the pedal's thread."""
        if self._pedals is not None:
            self._pedals.close()

    @Slot()
    def lock(self) -> None:
        """Stops playback, saves drafts and goes back to sign-in."""
        self._leave(Message(self.tr("Locked. Sign in to continue where you left off.")), is_lock=True)

    @Slot()
    def show_keys(self) -> None:
        """Opens the list of shortcuts that work on this page."""
        from reviewer.ui.keymap.keymap_preferences import stored_keymap  # noqa: PLC0415 - not before the first paint
        from reviewer.ui.shortcuts_dialog import ShortcutsDialog, rows_for  # noqa: PLC0415

        rows = self._signed_in.keys() if self._signed_in is not None else rows_for(self._sign_in_scope())
        self._open(ShortcutsDialog(rows, stored_keymap(self._services.preferences).preset.title, self))

    @Slot()
    def show_settings(self) -> None:
        """Opens the settings."""
        if self.findChild(QDialog, _SETTINGS) is None:
            from reviewer.ui.settings.dialog import settings_dialog  # noqa: PLC0415 - not before the first paint

            tags = self._signed_in.data_keys() if self._signed_in is not None else []
            services = self._services
            self._open(
                settings_dialog(
                    services.preferences,
                    tags,
                    services.jobs,
                    self._pedals,
                    self,
                    account=self._account_pages(),
                    theme=self._theme,
                )
            )

    def _account_pages(self) -> "list[Callable[[QWidget], QWidget]]":
        """The settings pages of whoever is signed in."""
        if self._identity is None:
            return []
        from reviewer.ui.settings.account_page import AccountPage  # noqa: PLC0415 - not before the first paint
        from reviewer.ui.settings.agreements_page import AgreementsPage  # noqa: PLC0415

        who = (self._identity, self._services.gateway, self._services.jobs)
        return [partial(AccountPage, *who), partial(AgreementsPage, *who)]

    @Slot()
    def _on_idle(self) -> None:
        """Locks, and says why."""
        sentence = self.tr("Locked after {0} min without keyboard or mouse input.")
        hint = self.tr("Sign in to continue where you left off.")
        self._leave(Message(sentence.format(self._services.gateway.project.lock_minutes), hint), is_lock=True)

    @Slot()
    def _on_system_locked(self) -> None:
        """Locks with the computer."""
        hint = self.tr("Sign in to continue where you left off.")
        self._leave(Message(self.tr("Locked together with the computer."), hint), is_lock=True)

    @Slot(object)
    def _on_pedal_pressed(self, _pedal: object) -> None:
        if self.auto_lock is not None:
            self.auto_lock.feel()

    @Slot(object)
    def _on_entered(self, identity: Identity) -> None:
        if self._signed_in is not None:
            self._back_to(self._signed_in)
            return
        from reviewer.ui.break_reminder import BreakReminder  # noqa: PLC0415 - not before the first paint
        from reviewer.ui.role_pages import role_pages  # noqa: PLC0415
        from reviewer.ui.signed_in_view import SignedInView  # noqa: PLC0415
        from reviewer.ui.watermark import Watermark  # noqa: PLC0415

        try:
            pages = role_pages(identity, self._services)
            signed_in = SignedInView(self._services.gateway.project, identity, pages, self._stack)
        except BaseException:
            self._identity = identity
            self._leave(None)
            raise
        self._identity, self._signed_in = identity, signed_in
        signed_in.remind_of_breaks(BreakReminder(self._services.clock, self._services.preferences, signed_in))
        signed_in.top_bar.theme_requested.connect(self._theme.toggle)
        signed_in.top_bar.keys_requested.connect(self.show_keys)
        signed_in.top_bar.settings_requested.connect(self.show_settings)
        signed_in.top_bar.lock_requested.connect(self.lock)
        signed_in.agreement_requested.connect(self._on_agreement_requested)
        self._stack.addWidget(signed_in)
        self._stack.setCurrentWidget(signed_in)
        signed_in.page.take_focus()
        if self._services.gateway.project.screen.watermark:
            mark = Watermark(identity.person.name, self._services.clock, signed_in)
            signed_in.resized.connect(mark.tick)
        self._keep_house(identity, signed_in)

    def _keep_house(self, identity: Identity, signed_in: "SignedInView") -> None:
        """Purges what is due, now and every quarter of an hour; a checkpoint when the last is 5 min old.

        The server of a team's queue is shown it.
        """
        from reviewer.ui.periodic_job import PeriodicJob  # noqa: PLC0415 - not before the first paint

        gateway, jobs = self._services.gateway, self._services.jobs
        purges = PeriodicJob(
            "due_purges", lambda: gateway.purge_due(identity), jobs, signed_in, every_seconds=900
        )
        purges.run()
        PeriodicJob("log_seal", gateway.sign_in.seal_log, jobs, signed_in, every_seconds=60)
        PeriodicJob(
            "log_show",
            gateway.sign_in.show_log,
            jobs,
            signed_in,
            every_seconds=60,
            refused=signed_in.show_log_refused,
            is_on_network=True,
        )

    @Slot()
    def _on_agreement_requested(self) -> None:
        if self._signed_in is not None and self._identity is not None and not self._is_leaving:
            self._signed_in.page.leave()
            self._stack.setCurrentWidget(self.sign_in_flow)
            self.sign_in_flow.ask_for_agreement(self._identity)

    @Slot(object)
    def _on_agreement_failed(self, error: Exception) -> None:
        """Nothing more can be opened, so the session ends, and its pages with it."""
        self._leave(message_for(error))

    @Slot(object)
    def _on_declined(self, identity: Identity) -> None:
        if self._is_leaving:
            return
        if self._signed_in is not None and identity.person.role not in HEARS_CLIPS:
            self._back_to(self._signed_in)
            return
        self._leave(
            Message(
                self.tr("You declined the agreement, so you cannot open clips."),
                self.tr("Sign in again to read it, or talk to your lead."),
            )
        )

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _back_to(self, signed_in: "SignedInView") -> None:
        self.sign_in_flow.show_sign_in()
        self._stack.setCurrentWidget(signed_in)
        signed_in.page.enter()
        signed_in.page.take_focus()

    @Slot()
    def _on_theme_changed(self) -> None:
        repaint_icons(self)

    def _leave(self, message: Message | None, *, is_lock: bool = False) -> None:
        """Hides the pages at once; signs out when the last draft is saved.

        Whoever is being signed in does not come in.
        """
        if self._is_leaving:
            return
        self._identity = self._identity or self.sign_in_flow.identity
        if self._identity is None:
            if self.sign_in_flow.is_signing_in:
                self.sign_in_flow.show_sign_in(message)
                if self._may_close:
                    self._services.jobs.when_idle(self._close_now, but_network=True)
            return
        from reviewer.ui.private_clipboard import forget_copied  # noqa: PLC0415 - not before the first paint

        self._is_leaving, self._is_lock = True, is_lock
        unsent = self._signed_in.status_bar.unsent if self._signed_in is not None else 0
        if unsent:
            message = with_unsent(message, unsent)
        forget_copied()
        while (popup := QApplication.activePopupWidget()) is not None:  # a menu over a text
            if not popup.close():
                break
        self._close_dialogs()
        try:
            if self._signed_in is not None:
                self._signed_in.close_down()
        finally:
            if self._signed_in is not None:
                self._stack.removeWidget(self._signed_in)
                self._signed_in.hide()
            self._stack.setCurrentWidget(self.sign_in_flow)
            self.sign_in_flow.show_sign_in(message)
            self.sign_in_flow.setEnabled(False)
            self._services.jobs.when_idle(self._sign_out, but_network=True)

    def _close_dialogs(self) -> None:
        """Closes every dialog, also one that asks first, and its question, or that waits for an answer."""
        for dialog in self.findChildren(QDialog):
            dialog.reject()
        for dialog in self.findChildren(QDialog):
            if dialog.isVisible():
                QDialog.done(dialog, QDialog.DialogCode.Rejected)

    def _sign_out(self) -> None:
        identity = self._identity
        if identity is None:
            return
        sign_in, is_lock = self._services.gateway.sign_in, self._is_lock
        self._services.jobs.run(
            lambda _token: sign_in.sign_out(identity, locked=is_lock),
            self._signed_out,
            self._left,
            owner=self,
        )

    def _signed_out(self, is_logged: bool) -> None:  # noqa: FBT001 - the answer of a sign-out
        self._left(None if is_logged else Unavailable("SIGN_OUT_NOT_LOGGED"))

    def _left(self, problem: Exception | None) -> None:
        if self._signed_in is not None:
            self._signed_in.deleteLater()
        self._signed_in = None
        self._identity = None
        self._is_leaving = False
        self.sign_in_flow.setEnabled(True)
        if problem is not None:
            self.sign_in_flow.sign_in_page.show_error(problem)
        if self._may_close:
            self.close()
        else:
            self.sign_in_flow.sign_in_page.passphrase.setFocus()

    def _close_now(self) -> None:
        self.close()

    def _take_place(self, memory: WindowMemory) -> None:
        """Its last place, or its usual size; maximised on a small screen."""
        size, fills = initial_size(self.screen().availableSize())
        self.resize(size)
        main = QGuiApplication.primaryScreen()
        others = [each for each in QGuiApplication.screens() if each is not main]
        screens = [each.availableGeometry() for each in (main, *others) if each is not None]
        if not memory.restore(screens) and fills:
            from PySide6.QtCore import Qt  # noqa: PLC0415 - see ``docs/decisions/014``

            self.setWindowState(Qt.WindowState.WindowMaximized)

    def _sign_in_scope(self) -> Scope:
        return Scope.NDA if self.sign_in_flow.is_at_agreement else Scope.SIGN_IN

    def closeEvent(self, event: QCloseEvent) -> None:
        """Saves drafts and signs out first; a second close request closes at once.

        Text that cannot be saved keeps the window open, until the next request.
        """
        if not (self.is_anybody_here or self.sign_in_flow.is_signing_in) or self._may_close:
            super().closeEvent(event)
            return
        was_told, self._is_text_at_risk = self._is_text_at_risk, False
        if self._signed_in is not None and not was_told and not self._signed_in.keep_text():
            self._is_text_at_risk = True
            event.ignore()
            return
        self._may_close = True
        event.ignore()
        self._leave(None)


def least_size(available: QSize) -> QSize:
    """How small the window can be made: never larger than a screen that shows enough of it."""
    is_seen = _LEAST_ANYWHERE.boundedTo(available) == _LEAST_ANYWHERE
    return _LEAST.boundedTo(available) if is_seen else _LEAST


def initial_size(available: QSize) -> tuple[QSize, bool]:
    """The window's initial size on a screen with so much space, and whether it is maximised.

    It is maximised on a small screen, so that nothing lies beyond the edge. On a screen that cannot hold the
    window at all, and without a screen, it has its usual size.
    """
    least = least_size(available)
    has_usual, has_least = (size.boundedTo(available) == size for size in (_SIZE + _FRAME, least))
    if has_usual or not has_least:
        return _SIZE, False
    return _SIZE.boundedTo(available - _FRAME).expandedTo(least), True
