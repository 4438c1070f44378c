"""What must have happened before the agreement can be accepted."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NdaGate:
    """Five conditions; each change makes a new value.

    ``is_exact`` says that the text on the screen is the text that gets signed.
    """

    is_exact: bool = False
    end_reached_at: datetime | None = None
    is_ticked: bool = False
    is_named: bool = False
    has_passphrase: bool = False

    @property
    def is_open(self) -> bool:
        return (
            self.is_exact
            and self.end_reached_at is not None
            and self.is_ticked
            and self.is_named
            and self.has_passphrase
        )


def same_name(typed: str, name: str) -> bool:
    """Whether a typed name is the account's, whatever the case and the spaces between words."""
    return " ".join(typed.split()).casefold() == " ".join(name.split()).casefold()
