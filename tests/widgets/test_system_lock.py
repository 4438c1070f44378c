"""The window locks with the computer: its screen saver, its login session, its sleep."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from reviewer.ui.capture_protection import CaptureProtection, protect_from_capture
from reviewer.ui.system_lock import SystemLock, path_label
from reviewer.ui.windows_session import WM_POWERBROADCAST, WM_WTSSESSION_CHANGE, means_locked
from tests.fakes.clock import FakeClock

dbus = pytest.importorskip("PySide6.QtDBus")
LOGIN = "org.freedesktop.login1"
SESSION = "/org/freedesktop/login1/session/_32"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("needs dbus-daemon")
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
    daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert daemon.stdout is not None
    yield daemon.stdout.readline().strip()
    daemon.terminate()
    daemon.wait()
    daemon.stdout.close()


@pytest.fixture
def bus(address: str, qapp: object) -> Iterator[object]:
    made = dbus.QDBusConnection.connectToBus(address, "listener")
    assert made.isConnected()
    yield made
    dbus.QDBusConnection.disconnectFromBus("listener")


@pytest.fixture
def others(address: str, qapp: object) -> Iterator[object]:
    """The desktop and the login manager."""
    yield dbus.QDBusConnection.connectToBus(address, "others")
    dbus.QDBusConnection.disconnectFromBus("others")


def settled(bus) -> None:
    """Waits until the bus has taken what was subscribed to: another connection may be faster."""
    assert bus.interface().registeredServiceNames().isValid()


def tell(others, path: str, interface: str, name: str, *arguments: bool) -> None:
    message = dbus.QDBusMessage.createSignal(path, interface, name)
    message.setArguments(list(arguments))
    assert others.send(message)


@pytest.mark.parametrize(
    ("path", "interface", "name", "arguments"),
    [
        ("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", [True]),
        ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", [True]),
        ("/org/freedesktop/login1", f"{LOGIN}.Manager", "PrepareForSleep", [True]),
        (SESSION, f"{LOGIN}.Session", "Lock", []),
    ],
)
def test_signals_of_the_system_lock(
    qtbot: QtBot, bus, others, path: str, interface: str, name: str, arguments: list[bool]
) -> None:
    owner = QObject()
    lock = SystemLock(FakeClock(), owner, buses=(bus, bus), environment={"XDG_SESSION_ID": "2"})
    settled(bus)
    with qtbot.waitSignal(lock.locked):
        tell(others, path, interface, name, *arguments)


def test_what_means_something_else_does_not_lock(qtbot: QtBot, bus, others) -> None:
    owner, told = QObject(), []
    lock = SystemLock(FakeClock(), owner, buses=(bus, bus), environment={"XDG_SESSION_ID": "2"})
    lock.locked.connect(lambda: told.append(True))
    settled(bus)
    tell(others, "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", False)
    tell(others, "/org/freedesktop/login1", f"{LOGIN}.Manager", "PrepareForSleep", False)
    tell(others, "/org/freedesktop/login1/session/_33", f"{LOGIN}.Session", "Lock")
    assert told == []
    with qtbot.waitSignal(lock.locked):  # signals come in their order: the others were heard by now
        tell(others, SESSION, f"{LOGIN}.Session", "Lock")
    assert told == [True]


def test_time_that_went_by_while_the_other_clock_stood_still_was_a_sleep(qapp: object) -> None:
    owner, clock, told = QObject(), FakeClock(), []
    lock = SystemLock(clock, owner, environment={})
    lock.locked.connect(lambda: told.append(True))
    clock.advance(3600)
    lock.tick()
    assert told == [], "the program was busy or stopped, the computer was not asleep"
    clock._now += timedelta(minutes=20)
    lock.tick()
    lock.tick()
    assert told == [True]


def test_the_window_locks_with_the_computer_and_says_so(main_window) -> None:
    bench = main_window()
    bench.window.system_lock.locked.emit()
    bench.settle()
    assert not bench.window.is_anybody_here
    assert "computer" in bench.window.sign_in_flow.sign_in_page.message.text


@pytest.mark.parametrize(
    ("text", "label"), [("2", "_32"), ("c1", "c1"), ("12a", "_312a"), ("a-b", "a_2db"), ("", "_")]
)
def test_a_session_is_named_as_systemd_names_it(text: str, label: str) -> None:
    assert path_label(text) == label


def test_windows_messages_that_mean_a_lock() -> None:
    assert means_locked(WM_WTSSESSION_CHANGE, 7)
    assert means_locked(WM_POWERBROADCAST, 4)
    assert not means_locked(WM_WTSSESSION_CHANGE, 8)
    assert not means_locked(WM_POWERBROADCAST, 7)


def test_where_capture_cannot_be_prevented_nobody_is_told_that_it_is(main_window) -> None:
    window = main_window().window
    assert window.capture_protection is protect_from_capture(window) is CaptureProtection.UNSUPPORTED
