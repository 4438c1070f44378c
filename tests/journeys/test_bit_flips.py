"""A flipped bit in whatever lies in a workspace: damage, or harmless; never other data, never a bug.

``REVIEWER_FLIPS`` is how many are tried in each kind of file.
"""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewer.access.verification import verify_file
from reviewer.clips.keys import KdfParameters
from reviewer.errors import ReviewerError
from reviewer.places import DATABASE_FILE
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, LEAD, Bench, annotation, make_bench
from tests.fakes.clock import FakeClock

_FLIPS = int(os.environ.get("REVIEWER_FLIPS", "24"))
_TEXT = "what was typed last"


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FakeClock, bytes]:
    """A closed workspace in which Ana has a draft of the first clip, and the sound of that clip."""
    bench = make_bench(tmp_path_factory.mktemp("flips"), drafts=("one draft", ""))
    bench.agree(ANA)
    lease = bench.work(ANA).claim()
    sound = bench.work(ANA).open(lease).samples
    bench.work(ANA).save_draft(lease, annotation(_TEXT), 1)
    bench.work(ANA).close(lease)
    for name in (ANA, LEAD):
        bench.sign_out(name)
    bench.workspace.close()
    return bench.workspace.path, bench.clock, sound.read(0, sound.frames).tobytes()


def _first_hour(folder: Path, clock: FakeClock, sound: bytes) -> str:
    """What Ana finds when she goes on: ``fine``, or the code of an error; anything else is raised."""
    try:
        verify_file(folder / DATABASE_FILE)
        with open_workspace(folder, clock=clock, parameters=KdfParameters.cheap()) as workspace:
            bench = Bench(workspace, clock)
            lease = bench.work(ANA).resume()
            if lease is None:
                return "nothing to go on with"
            opened = bench.work(ANA).open(lease)
            assert opened.samples.read(0, opened.samples.frames).tobytes() == sound
            assert opened.draft is None or opened.draft.text_verbatim == _TEXT
            bench.sign_out(ANA)
    except ReviewerError as error:
        return error.code if error.exit_code in (2, 3, 4) else f"a bug: {error.code}"
    return "fine"


def _flip(file: Path, rng: random.Random) -> None:
    content = bytearray(file.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    file.write_bytes(content)


def _cut(file: Path, rng: random.Random) -> None:
    os.truncate(file, rng.randrange(file.stat().st_size))


def _extend(file: Path, rng: random.Random) -> None:
    file.write_bytes(file.read_bytes() + rng.randbytes(rng.randrange(1, 70_000)))


@pytest.mark.parametrize("hit", [_flip, _cut, _extend])
@pytest.mark.parametrize("pattern", ["clips/*.sealed", DATABASE_FILE, "workspace.db.turn", "project.toml"])
def test_a_file_that_was_changed_is_damage_or_harmless(
    worked: tuple[Path, FakeClock, bytes],
    tmp_path: Path,
    pattern: str,
    hit: Callable[[Path, random.Random], None],
) -> None:
    source, clock, sound = worked
    rng, found = random.Random(f"{pattern} {hit.__name__}"), set()
    for _ in range(_FLIPS if hit is _flip else _FLIPS // 6):
        shutil.copytree(source, tmp_path / "ws")
        (tmp_path / "ws" / "workspace.db.turn").write_bytes(rng.randbytes(24))
        hit(rng.choice(sorted((tmp_path / "ws").glob(pattern))), rng)
        found.add(_first_hour(tmp_path / "ws", clock, sound))
        shutil.rmtree(tmp_path / "ws")
    assert not [code for code in found if code.startswith("a bug")]


@pytest.mark.parametrize(
    "numbers",
    [
        (1 << 63, 0, 0),
        ((1 << 64) - 1, (1 << 64) - 1, 0),
        ((1 << 64) - 1, (1 << 64) - 2, (1 << 64) - 1),
        (10_000_000_000, 0, 4_000_000),
        (1 << 61, (1 << 61) - 1, 1 << 63),
        (5, 7, 1),
    ],
)
def test_impossible_tickets_of_the_write_lock_delay_nobody(
    worked: tuple[Path, FakeClock, bytes], tmp_path: Path, numbers: tuple[int, int, int]
) -> None:
    source, clock, sound = worked
    shutil.copytree(source, tmp_path / "ws")
    content = b"".join(number.to_bytes(8, "little") for number in numbers)
    (tmp_path / "ws" / "workspace.db.turn").write_bytes(content)
    assert _first_hour(tmp_path / "ws", clock, sound) == "fine"
