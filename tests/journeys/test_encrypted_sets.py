"""Sets that leave the workspace encrypted: one file, for its recipients alone, the same set inside."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from reviewer.errors import Damaged, Refused
from reviewer.formats import passport
from reviewer.formats.output_folder import MARKER
from reviewer.formats.set_encryption import (
    FILE,
    decrypted_set,
    encrypt_set,
    files_beside,
    read_recipients,
)
from reviewer.lead.foreign_sets import verify_foreign_set
from reviewer.lead.set_options import SetOptions
from reviewer.model.event import Action, Event
from tests.benches.lead import LeadBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LeadBench]:
    made = LeadBench(tmp_path / "ws")
    made.agree()
    made.accepted("c1", "words that nobody else may read")
    yield made
    made.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "set"


def rows_of(bench: LeadBench, action: Action) -> list[Event]:
    events = [row.event() for row in bench.unit.log.rows()]
    return [event for event in events if event.action is action]


def new_identity(folder: Path, name: str = "key.txt") -> tuple[Path, str]:
    """The file of a secret key, as ``age-keygen`` writes it, and the public key."""
    identity = pyrage.x25519.Identity.generate()
    file = folder / name
    file.write_text(f"# created: today\n{identity}\n", encoding="ascii")
    return file, str(identity.to_public())


def new_ssh_identity(folder: Path) -> tuple[Path, str]:
    private = Ed25519PrivateKey.generate()
    file = folder / "id_ed25519"
    file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return file, f"{public} somebody@example.org"


@pytest.mark.parametrize("new", [new_identity, new_ssh_identity])
def test_a_recipient_gets_the_set_as_it_would_have_been(bench: LeadBench, out: Path, new) -> None:
    file, key = new(out.parent)
    bench.run_export(out.parent / "plain")
    bench.run_export(out, options=SetOptions(encrypt_to=read_recipients([key])))
    assert [path.name for path in out.iterdir()] == [FILE]
    with decrypted_set(out, file) as plain:
        assert verify_foreign_set(plain) == []
        for path in (out.parent / "plain").rglob("*.*"):
            if path.name not in (passport.NAME, "SHA256SUMS"):
                assert (plain / path.relative_to(out.parent / "plain")).read_bytes() == path.read_bytes()
        place = plain
    assert not place.exists()


def test_the_encrypted_file_shows_nothing_and_opens_for_nobody_else(bench: LeadBench, out: Path) -> None:
    _, key = new_identity(out.parent)
    other, _ = new_identity(out.parent, "other.txt")
    bench.run_export(out, options=SetOptions(encrypt_to=(key,)))
    data = (out / FILE).read_bytes()
    assert not any(word in data for word in (b"nobody", b"manifest", b"fLaC"))
    with pytest.raises(Damaged), decrypted_set(out, other):
        pass


def test_a_set_is_for_every_recipient_and_its_log_row_and_passport_name_them(
    bench: LeadBench, out: Path
) -> None:
    files, keys = zip(*(new_identity(out.parent, f"{number}.txt") for number in range(3)), strict=True)
    bench.run_export(out, options=SetOptions(encrypt_to=keys))
    for file in files:
        with decrypted_set(out, file) as plain:
            body = json.loads((plain / passport.NAME).read_text(encoding="utf-8"))
            assert body["options"]["encrypt_to"] == list(keys)
    (started,) = rows_of(bench, Action.EXPORT_STARTED)
    assert started.detail["encrypted_to"] == list(keys)


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_changed_byte_is_damage(bench: LeadBench, out: Path, place: int) -> None:
    file, key = new_identity(out.parent)
    bench.run_export(out, options=SetOptions(encrypt_to=(key,)))
    data = bytearray((out / FILE).read_bytes())
    data[place] ^= 1
    (out / FILE).write_bytes(data)
    with pytest.raises(Damaged), decrypted_set(out, file):
        pass


def test_whatever_lies_beside_an_encrypted_set_is_named(bench: LeadBench, out: Path) -> None:
    _, key = new_identity(out.parent)
    bench.run_export(out, options=SetOptions(encrypt_to=(key,)))
    assert files_beside(out) == []
    (out / MARKER).write_bytes(b"")  # of an export that was killed before its rows were committed
    (out / "clips").mkdir()
    assert [str(one.parameters["file"]) for one in files_beside(out)] == [MARKER, "clips"]


def test_a_set_cut_short_is_damage(bench: LeadBench, out: Path) -> None:
    file, key = new_identity(out.parent)
    bench.run_export(out, options=SetOptions(encrypt_to=(key,)))
    (out / FILE).write_bytes((out / FILE).read_bytes()[:-20])
    with pytest.raises(Damaged), decrypted_set(out, file):
        pass


def test_recipients_come_from_files_too_without_comments_and_doubles(tmp_path: Path) -> None:
    (_, one), (_, two) = new_identity(tmp_path), new_ssh_identity(tmp_path)
    listed = tmp_path / "recipients.txt"
    listed.write_text(f"# the trainers\n\n{two}\n{one}\n", encoding="utf-8")
    keys = read_recipients([one, str(listed)])
    assert keys == (one, " ".join(two.split()[:2]))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("age1nothing", "RECIPIENT_UNKNOWN"),
        ("ssh-ed25519 AAAA", "RECIPIENT_UNKNOWN"),
        ("no-such-file", "FILE_MISSING"),
    ],
)
def test_what_is_no_public_key_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        read_recipients([text])


def test_a_secret_key_is_refused_and_not_shown() -> None:
    secret = str(pyrage.x25519.Identity.generate())
    with pytest.raises(Refused, match="RECIPIENT_SECRET") as caught:
        read_recipients([secret])
    assert secret not in repr(caught.value.parameters)


def test_an_export_to_an_unknown_key_begins_nothing(bench: LeadBench, out: Path) -> None:
    with pytest.raises(Refused, match="RECIPIENT_UNKNOWN"):
        bench.run_export(out, options=SetOptions(encrypt_to=("age1nothing",)))
    assert not out.exists()
    assert rows_of(bench, Action.EXPORT_STARTED) == []


@pytest.mark.parametrize("text", ["", "# nothing\n", "age1public", "AGE-SECRET-KEY-1NOTHING", "-----BEGIN X"])
def test_what_is_no_secret_key_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key.txt"
    file.write_text(text, encoding="ascii")
    with pytest.raises(Refused, match="IDENTITY_UNKNOWN"), decrypted_set(tmp_path, file):
        pass


def test_an_archive_that_leads_out_of_its_folder_is_damage(tmp_path: Path) -> None:
    file, key = new_identity(tmp_path)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))
    recipient = pyrage.x25519.Recipient.from_str(key)
    (tmp_path / FILE).write_bytes(pyrage.encrypt(archive.getvalue(), [recipient]))
    with pytest.raises(Damaged), decrypted_set(tmp_path, file):
        pass


def test_files_of_every_size_and_name_come_back(tmp_path: Path) -> None:
    file, key = new_identity(tmp_path)
    folder = tmp_path / "set"
    (folder / "deep").mkdir(parents=True)
    contents = {f"{size}.bin": b"x" * size for size in (0, 1, 511, 512, 513, 70_000)}
    contents |= {f"deep/{'long' * 40}.bin": b"long", "имя 録音.txt": b"name"}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    encrypt_set(folder, [key])
    with decrypted_set(folder, file) as plain:
        found = {path.relative_to(plain).as_posix(): path for path in plain.rglob("*") if path.is_file()}
        assert {name: path.read_bytes() for name, path in found.items()} == contents


KILLED = """
import os, signal, sys
from pathlib import Path
from reviewer.formats.set_encryption import decrypted_set
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell started the tests behind
with decrypted_set(Path(sys.argv[1]), Path(sys.argv[2])) as plain:
    print(plain / "row.txt", (plain / "row.txt").read_text(), flush=True)
    os.kill(os.getpid(), getattr(signal, sys.argv[3]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_a_set_that_was_decrypted_is_removed_when_its_reader_is_killed(tmp_path: Path, how: str) -> None:
    file, key = new_identity(tmp_path)
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "row.txt").write_text("plain", encoding="ascii")
    encrypt_set(folder, [key])
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-c", KILLED, str(folder), str(file), how]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert done.returncode != 0
    place, content = done.stdout.split()
    assert content == "plain"
    assert Path(place).is_relative_to(scratch)
    ends_at = monotonic() + 60
    while any(scratch.iterdir()) and monotonic() < ends_at:
        threading.Event().wait(0.02)  # another process removes it
    assert not any(scratch.iterdir())
