"""Prints all the figures of a run as one table at its end."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.clips import a_vault, add_clip
from tests.benchmarks.table import ROWS, as_table


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not ROWS:
        return
    lines = as_table(ROWS)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    terminalreporter.section(f"figures, {os.cpu_count()} cores{load}")
    terminalreporter.write_line("\n".join(lines))
    out = os.environ.get("REVIEWER_BENCHMARK_TABLE")
    if out:
        Path(out).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(autouse=True)
def _quiet_collector() -> None:
    """A garbage collection of the test before does not fall into this one's figures."""
    gc.collect()


@pytest.fixture(scope="session")
def sealed_clips(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a vault with the clips ``tenseconds``, ``minute`` and ``tenhours``: 1.5 GB meanwhile."""
    folder = tmp_path_factory.mktemp("sealed")
    with a_vault(folder) as vault:
        for name, seconds in (("tenseconds", 10), ("minute", 60), ("tenhours", 36_000)):
            add_clip(vault, folder, name, seconds)
    yield folder
    shutil.rmtree(folder)
