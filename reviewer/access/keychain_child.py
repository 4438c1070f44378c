"""A program of its own around ``keyring``: a request in JSON on standard input, an answer on standard output.

It runs apart because a keychain may show a prompt, or never answer, and then the process can be ended; and
because ``keyring`` loads the plug-ins of any package that has some. This is the only module that imports it.
"""

import importlib.util
import json
import os
import sys
from collections.abc import Collection, Mapping
from typing import Any

from reviewer.process_guard import harden_process

SYSTEM_BACKENDS = frozenset(
    f"keyring.backends.{name}" for name in ("macOS", "Windows", "SecretService", "libsecret", "kwallet")
)
"""The keychains of systems and desktops. Others, as those of ``keyrings.alt``, may be plain files."""
_CHAIN = "keyring.backends.chainer"
_LOCKED = frozenset({"KeyringLocked", "LockedException", "PromptDismissedException"})  # also of secretstorage
_LONGEST_PROBLEM = 200
Answer = dict[str, str]


def main() -> int:
    """Answers the request on standard input; nothing that a plug-in prints comes between."""
    harden_process()
    out = os.dup(1)
    os.dup2(2, 1)
    answered = answer(json.load(sys.stdin))
    os.write(out, json.dumps(answered).encode())
    return 0


def answer(request: Mapping[str, str], allowed: Collection[str] = SYSTEM_BACKENDS) -> Answer:
    """Reads the secret of ``service`` and ``user``, or keeps one if the request has a ``secret``.

    Args:
        request: what is read or kept.
        allowed: the modules whose backends are keychains of the system.

    Returns: the secret; or the code of a problem, with what is known of it.
    """
    if importlib.util.find_spec("keyring") is None:
        return {"code": "KEYCHAIN_NOT_INSTALLED"}
    try:
        return _answer(request, allowed)
    except Exception as error:  # noqa: BLE001 - whatever a backend raises, each has errors of its own
        if type(error).__name__ in _LOCKED:
            return {"code": "KEYCHAIN_LOCKED"}
        return {"code": "KEYCHAIN_FAILED", "problem": _in_a_line(error, request.get("secret", ""))}


def _answer(request: Mapping[str, str], allowed: Collection[str]) -> Answer:
    backends, other = _backends(allowed)
    if not backends:
        return {"code": "KEYCHAIN_NOT_OF_SYSTEM", "name": other} if other else {"code": "KEYCHAIN_NONE"}
    service, user, secret = request["service"], request["user"], request.get("secret", "")
    if secret:
        backends[0].set_password(service, user, secret)
        del backends[1:]
    for backend in backends:
        found = backend.get_password(service, user)
        if found:
            return {"secret": found}
    return {"code": "KEYCHAIN_NO_SECRET"}


def _backends(allowed: Collection[str]) -> tuple[list[Any], str]:
    """The keychains of the system, the preferred one first; else the name of what is set up instead.

    Those beside the preferred one are for reading: whoever moves to another desktop gets another keychain.
    """
    import keyring  # noqa: PLC0415 - an optional extra
    from keyring.backend import by_priority, get_all_keyring  # noqa: PLC0415
    from keyring.backends.fail import Keyring as NoKeychain  # noqa: PLC0415

    chosen = keyring.get_keyring()
    if _module(chosen) not in {*allowed, _CHAIN}:
        return [], "" if isinstance(chosen, NoKeychain) else chosen.name
    others: list[Any] = sorted(get_all_keyring(), key=by_priority, reverse=True)
    found: dict[type, Any] = {}
    for each in (chosen, *others):
        if _module(each) in allowed:
            found.setdefault(type(each), each)
        if _module(each) == "keyring.backends.Windows":
            each.persist = "local machine"  # the default follows a person to other machines of a domain
    return list(found.values()), "" if _module(chosen) == _CHAIN else chosen.name


def _module(backend: object) -> str:
    return type(backend).__module__


def _in_a_line(error: Exception, secret: str) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return (text.replace(secret, "…") if secret else text)[:_LONGEST_PROBLEM]


if __name__ == "__main__":
    sys.exit(main())
