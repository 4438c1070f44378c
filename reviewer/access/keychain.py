"""The keychain of this machine's operating system, asked in a process of its own and with a time limit."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from reviewer.errors import Damaged, Refused, Unavailable

ANSWER_SECONDS = 30.0
"""Long enough to type the passphrase of a keychain that is locked."""
_MODULE = "reviewer.access.keychain_child"
_PACKAGE_PARENT = Path(__file__).resolve().parents[2]
_PASSPHRASE = "REVIEWER_PASSPHRASE"  # noqa: S105 - the name of a variable
_REFUSALS = frozenset(
    {"KEYCHAIN_NOT_INSTALLED", "KEYCHAIN_NONE", "KEYCHAIN_NOT_OF_SYSTEM", "KEYCHAIN_NO_SECRET"}
)
Ask = Callable[[Mapping[str, str]], Mapping[str, str]]


class Keychain(Protocol):
    """Keeps short texts for the user of this machine, each under a service and a user.

    Every method raises Refused where there is no keychain, or it is not the system's, and Unavailable
    where it is locked, fails, or does not answer.
    """

    def keep(self, service: str, user: str, secret: str) -> None:
        """Keeps a secret, and reads it again. Raises Damaged when something else comes back."""

    def read(self, service: str, user: str) -> str:
        """The secret that was kept. Raises Refused (code KEYCHAIN_NO_SECRET) when there is none."""


class SystemKeychain:
    """macOS Keychain, Windows Credential Locker, Secret Service or KWallet."""

    def __init__(self, ask: Ask | None = None) -> None:
        self._ask = ask or ask_child

    def keep(self, service: str, user: str, secret: str) -> None:
        named = {"service": service, "user": user}
        _secret_of(self._ask({**named, "secret": secret}))
        if self.read(service, user) != secret:
            raise Damaged("KEYCHAIN_DIFFERS")

    def read(self, service: str, user: str) -> str:
        return _secret_of(self._ask({"service": service, "user": user}))


def ask_child(request: Mapping[str, str], seconds: float = ANSWER_SECONDS) -> Mapping[str, str]:
    """Sends a request to ``keychain_child``, and ends it when it takes too long."""
    environment = {**os.environ, "PYTHONPATH": str(_PACKAGE_PARENT)}
    environment.pop(_PASSPHRASE, None)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", _MODULE],
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=_PACKAGE_PARENT.anchor,
            timeout=seconds,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired:
        return {"code": "KEYCHAIN_NO_ANSWER", "seconds": f"{seconds:.0f}"}
    except OSError as error:
        return {"code": "KEYCHAIN_FAILED", "problem": error.strerror or type(error).__name__}
    if done.returncode != 0:
        return {"code": "KEYCHAIN_FAILED", "problem": f"its process ended with {done.returncode}"}
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def _secret_of(answer: Mapping[str, str]) -> str:
    if "secret" in answer:
        return answer["secret"]
    parameters = dict(answer)
    code = parameters.pop("code")
    raise (Refused if code in _REFUSALS else Unavailable)(code, **parameters)
