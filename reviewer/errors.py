"""Every error raised on purpose, with the sentence a user sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Parameter = str | int | float
Parameters = Mapping[str, Parameter]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence without its words: a code of the message catalogue, and what the words are filled with."""

    code: str
    parameters: Parameters = field(default_factory=lambda: MappingProxyType({}))


class ReviewerError(Exception):
    """Something went wrong that we know of.

    ``code`` names the sentence and hint in the message catalogue of each face (``resources/messages``);
    ``parameters`` fill their placeholders.
    """

    exit_code = 1

    def __init__(self, code: str, hint: str = "", /, **parameters: Parameter) -> None:
        super().__init__(code)
        # Until every error has a code, a sentence may stand in its place.
        is_code = code.replace("_", "").isalnum() and code.upper() == code
        old_code = str(parameters.pop("code", ""))
        self._sentence, self._hint = ("", "") if is_code else (code, hint)
        self.code = code if is_code else old_code or type(self).__name__
        self.parameters: Parameters = MappingProxyType(parameters)

    @property
    def notice(self) -> Notice:
        """What is to be said."""
        return Notice(self.code, self.parameters)

    @property
    def sentence(self) -> str:
        """Until each face looks its words up itself: the window's."""
        return self._sentence or _words(self.notice).sentence

    @property
    def hint(self) -> str:
        """As ``sentence``."""
        return self._hint if self._sentence else _words(self.notice).hint


def _words(notice: Notice):  # type: ignore[no-untyped-def]  # goes with ``sentence``
    from reviewer.messages import window_catalogue  # noqa: PLC0415

    return window_catalogue().words(notice)


class Refused(ReviewerError):
    """A rule said no; trying again changes nothing."""

    exit_code = 2


class Unavailable(ReviewerError):
    """The world said no (disk, device, another process); a retry may help."""

    exit_code = 3


class Damaged(ReviewerError):
    """Data does not verify; nothing was used of it."""

    exit_code = 4


class WrongPassphrase(Refused):
    """Name and passphrase do not belong together; the same answer whether or not the name exists."""

    def __init__(self) -> None:
        super().__init__(
            "This name and passphrase do not belong together.",
            "Check both. After five failures sign-in waits, each time twice as long.",
        )


class TooManyFailures(Refused):
    """Sign-in for this name waits after repeated failures."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(
            f"Sign-in for this name waits {wait_seconds} s after repeated failures.",
            "Wait, then try again. Your lead can see the failures in the access log.",
        )
        self.wait_seconds = wait_seconds


class NdaRequired(Refused):
    """No live acknowledgement of the current agreement: no clip opens."""

    def __init__(self) -> None:
        super().__init__(
            "No clip opens before the current non-disclosure agreement is accepted.",
            "Read and sign it in the workstation, or with: reviewer nda show, reviewer nda accept.",
        )


class NotAllowed(Refused):
    """The person's role does not include this act."""

    def __init__(self, act: str, role: str) -> None:
        super().__init__(f"The role {role} may not {act}.", "Ask your lead who may.")


class LeaseLost(Refused):
    """The lease ran out and the clip went to a colleague; what was typed is kept as a late draft."""

    def __init__(self) -> None:
        super().__init__(
            "This clip went to a colleague because its lease ran out; your text is kept.",
            "Your lead can see the late draft. Take the next clip.",
        )


class NotLeased(Refused):
    """The clip is not leased to this person."""

    def __init__(self) -> None:
        super().__init__("This clip is not leased to you.", "Claim the next clip from the queue.")


class SubmissionConflict(Refused):
    """The same submission key came twice with different content."""

    def __init__(self) -> None:
        super().__init__(
            "This piece of work was already handed in with other content.",
            "The first submission stands. Ask QA to return it if it must change.",
        )


class NoAudioDevice(Unavailable):
    """Sound cannot be played here; everything else goes on."""


class LeaseLapsed(LeaseLost):
    """The lease ran out and nobody took the clip yet."""

    def __init__(self) -> None:
        Refused.__init__(
            self,
            "The lease on this clip ran out; your text is kept.",
            "Take the next clip: this one comes first unless a colleague has taken it.",
        )


class ClipWithdrawn(NotLeased):
    """The clip was purged while somebody worked on it."""

    def __init__(self) -> None:
        Refused.__init__(self, "This clip was withdrawn and its content is destroyed.", "Take the next clip.")


class NoWorkspace(Unavailable):
    """There is no workspace in this folder."""

    def __init__(self, folder: object) -> None:
        super().__init__(
            f"There is no workspace in {folder}.", "Make one with: reviewer init DIR --lead NAME."
        )


class OpenElsewhere(Refused):
    """Another window of the same person has the clip open."""

    def __init__(self) -> None:
        super().__init__("OPEN_ELSEWHERE")
