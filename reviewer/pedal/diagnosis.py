"""What the doctor is told about the pedal, in one line; run in a process of its own."""

import sys

from reviewer.errors import ReviewerError
from reviewer.pedal.device import HidBackend
from reviewer.pedal.hid import HidapiBackend
from reviewer.pedal.models import known_models
from reviewer.pedal.status import PedalState, choose

_WORDS = {
    PedalState.READY: "{0} is plugged in",
    PedalState.UNTAUGHT: "{0} is plugged in; teach the program its pedals in the settings",
    PedalState.TYPES_KEYS: "{0} is plugged in; it types keys like a keyboard",
}


def found(port: HidBackend) -> str:
    """What is plugged in, or that nothing is.

    Raises:
        Unavailable: a pedal is there and cannot be read.
    """
    if not port.is_installed:
        return "Not installed, which is fine without a pedal; else: pip install 'reviewer[pedal]'"
    chosen = choose(port.listed(), known_models(), None)
    if chosen is None:
        return "No known foot pedal is plugged in"
    if chosen.standing is PedalState.READY:
        port.open(chosen.device).close()
    return _WORDS[chosen.standing].format(chosen.name)


def main() -> None:
    """Prints the line; ends with 1 and the hint as the last line if a pedal cannot be read."""
    try:
        print(found(HidapiBackend()))  # noqa: T201 - this is the whole of a child's work
    except ReviewerError as error:
        sys.exit(f"{error.sentence} {error.hint}".replace("\n", " "))
