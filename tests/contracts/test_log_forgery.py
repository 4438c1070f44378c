"""Forgeries of the log that go beyond the thirteen kinds, and random damage."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.access import signing
from reviewer.access.verification import verify_log
from reviewer.model.event import Action
from tests.fakes.intruder import Forged, prune_checkpoints, rechain, tamper, unguarded
from tests.logs import (
    LOG_KEY,
    PUBLIC_KEY,
    UNSIGNED,
    assert_bad,
    check,
    forged_row,
    log_of,
    newest_checkpoint,
    write_log,
)

ROWS = 400
TRIES = 4


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("log") / "workspace.db", ROWS)


@pytest.fixture
def file(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(pristine, tmp_path / "workspace.db"))


@pytest.fixture(params=range(TRIES))
def place(request: pytest.FixtureRequest) -> int:
    """A random place in the middle of the log whose row is signed, and so are the rows beside it."""
    chosen = random.Random(f"place {request.param}").randint(4, ROWS - 20)
    return chosen if not {chosen - 1, chosen, chosen + 1} & UNSIGNED else chosen + 5


def test_an_empty_log_is_a_finding(file: Path) -> None:
    tamper(file, list.clear)
    prune_checkpoints(file, 0)
    assert_bad(check(file), 1)


def test_a_stripped_signature_is_a_finding(file: Path, place: int) -> None:
    def attack(rows: list[Forged]) -> None:
        rows[place - 1].signature = b""

    tamper(file, attack)
    assert_bad(check(file), place, "LOG_SIGNATURE_MISSING")


def test_a_rewritten_log_without_signatures_is_a_finding(file: Path, place: int) -> None:
    def attack(rows: list[Forged]) -> None:
        rows[place - 1].rewrite(actor="p2")
        rechain(rows, place)
        for row in rows[place - 1 :]:
            row.signature = b""

    tamper(file, attack)
    prune_checkpoints(file, place - 1)
    assert_bad(check(file), place, "LOG_SIGNATURE_MISSING")


def test_a_rewritten_log_signed_with_another_key_is_a_finding(file: Path, place: int) -> None:
    def attack(rows: list[Forged]) -> None:
        rows[place - 1].rewrite(actor="p2")
        rechain(rows, place)
        for row in rows[place - 1 :]:
            row.signature = signing.sign(b"m" * 32, row.hash)

    tamper(file, attack)
    assert_bad(check(file), place, "LOG_SIGNATURE_WRONG", "LOG_SIGNATURE_MISSING")


def test_a_row_of_a_kind_that_may_be_unsigned_cannot_be_slipped_in(file: Path, place: int) -> None:
    def attack(rows: list[Forged]) -> None:
        rows.insert(place - 1, forged_row(rows, place, Action.SIGN_IN_FAILED))
        rechain(rows, place)

    tamper(file, attack)
    assert_bad(check(file), place + 1, "LOG_SIGNATURE_WRONG", "LOG_SIGNATURE_MISSING")


def test_an_unsigned_row_cannot_be_edited_once_a_signed_one_follows(file: Path) -> None:
    def attack(rows: list[Forged]) -> None:
        assert rows[300].signature == b""
        rows[300].rewrite(detail={"failures": 0})
        rechain(rows, 301)

    tamper(file, attack)
    assert_bad(check(file), 302, "LOG_SIGNATURE_WRONG", "LOG_SIGNATURE_MISSING")


def test_a_signature_cannot_be_moved_to_another_row(file: Path, place: int) -> None:
    def attack(rows: list[Forged]) -> None:
        rows[place - 1].signature = rows[place].signature

    tamper(file, attack)
    assert_bad(check(file), place, "LOG_SIGNATURE_WRONG", "LOG_SIGNATURE_MISSING")


def test_another_log_of_the_same_workspace_key_cannot_take_its_place(file: Path, tmp_path: Path) -> None:
    other = write_log(tmp_path / "other.db", 50, log_id="w2")
    assert_bad(check(other), 1, "LOG_ROW_OF_ANOTHER_LOG")


def test_a_genuine_row_of_another_copy_of_the_log_cannot_take_the_place_of_one(
    file: Path, place: int, tmp_path: Path
) -> None:
    """Two copies went on apart under the same key: a row of one is whole by itself in the other too."""
    other = log_of(write_log(tmp_path / "other.db", ROWS, log_key=LOG_KEY, app_version="0.2.0"))

    def attack(rows: list[Forged]) -> None:
        rows[place - 1] = Forged(*other[place - 1])  # type: ignore[arg-type]

    tamper(file, attack)
    assert_bad(check(file), place)


def test_a_checkpoint_of_another_log_is_a_finding(file: Path, tmp_path: Path) -> None:
    other = write_log(tmp_path / "other.db", 300, log_id="w2")
    assert_bad(check(file, newest_checkpoint(other)), 1, "OUTSIDE_CHECKPOINT_OF_ANOTHER_LOG")


def test_a_key_swapped_in_the_database_is_found_by_the_checkpoint(file: Path, tmp_path: Path) -> None:
    outside = newest_checkpoint(file)
    forged = write_log(tmp_path / "forged.db", ROWS, log_key=b"m" * 32)
    finding = verify_log(forged, "w1", signing.public_key_of(b"m" * 32), outside)
    assert_bad(finding, 1, "OUTSIDE_CHECKPOINT_KEY_DIFFERS")


@pytest.mark.parametrize("column", ["body", "prev", "hash", "signature"])
@given(data=st.data())
@settings(max_examples=15)
def test_any_changed_byte_of_a_row_is_found_there(
    column: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, small: Path
) -> None:
    file = Path(shutil.copy(small, tmp_path_factory.mktemp("edit") / "workspace.db"))
    seq = data.draw(st.integers(3, 40))
    edit = data.draw(st.tuples(st.integers(0, 10_000), st.integers(1, 255)))

    def attack(rows: list[Forged]) -> None:
        changed = bytearray(getattr(rows[seq - 1], column))
        changed[edit[0] % len(changed)] ^= edit[1]
        setattr(rows[seq - 1], column, bytes(changed))

    tamper(file, attack)
    assert_bad(check(file), seq)


@given(data=st.data())
@settings(max_examples=60)
def test_no_changed_byte_of_the_file_changes_the_log_unseen(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, small: Path
) -> None:
    original = small.read_bytes()
    changed = bytearray(original)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    file = tmp_path_factory.mktemp("file") / "workspace.db"
    file.write_bytes(bytes(changed))
    finding = verify_log(file, "w1", PUBLIC_KEY)
    if finding.ok:
        assert log_of(file) == log_of(small)


def test_a_schema_that_is_no_text_is_a_finding(tmp_path: Path, small: Path) -> None:
    changed = bytearray(small.read_bytes())
    changed[changed.index(b"CREATE TRIGGER") + 2] ^= 0x80
    file = tmp_path / "workspace.db"
    file.write_bytes(bytes(changed))
    finding = verify_log(file, "w1", PUBLIC_KEY)
    assert not finding.ok
    assert finding.notice.code in {"WORKSPACE_SCHEMA_NOT_TEXT", "WORKSPACE_FILE_DAMAGED"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("small") / "workspace.db", 40)


def test_the_intruder_leaves_the_triggers_as_they_were(file: Path) -> None:
    before = triggers(file)
    with unguarded(file) as connection:
        connection.execute("DELETE FROM log WHERE seq = 5")
    assert triggers(file) == before
    assert len(before) == 7


def triggers(file: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"
        ).fetchall()
