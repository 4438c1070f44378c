"""``reviewer restore`` says which list of purges it used, and refuses one that was changed."""

from pathlib import Path

import pytest

from reviewer.cli.backup import elsewhere
from reviewer.model.project import ClipsPlace, Project, QueueRules
from tests.benches.workspace import LEAD
from tests.cli.conftest import Command


def test_a_changed_list_of_purges_ends_a_restore_with_a_sentence(
    lead: Command, command: Command, tmp_path: Path
) -> None:
    file, new = tmp_path / "a.backup", tmp_path / "new"
    listed = tmp_path / "a.backup.purged"
    assert lead("backup", file).code == 0
    genuine = listed.read_bytes()
    listed.write_bytes(genuine.replace(b"rows ", b"rows 1"))
    ran = command("restore", file, new, "--as", LEAD)
    assert ran.code == 4
    assert "edited or cut" in ran.err
    assert not new.exists()
    listed.write_bytes(genuine)
    ran = command("restore", file, new, "--as", LEAD)
    assert ran.code == 0
    assert "The list of purges is of 20" in ran.out


def test_without_a_list_it_is_said_what_may_be_back(lead: Command, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    assert lead("backup", file).code == 0
    (tmp_path / "a.backup.purged").unlink()
    assert command("restore", file, tmp_path / "new", "--as", LEAD).code == 2
    ran = command("restore", file, tmp_path / "new", "--as", LEAD, "--without-purged")
    assert ran.code == 0
    assert "are back" in ran.out


@pytest.mark.parametrize(
    ("project", "said"),
    [
        (Project(), set()),
        (Project(clips=ClipsPlace(url="s3://clips")), {"BACKUP_WITHOUT_BUCKET"}),
        (Project(queue=QueueRules(url="postgresql://host/queue")), {"BACKUP_WITHOUT_SERVER"}),
    ],
)
def test_what_is_elsewhere_is_said_not_to_be_in_the_backup(project: Project, said: set[str]) -> None:
    assert set(elsewhere(project)) == said


def test_sound_that_is_not_in_the_folder_is_said_not_to_be_in_the_backup(
    lead: Command, workspace: Path, tmp_path: Path
) -> None:
    assert "whose sound is not" not in lead("backup", tmp_path / "whole.backup").out
    lost, *_others = sorted((workspace / "clips").glob("*.audio.sealed"))
    lost.unlink()
    ran = lead("backup", tmp_path / "a.backup")
    assert (ran.code, "not in the backup: 1." in ran.out) == (0, True)
    assert lead("backup", tmp_path / "b.backup", "--json").json["missing"] == 1
