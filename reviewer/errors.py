"""Every error raised on purpose; the words a user sees are in the message catalogues."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Notice:
    """A code of the message catalogue, with its parameters."""

    code: str
    parameters: "Parameters" = field(default_factory=lambda: MappingProxyType({}))

    def __reduce__(self) -> "tuple[Callable[[str, dict[str, Parameter]], Notice], tuple[object, ...]]":
        return _unpickled_notice, (self.code, dict(self.parameters))


def _unpickled_notice(code: str, parameters: "dict[str, Parameter]") -> Notice:
    return Notice(code, MappingProxyType(parameters))


Parameter = str | int | float | Notice
Parameters = Mapping[str, Parameter]


class ReviewerError(Exception):
    """An expected error.

    ``code`` names the sentence and hint in the message catalogue of each face (``resources/messages``);
    ``parameters`` fill their placeholders.
    """

    exit_code = 1

    def __init__(self, code: str, /, **parameters: Parameter) -> None:
        super().__init__(code)
        self.code = code
        self.parameters: Parameters = MappingProxyType(parameters)

    @property
    def notice(self) -> Notice:
        """Code and parameters, for the catalogue."""
        return Notice(self.code, self.parameters)


class Refused(ReviewerError):
    """Refused by a rule; trying again does not help."""

    exit_code = 2


class Unavailable(ReviewerError):
    """Disk, device or another process failed; a retry may help."""

    exit_code = 3


class Damaged(ReviewerError):
    """Data does not verify, and was not used."""

    exit_code = 4


class WrongPassphrase(Refused):
    """Name and passphrase do not belong together; the same answer whether or not the name exists."""

    def __init__(self, code: str = "WRONG_PASSPHRASE") -> None:
        super().__init__(code)


class TooManyFailures(Refused):
    """Sign-in for this name is blocked after repeated failures."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__("TOO_MANY_FAILURES", seconds=wait_seconds)


class NdaRequired(Refused):
    """No valid acknowledgement of the current agreement, so no clip opens."""

    def __init__(self) -> None:
        super().__init__("NDA_REQUIRED")


class NotAllowed(Refused):
    """The person's role does not include this act."""

    def __init__(self) -> None:
        super().__init__("NOT_ALLOWED")


class LeaseLost(Refused):
    """The lease ran out and the clip went to a colleague; the text is kept as a late draft."""

    def __init__(self, code: str = "LEASE_LOST") -> None:
        super().__init__(code)


class NotLeased(Refused):
    """The clip is not leased to this person."""

    def __init__(self, code: str = "NOT_LEASED") -> None:
        super().__init__(code)


class SubmissionConflict(Refused):
    """The same submission key came twice with different content."""

    def __init__(self) -> None:
        super().__init__("SUBMISSION_CONFLICT")


class NoAudioDevice(Unavailable):
    """Sound cannot be played here; everything else works."""


class LeaseLapsed(LeaseLost):
    """The lease ran out and nobody took the clip yet."""

    def __init__(self) -> None:
        super().__init__("LEASE_LAPSED")


class ClipWithdrawn(NotLeased):
    """The clip was purged while somebody worked on it."""

    def __init__(self) -> None:
        super().__init__("CLIP_WITHDRAWN")


class ClipOnHold(Refused):
    """A lead put the clip on hold while somebody worked on it; what they typed is kept."""

    def __init__(self) -> None:
        super().__init__("CLIP_ON_HOLD")


class NoWorkspace(Unavailable):
    """There is no workspace in this folder."""

    def __init__(self, folder: object) -> None:
        super().__init__("NO_WORKSPACE", folder=str(folder))


class ClipKeyNotHeld(Refused):
    """The keyring does not open every clip, and the key of this one is not here: the clip is not open."""

    def __init__(self, clip_id: str) -> None:
        super().__init__("CLIP_KEY_NOT_HELD", clip=clip_id)


class OpenElsewhere(Refused):
    """Another window of the same person has the clip open."""

    def __init__(self) -> None:
        super().__init__("OPEN_ELSEWHERE")
