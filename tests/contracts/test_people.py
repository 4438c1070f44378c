"""People come in by invitation, leave for good, and wait when they fail."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from reviewer.access.people import LONGEST_WAIT_SECONDS, PersonRepository, look_alikes, name_key, shown_name
from reviewer.db.connection import Database
from reviewer.errors import Refused
from reviewer.model.people import PersonState, Role
from tests.factories import a_person
from tests.fakes.clock import START, FakeClock

UNTIL = START + timedelta(hours=72)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def register(database: Database, clock: FakeClock) -> PersonRepository:
    return PersonRepository(database, clock)


class TestPeople:
    def test_somebody_is_found_by_name_and_id_once_added(self, register: PersonRepository) -> None:
        assert register.by_name("Ada Contractor") is None
        assert register.by_id("p1") is None
        assert register.keyring("p1") is None
        assert register.invited("Ada Contractor") is None
        person = register.add(a_person(), b"keyring")
        assert register.by_name("Ada Contractor") == person == register.by_id("p1")
        assert register.keyring("p1") == b"keyring"

    @pytest.mark.parametrize(
        "typed", ["ada contractor", "  ADA   Contractor ", "Ａｄａ Contractor", "ada\tcontractor"]
    )
    def test_a_name_is_found_however_it_is_typed(self, register: PersonRepository, typed: str) -> None:
        register.add(a_person(), b"keyring")
        assert register.by_name(typed) is not None
        assert register.by_name(f"{typed} Jr") is None

    def test_two_people_of_one_name_are_refused_and_it_is_kept_with_single_spaces(
        self, register: PersonRepository
    ) -> None:
        assert register.add(a_person(name="  Ada   Contractor "), b"keyring").name == "Ada Contractor"
        with pytest.raises(Refused, match="NAME_TAKEN"):
            register.add(a_person(id="p2", name="ADA CONTRACTOR"), b"keyring")
        assert len(register.all()) == 1

    @pytest.mark.parametrize(
        "name",
        [
            "\u0410da Contractor",  # Cyrillic A
            "Ada Contract\u043er",  # Cyrillic o
            "Ada C\u03bfntractor",  # Greek omicron
            "Ada C\u0585ntractor",  # Armenian oh
            "AdaContractor",
            "Ada\u2009Contractor",
            "Ada C\u034fontractor",  # combining grapheme joiner
            "Ada Contractor\ufe0f",
            "\U0001d400da Contractor",  # mathematical A
            "ADA C0NTRACTOR",
            "Ada Contractor.",
            "Ada-Contractor",
            "Ada' Contractor",
            "\u13aada Contractor",  # Cherokee go
            "\ua4eeda Contractor",  # Lisu letter a
            "Ada C\u0ed0ntractor",  # Lao digit
        ],
    )
    def test_a_name_that_looks_like_another_is_refused(self, register: PersonRepository, name: str) -> None:
        register.add(a_person(), b"keyring")
        with pytest.raises(Refused, match=r"NAME_LOOKS_ALIKE|NAME_TAKEN"):
            register.add(a_person(id="p2", name=name), b"keyring")
        assert len(register.all()) == 1

    @pytest.mark.parametrize(
        ("one", "other"), [("Ian Modern", "lan Modern"), ("Lee Modem", "Lee Modern"), ("ARNOLD", "AMOLD")]
    )
    def test_letters_that_look_alike_in_one_alphabet_are_refused_too(
        self, register: PersonRepository, one: str, other: str
    ) -> None:
        register.add(a_person(name=one), b"keyring")
        with pytest.raises(Refused, match="NAME_LOOKS_ALIKE"):
            register.add(a_person(id="p2", name=other), b"keyring")

    @pytest.mark.parametrize(
        "name", ["Ada Contractor Jr", "Áda Contractor", "Ada Kontractor", "Анна Ким", "Ada Contractor 2"]
    )
    def test_another_name_is_not_mistaken_for_one_that_is_there(
        self, register: PersonRepository, name: str
    ) -> None:
        register.add(a_person(), b"keyring")
        assert register.add(a_person(id="p2", name=name), b"keyring").name == name

    def test_a_name_that_looks_like_that_of_a_revoked_person_is_refused(
        self, register: PersonRepository
    ) -> None:
        register.add(a_person(), b"keyring")
        register.revoke("p1")
        with pytest.raises(Refused, match="NAME_LOOKS_ALIKE"):
            register.add(a_person(id="p2", name="Ada Contract\u043er"), b"keyring")

    def test_a_character_that_shows_nothing_makes_no_other_name(self) -> None:
        ignored = regex.findall(r"\p{Default_Ignorable_Code_Point}", "".join(map(chr, range(0xD800))))
        ignored += map(chr, (0xFE00, 0xFE0F, 0xFFA0, 0xE0100, 0xE01EF))
        assert len(ignored) > 20
        for each in ignored:
            assert look_alikes(f"Ada{each} Lee") == look_alikes("Ada Lee"), f"{ord(each):x}"

    @pytest.mark.parametrize("name", ["", "   ", "a\x00b", "a\u202eb", "x" * 201])
    def test_what_is_not_a_name_is_refused(self, register: PersonRepository, name: str) -> None:
        with pytest.raises(Refused):
            register.add(a_person(name=name), b"keyring")

    def test_a_name_may_have_200_characters(self, register: PersonRepository) -> None:
        assert register.add(a_person(name="x" * 200), b"keyring").name == "x" * 200

    def test_a_keyring_is_replaced_where_it_is_still_the_same(self, register: PersonRepository) -> None:
        for person_id, name in (("p1", "Ada Contractor"), ("p2", "Ben Other")):
            register.add(a_person(id=person_id, name=name), b"keyring")
        assert register.replace_keyring("p1", b"keyring", b"new")
        assert not register.replace_keyring("p1", b"keyring", b"newer")
        assert (register.keyring("p1"), register.keyring("p2")) == (b"new", b"keyring")
        register.invite_again("p1", b"under the code", UNTIL)
        assert not register.replace_keyring("p1", b"under the code", b"newer")
        assert register.keyring("p1") == b"under the code"

    def test_everybody_is_listed_by_name(self, register: PersonRepository) -> None:
        for person_id, name in (("p1", "cy"), ("p2", "Ann"), ("p3", "Bo")):
            register.add(a_person(id=person_id, name=name), b"")
        assert [person.name for person in register.all()] == ["Ann", "Bo", "cy"]

    @given(st.text(max_size=20))
    def test_a_names_key_is_the_same_for_every_spelling_and_a_shown_name_is_stable(self, name: str) -> None:
        key = name_key(name)
        assert name_key(key) == name_key(f"  {name}  ") == key
        with suppress(Refused):
            assert shown_name(shown_name(name)) == shown_name(name)


class TestInvitations:
    def test_an_invitation_waits_with_its_keyring_and_its_end(self, register: PersonRepository) -> None:
        register.invite(a_person(public_key=b""), b"under the code", UNTIL)
        invited = register.invited("ada contractor")
        assert (invited.keyring, invited.code_until) == (b"under the code", UNTIL)
        assert invited.person.state is PersonState.INVITED

    def test_enrolling_makes_the_account_active_under_its_own_key(self, register: PersonRepository) -> None:
        register.invite(a_person(public_key=b"", role=Role.QA), b"under the code", UNTIL)
        register.invite(a_person(id="p2", name="Ben Other", public_key=b""), b"under another", UNTIL)
        register.activate("p1", b"k" * 32, b"own")
        person = register.by_id("p1")
        assert person == a_person(public_key=b"k" * 32, role=Role.QA, state=PersonState.ACTIVE)
        assert register.keyring("p1") == b"own"
        assert register.invited("Ben Other").keyring == b"under another"

    def test_a_new_code_replaces_the_keyring_of_an_open_account_alone(
        self, register: PersonRepository
    ) -> None:
        for person_id, name in (("p1", "Ada Contractor"), ("p2", "Ben Other")):
            register.add(a_person(id=person_id, name=name), b"keyring")
            register.put_delivery_card(person_id, person_id.encode())
        assert (register.delivery_card("p1"), register.delivery_card("p2")) == (b"p1", b"p2")
        register.invite_again("p1", b"under the code", UNTIL)
        assert register.invited("Ada Contractor").keyring == b"under the code"
        assert (register.delivery_card("p1"), register.delivery_card("p2")) == (b"", b"p2")
        assert (register.keyring("p2"), register.invited("Ben Other")) == (b"keyring", None)
        register.revoke("p2")
        for person_id in ("p2", "p9"):
            with pytest.raises(Refused, match="NO_ACCOUNT"):
                register.invite_again(person_id, b"under the code", UNTIL)
        assert (register.keyring("p2"), register.delivery_card("p9")) == (None, b"")

    def test_who_joins_in_a_folder_of_their_own_has_no_code_for_this_one(
        self, register: PersonRepository
    ) -> None:
        register.invite(a_person(public_key=b""), None, UNTIL)
        assert register.invited("Ada Contractor") is None

    @pytest.mark.parametrize("ending", ["used", "run out", "revoked"])
    def test_a_code_works_once_up_to_its_last_second_and_unless_it_is_revoked(
        self, register: PersonRepository, clock: FakeClock, ending: str
    ) -> None:
        register.invite(a_person(public_key=b""), b"under the code", UNTIL)
        clock.advance(72 * 3600 - 1)
        if ending == "used":
            register.activate("p1", b"k" * 32, b"own")
        elif ending == "run out":
            clock.advance(1)
        else:
            register.revoke("p1")
        before = register.keyring("p1")
        assert (register.invited("Ada Contractor") is None) == (ending != "run out")
        with pytest.raises(Refused):
            register.activate("p1", b"z" * 32, b"somebody else's")
        assert register.keyring("p1") == before != b"somebody else's"


class TestRevoking:
    def test_the_keyring_is_destroyed_and_name_and_public_key_stay(self, register: PersonRepository) -> None:
        register.add(a_person(), b"keyring")
        register.revoke("p1")
        person = register.by_name("Ada Contractor")
        assert person == a_person(state=PersonState.REVOKED)
        assert register.keyring("p1") is None
        with pytest.raises(Refused):
            register.add(a_person(id="p2"), b"keyring")

    @pytest.mark.parametrize("person_id", ["p1", "p9"])
    def test_nobody_can_be_revoked_twice_or_who_is_not_there(
        self, register: PersonRepository, person_id: str
    ) -> None:
        register.add(a_person(), b"keyring")
        register.revoke("p1")
        with pytest.raises(Refused):
            register.revoke(person_id)


class TestLeadsElsewhere:
    def test_a_leads_new_key_takes_the_place_of_the_old_and_nobody_elses(
        self, register: PersonRepository
    ) -> None:
        lead, other = (
            a_person(id=key, name=name, role=Role.LEAD) for key, name in (("l1", "Eve"), ("l2", "Fay"))
        )
        register.add(a_person(), b"keyring")
        for each in (lead, other):
            register.keep_lead(each)
        register.revoke("l1")
        assert register.lead_keys() == {"l2": other.public_key}
        register.keep_lead(replace(lead, public_key=b"n" * 32))
        assert register.lead_keys() == {"l1": b"n" * 32, "l2": other.public_key}
        register.keep_lead(a_person(public_key=b"n" * 32))
        assert register.by_id("p1") == a_person()


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

    def test_from_the_fifth_failure_each_waits_twice_as_long(
        self, register: PersonRepository, clock: FakeClock, name: str
    ) -> None:
        waits = []
        for failures in range(1, 14):
            assert register.count_failure(name) == failures
            waits.append(register.wait_seconds(name))
            clock.advance(waits[-1])
            assert register.wait_seconds(name) == 0
        assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]

    def test_the_wait_is_for_one_name_however_spelled_outlives_the_process_and_runs_down(
        self, register: PersonRepository, database: Database, clock: FakeClock, name: str
    ) -> None:
        self.fail(register, name, 5)
        assert register.wait_seconds(f" {name.upper()} ") == 30
        assert register.wait_seconds("Somebody Else") == 0
        assert PersonRepository(database, clock).wait_seconds(name) == 30
        clock.advance(12.5)
        assert register.wait_seconds(name) == 18
        clock.advance(17.5)
        assert register.wait_seconds(name) == 0

    def test_a_success_begins_anew(self, register: PersonRepository, name: str) -> None:
        self.fail(register, name, 7)
        self.fail(register, "Somebody Else", 5)
        register.forget_failures(name)
        assert register.wait_seconds(name) == 0
        assert self.fail(register, name, 1) == 1
        assert register.wait_seconds("Somebody Else") == 30

    def test_a_clock_that_was_wrong_does_not_lock_out_for_years(
        self, register: PersonRepository, clock: FakeClock, name: str
    ) -> None:
        clock.advance(10 * 365 * 86_400)
        self.fail(register, name, 5)
        clock.set_back(10 * 365 * 86_400)
        assert register.wait_seconds(name) == LONGEST_WAIT_SECONDS

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
