"""What must have happened before the agreement can be accepted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NdaGate:
    """Six conditions; each change makes a new value.

    ``is_exact``: the text on the screen is the text that gets signed. ``is_end_reached`` and ``is_read`` (for
    long enough) are what the access log says.
    """

    is_exact: bool = False
    is_end_reached: bool = False
    is_read: bool = False
    is_ticked: bool = False
    is_named: bool = False
    has_passphrase: bool = False

    @property
    def is_open(self) -> bool:
        return (
            self.is_exact
            and self.is_end_reached
            and self.is_read
            and self.is_ticked
            and self.is_named
            and self.has_passphrase
        )


def same_name(typed: str, name: str) -> bool:
    """Whether a typed name is the account's, whatever the case and the spaces between words."""
    return " ".join(typed.split()).casefold() == " ".join(name.split()).casefold()
