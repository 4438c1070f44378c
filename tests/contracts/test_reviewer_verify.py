"""The auditor's verifier is a second implementation: both agree, whatever was done to a log."""

import importlib.machinery
import importlib.util
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from reviewer.access import audit_log, signing
from reviewer.access.log_segments import write_segments
from reviewer.db.workspace_meta import WorkspaceMeta, write_meta
from reviewer.model.event import Action
from tests.conftest import REPOSITORY
from tests.fakes.intruder import Forged, prune_checkpoints, rechain, tamper
from tests.logs import NEXT_KEY, PUBLIC_KEY, check, forged_row, newest_checkpoint, reopened, write_log

SCRIPT = REPOSITORY / "script" / "reviewer-verify"
ROWS = 400
TRIES = int(os.environ.get("REVIEWER_TAMPERINGS", "3"))
EDITS = int(os.environ.get("REVIEWER_BYTE_EDITS", "60"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("reviewer_verify", str(SCRIPT))
    spec = importlib.util.spec_from_loader("reviewer_verify", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    dont_write, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = dont_write
    return module


@pytest.fixture(scope="module", autouse=True)
def remembered_signatures(script: ModuleType) -> Iterator[None]:
    """Each implementation verifies a signature once: most rows are the same in every try."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script, "verifies", cache(script.verifies))
        patch.setattr(signing, "verify", cache(signing.verify))
        yield


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log whose key was replaced in the middle."""
    return with_meta(write_log(tmp_path_factory.mktemp("log") / "workspace.db", ROWS, next_key=NEXT_KEY))


@pytest.fixture
def file(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(pristine, tmp_path / "workspace.db"))


def with_meta(file: Path) -> Path:
    database, _ = reopened(file)
    with database.transaction():
        write_meta(database, WorkspaceMeta("w0", PUBLIC_KEY, "w1"))
    database.close()
    return file


def both(script: ModuleType, file: Path, outside_text: str | None = None) -> tuple[bool, int | None]:
    """What both say; fails if they differ."""
    outside = None if outside_text is None else script.Checkpoint(outside_text)
    try:
        said: tuple[bool, int | None] = (script.verify([file], outside) > 0, None)
    except script.Bad as bad:
        said = False, bad.row
    parsed = None if outside_text is None else newest_checkpoint_of(outside_text)
    finding = check(file, parsed)
    assert said == (finding.ok, finding.first_bad), finding.notice
    return said


def newest_checkpoint_of(text: str) -> audit_log.Checkpoint:
    return audit_log.parse_checkpoint(text)


def edited(rows: list[Forged], at: int) -> None:
    before = rows[at].body
    rows[at].body = before.replace(b'"outcome":"ok"', b'"outcome":"no"')
    assert rows[at].body != before


def wrong_hash(rows: list[Forged], at: int) -> None:
    rows[at].hash = bytes(32)


def wrong_link(rows: list[Forged], at: int) -> None:
    rows[at].prev = rows[at - 2].hash


def inserted(rows: list[Forged], at: int) -> None:
    rows.insert(at, forged_row(rows, at + 1, Action.CLIP_HEARD))
    for seq, row in enumerate(rows, start=1):
        row.seq = seq


def swapped(rows: list[Forged], at: int) -> None:
    rows[at], rows[at + 1] = rows[at + 1], rows[at]
    rows[at].seq, rows[at + 1].seq = at + 1, at + 2


def deleted(rows: list[Forged], at: int) -> None:
    del rows[at]


def renumbered(rows: list[Forged], at: int) -> None:
    del rows[at]
    for row in rows[at:]:
        row.seq -= 1


def edited_and_chained(rows: list[Forged], at: int) -> None:
    rows[at].rewrite(actor="p2")
    rechain(rows, at + 1)


def deleted_and_chained(rows: list[Forged], at: int) -> None:
    del rows[at]
    rechain(rows, at + 1)


def stripped(rows: list[Forged], at: int) -> None:
    rows[at].signature = b""


def signature_moved(rows: list[Forged], at: int) -> None:
    rows[at].signature = rows[at + 1].signature


INSIDE = [
    edited, wrong_hash, wrong_link, inserted, swapped, deleted, renumbered,
    edited_and_chained, deleted_and_chained, stripped, signature_moved,
]  # fmt: skip


def test_both_accept_a_log_that_nobody_touched(script: ModuleType, file: Path) -> None:
    assert both(script, file, newest_checkpoint(file).text) == (True, None)


@pytest.mark.parametrize("attack", INSIDE, ids=lambda attack: attack.__name__)
def test_both_find_every_kind_of_tampering_at_the_same_row(
    script: ModuleType, pristine: Path, tmp_path: Path, attack: object
) -> None:
    assert callable(attack)
    choose = random.Random(attack.__name__)
    for _ in range(TRIES):
        file = Path(shutil.copy(pristine, tmp_path / "workspace.db"))
        at = choose.choice([each for each in range(3, ROWS - 20) if not {each, each + 1} & {299, 300, 301}])
        tamper(file, lambda rows, at=at: attack(rows, at))
        is_ok, first_bad = both(script, file)
        assert not is_ok, at
        assert first_bad is not None, at
        assert at + 1 <= first_bad <= at + 2, at


def test_both_find_a_cut_tail_with_a_checkpoint_from_outside_only(
    script: ModuleType, pristine: Path, tmp_path: Path
) -> None:
    outside = newest_checkpoint(pristine)
    for number in range(TRIES):
        file = Path(shutil.copy(pristine, tmp_path / "workspace.db"))
        size = random.Random(number).randint(2, outside.size - 1)

        def cut(rows: list[Forged], size: int = size) -> None:
            del rows[size:]

        tamper(file, cut)
        prune_checkpoints(file, size)
        both(script, file)
        assert both(script, file, outside.text) == (False, size + 1)


def test_both_find_every_changed_byte_of_the_log(script: ModuleType, pristine: Path, tmp_path: Path) -> None:
    choose = random.Random("bytes")
    for number in range(EDITS):
        file = Path(shutil.copy(pristine, tmp_path / "workspace.db"))
        at, column = choose.randrange(ROWS), choose.choice(["body", "prev", "hash", "signature"])

        def edit(rows: list[Forged], at: int = at, column: str = column) -> None:
            data = bytearray(getattr(rows[at], column) or b"?")
            data[choose.randrange(len(data))] ^= choose.randint(1, 255)
            setattr(rows[at], column, bytes(data))

        tamper(file, edit)
        is_ok, first_bad = both(script, file)
        assert (is_ok, first_bad) == (False, at + 1), (number, column)


def test_closed_segments_verify_as_files_and_not_once_a_byte_is_changed(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "SEGMENT_ROWS", 200)
    file = write_log(tmp_path / "workspace.db", 700, next_key=NEXT_KEY)
    database, ledger = reopened(file)
    written = write_segments(ledger, tmp_path / "segments")
    assert write_segments(ledger, tmp_path / "segments") == []
    last = ledger.segments()[-1][1]
    database.close()
    assert len(written) == 2
    assert script.verify(written) == last
    with pytest.raises(script.Bad):
        script.verify(written[1:])
    text = written[0].read_text(encoding="utf-8")
    forged = tmp_path / written[0].name
    forged.write_text(text.replace('\\"object\\":\\"c40\\"', '\\"object\\":\\"c41\\"', 1), encoding="utf-8")
    assert forged.read_text(encoding="utf-8") != text
    with pytest.raises(script.Bad):
        script.verify([forged, written[1]])


def test_it_runs_alone_and_ends_with_0_or_4(file: Path, tmp_path: Path) -> None:
    note = tmp_path / "checkpoint.txt"
    note.write_text(newest_checkpoint(file).text, encoding="utf-8")
    command = [sys.executable, "-I", str(SCRIPT), str(file), "--checkpoint", str(note)]
    assert subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
    tamper(file, lambda rows: edited(rows, 50))
    ran = subprocess.run(command, capture_output=True, check=False, timeout=60, text=True)
    assert (ran.returncode, '"first_bad": 51' in ran.stdout) == (4, True)


def test_it_is_small_and_needs_nothing_of_the_program() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 440
    assert not [line for line in lines if line.startswith(("import reviewer", "from reviewer"))]
