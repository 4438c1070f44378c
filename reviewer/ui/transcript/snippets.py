"""Snippets: texts that a person has put on keys, in the preferences of this machine."""

from reviewer.transcript.normalisation import stored_text
from reviewer.ui.preferences import Preferences

PLACES = range(1, 10)
_LONGEST = 200


def snippet(preferences: Preferences, place: int) -> str:
    """The text on the key of this place; empty if there is none."""
    return preferences.text(_name(place))


def store_snippet(preferences: Preferences, place: int, text: str) -> None:
    """Stores a text on one line, as a transcript would be stored."""
    preferences.put(_name(place), stored_text(" ".join(text.split()))[:_LONGEST])


def _name(place: int) -> str:
    return f"snippets.{place}"
