"""The second secret of a keyring: on one machine, in the keychain of its operating system."""

from reviewer.access.keychain import Keychain
from reviewer.clips.keys import id_of_second_secret, new_second_secret
from reviewer.errors import Refused
from reviewer.model.people import second_secret_id


class SecondSecrets:
    """Finds the second secrets of keyrings, and keeps new ones.

    A secret is never removed: copies of the workspace and backups that were made meanwhile need it.
    """

    def __init__(self, keychain: Keychain) -> None:
        self._keychain = keychain

    def of(self, person_id: str, sealed_keyring: bytes) -> bytes:
        """The second secret that this keyring needs; empty, and the keychain is not asked, if it needs none.

        Raises: Refused, Unavailable as the keychain does; Refused (code KEYCHAIN_NO_SECRET) when what it
            holds is another secret.
        """
        secret_id = second_secret_id(sealed_keyring)
        if not secret_id:
            return b""
        found = self._keychain.read(_service(secret_id), person_id)
        try:
            secret = bytes.fromhex(found)
        except ValueError:
            secret = b""
        if id_of_second_secret(secret) != secret_id:
            raise Refused("KEYCHAIN_NO_SECRET")
        return secret

    def keep_new(self, person_id: str) -> bytes:
        """Makes a second secret and puts it into the keychain. Raises Refused, Unavailable, Damaged."""
        secret = new_second_secret()
        self._keychain.keep(_service(id_of_second_secret(secret)), person_id, secret.hex())
        return secret


def _service(secret_id: bytes) -> str:
    return f"Reviewer {secret_id.hex()}"
