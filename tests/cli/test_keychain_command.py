"""``people keychain``, and commands of somebody whose account needs a keychain that is not here."""

from pathlib import Path

import pytest

from reviewer.clips.keys import KdfParameters
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, PASSPHRASE

pytest.importorskip("keyring")

from tests.fakes.keychain import MemoryKeyring, keychain_of


@pytest.fixture(autouse=True)
def _no_keychain(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without one."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr("keyring.core._keyring_backend", None)


def test_without_a_keychain_it_is_refused_and_nothing_changes(command, workspace):
    who = ("--workspace", workspace, "--as", ANA)
    ran = command("people", "keychain", "on", *who)
    assert (ran.code, "has no keychain" in ran.err, "Traceback" in ran.err) == (2, True, False)
    ran = command("people", "keychain", "off", *who)
    assert (ran.code, "needs no secret" in ran.err) == (2, True)
    assert command("people", "keychain", "maybe", *who).code == 2
    assert command("audit", "verify", "--workspace", workspace).code == 0


def test_an_account_that_needs_another_machine_says_so_and_how_to_go_on(command, lead, workspace: Path):
    cheap = KdfParameters.cheap()
    with open_workspace(workspace, parameters=cheap, keychain=keychain_of(MemoryKeyring())) as opened:
        ana = opened.sign_in(ANA, PASSPHRASE)
        opened.sessions.turn_keychain_on(ana.identity, PASSPHRASE)
        opened.sign_out(ana)
    people = lead("people", "list", "--json").json["people"]
    assert [person["name"] for person in people if person["keychain"]] == [ANA]
    ran = command("queue", "status", "--workspace", workspace, "--as", ANA)
    assert (ran.code, ran.out) == (2, "")
    assert "reviewer people code" in ran.err
