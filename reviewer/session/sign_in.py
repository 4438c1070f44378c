"""Signing in and out, and the first sign-in with a one-time code."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from reviewer.access.rights import Act, require
from reviewer.access.session_binding import binding
from reviewer.access.signing import public_key_of
from reviewer.clips.key_delivery import delivery_card, is_card_of
from reviewer.clips.keys import KdfParameters, burn_time, normal_passphrase, open_keyring, seal_keyring
from reviewer.errors import Refused, ReviewerError, TooManyFailures, Unavailable, WrongPassphrase
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity, Keyring, Person, PersonState
from reviewer.session.policy import WorkspacePolicy
from reviewer.session.unit_of_work import UnitOfWork

MINIMUM_PASSPHRASE = 12


def require_strong(passphrase: str) -> None:
    """Raises Refused for a passphrase that is too short or has too few different characters."""
    if len(passphrase) < MINIMUM_PASSPHRASE or len(set(passphrase)) < 5:
        raise Refused("PASSPHRASE_WEAK", least=MINIMUM_PASSPHRASE)


class SignIn:
    """Signs people in and out; an unknown name takes as long as a wrong passphrase."""

    def __init__(
        self, unit: UnitOfWork, parameters: KdfParameters, policy: WorkspacePolicy | None = None
    ) -> None:
        self._unit = unit
        self._policy = policy
        self._parameters = parameters
        self._live: dict[str, Identity] = {}
        self._endings: list[Callable[[Identity], None]] = []
        unit.log.find_new_keys(self._delivered_log_keys)

    @property
    def policy(self) -> WorkspacePolicy | None:
        """The signed policy, for a lead who signed in for it."""
        return self._policy

    def before_sign_out(self, put_away: Callable[[Identity], None]) -> None:
        """Registers a callback for each sign-out, while rows can still be signed; it must not raise."""
        self._endings.append(put_away)

    def sign_in(self, name: str, passphrase: str, *, for_policy: bool = False) -> Identity:
        """Opens the person's keyring and starts a session.

        ``for_policy``: a lead signs in to sign the files of the workspace, which may differ from the signed.
        Raises: WrongPassphrase; TooManyFailures after five failures (the wait doubles each time);
        Refused (POLICY_DIFFERS).
        """
        with self._unit.with_reserve():
            return self._signed_in(name, passphrase, for_policy=for_policy)

    def _signed_in(self, name: str, passphrase: str, *, for_policy: bool) -> Identity:
        if self._policy is not None and not for_policy:
            self._policy.require_signed()
        self._charge(name)
        person = self._unit.people.by_name(name)
        keyring = self._open(person, passphrase)
        if person is None or keyring is None:
            self._fail(person, Action.SIGN_IN_FAILED)
            raise WrongPassphrase
        if for_policy:
            require(person, Act.CHANGE_POLICY)
        sealed = self._unit.people.keyring(person.id) or b""
        current = self._unit.key_deliveries.current(keyring)
        renewed = sealed
        if current is not keyring:
            renewed = seal_keyring(current, passphrase, person.id, person.role, self._parameters)
        identity = Identity(person, secrets.token_hex(8), current)
        self._unit.log.unlock(current.log_key)
        try:
            with self._unit.transaction():
                self._unit.people.forget_failures(name)
                self._record_sign_in(identity)
                self._register_key(identity)
                if renewed != sealed:
                    self._unit.people.replace_keyring(person.id, sealed, renewed)
                if self._policy is not None:
                    self._policy.follow(identity)
        except BaseException:
            self._unit.log.lock()
            raise
        self._live[identity.session_id] = identity
        return identity

    def sign_out(self, identity: Identity, *, locked: bool = False) -> bool:
        """Ends the session; this identity is invalid afterwards, whatever happens.

        Returns: False when the log row could not be written (a full disk); the keys are dropped all the same.
        """
        if self._live.pop(identity.session_id, None) is None:
            return True
        try:
            with self._unit.with_reserve():
                for put_away in self._endings:
                    put_away(identity)
                with self._unit.transaction():
                    ending = Action.LOCK if locked else Action.SIGN_OUT
                    self._unit.log.record(Event.by(identity, ending, identity.person.id), seal="sign_out")
        except ReviewerError:
            return False
        finally:
            self._unit.log.lock()
        return True

    def seal_log(self) -> None:
        """Makes a checkpoint of the log if it is time for one, while somebody is signed in."""
        self._unit.log.seal_if_due()

    def require(self, identity: Identity) -> None:
        """Raises Refused unless this identity came from ``sign_in``, is signed in and not revoked."""
        if self._live.get(identity.session_id) is not identity:
            raise Refused("SIGNED_OUT")
        person = self._unit.people.by_id(identity.person.id)
        if (
            person is None
            or person.state is not PersonState.ACTIVE
            or person.role is not identity.person.role
            or person.public_key != identity.person.public_key
        ):
            raise Refused("ACCOUNT_CHANGED")

    def confirm(self, identity: Identity, passphrase: str) -> None:
        """Checks the passphrase again, for an act that needs it. Raises WrongPassphrase, TooManyFailures."""
        self.require(identity)
        self._charge(identity.person.name)
        if self._open(identity.person, passphrase) is None:
            self._fail(identity.person, Action.SIGN_IN_FAILED)
            raise WrongPassphrase
        self._unit.people.forget_failures(identity.person.name)

    def change_passphrase(self, identity: Identity, old: str, new: str) -> None:
        """Seals the person's keyring under another passphrase; the old one opens nothing any more.

        Raises: WrongPassphrase, TooManyFailures; Refused for a new one that is weak (code PASSPHRASE_WEAK) or
            the old one (code PASSPHRASE_SAME); Unavailable when the keyring was changed meanwhile.
        """
        self.require(identity)
        require_strong(new)
        before = self._unit.people.keyring(identity.person.id) or b""
        self.confirm(identity, old)
        if normal_passphrase(old) == normal_passphrase(new):
            raise Refused("PASSPHRASE_SAME")
        person, unit = identity.person, self._unit
        keyring = unit.key_deliveries.current(identity.keyring)
        sealed = seal_keyring(keyring, new, person.id, person.role, self._parameters)
        with unit.transaction():
            if not unit.people.replace_keyring(person.id, before, sealed):
                raise Unavailable("KEYRING_CHANGED")
            unit.log.record(Event.by(identity, Action.PASSPHRASE_CHANGED, person.id))
        unit.people.forget_deleted()

    def enrol(self, name: str, code: str, passphrase: str) -> Person:
        """Activates an invited account with the person's own passphrase.

        Raises: Refused for a weak passphrase; WrongPassphrase for a wrong, used or old code.
        """
        require_strong(passphrase)
        self._charge(name)
        invited = self._unit.people.invited(name)
        keyring = None
        if invited is None:
            burn_time(code, self._parameters)
        else:
            keyring = self._open_blob(invited.person, invited.keyring, normal_code(code))
        if invited is None or keyring is None or invited.code_until <= self._unit.clock.now():
            self._fail(invited.person if invited else None, Action.ENROL_FAILED)
            raise WrongPassphrase
        return self._enrolled(invited.person, self._unit.key_deliveries.current(keyring), passphrase)

    def _enrolled(self, person: Person, invited: Keyring, passphrase: str) -> Person:
        """Stores the person's keyring under their own passphrase, with a new signing key."""
        unit = self._unit
        # The lead created the invitation's keys; only its owner may know the signing key.
        keyring = replace(invited, signing_key=secrets.token_bytes(32))
        public_key = public_key_of(keyring.signing_key)
        sealed = seal_keyring(keyring, passphrase, person.id, person.role, self._parameters)
        detail = {"public_key": public_key.hex()}
        event = Event(
            Action.PERSON_ENROLLED, actor=person.id, role=person.role, object=person.id, detail=detail
        )
        with unit.transaction():
            if unit.key_deliveries.generation() != keyring.generation:
                raise Unavailable("KEYRING_CHANGED")
            unit.people.activate(person.id, public_key, sealed)
            unit.people.put_delivery_card(person.id, delivery_card(keyring))
            unit.key_deliveries.remove(person.id)
            unit.people.forget_failures(person.name)
            unit.log.unlock(keyring.log_key)
            try:
                unit.log.record(event)
            finally:
                unit.log.lock()
        enrolled = unit.people.by_id(person.id)
        assert enrolled is not None
        return enrolled

    def _delivered_log_keys(self) -> Iterator[bytes]:
        """The log's key as it was given to each person who is signed in and was given it."""
        for identity in list(self._live.values()):
            with suppress(ReviewerError):
                yield self._unit.key_deliveries.current(identity.keyring).log_key

    def _register_key(self, identity: Identity) -> None:
        """Registers the keys to which new workspace keys are sealed, for accounts that have none yet."""
        person = identity.person
        if is_card_of(self._unit.people.delivery_card(person.id), person.public_key):
            return
        self._unit.people.put_delivery_card(person.id, delivery_card(identity.keyring))
        detail = {"public_key": public_key_of(identity.keyring.signing_key).hex()}
        self._unit.log.record(Event.by(identity, Action.PERSON_KEY, person.id, detail=detail))

    def _charge(self, name: str) -> None:
        """Counts an attempt before it is made, so that parallel guessing gains nothing."""
        with self._unit.transaction():
            wait = self._unit.people.wait_seconds(name)
            if wait <= 0:
                self._unit.people.count_failure(name)
                return
            self._unit.log.record(Event(Action.SIGN_IN_FAILED, outcome="refused", reason="waiting"))
        raise TooManyFailures(wait)

    def _open(self, person: Person | None, passphrase: str) -> Keyring | None:
        blob = None
        if person is not None and person.state is PersonState.ACTIVE:
            blob = self._unit.people.keyring(person.id)
        if person is None or blob is None:
            burn_time(passphrase, self._parameters)
            return None
        return self._open_blob(person, blob, passphrase)

    @staticmethod
    def _open_blob(person: Person, blob: bytes, secret: str) -> Keyring | None:
        try:
            return open_keyring(blob, secret, person.id, person.role)
        except WrongPassphrase:
            return None

    def _fail(self, person: Person | None, action: Action) -> None:
        actor = person.id if person else ""
        self._unit.log.record(Event(action, actor=actor, outcome="refused", reason="wrong_passphrase"))

    def _record_sign_in(self, identity: Identity) -> None:
        log = self._unit.log
        detail = binding(identity, log.log_id, log.head().hash)
        log.record(Event.by(identity, Action.SIGN_IN, identity.person.id, detail=detail), seal="sign_in")


def normal_code(code: str) -> str:
    """An enrolment code in canonical form: upper case, without spaces and hyphens."""
    return "".join(character for character in code.upper() if character.isalnum())
