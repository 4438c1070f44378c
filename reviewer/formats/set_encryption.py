"""A labelled set as one file that only its recipients can read: a tar archive encrypted with age.

Format: age-encryption.org/v1 (C2SP), with X25519 or SSH keys. Whoever gets it needs no more than the ``age``
command: ``age -d -i key.txt set.tar.age | tar x``.
"""

import io
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.errors import Damaged, Notice, Refused, Unavailable
from reviewer.files import sync_file
from reviewer.formats.output_folder import MARKER
from reviewer.formats.scratch_folder import scratch_folder
from reviewer.untrusted_files import open_untrusted, read_untrusted, read_untrusted_text

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FILE = "set.tar.age"
_SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - how such a key begins
_PIECE_BYTES = 1 << 20
_MOST_KEY_BYTES = 1 << 16
_MOST_SET_BYTES = 1 << 50


def read_recipients(values: Iterable[str]) -> tuple[str, ...]:
    """Public keys, each given as itself or as a file with one a line; comments are dropped.

    Raises: Refused (code RECIPIENT_UNKNOWN, RECIPIENT_SECRET, or as ``read_untrusted_text``).
    """
    found: list[str] = []
    for value in values:
        is_key = value.startswith(("age1", "ssh-", _SECRET))
        lines = [value] if is_key else read_untrusted_text(Path(value), _MOST_KEY_BYTES).splitlines()
        for line in lines:
            text = line.strip()
            if text and not text.startswith("#"):
                found.append(without_comment(text))
    keys = tuple(dict.fromkeys(found))
    require_recipients(keys)
    return keys


def without_comment(key: str) -> str:
    """A public key alone: the comment of an SSH key is mostly an e-mail address."""
    return " ".join(key.split()[:2]) if key.startswith("ssh-") else key


def require_recipients(keys: Sequence[str]) -> None:
    """Raises Refused (code RECIPIENT_UNKNOWN, RECIPIENT_SECRET) unless all are public keys of age or SSH."""
    _recipients(keys)


def encrypt_set(folder: Path, keys: Sequence[str]) -> None:
    """Replaces the files of a finished set by ``FILE``, which holds them all. May raise OSError, Refused."""
    import pyrage  # noqa: PLC0415 - only where something is encrypted

    recipients = _recipients(keys)
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MARKER]
    with (folder / FILE).open("xb") as file:
        pyrage.encrypt_io(_Pieces(_archived(folder, paths)), file, recipients)
        file.flush()
        sync_file(file.fileno())
    for each in folder.iterdir():
        if each.is_dir():
            shutil.rmtree(each)
        elif each.name not in (FILE, MARKER):
            each.unlink()


def is_encrypted(folder: Path) -> bool:
    """Whether this is a set that ``encrypt_set`` made."""
    return (folder / FILE).is_file()


def files_beside(folder: Path) -> list[Notice]:
    """A problem for each entry of an encrypted set beside its one file."""
    names = sorted(path.name for path in folder.iterdir() if path.name != FILE)
    return [Notice("SET_FILE_NOT_LISTED", {"file": name}) for name in names]


@contextmanager
def decrypted_set(folder: Path, identity: Path) -> Iterator[Path]:
    """The set in a temporary folder of this person's, removed afterwards, or when this process is killed.

    Args:
        identity: a file with age's secret keys, one a line, or an SSH private key without a passphrase.

    Raises: Refused (code IDENTITY_UNKNOWN), Damaged (code SET_NOT_DECRYPTED), Unavailable.
    """
    import pyrage  # noqa: PLC0415 - only where something is decrypted

    identities = _identities(identity)
    with ExitStack() as stack:
        try:
            scratch = stack.enter_context(scratch_folder("reviewer-set-"))
            _decrypt(folder / FILE, scratch / "set.tar", identities)
            with tarfile.open(scratch / "set.tar", "r:") as tar:
                tar.extractall(scratch / "set", filter="data")
            (scratch / "set.tar").unlink()
        except (pyrage.DecryptError, tarfile.TarError) as error:
            raise Damaged("SET_NOT_DECRYPTED") from error
        except OSError as error:
            if error.errno is None:  # not the system's: a piece that does not authenticate
                raise Damaged("SET_NOT_DECRYPTED") from error
            raise Unavailable("SET_NOT_WRITTEN", problem=error.strerror or "") from error
        yield scratch / "set"


def _decrypt(encrypted: Path, archive: Path, identities: list[Any]) -> None:
    import pyrage  # noqa: PLC0415 - see above

    with open_untrusted(encrypted, _MOST_SET_BYTES) as source, archive.open("xb") as file:
        pyrage.decrypt_io(source, file, identities)


class _Pieces(io.RawIOBase):
    """A stream of what an iterator gives."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        room = memoryview(buffer).cast("B")
        count = min(len(room), len(self._rest))
        room[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _archived(folder: Path, paths: Sequence[Path]) -> Iterator[bytes]:
    """A tar archive of files, piece by piece; fixed times and owners, as everywhere in a set."""
    for path in paths:
        member = tarfile.TarInfo(path.relative_to(folder).as_posix())
        member.size = path.stat().st_size
        yield member.tobuf(tarfile.PAX_FORMAT)
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece
        yield bytes(-member.size % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _recipients(keys: Sequence[str]) -> list[Any]:
    import pyrage  # noqa: PLC0415 - see above

    found: list[Any] = []
    for number, key in enumerate(keys, start=1):
        if _SECRET in key.upper():
            raise Refused("RECIPIENT_SECRET", number=number)
        kind = pyrage.ssh.Recipient if key.startswith("ssh-") else pyrage.x25519.Recipient
        try:
            found.append(kind.from_str(key))
        except (pyrage.RecipientError, ValueError) as error:
            raise Refused("RECIPIENT_UNKNOWN", number=number) from error
    return found


def _identities(file: Path) -> list[Any]:
    import pyrage  # noqa: PLC0415 - see above

    data = read_untrusted(file, _MOST_KEY_BYTES)
    lines = [line.strip() for line in data.decode("ascii", "replace").splitlines()]
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            return [pyrage.ssh.Identity.from_buffer(data)]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and line[0] != "#"]
    except (pyrage.IdentityError, ValueError) as error:
        raise Refused("IDENTITY_UNKNOWN", file=file.name) from error
    if not found:
        raise Refused("IDENTITY_UNKNOWN", file=file.name)
    return found
