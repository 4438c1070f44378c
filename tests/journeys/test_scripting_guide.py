"""The code on the scripting page runs as it stands there."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.benches.workspace import ANA, QUINN, make_bench
from tests.fakes.clock import FakeClock


def blocks(page: Path) -> str:
    return "\n".join(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))


def test_the_code_of_the_scripting_guide_runs(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = blocks(repository / "docs" / "guide" / "scripting.md")
    assert "quinn.qa.decide" in code
    # An hour ago, because the page goes by the real clock.
    bench = make_bench(tmp_path, clock=FakeClock(datetime.now(UTC) - timedelta(hours=1)))
    bench.agree(ANA, QUINN)
    bench.workspace.close()
    (tmp_path / "ws").rename(tmp_path / "voices")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "scripting.md", "exec"), {})
    assert capsys.readouterr().out == "0\n{'accepted': 1, 'open': 2}\n"
