"""Where a name and a passphrase come from at a terminal."""

import getpass
import os
import sys
from pathlib import Path

from reviewer.errors import Refused, Unavailable

VARIABLE = "REVIEWER_PASSPHRASE"


def name_from(given: str | None) -> str:
    """The name of whoever works, from ``--as`` or a prompt; raises Refused when neither can be."""
    if given:
        return given
    if not sys.stdin.isatty():
        raise Refused("Nobody was named.", "Give --as NAME.")
    print("Name: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def passphrase_from(file: Path | None, *, is_new: bool = False) -> str:
    """The passphrase from a file, the environment or a prompt; a new one is asked for twice.

    Raises: Refused when there is none; Unavailable when the file cannot be read.
    """
    if file is not None:
        return _first_line(file)
    if VARIABLE in os.environ:
        return os.environ[VARIABLE]
    if not sys.stdin.isatty():
        raise Refused("No passphrase was given.", f"Give --passphrase-file FILE or set {VARIABLE}.")
    first = getpass.getpass("New passphrase: " if is_new else "Passphrase: ")
    if is_new and getpass.getpass("Again: ") != first:
        raise Refused("The two passphrases differ.", "Try again; nothing was done.")
    return first


def _first_line(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable("The passphrase file cannot be read.", str(error)) from error
    if not lines or not lines[0]:
        raise Refused("The passphrase file is empty.", "Its first line is the passphrase.")
    return lines[0]
