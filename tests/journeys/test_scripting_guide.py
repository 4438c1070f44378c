"""The scripting page does what it says: its code runs, as it stands there."""

import re
from pathlib import Path

import pytest

from reviewer.clips.keys import KdfParameters
from reviewer.workspace import open_workspace
from tests.fakes.clock import FakeClock
from tests.benches.workspace import ANA, QUINN, make_bench


def blocks(page: Path) -> str:
    return "\n".join(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))


def test_the_page_runs(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = blocks(repository / "docs" / "guide" / "scripting.md")
    assert "quinn.qa.accept" in code
    clock = FakeClock()
    bench = make_bench(tmp_path, clock=clock)
    bench.agree(ANA, QUINN)
    bench.workspace.close()
    (tmp_path / "ws").rename(tmp_path / "voices")
    monkeypatch.chdir(tmp_path)

    def opened(path: str) -> object:
        return open_workspace(path, clock=clock, parameters=KdfParameters.cheap())

    # The page opens with the clock of this machine; the test's clips were made under the test's clock.
    monkeypatch.setattr("reviewer.workspace.open_workspace", opened)
    exec(compile(code, "scripting.md", "exec"), {})
    assert capsys.readouterr().out == "{'accepted': 1, 'open': 2}\n"
