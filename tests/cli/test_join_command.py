"""``reviewer people add --to``, ``reviewer join`` and ``reviewer queue server admit``, in this order."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.benches.own_folders import Office, make_office
from tests.benches.shared_queue import new_database
from tests.benches.workspace import ANA, LEAD
from tests.cli.conftest import Command
from tests.fakes.clock import FakeClock

pytest.importorskip("obstore")


@pytest.fixture
def office(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("PGUSER", "postgres")
    made = make_office(tmp_path, new_database(postgres), FakeClock(datetime.now(UTC)))
    made.close()
    return made


def test_one_file_out_one_file_back_and_one_admit(office: Office, command: Command, tmp_path: Path) -> None:
    lead = ("--workspace", tmp_path / "lead", "--as", LEAD)
    invitation, ana, code = tmp_path / "ana.json", tmp_path / "ana", tmp_path / "code"
    invited = command("people", "add", ANA, "--role", "contractor", "--to", invitation, *lead, "--json")
    assert (invited.code, invited.json["file"]) == (0, str(invitation)), invited.err
    code.write_text("2222-2222-2222-2222\n", "utf-8")
    wrong = command("join", invitation, "--code-file", code, "--workspace", ana)
    assert (wrong.code, ana.exists()) == (2, False)
    assert "The code does not open this invitation." in wrong.err
    code.write_text(invited.json["code"], "utf-8")
    joined = command("join", invitation, "--code-file", code, "--workspace", ana, "--json")
    assert (joined.code, joined.json["answer"]) == (0, str(ana / "answer.json")), joined.err
    early = command("nda", "show", "--workspace", ana, "--as", ANA)
    assert (early.code, "waits for your lead to admit you" in early.err) == (2, True), early.err
    assert str(ana / "answer.json") in early.err
    admitted = command("queue", "server", "admit", ana / "answer.json", *lead)
    assert admitted.code == 0, admitted.err
    assert ANA in admitted.out
    shown = command("nda", "show", "--workspace", ana, "--as", ANA)
    assert shown.code == 0, shown.err
    assert command("audit", "verify", "--workspace", ana).code == 0
    assert command("audit", "verify", "--workspace", tmp_path / "lead").code == 0


def test_file_that_is_no_invitation_is_refused(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text("{}", "utf-8")
    ran = command("join", file, "--workspace", tmp_path / "ana")
    assert (ran.code, "not an invitation" in ran.err) == (2, True)
