"""How strong a new passphrase is, in one word."""

from enum import StrEnum

from reviewer.session.sign_in import MINIMUM_PASSPHRASE

_DIFFERENT = 5
_GOOD_WORDS = 4
_GOOD_LENGTH = 16
_STRONG_LENGTH = 22
_STRONG_DIFFERENT = 10


class Strength(StrEnum):
    """From not allowed to good for years."""

    NONE = "none"
    TOO_SHORT = "too_short"
    TOO_PLAIN = "too_plain"
    FAIR = "fair"
    GOOD = "good"
    STRONG = "strong"

    @property
    def is_enough(self) -> bool:
        return self in {Strength.FAIR, Strength.GOOD, Strength.STRONG}


def strength_of(passphrase: str) -> Strength:
    """Judges length and variety only; what is enough is what ``desk.signin.require_strong`` lets through."""
    if not passphrase:
        return Strength.NONE
    if len(passphrase) < MINIMUM_PASSPHRASE:
        return Strength.TOO_SHORT
    different = len(set(passphrase))
    if different < _DIFFERENT:
        return Strength.TOO_PLAIN
    if len(passphrase) >= _STRONG_LENGTH and different >= _STRONG_DIFFERENT:
        return Strength.STRONG
    if len(passphrase) >= _GOOD_LENGTH or len(passphrase.split()) >= _GOOD_WORDS:
        return Strength.GOOD
    return Strength.FAIR
