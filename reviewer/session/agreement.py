"""Reading and signing the non-disclosure agreement, the same in a window and at a terminal."""

from collections.abc import Callable, Sequence

from reviewer.access.agreement_copies import SignedAgreement
from reviewer.access.nda import Acknowledgements, NdaText, RegisterEntry
from reviewer.model.people import Identity
from reviewer.session.sign_in import SignIn


class Agreement:
    """The current agreement of this workspace, and this person's answer to it.

    The times at which it was shown and its end was reached come from the log, not from the caller.
    """

    def __init__(
        self,
        *,
        sign_in: SignIn,
        acknowledgements: Acknowledgements,
        locale: str,
        languages: Callable[[str], Sequence[str]],
        app_version: str,
    ) -> None:
        """``languages`` are a person's, by id; ``locale`` is the project's, for those who have none."""
        self._sign_in = sign_in
        self._acknowledgements = acknowledgements
        self._locale = locale
        self._languages = languages
        self._app_version = app_version

    def text(self, identity: Identity | None = None) -> NdaText:
        """The exact text to show, in this person's language if there is one in it, else in the project's."""
        languages = () if identity is None else self._languages(identity.person.id)
        return self._acknowledgements.text_for(languages, self._locale)

    def is_live(self, identity: Identity) -> bool:
        """Whether this person has signed the current text and the signature is still valid."""
        return self._acknowledgements.is_live(identity.person)

    def shown(self, identity: Identity) -> NdaText:
        """Returns the text and logs that it was shown."""
        self._sign_in.require(identity)
        text = self.text(identity)
        self._acknowledgements.shown(identity, text)
        return text

    def end_reached(self, identity: Identity, text: NdaText) -> None:
        """Logs that the person reached the end of the text."""
        self._sign_in.require(identity)
        self._acknowledgements.end_reached(identity, text)

    def reading_seconds_left(self, identity: Identity, text: NdaText) -> float | None:
        """The least reading time left, in seconds; None before its end was reached."""
        return self._acknowledgements.reading_seconds_left(identity, text)

    def accept(self, identity: Identity, text: NdaText, *, typed_name: str, passphrase: str) -> str:
        """Signs ``text`` with the person's own key, after checking the passphrase again.

        Returns: the id of the acknowledgement.
        Raises: WrongPassphrase, TooManyFailures; Refused when the name or the text differs, its end was not
            reached, or the least reading time is not over.
        """
        self._sign_in.confirm(identity, passphrase)
        return self._acknowledgements.accept(identity, text, typed_name, self._app_version)

    def decline(self, identity: Identity, text: NdaText) -> None:
        """Logs that the person declined; no clip opens for them."""
        self._sign_in.require(identity)
        self._acknowledgements.declined(identity, text)

    def mine(self, identity: Identity) -> list[RegisterEntry]:
        """What this person has signed, the newest first."""
        self._sign_in.require(identity)
        return self._acknowledgements.register([identity.person])

    def copy_of(self, identity: Identity, record_id: str) -> SignedAgreement:
        """A copy of one's own signed agreement, to keep. Raises Refused, Damaged, Unavailable."""
        self._sign_in.require(identity)
        return self._acknowledgements.copy_of(identity.person, record_id)
