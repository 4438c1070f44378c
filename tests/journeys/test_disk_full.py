"""A disk that is full: nothing that was acknowledged is lost, people sign in, and a lead purges."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reviewer.db.disk_reserve import RESERVE_BYTES, DiskReserve
from tests.benches.workspace import make_bench

_CHILD = """
import json, os, sys
from pathlib import Path
from reviewer.clips.keys import KdfParameters
from reviewer.errors import ReviewerError, Unavailable
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, Bench, annotation
from tests.fakes.clock import FakeClock

folder, clock, found = Path(sys.argv[1]), FakeClock(), {}
clock.advance(7200)

def opened():
    return Bench(open_workspace(folder, clock=clock, parameters=KdfParameters.cheap()), clock)

def fill():
    descriptor = os.open(folder.parent / "fill", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        while True:
            os.write(descriptor, bytes(4096))
    except OSError:
        os.close(descriptor)

def said(act):
    try:
        act()
    except ReviewerError as error:
        return error.code
    return "done"

bench = opened()
bench.agree(ANA)
work = bench.work(ANA)
lease = work.claim()
work.open(lease)
work.save_draft(lease, annotation("acknowledged"), 1)
fill()
found["draft"] = said(lambda: [work.save_draft(lease, annotation("x" * 9000), n) for n in range(2, 40)])
found["sign out"] = bench.sign_out(ANA)
bench.workspace.close()
for _ in range(20):
    bench = opened()
    fill()
    found.setdefault("sign in", []).append(said(lambda: bench.person(ANA)))
    bench.sign_out(ANA)
    bench.workspace.close()
bench = opened()
fill()
purged = []
found["purge"] = said(lambda: purged.extend(
    clip for clip, _ in bench.person(LEAD).lead.purge(["source-0001", "source-0002"]).purged))
found["purged"] = len(purged)
os.unlink(folder.parent / "fill")
resumed = bench.work(ANA).resume()
found["kept"] = lease.clip_id in purged or resumed.clip_id == lease.clip_id
found["verified"] = bench.person(LEAD).lead.verify_log().ok
print(json.dumps(found))
"""


def test_the_reserve_is_given_up_only_when_the_disk_is_full(tmp_path: Path) -> None:
    free = [RESERVE_BYTES]
    file = tmp_path / "workspace.db.reserve"
    reserve = DiskReserve(file, lambda _folder: free[0])
    reserve.fill()
    assert file.stat().st_size == RESERVE_BYTES
    with reserve.released():
        assert file.exists()
    free[0] = RESERVE_BYTES - 1
    with reserve.released():
        assert not file.exists()
    assert file.stat().st_size == RESERVE_BYTES


def test_a_reserve_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    with DiskReserve(tmp_path / "nowhere" / "reserve").released():
        pass


def test_on_a_full_disk_people_sign_in_and_a_lead_purges(tmp_path: Path, repository: Path) -> None:
    bench = make_bench(tmp_path, drafts=("one draft", "", ""))
    bench.sign_out("Lee Moreau")
    bench.workspace.close()
    mounted = tmp_path / "disk"
    mounted.mkdir()
    # A small disk of one's own, which needs no privileges where the kernel lets users have name spaces.
    copy = f"mount -t tmpfs -o size=8m tmpfs {mounted} && cp -r {bench.workspace.path} {mounted}/ws"
    command = f'{copy} && exec {sys.executable} -c "$CHILD" {mounted}/ws'
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run([unshare, "-Urm", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no name spaces for users here")
    done = subprocess.run(
        [unshare, "-Urm", "sh", "-c", command],
        capture_output=True,
        check=False,
        text=True,
        env=os.environ | {"CHILD": _CHILD, "PYTHONPATH": str(repository)},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "draft": "WORKSPACE_FILE_FAILED",
        "sign out": True,
        "sign in": ["done"] * 20,
        "purge": "done",
        "purged": 2,
        "kept": True,
        "verified": True,
    }
