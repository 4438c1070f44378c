"""What happens before and after somebody is signed in raises no alarm about the tables."""

import shutil
from pathlib import Path

import pytest

from reviewer.access.verification import verify_file
from reviewer.clips.keys import KdfParameters
from reviewer.errors import Refused, TooManyFailures, WrongPassphrase
from reviewer.model.people import Role
from reviewer.places import DATABASE_FILE
from reviewer.workspace import make_workspace, open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, claim_and_hear
from tests.fakes.clock import FakeClock


def code_of_finding(bench: Bench) -> str:
    return verify_file(bench.workspace.path / DATABASE_FILE).notice.code


def is_whole(bench: Bench) -> bool:
    """Whether the file verifies, open and after another opening without anybody signed in."""
    found = code_of_finding(bench)
    bench.workspace.close()
    bench.another_window().workspace.close()
    return {found, code_of_finding(bench)} == {"LOG_VERIFIES"}


def test_new_workspace_verifies_before_and_after_the_first_enrolment(tmp_path: Path) -> None:
    clock, cheap = FakeClock(), KdfParameters.cheap()
    make_workspace(tmp_path / "ws", LEAD, PASSPHRASE, clock=clock, parameters=cheap)
    assert verify_file(tmp_path / "ws" / DATABASE_FILE).ok
    bench = Bench(open_workspace(tmp_path / "ws", clock=clock, parameters=cheap), clock)
    code = bench.person(LEAD).lead.add_person(ANA, Role.CONTRACTOR).code
    bench.sign_out(LEAD)
    bench.workspace.enrol(ANA, code, PASSPHRASE)
    bench.person(ANA)
    assert is_whole(bench)


def test_enrolment_with_a_new_code_while_nobody_is_signed_in_raises_no_alarm(bench: Bench) -> None:
    code = bench.person(LEAD).lead.issue_code(ANA).code
    bench.sign_out(LEAD)
    bench.workspace.enrol(ANA, code, PASSPHRASE)
    assert code_of_finding(bench) == "LOG_VERIFIES"
    bench.person(ANA)
    assert is_whole(bench)


def test_recovery_raises_no_alarm(bench: Bench) -> None:
    key = bench.person(LEAD).lead.replace_recovery_key()
    bench.sign_out(LEAD)
    with pytest.raises(Refused):
        bench.workspace.recovery.recover("WRONG", LEAD)
    for name in (LEAD, "Somebody New"):
        code = bench.workspace.recovery.recover(key, name).code
        assert code_of_finding(bench) == "LOG_VERIFIES"
        bench.workspace.enrol(name, code, PASSPHRASE)
    assert is_whole(bench)


def test_new_keys_delivered_at_the_next_sign_in_raise_no_alarm(bench: Bench) -> None:
    bench.person(LEAD).lead.revoke(QUINN)
    bench.sign_out(LEAD)
    bench.person(ANA)
    bench.person(BEN)
    bench.sign_out(ANA)
    assert is_whole(bench)


def test_failed_sign_ins_and_enrolments_raise_no_alarm(bench: Bench) -> None:
    bench.sign_out(LEAD)
    for name in (ANA, "Nobody"):
        with pytest.raises(WrongPassphrase):
            bench.workspace.enrol(name, "WRONG CODE", PASSPHRASE)
        for _ in range(4):
            with pytest.raises(WrongPassphrase):
                bench.workspace.sign_in(name, "another passphrase")
        with pytest.raises(TooManyFailures):
            bench.workspace.sign_in(name, PASSPHRASE)
    assert is_whole(bench)


def test_work_left_open_at_sign_out_or_locking_raises_no_alarm(bench: Bench) -> None:
    bench.agree(ANA)
    work = bench.work(ANA)
    lease = claim_and_hear(work)
    work.prefetch()
    bench.sign_out(ANA)
    bench.sign_out(LEAD)
    work.close(lease)
    with pytest.raises(Refused):
        work.release(lease)
    assert is_whole(bench)


def test_purge_by_date_at_sign_in_raises_no_alarm(bench: Bench) -> None:
    bench.sign_out(LEAD)
    bench.clock.advance(5 * 366 * 86_400)
    ana = bench.person(ANA).identity
    assert bench.workspace.purge_due(ana) == ()  # held: the clock may be wrong
    assert code_of_finding(bench) == "LOG_VERIFIES"
    assert len(bench.person(LEAD).lead.purge(retention=True).purged) == 3
    bench.workspace.purge_due(ana)
    bench.sign_out(ANA)
    assert is_whole(bench)


def test_two_windows_that_write_in_turns_raise_no_alarm(bench: Bench) -> None:
    bench.agree(ANA, BEN)
    other = bench.another_window()
    for each, name in ((bench, ANA), (other, BEN)):
        each.submitted(name, "some words")
        each.sign_out(name)
    bench.person(LEAD).lead.set_languages(ANA, ["en"])
    other.workspace.close()
    assert is_whole(bench)


def test_rows_are_not_changed_while_nobody_is_signed_in(bench: Bench) -> None:
    """Rather an error than a file that never verifies again."""
    bench.sign_out(LEAD)
    database = bench.workspace._database
    with pytest.raises(Refused, match="NOT_LOGGED_NOBODY_SIGNED_IN"):
        database.execute("UPDATE clip SET purge_at = purge_at + 1")
    assert is_whole(bench)


def test_copied_folder_verifies(bench: Bench, tmp_path: Path) -> None:
    bench.sign_out(LEAD)
    bench.workspace.close()
    shutil.copytree(bench.workspace.path, tmp_path / "copy")
    assert verify_file(tmp_path / "copy" / DATABASE_FILE).ok
