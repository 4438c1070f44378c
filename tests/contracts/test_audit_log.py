"""The ledger adds rows, signs them, and never loses its place."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from reviewer.access import signing
from reviewer.access.audit_log import CHECKPOINT_EVERY, MAY_BE_UNSIGNED, SESSION_ENDS, AuditLog, Head
from reviewer.access.checkpoint import parse_checkpoint
from reviewer.access.log_chain import GENESIS
from reviewer.access.merkle import is_consistent
from reviewer.access.verification import verify_log
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.errors import Damaged, Refused
from reviewer.model.event import Action, Event
from tests.fakes.clock import START, FakeClock

LOG_KEY = b"l" * 32
PUBLIC_KEY = signing.public_key_of(LOG_KEY)
OPENED = Event(Action.CLIP_OPENED, actor="p1", role="contractor", session="s1", object="c1")
WITNESSED = Event(Action.CHECKPOINT_WITNESSED, actor="l1", role="lead", session="s2")


@dataclass
class Book:
    database: Database
    clock: FakeClock
    ledger: AuditLog


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    database, clock = Database(tmp_path / "workspace.db"), FakeClock()
    migrate(database)
    ledger = AuditLog(database, clock, "w1", app_version="9.9")
    ledger.unlock(LOG_KEY)
    yield Book(database, clock, ledger)
    database.close()


class Stop(Exception):
    pass


def then_stop(book: Book, act: Callable[[], object]) -> None:
    with book.database.transaction():
        act()
        raise Stop


def test_an_empty_log_has_no_rows_and_a_head_of_zeros(book: Book) -> None:
    assert book.ledger.head() == Head(0, GENESIS)
    assert list(book.ledger.rows()) == []


def test_a_row_tells_who_did_what_and_when(book: Book) -> None:
    assert book.ledger.record(OPENED) == 1
    (row,) = book.ledger.rows()
    assert row.event() == OPENED
    assert row.at() == START
    fields = row.fields()
    assert (fields["log_id"], fields["app_version"], fields["mono"]) == ("w1", "9.9", 1_000_000_000_000)


def test_rows_hang_on_each_other(book: Book) -> None:
    for _ in range(3):
        book.ledger.record(OPENED)
    first, second, third = book.ledger.rows()
    assert (second.prev, third.prev) == (first.hash, second.hash)
    assert book.ledger.head() == Head(3, third.hash)


def test_every_row_is_signed_while_somebody_is_signed_in(book: Book) -> None:
    for _ in range(3):
        book.ledger.record(OPENED)
    assert all(signing.verify(PUBLIC_KEY, row.hash, row.signature) for row in book.ledger.rows())


def test_the_programs_own_version_is_named_by_itself(book: Book) -> None:
    AuditLog(book.database, book.clock, "w1").record(Event(Action.SIGN_IN_FAILED))
    (row,) = book.ledger.rows()
    assert row.fields()["app_version"][0].isdigit()


@pytest.mark.parametrize("action", Action)
def test_before_any_key_is_known_only_a_closed_list_of_acts_is_written(book: Book, action: Action) -> None:
    book.ledger.lock()
    if action in MAY_BE_UNSIGNED:
        book.ledger.record(Event(action))
        (row,) = book.ledger.rows()
        assert row.signature == b""
    else:
        with pytest.raises(Refused):
            book.ledger.record(Event(action))
        assert book.ledger.head().size == 0


def test_the_closed_list_holds_what_happens_before_anybody_is_in() -> None:
    assert {Action.WORKSPACE_MADE, Action.SIGN_IN_FAILED, Action.ENROL_FAILED} == MAY_BE_UNSIGNED


def test_two_people_share_a_ledger_until_the_last_one_leaves(book: Book) -> None:
    book.ledger.unlock(LOG_KEY)
    book.ledger.lock()
    assert book.ledger.is_unlocked
    book.ledger.record(OPENED)
    book.ledger.lock()
    assert not book.ledger.is_unlocked


@pytest.mark.parametrize("ending", sorted(SESSION_ENDS))
def test_a_session_that_ended_gets_no_more_rows_although_somebody_else_is_signed_in(
    book: Book, ending: Action
) -> None:
    book.ledger.unlock(LOG_KEY)
    book.ledger.record(OPENED)
    book.ledger.record(replace(OPENED, action=ending, object="p1"))
    book.ledger.lock()
    with pytest.raises(Refused, match="SIGNED_OUT"):
        book.ledger.record(OPENED)
    book.ledger.record(replace(OPENED, actor="p2", session="s2"))
    book.ledger.record(Event(Action.CHECKPOINT_WITNESSED, detail={"rows": 1}))
    assert [row.event().session for row in book.ledger.rows()] == ["s1", "s1", "s2", ""]


def test_locking_once_too_often_does_no_harm(book: Book) -> None:
    for _ in range(3):
        book.ledger.lock()
    book.ledger.unlock(LOG_KEY)
    assert book.ledger.is_unlocked
    book.ledger.lock()
    assert not book.ledger.is_unlocked


def test_a_second_log_key_is_damage(book: Book) -> None:
    with pytest.raises(Damaged):
        book.ledger.unlock(b"m" * 32)
    book.ledger.record(OPENED)
    assert verify_log(book.database.path, "w1", PUBLIC_KEY).ok


def test_a_row_goes_with_its_transaction(book: Book) -> None:
    with pytest.raises(Stop):
        then_stop(book, lambda: book.ledger.record(OPENED))
    assert book.ledger.head().size == 0
    assert book.ledger.record(OPENED) == 1


def test_rows_can_be_read_from_the_middle(book: Book) -> None:
    for _ in range(10):
        book.ledger.record(OPENED)
    assert [row.seq for row in book.ledger.rows(since=4, limit=3)] == [4, 5, 6]
    assert [row.seq for row in book.ledger.rows(since=9)] == [9, 10]
    assert list(book.ledger.rows(since=11)) == []
    assert list(book.ledger.rows(limit=0)) == []


def test_a_long_log_is_read_page_by_page(book: Book) -> None:
    with book.database.transaction():
        for _ in range(1100):
            book.ledger.record(OPENED)
    seqs = [row.seq for row in book.ledger.rows()]
    assert seqs == list(range(1, book.ledger.head().size + 1))
    assert [row.seq for row in book.ledger.rows(limit=1050)] == seqs[:1050]


def test_rows_of_two_ledgers_on_one_file_make_one_chain(book: Book) -> None:
    other_database = Database(book.database.path)
    other = AuditLog(other_database, book.clock, "w1")
    other.unlock(LOG_KEY)
    for ledger in (book.ledger, other, other, book.ledger, other):
        ledger.record(OPENED)
    other_database.close()
    assert verify_log(book.database.path, "w1", PUBLIC_KEY).rows == 5


def test_rows_of_two_threads_make_one_chain(book: Book) -> None:
    def work() -> None:
        for _ in range(40):
            book.ledger.record(OPENED)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    finding = verify_log(book.database.path, "w1", PUBLIC_KEY)
    assert (finding.ok, finding.rows) == (True, 120)


@pytest.mark.parametrize(
    "change", ["UPDATE log SET body = x'00'", "DELETE FROM log", "DELETE FROM log WHERE seq = 2"]
)
def test_the_database_itself_refuses_to_change_a_row(book: Book, change: str) -> None:
    for _ in range(3):
        book.ledger.record(OPENED)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        book.database.execute(change)


@pytest.mark.parametrize("seq", [2, 3])
def test_the_database_itself_refuses_a_row_that_does_not_hang_on_the_last(book: Book, seq: int) -> None:
    book.ledger.record(OPENED)
    with pytest.raises(sqlite3.IntegrityError, match="chain"):
        book.database.execute("INSERT INTO log VALUES (?, x'00', x'00', x'01', x'')", (seq,))


def test_a_wall_clock_set_back_leaves_the_log_whole(book: Book) -> None:
    book.ledger.record(OPENED)
    book.clock.set_back(86_400)
    book.ledger.record(OPENED)
    book.ledger.checkpoint("request")
    assert verify_log(book.database.path, "w1", PUBLIC_KEY).ok


class TestCheckpoints:
    def test_a_checkpoint_covers_the_row_that_tells_of_it(self, book: Book) -> None:
        book.ledger.record(OPENED)
        made = book.ledger.checkpoint("request")
        assert (made.size, made.head) == (2, book.ledger.head().hash)
        assert [row.event().action for row in book.ledger.rows(since=2)] == [Action.CHECKPOINT]

    def test_a_checkpoint_can_be_given_away_as_text(self, book: Book) -> None:
        made = book.ledger.checkpoint("request")
        assert parse_checkpoint(made.text) == made
        assert made.public_key == PUBLIC_KEY

    def test_each_checkpoint_names_the_one_before(self, book: Book) -> None:
        first, second = book.ledger.checkpoint("sign_in"), book.ledger.checkpoint("sign_out")
        assert (first.previous, second.previous) == (b"", first.digest())
        assert book.ledger.newest_checkpoint() == second

    def test_only_checkpoints_have_a_note_and_a_proof_and_only_forwards(self, book: Book) -> None:
        first, second = book.ledger.checkpoint("sign_in"), book.ledger.checkpoint("sign_out")
        assert book.ledger.checkpoint_of(first.size) == first
        proof = book.ledger.consistency(first.size, second.size)
        assert is_consistent(first.size, first.root, second.size, second.root, proof)
        for unknown in (
            lambda: book.ledger.checkpoint_of(9),
            lambda: book.ledger.consistency(9, 10),
            lambda: book.ledger.consistency(second.size, first.size),
            lambda: book.ledger.mark_witnessed(9, WITNESSED),
        ):
            with pytest.raises(Refused, match="NO_CHECKPOINT"):
                unknown()
        book.database.execute("UPDATE checkpoint SET tree = x'00'")
        with pytest.raises(Damaged, match="CHECKPOINT_DAMAGED"):
            book.ledger.consistency(first.size, second.size)

    def test_nobody_signed_in_replaces_no_key(self, book: Book) -> None:
        book.ledger.lock()
        with pytest.raises(Refused, match="NOT_LOGGED_NOBODY_SIGNED_IN"):
            book.ledger.replace_key(b"n" * 32, Event(Action.KEYS_REPLACED))
        assert book.ledger.head().size == 0

    def test_before_the_first_there_is_none(self, book: Book) -> None:
        assert book.ledger.newest_checkpoint() is None

    def test_nobody_signed_in_makes_no_checkpoint(self, book: Book) -> None:
        book.ledger.lock()
        with pytest.raises(Refused):
            book.ledger.checkpoint("request")
        assert book.ledger.head().size == 0

    def test_every_256_rows_a_checkpoint_comes_by_itself(self, book: Book) -> None:
        with book.database.transaction():
            for _ in range(CHECKPOINT_EVERY - 1):
                book.ledger.record(OPENED)
            assert book.ledger.newest_checkpoint() is None
            book.ledger.record(OPENED)
        newest = book.ledger.newest_checkpoint()
        assert newest is not None
        assert (newest.size, newest.reason) == (CHECKPOINT_EVERY + 1, "rows")

    def test_rows_written_before_sign_in_are_covered_as_soon_as_a_key_is_known(self, book: Book) -> None:
        book.ledger.lock()
        with book.database.transaction():
            for _ in range(CHECKPOINT_EVERY + 10):
                book.ledger.record(Event(Action.SIGN_IN_FAILED))
        assert book.ledger.newest_checkpoint() is None
        book.ledger.unlock(LOG_KEY)
        book.ledger.record(OPENED)
        newest = book.ledger.newest_checkpoint()
        assert newest is not None
        assert newest.size == CHECKPOINT_EVERY + 12

    def test_all_rows_are_unwitnessed_until_a_checkpoint_went_out(self, book: Book) -> None:
        book.ledger.record(OPENED)
        made = book.ledger.checkpoint("request")
        assert book.ledger.unwitnessed() == 2
        book.ledger.mark_witnessed(made.size, WITNESSED)
        assert book.ledger.unwitnessed() == 0
        book.ledger.record(OPENED)
        assert book.ledger.unwitnessed() == 1

    def test_a_checkpoint_that_was_never_made_has_no_witness(self, book: Book) -> None:
        book.ledger.checkpoint("request")
        with pytest.raises(Refused):
            book.ledger.mark_witnessed(7, WITNESSED)

    def test_a_checkpoint_that_cannot_be_written_leaves_no_row_that_tells_of_it(self, book: Book) -> None:
        book.ledger.record(OPENED)
        book.database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON checkpoint BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        with pytest.raises(Damaged):
            book.ledger.checkpoint("request")
        assert book.ledger.head().size == 1

    def test_a_checkpoint_goes_with_its_transaction(self, book: Book) -> None:
        with pytest.raises(Stop):
            then_stop(book, lambda: book.ledger.checkpoint("export"))
        assert book.ledger.newest_checkpoint() is None


def test_rows_about_one_object_come_in_order_and_no_others(book: Book) -> None:
    for target in ("c1", "c2", "c1", ""):
        book.ledger.record(Event(Action.CLIP_HEARD, actor="p1", object=target))
    assert [row.seq for row in book.ledger.about("c1")] == [1, 3]
    assert [row.seq for row in book.ledger.about("c3")] == []
    assert book.ledger.about("c1") == [row for row in book.ledger.rows() if row.event().object == "c1"]


def test_a_row_that_is_taken_back_is_about_nothing(book: Book) -> None:
    with pytest.raises(Stop):
        then_stop(book, lambda: book.ledger.record(OPENED))
    assert book.ledger.about("c1") == []
