"""Somebody's session, account or agreement ends while a long act of theirs runs: it comes to nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviewer.access.verification import verify_file
from reviewer.errors import Refused
from reviewer.lead import export
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, PROJECT, QUINN, Bench, make_bench

OTHER = "Max Zweig"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A set of one clip can be exported, and there is a second lead."""
    made = make_bench(tmp_path, project="nda_days = 30\n" + PROJECT)
    made.agree(LEAD, ANA, QUINN)
    made.submitted(ANA, "accepted words")
    made.reviewed(QUINN, "accepted words", VerdictKind.ACCEPTED)
    invitation = made.person(LEAD).lead.add_person(OTHER, Role.LEAD)
    made.workspace.enrol(OTHER, invitation.code, PASSPHRASE)
    yield made
    made.workspace.close()


def revoke(bench: Bench) -> None:
    other = bench.another_window()
    other.person(OTHER).lead.revoke(LEAD)
    other.workspace.close()


def sign_out(bench: Bench) -> None:
    bench.workspace.sign_out(bench.person(LEAD))


ENDINGS: dict[str, Callable[[Bench], None]] = {
    "ACCOUNT_CHANGED": revoke,
    "NDA_REQUIRED": lambda bench: bench.clock.advance(31 * 86_400),
    "SIGNED_OUT": sign_out,
}


@pytest.mark.parametrize("code", ENDINGS)
def test_set_of_a_lead_whose_right_ended_while_it_was_written_gets_no_name(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    synced = export.sync_tree

    def end_meanwhile(folder: Path) -> None:
        ENDINGS[code](bench)
        synced(folder)

    monkeypatch.setattr(export, "sync_tree", end_meanwhile)
    before = set(tmp_path.iterdir())
    with pytest.raises(Refused, match=code):
        bench.person(LEAD).lead.export(tmp_path / "set", ["csv"])
    assert set(tmp_path.iterdir()) == before
    is_session_over = code == "SIGNED_OUT"
    if is_session_over:
        bench.workspace.purge_due(bench.person(OTHER).identity)  # as at each sign-in
    (ended,) = bench.events(Action.EXPORT_ENDED)
    assert (ended.outcome, ended.reason) == ("failed", "KILLED" if is_session_over else code)
    assert verify_file(bench.workspace.path / DATABASE_FILE).ok
