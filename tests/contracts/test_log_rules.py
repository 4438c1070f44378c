"""Rules of the log beyond the chain: whose rows they are, when, and that the end is sealed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from reviewer.access import signing
from reviewer.access.audit_log import CHECKPOINT_SECONDS, AuditLog
from reviewer.access.log_chain import GENESIS, LogRow, canonical, link_hash
from reviewer.access.session_binding import OF_LEADS, binding
from reviewer.access.verification import Finding, verify_log
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.errors import Damaged
from reviewer.model.clock import ForwardClock, from_micros
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity, Keyring, Person, PersonState, Role
from tests.fakes.clock import START, FakeClock
from tests.fakes.intruder import unguarded

LOG_KEY = b"l" * 32
PUBLIC_KEY = signing.public_key_of(LOG_KEY)


def identity(name: str, session: str) -> Identity:
    person = Person(name, name, Role.CONTRACTOR, PersonState.ACTIVE)
    return Identity(person, session, Keyring(b"k" * 32, name.encode().ljust(32), LOG_KEY))


@dataclass
class Book:
    database: Database
    clock: FakeClock
    log: AuditLog

    def sign_in(self, who: Identity) -> None:
        with self.database.transaction():
            detail = binding(who, "w1", self.log.head().hash)
            self.log.record(Event.by(who, Action.SIGN_IN, who.person.id, detail=detail), seal="sign_in")

    def verify(self) -> Finding:
        return verify_log(self.database.path, "w1", PUBLIC_KEY)

    def bad(self) -> tuple[int | None, str]:
        finding = self.verify()
        return finding.first_bad, finding.notice.code


ANA, BEN = identity("ana", "s-ana"), identity("ben", "s-ben")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    database, clock = Database(tmp_path / "workspace.db"), FakeClock()
    migrate(database)
    log = AuditLog(database, clock, "w1")
    log.unlock(LOG_KEY)
    log.record(Event(Action.WORKSPACE_MADE), seal="workspace_made")
    for who in (ANA, BEN):
        key = signing.public_key_of(who.keyring.signing_key)
        with database.transaction():
            row = {"id": who.person.id, "name": who.person.name, "name_key": who.person.name, "added_at": 1}
            database.insert("person", row | {"role": "contractor", "state": "active", "public_key": key})
            log.record(
                Event(
                    Action.PERSON_ENROLLED, actor=who.person.id, role="contractor",
                    object=who.person.id, detail={"public_key": key.hex()},
                )
            )  # fmt: skip
    made = Book(database, clock, log)
    made.sign_in(ANA)
    made.sign_in(BEN)
    assert made.verify().ok, made.verify()
    yield made
    database.close()


def heard(who: Identity, session: str | None = None) -> Event:
    chosen = who.session_id if session is None else session
    return Event(Action.CLIP_HEARD, actor=who.person.id, role=who.person.role, session=chosen, object="c1")


class TestWhoseRowsTheyAre:
    """The forger has the log key and a changed program, but not the other person's passphrase."""

    def test_rows_of_two_sessions_at_once_verify(self, book: Book) -> None:
        for who in (ANA, BEN, ANA):
            book.log.record(heard(who))
        book.log.record(Event.by(ANA, Action.SIGN_OUT, "ana"), seal="sign_out")
        book.log.record(heard(BEN))
        assert book.verify().ok

    @pytest.mark.parametrize(
        ("session", "code"),
        [
            ("s-ben", "LOG_ROW_OF_ANOTHER_PERSON"),
            ("0" * 16, "LOG_ROW_WITHOUT_SESSION"),
            ("", "LOG_ROW_WITHOUT_SESSION"),
        ],
    )
    def test_a_row_in_anas_name_without_anas_session_is_found(
        self, book: Book, session: str, code: str
    ) -> None:
        seq = book.log.record(heard(ANA, session))
        book.log.checkpoint("request")
        assert book.bad() == (seq, code)

    def test_a_row_in_a_session_that_ended_is_found(self, book: Book) -> None:
        book.log.record(Event.by(ANA, Action.SIGN_OUT, "ana"), seal="sign_out")
        other = AuditLog(book.database, book.clock, "w1")  # the one that wrote the end refuses further rows
        other.unlock(LOG_KEY)
        seq = other.record(heard(ANA))
        assert book.bad() == (seq, "LOG_ROW_AFTER_SESSION")

    def test_another_role_than_that_of_the_sign_in_is_found(self, book: Book) -> None:
        seq = book.log.record(Event(Action.CLIP_HEARD, actor="ana", role="lead", session="s-ana"))
        assert book.bad() == (seq, "LOG_ROW_OF_ANOTHER_PERSON")

    @pytest.mark.parametrize("action", sorted(OF_LEADS))
    def test_an_act_of_leads_in_a_contractors_session_is_found(self, book: Book, action: Action) -> None:
        seq = book.log.record(Event.by(BEN, action, "x"))
        book.log.checkpoint("request")
        assert book.bad() == (seq, "LOG_ROW_OF_ANOTHER_ROLE")

    def test_nobody_signs_in_with_another_role_than_they_were_let_in_with(self, book: Book) -> None:
        lead = Identity(replace(BEN.person, role=Role.LEAD), "s-new", BEN.keyring)
        book.log.record(Event(Action.PERSON_ADDED, object="ben", detail={"role": "contractor"}))
        book.sign_in(lead)
        assert book.bad()[1] == "LOG_ROW_OF_ANOTHER_ROLE"

    def test_nobody_can_sign_in_for_another_person(self, book: Book) -> None:
        forged = Identity(ANA.person, "s-new", BEN.keyring)
        seq = book.log.head().size + 1
        book.sign_in(forged)
        assert book.bad() == (seq, "LOG_SESSION_NOT_BOUND")

    def test_a_sign_in_cannot_be_repeated_or_left_unsigned(self, book: Book) -> None:
        old = next(row for row in book.log.rows() if row.event().action == Action.SIGN_IN).event()
        seq = book.log.record(Event(old.action, "ana", "contractor", "s-new", "ana", detail=old.detail))
        assert book.bad() == (seq, "LOG_SESSION_NOT_BOUND")

    def test_an_exchanged_signing_key_in_the_table_of_people_is_found(self, book: Book) -> None:
        with unguarded(book.database.path) as connection:
            connection.execute("UPDATE person SET public_key = x'00' WHERE id = 'ana'")
        assert book.bad() == (None, "PERSON_KEY_DIFFERS")


