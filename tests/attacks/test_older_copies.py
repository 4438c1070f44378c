"""A folder that is put back from a copy: withdrawn clips and revoked people would be back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.access.seen_logs import SeenLogs
from reviewer.clips.keys import KdfParameters
from reviewer.errors import NotAllowed, Refused
from reviewer.model.event import Action
from reviewer.places import DATABASE_FILE
from reviewer.workspace import Workspace, open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, Bench, make_bench

OLDER = "LOG_OLDER_THAN_SEEN"


class Machine:
    """A workspace in a folder, and what one account of this machine has seen."""

    def __init__(self, folder: Path) -> None:
        bench = make_bench(folder)
        self.clock, self.folder, self.copy = bench.clock, bench.workspace.path, folder / "copy"
        bench.agree(LEAD, ANA, BEN)
        for name in list(bench.signed_in):
            bench.sign_out(name)
        bench.workspace.close()
        self.seen = SeenLogs(folder / "account" / "logs.json")
        self.opened: list[Workspace] = []

    def window(self) -> Bench:
        """Opens what is in the folder now."""
        cheap = KdfParameters.cheap()
        workspace = open_workspace(self.folder, clock=self.clock, parameters=cheap, seen_logs=self.seen)
        self.opened.append(workspace)
        return Bench(workspace, self.clock)

    def lead_withdraws_and_revokes(self) -> None:
        window = self.window()
        window.person(LEAD).lead.purge(["source-0000"])
        window.person(LEAD).lead.revoke(BEN)
        self.leave(window, LEAD)

    def leave(self, window: Bench, *names: str) -> None:
        for name in names:
            window.sign_out(name)
        window.workspace.close()

    def put_back(self, *parts: str) -> None:
        """The copy, or only parts of it, in place of what is there."""
        for part in parts or [each.name for each in self.copy.iterdir()]:
            target = self.folder / part
            if target.is_dir():
                shutil.rmtree(target)
                shutil.copytree(self.copy / part, target)
            else:
                shutil.copy(self.copy / part, target)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    made.leave(made.window())
    shutil.copytree(made.folder, made.copy)
    made.lead_withdraws_and_revokes()
    yield made
    for workspace in made.opened:
        workspace.close()


@pytest.mark.parametrize("parts", [(), (DATABASE_FILE,)], ids=["folder", "database"])
def test_nobody_signs_in_to_an_older_copy(machine: Machine, parts: tuple[str, ...]) -> None:
    machine.put_back(*parts)
    window = machine.window()
    for name in (BEN, ANA, LEAD):
        with pytest.raises(Refused, match=OLDER):
            window.person(name)
    assert window.workspace.sessions.lost_rows() > 0


def test_older_copy_that_went_on_elsewhere_is_noticed_whatever_its_length(machine: Machine) -> None:
    newer, seen = machine.window().workspace, machine.seen
    rows = newer.sessions._unit.log.head().size
    machine.put_back()
    machine.seen = SeenLogs(machine.folder.parent / "another account" / "logs.json")
    elsewhere = machine.window()
    while elsewhere.workspace.sessions._unit.log.head().size <= rows:
        elsewhere.person(BEN)
        elsewhere.sign_out(BEN)
    machine.seen = seen
    with pytest.raises(Refused, match=OLDER):
        machine.window().person(BEN)


def test_lead_accepts_a_copy_with_a_row_that_counts_for_every_account(machine: Machine) -> None:
    other = SeenLogs(machine.folder.parent / "another account" / "logs.json")
    mine, machine.seen = machine.seen, other
    window = machine.window()
    window.person(ANA)
    machine.leave(window, ANA)
    machine.seen = mine
    machine.put_back()
    machine.clock.advance(60)
    window = machine.window()
    sessions = window.workspace.sessions
    with pytest.raises(NotAllowed):
        sessions.sign_in(ANA, PASSPHRASE, for_policy=True)
    lead = sessions.sign_in(LEAD, PASSPHRASE, for_policy=True)
    with pytest.raises(Refused, match=OLDER):  # signing in for it accepts nothing yet
        window.person(ANA)
    sessions.accept_copy(lead)
    sessions.sign_out(lead)
    (row,) = window.events(Action.RESTORED)
    assert row.reason == "copy"
    assert window.person(ANA)
    machine.seen = other
    assert machine.window().person(BEN)


def test_folder_that_goes_on_lets_everybody_in_also_after_the_list_was_lost(machine: Machine) -> None:
    for _ in range(2):
        window = machine.window()
        window.person(ANA)
        machine.leave(window, ANA)
    for damage in (b"", b"[]", b'{"x": {}}', b"\xff"):
        machine.seen._file.write_bytes(damage)
        window = machine.window()
        window.person(ANA)
        machine.leave(window, ANA)
