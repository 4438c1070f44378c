"""Whatever is done to the log afterwards, verification sees it and names the first bad row."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.access import signing
from reviewer.access.audit import Finding, verify
from reviewer.access.chain import canonical, link_hash
from reviewer.access.ledger import Ledger
from reviewer.access.note import Checkpoint, parse_checkpoint
from reviewer.db.connection import Database
from reviewer.db.migrations import migrate
from reviewer.model.event import Action, Event
from tests.fakes.clock import FakeClock
from tests.fakes.intruder import Forged, prune_checkpoints, rechain, tamper, unguarded

LOG_KEY = b"l" * 32
PUBLIC_KEY = signing.public_key_of(LOG_KEY)
ROWS = 400
TRIES = 6
# Unsigned rows: the first, and a failed sign-in now and then.
UNSIGNED = {1, 2, 301}


def write_log(file: Path, rows: int, *, log_id: str = "w1", log_key: bytes = LOG_KEY) -> Path:
    """A log of at least so many rows, signed but for the first two and the 301st."""
    database, clock = Database(file), FakeClock()
    migrate(database)
    ledger = Ledger(database, clock, log_id, app_version="0.1.0")
    with database.transaction():
        ledger.record(Event(Action.WORKSPACE_MADE))
        ledger.record(Event(Action.SIGN_IN_FAILED, detail={"failures": 1}))
        ledger.unlock(log_key)
        while (size := ledger.head().size) < rows:
            clock.advance(1)
            if size == 300:
                ledger.lock()
                ledger.record(Event(Action.SIGN_IN_FAILED, detail={"failures": 2}))
                ledger.unlock(log_key)
            ledger.record(
                Event(Action.CLIP_HEARD, actor="p1", object=f"c{size}", detail={"ranges": [[0, size]]})
            )
    database.close()
    return file


def check(file: Path, outside: Checkpoint | None = None, log_id: str = "w1") -> Finding:
    database = Database(file)
    try:
        return verify(database, log_id, PUBLIC_KEY, outside)
    finally:
        database.close()


def newest_checkpoint(file: Path) -> Checkpoint:
    with closing(sqlite3.connect(file)) as connection:
        (note,) = connection.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    return parse_checkpoint(note)


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


def test_the_log_verifies_before_anybody_touches_it(file: Path) -> None:
    assert check(file).ok
    assert check(file, newest_checkpoint(file)).ok


class TestThirteenKindsOfTampering:
    """The attacker restores every trigger; without the log key there is no signature to be had."""

    def test_1_an_edited_bit(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows[place - 1].body = rows[place - 1].body.replace(b'"p1"', b'"p2"')

        self.expect(file, attack, place)

    def test_2_a_wrong_hash(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows[place - 1].hash = bytes(31) + bytes([place % 256])

        self.expect(file, attack, place)

    def test_3_a_wrong_link(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows[place - 1].prev = rows[place - 3].hash

        self.expect(file, attack, place)

    def test_4_an_inserted_row(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows.insert(place - 1, forged_row(rows, place, Action.CLIP_HEARD))
            for seq, row in enumerate(rows, start=1):
                row.seq = seq

        self.expect(file, attack, place)

    def test_5_two_rows_swapped(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
            rows[place - 1].seq, rows[place].seq = place, place + 1

        self.expect(file, attack, place)

    def test_6_a_row_deleted_from_the_middle(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            del rows[place - 1]

        self.expect(file, attack, place)

    def test_7_a_row_deleted_and_the_rest_renumbered(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            del rows[place - 1]
            for row in rows[place - 1 :]:
                row.seq -= 1

        self.expect(file, attack, place)

    def test_8_an_edit_chained_again_to_the_end(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows[place - 1].rewrite(actor="p2")
            rechain(rows, place)

        self.expect(file, attack, place)

    def test_9_a_deletion_chained_again_to_the_end(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            del rows[place - 1]
            rechain(rows, place)

        self.expect(file, attack, place)

    def test_10_the_last_row_cut_off(self, file: Path) -> None:
        database, ledger = reopened(file)
        outside = ledger.checkpoint("request")
        database.close()

        def attack(rows: list[Forged]) -> None:
            rows.pop()

        tamper(file, attack)
        prune_checkpoints(file, outside.size - 1)
        assert check(file).ok, "a cut tail shows only against a checkpoint from outside"
        assert_bad(check(file, outside), outside.size)

    def test_11_the_tail_cut_off_with_its_checkpoints(self, file: Path, place: int) -> None:
        outside = newest_checkpoint(file)
        size = min(place, outside.size - 1)

        def attack(rows: list[Forged]) -> None:
            del rows[size:]

        tamper(file, attack)
        prune_checkpoints(file, size)
        assert check(file).ok, "a cut tail shows only against a checkpoint from outside"
        assert_bad(check(file, outside), size + 1)

    @pytest.mark.parametrize("lived_on", [0, 40, 400])
    def test_12_an_old_backup_in_the_place_of_the_file(
        self, file: Path, tmp_path: Path, lived_on: int
    ) -> None:
        backup = write_log(tmp_path / "backup.db", 300)
        outside = newest_checkpoint(file)
        shutil.copy(backup, file)
        database, ledger = reopened(file)
        for _ in range(lived_on):
            ledger.record(Event(Action.CLIP_OPENED, actor="p2"))
        size = ledger.head().size
        database.close()
        assert check(file).ok, "a backup that lives on shows only against a checkpoint from outside"
        assert_bad(check(file, outside), min(size + 1, outside.size))

    @pytest.mark.parametrize("log_id", ["w1", "w2"])
    @pytest.mark.parametrize("log_key", [LOG_KEY, b"m" * 32])
    def test_13_the_log_wiped_and_begun_anew(
        self, file: Path, tmp_path: Path, log_id: str, log_key: bytes
    ) -> None:
        outside = newest_checkpoint(file)
        anew = write_log(tmp_path / "anew.db", 20, log_id=log_id, log_key=log_key)
        database = Database(anew)
        finding = verify(database, log_id, signing.public_key_of(log_key), outside)
        database.close()
        # Even with the stolen key and the same name, the rows that the checkpoint knows of are not there.
        assert_bad(finding, 21 if (log_id, log_key) == ("w1", LOG_KEY) else 1)

    def expect(self, file: Path, attack: Callable[[list[Forged]], None], first_bad: int) -> None:
        outside = newest_checkpoint(file)
        tamper(file, attack)
        assert_bad(check(file), first_bad)
        assert_bad(check(file, outside), first_bad)


def test_an_empty_log_is_a_finding(file: Path) -> None:
    tamper(file, list.clear)
    prune_checkpoints(file, 0)
    assert_bad(check(file), 1)


def test_a_stripped_signature_is_a_finding(file: Path, place: int) -> None:
    def attack(rows: list[Forged]) -> None:
        rows[place - 1].signature = b""

    tamper(file, attack)
    assert_bad(check(file), place, "has no signature")


def test_a_rewritten_log_without_signatures_is_a_finding(file: Path, place: int) -> None:
    def attack(rows: list[Forged]) -> None:
        rows[place - 1].rewrite(actor="p2")
        rechain(rows, place)
        for row in rows[place - 1 :]:
            row.signature = b""

    tamper(file, attack)
    prune_checkpoints(file, place - 1)
    assert_bad(check(file), place, "has no signature")


def test_a_rewritten_log_signed_with_another_key_is_a_finding(file: Path, place: int) -> None:
    def attack(rows: list[Forged]) -> None:
        rows[place - 1].rewrite(actor="p2")
        rechain(rows, place)
        for row in rows[place - 1 :]:
            row.signature = signing.sign(b"m" * 32, row.hash)

    tamper(file, attack)
    assert_bad(check(file), place, "signature")


def test_a_row_of_a_kind_that_may_be_unsigned_cannot_be_slipped_in(file: Path, place: int) -> None:
    def attack(rows: list[Forged]) -> None:
        rows.insert(place - 1, forged_row(rows, place, Action.SIGN_IN_FAILED))
        rechain(rows, place)

    tamper(file, attack)
    assert_bad(check(file), place + 1, "signature")


def test_an_unsigned_row_cannot_be_edited_once_a_signed_one_follows(file: Path) -> None:
    def attack(rows: list[Forged]) -> None:
        assert rows[300].signature == b""
        rows[300].rewrite(detail={"failures": 0})
        rechain(rows, 301)

    tamper(file, attack)
    assert_bad(check(file), 302, "signature")


def test_a_signature_cannot_be_moved_to_another_row(file: Path, place: int) -> None:
    def attack(rows: list[Forged]) -> None:
        rows[place - 1].signature = rows[place].signature

    tamper(file, attack)
    assert_bad(check(file), place, "signature")


def test_another_log_of_the_same_workspace_key_cannot_take_its_place(file: Path, tmp_path: Path) -> None:
    other = write_log(tmp_path / "other.db", 50, log_id="w2")
    assert_bad(check(other), 1, "another log")


def test_a_checkpoint_of_another_log_is_a_finding(file: Path, tmp_path: Path) -> None:
    other = write_log(tmp_path / "other.db", 300, log_id="w2")
    assert_bad(check(file, newest_checkpoint(other)), 1, "another log")


def test_a_key_swapped_in_the_database_is_found_by_the_checkpoint(file: Path, tmp_path: Path) -> None:
    outside = newest_checkpoint(file)
    forged = write_log(tmp_path / "forged.db", ROWS, log_key=b"m" * 32)
    database = Database(forged)
    finding = verify(database, "w1", signing.public_key_of(b"m" * 32), outside)
    database.close()
    assert_bad(finding, 1, "key")


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
    finding = verify(OnlyAPath(file), "w1", PUBLIC_KEY)  # type: ignore[arg-type]
    if finding.ok:
        assert log_of(file) == log_of(small)


class OnlyAPath:
    """A broken file does not open as a Database; the verifier needs no more than its path."""

    def __init__(self, path: Path) -> None:
        self.path = path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("small") / "workspace.db", 40)


def log_of(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT seq, body, prev, hash, signature FROM log ORDER BY seq").fetchall()


def reopened(file: Path) -> tuple[Database, Ledger]:
    database = Database(file)
    ledger = Ledger(database, FakeClock(), "w1", app_version="0.1.0")
    ledger.unlock(LOG_KEY)
    return database, ledger


def forged_row(rows: list[Forged], place: int, action: Action) -> Forged:
    prev = rows[place - 2].hash
    fields = canonical(
        {
            "v": 1,
            "log_id": "w1",
            "seq": place,
            "ts": 1,
            "mono": 1,
            "actor": "p1",
            "role": "",
            "session": "",
            "action": action,
            "object": "c999",
            "outcome": "ok",
            "reason": "",
            "detail": {},
            "app_version": "0.1.0",
        }
    )
    return Forged(place, fields, prev, link_hash(prev, fields), b"")


def assert_bad(finding: Finding, first_bad: int, words: str = "") -> None:
    assert not finding.ok
    assert finding.first_bad == first_bad, finding.sentence
    assert words in finding.sentence


def test_the_intruder_leaves_the_triggers_as_they_were(file: Path) -> None:
    before = triggers(file)
    with unguarded(file) as connection:
        connection.execute("DELETE FROM log WHERE seq = 5")
    assert triggers(file) == before
    assert len(before) == 3


def triggers(file: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"
        ).fetchall()
