"""A second secret in a machine's keychain: without it a copy of the workspace opens for nobody."""

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reviewer.clips.backup_file import read_header
from reviewer.clips.keys import KdfParameters
from reviewer.errors import Refused, ReviewerError, TooManyFailures, Unavailable, WrongPassphrase
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.restore import RestoreOptions, restore_workspace
from reviewer.session.second_secret import SecondSecrets
from reviewer.session.sign_in import SignIn
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, Bench, make_bench

keyring = pytest.importorskip("keyring")

from keyring.backends import fail, null  # noqa: E402
from keyring.errors import KeyringLocked  # noqa: E402

from tests.fakes.keychain import BusyKeyring, ForgetfulKeyring, MemoryKeyring, PlainFileKeyring, keychain_of  # noqa: E402

NEW = "another long passphrase"
Open = Callable[..., Bench]


@pytest.fixture
def machine() -> MemoryKeyring:
    """The keychain of the machine that people work on."""
    return MemoryKeyring()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens a folder on a machine with this keychain; closes everything in the end."""
    before, made = keyring.core._keyring_backend, []

    def opens(on: MemoryKeyring, folder: Path | None = None) -> Bench:
        if folder is None:
            folder = tmp_path / "ws"
            make_bench(tmp_path, drafts=()).workspace.close()
        clock = made[0].clock if made else None
        bench = _opened(folder, on, clock)
        made.append(bench)
        return bench

    yield opens
    for bench in made:
        bench.workspace.close()
    keyring.core._keyring_backend = before


def _opened(folder: Path, on: MemoryKeyring, clock: object) -> Bench:
    from tests.fakes.clock import FakeClock

    own = clock or FakeClock()
    workspace = open_workspace(folder, clock=own, parameters=KdfParameters.cheap(), keychain=keychain_of(on))
    return Bench(workspace, own)


def copied(bench: Bench, name: str) -> Path:
    """A copy of the workspace, as somebody who takes the disk has it."""
    to = bench.workspace.path.with_name(name)
    shutil.copytree(bench.workspace.path, to)
    return to


def turn_on(bench: Bench, name: str, passphrase: str = PASSPHRASE) -> None:
    bench.workspace.sessions.turn_keychain_on(bench.person(name).identity, passphrase)


def stored_keyring(bench: Bench, name: str) -> bytes:
    with bench.database() as database:
        return database.value("SELECT keyring FROM person WHERE name = ?", (name,))


def test_a_copy_with_the_right_passphrase_opens_on_this_machine_only(
    opened: Open, machine: MemoryKeyring
) -> None:
    bench = opened(machine)
    turn_on(bench, ANA)
    assert bench.workspace.sessions.uses_keychain(bench.person(ANA).identity)
    copy = copied(bench, "copy")
    assert opened(machine, copy).person(ANA)
    thief = opened(MemoryKeyring(), copy)
    with pytest.raises(Refused, match="KEYCHAIN_NEEDED") as raised:
        thief.person(ANA)
    assert raised.value.parameters["problem"].code == "KEYCHAIN_NO_SECRET"  # type: ignore[union-attr]
    assert thief.person(BEN), "of others nothing more is asked"
    [row] = bench.events(Action.KEYCHAIN_ON)
    assert row.object == row.actor == bench.person(ANA).identity.person.id
    assert bench.person(LEAD).lead.verify_log().ok


def test_without_the_secret_nothing_says_whether_the_passphrase_was_right_and_each_try_counts(
    opened: Open, machine: MemoryKeyring
) -> None:
    bench = opened(machine)
    turn_on(bench, ANA)
    thief = opened(MemoryKeyring(), copied(bench, "copy"))
    said = []
    for passphrase in (PASSPHRASE, "wrong", PASSPHRASE, "wrong", "wrong"):
        with pytest.raises(Refused) as raised:
            thief.workspace.sign_in(ANA, passphrase)
        said.append(raised.value.notice)
    assert len(set(map(repr, said))) == 1
    assert [row.reason for row in thief.events(Action.SIGN_IN_FAILED)] == ["keychain"] * 5
    with pytest.raises(TooManyFailures):
        thief.workspace.sign_in(ANA, PASSPHRASE)


def test_without_the_secret_a_key_is_derived_all_the_same(opened: Open, machine: MemoryKeyring) -> None:
    bench = opened(machine)
    turn_on(bench, ANA)
    asked: list[str] = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            return getattr(KdfParameters.cheap(), name)

    parameters: Any = Watched()
    sign_in = SignIn(bench.workspace._unit, parameters, keychain=keychain_of(MemoryKeyring()))
    with pytest.raises(Refused, match="KEYCHAIN_NEEDED"):
        sign_in.sign_in(ANA, PASSPHRASE)
    assert "memory_kib" in asked


def test_a_wrong_passphrase_with_the_secret_is_a_wrong_passphrase(
    opened: Open, machine: MemoryKeyring
) -> None:
    bench = opened(machine)
    turn_on(bench, ANA)
    with pytest.raises(WrongPassphrase):
        bench.workspace.sign_in(ANA, "wrong")
    assert bench.events(Action.SIGN_IN_FAILED)[-1].reason == "wrong_passphrase"
    asked = machine.asked
    with pytest.raises(WrongPassphrase):
        turn_on(bench, BEN, "wrong")
    with pytest.raises(Refused, match="KEYCHAIN_IS_OFF"):
        bench.workspace.sessions.turn_keychain_off(bench.person(BEN).identity, PASSPHRASE)
    with pytest.raises(Refused, match="KEYCHAIN_IS_ON"):
        turn_on(bench, ANA)
    assert (machine.asked, len(machine.secrets)) == (asked + 1, 1)


def test_turned_off_it_opens_anywhere_and_copies_from_before_still_open_here(
    opened: Open, machine: MemoryKeyring
) -> None:
    bench = opened(machine)
    turn_on(bench, ANA)
    before = copied(bench, "before")
    bench.workspace.sessions.turn_keychain_off(bench.person(ANA).identity, PASSPHRASE)
    assert not bench.workspace.sessions.uses_keychain(bench.person(ANA).identity)
    assert opened(MemoryKeyring(), copied(bench, "after")).person(ANA)
    assert opened(machine, before).person(ANA)
    assert bench.person(LEAD).lead.verify_log().ok
    turn_on(bench, ANA)
    assert len(machine.secrets) == 2, "each time it is turned on there is a new secret"


def test_it_stays_on_when_the_passphrase_is_changed_and_when_keys_are_replaced(
    opened: Open, machine: MemoryKeyring
) -> None:
    bench = opened(machine)
    turn_on(bench, ANA)
    bench.workspace.sessions.change_passphrase(bench.person(ANA).identity, PASSPHRASE, NEW)
    bench.person(LEAD).lead.revoke(BEN)
    again = bench.workspace.sign_in(ANA, NEW)
    assert again.identity.keyring.generation == 2
    assert bench.workspace.sessions.uses_keychain(again.identity)
    bench.agree(LEAD)  # which confirms a passphrase
    with pytest.raises(Refused, match="KEYCHAIN_NEEDED"):
        opened(MemoryKeyring(), copied(bench, "copy")).workspace.sign_in(ANA, NEW)
    assert bench.person(LEAD).lead.verify_log().ok


def test_a_lost_keychain_is_mended_by_a_new_code(opened: Open, machine: MemoryKeyring) -> None:
    bench = opened(machine)
    turn_on(bench, ANA)
    before = bench.sign_out(ANA), bench.workspace.sign_in(ANA, PASSPHRASE).identity.person.id
    machine.secrets.clear()
    with pytest.raises(Refused, match="KEYCHAIN_NEEDED"):
        bench.workspace.sign_in(ANA, PASSPHRASE)
    code = bench.person(LEAD).lead.issue_code(ANA).code
    assert bench.person(LEAD).lead.verify_log().ok
    bench.workspace.enrol(ANA, code, NEW)
    again = bench.workspace.sign_in(ANA, NEW).identity
    assert (True, again.person.id) == before
    assert not bench.workspace.sessions.uses_keychain(again)
    assert bench.person(LEAD).lead.verify_log().ok


def test_a_lead_whose_keychain_is_lost_uses_the_recovery_key(opened: Open, machine: MemoryKeyring) -> None:
    bench = opened(machine)
    key = bench.person(LEAD).lead.replace_recovery_key()
    turn_on(bench, LEAD)
    elsewhere = opened(MemoryKeyring(), copied(bench, "copy"))
    with pytest.raises(Refused, match="KEYCHAIN_NEEDED"):
        elsewhere.workspace.sign_in(LEAD, PASSPHRASE)
    code = elsewhere.workspace.recovery.recover(key, LEAD).code
    elsewhere.workspace.enrol(LEAD, code, NEW)
    lead = elsewhere.workspace.sign_in(LEAD, NEW).lead
    assert lead.verify_log().ok
    assert lead.revoke(ANA)


def test_a_keychain_with_a_problem_leaves_everything_as_it_was(opened: Open, machine: MemoryKeyring) -> None:
    bench = opened(machine)
    before, copy = stored_keyring(bench, ANA), copied(bench, "copy")
    locked = MemoryKeyring(KeyringLocked("no"))
    for backend in (fail.Keyring(), null.Keyring(), PlainFileKeyring(), ForgetfulKeyring(), locked):
        other = opened(backend, copy)
        with pytest.raises(ReviewerError, match="KEYCHAIN"):
            turn_on(other, ANA)
        assert stored_keyring(other, ANA) == before
        assert other.events(Action.KEYCHAIN_ON) == []


def test_a_locked_keychain_may_be_tried_again_and_another_secret_is_none(
    opened: Open, machine: MemoryKeyring
) -> None:
    bench = opened(machine)
    turn_on(bench, ANA)
    machine.problem = KeyringLocked("no")
    with pytest.raises(Unavailable, match="KEYCHAIN_NEEDED") as raised:
        bench.workspace.sign_in(ANA, PASSPHRASE)
    assert raised.value.parameters["problem"].code == "KEYCHAIN_LOCKED"  # type: ignore[union-attr]
    machine.problem = None
    assert bench.workspace.sign_in(ANA, PASSPHRASE)
    for planted in ("", "no hexadecimal", "00" * 32, "5e" * 31):
        machine.secrets = dict.fromkeys(machine.secrets, planted)
        with pytest.raises(Refused, match="KEYCHAIN_NEEDED"):
            bench.workspace.sign_in(ANA, PASSPHRASE)


@pytest.mark.parametrize("edit", ["the one before", "without the flag", "another secret"])
def test_another_keyring_in_the_table_is_found(opened: Open, machine: MemoryKeyring, edit: str) -> None:
    bench = opened(machine)
    before = stored_keyring(bench, ANA)
    turn_on(bench, ANA)
    bound = stored_keyring(bench, ANA)
    planted = {
        "the one before": before,
        "without the flag": bound[:4] + b"\x02" + bound[5:45] + bound[61:],
        "another secret": bound[:45] + bytes(16) + bound[61:],
    }[edit]
    with bench.database() as database, database.transaction():
        database.execute("UPDATE person SET keyring = ? WHERE name = ?", (planted, ANA))
    finding = bench.person(LEAD).lead.verify_log()
    assert finding.notice.code == "KEYRING_DIFFERS"
    if edit != "the one before":
        with pytest.raises(Refused):
            bench.workspace.sign_in(ANA, PASSPHRASE)


def test_a_lead_nobody_could_let_in_again_is_refused(opened: Open, machine: MemoryKeyring) -> None:
    bench = opened(machine)
    with bench.database() as database, database.transaction():
        database.execute("DELETE FROM recovery_key")
    with pytest.raises(Refused, match="KEYCHAIN_NO_WAY_BACK"):
        turn_on(bench, LEAD)
    turn_on(bench, ANA)
    code = bench.person(LEAD).lead.add_person("Sam Second", Role.LEAD).code
    bench.workspace.enrol("Sam Second", code, PASSPHRASE)
    turn_on(bench, LEAD)
    with pytest.raises(Refused, match="KEYCHAIN_NO_WAY_BACK"):
        turn_on(bench, "Sam Second")


class TestBackup:
    """Restored here, on another machine, and with the recovery key when the machine is gone."""

    @pytest.fixture
    def bench(self, opened: Open, machine: MemoryKeyring) -> Bench:
        return opened(machine)

    @staticmethod
    def restore(
        bench: Bench, to: str, on: MemoryKeyring, passphrase: str = PASSPHRASE, key: str = ""
    ) -> Path:
        folder = bench.workspace.path.with_name(to)
        restore_workspace(
            bench.workspace.path.with_name("a.backup"),
            folder,
            LEAD,
            passphrase,
            RestoreOptions(recovery_key=key),
            clock=bench.clock,
            parameters=KdfParameters.cheap(),
            keychain=keychain_of(on),
        )
        return folder

    def test_it_restores_where_the_secret_is_and_says_what_is_missing_elsewhere(
        self, bench: Bench, machine: MemoryKeyring
    ) -> None:
        turn_on(bench, LEAD)
        bench.person(LEAD).lead.backup(bench.workspace.path.with_name("a.backup"))
        elsewhere = MemoryKeyring()
        for passphrase in (PASSPHRASE, "another passphrase"):
            with pytest.raises(Refused, match="BACKUP_NEEDS_KEYCHAIN"):
                self.restore(bench, "there", elsewhere, passphrase)
        with pytest.raises(WrongPassphrase):
            self.restore(bench, "there", machine, "another passphrase")
        assert not bench.workspace.path.with_name("there").exists()
        bench.workspace.sessions.turn_keychain_off(bench.person(LEAD).identity, PASSPHRASE)
        assert self.restore(bench, "here", machine), "the secret stayed in the keychain"

    def test_the_recovery_key_restores_it_anywhere_also_after_keys_were_replaced(
        self, bench: Bench, opened: Open
    ) -> None:
        key = bench.person(LEAD).lead.replace_recovery_key()
        turn_on(bench, LEAD)
        bench.person(LEAD).lead.revoke(BEN)
        bench.person(LEAD).lead.backup(bench.workspace.path.with_name("a.backup"))
        elsewhere = MemoryKeyring()
        with pytest.raises(Refused, match="WRONG_RECOVERY_KEY"):
            self.restore(bench, "there", elsewhere, NEW, "AAAA-" + key[5:])
        with pytest.raises(Refused, match="PASSPHRASE_WEAK"):
            self.restore(bench, "there", elsewhere, "short", key)
        folder = self.restore(bench, "there", elsewhere, NEW, key.lower())
        there = opened(elsewhere, folder)
        assert there.workspace.sign_in(LEAD, NEW).lead.verify_log().ok
        assert there.person(ANA)

    def test_a_lead_who_was_away_when_keys_were_replaced_restores_it_too(
        self, bench: Bench, machine: MemoryKeyring
    ) -> None:
        code = bench.person(LEAD).lead.add_person("Sam Second", Role.LEAD).code
        bench.workspace.enrol("Sam Second", code, NEW)
        bench.person(LEAD).lead.revoke(BEN)
        bench.person(LEAD).lead.backup(bench.workspace.path.with_name("a.backup"))
        header = read_header(io.BytesIO(bench.workspace.path.with_name("a.backup").read_bytes()))
        assert header.key(header.open_keyring(NEW, SecondSecrets(keychain_of(machine)).of))


def test_a_keyring_that_another_window_changed_meanwhile_stays_as_that_left_it(opened: Open) -> None:
    def change_it() -> None:
        other.workspace.sessions.change_passphrase(other.person(ANA).identity, PASSPHRASE, NEW)

    bench = opened(BusyKeyring(change_it))
    other = bench.another_window()
    with pytest.raises(Unavailable, match="KEYRING_CHANGED"):
        turn_on(bench, ANA)
    assert not bench.events(Action.KEYCHAIN_ON)
    bench.sign_out(ANA)
    assert not bench.workspace.sessions.uses_keychain(bench.workspace.sign_in(ANA, NEW).identity)
    other.workspace.close()
