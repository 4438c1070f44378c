"""Every error raised on purpose, with the sentence a user sees."""


class ReviewerError(Exception):
    """Something went wrong that we know of: one sentence for the user, one hint for what to do next."""

    exit_code = 1

    def __init__(self, sentence: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.code = code or type(self).__name__


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
