"""A redaction that is killed outright: the old clip or the new one is whole, and it can be run again.

``REVIEWER_KILLS`` sets how many random moments are tried beside the worst ones.
"""

import os
import random
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

from reviewer.clips.keys import KdfParameters
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.redaction import RedactionState
from reviewer.model.task import VerdictKind
from reviewer.workspace import open_workspace
from tests.benches.forked_python import Child, ForkedPython
from tests.benches.killed import kill_within
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, QUINN, Bench, annotation, hear, make_bench
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
KILLS = int(os.environ.get("REVIEWER_KILLS", "2"))
FRAMES, START, END = 40_000, 15_000, 30_000
NUMBER = "five five five two six seven one"
CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from reviewer.clips.content import ClipContent
from reviewer.clips.draft_versions import DraftVersionRepository
from reviewer.clips.keys import KdfParameters
from reviewer.clips.new_clip import NewClip
from reviewer.clips.store import LocalClipStore
from reviewer.queue.sqlite import SqliteQueue
from reviewer.workspace import open_workspace
from tests.benches.killed import kill_at
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

folder, now, moment = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3]
die = lambda: os.kill(os.getpid(), signal.SIGKILL)

def dying(owner, name, before="", after="", number=1):
    kill_at(owner, name, before=moment == before, after=moment == after, number=number)

dying(NewClip, "write", before="before the first file", after="between the files")
dying(os, "replace", before="in a half-written file")
dying(LocalClipStore, "sync_new", after="before the row")
dying(SqliteQueue, "replace_seals", before="in the transaction", after="after the annotations")
dying(DraftVersionRepository, "reseal_clip", after="before the commit")
dying(ClipContent, "sweep", before="after the commit", after="after the sweep")
dying(LocalClipStore, "sweep", after="in the sweep")

with open_workspace(folder, clock=FakeClock(now), parameters=KdfParameters.cheap()) as workspace:
    lead = workspace.sign_in(LEAD, PASSPHRASE).lead
    print("signed in", flush=True)
    lead.redactions.apply_all(lead.identity)
    die()
"""
MOMENTS = [
    "before the first file",
    "in a half-written file",
    "between the files",
    "before the row",
    "in the transaction",
    "after the annotations",
    "before the commit",
    "after the commit",
    "in the sweep",
    "after the sweep",
]
COMMITTED = set(MOMENTS[7:])


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A finished clip with a text, a version, a comment and a draft, whose redaction was confirmed."""
    made = make_bench(tmp_path_factory.mktemp("pattern"), drafts=(f"call {NUMBER}"[:9],), shape=(FRAMES, 1))
    made.agree(ANA, QUINN, LEAD)
    work = made.work(ANA)
    lease = work.claim()
    hear(work, lease)
    work.redactions.mark(lease, START, END, PersonalDataKind.NUMBER)
    work.submit(lease, annotation(f"call {NUMBER} please", frames=FRAMES))
    work.close(lease)
    made.reviewed(QUINN, "call please", VerdictKind.RETURNED, comment="listen again")
    lease = work.claim()
    hear(work, lease)
    work.save_draft(lease, annotation(f"do call {NUMBER} please", frames=FRAMES), 1)
    lead = made.person(LEAD).lead
    (redaction,) = lead.redactions.of_clip(lead.identity, lease.clip_id)
    lead.redactions.confirm(lead.identity, redaction.id)  # not applied: Ana has the clip open
    work.close(lease)
    for name in (ANA, QUINN, LEAD):
        made.sign_out(name)
    made.workspace.close()
    return made


@pytest.fixture
def bench(pattern: Bench, tmp_path: Path) -> Bench:
    shutil.copytree(pattern.workspace.path, tmp_path / "ws")
    opened = open_workspace(tmp_path / "ws", clock=FakeClock(pattern.clock.now()))
    opened.close()
    return Bench(opened, pattern.clock)


def start(forked_python: ForkedPython, bench: Bench, moment: str) -> Child:
    return forked_python.start(CHILD, bench.workspace.path, bench.clock.now().isoformat(), moment)


def is_whole(bench: Bench) -> bool:
    """Checks that everything of the clip opens and the log verifies; returns whether it was redacted."""
    clock = FakeClock(bench.clock.now())
    with open_workspace(bench.workspace.path, clock=clock, parameters=KdfParameters.cheap()) as workspace:
        lead, ana = workspace.sign_in(LEAD, PASSPHRASE), workspace.sign_in(ANA, PASSPHRASE)
        assert lead.lead.verify_log().ok
        work = ana.desk.work
        lease = work.resume()
        assert lease is not None
        (redaction,) = lead.lead.redactions.of_clip(lead.identity, lease.clip_id)
        is_applied = redaction.state is RedactionState.APPLIED
        opened = work.open(lease)
        sound = opened.samples.read(0, FRAMES)
        assert not np.any(sound[START:END])
        assert np.any(sound[:START])
        said = "[pii:id]" if is_applied else NUMBER
        assert opened.draft is not None
        assert opened.draft.text_verbatim == f"do call {said} please"
        assert opened.returned is not None
        assert opened.returned.annotation.text_verbatim == f"call {said} please"
        assert opened.returned.comment == "listen again"
        assert work.versions(lease)
        work.close(lease)
        workspace.sign_out(ana)
        workspace.sign_out(lead)
    return is_applied


def run_again(bench: Bench) -> None:
    """The next run finishes it, and nothing of the old clip is left."""
    clock = FakeClock(bench.clock.now())
    with open_workspace(bench.workspace.path, clock=clock, parameters=KdfParameters.cheap()) as workspace:
        lead = workspace.sign_in(LEAD, PASSPHRASE)
        lead.lead.redactions.apply_all(lead.identity)
        lead.lead.purge()
        workspace.sign_out(lead)
    assert is_whole(bench)
    names = {path.name.split(".")[0] for path in (bench.workspace.path / "clips").iterdir()}
    assert len(names) == 1


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_redaction_killed_at_any_moment_leaves_the_old_clip_or_the_new_one(
    forked_python: ForkedPython, bench: Bench, moment: str
) -> None:
    with start(forked_python, bench, moment) as child:
        child.stdout.read()
    assert child.returncode == -signal.SIGKILL
    assert is_whole(bench) is (moment in COMMITTED)
    run_again(bench)


@pytest.mark.timeout(60 + 20 * KILLS)
def test_a_redaction_killed_from_outside_leaves_the_old_clip_or_the_new_one(
    forked_python: ForkedPython, pattern: Bench, tmp_path: Path
) -> None:
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    moments = random.Random(seed)
    applied, longest = 0, 0.0  # the first runs to its end, and shows how long that takes
    for kill in range(KILLS + 1):
        folder = tmp_path / f"kill{kill}"
        shutil.copytree(pattern.workspace.path, folder / "ws")
        opened = open_workspace(folder / "ws", clock=FakeClock(pattern.clock.now()))
        opened.close()
        bench = Bench(opened, pattern.clock)
        with start(forked_python, bench, "from outside") as child:
            ran = kill_within(child, longest, moments)
            longest = longest or 1.1 * ran
        assert child.returncode == -signal.SIGKILL
        applied += is_whole(bench)
        run_again(bench)
    print(f"{KILLS} kills, {applied} after the commit")  # noqa: T201
