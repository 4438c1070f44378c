"""The policy of a team as one signed file: the files that decide, and the row of the lead's log with their
hashes.

A folder of somebody who works on a machine of their own is made from it, and follows it: it takes a later one
that a lead signed whom it knows, and never an earlier one.
"""

import base64
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Self

from reviewer.access import signing
from reviewer.access.log_chain import LogRow, link_hash
from reviewer.access.policy import AGREEMENTS, Policy, own_files
from reviewer.access.signed_json import SignedJson, read_signed, write_signed
from reviewer.errors import Damaged, Refused
from reviewer.files import sync_folder, write_atomically
from reviewer.model.event import Action
from reviewer.model.people import Identity, Person, PersonState, Role
from reviewer.places import PROJECT_FILE
from reviewer.transcript.lexicon import LEXICON_FOLDER

_KIND = "reviewer-team-policy"
MOST_LEXICON_BYTES = 256 * 1024
_LEXICON_FILE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\.txt", re.ASCII)
_ROW = ("body", "prev", "hash", "signature")
_SIGNS_POLICY = frozenset({Action.WORKSPACE_MADE, Action.POLICY_CHANGED})


@dataclass(frozen=True, slots=True)
class TeamPolicy:
    """A policy that verifies; ``serial`` is how many rows the lead's log had: a later one is higher.

    ``leads`` are all who may sign the next one. ``lexicon`` has the texts of its files by name; None
    in a policy from before. They decide nothing, so no row has their hashes. ``text`` is the file.
    """

    workspace_id: str
    log_id: str
    serial: int
    policy: Policy
    files: Mapping[str, bytes]
    lexicon: Mapping[str, str] | None
    leads: tuple[Person, ...]
    signed_by: str
    text: str

    @classmethod
    def signed(
        cls,
        identity: Identity,
        workspace_id: str,
        *,
        row: LogRow,
        log_public_key: bytes,
        serial: int,
        folder: Path,
        leads: Sequence[Person],
        lexicon: Mapping[str, str],
    ) -> Self:
        """Signs the policy of a row of the lead's log, with the files as they are in ``folder``.

        Raises: Refused (code TEAM_POLICY_FILE) for a file that is not as the row says.
        """
        policy = Policy.from_detail(row.fields()["detail"]) or Policy()
        fields = {
            "v": 1,
            "kind": _KIND,
            "workspace": workspace_id,
            "serial": serial,
            "row": {name: getattr(row, name).hex() for name in _ROW},
            "log_key": log_public_key.hex(),
            "files": {name: base64.b64encode(_read(folder, name)).decode() for name in policy.files},
            "lexicon": dict(lexicon),
            "leads": [[each.id, each.name, each.public_key.hex()] for each in leads],
            "by": identity.person.id,
        }
        return cls.read(write_signed(fields, identity.keyring.signing_key))

    @classmethod
    def read(cls, text: str, trusted: Mapping[str, bytes] | None = None) -> Self:
        """Checks a policy: first each file, then the row of the lead's log, then the lead's signature.

        Args:
            text: the file.
            trusted: the keys of the leads that are known, by id; without them the file's own list counts.

        Raises: Refused: TEAM_POLICY_UNREADABLE; TEAM_POLICY_FILE names a file that is not the signed one;
            TEAM_POLICY_ROW; TEAM_POLICY_NOT_SIGNED when no lead who is known signed it.
        """
        try:
            signed = read_signed(text, _KIND)
            found = cls._parsed(signed, text)
        except (ValueError, KeyError, TypeError, AttributeError, Damaged) as error:
            raise Refused("TEAM_POLICY_UNREADABLE") from error
        keys = {each.id: each.public_key for each in found.leads} if trusted is None else trusted
        if not signed.is_by(keys.get(found.signed_by, b"")):
            raise Refused("TEAM_POLICY_NOT_SIGNED")
        return found

    @classmethod
    def _parsed(cls, signed: SignedJson, text: str) -> Self:
        fields = signed.fields
        row = {name: bytes.fromhex(fields["row"][name]) for name in _ROW}
        row_fields = LogRow(0, **row).fields()
        policy = Policy.from_detail(row_fields["detail"]) or Policy()
        files = {str(name): base64.b64decode(data) for name, data in fields["files"].items()}
        _require_files(policy, files)
        is_whole = link_hash(row["prev"], row["body"]) == row["hash"]
        is_signed = signing.verify(bytes.fromhex(fields["log_key"]), row["hash"], row["signature"])
        serial = int(fields["serial"])
        is_policy = row_fields["action"] in _SIGNS_POLICY and 0 < int(row_fields["seq"]) <= serial
        if not (is_whole and is_signed and is_policy):
            raise Refused("TEAM_POLICY_ROW")
        return cls(
            workspace_id=str(fields["workspace"]),
            log_id=str(row_fields["log_id"]),
            serial=serial,
            policy=policy,
            files=files,
            lexicon=_lexicon(fields.get("lexicon")),
            leads=tuple(_lead(*each) for each in fields["leads"]),
            signed_by=str(fields["by"]),
            text=text,
        )

    def says_as(self, other: "TeamPolicy") -> bool:
        """Whether two policies have the same files, words and leads, whenever each was signed."""
        mine = (self.policy.files, self.lexicon, self.leads)
        return mine == (other.policy.files, other.lexicon, other.leads)

    def write_to(self, folder: Path) -> None:
        """Writes the policy's files, then removes files that are not in it. Raises OSError.

        If this is killed, the folder still opens: the files that its project file names are there, whether
        that is the old one or the new. A link leads to somebody else's file: it is replaced, and that file is
        left alone.
        """
        for name, data in sorted(self.files.items(), key=lambda item: item[0] == PROJECT_FILE):
            path = folder / name
            _make_folders(folder, name)
            if path.is_symlink():
                path.unlink()
            if not path.is_file() or path.read_bytes() != data:
                write_atomically(path, data)
        for path in own_files(folder):
            name = path.relative_to(folder).as_posix()
            if name not in self.files:
                links = (folder / parent for parent in reversed(_folders_of(name)[:-1]))
                next((link for link in links if link.is_symlink()), path).unlink(missing_ok=True)
        if self.lexicon is not None:
            _make_folders(folder, f"{LEXICON_FOLDER}/words.txt")
            _write_lexicon(folder / LEXICON_FOLDER, self.lexicon)


