"""People come in by invitation, leave for good, and wait when they fail."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.access.people import LONGEST_WAIT_SECONDS, PersonRepository, name_key, shown_name
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.errors import Refused
from reviewer.model.people import PersonState, Role
from tests.factories import a_person
from tests.fakes.clock import START, FakeClock

UNTIL = START + timedelta(hours=72)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "workspace.db")
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def register(database: Database, clock: FakeClock) -> PersonRepository:
    return PersonRepository(database, clock)


class TestPeople:
    def test_somebody_added_is_found_by_name_and_id(self, register: PersonRepository) -> None:
        person = register.add(a_person(), b"keyring")
        assert register.by_name("Ada Contractor") == person == register.by_id("p1")
        assert register.keyring("p1") == b"keyring"

    def test_nobody_is_found_where_nobody_is(self, register: PersonRepository) -> None:
        assert register.by_name("Ada Contractor") is None
        assert register.by_id("p1") is None
        assert register.keyring("p1") is None
        assert register.invited("Ada Contractor") is None

    @pytest.mark.parametrize(
        "typed", ["ada contractor", "  ADA   Contractor ", "Ａｄａ Contractor", "ada\tcontractor"]
    )
    def test_a_name_is_found_however_it_is_typed(self, register: PersonRepository, typed: str) -> None:
        register.add(a_person(), b"keyring")
        assert register.by_name(typed) is not None

    def test_a_name_is_kept_with_single_spaces(self, register: PersonRepository) -> None:
        assert register.add(a_person(name="  Ada   Contractor "), b"").name == "Ada Contractor"

    def test_two_people_of_one_name_are_refused(self, register: PersonRepository) -> None:
        register.add(a_person(), b"keyring")
        with pytest.raises(Refused):
            register.add(a_person(id="p2", name="ADA CONTRACTOR"), b"keyring")
        assert len(register.all()) == 1

    @pytest.mark.parametrize("name", ["", "   ", "a\x00b", "a\u202eb", "x" * 201])
    def test_what_is_not_a_name_is_refused(self, register: PersonRepository, name: str) -> None:
        with pytest.raises(Refused):
            register.add(a_person(name=name), b"keyring")

    def test_everybody_is_listed_by_name(self, register: PersonRepository) -> None:
        for person_id, name in (("p1", "cy"), ("p2", "Ann"), ("p3", "Bo")):
            register.add(a_person(id=person_id, name=name), b"")
        assert [person.name for person in register.all()] == ["Ann", "Bo", "cy"]

    def test_a_new_passphrase_takes_the_place_of_the_old(self, register: PersonRepository) -> None:
        register.add(a_person(), b"old")
        register.replace_keyring("p1", b"new")
        assert register.keyring("p1") == b"new"

    def test_only_an_active_account_gets_a_new_passphrase(self, register: PersonRepository) -> None:
        register.invite(a_person(), b"under the code", UNTIL)
        with pytest.raises(Refused):
            register.replace_keyring("p1", b"new")

    @given(st.text(max_size=20))
    def test_a_names_key_is_the_same_for_every_spelling(self, name: str) -> None:
        key = name_key(name)
        assert name_key(key) == key
        assert name_key(f"  {name}  ") == key

    @given(st.text(min_size=1, max_size=20))
    def test_a_shown_name_is_stable(self, name: str) -> None:
        try:
            shown = shown_name(name)
        except Refused:
            return
        assert shown_name(shown) == shown


class TestInvitations:
    def test_an_invitation_waits_with_its_keyring_and_its_end(self, register: PersonRepository) -> None:
        register.invite(a_person(public_key=b""), b"under the code", UNTIL)
        invited = register.invited("ada contractor")
        assert invited is not None
        assert (invited.keyring, invited.code_until) == (b"under the code", UNTIL)
        assert invited.person.state is PersonState.INVITED

    def test_enrolling_makes_the_account_active_under_its_own_key(self, register: PersonRepository) -> None:
        register.invite(a_person(public_key=b"", role=Role.QA), b"under the code", UNTIL)
        register.activate("p1", b"k" * 32, b"own")
        person = register.by_id("p1")
        assert person == a_person(public_key=b"k" * 32, role=Role.QA, state=PersonState.ACTIVE)
        assert register.keyring("p1") == b"own"

    def test_a_code_works_once(self, register: PersonRepository) -> None:
        register.invite(a_person(public_key=b""), b"under the code", UNTIL)
        register.activate("p1", b"k" * 32, b"own")
        assert register.invited("Ada Contractor") is None
        with pytest.raises(Refused):
            register.activate("p1", b"z" * 32, b"somebody else's")
        assert register.keyring("p1") == b"own"

    def test_a_code_runs_out(self, register: PersonRepository, clock: FakeClock) -> None:
        register.invite(a_person(public_key=b""), b"under the code", UNTIL)
        clock.advance(72 * 3600)
        with pytest.raises(Refused):
            register.activate("p1", b"k" * 32, b"own")
        assert register.keyring("p1") == b"under the code"

    def test_a_code_works_up_to_its_last_second(self, register: PersonRepository, clock: FakeClock) -> None:
        register.invite(a_person(public_key=b""), b"under the code", UNTIL)
        clock.advance(72 * 3600 - 1)
        register.activate("p1", b"k" * 32, b"own")
        assert register.keyring("p1") == b"own"

    def test_a_revoked_invitation_is_none(self, register: PersonRepository) -> None:
        register.invite(a_person(public_key=b""), b"under the code", UNTIL)
        register.revoke("p1")
        assert register.invited("Ada Contractor") is None
        with pytest.raises(Refused):
            register.activate("p1", b"k" * 32, b"own")


class TestRevoking:
    def test_the_keyring_is_destroyed_and_the_name_stays_taken(self, register: PersonRepository) -> None:
        register.add(a_person(), b"keyring")
        register.revoke("p1")
        person = register.by_name("Ada Contractor")
        assert person is not None
        assert person.state is PersonState.REVOKED
        assert register.keyring("p1") is None
        with pytest.raises(Refused):
            register.add(a_person(id="p2"), b"keyring")

    def test_the_public_key_stays_so_that_old_signatures_verify(self, register: PersonRepository) -> None:
        register.add(a_person(), b"keyring")
        register.revoke("p1")
        person = register.by_id("p1")
        assert person is not None
        assert person.public_key == a_person().public_key

    @pytest.mark.parametrize("person_id", ["p1", "p9"])
    def test_nobody_can_be_revoked_twice_or_who_is_not_there(
        self, register: PersonRepository, person_id: str
    ) -> None:
        register.add(a_person(), b"keyring")
        register.revoke("p1")
        with pytest.raises(Refused):
            register.revoke(person_id)


@pytest.mark.parametrize("name", ["Ada Contractor", "Nobody Here"])
class TestWaiting:
    """Every test runs for a name that exists and for one that does not."""

    @pytest.fixture(autouse=True)
    def _one_person(self, register: PersonRepository) -> None:
        register.add(a_person(), b"keyring")

    def fail(self, register: PersonRepository, name: str, times: int) -> int:
        for _ in range(times):
            failures = register.count_failure(name)
        return failures

    def test_four_failures_cost_no_wait(self, register: PersonRepository, name: str) -> None:
        assert self.fail(register, name, 4) == 4
        assert register.wait_seconds(name) == 0

    def test_the_fifth_failure_costs_thirty_seconds(self, register: PersonRepository, name: str) -> None:
        assert self.fail(register, name, 5) == 5
        assert register.wait_seconds(name) == 30

    def test_each_further_failure_waits_twice_as_long(
        self, register: PersonRepository, clock: FakeClock, name: str
    ) -> None:
        self.fail(register, name, 5)
        waits = []
        for _ in range(9):
            waits.append(register.wait_seconds(name))
            clock.advance(waits[-1])
            assert register.wait_seconds(name) == 0
            register.count_failure(name)
        assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]

    def test_the_wait_runs_down(self, register: PersonRepository, clock: FakeClock, name: str) -> None:
        self.fail(register, name, 5)
        clock.advance(12.5)
        assert register.wait_seconds(name) == 18
        clock.advance(17.5)
        assert register.wait_seconds(name) == 0

    def test_a_success_begins_anew(self, register: PersonRepository, name: str) -> None:
        self.fail(register, name, 7)
        register.forget_failures(name)
        assert register.wait_seconds(name) == 0
        assert self.fail(register, name, 1) == 1

    def test_spelling_the_name_otherwise_is_no_way_around(
        self, register: PersonRepository, name: str
    ) -> None:
        self.fail(register, name, 5)
        assert register.wait_seconds(f" {name.upper()} ") == 30

    def test_another_name_does_not_wait(self, register: PersonRepository, name: str) -> None:
        self.fail(register, name, 5)
        assert register.wait_seconds("Somebody Else") == 0

    def test_a_clock_that_was_wrong_does_not_lock_out_for_years(
        self, register: PersonRepository, clock: FakeClock, name: str
    ) -> None:
        clock.advance(10 * 365 * 86_400)
        self.fail(register, name, 5)
        clock.set_back(10 * 365 * 86_400)
        assert register.wait_seconds(name) == LONGEST_WAIT_SECONDS

    def test_the_wait_outlives_the_process(
        self, register: PersonRepository, database: Database, clock: FakeClock, name: str
    ) -> None:
        self.fail(register, name, 5)
        assert PersonRepository(database, clock).wait_seconds(name) == 30

    def test_what_was_typed_as_a_name_is_not_kept(
        self, register: PersonRepository, database: Database, name: str
    ) -> None:
        self.fail(register, "my secret passphrase", 5)
        kept = database.rows("SELECT * FROM sign_in_failure")
        assert len(kept) == 1
        assert len(kept[0]["name_key"]) == 6
        assert kept[0]["name_key"] != sha256(b"my secret passphrase").hexdigest()[:6]
        assert b"secret" not in database.path.read_bytes()


def test_failures_of_many_names_are_told_apart(register: PersonRepository) -> None:
    for number in range(50):
        register.count_failure(f"name {number}")
    assert register.count_failure("name 7") == 2
