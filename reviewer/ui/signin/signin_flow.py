"""The sign-in flow: sign-in, first sign-in, agreement."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from reviewer.errors import NotAllowed, Refused
from reviewer.model.people import Identity, Person, Role
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message
from reviewer.ui.signin.signin_page import SignInEntry, SignInPage
from reviewer.ui.workspace_gateway import WorkspaceGateway

if TYPE_CHECKING:
    from reviewer.access.nda import NdaText
    from reviewer.access.policy import Difference
    from reviewer.ui.signin.enrol_page import EnrolEntry, EnrolPage
    from reviewer.ui.signin.nda_page import NdaAnswer, NdaPage
    from reviewer.ui.signin.policy_page import PolicyPage

T = TypeVar("T")
HEARS_CLIPS = frozenset({Role.CONTRACTOR, Role.QA})


class SignInFlow(QStackedWidget):
    """Shows one page at a time; secrets are checked on the job pool."""

    entered = Signal(object)
    """Carries the Identity, once it may continue."""
    declined = Signal(object)
    """Carries the Identity that declined the agreement; it is still signed in."""
    agreement_failed = Signal(object)
    """The agreement of ``ask_for_agreement`` cannot be shown; carries the error. Nobody was signed out."""

    def __init__(self, gateway: WorkspaceGateway, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sign_in_flow")
        self._gateway = gateway
        self._jobs = jobs
        self._identity: Identity | None = None
        self._attempt: object = None
        """The sign-in that is under way; None without one, and once it is given up."""
        self.sign_in_page = SignInPage(self)
        self._enrol_page: EnrolPage | None = None
        self._nda_page: NdaPage | None = None
        self._policy_page: PolicyPage | None = None
        self.addWidget(self.sign_in_page)
        self.sign_in_page.sign_in_requested.connect(self._on_sign_in_requested)
        self.sign_in_page.enrol_requested.connect(self._on_enrol_wanted)

    @property
    def identity(self) -> Identity | None:
        """Who is signed in but has not finished the agreement; None before sign-in and after ``entered``."""
        return self._identity

    @property
    def enrol_page(self) -> "EnrolPage":
        """The page for a one-time code, created on first use so that sign-in appears sooner."""
        if self._enrol_page is None:
            from reviewer.ui.signin.enrol_page import EnrolPage  # noqa: PLC0415 - see above

            page = self._enrol_page = EnrolPage(self)
            page.enrol_requested.connect(self._on_enrol_requested)
            page.back_requested.connect(self._on_back)
            self.addWidget(page)
        return self._enrol_page

    @property
    def nda_page(self) -> "NdaPage":
        """The page with the agreement, created on first use."""
        if self._nda_page is None:
            from reviewer.ui.signin.nda_page import NdaPage  # noqa: PLC0415 - see above

            page = self._nda_page = NdaPage(self)
            page.accept_requested.connect(self._on_accept_requested)
            page.decline_requested.connect(self._on_decline_requested)
            page.end_reached.connect(self._on_end_reached)
            self.addWidget(page)
        return self._nda_page

    @property
    def policy_page(self) -> "PolicyPage":
        """The page on which a lead signs changed files, created on first use."""
        if self._policy_page is None:
            from reviewer.ui.signin.policy_page import PolicyPage  # noqa: PLC0415 - see above

            page = self._policy_page = PolicyPage(self)
            page.apply_requested.connect(self._on_policy_signed)
            page.back_requested.connect(self._on_policy_left)
            self.addWidget(page)
        return self._policy_page

    @property
    def is_signing_in(self) -> bool:
        """Whether a passphrase is being checked."""
        return self._attempt is not None

    @property
    def is_at_agreement(self) -> bool:
        """Whether the agreement is shown."""
        return self._nda_page is not None and self.currentWidget() is self._nda_page

    def ask_for_agreement(self, identity: Identity) -> None:
        """Shows the agreement to somebody who is signed in; ``entered``, ``declined`` or ``agreement_failed``
        follows."""
        self._signed_in_as(identity, self.agreement_failed.emit)

    def show_sign_in(self, message: Message | None = None) -> None:
        """Back to the sign-in page; clears every page except the name. A sign-in under way is given up: who
        comes in by it is signed out again."""
        self._identity = self._attempt = None
        if self._enrol_page is not None:
            self._enrol_page.reset()
        self.sign_in_page.reset(message)
        self.setCurrentWidget(self.sign_in_page)

    @Slot(object)
    def _on_sign_in_requested(self, entry: SignInEntry) -> None:
        self._try(
            lambda: (self._gateway.sign_in.sign_in(entry.name, entry.passphrase), None),
            lambda identity, _none: self._signed_in(identity),
            lambda error: self._not_signed_in(error, entry),
        )

    def _not_signed_in(self, error: Exception, entry: SignInEntry) -> None:
        """Where files differ, the same entry is tried for a lead who may sign them."""
        if not isinstance(error, Refused) or error.code != "POLICY_DIFFERS":
            self.sign_in_page.show_error(error)
            return
        self._try(
            lambda: self._for_policy(entry),
            self._policy_known,
            lambda other: self.sign_in_page.show_error(error if isinstance(other, NotAllowed) else other),
        )

    def _try(
        self,
        sign_in: Callable[[], tuple[Identity, T]],
        done: Callable[[Identity, T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Signs in; if that was given up meanwhile, whoever came in is signed out unseen."""
        attempt = self._attempt = object()

        def came_in(found: tuple[Identity, T]) -> None:
            if attempt is not self._attempt:
                self._sign_out(found[0])
                return
            self._attempt = None
            done(*found)

        def stayed_out(error: Exception) -> None:
            if attempt is self._attempt:
                self._attempt = None
                failed(error)

        self._run(sign_in, came_in, stayed_out)

    def _for_policy(self, entry: SignInEntry) -> "tuple[Identity, tuple[Difference, ...]]":
        """On the job pool: signs a lead in for the changed files alone."""
        sign_in = self._gateway.sign_in
        identity = sign_in.sign_in(entry.name, entry.passphrase, for_policy=True)
        return identity, sign_in.policy.differences() if sign_in.policy else ()

    def _policy_known(self, identity: Identity, differences: "tuple[Difference, ...]") -> None:
        self._identity = identity
        self.policy_page.show_differences(differences)
        self.setCurrentWidget(self.policy_page)

    @Slot()
    def _on_policy_signed(self) -> None:
        identity, policy = self._identity, self._gateway.sign_in.policy
        if identity is not None and policy is not None:
            self._run(
                lambda: policy.apply(identity),
                lambda _done: self._leave_policy(),
                self.policy_page.message.show_error,
            )

    def _leave_policy(self) -> None:
        self._on_policy_left()
        self.sign_in_page.reset(Message(self.tr("The files are signed. Sign in again."), ""))

    @Slot()
    def _on_policy_left(self) -> None:
        identity = self._identity
        self.show_sign_in()
        if identity is not None:
            self._sign_out(identity)

    def _signed_in(self, identity: Identity) -> None:
        if identity.person.role in HEARS_CLIPS:
            self._signed_in_as(identity)
            return
        self._identity = identity
        self._enter()

    def _signed_in_as(self, identity: Identity, failed: Callable[[Exception], None] | None = None) -> None:
        self._identity = identity
        self._run(lambda: self._agreement_for(identity), self._agreement_known, failed or self._fail)

    def _agreement_for(self, identity: Identity) -> "NdaText | None":
        """On the job pool: the text to be shown, None when it is signed already."""
        agreement = self._gateway.agreement
        return None if agreement.is_live(identity) else agreement.shown(identity)

    def _agreement_known(self, text: "NdaText | None") -> None:
        if self._identity is None:
            return
        if text is None:
            self._enter()
            return
        self.setCurrentWidget(self.nda_page)
        self.nda_page.show_agreement(text, self._identity.person.name)

    @Slot(object)
    def _on_accept_requested(self, answer: "NdaAnswer") -> None:
        identity, agreement = self._identity, self._gateway.agreement
        if identity is None:
            return
        self._run(
            lambda: agreement.accept(
                identity,
                answer.text,
                typed_name=answer.typed_name,
                passphrase=answer.passphrase,
            ),
            lambda _record: self._enter(),
            self.nda_page.show_error,
        )

    @Slot(object)
    def _on_end_reached(self, text: "NdaText") -> None:
        identity, agreement = self._identity, self._gateway.agreement
        if identity is None:
            return

        def seconds_left() -> float | None:
            left = agreement.reading_seconds_left(identity, text)
            if left is None:
                agreement.end_reached(identity, text)
                left = agreement.reading_seconds_left(identity, text)
            return left

        self._run(seconds_left, self.nda_page.show_reading_time, self.nda_page.show_error)

    @Slot(object)
    def _on_decline_requested(self, text: "NdaText") -> None:
        identity, agreement = self._identity, self._gateway.agreement
        if identity is None:
            return
        self._run(
            lambda: agreement.decline(identity, text),
            lambda _none: self.declined.emit(identity),
            self.nda_page.show_error,
        )

    @Slot()
    def _on_enrol_wanted(self) -> None:
        self.enrol_page.reset()
        self.setCurrentWidget(self.enrol_page)

    @Slot()
    def _on_back(self) -> None:
        self.show_sign_in()

    @Slot(object)
    def _on_enrol_requested(self, entry: "EnrolEntry") -> None:
        self._run(
            lambda: self._gateway.sign_in.enrol(entry.name, entry.code, entry.passphrase),
            self._enrolled,
            self.enrol_page.show_error,
        )

    def _enrolled(self, person: Person) -> None:
        self.sign_in_page.name.setText(person.name)
        self.show_sign_in(Message(self.tr("Your passphrase is set. Sign in with it."), ""))

    def _enter(self) -> None:
        identity, self._identity = self._identity, None
        if identity is not None:
            self.entered.emit(identity)

    def _fail(self, error: Exception) -> None:
        identity, self._identity = self._identity, None
        self.sign_in_page.show_error(error)
        if identity is not None:
            self._sign_out(identity)

    def _sign_out(self, identity: Identity) -> None:
        self._run(lambda: self._gateway.sign_in.sign_out(identity), _nothing, _nothing)

    def _run(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        self._jobs.run(lambda _token: work(), done, failed, owner=self)


def _nothing(_outcome: object) -> None:
    """For calls whose result changes nothing."""
