"""Reading and signing the non-disclosure agreement, the same in a window and at a terminal."""

from datetime import datetime

from reviewer.access.nda import Acknowledgements, NdaText
from reviewer.desk.signin import SignIn
from reviewer.model.people import Identity


class Agreement:
    """The current agreement of this workspace, and this person's answer to it."""

    def __init__(
        self, *, sign_in: SignIn, acknowledgements: Acknowledgements, locale: str, app_version: str
    ) -> None:
        self._sign_in = sign_in
        self._acknowledgements = acknowledgements
        self._locale = locale
        self._app_version = app_version

    def text(self) -> NdaText:
        """The exact text that is to be shown."""
        return self._acknowledgements.text(self._locale)

    def is_live(self, identity: Identity) -> bool:
        """Whether this person has signed the current text and the signature still holds."""
        return self._acknowledgements.is_live(identity.person, self._locale)

    def shown(self, identity: Identity) -> NdaText:
        """Gives the text and writes down that it was shown."""
        self._sign_in.require(identity)
        text = self.text()
        self._acknowledgements.shown(identity, text)
        return text

    def accept(
        self,
        identity: Identity,
        text: NdaText,
        *,
        typed_name: str,
        passphrase: str,
        shown_at: datetime,
        end_reached_at: datetime,
    ) -> str:
        """Signs ``text`` with the person's own key, after the passphrase was given again.

        Returns: the id of the acknowledgement.
        Raises: WrongPassphrase, TooManyFailures; Refused when the name or the text is another.
        """
        self._sign_in.confirm(identity, passphrase)
        return self._acknowledgements.accept(
            identity, text, typed_name, shown_at, end_reached_at, self._app_version
        )

    def decline(self, identity: Identity, text: NdaText) -> None:
        """Writes down that the person declined; no clip opens for them."""
        self._sign_in.require(identity)
        self._acknowledgements.declined(identity, text)
