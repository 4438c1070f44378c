"""``reviewer audit accept-copy``, and a command in a folder that was put back."""

import shutil
from pathlib import Path

from tests.benches.workspace import ANA
from tests.cli.conftest import Command


def test_commands_are_refused_in_an_older_copy_until_a_lead_accepts_it(
    command: Command, lead: Command, workspace: Path, tmp_path: Path
) -> None:
    assert lead("audit", "accept-copy", "--json").json == {"lost_rows": 0}
    shutil.copytree(workspace, tmp_path / "copy")
    assert lead("people", "revoke", ANA).code == 0
    shutil.rmtree(workspace)
    shutil.copytree(tmp_path / "copy", workspace)
    refused = lead("people", "list")
    assert (refused.code, "accept-copy" in refused.err) == (2, True)
    unconfirmed = lead("audit", "accept-copy")
    assert (unconfirmed.code, "--yes" in unconfirmed.err) == (2, True)
    assert lead("people", "list").code == 2
    assert lead("audit", "accept-copy", "--yes").code == 0
    assert lead("people", "list").code == 0
    assert lead("audit", "verify").code == 0
