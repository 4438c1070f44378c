"""The signed policy of an open workspace."""

import os
import sys
from pathlib import Path

import pytest

from reviewer.access.policy import Policy
from reviewer.errors import Refused, Unavailable
from reviewer.model.event import Action
from reviewer.places import PROJECT_FILE
from reviewer.session.policy import WorkspacePolicy
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, Bench


def guard(bench: Bench, shipped: dict[str, Path]) -> WorkspacePolicy:
    return WorkspacePolicy(bench.workspace._unit.log, bench.workspace.path, shipped)


def test_a_workspace_opened_with_other_files_than_the_signed_lets_nobody_in(bench: Bench) -> None:
    file = bench.workspace.path / PROJECT_FILE
    signed = file.read_text(encoding="utf-8")
    file.write_text("nda_days = 999\n" + signed, encoding="utf-8")
    window = bench.another_window()
    file.write_text(signed, encoding="utf-8")
    with window.workspace, pytest.raises(Refused, match="POLICY_OPENED_BEFORE"):
        window.person(ANA)


@pytest.mark.parametrize(
    "file", [PROJECT_FILE, "schemas/default.toml", "conventions/en-US.toml", "nda/9.0/en-US.txt"]
)
def test_a_file_that_is_edited_or_planted_while_a_workspace_is_open_lets_nobody_in(
    bench: Bench, file: str
) -> None:
    path = bench.workspace.path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.exists() else None
    path.write_bytes((before or b"") + b"\n# edited\n")
    for name in (ANA, LEAD):
        with pytest.raises(Refused, match="POLICY_DIFFERS"):
            bench.workspace.sign_in(name, PASSPHRASE)
    if before is None:
        path.unlink()
    else:
        path.write_bytes(before)
    assert bench.workspace.sign_in(ANA, PASSPHRASE)


@pytest.mark.skipif(sys.platform == "win32", reason="files that Windows does not have")
def test_a_pipe_in_place_of_the_project_file_is_not_waited_for(bench: Bench) -> None:
    (bench.workspace.path / PROJECT_FILE).unlink()
    os.mkfifo(bench.workspace.path / PROJECT_FILE)
    with pytest.raises(Refused, match="FILE_NOT_REGULAR"):
        bench.workspace.sign_in(ANA, PASSPHRASE)


def test_files_of_a_newer_program_keep_nobody_out_and_the_lead_signs_them(
    bench: Bench, tmp_path: Path
) -> None:
    newer = tmp_path / "default.toml"
    newer.write_text("id = 'newer'\n", encoding="utf-8")
    policy = guard(bench, {"schemas/default.toml": newer})
    policy.require_signed()
    policy.follow(bench.person(ANA).identity)
    assert not bench.events(Action.POLICY_CHANGED)
    policy.follow(bench.person(LEAD).identity)
    (row,) = bench.events(Action.POLICY_CHANGED)
    assert row.reason == "update"


def test_a_workspace_without_a_signed_policy_gets_one_at_a_leads_sign_in(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = Policy.from_detail
    monkeypatch.setattr(
        Policy, "from_detail", lambda detail: None if "log_public_key" in detail else signed(detail)
    )
    policy = bench.workspace.policy
    policy.require_signed()
    policy.follow(bench.person(LEAD).identity)
    (row,) = bench.events(Action.POLICY_CHANGED)
    assert row.reason == "first"
    assert policy.signed() is not None


def test_a_policy_signed_with_another_key_is_damage(bench: Bench) -> None:
    with bench.database() as database:
        database.execute("DROP TRIGGER log_no_update")
        database.execute("UPDATE log SET signature = zeroblob(64) WHERE seq = 1")
    policy = guard(bench, {})
    with pytest.raises(Exception, match="LOG_SIGNATURE_WRONG"):
        policy.signed()


def test_a_policy_file_that_cannot_be_written_is_reported_as_not_written(bench: Bench) -> None:
    files = bench.person(LEAD).lead.policy_files
    file = next(each for each in files.files() if each.place == "conventions/en-US.toml")
    text = files.text(file)
    (bench.workspace.path / "conventions").write_bytes(b"in the way")
    with pytest.raises(Unavailable, match="FILE_NOT_WRITTEN"):
        files.apply(file, text + "\n# edited\n", before=text)
