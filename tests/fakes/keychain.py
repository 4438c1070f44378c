"""Keychains in memory: backends of the package keyring, and what asks them in this process."""

from collections.abc import Callable, Mapping

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from reviewer.access.keychain import SystemKeychain
from reviewer.access.keychain_child import answer


class MemoryKeyring(KeyringBackend):
    """The keychain of one machine; it counts what it is asked, and may have a problem."""

    priority = 9  # type: ignore[assignment]

    def __init__(self, problem: Exception | None = None) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}
        self.problem = problem
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self._ask()
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._ask()
        self.secrets[service, username] = password

    def _ask(self) -> None:
        self.asked += 1
        if self.problem is not None:
            raise self.problem


class ForgetfulKeyring(MemoryKeyring):
    """Keeps something other than what it is given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[::-1])


class BusyKeyring(MemoryKeyring):
    """Something happens while it keeps a secret."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password)
        self._meanwhile()


class PlainFileKeyring(MemoryKeyring):
    """Stands for the plain files of ``keyrings.alt``."""


PlainFileKeyring.__module__ = "keyrings.alt.file"


class DeniedError(KeyringError):
    """As macOS has it, when a person says no."""


def keychain_of(backend: KeyringBackend) -> SystemKeychain:
    """The keychain of a machine whose package keyring has this backend; those of this file count as a
    system's."""

    def ask(request: Mapping[str, str]) -> Mapping[str, str]:
        keyring.set_keyring(backend)
        return answer(request, {__name__})

    return SystemKeychain(ask)
