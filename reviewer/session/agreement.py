"""Reading and signing the non-disclosure agreement, the same in a window and at a terminal."""

from reviewer.access.nda import Acknowledgements, NdaText
from reviewer.model.people import Identity
from reviewer.session.sign_in import SignIn


class Agreement:
    """The current agreement of this workspace, and this person's answer to it.

    When it was shown and when its end was reached is read from the log, so a caller cannot make the times up.
    """

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
        """Gives the text and logs that it was shown."""
        self._sign_in.require(identity)
        text = self.text()
        self._acknowledgements.shown(identity, text)
        return text

    def end_reached(self, identity: Identity, text: NdaText) -> None:
        """Logs that the end of the text was before the person."""
        self._sign_in.require(identity)
        self._acknowledgements.end_reached(identity, text)

    def reading_seconds_left(self, identity: Identity, text: NdaText) -> float | None:
        """Seconds for which the text must still be read; None when it was not shown to its end."""
        return self._acknowledgements.reading_seconds_left(identity, text)

    def accept(self, identity: Identity, text: NdaText, *, typed_name: str, passphrase: str) -> str:
        """Signs ``text`` with the person's own key, after the passphrase was given again.

        Returns: the id of the acknowledgement.
        Raises: WrongPassphrase, TooManyFailures; Refused when the name or the text is another, or the text
            was not before the person to its end for long enough to be read.
        """
        self._sign_in.confirm(identity, passphrase)
        return self._acknowledgements.accept(identity, text, typed_name, self._app_version)

    def decline(self, identity: Identity, text: NdaText) -> None:
        """Logs that the person declined; no clip opens for them."""
        self._sign_in.require(identity)
        self._acknowledgements.declined(identity, text)
