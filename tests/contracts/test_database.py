"""Transactions of the workspace file: whole or not at all, in turn, and never a deadlock."""

import errno
import multiprocessing
import os
import sqlite3
import threading
from collections import Counter
from functools import partial
from uuid import uuid4

import pytest

from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.errors import Damaged, Unavailable
from reviewer.model.clock import SystemClock
from reviewer.model.project import QueueRules
from reviewer.queue.sqlite import SqliteQueue
from tests.contracts.queue_contract import TRANSCRIBE

CLIENTS = 32
CLIPS = 1_600


@pytest.fixture
def path(tmp_path):
    return tmp_path / "workspace.db"


@pytest.fixture
def database(path):
    database = Database(path)
    database.execute("CREATE TABLE word (text TEXT NOT NULL) STRICT")
    yield database
    database.close()


def words(database):
    return [row["text"] for row in database.rows("SELECT text FROM word ORDER BY rowid")]


def add(database, text):
    database.execute("INSERT INTO word VALUES (?)", (text,))


class Stumble(Exception):
    pass


def test_transaction_that_raises_leaves_nothing_of_its_inner_ones_and_the_next_write_is_kept(database):
    with pytest.raises(Stumble), database.transaction():  # noqa: PT012
        add(database, "outer")
        with database.transaction():
            add(database, "inner")
        raise Stumble
    add(database, "next")
    assert words(database) == ["next"]


def in_threads(*works):
    """Runs functions at once, each in a thread of its own, to their end."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_copy_is_not_made_inside_a_transaction_where_it_would_wait_for_ever(database, tmp_path):
    with database.transaction(), pytest.raises(RuntimeError, match="inside a transaction"):
        database.copy_to(tmp_path / "copy.db")


def test_threads_write_whole_transactions(database):
    def work(name):
        for _ in range(20):
            with database.transaction():
                add(database, name)
                add(database, name)

    in_threads(*(partial(work, str(number)) for number in range(4)))
    found = words(database)
    assert len(found) == 160
    assert all(first == second for first, second in zip(found[::2], found[1::2], strict=True))


def test_other_thread_does_not_see_what_is_not_committed(database):
    seen, written, finish = [], threading.Event(), threading.Event()

    def write():
        with database.transaction():
            add(database, "one")
            written.set()
            finish.wait()

    def read():
        written.wait()
        finish.set()
        seen.append(words(database))

    in_threads(write, read)
    assert seen == [["one"]]


def test_two_databases_of_one_file_in_one_process_write_in_turn(path, database):
    other = Database(path)

    def work(mine):
        for number in range(30):
            with mine.transaction():
                add(mine, str(number))

    in_threads(*(partial(work, mine) for mine in (database, other, database, other)))
    assert Counter(words(other)) == Counter({str(number): 4 for number in range(30)})
    other.close()


def test_two_databases_may_read_each_other_inside_crossing_transactions(path, database):
    """Thread A writes through one and reads through the other, thread B the other way round."""
    other = Database(path)

    def work(writes, reads):
        for _ in range(30):
            with writes.transaction():
                words(reads)
                add(writes, "x")

    in_threads(*(partial(work, *pair) for pair in ((database, other), (other, database)) * 2))
    assert len(words(database)) == 120
    other.close()


def test_transaction_of_one_inside_that_of_the_other_is_an_error_and_not_a_deadlock(path, database):
    other = Database(path)
    with database.transaction(), pytest.raises(RuntimeError):
        add(other, "two")
    add(other, "three")
    assert words(database) == ["three"]
    other.close()


def test_folder_that_is_not_there_and_file_that_is_no_database_are_told_in_a_sentence(path):
    with pytest.raises(Unavailable) as told:
        Database(path.parent / "nowhere" / "workspace.db")
    assert told.value.notice.parameters["problem"] == os.strerror(errno.ENOENT), "no number, no path"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(Damaged):
        Database(path)


def test_file_that_was_overwritten_in_the_middle_is_told_in_a_sentence(path):
    database = Database(path)
    migrate(database)
    page = database.value("SELECT rootpage FROM sqlite_master WHERE name = 'person'")
    size = database.value("PRAGMA page_size")
    database.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\xaa" * size
    path.write_bytes(data)
    database = Database(path)
    with pytest.raises(Damaged):
        database.rows("SELECT * FROM person")
    with pytest.raises(Damaged):
        database.execute("DELETE FROM person")
    database.close()


def test_schema_that_is_no_text_is_told_in_a_sentence(path):
    database = Database(path)
    migrate(database)
    database.close()
    data = bytearray(path.read_bytes())
    data[data.index(b"CREATE TABLE") + 2] ^= 0x80
    path.write_bytes(data)
    with pytest.raises(Damaged):
        Database(path).rows("SELECT * FROM person")


def test_mistake_of_ours_is_not_taken_for_a_fault_of_the_disk(database):
    with pytest.raises(sqlite3.IntegrityError):
        add(database, None)


def test_pragmas_that_keep_what_was_committed_are_set(database):
    values = {
        name: database.value(f"PRAGMA {name}") for name in ("synchronous", "foreign_keys", "secure_delete")
    }
    assert values == {"synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    safe_wal = sqlite3.sqlite_version_info >= (3, 51, 3)
    assert database.value("PRAGMA journal_mode") == ("wal" if safe_wal else "truncate")


def claim_all(path, name, start, answers):
    database = Database(path)
    queue = SqliteQueue(database, SystemClock(), QueueRules())
    start.wait()
    clips = []
    while (lease := queue.claim(name, TRANSCRIBE, key=uuid4().hex)) is not None:
        clips.append(lease.clip_id)
    answers.put(clips)
    database.close()


def test_32_processes_claim_each_clip_once_and_none_starves(path):
    database = Database(path)
    migrate(database)
    queue = SqliteQueue(database, SystemClock(), QueueRules())
    with database.transaction():
        for number in range(CLIPS):
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number)
    database.close()
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(CLIENTS), context.Queue()
    workers = [
        context.Process(target=claim_all, args=(path, f"person-{n}", start, answers)) for n in range(CLIENTS)
    ]
    for worker in workers:
        worker.start()
    found = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    every = [clip for clips in found for clip in clips]
    assert len(every) == len(set(every)) == CLIPS
    assert max(map(len, found)) <= 1.5 * min(map(len, found))
