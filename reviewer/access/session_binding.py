"""Binds a session to the person who signed in, with that person's own key.

The log key is one for all people of a workspace, so it cannot show who wrote a row. The row of a sign-in
therefore carries a signature by the person's signing key over the session's id and the row before it; all
rows of the session must bear that person's name. Somebody else with the log key cannot start a session in
that name.
"""

from dataclasses import dataclass, field

from reviewer.access import signing
from reviewer.access.audit_log import MAY_BE_UNSIGNED, SESSION_ENDS
from reviewer.access.log_chain import RowBody
from reviewer.errors import Notice
from reviewer.model.event import Action
from reviewer.model.people import Identity, Role

NEEDS_NO_SESSION = MAY_BE_UNSIGNED | {Action.PERSON_ENROLLED, Action.REFUSED}
"""Acts with a person's name that happen while nobody, or not that person, is signed in."""
_INVITED_BY = "invited_by"
OF_LEADS = frozenset(
    {
        Action.POLICY_CHANGED,
        Action.PERSON_ADDED,
        Action.PERSON_REVOKED,
        Action.WITHDRAWAL,
        Action.RETENTION_EXTENDED,
        Action.EXPORT_STARTED,
        Action.HELD_RELEASED,
        Action.HOLD_BEGUN,
        Action.HOLD_ENDED,
        Action.LIMITS_LIFTED,
        Action.CLIP_IMPORTED,
    }
)
"""Acts by which others are let in, or clips let out: of no session but a lead's. In a folder of somebody's
own, where nobody else is, they are what its owner took over from the team."""
_ENROLMENTS = frozenset({Action.WORKSPACE_MADE, Action.PERSON_ENROLLED})


def binding(identity: Identity, log_id: str, previous: bytes) -> dict[str, str]:
    """The details of a sign-in row that follows the row with the hash ``previous``."""
    key = identity.keyring.signing_key
    person = identity.person
    message = _message(log_id, previous, identity.session_id, person.id, person.role)
    return {
        "public_key": signing.public_key_of(key).hex(),
        "session_signature": signing.sign(key, message).hex(),
    }


@dataclass(slots=True)
class Sessions:
    """Follows sign-ins through the log, and finds rows that bear another name than their session's person."""

    log_id: str
    keys: dict[str, str] = field(default_factory=dict)
    """Person -> signing key (hexadecimal), as the log has it."""
    _open: dict[str, tuple[str, str]] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)
    _roles: dict[str, str] = field(default_factory=dict)
    _is_bound: bool = False
    _is_own: bool = False

    def flaw(self, seq: int, body: RowBody, previous: bytes) -> Notice | None:
        """What is wrong with the name, role or session of a row, or None; call it for every row in order.

        Logs of earlier versions have no bindings: there, a row must only not contradict its session.
        """
        session, action = body.session, body.action
        self._is_own = self._is_own or (seq == 1 and _INVITED_BY in body.detail)
        if action == Action.PERSON_ADDED and "role" in body.detail:
            self._roles[body.object] = str(body.detail["role"])
        if action == Action.SIGN_IN:
            return self._begin(seq, body, previous)
        if not session:
            self._learn_key(action, body)
            is_missing = self._is_bound and body.actor and action not in NEEDS_NO_SESSION
            return Notice("LOG_ROW_WITHOUT_SESSION", {"row": seq}) if is_missing else None
        who = self._open.get(session)
        if who is None:
            if session in self._ended:
                return Notice("LOG_ROW_AFTER_SESSION", {"row": seq})
            return Notice("LOG_ROW_WITHOUT_SESSION", {"row": seq}) if self._is_bound else None
        return self._flaw_in_session(seq, body, who)

    def _flaw_in_session(self, seq: int, body: RowBody, who: tuple[str, str]) -> Notice | None:
        session, action = body.session, body.action
        if who != (body.actor, body.role):
            return Notice("LOG_ROW_OF_ANOTHER_PERSON", {"row": seq})
        if action in OF_LEADS and body.role != Role.LEAD and not self._is_own:
            return Notice("LOG_ROW_OF_ANOTHER_ROLE", {"row": seq})
        if action == Action.PERSON_JOINED and "public_key" in body.detail:
            self.keys[body.object] = str(body.detail["public_key"])
        if action in SESSION_ENDS:
            del self._open[session]
            self._ended.add(session)
        return None

    def _begin(self, seq: int, body: RowBody, previous: bytes) -> Notice | None:
        session, person, role, detail = body.session, body.actor, body.role, body.detail
        if session in self._open or session in self._ended:
            return Notice("LOG_SESSION_NOT_BOUND", {"row": seq})
        if self._roles.get(person, role) != role:
            return Notice("LOG_ROW_OF_ANOTHER_ROLE", {"row": seq})
        if "session_signature" in detail:
            key = self.keys.setdefault(person, str(detail.get("public_key")))
            message = _message(self.log_id, previous, session, person, role)
            if not _verifies(key, message, detail["session_signature"]):
                return Notice("LOG_SESSION_NOT_BOUND", {"row": seq})
            self._is_bound = True
        elif self._is_bound:
            return Notice("LOG_SESSION_NOT_BOUND", {"row": seq})
        self._open[session] = person, role
        return None

    def _learn_key(self, action: str, body: RowBody) -> None:
        if action in _ENROLMENTS and "public_key" in body.detail:
            self.keys[body.actor] = str(body.detail["public_key"])


def _message(log_id: str, previous: bytes, session: str, person: str, role: str) -> bytes:
    return f"reviewer session\n{log_id}\n{previous.hex()}\n{session}\n{person}\n{role}\n".encode()


def _verifies(key: str, message: bytes, signature: object) -> bool:
    try:
        return signing.verify(bytes.fromhex(key), message, bytes.fromhex(str(signature)))
    except ValueError:
        return False
