"""How strong a new passphrase is, and whether it was typed twice alike."""

from enum import StrEnum

from PySide6.QtWidgets import QLabel, QWidget

from reviewer.session.sign_in import MINIMUM_PASSPHRASE
from reviewer.ui.widgets.widget_ids import named, put_value, restyle

_DIFFERENT = 5
_GOOD_WORDS = 4
_GOOD_LENGTH = 16
_STRONG_LENGTH = 22
_STRONG_DIFFERENT = 10


class Strength(StrEnum):
    """How strong a new passphrase is; the first three are refused."""

    NONE = "none"
    TOO_SHORT = "too_short"
    TOO_PLAIN = "too_plain"
    FAIR = "fair"
    GOOD = "good"
    STRONG = "strong"

    @property
    def is_enough(self) -> bool:
        return self in {Strength.FAIR, Strength.GOOD, Strength.STRONG}


_KINDS = {Strength.GOOD: "ok", Strength.STRONG: "ok", Strength.FAIR: "warn", Strength.NONE: "label"}


class StrengthLabel(QLabel):
    """The word for a new passphrase, below its two fields."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, self.tr("Strength"))
        self.setWordWrap(True)

    def judge(self, passphrase: str, again: str) -> bool:
        """Shows the word for what was typed; whether it is strong enough and the same twice."""
        strength, is_same = strength_of(passphrase), passphrase == again
        differs = strength.is_enough and bool(again) and not is_same
        put_value(self, self.tr("The passphrases differ") if differs else self._word(strength))
        self.setProperty("kind", "warn" if differs else _KINDS.get(strength, "error"))
        restyle(self)
        return strength.is_enough and is_same

    def _word(self, strength: Strength) -> str:
        words = {
            Strength.NONE: self.tr("Four or five words make a good passphrase."),
            Strength.TOO_SHORT: self.tr("Too short"),
            Strength.TOO_PLAIN: self.tr("Too few different characters"),
            Strength.FAIR: self.tr("Fair"),
            Strength.GOOD: self.tr("Good"),
            Strength.STRONG: self.tr("Strong"),
        }
        return words[strength]


def strength_of(passphrase: str) -> Strength:
    """Judges length and variety only; enough is what ``session.sign_in`` accepts."""
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
