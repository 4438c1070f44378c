"""Every file that a person names, as something else than the file that was meant: a sentence, at once."""

import gc
import os
import sys

import pytest

from reviewer import untrusted_files
from reviewer.errors import ReviewerError
from tests.benches.workspace import LEAD

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files that Windows does not have")

_COMMANDS = {
    "manifest": ("import", "{file}", "--workspace", "{workspace}", "--as", LEAD),
    "project file": ("init", "{new}", "--lead", "Mia", "--project", "{file}"),
    "passphrase file": (
        "people",
        "list",
        "--workspace",
        "{workspace}",
        "--as",
        LEAD,
        "--passphrase-file",
        "{file}",
    ),
    "evaluation set": ("pii", "score", "{file}"),
    "copy of an agreement": ("nda", "check", "{file}"),
    "conventions": ("conventions", "check", "{file}"),
    "checkpoint": ("audit", "verify", "--workspace", "{workspace}", "--checkpoint", "{file}"),
    "withdrawals": ("purge", "--workspace", "{workspace}", "--as", LEAD, "--withdrawn", "{file}"),
}
_FOLDER_FILES = ("project.toml", "lexicon/und.txt", "conventions/en-US.toml", "schemas/default.toml")
_KINDS = {
    "pipe": os.mkfifo,
    "device without an end": lambda path: path.symlink_to("/dev/zero"),
    "file of the kernel": lambda path: path.symlink_to("/proc/self/mem"),
    "folder": lambda path: path.mkdir(),
    "loop of links": lambda path: path.symlink_to(path),
    "UTF-16": lambda path: path.write_bytes("source_id\na b\n".encode("utf-16")),
    "NUL": lambda path: path.write_bytes(b"source_id\na\0b\n"),
    "no text": lambda path: path.write_bytes(b"\x80\xed\xa0\x80" * 100),
    "lone surrogate": lambda path: path.write_bytes(b'{"source_id": "\\ud800"}\n'),
    "deep JSON": lambda path: path.write_bytes(b'{"source_id":' + b"[" * 100_000),
    "deep TOML": lambda path: path.write_bytes(b"a = " + b"[" * 20_000),
    "huge number": lambda path: path.write_bytes(b'{"source_id": ' + b"9" * 10_000 + b"}"),
    "huge cell": lambda path: path.write_bytes(b"source_id,audio\n" + b"a" * 300_000 + b',"b"'),
    "one endless line": lambda path: path.write_bytes(b"[" * 9_000_000),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted_files, "_UNWRITTEN_SECONDS", 0.05)


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("what", _COMMANDS)
def test_a_file_that_is_named_to_a_command_is_refused_in_a_sentence(command, workspace, tmp_path, what, kind):
    file = tmp_path / "handed over"
    _KINDS[kind](file)
    names = {"{file}": file, "{workspace}": workspace, "{new}": tmp_path / "new"}
    gc.disable()  # a collection while the stack is full fails in the callbacks of test tools, and says so
    try:
        ran = command(*(names.get(word, word) for word in _COMMANDS[what]))
    finally:
        gc.enable()
    assert ran.code in ((0, 2, 4) if what == "manifest" else (2, 4)), ran.err
    assert ran.code == 0 or 1 <= len(ran.err.splitlines()) <= 2
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("name", _FOLDER_FILES)
def test_a_file_in_the_workspace_is_refused_in_a_sentence(command, workspace, name, kind):
    file = workspace / name
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    _KINDS[kind](file)
    arguments = ("lexicon", "check") if name.startswith("lexicon") else ("people", "list", "--as", LEAD)
    ran = command(*arguments, "--workspace", workspace)
    assert ran.code in (2, 3, 4), ran.err or ReviewerError
    assert 1 <= len(ran.err.splitlines()) <= 2
