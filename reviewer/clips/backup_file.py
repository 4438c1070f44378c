"""The file of a backup: a short header in clear, and a sealed tar of everything else.

Layout: magic, the header's length, the header (JSON), then one sealed object (``reviewer.clips.seal``) of a
tar whose last member lists the SHA-256 of all others. The header holds the keyrings of the leads, each sealed
under its own passphrase as in the workspace, and that of the recovery key; beside each the present keys of
the workspace, sealed to its owner; and the key of the backup, wrapped under that of the workspace. It is
bound into the seal, so a changed header does not open anything.
"""

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from reviewer.clips import keys
from reviewer.clips.key_delivery import RECOVERY_ID, open_present_keys
from reviewer.clips.seal import CHUNK_BYTES, SealContext, SealedReader, SealedWriter
from reviewer.errors import Damaged, Refused, Unavailable, WrongPassphrase
from reviewer.model.clip import ContentKind
from reviewer.model.people import Keyring, Role, second_secret_id
from reviewer.untrusted_files import parse_untrusted_json

DIGESTS = "sha256.json"
_MAGIC = b"RVBACKUP1\n"
_LENGTH_BYTES = 4
_MOST_HEADER_BYTES = 1 << 20
SecondSecretOf = Callable[[str, bytes], bytes]
"""The second secret of a person's sealed keyring; empty if it needs none."""


@dataclass(frozen=True, slots=True)
class SealedKeyring:
    """The keyring of a lead or the recovery key as the workspace holds it.

    ``present_keys`` are those of the workspace, sealed to its owner: a keyring itself may be older.
    """

    person_id: str
    role: str
    sealed: bytes
    present_keys: bytes = b""

    def open(self, secret: str, second_secret: bytes = b"") -> Keyring:
        """The present keys. Raises WrongPassphrase, Damaged."""
        keyring = keys.open_keyring(self.sealed, secret, self.person_id, Role(self.role), second_secret)
        return open_present_keys(keyring, self.present_keys) if self.present_keys else keyring

    def to_json(self) -> list[str]:
        """The entry in the header; without present keys it is that of earlier versions."""
        present = [_text(self.present_keys)] if self.present_keys else []
        return [self.person_id, self.role, _text(self.sealed), *present]


@dataclass(frozen=True, slots=True)
class BackupHeader:
    """What can be read without a passphrase: ids, a time, and keyrings that are sealed themselves."""

    backup_id: str
    log_id: str
    made_at: str
    keyrings: tuple[SealedKeyring, ...]
    wrapped_key: bytes

    def to_bytes(self) -> bytes:
        body = {
            "backup": self.backup_id,
            "workspace": self.log_id,
            "made_at": self.made_at,
            "keyrings": [one.to_json() for one in self.keyrings],
            "key": _text(self.wrapped_key),
        }
        return json.dumps(body).encode()

    def open_keyring(self, passphrase: str, second_secret_of: SecondSecretOf) -> Keyring:
        """The keys that a lead's passphrase opens; keyrings that need a second secret are tried last.

        Raises: WrongPassphrase; Refused or Unavailable (code BACKUP_NEEDS_KEYCHAIN) when one could not be
            tried, for its second secret is not here; Damaged.
        """
        missing: Refused | Unavailable | None = None
        of_leads = (one for one in self.keyrings if one.person_id != RECOVERY_ID)
        for one in sorted(of_leads, key=lambda each: bool(second_secret_id(each.sealed))):
            try:
                return one.open(passphrase, second_secret_of(one.person_id, one.sealed))
            except WrongPassphrase:
                continue
            except (Refused, Unavailable) as problem:
                missing = problem
        if missing is not None:
            raise type(missing)("BACKUP_NEEDS_KEYCHAIN", problem=missing.notice) from missing
        raise WrongPassphrase

    def open_with_recovery_key(self, recovery_key: str) -> Keyring:
        """The keys that the recovery key opens.

        Raises: Refused for another one (code WRONG_RECOVERY_KEY), or when the backup was made without it
            (code BACKUP_WITHOUT_RECOVERY_KEY); Damaged.
        """
        for one in self.keyrings:
            if one.person_id == RECOVERY_ID:
                try:
                    return one.open(recovery_key)
                except WrongPassphrase as error:
                    raise Refused("WRONG_RECOVERY_KEY") from error
        raise Refused("BACKUP_WITHOUT_RECOVERY_KEY")

    def key(self, keyring: Keyring) -> bytes:
        """The key of the backup. Raises Damaged."""
        return keys.unwrap_clip_key(keyring.workspace_key, self.backup_id, self.wrapped_key)


