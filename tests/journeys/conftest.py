"""A workspace for each journey."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benches.workspace import Bench, make_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Three clips, four people, nobody has agreed yet."""
    made = make_bench(tmp_path)
    yield made
    made.workspace.close()
