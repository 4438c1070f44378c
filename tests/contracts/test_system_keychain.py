"""The keychain of a system keeps what it is given, and everything else is a sentence in time."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from reviewer.access.keychain import SystemKeychain, ask_child
from reviewer.errors import Damaged, Refused, ReviewerError, Unavailable

keyring = pytest.importorskip("keyring")

from keyring.backends import chainer, fail, null  # noqa: E402
from keyring.errors import KeyringLocked, NoKeyringError  # noqa: E402

from reviewer.access.keychain_child import answer  # noqa: E402
from tests.fakes.keychain import (  # noqa: E402
    DeniedError,
    ForgetfulKeyring,
    MemoryKeyring,
    PlainFileKeyring,
    keychain_of,
)

SECRET = "5e" * 32
OF_TEST = {MemoryKeyring.__module__}


@pytest.fixture(autouse=True)
def _own_backend() -> Iterator[None]:
    """Puts back the backend of this process."""
    before = keyring.core._keyring_backend
    yield
    keyring.core._keyring_backend = before


def test_what_is_kept_is_read_again_under_its_service_and_user() -> None:
    machine = keychain_of(MemoryKeyring())
    machine.keep("Reviewer 1", "p1", SECRET)
    assert machine.read("Reviewer 1", "p1") == SECRET
    for service, user in (("Reviewer 2", "p1"), ("Reviewer 1", "p2")):
        with pytest.raises(Refused, match="KEYCHAIN_NO_SECRET"):
            machine.read(service, user)


@pytest.mark.parametrize(
    ("backend", "kind", "code"),
    [
        (fail.Keyring(), Refused, "KEYCHAIN_NONE"),
        (null.Keyring(), Refused, "KEYCHAIN_NOT_OF_SYSTEM"),
        (PlainFileKeyring(), Refused, "KEYCHAIN_NOT_OF_SYSTEM"),
        (MemoryKeyring(KeyringLocked("Failed to unlock")), Unavailable, "KEYCHAIN_LOCKED"),
        (MemoryKeyring(DeniedError("(-128, 'canceled')")), Unavailable, "KEYCHAIN_FAILED"),
        (MemoryKeyring(NoKeyringError("gone")), Unavailable, "KEYCHAIN_FAILED"),
        (MemoryKeyring(OSError(5, "bus")), Unavailable, "KEYCHAIN_FAILED"),
        (MemoryKeyring(AttributeError("of a plug-in")), Unavailable, "KEYCHAIN_FAILED"),
        (ForgetfulKeyring(), Damaged, "KEYCHAIN_DIFFERS"),
    ],
)
def test_no_keychain_a_plain_file_or_one_with_a_problem_is_an_error_of_its_own(
    backend: MemoryKeyring, kind: type[ReviewerError], code: str
) -> None:
    with pytest.raises(kind, match=code) as raised:
        keychain_of(backend).keep("Reviewer 1", "p1", SECRET)
    assert SECRET not in str(raised.value.parameters)


def test_the_secret_is_in_no_problem() -> None:
    keyring.set_keyring(MemoryKeyring(RuntimeError(f"cannot store {SECRET}\nat all")))
    found = answer({"service": "s", "user": "u", "secret": SECRET}, OF_TEST)
    assert found == {"code": "KEYCHAIN_FAILED", "problem": "RuntimeError: cannot store … at all"}


def test_of_several_backends_only_those_of_the_system_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, own = PlainFileKeyring(), MemoryKeyring()
    monkeypatch.setattr("keyring.backend.get_all_keyring", lambda: [plain, own])
    keyring.set_keyring(chainer.ChainerBackend())
    assert answer({"service": "s", "user": "u", "secret": SECRET}, OF_TEST) == {"secret": SECRET}
    assert (plain.asked, own.secrets) == (0, {("s", "u"): SECRET})


def test_a_secret_is_also_found_in_the_keychain_of_the_desktop_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, before = ForgetfulKeyring(), MemoryKeyring()
    before.secrets["s", "u"] = SECRET
    monkeypatch.setattr("keyring.backend.get_all_keyring", lambda: [now, before])
    keyring.set_keyring(now)
    assert answer({"service": "s", "user": "u"}, OF_TEST) == {"secret": SECRET}
    assert now.asked == 1


def test_without_the_package_it_is_said_which_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert answer({"service": "s", "user": "u"}) == {"code": "KEYCHAIN_NOT_INSTALLED"}


@pytest.mark.parametrize(
    ("backend", "code"),
    [
        ("keyring.backends.fail.Keyring", "KEYCHAIN_NONE"),
        ("tests.fakes.keychain.PlainFileKeyring", "KEYCHAIN_NOT_OF_SYSTEM"),
        ("no.such.Backend", "KEYCHAIN_FAILED"),
    ],
)
def test_a_process_of_its_own_answers(monkeypatch: pytest.MonkeyPatch, backend: str, code: str) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    with pytest.raises(ReviewerError, match=code):
        SystemKeychain().read("Reviewer 1", "p1")


def test_a_keychain_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.fakes.silent_keyring.Keyring")
    found = ask_child({"service": "s", "user": "u"}, 0.4)
    assert found == {"code": "KEYCHAIN_NO_ANSWER", "seconds": "0"}


@pytest.mark.skipif(
    "REVIEWER_KEYCHAIN" not in os.environ, reason="writes into the keychain of whoever runs it"
)
def test_the_keychain_of_this_machine_keeps_a_secret() -> None:
    machine = SystemKeychain()
    machine.keep("Reviewer test", "p1", SECRET)
    assert machine.read("Reviewer test", "p1") == SECRET
    subprocess.run([sys.executable, "-m", "keyring", "del", "Reviewer test", "p1"], check=True)