class TestTime:
    def test_a_clock_set_back_does_not_set_the_log_back_and_is_recorded_once(self, book: Book) -> None:
        book.log.record(heard(ANA))
        book.clock.set_back(40 * 86_400)
        for _ in range(3):
            book.clock.advance(60)
            book.log.record(heard(ANA))
        times = [row.at() for row in book.log.rows()]
        assert times == sorted(times)
        assert times[-1] >= START
        acts = [row.event().action for row in book.log.rows()]
        assert acts.count(Action.CLOCK_SET_BACK) == 1
        assert book.verify().ok

    def test_another_process_takes_its_time_from_the_last_signed_row(self, book: Book) -> None:
        book.clock.advance(86_400)
        book.log.record(heard(ANA))
        late = FakeClock()
        clock = ForwardClock(late)
        AuditLog(book.database, clock, "w1", public_key=PUBLIC_KEY)
        assert clock.now() == book.clock.now()
        late.advance(10)
        assert clock.now() == book.clock.now() + (late.now() - START)

    def test_a_row_that_anybody_could_have_added_does_not_set_the_time(self, book: Book) -> None:
        add_forged(book, Action.SIGN_IN_FAILED, b"", ts=10**16)
        clock = ForwardClock(FakeClock())
        AuditLog(book.database, clock, "w1", public_key=PUBLIC_KEY)
        assert clock.now() == START

    def test_a_signed_row_that_goes_back_in_time_is_found(self, book: Book) -> None:
        seq = add_forged(book, Action.CHECKPOINT, None, ts=1)
        assert book.bad() == (seq, "LOG_TIME_BACKWARDS")


