"""A signed agreement lives only while its text, its signature and its time hold."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.access import signing
from reviewer.access.audit_log import AuditLog
from reviewer.access.log_chain import canonical, parse
from reviewer.access.nda import (
    LONGEST_READING_SECONDS,
    STATEMENT,
    Acknowledgements,
    least_reading_seconds,
    newest_evidence,
)
from reviewer.access.people import PersonRepository
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.errors import Damaged, NdaRequired, Refused
from reviewer.model.clock import to_micros
from reviewer.model.event import Action
from reviewer.model.people import Identity, Person, PersonState, Role
from reviewer.places import resource
from tests.factories import a_keyring, a_person
from tests.fakes.clock import START, FakeClock

DAYS = 365
ADA = a_person()
IDENTITY = Identity(ADA, "s1", a_keyring())


@dataclass
class Office:
    database: Database
    clock: FakeClock
    ledger: AuditLog
    folder: Path
    desk: Acknowledgements

    def sign(self, locale: str = "en-US", name: str = "Ada Contractor", **changes: Any) -> str:
        """Is shown the text, reads it for two minutes to its end, and signs it."""
        text, identity = changes.get("text", self.desk.text(locale)), changes.get("identity", IDENTITY)
        self.desk.shown(identity, text)
        self.clock.advance(120)
        self.desk.end_reached(identity, text)
        self.clock.advance(5)
        return self.desk.accept(identity, text, name, "0.1.0")

    def publish(self, version: str, *, reack: bool = True) -> None:
        new = self.folder / version
        shutil.copytree(self.folder / "1.0", new)
        english = new / "en-US.txt"
        english.write_bytes(english.read_bytes() + f"Version {version} adds this line.\n".encode())
        about = (new / "nda.toml").read_text("utf-8").replace('"1.0"', f'"{version}"')
        about = about.replace("requires_reack = true", f"requires_reack = {str(reack).lower()}")
        (new / "nda.toml").write_text(about, "utf-8")

    def actions(self) -> list[Action]:
        return [row.event().action for row in self.ledger.rows()]

    def alter(self, **columns: Any) -> None:
        for column, value in columns.items():
            self.database.execute(f"UPDATE nda_acknowledgement SET {column} = ?", (value,))


def make_office(folder: Path) -> Office:
    database, clock = Database(folder / "workspace.db"), FakeClock()
    migrate(database)
    PersonRepository(database, clock).add(ADA, b"keyring")
    PersonRepository(database, clock).add(a_person(id="p2", name="Bo Contractor"), b"keyring")
    shutil.copytree(resource("nda"), folder / "nda")
    ledger = AuditLog(database, clock, "w1")
    ledger.unlock(IDENTITY.keyring.log_key)
    return Office(
        database,
        clock,
        ledger,
        folder / "nda",
        Acknowledgements(database, ledger, clock, folder / "nda", DAYS),
    )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_office(tmp_path)
    yield made
    made.database.close()


class TestSigning:
    def test_an_agreement_is_live_once_it_is_signed(self, office: Office) -> None:
        assert not office.desk.is_live(ADA)
        assert office.desk.of("p1") == []
        record_id = office.sign()
        assert office.desk.is_live(ADA)
        assert office.desk.require_live(ADA) == record_id

    @pytest.mark.skipif(sys.platform == "win32", reason="files that Windows does not have")
    @pytest.mark.parametrize("kind", ["pipe", "folder", "link to nothing"])
    def test_what_is_no_file_among_the_texts_is_no_text(self, office: Office, kind: str) -> None:
        office.sign()
        place = office.folder / "1.0" / "pl-PL.txt"
        make = {"pipe": os.mkfifo, "folder": Path.mkdir, "link to nothing": lambda at: at.symlink_to("gone")}
        make[kind](place)
        assert office.desk.is_live(ADA)
        assert office.desk.text_for(["pl"], "en-US").locale == "en-US"

    def test_the_record_holds_all_that_was_shown_and_done_and_anybody_can_check_it(
        self, office: Office
    ) -> None:
        record_id = office.sign(name="  ada   CONTRACTOR ")
        text = office.desk.text("en-US")
        (record,) = office.desk.of("p1")
        assert (record.id, record.person_id, record.typed_name) == (record_id, "p1", "  ada   CONTRACTOR ")
        assert (record.version, record.locale, record.sha256) == ("1.0", "en-US", text.sha256)
        assert (record.shown_at, record.end_reached_at) == (START, START + timedelta(seconds=120))
        assert record.signed_at == START + timedelta(seconds=125)
        assert (record.app_version, record.statement) == ("0.1.0", STATEMENT)
        assert signing.verify(ADA.public_key, record.body, record.signature)
        fields = json.loads(record.body)
        assert canonical(fields) == record.body
        assert (fields["name"], fields["session"], fields["log_id"]) == ("Ada Contractor", "s1", "w1")

    def test_signing_is_logged_in_the_same_commit(self, office: Office) -> None:
        record_id = office.sign()
        event = [row.event() for row in office.ledger.rows()][-1]
        assert office.actions() == [Action.NDA_SHOWN, Action.NDA_END_REACHED, Action.NDA_ACCEPTED]
        assert (event.action, event.actor, event.object) == (Action.NDA_ACCEPTED, "p1", record_id)
        assert event.detail["sha256"] == office.desk.text("en-US").sha256

    def test_no_log_row_no_signature(self, office: Office) -> None:
        text = office.desk.text("en-US")
        office.desk.shown(IDENTITY, text)
        office.clock.advance(120)
        office.desk.end_reached(IDENTITY, text)
        office.ledger.lock()
        with pytest.raises(Refused):
            office.desk.accept(IDENTITY, text, "Ada Contractor", "0.1.0")
        assert office.desk.of("p1") == []

    @pytest.mark.parametrize("name", ["", "Ada", "Bo Contractor", "Ada Contractor Jr", "AdaContractor"])
    def test_another_name_than_ones_own_is_refused(self, office: Office, name: str) -> None:
        with pytest.raises(Refused):
            office.sign(name=name)
        assert not office.desk.is_live(ADA)

    def test_another_text_than_the_current_one_is_refused(self, office: Office) -> None:
        text = office.desk.text("en-US")
        for other in (
            replace(text, text=text.text + " "),
            replace(text, sha256="0" * 64),
            replace(text, version="0.9"),
            replace(text, title="Another"),
        ):
            with pytest.raises(Refused):
                office.sign(text=other)
        assert office.desk.of("p1") == []

    def test_a_text_that_changed_while_it_was_read_is_refused(self, office: Office) -> None:
        text = office.desk.text("en-US")
        office.publish("1.1")
        with pytest.raises(Refused):
            office.sign(text=text)

    def test_only_what_the_log_saw_of_reading_counts(self, office: Office) -> None:
        """Shown, then its end reached, by this person, of this text: in this order, and not too fast."""
        text, german = office.desk.text("en-US"), office.desk.text("de-DE")
        bo = replace(IDENTITY, person=a_person(id="p2", name="Bo Contractor"))

        def refused() -> str:
            with pytest.raises(Refused) as error:
                office.desk.accept(IDENTITY, text, "Ada Contractor", "0.1.0")
            return error.value.code

        assert refused() == "NDA_NOT_READ"
        office.desk.end_reached(IDENTITY, text)  # before it was shown
        office.desk.shown(bo, text)
        office.desk.end_reached(bo, text)
        office.desk.shown(IDENTITY, german)
        office.desk.end_reached(IDENTITY, german)
        office.clock.advance(600)
        assert refused() == "NDA_NOT_READ"
        office.desk.shown(IDENTITY, text)
        assert refused() == "NDA_NOT_READ"
        office.desk.declined(IDENTITY, text)
        assert office.desk.reading_seconds_left(IDENTITY, text) is None
        office.clock.advance(600)
        office.desk.shown(IDENTITY, text)  # once more: it is read from here on
        office.desk.end_reached(IDENTITY, text)
        least = least_reading_seconds(text)
        assert office.desk.reading_seconds_left(IDENTITY, text) == least > 1
        office.clock.advance(least - 0.5)
        assert refused() == "NDA_READ_TOO_FAST"
        office.clock.advance(0.5)
        assert office.desk.accept(IDENTITY, text, "Ada Contractor", "0.1.0")
        assert least_reading_seconds(replace(text, text="long " * 100_000)) == LONGEST_READING_SECONDS

    def test_a_key_that_is_not_the_accounts_signs_nothing(self, office: Office) -> None:
        stranger = Identity(ADA, "s1", a_keyring(signing_key=b"x" * 32))
        with pytest.raises(Damaged):
            office.sign(identity=stranger)
        assert office.desk.of("p1") == []

    def test_showing_and_declining_are_logged_and_sign_nothing(self, office: Office) -> None:
        text = office.desk.text("de-DE")
        office.desk.shown(IDENTITY, text)
        office.desk.declined(IDENTITY, text)
        assert office.actions() == [Action.NDA_SHOWN, Action.NDA_DECLINED]
        assert [row.event().detail["locale"] for row in office.ledger.rows()] == ["de-DE", "de-DE"]
        assert not office.desk.is_live(ADA)


class TestLiving:
    def test_without_it_nobody_passes_and_the_log_says_so(self, office: Office) -> None:
        with pytest.raises(NdaRequired):
            office.desk.require_live(ADA)
        (row,) = office.ledger.rows()
        assert (row.event().action, row.event().reason) == (Action.REFUSED, "NDA_REQUIRED")

    def test_it_lives_for_its_days_and_signing_again_begins_a_new_term(self, office: Office) -> None:
        office.sign()
        office.clock.advance(DAYS * 86_400 - 1)
        assert office.desk.is_live(ADA)
        office.clock.advance(1)
        assert not office.desk.is_live(ADA)
        again = office.sign()
        assert office.desk.require_live(ADA) == again == office.desk.of("p1")[0].id

    @pytest.mark.parametrize(
        ("signed_in", "person", "lives"),
        [
            ("de-DE", ADA, True),
            ("en-US", ADA, True),
            ("en-US", a_person(id="p2"), False),
            ("en-US", a_person(role=Role.QA), False),
            ("en-US", a_person(state=PersonState.REVOKED), False),
            ("en-US", a_person(state=PersonState.INVITED), False),
            ("en-US", a_person(public_key=signing.public_key_of(b"x" * 32)), False),
        ],
    )
    def test_it_lives_for_its_person_role_account_and_key_alone(
        self, office: Office, signed_in: str, person: Person, *, lives: bool
    ) -> None:
        office.sign(signed_in)
        assert office.desk.is_live(person) is lives

    def test_the_newest_is_shown_to_a_server_and_nothing_before_there_is_one(self, office: Office) -> None:
        assert newest_evidence(office.database, "p1") is None
        for _ in range(2):
            office.sign()
            office.clock.advance(60)
        newest, earlier = office.desk.of("p1")
        evidence = newest_evidence(office.database, "p1")
        assert evidence.evidence == newest.body + newest.signature
        assert (evidence.sha256, evidence.signed_at) == (newest.sha256, to_micros(newest.signed_at))
        assert newest.signed_at > earlier.signed_at
        assert newest_evidence(office.database, "p2") is None

    @pytest.mark.parametrize("state", [PersonState.REVOKED, PersonState.INVITED])
    def test_it_dies_with_the_account(self, office: Office, state: PersonState) -> None:
        office.sign()
        assert not office.desk.is_live(a_person(state=state))

    @pytest.mark.parametrize(
        ("languages", "shown"),
        [
            ((), "en-US"),
            (("de",), "de-DE"),
            (("de-AT", "en"), "de-DE"),
            (("pl", "de-DE"), "de-DE"),
            (("pl", "pt-BR"), "en-US"),
            (("en-GB", "de"), "en-US"),
        ],
    )
    def test_it_is_shown_in_the_first_language_of_the_person_that_it_has(
        self, office: Office, languages: tuple[str, ...], shown: str
    ) -> None:
        assert office.desk.text_for(languages, "en-US").locale == shown
        assert office.desk.text_for((), "de-DE").locale == "de-DE"

    def test_the_same_text_as_another_version_must_be_signed_anew(self, office: Office) -> None:
        office.sign("de-DE")
        (office.folder / "1.0").rename(office.folder / "1.1")
        about = office.folder / "1.1" / "nda.toml"
        about.write_text(about.read_text("utf-8").replace('"1.0"', '"1.1"'), "utf-8")
        assert not office.desk.is_live(ADA)

    def test_a_new_version_must_be_signed_anew_unless_it_says_otherwise(self, office: Office) -> None:
        office.sign()
        office.publish("1.1", reack=False)
        assert office.desk.is_live(ADA)
        for version, reack in (("1.2", True), ("1.3", False)):
            office.publish(version, reack=reack)
            assert not office.desk.is_live(ADA)
        office.sign()
        assert office.desk.is_live(ADA)

    def test_one_changed_byte_of_the_text_must_be_signed_anew(self, office: Office) -> None:
        office.sign()
        file = office.folder / "1.0" / "en-US.txt"
        data = bytearray(file.read_bytes())
        data[1000] ^= 1
        file.write_bytes(bytes(data))
        assert not office.desk.is_live(ADA)


class TestTampering:
    @pytest.mark.parametrize(
        "changes",
        [
            {"typed_name": "Somebody Else"},
            {"version": "1.1"},
            {"person_id": "p2"},
            {"signed_at": "2036-11-02T09:02:05.000000Z"},
            {"end_reached_at": "2026-11-02T09:00:00.000000Z"},
            {"statement": "I do not agree."},
        ],
    )
    def test_a_changed_record_is_dead(self, office: Office, changes: dict[str, str]) -> None:
        office.sign()
        (record,) = office.desk.of("p1")
        office.alter(record=canonical({**json.loads(record.body), **changes}))
        assert not office.desk.is_live(ADA)

    def test_columns_of_another_text_or_a_later_time_do_not_make_a_record_live(self, office: Office) -> None:
        office.sign("de-DE")
        office.alter(sha256=office.desk.text("en-US").sha256, locale="en-US")
        assert not office.desk.is_live(ADA)
        office.alter(sha256=office.desk.text("de-DE").sha256, locale="de-DE", signed_at=4_000_000_000_000_000)
        office.clock.advance(DAYS * 86_400)
        assert not office.desk.is_live(ADA)

    def test_a_record_of_somebody_else_cannot_be_passed_off_as_ones_own(self, office: Office) -> None:
        office.sign()
        office.alter(person_id="p2")
        bo = a_person(id="p2", name="Bo Contractor", public_key=signing.public_key_of(b"b" * 32))
        assert not office.desk.is_live(bo)
        # Not even when both accounts hold one key.
        assert not office.desk.is_live(replace(bo, public_key=ADA.public_key))

    def test_a_record_under_another_id_is_dead(self, office: Office) -> None:
        office.sign()
        office.alter(id="n0")
        assert not office.desk.is_live(ADA)

    def test_a_later_time_in_the_table_does_not_make_it_live_longer(self, office: Office) -> None:
        office.sign()
        office.alter(signed_at=4_000_000_000_000_000)
        office.clock.advance(DAYS * 86_400)
        assert not office.desk.is_live(ADA)

    def test_a_public_key_that_was_swapped_kills_it(self, office: Office) -> None:
        office.sign()
        assert not office.desk.is_live(a_person(public_key=signing.public_key_of(b"x" * 32)))

    @pytest.mark.parametrize(
        "record", [b"", b"{}", b"not json", b'{"kind":"nda-acknowledgement"}', b'{"kind":1}']
    )
    def test_a_record_that_cannot_be_read_is_dead_and_is_reported(
        self, office: Office, record: bytes
    ) -> None:
        office.sign()
        office.alter(record=record)
        assert not office.desk.is_live(ADA)
        with pytest.raises(Damaged):
            office.desk.of("p1")

    @pytest.mark.parametrize("change", [{"shown_at": 7}, {"shown_at": "yesterday"}, {"typed_name": None}])
    def test_a_record_without_a_field_or_of_another_type_is_dead_and_is_reported(
        self, office: Office, change: dict[str, object]
    ) -> None:
        office.sign()
        self.rewrite(office, change)
        assert not office.desk.is_live(ADA)
        with pytest.raises(Damaged):
            office.desk.of("p1")

    @pytest.mark.parametrize("field", ["public_key", "role"])
    def test_a_record_that_does_not_say_who_signed_is_dead(self, office: Office, field: str) -> None:
        office.sign()
        self.rewrite(office, {field: None})
        assert not office.desk.is_live(ADA)

    def rewrite(self, office: Office, change: dict[str, object]) -> None:
        """Changes fields of the record; None takes one out."""
        (kept,) = office.database.rows("SELECT record FROM nda_acknowledgement")
        fields = parse(kept["record"]) | change
        office.alter(record=canonical({name: value for name, value in fields.items() if value is not None}))

    @given(data=st.data())
    @settings(max_examples=60)
    def test_any_changed_byte_of_record_or_signature_kills_it(
        self, data: st.DataObject, signed: Office
    ) -> None:
        (kept,) = signed.database.rows("SELECT record, signature FROM nda_acknowledgement")
        column = data.draw(st.sampled_from(["record", "signature"]))
        changed = bytearray(kept[column])
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
        signed.alter(**{column: bytes(changed)})
        assert not signed.desk.is_live(ADA)
        signed.alter(**kept)
        assert signed.desk.is_live(ADA)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = make_office(tmp_path_factory.mktemp("signed"))
    made.sign()
    yield made
    made.database.close()
