"""Passphrases are changed, and lost ones replaced by a code or the recovery key; nothing else is lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.access.people import FIRST_WAIT_SECONDS, FREE_FAILURES
from reviewer.errors import Refused, TooManyFailures, WrongPassphrase
from reviewer.model.event import Action
from reviewer.model.people import PersonState, Role
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, annotation, hear

NEW = "another long passphrase"
SECOND = "Sam Second"


def second_lead(bench: Bench) -> None:
    code = bench.person(LEAD).lead.add_person(SECOND, Role.LEAD).code
    bench.workspace.enrol(SECOND, code, PASSPHRASE)


def give_code(bench: Bench, name: str, passphrase: str = NEW) -> None:
    """The lead issues a code for somebody, who sets a new passphrase with it."""
    code = bench.person(LEAD).lead.issue_code(name).code
    bench.workspace.enrol(name, code, passphrase)
    bench.signed_in.pop(name, None)


def recovery_key(bench: Bench) -> str:
    return bench.person(LEAD).lead.replace_recovery_key()


class TestChange:
    def test_the_new_passphrase_opens_and_the_old_one_does_not(self, bench: Bench) -> None:
        identity = bench.person(ANA).identity
        with bench.database() as database:
            before = database.value("SELECT keyring FROM person WHERE id = ?", (identity.person.id,))
        bench.workspace.sessions.change_passphrase(identity, PASSPHRASE, NEW)
        with pytest.raises(WrongPassphrase):
            bench.workspace.sign_in(ANA, PASSPHRASE)
        again = bench.workspace.sign_in(ANA, NEW)
        assert again.identity.keyring == identity.keyring
        assert [event.actor for event in bench.events(Action.PASSPHRASE_CHANGED)] == [identity.person.id]
        for file in bench.workspace.path.glob("workspace.db*"):
            assert before not in file.read_bytes()

    def test_an_open_session_goes_on(self, bench: Bench) -> None:
        bench.agree(ANA)
        bench.workspace.sessions.change_passphrase(bench.person(ANA).identity, PASSPHRASE, NEW)
        assert bench.submitted(ANA, "words")

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("wrong", NEW, "WRONG_PASSPHRASE"),
            (PASSPHRASE, "short", "PASSPHRASE_WEAK"),
            (PASSPHRASE, PASSPHRASE, "PASSPHRASE_SAME"),
            (PASSPHRASE, "\uff43" + PASSPHRASE[1:], "PASSPHRASE_SAME"),
        ],
    )
    def test_a_wrong_old_or_unfit_new_one_changes_nothing(
        self, bench: Bench, old: str, new: str, code: str
    ) -> None:
        with pytest.raises(Refused, match=code):
            bench.workspace.sessions.change_passphrase(bench.person(ANA).identity, old, new)
        assert bench.workspace.sign_in(ANA, PASSPHRASE)
        assert bench.events(Action.PASSPHRASE_CHANGED) == []

    def test_who_guesses_at_an_open_window_waits_as_at_sign_in(self, bench: Bench) -> None:
        identity, change = bench.person(ANA).identity, bench.workspace.sessions.change_passphrase
        for _ in range(FREE_FAILURES):
            with pytest.raises(WrongPassphrase):
                change(identity, "wrong", NEW)
        with pytest.raises(TooManyFailures):
            change(identity, PASSPHRASE, NEW)
        bench.clock.advance(FIRST_WAIT_SECONDS)
        change(identity, PASSPHRASE, NEW)
        with pytest.raises(WrongPassphrase):  # and begins anew
            change(identity, "wrong", PASSPHRASE)

    def test_nobody_changes_it_after_signing_out(self, bench: Bench) -> None:
        identity = bench.person(ANA).identity
        bench.sign_out(ANA)
        with pytest.raises(Refused, match="SIGNED_OUT"):
            bench.workspace.sessions.change_passphrase(identity, PASSPHRASE, NEW)


class TestNewCode:
    def test_work_and_drafts_stay_the_same_persons(self, bench: Bench) -> None:
        bench.agree(ANA)
        bench.submitted(ANA, "finished words")
        work = bench.work(ANA)
        lease = work.claim()
        opened = hear(work, lease)
        work.save_draft(lease, annotation("unfinished words", frames=opened.clip.frames), 1)
        before = bench.person(ANA).identity.person
        give_code(bench, ANA, PASSPHRASE)
        person = bench.workspace.sign_in(ANA, PASSPHRASE)
        assert person.identity.person.id == before.id
        bench.signed_in[ANA] = person
        bench.agree(ANA)
        work = bench.work(ANA)
        kept = work.open(work.resume() or lease).draft
        assert kept is not None
        assert kept.text_verbatim == "unfinished words"
        assert [past.text for past in work.history()] == ["finished words"]

    def test_the_old_passphrase_opens_nothing_from_the_code_on(self, bench: Bench) -> None:
        identity = bench.person(ANA).identity
        code = bench.person(LEAD).lead.issue_code(ANA).code
        with pytest.raises(WrongPassphrase):
            bench.workspace.sign_in(ANA, PASSPHRASE)
        with pytest.raises(Refused, match="ACCOUNT_CHANGED"):
            bench.workspace.sessions.require(identity)
        bench.workspace.enrol(ANA, code, NEW)
        with pytest.raises(Refused, match="ACCOUNT_CHANGED"):  # the session before has the lost key
            bench.workspace.sessions.require(identity)

    def test_the_log_has_the_new_key_and_who_issued_the_code(self, bench: Bench) -> None:
        give_code(bench, ANA)
        person = bench.workspace.sign_in(ANA, NEW).identity.person
        issued = bench.events(Action.PERSON_CODE)[-1]
        enrolled = bench.events(Action.PERSON_ENROLLED)[-1]
        assert (issued.actor, issued.object) == (bench.person(LEAD).identity.person.id, person.id)
        assert enrolled.detail["public_key"] == person.public_key.hex()
        assert bench.person(LEAD).lead.verify_log().ok

    def test_the_agreement_is_signed_again_with_the_new_key(self, bench: Bench) -> None:
        bench.agree(ANA)
        give_code(bench, ANA)
        bench.signed_in[ANA] = bench.workspace.sign_in(ANA, NEW)
        assert not bench.workspace.agreement.is_live(bench.person(ANA).identity)

    def test_own_words_are_gone_with_the_key_that_opened_them(self, bench: Bench) -> None:
        bench.agree(ANA)
        bench.work(ANA).known_words.add("de", "frobnix")
        give_code(bench, ANA, PASSPHRASE)
        bench.agree(ANA)
        assert bench.work(ANA).known_words.own("de") == ()

    def test_a_code_that_ran_out_is_replaced(self, bench: Bench) -> None:
        lead = bench.person(LEAD).lead
        late = lead.add_person("New Person", Role.QA).code
        bench.clock.advance(73 * 3600)
        code = lead.issue_code("New Person").code
        with pytest.raises(WrongPassphrase):
            bench.workspace.enrol("New Person", late, NEW)
        assert bench.workspace.enrol("New Person", code, NEW).state is PersonState.ACTIVE

    def test_only_a_lead_issues_one_and_never_for_themselves_or_a_closed_account(self, bench: Bench) -> None:
        with pytest.raises(Refused, match="NOT_ALLOWED"):
            bench.person(QUINN).lead.issue_code(ANA)
        lead = bench.person(LEAD).lead
        lead.revoke(BEN)
        for name, code in ((LEAD, "OWN_CODE"), (BEN, "NO_ACCOUNT"), ("Nobody", "NO_ACCOUNT")):
            with pytest.raises(Refused, match=code):
                lead.issue_code(name)
        assert bench.workspace.sign_in(LEAD, PASSPHRASE)


class TestRecoveryKey:
    def test_it_makes_a_new_lead_who_opens_everything(self, bench: Bench) -> None:
        bench.agree(ANA)
        bench.submitted(ANA, "words")
        key = recovery_key(bench)
        invitation = bench.workspace.recovery.recover(key, "Rae Rescue")
        bench.workspace.enrol("Rae Rescue", invitation.code, NEW)
        bench.signed_in["Rae Rescue"] = bench.workspace.sign_in("Rae Rescue", NEW)
        lead = bench.person("Rae Rescue").lead
        assert lead.overview().counts.clips
        assert lead.verify_log().ok
        lead.revoke(LEAD)
        bench.agree(BEN)
        assert bench.submitted(BEN, "words after")

    def test_it_lets_a_lead_who_lost_the_passphrase_in_again(self, bench: Bench) -> None:
        key, before = recovery_key(bench), bench.person(LEAD).identity.person
        code = bench.workspace.recovery.recover(key.lower().replace("-", " "), LEAD).code
        bench.workspace.enrol(LEAD, code, NEW)
        assert bench.workspace.sign_in(LEAD, NEW).identity.person.id == before.id
        told = bench.events(Action.PERSON_CODE)[-1]
        assert (told.actor, told.object, told.reason) == ("", before.id, "recovery_key")

    @pytest.mark.parametrize("name", [ANA, QUINN])
    def test_it_makes_nobody_else_a_lead(self, bench: Bench, name: str) -> None:
        with pytest.raises(Refused, match="NOT_A_LEAD"):
            bench.workspace.recovery.recover(recovery_key(bench), name)
        assert bench.workspace.sign_in(name, PASSPHRASE)

    def test_a_wrong_one_opens_nothing_and_is_logged(self, bench: Bench) -> None:
        key = recovery_key(bench)
        wrong = ("A" if key[0] != "A" else "B") + key[1:]
        with pytest.raises(Refused, match="WRONG_RECOVERY_KEY"):
            bench.workspace.recovery.recover(wrong, LEAD)
        assert bench.events(Action.ENROL_FAILED)[-1].reason == "recovery_key"
        assert bench.workspace.sign_in(LEAD, PASSPHRASE)

    def test_a_new_one_replaces_the_one_before(self, bench: Bench) -> None:
        first, second = recovery_key(bench), recovery_key(bench)
        with pytest.raises(Refused, match="WRONG_RECOVERY_KEY"):
            bench.workspace.recovery.try_key(first)
        bench.workspace.recovery.try_key(second)

    def test_it_is_nowhere_in_the_files(self, bench: Bench) -> None:
        key = recovery_key(bench)
        for file in Path(bench.workspace.path).rglob("*"):
            if file.is_file():
                data = file.read_bytes()
                assert key.encode() not in data
                assert key.replace("-", "").encode() not in data

    def test_it_still_opens_after_keys_were_replaced(self, bench: Bench) -> None:
        key = recovery_key(bench)
        bench.person(LEAD).lead.revoke(BEN)
        code = bench.workspace.recovery.recover(key, LEAD).code
        bench.workspace.enrol(LEAD, code, NEW)
        bench.agree(ANA)
        assert bench.submitted(ANA, "words")

    def test_the_overview_counts_leads_and_asks_for_a_second(self, bench: Bench) -> None:
        lead = bench.person(LEAD).lead
        assert (lead.overview().leads, lead.overview().has_recovery_key) == (1, True)
        second_lead(bench)
        assert lead.overview().leads == 2


def test_a_person_with_another_public_key_in_the_table_is_not_the_one_who_signed_in(bench: Bench) -> None:
    identity = bench.person(ANA).identity
    changed = replace(identity.person, public_key=b"x" * 32)
    with bench.database() as database:
        database.execute("UPDATE person SET public_key = ? WHERE id = ?", (changed.public_key, changed.id))
    with pytest.raises(Refused, match="ACCOUNT_CHANGED"):
        bench.workspace.sessions.require(identity)