class TestSealing:
    def test_rows_are_sealed_when_the_last_checkpoint_is_old(self, book: Book) -> None:
        book.clock.advance(CHECKPOINT_SECONDS + 1)
        seq = book.log.record(heard(ANA))
        newest = book.log.newest_checkpoint()
        assert newest is not None
        assert (newest.size, newest.reason) == (seq + 1, "time")
        assert book.verify().ok

    def test_idle_time_is_sealed_too_and_only_when_it_is_due(self, book: Book) -> None:
        assert book.log.seal_if_due() is None
        book.clock.advance(CHECKPOINT_SECONDS + 1)
        made = book.log.seal_if_due()
        assert made is not None
        assert made.reason == "idle"
        assert book.log.seal_if_due() is None
        book.log.lock()
        book.clock.advance(CHECKPOINT_SECONDS + 1)
        assert book.log.seal_if_due() is None

    def test_a_stretch_that_was_not_sealed_is_found(self, book: Book) -> None:
        seq = add_forged(book, Action.REFUSED, None, ts=10**16)
        assert book.bad() == (seq + 1, "LOG_NOT_SEALED")
        add_forged(book, Action.REFUSED, None)
        assert book.bad() == (seq + 1, "LOG_NOT_SEALED")

    def test_nothing_is_signed_on_top_of_a_row_that_another_program_wrote(self, book: Book) -> None:
        seq = add_forged(book, Action.REFUSED, bytes(64))
        add_forged(book, Action.SIGN_IN_FAILED, b"")
        other = AuditLog(book.database, book.clock, "w1")
        other.unlock(LOG_KEY)
        for log in (other, book.log):
            with pytest.raises(Damaged) as damaged:
                log.record(heard(ANA))
            assert damaged.value.notice.parameters == {"row": seq}
        assert book.bad()[0] == seq

    @pytest.mark.parametrize("tree", ["zeroblob(length(tree))", "x'00'", "NULL"])
    def test_a_frontier_that_was_exchanged_is_found_and_does_not_spoil_the_next_root(
        self, book: Book, tree: str
    ) -> None:
        with unguarded(book.database.path) as connection:
            connection.execute(f"UPDATE checkpoint SET tree = {tree}")
        assert book.bad()[1] == "CHECKPOINT_DIFFERS"
        book.log.checkpoint("request")
        assert book.bad()[1] == "CHECKPOINT_DIFFERS"

    def test_a_row_that_names_no_checkpoint_is_no_mark_of_a_witness(self, book: Book) -> None:
        book.log.record(Event(Action.CHECKPOINT_WITNESSED, detail={"rows": ["none"]}))
        assert book.verify().ok

    @pytest.mark.parametrize("kept", [(), ("— witness c2lnbmVk",)])
    def test_countersignatures_are_those_that_their_row_names(
        self, book: Book, kept: tuple[str, ...]
    ) -> None:
        size = book.log.checkpoint("request").size
        event = Event(Action.CHECKPOINT_WITNESSED, detail={"rows": size})
        book.log.mark_witnessed(size, event, kept)
        assert book.verify().ok
        with unguarded(book.database.path) as connection:
            connection.execute(f"UPDATE checkpoint SET cosignatures = 'x' WHERE size = {size}")
        assert book.bad() == (size, "CHECKPOINT_DIFFERS")

    def test_countersignatures_of_an_earlier_version_which_named_no_sum_are_taken_as_they_are(
        self, book: Book
    ) -> None:
        size = book.log.checkpoint("request").size
        seq = book.log.record(Event(Action.CHECKPOINT_WITNESSED, detail={"rows": size}))
        with unguarded(book.database.path) as connection:
            connection.execute(
                "UPDATE checkpoint SET cosignatures = 'x', witnessed_at = 1, witnessed_row = ?"
                " WHERE size = ?",
                (seq, size),
            )
        assert book.verify().ok

    def test_a_checkpoint_without_a_witness_has_no_countersignatures(self, book: Book) -> None:
        book.log.checkpoint("request")
        with unguarded(book.database.path) as connection:
            connection.execute("UPDATE checkpoint SET cosignatures = 'x'")
        assert book.bad()[1] == "CHECKPOINT_DIFFERS"

    @pytest.mark.parametrize("column", ["made_at", "witnessed_at", "witnessed_row"])
    def test_what_stands_beside_a_checkpoint_is_held_to_the_log(self, book: Book, column: str) -> None:
        with unguarded(book.database.path) as connection:
            connection.execute(f"UPDATE checkpoint SET {column} = 1")
        assert book.bad()[1] == "CHECKPOINT_DIFFERS"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_index SET actor = 'x' WHERE seq = 4",
        "UPDATE log_index SET at = at + 1 WHERE seq = 4",
        "DELETE FROM log_index WHERE seq = 4",
        "INSERT INTO log_index VALUES (999, 1, '', '')",
        "DELETE FROM log_about WHERE seq = 4",
        "UPDATE log_about SET object = 'x' WHERE seq = 4",
        "INSERT INTO log_about VALUES ('c1', 999)",
    ],
)
def test_the_indexes_are_held_to_the_rows(book: Book, statement: str) -> None:
    with unguarded(book.database.path) as connection:
        connection.execute(statement)
    assert book.bad()[1] == "LOG_INDEX_DIFFERS"


def add_forged(book: Book, action: Action, signature: bytes | None, ts: int | None = None) -> int:
    """Adds a row as another program would; signed with the log key for None."""
    newest = list(book.log.rows())[-1] if book.log.head().size else LogRow(0, b"", b"", GENESIS)
    at = newest.fields()["ts"] if ts is None else ts
    fields = {
        **newest.fields(),
        "seq": newest.seq + 1,
        "ts": at,
        "action": action,
        "object": "",
        "detail": {},
    }
    body = canonical({**fields, "actor": "", "role": "", "session": ""})
    row_hash = link_hash(newest.hash, body)
    signed = signing.sign(LOG_KEY, row_hash) if signature is None else signature
    with unguarded(book.database.path) as connection:
        row = (newest.seq + 1, body, newest.hash, row_hash, signed)
        connection.execute("INSERT INTO log (seq, body, prev, hash, signature) VALUES (?, ?, ?, ?, ?)", row)
        connection.execute("INSERT INTO log_index VALUES (?, ?, '', ?)", (newest.seq + 1, at, action))
    return newest.seq + 1


def test_a_clock_never_runs_backwards_and_goes_on_by_the_monotonic_clock() -> None:
    machine = FakeClock()
    clock = ForwardClock.of(machine)
    assert ForwardClock.of(clock) is clock
    clock.not_before(from_micros(1))
    assert (clock.now(), clock.behind().total_seconds()) == (START, 0)
    clock.not_before(machine.now())
    machine.set_back(3600)
    assert (clock.now(), clock.behind().total_seconds()) == (START, 3600)
    machine.advance(60)
    assert (clock.now() - START).total_seconds() == 60
    machine.advance(2 * 3600)
    assert clock.now() > START
