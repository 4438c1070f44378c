"""The pedal's line in ``reviewer doctor``, which runs this in a process of its own."""

import sys

from reviewer.errors import ReviewerError
from reviewer.messages import window_catalogue
from reviewer.pedal.device import HidBackend
from reviewer.pedal.hid import HidapiBackend
from reviewer.pedal.models import known_models
from reviewer.pedal.status import PedalState, detect_pedal

_SENTENCES = {
    PedalState.READY: "{0} is connected",
    PedalState.UNCALIBRATED: "{0} is connected; calibrate it in the settings",
    PedalState.TYPES_KEYS: "{0} is connected; it types keys like a keyboard",
}


def describe_pedal(backend: HidBackend) -> str:
    """One line about the connected pedal, or that there is none.

    Raises:
        Unavailable: a pedal is connected but cannot be read.
    """
    if not backend.is_installed:
        return "Not installed; only needed for a foot pedal: pip install 'reviewer[pedal]'"
    detected = detect_pedal(backend.list_devices(), known_models(), None)
    if detected is None:
        return "No known foot pedal is connected"
    if detected.state is PedalState.READY:
        backend.open_device(detected.device).close()
    return _SENTENCES[detected.state].format(detected.name)


def main() -> None:
    """Print the line; exit with 1 and the error and its hint as the last line if a pedal cannot be read."""
    try:
        print(describe_pedal(HidapiBackend()))  # noqa: T201 - this is the whole of a child's work
    except ReviewerError as error:
        words = window_catalogue().words(error.notice)
        sys.exit(f"{words.sentence} {words.hint}".replace("\n", " "))