def write_backup(
    stream: BinaryIO, header: BackupHeader, key: bytes, members: Iterable[tuple[str, BinaryIO, int]]
) -> dict[str, str]:
    """Writes a backup of ``members`` (name, content, bytes); returns the SHA-256 of each by name."""
    head = header.to_bytes()
    stream.write(_MAGIC + len(head).to_bytes(_LENGTH_BYTES) + head)
    writer = SealedWriter(key, _context(header), cast("BinaryIO", _FromHere(stream)))
    digests: dict[str, str] = {}
    with tarfile.open(fileobj=cast("Any", _Sink(writer)), mode="w|", bufsize=CHUNK_BYTES) as tar:
        for name, content, size in members:
            hashed = _Hashing(content)
            tar.addfile(_member(name, size), cast("Any", hashed))
            digests[name] = hashed.digest.hexdigest()
        listed = json.dumps(digests).encode()
        tar.addfile(_member(DIGESTS, len(listed)), io.BytesIO(listed))
    writer.finish()
    return digests


def read_header(stream: BinaryIO) -> BackupHeader:
    """The header, with the stream at the sealed object after it.

    Raises: Refused (code NOT_A_BACKUP) for another file, Damaged for a header that cannot be read.
    """
    if stream.read(len(_MAGIC)) != _MAGIC:
        raise Refused("NOT_A_BACKUP")
    length = int.from_bytes(stream.read(_LENGTH_BYTES))
    head = stream.read(min(length, _MOST_HEADER_BYTES))
    try:
        body = parse_untrusted_json(head.decode())
        header = BackupHeader(
            backup_id=str(body["backup"]),
            log_id=str(body["workspace"]),
            made_at=str(body["made_at"]),
            keyrings=tuple(
                SealedKeyring(str(person), str(Role(role)), _bytes(sealed), *map(_bytes, present))
                for person, role, sealed, *present in body["keyrings"]
            ),
            wrapped_key=_bytes(body["key"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("BACKUP_DAMAGED") from error
    if len(head) != length or header.to_bytes() != head:
        raise Damaged("BACKUP_DAMAGED")
    return header


def read_members(stream: BinaryIO, header: BackupHeader, key: bytes) -> Iterator[tuple[str, BinaryIO]]:
    """Name and content of every member, each to be read before the next; all digests are compared.

    Raises: Damaged when anything is missing, cut, changed or more than it should be.
    """
    sealed = SealedReader(key, _context(header), cast("BinaryIO", _FromHere(stream)))
    digests: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=io.BufferedReader(sealed, CHUNK_BYTES), mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or DIGESTS in digests:
                    raise Damaged("BACKUP_DAMAGED")
                hashed = _Hashing(cast("BinaryIO", content))
                if member.name == DIGESTS:
                    listed = json.loads(hashed.read())
                    if listed != digests:
                        raise Damaged("BACKUP_DAMAGED")
                else:
                    yield member.name, cast("BinaryIO", hashed)
                    while hashed.read(CHUNK_BYTES):
                        pass
                digests[member.name] = hashed.digest.hexdigest()
    except (tarfile.TarError, ValueError) as error:
        raise Damaged("BACKUP_DAMAGED") from error
    if DIGESTS not in digests:
        raise Damaged("BACKUP_DAMAGED")


def _context(header: BackupHeader) -> SealContext:
    bound = hashlib.sha256(header.to_bytes()).hexdigest()
    return SealContext(header.log_id, header.backup_id, ContentKind.BACKUP, bound)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("not text")
    return base64.b64decode(text, validate=True)


class _FromHere:
    """A stream whose offsets begin at the present position of another."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._start = stream.tell()

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)

    def write(self, data: bytes) -> int:
        return self._stream.write(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset + (self._start if whence == io.SEEK_SET else 0), whence) - self._start

    def close(self) -> None:
        return None


class _Sink:
    """What ``tarfile`` writes to."""

    def __init__(self, writer: SealedWriter) -> None:
        self._writer = writer

    def write(self, data: bytes) -> int:
        self._writer.write(data)
        return len(data)


class _Hashing:
    """A stream that is hashed as it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.digest.update(data)
        return data
