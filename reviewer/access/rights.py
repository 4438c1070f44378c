"""The rights of each role: one table, checked by every use case."""

from enum import StrEnum

from reviewer.errors import NotAllowed
from reviewer.model.people import Person, PersonState, Role


class Act(StrEnum):
    """What a person needs a right for."""

    CLAIM = "claim clips"
    TRANSCRIBE = "transcribe clips"
    REVIEW = "review submitted work"
    DRAW = "draw work for review"
    IMPORT = "bring clips in"
    EXPORT = "export labelled sets"
    MANAGE_PEOPLE = "add or revoke people"
    MANAGE_QUEUE = "release or assign tasks"
    SEE_PROGRESS = "see everybody's progress"
    READ_LOG = "read the access log"
    MAKE_CHECKPOINT = "make a checkpoint of the access log"
    REDACT = "confirm or reject redactions"
    DECIDE_HELD = "decide about what was held back"
    DECIDE_LATE = "decide about late drafts"
    LISTEN = "listen to clips that are not theirs"
    PURGE = "destroy clips"
    BACK_UP = "make backups"
    CHANGE_POLICY = "change the rules of the workspace"


_LEADS = frozenset(Act) - {Act.CLAIM, Act.TRANSCRIBE, Act.REVIEW}
_ALLOWED = {
    Role.CONTRACTOR: frozenset({Act.CLAIM, Act.TRANSCRIBE}),
    Role.QA: frozenset({Act.REVIEW, Act.DRAW, Act.REDACT}),
    Role.LEAD: _LEADS,
}


def may(person: Person, act: Act) -> bool:
    """Whether this person's role includes the act and their account is active."""
    return person.state is PersonState.ACTIVE and act in _ALLOWED[person.role]


def require(person: Person, act: Act) -> None:
    """Raises NotAllowed unless this person's role includes the act."""
    if not may(person, act):
        raise NotAllowed
