"""Signing in and out, and the first sign-in with a one-time code."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from reviewer.access.keychain import Keychain, SystemKeychain
from reviewer.access.rights import Act, require
from reviewer.access.session_binding import binding
from reviewer.access.signed_facts import named_forms
from reviewer.access.signing import public_key_of
from reviewer.clips.key_delivery import delivery_card, is_card_of
from reviewer.clips.keys import (
    KdfParameters,
    burn_time,
    id_of_second_secret,
    normal_passphrase,
    open_keyring,
    seal_keyring,
)
from reviewer.errors import Refused, ReviewerError, TooManyFailures, Unavailable, WrongPassphrase
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity, Keyring, Person, PersonState, Role, second_secret_id
from reviewer.session.policy import WorkspacePolicy
from reviewer.session.queue_login import queue_login
from reviewer.session.second_secret import SecondSecrets
from reviewer.session.team_files import TeamFiles
from reviewer.session.unit_of_work import UnitOfWork

MINIMUM_PASSPHRASE = 12


def require_strong(passphrase: str) -> None:
    """Raises Refused for a passphrase that is too short or has too few different characters."""
    if len(passphrase) < MINIMUM_PASSPHRASE or len(set(passphrase)) < 5:
        raise Refused("PASSPHRASE_WEAK", least=MINIMUM_PASSPHRASE)


@dataclass(frozen=True, slots=True)
class OpenedKeyring:
    """A keyring with what it is sealed under besides the passphrase; ``sealed`` is as it was opened."""

    keyring: Keyring = field(repr=False)
    sealed: bytes = field(repr=False)
    second_secret: bytes = field(repr=False, default=b"")


class SignIn:
    """Signs people in and out; an unknown name takes as long as a wrong passphrase."""

    def __init__(
        self,
        unit: UnitOfWork,
        parameters: KdfParameters,
        policy: WorkspacePolicy | None = None,
        keychain: Keychain | None = None,
    ) -> None:
        self._unit = unit
        self._second_secrets = SecondSecrets(keychain or SystemKeychain())
        self._policy = policy
        self._team_files = TeamFiles(unit)
        self._parameters = parameters
        self._live: dict[str, Identity] = {}
        self._endings: list[Callable[[Identity], None]] = []
        self._showings: list[Callable[[Identity], object]] = []
        unit.log.find_new_keys(self._delivered_log_keys)

    @property
    def policy(self) -> WorkspacePolicy | None:
        """The signed policy, for a lead who signed in for it."""
        return self._policy

    def show_log_to(self, show: Callable[[Identity], object]) -> None:
        """Registers who is shown the newest checkpoint by ``show_log``."""
        self._showings.append(show)

    def before_sign_out(self, put_away: Callable[[Identity], None]) -> None:
        """Registers a callback for each sign-out, while rows can still be signed; it must not raise."""
        self._endings.append(put_away)

    def sign_in(self, name: str, passphrase: str, *, for_policy: bool = False) -> Identity:
        """Opens the person's keyring and starts a session.

        ``for_policy``: a lead signs in to sign the files of the workspace, which may differ from the signed.
        Raises: WrongPassphrase; TooManyFailures after five failures (the wait doubles each time);
        Refused (POLICY_DIFFERS); Refused or Unavailable (KEYCHAIN_NEEDED) where the keychain has no second
        secret for this person, whatever the passphrase.
        """
        with self._unit.with_reserve():
            return self._signed_in(name, passphrase, for_policy=for_policy)

    def _signed_in(self, name: str, passphrase: str, *, for_policy: bool) -> Identity:
        if self._policy is not None and not for_policy:
            self._team_files.restore()
            self._policy.require_signed()
        self._charge(name)
        person = self._unit.people.by_name(name)
        opened = self._open(person, passphrase)
        if person is None or opened is None:
            self._fail(person, Action.SIGN_IN_FAILED)
            raise WrongPassphrase
        if for_policy:
            require(person, Act.CHANGE_POLICY)
        current = self._unit.key_deliveries.current(opened.keyring)
        renewed = opened.sealed
        if current is not opened.keyring:
            renewed = self._sealed(person, replace(opened, keyring=current), passphrase)
        identity = Identity(person, secrets.token_hex(8), current)
        self._unit.log.unlock(current.log_key)
        try:
            with self._unit.transaction():
                self._unit.people.forget_failures(name)
                self._record_sign_in(identity)
                self._register_key(identity)
                if renewed != opened.sealed:
                    self._unit.people.replace_keyring(person.id, opened.sealed, renewed)
                if self._policy is not None:
                    self._policy.follow(identity)
        except BaseException:
            self._unit.log.lock()
            raise
        self._live[identity.session_id] = identity
        login = queue_login(identity, self._unit.workspace_id)
        self._unit.queue.connect_as(login.name, login.password)
        self._follow_team(identity)
        return identity

    def _follow_team(self, identity: Identity) -> None:
        """In a person's own folder: takes a later policy of the team; ends the session if the open files
        are then outdated."""
        try:
            if self._team_files.follow(identity) and self._policy is not None:
                self._policy.require_signed()
        except BaseException:
            self.sign_out(identity)
            raise

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

    def show_log(self) -> None:
        """Shows the newest checkpoint to the witness that was registered, while somebody is signed in.

        If the witness cannot be reached, the rows stay unwitnessed. Raises Refused when it rejects the
        checkpoint.
        """
        live = tuple(self._live.values())  # another thread may be signing somebody in
        identity = live[-1] if live else None
        if identity is not None:
            for show in self._showings:
                with suppress(Unavailable):
                    show(identity)

    def is_live(self, identity: Identity) -> bool:
        """Whether this identity came from ``sign_in`` and is signed in."""
        return self._live.get(identity.session_id) is identity

    def require(self, identity: Identity) -> None:
        """Raises Refused unless this identity came from ``sign_in``, is signed in and not revoked."""
        if not self.is_live(identity):
            raise Refused("SIGNED_OUT")
        person = self._unit.people.by_id(identity.person.id)
        if (
            person is None
            or person.state is not PersonState.ACTIVE
            or person.role is not identity.person.role
            or person.public_key != identity.person.public_key
        ):
            raise Refused("ACCOUNT_CHANGED")

    def require_current_settings(self) -> None:
        """Raises Refused once a lead has signed other settings than those that this program goes by."""
        if self._policy is not None:
            self._policy.require_current_settings()

    def confirm(self, identity: Identity, passphrase: str) -> OpenedKeyring:
        """Checks the passphrase again, for an act that needs it. Raises the same as ``sign_in``."""
        self.require(identity)
        self._charge(identity.person.name)
        opened = self._open(identity.person, passphrase)
        if opened is None:
            self._fail(identity.person, Action.SIGN_IN_FAILED)
            raise WrongPassphrase
        self._unit.people.forget_failures(identity.person.name)
        return opened

    def change_passphrase(self, identity: Identity, old: str, new: str) -> None:
        """Seals the person's keyring under another passphrase; the old one opens nothing any more.

        Raises: as ``confirm``; Refused for a new one that is weak (code PASSPHRASE_WEAK) or the old one
            (code PASSPHRASE_SAME); Unavailable when the keyring was changed meanwhile.
        """
        require_strong(new)
        opened = self.confirm(identity, old)
        if normal_passphrase(old) == normal_passphrase(new):
            raise Refused("PASSPHRASE_SAME")
        self._reseal(identity, opened, new, Event.by(identity, Action.PASSPHRASE_CHANGED, identity.person.id))

    def uses_keychain(self, identity: Identity) -> bool:
        """Whether this person's keyring needs a second secret from the keychain of one machine."""
        return bool(second_secret_id(self._unit.people.keyring(identity.person.id) or b""))

    def turn_keychain_on(self, identity: Identity, passphrase: str) -> None:
        """Binds the keyring to a new second secret in this machine's keychain.

        Raises: as ``confirm``, as the keychain; Refused when it is on already (code KEYCHAIN_IS_ON), or when
            nobody could let the last lead in again (code KEYCHAIN_NO_WAY_BACK); Unavailable when the keyring
            was changed meanwhile. The keyring is then as it was.
        """
        opened, person_id = self.confirm(identity, passphrase), identity.person.id
        if opened.second_secret:
            raise Refused("KEYCHAIN_IS_ON")
        if not self._has_way_back(identity.person):
            raise Refused("KEYCHAIN_NO_WAY_BACK")
        secret = self._second_secrets.keep_new(person_id)
        detail = {"second_secret": id_of_second_secret(secret).hex()}
        bound = replace(opened, second_secret=secret)
        event = Event.by(identity, Action.KEYCHAIN_ON, person_id, detail=detail)
        self._reseal(identity, bound, passphrase, event)

    def turn_keychain_off(self, identity: Identity, passphrase: str) -> None:
        """Seals the keyring under the passphrase alone; what is in the keychain stays there, for copies.

        Raises: as ``confirm``; Refused when it is off already (code KEYCHAIN_IS_OFF); Unavailable when the
            keyring was changed meanwhile.
        """
        opened = self.confirm(identity, passphrase)
        if not opened.second_secret:
            raise Refused("KEYCHAIN_IS_OFF")
        event = Event.by(identity, Action.KEYCHAIN_OFF, identity.person.id)
        self._reseal(identity, replace(opened, second_secret=b""), passphrase, event)

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
            raise WrongPassphrase("WRONG_CODE")
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

    def _has_way_back(self, person: Person) -> bool:
        """Whether somebody could issue a code for this person if their second secret were lost."""
        if person.role is not Role.LEAD or self._unit.recovery_keys.get() is not None:
            return True
        people = self._unit.people
        leads = (
            other.id
            for other in people.all()
            if other.role is Role.LEAD and other.state is PersonState.ACTIVE and other.id != person.id
        )
        return any(not second_secret_id(people.keyring(lead) or b"") for lead in leads)

    def _reseal(self, identity: Identity, opened: OpenedKeyring, passphrase: str, event: Event) -> None:
        """Replaces the keyring that was opened by one with the present keys, in the commit of its row."""
        unit, person = self._unit, identity.person
        current = replace(opened, keyring=unit.key_deliveries.current(identity.keyring))
        sealed = self._sealed(person, current, passphrase)
        with unit.transaction():
            if not unit.people.replace_keyring(person.id, opened.sealed, sealed):
                raise Unavailable("KEYRING_CHANGED")
            unit.log.record(event)
        unit.people.forget_deleted()

    def _sealed(self, person: Person, opened: OpenedKeyring, passphrase: str) -> bytes:
        return seal_keyring(
            opened.keyring, passphrase, person.id, person.role, self._parameters, opened.second_secret
        )

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

    def _open(self, person: Person | None, passphrase: str) -> OpenedKeyring | None:
        """Opens a keyring.

        A missing second secret takes as long as a wrong passphrase and counts as one, so that nobody learns
        from it whether the passphrase was right.
        """
        blob = None
        if person is not None and person.state is PersonState.ACTIVE:
            blob = self._unit.people.keyring(person.id)
        if person is None or blob is None:
            burn_time(passphrase, self._parameters)
            return None
        try:
            second_secret = self._second_secrets.of(person.id, blob)
        except (Refused, Unavailable) as problem:
            burn_time(passphrase, self._parameters)
            self._fail(person, Action.SIGN_IN_FAILED, "keychain")
            raise type(problem)("KEYCHAIN_NEEDED", problem=problem.notice) from problem
        keyring = self._open_blob(person, blob, passphrase, second_secret)
        return None if keyring is None else OpenedKeyring(keyring, blob, second_secret)

    @staticmethod
    def _open_blob(person: Person, blob: bytes, secret: str, second_secret: bytes = b"") -> Keyring | None:
        try:
            return open_keyring(blob, secret, person.id, person.role, second_secret)
        except WrongPassphrase:
            return None

    def _fail(self, person: Person | None, action: Action, reason: str = "wrong_passphrase") -> None:
        actor = person.id if person else ""
        self._unit.log.record(Event(action, actor=actor, outcome="refused", reason=reason))

    def _record_sign_in(self, identity: Identity) -> None:
        log = self._unit.log
        detail: dict[str, DetailValue] = {**binding(identity, log.log_id, log.head().hash)}
        detail |= named_forms(self._unit.label_schemas.digests())
        log.record(Event.by(identity, Action.SIGN_IN, identity.person.id, detail=detail), seal="sign_in")


def normal_code(code: str) -> str:
    """An enrolment code in canonical form: upper case, without spaces and hyphens."""
    return "".join(character for character in code.upper() if character.isalnum())
