"""A workspace's label form and conventions, edited by a lead: checked first, then written and signed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from reviewer.access.rights import Act, require
from reviewer.errors import Refused, ReviewerError, Unavailable
from reviewer.files import write_atomically
from reviewer.labels.schema import Schema, parse_schema
from reviewer.model.people import Identity
from reviewer.places import resource
from reviewer.session.policy import WorkspacePolicy
from reviewer.session.sign_in import SignIn
from reviewer.transcript.conventions import Conventions, load_conventions, parse_conventions
from reviewer.untrusted_files import read_untrusted_text

FORMS, CONVENTIONS = "schemas", "conventions"


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A file that can be edited: ``kind`` is its folder; ``is_own`` when it is the workspace's own."""

    kind: str
    name: str
    is_own: bool

    @property
    def place(self) -> str:
        """Its path in the workspace."""
        return f"{self.kind}/{self.name}.toml"


class PolicyFiles:
    """Reads, checks and applies one file at a time; nothing is written before it is applied."""

    def __init__(
        self, folder: Path, form: str, policy: WorkspacePolicy, sign_in: SignIn, identity: Identity
    ) -> None:
        """``form`` is the name of the project's label form."""
        self._folder = folder
        self._form = form
        self._policy = policy
        self._sign_in = sign_in
        self._identity = identity

    def files(self) -> tuple[PolicyFile, ...]:
        """The label form, then the conventions by name, the workspace's own in place of the program's."""
        self._require()
        folders = (resource(CONVENTIONS), self._folder / CONVENTIONS)
        names = {path.stem for folder in folders for path in folder.glob("*.toml")}
        found = [(FORMS, self._form), *((CONVENTIONS, name) for name in sorted(names))]
        return tuple(PolicyFile(kind, name, self._own(kind, name).is_file()) for kind, name in found)

    def text(self, file: PolicyFile) -> str:
        """The file as it is now. Raises Refused."""
        self._require()
        return self._text(file)

    def check_form(self, text: str, file: PolicyFile) -> Schema:
        """The form that a text describes. Raises Refused."""
        return parse_schema(text, file.place)

    def check_conventions(self, text: str, file: PolicyFile) -> Conventions:
        """The conventions that a text describes. Raises Refused."""
        from reviewer.formats.catalogue import require_format_tags  # noqa: PLC0415 - loads every format

        found = parse_conventions(text, self._own(file.kind, file.name))
        require_format_tags(found)
        return found

    def apply(self, file: PolicyFile, text: str, before: str) -> PolicyFile:
        """Writes a checked file and signs the policy; on any error the file is what it was before.

        ``before`` is the text that was edited.

        Raises:
            Refused: not valid; ``POLICY_FILE_CHANGED`` when somebody else changed the file meanwhile;
                ``POLICY_DIFFERS`` when another file waits for a signature, which this act must not give.
            Unavailable: it cannot be written.
        """
        self._require()
        self._check(file, text)
        waiting = self._policy.differences()
        if waiting:
            raise Refused("POLICY_DIFFERS", files=", ".join(sorted({each.file for each in waiting})))
        if self._text(file) != before:
            raise Refused("POLICY_FILE_CHANGED", file=file.place)
        try:
            with put_back_on_failure(self._own(file.kind, file.name)) as own:
                write_atomically(own, text.encode())
                self._policy.apply(self._identity)
        except OSError as error:
            raise Unavailable("FILE_NOT_WRITTEN", file=file.place, problem=error.strerror or "") from error
        return PolicyFile(file.kind, file.name, is_own=True)

    def _require(self) -> None:
        self._sign_in.require(self._identity)
        require(self._identity.person, Act.CHANGE_POLICY)

    def _check(self, file: PolicyFile, text: str) -> None:
        if file.kind == FORMS:
            self.check_form(text, file)
            return
        self.check_conventions(text, file)
        with TemporaryDirectory() as beside:  # others may build on this file
            for path in (self._folder / CONVENTIONS).glob("*.toml"):
                copyfile(path, Path(beside, path.name))
            Path(beside, f"{file.name}.toml").write_text(text, encoding="utf-8", newline="")
            for path in sorted(Path(beside).glob("*.toml")):
                load_conventions(path)

    def _text(self, file: PolicyFile) -> str:
        own = self._own(file.kind, file.name)
        return read_untrusted_text(own if own.is_file() else resource(file.kind, f"{file.name}.toml"))

    def _own(self, kind: str, name: str) -> Path:
        return self._folder / kind / f"{name}.toml"


def problem_line(error: ReviewerError, text: str) -> int | None:
    """The line (from 1) that an error of a check is about; None if it is about the whole file.

    It is the line that the parser or the table names, moved on to the line of the key where one is named.
    """
    words = " ".join(str(value) for value in error.parameters.values())
    named = re.search(r"\bline (\d+)", words)
    start = int(named[1]) if named else 1
    key = error.parameters.get("key")
    if key is not None:
        pattern = re.compile(rf"^\s*[\"']?{re.escape(str(key))}[\"']?\s*=")
        for number, line in enumerate(text.split("\n")[start - 1 :], start):
            if pattern.match(line):
                return number
            if named and number > start and line.lstrip().startswith("["):
                break
    return start if named else None


@contextmanager
def put_back_on_failure(path: Path) -> Iterator[Path]:
    """Puts the file back if the block fails, from a copy made before: no full disk can prevent it."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    before = path.with_name(f".{path.name}.before")
    is_new = not path.is_file()
    try:
        if not is_new:
            write_atomically(before, path.read_bytes())
        try:
            yield path
        except BaseException:
            if is_new:
                path.unlink(missing_ok=True)
            else:
                before.replace(path)
            raise
    finally:
        before.unlink(missing_ok=True)