def verified(
    texts: Sequence[str], workspace_id: str, trusted: Mapping[str, bytes]
) -> tuple[list[TeamPolicy], list[Refused]]:
    """The policies of a workspace that verify and that one of these leads signed; and the refusals of the
    others."""
    good: list[TeamPolicy] = []
    refused: list[Refused] = []
    for text in texts:
        try:
            policy = TeamPolicy.read(text, trusted)
        except Refused as error:
            refused.append(error)
            continue
        if policy.workspace_id == workspace_id:
            good.append(policy)
        else:
            refused.append(Refused("TEAM_POLICY_NOT_SIGNED"))
    return good, refused


def _make_folders(folder: Path, name: str) -> None:
    """The folders that a file lies in, in place of links and of anything else."""
    for parent in reversed(_folders_of(name)[:-1]):
        path = folder / parent
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            path.unlink()
        if not path.exists():
            path.mkdir(mode=0o700, exist_ok=True)
            sync_folder(path.parent)


def _lead(person_id: Any, name: Any, public_key: Any) -> Person:
    return Person(str(person_id), str(name), Role.LEAD, PersonState.ACTIVE, bytes.fromhex(public_key))


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise Refused("TEAM_POLICY_FILE", file=name) from error


def _require_files(policy: Policy, files: Mapping[str, bytes]) -> None:
    if PROJECT_FILE not in policy.files:
        raise ValueError(PROJECT_FILE)
    names = sorted(policy.files.keys() | files.keys())
    spelt = Counter(name.casefold() for name in names)  # one file on the disks of macOS and Windows
    for name in names:
        is_same = sha256(files.get(name, b"")).hexdigest() == policy.files.get(name)
        is_single = spelt[name.casefold()] == 1 and files.keys().isdisjoint(_folders_of(name))
        if not (is_same and is_single and _is_policy_file(name)):
            raise Refused("TEAM_POLICY_FILE", file=name)


def _lexicon(value: Any) -> dict[str, str] | None:
    """The texts by the names of their files. Raises ValueError for other names, or too much."""
    if value is None:
        return None
    lexicon = {str(name): str(text) for name, text in value.items()}
    if not all(map(_LEXICON_FILE.fullmatch, lexicon)):
        raise ValueError(LEXICON_FOLDER)
    if sum(len(text.encode()) for text in lexicon.values()) > MOST_LEXICON_BYTES:
        raise ValueError(LEXICON_FOLDER)
    return lexicon


def _write_lexicon(folder: Path, lexicon: Mapping[str, str]) -> None:
    """Makes the folder's text files these."""
    for path in folder.glob("*.txt"):
        if path.name not in lexicon:
            path.unlink()
    for name, text in lexicon.items():
        path = folder / name
        if path.is_symlink():
            path.unlink()
        if not path.is_file() or path.read_bytes() != text.encode():
            write_atomically(path, text.encode())


def _folders_of(name: str) -> list[str]:
    return [str(parent) for parent in PurePosixPath(name).parents]


def _is_policy_file(name: str) -> bool:
    """Whether a name is one that the policy of a folder can have: nothing else is ever written."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or str(path) != name:
        return False
    if not name.isprintable():
        return False
    if len(path.parts) == 1:
        return name == PROJECT_FILE or path.suffix == ".pem"
    is_form = path.parts[0] in {"schemas", "conventions"} and len(path.parts) == 2 and path.suffix == ".toml"
    return is_form or path.parts[0] == AGREEMENTS
