"""The gateway of a workspace without a workspace: sign-in, agreement, and the sessions a test puts behind."""

import hashlib
from datetime import timedelta

from reviewer.access.agreement_copies import SignedAgreement
from reviewer.access.nda import AgreementState, NdaText, RegisterEntry
from reviewer.errors import Refused, WrongPassphrase
from reviewer.model.people import Identity, Keyring, Person, Role
from reviewer.model.project import Project
from tests.factories import NOON

PASSPHRASE = "four plain words here"
CODE = "ABCD-EFGH-JKMN-PQRS"
NDA_BODY = "\n\n".join(
    f"{number}. "
    + "You hear people's voices. You tell nobody what you hear, you keep nothing, you copy nothing. " * 4
    for number in range(1, 15)
)


def somebody(name: str = "Ana Kowalska", role: Role = Role.CONTRACTOR) -> Person:
    return Person(f"p-{name.split(maxsplit=1)[0].lower()}", name, role)


def an_identity(person: Person | None = None) -> Identity:
    keys = Keyring(workspace_key=b"w" * 32, signing_key=b"s" * 32, log_key=b"l" * 32)
    return Identity(person or somebody(), "session-1", keys)


def an_agreement_text(text: str = NDA_BODY, **changes: str) -> NdaText:
    made = {
        "version": "2026-10",
        "locale": "en-US",
        "title": "Non-disclosure agreement",
        "text": text,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    } | changes
    return NdaText(**made, requires_reack=True)


class FakeSignIn:
    """Knows some people, who all have ``PASSPHRASE``; an invited one has ``CODE``."""

    def __init__(self, people: tuple[Person, ...], invited: tuple[Person, ...] = ()) -> None:
        self.people = {person.name: person for person in people}
        self.invited = {person.name: person for person in invited}
        self.calls: list[str] = []
        self.fails_with: Exception | None = None
        self.log_refusal: Exception | None = None
        self.keychain_is_on = False

    def sign_in(self, name: str, passphrase: str) -> Identity:
        self.calls.append("sign_in")
        if self.fails_with is not None:
            raise self.fails_with
        if name not in self.people or passphrase != PASSPHRASE:
            raise WrongPassphrase
        return an_identity(self.people[name])

    def sign_out(self, identity: Identity, *, locked: bool = False) -> bool:
        self.calls.append("lock" if locked else "sign_out")
        return True

    def seal_log(self) -> None:
        self.calls.append("seal_log")

    def show_log(self) -> None:
        self.calls.append("show_log")
        if self.log_refusal is not None:
            raise self.log_refusal

    def confirm(self, identity: Identity, passphrase: str) -> None:
        if passphrase != PASSPHRASE:
            raise WrongPassphrase

    def change_passphrase(self, identity: Identity, old: str, new: str) -> None:
        self.calls.append("change_passphrase")
        self.confirm(identity, old)

    def uses_keychain(self, identity: Identity) -> bool:
        return self.keychain_is_on

    def turn_keychain_on(self, identity: Identity, passphrase: str) -> None:
        self.confirm(identity, passphrase)
        if self.fails_with is not None:
            raise self.fails_with
        self.keychain_is_on = True

    def turn_keychain_off(self, identity: Identity, passphrase: str) -> None:
        self.confirm(identity, passphrase)
        self.keychain_is_on = False

    def enrol(self, name: str, code: str, passphrase: str) -> Person:
        self.calls.append("enrol")
        if name not in self.invited or code != CODE:
            raise WrongPassphrase
        person = self.invited.pop(name)
        self.people[name] = person
        return person


class FakeAgreement:
    """Shows one text; who is in ``signed`` need not see it."""

    def __init__(
        self, sign_in: FakeSignIn, text: NdaText | None = None, *, signed: set[str] | None = None
    ) -> None:
        self._sign_in = sign_in
        self._text = text or an_agreement_text()
        self.signed = signed or set()
        self.accepted: list[dict[str, object]] = []
        self.fails_with: Exception | None = None
        self.calls: list[str] = []

    def text(self, identity: Identity | None = None) -> NdaText:
        return self._text

    def mine(self, identity: Identity) -> list[RegisterEntry]:
        times = (NOON, NOON + timedelta(days=365))
        return [
            RegisterEntry(identity.person, "ack-1", self._text.version, "en-US", *times, AgreementState.VALID)
            for name in self.signed
            if name == identity.person.name
        ]

    def copy_of(self, identity: Identity, record_id: str) -> SignedAgreement:
        text = self._text
        return SignedAgreement(
            title=text.title,
            version=text.version,
            locale=text.locale,
            text=text.text,
            name=identity.person.name,
            signed_at=NOON,
            statement="I sign it.",
            sha256=text.sha256,
            json={"signature": "ab" * 64, "record": record_id},
        )

    def is_live(self, identity: Identity) -> bool:
        if self.fails_with is not None:
            raise self.fails_with
        return identity.person.name in self.signed

    def shown(self, identity: Identity) -> NdaText:
        self.calls.append("shown")
        return self._text

    def accept(self, identity: Identity, text: NdaText, *, typed_name: str, passphrase: str) -> str:
        self._sign_in.confirm(identity, passphrase)
        if text is not self._text:
            raise Refused("NDA_OTHER_VERSION", version="1.0")
        self.calls.append("accept")
        self.signed.add(identity.person.name)
        self.accepted.append({"typed_name": typed_name})
        return "ack-1"

    def end_reached(self, identity: Identity, text: NdaText) -> None:
        self.calls.append("end_reached")

    def reading_seconds_left(self, identity: Identity, text: NdaText) -> float | None:
        return 0.0 if "end_reached" in self.calls else None

    def decline(self, identity: Identity, text: NdaText) -> None:
        self.calls.append("decline")


class FakeWorkspaceGateway:
    """Satisfies ``reviewer.ui.workspace_gateway.WorkspaceGateway``; the sessions are what a test gives."""

    def __init__(
        self,
        people: tuple[Person, ...] = (),
        *,
        invited: tuple[Person, ...] = (),
        signed: set[str] | None = None,
        desk: object = None,
        qa: object = None,
        lead: object = None,
    ) -> None:
        self.project = Project(name="Translator, autumn")
        self.sign_in = FakeSignIn(people or (somebody(),), invited)
        self.agreement = FakeAgreement(self.sign_in, signed=signed)
        self._desk, self._qa, self._lead = desk, qa, lead
        self.purges: list[str] = []
        self.purge_error: Exception | None = None

    def purge_due(self, identity: Identity) -> tuple[str, ...]:
        self.purges.append(identity.person.name)
        if self.purge_error is not None:
            raise self.purge_error
        return ()

    def desk(self, identity: Identity) -> object:
        return self._desk

    def qa(self, identity: Identity) -> object:
        return self._qa

    def lead(self, identity: Identity) -> object:
        return self._lead
