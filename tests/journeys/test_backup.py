"""The drill: a backup made while people work, restored elsewhere, with nothing lost and nothing come back."""

import os
import random
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from reviewer.access import signing
from reviewer.access.checkpoint import b64
from reviewer.clips.keys import KdfParameters
from reviewer.errors import Damaged, NotAllowed, Refused, ReviewerError, WrongPassphrase
from reviewer.lead.session import LeadSession
from reviewer.lead.withdrawals import Withdrawal
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.restore import RestoreOptions, RestoreReport, restore_workspace
from reviewer.session.backup_lists import list_purges, purge_list_of, read_list
from reviewer.workspace import open_workspace
from tests.benches.forked_python import ForkedPython
from tests.benches.workspace import (
    ANA,
    BEN,
    FRAMES,
    LEAD,
    PASSPHRASE,
    QUINN,
    Bench,
    annotation,
    hear,
    make_bench,
)

_FLIPS = int(os.environ.get("REVIEWER_FLIPS", "60"))
KILLS = int(os.environ.get("REVIEWER_KILLS", "0"))  # random moments beside the worst ones


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Work at every stage: accepted, under review, and being typed."""
    bench = make_bench(tmp_path, drafts=("one draft", "", "", ""))
    bench.agree(LEAD, ANA, BEN, QUINN)
    bench.submitted(ANA, "first words")
    bench.reviewed(QUINN, "first words", VerdictKind.ACCEPTED)
    (bench.workspace.path / "lexicon").mkdir()
    (bench.workspace.path / "lexicon" / "und.txt").write_text("Kowalska\n", encoding="utf-8")
    return bench


def lead(bench: Bench) -> LeadSession:
    return bench.person(LEAD).lead


def restore(bench: Bench, file: Path, folder: Path, **options: object) -> RestoreReport:
    return restore_workspace(
        file,
        folder,
        LEAD,
        PASSPHRASE,
        RestoreOptions(**options),  # type: ignore[arg-type]
        clock=bench.clock,
        parameters=KdfParameters.cheap(),
    )


def opened(bench: Bench, folder: Path) -> Bench:
    return Bench(open_workspace(folder, clock=bench.clock, parameters=KdfParameters.cheap()), bench.clock)


def test_what_was_typed_and_accepted_is_there_after_a_restore(bench: Bench, tmp_path: Path) -> None:
    work = bench.work(BEN)
    lease = work.claim()
    work.open(lease)
    work.save_draft(lease, annotation("typed so far"), 1)
    made = lead(bench).backup(tmp_path / "a.backup")
    work.save_draft(lease, annotation("typed after the backup"), 2)
    assert made.clips == 4
    report = restore(bench, made.file, tmp_path / "restored")
    assert (report.rows, report.purged, report.lost_rows) == (made.rows, 0, None)
    again = opened(bench, tmp_path / "restored")
    assert (tmp_path / "restored" / "lexicon" / "und.txt").read_text(encoding="utf-8") == "Kowalska\n"
    assert [past.text for past in again.work(ANA).history()] == ["first words"]
    bench.clock.advance(600)  # the window in which it was open does not answer
    resumed = again.work(BEN).resume()
    assert resumed is not None
    assert again.work(BEN).open(resumed).draft.text_verbatim == "typed so far"
    assert again.person(LEAD).lead.verify_log().ok
    again.workspace.close()


def test_a_folder_gets_a_file_named_by_date_and_nothing_is_left_beside(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    made = lead(bench).backup(tmp_path / "backups")
    names = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert names == [made.file.name, made.file.name + ".purged"]
    assert not list(bench.workspace.path.glob(".*"))


def test_nothing_of_the_workspace_can_be_read_in_the_file(bench: Bench, tmp_path: Path) -> None:
    content = lead(bench).backup(tmp_path / "a.backup").file.read_bytes()
    log = [row.body for row in bench.workspace._unit.log.rows()]
    for secret in (b"Kowalska", b"Moreau", b"sign_in", b"SQLite", b"qa_rate", *log):
        assert secret not in content


@pytest.mark.parametrize("name", [ANA, QUINN])
def test_only_a_lead_makes_a_backup(bench: Bench, tmp_path: Path, name: str) -> None:
    with pytest.raises(NotAllowed):
        bench.person(name).lead.backup(tmp_path / "a.backup")
    assert not list(tmp_path.glob("a.backup*"))


def test_a_backup_opens_with_the_passphrase_of_a_lead_only(bench: Bench, tmp_path: Path) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    with pytest.raises(WrongPassphrase):
        restore_workspace(made.file, tmp_path / "new", LEAD, "another passphrase", RestoreOptions())
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("place", ["a.backup", "clips/a.backup", "clips"])
def test_a_backup_inside_the_workspace_is_refused(bench: Bench, place: str) -> None:
    with pytest.raises(Refused) as caught:
        bench.person(LEAD).lead.backup(bench.workspace.path / place)
    assert caught.value.code == "BACKUP_IN_WORKSPACE"


def test_what_is_there_is_not_overwritten(bench: Bench, tmp_path: Path) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    with pytest.raises(Refused, match="BACKUP_EXISTS"):
        lead(bench).backup(made.file)
    before = (bench.workspace.path / DATABASE_FILE).read_bytes()
    with pytest.raises(Refused, match="WORKSPACE_FOLDER_NOT_EMPTY"):
        restore(bench, made.file, bench.workspace.path)
    assert (bench.workspace.path / DATABASE_FILE).read_bytes() == before


def test_a_clip_purged_after_the_backup_does_not_come_back(bench: Bench, tmp_path: Path) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    ((purged, _),) = lead(bench).purge(["source-0001"]).purged
    assert restore(bench, made.file, tmp_path / "restored").purged == 1
    again = opened(bench, tmp_path / "restored")
    assert not list((tmp_path / "restored" / "clips").glob(f"{purged}.*"))
    assert again.person(LEAD).lead.purge(["source-0001"]).purged == ()
    assert again.person(LEAD).lead.verify_log().ok
    again.workspace.close()


def test_a_clip_redacted_after_the_backup_is_purged_and_one_redacted_before_it_stays(
    bench: Bench, tmp_path: Path
) -> None:
    redacted_next(bench)
    made = lead(bench).backup(tmp_path / "a.backup")
    assert restore(bench, made.file, tmp_path / "one").purged == 0
    clip = redacted_next(bench)
    assert restore(bench, made.file, tmp_path / "two").purged == 1
    again = opened(bench, tmp_path / "two")
    assert not list((tmp_path / "two" / "clips").glob(f"{clip}*"))
    assert again.person(LEAD).lead.verify_log().ok
    again.workspace.close()


def test_a_clip_purged_by_hand_is_listed_beside_the_backup_at_once(bench: Bench, tmp_path: Path) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    clip = marked_next(bench)
    lead(bench).held_back.purge(lead(bench).identity, clip)
    assert clip in listed(made.file)


def listed(file: Path) -> tuple[str, ...]:
    return read_list(purge_list_of(file)).lines


def test_a_list_that_was_edited_cut_or_swapped_is_noticed_before_anything_is_restored(
    bench: Bench, tmp_path: Path
) -> None:
    made, other = (lead(bench).backup(tmp_path / name) for name in ("a.backup", "b.backup"))
    lead(bench).purge(["source-0001"])
    file = purge_list_of(made.file)
    [clip], text = listed(made.file), file.read_text(encoding="utf-8")
    shutil.copy(file, tmp_path / "kept")
    for edited in (
        text.replace(f"clip {clip}\n", ""),
        text[:-20],
        "",
        purge_list_of(other.file).read_text("utf-8"),
    ):
        file.write_text(edited, encoding="utf-8")
        for without_purged_list in (False, True):
            with pytest.raises(Damaged, match="PURGE_LIST"):
                restore(bench, made.file, tmp_path / "new", without_purged_list=without_purged_list)
            assert not (tmp_path / "new").exists()
    assert restore(bench, made.file, tmp_path / "new", purged_list=tmp_path / "kept").purged == 1


def test_a_forged_list_is_noticed_by_the_keys_in_the_backup(bench: Bench, tmp_path: Path) -> None:
    known = bench.person(BEN).identity.keyring.log_key
    old = lead(bench).backup(tmp_path / "old.backup")
    unlisted = purge_list_of(old.file).read_text(encoding="utf-8").partition("\n\n")[0]
    lead(bench).revoke(BEN)
    made = lead(bench).backup(tmp_path / "a.backup")
    lead(bench).purge(["source-0001"])
    assert restore(bench, old.file, tmp_path / "one").purged == 1  # a key that came after the backup
    genuine = read_list(purge_list_of(made.file))
    lines = unlisted.replace(read_list(purge_list_of(old.file)).backup_id, genuine.backup_id)
    forged = re.sub("rows .*", f"rows {genuine.log_rows}", lines).replace("key ", "clip c9\nkey ", 1) + "\n"
    name = f"reviewer/{genuine.log_id}/purged"
    key_hash = signing.note_key_hash(name, signing.NOTE_ED25519, signing.public_key_of(known))
    signature = b64(key_hash + signing.sign(known, forged.encode()))
    purge_list_of(made.file).write_text(f"{forged}\n— {name} {signature}\n", encoding="utf-8")
    with pytest.raises(Damaged, match="PURGE_LIST_FORGED"):
        restore(bench, made.file, tmp_path / "two")
    assert not (tmp_path / "two").exists()
    assert list_purges(bench.workspace._unit) == []
    assert listed(made.file) == genuine.lines  # what it added is signed by nobody


def test_an_older_list_of_the_same_backup_is_told_by_its_time_and_by_a_checkpoint(
    bench: Bench, tmp_path: Path
) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    older = purge_list_of(made.file).read_bytes()
    bench.clock.advance(60)
    lead(bench).purge(["source-0001"])
    checkpoint = lead(bench).checkpoint()
    now = restore(bench, made.file, tmp_path / "one", checkpoint=checkpoint)
    purge_list_of(made.file).write_bytes(older)
    then = restore(bench, made.file, tmp_path / "two", checkpoint=checkpoint)
    assert (now.purged, then.purged) == (1, 0)  # it is genuine, so it is used
    assert then.unlisted_rows > now.unlisted_rows
    assert str(then.listed_at) < str(now.listed_at)


def test_purges_of_a_restored_workspace_are_listed_too_beside_those_that_were_there(
    bench: Bench, tmp_path: Path
) -> None:
    first = lead(bench).backup(tmp_path / "first.backup")
    made = lead(bench).backup(tmp_path / "a.backup")
    purge_list_of(made.file).rename(tmp_path / "moved")
    lead(bench).purge(["source-0001"])
    [gone] = listed(first.file)
    restore(bench, made.file, tmp_path / "one", purged_list=tmp_path / "moved")
    again = opened(bench, tmp_path / "one")
    again.person(LEAD).lead.purge(["source-0002"])
    again.workspace.close()
    for file in (first.file, made.file):
        assert len(listed(file)) == 2
        assert gone in listed(file)
    assert restore(bench, made.file, tmp_path / "two").purged == 2


def test_a_file_that_was_written_again_has_the_list_of_the_later_backup(bench: Bench, tmp_path: Path) -> None:
    for _ in range(5):
        made = lead(bench).backup(tmp_path / "a.backup")
        list_purges(bench.workspace._unit)
        assert restore(bench, made.file, tmp_path / read_list(purge_list_of(made.file)).backup_id)
        made.file.unlink()


def test_what_was_written_into_a_list_by_hand_is_signed_by_nobody(bench: Bench, tmp_path: Path) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    file = purge_list_of(made.file)
    file.write_text(file.read_text("utf-8").replace("key ", "clip c9\nkey ", 1), encoding="utf-8")
    lead(bench).purge(["source-0001"])
    assert len(listed(made.file)) == 1


def redacted_next(bench: Bench) -> str:
    """The lead confirms the span that Ana marked in the next clip; gives the clip."""
    clip = marked_next(bench)
    of_lead = lead(bench)
    [one] = of_lead.redactions.of_clip(of_lead.identity, clip)
    of_lead.redactions.confirm(of_lead.identity, one.id)
    return clip


def marked_next(bench: Bench) -> str:
    """Ana marks a span of the next clip and hands it in; gives the clip."""
    work = bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    work.redactions.mark(lease, 1000, 2000, PersonalDataKind.NUMBER)
    work.submit(lease, annotation("words", frames=FRAMES))
    work.close(lease)
    return lease.clip_id


def test_without_the_list_of_purges_a_restore_must_be_asked_for(bench: Bench, tmp_path: Path) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    made.file.with_name("a.backup.purged").rename(tmp_path / "kept elsewhere")
    with pytest.raises(Refused, match="BACKUP_WITHOUT_PURGED"):
        restore(bench, made.file, tmp_path / "restored")
    assert restore(bench, made.file, tmp_path / "one", purged_list=tmp_path / "kept elsewhere").purged == 0
    withdrawn = restore(
        bench,
        made.file,
        tmp_path / "two",
        without_purged_list=True,
        withdrawn=(Withdrawal("source-0000"), Withdrawal("source-0002")),
    )
    assert withdrawn.purged == 2


def test_backups_that_are_not_there_are_named(bench: Bench, tmp_path: Path) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    assert list_purges(bench.workspace._unit) == []
    made.file.rename(tmp_path / "on another disk")
    assert list_purges(bench.workspace._unit) == [str(made.file)]
    assert lead(bench).purge(["source-0001"]).unlisted == (str(made.file),)


def test_retention_goes_on_while_a_backup_lies_there(bench: Bench, tmp_path: Path) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    bench.clock.advance(800 * 24 * 3600)
    assert restore(bench, made.file, tmp_path / "restored").purged == 4


def test_an_older_log_is_told_by_a_checkpoint_and_another_one_is_refused(
    bench: Bench, tmp_path: Path
) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    checkpoint = lead(bench).checkpoint()
    report = restore(bench, made.file, tmp_path / "restored", checkpoint=checkpoint)
    assert report.lost_rows == checkpoint.size - made.rows > 0
    (tmp_path / "other").mkdir()
    other = make_bench(tmp_path / "other", drafts=())
    with pytest.raises(Damaged, match="ANOTHER_LOG"):
        restore(bench, made.file, tmp_path / "new", checkpoint=lead(other).checkpoint())
    assert not (tmp_path / "new").exists()
    other.workspace.close()


def test_a_workspace_whose_log_does_not_verify_is_not_backed_up(bench: Bench, tmp_path: Path) -> None:
    with bench.database() as database:
        database.execute("DROP TRIGGER log_no_update")
        database.execute("UPDATE log SET body = x'7b7d' WHERE seq = 5")
    with pytest.raises(Damaged):
        lead(bench).backup(tmp_path / "a.backup")
    assert not list(tmp_path.glob("*a.backup*"))


def test_a_flipped_bit_or_a_cut_backup_is_refused_and_leaves_nothing(bench: Bench, tmp_path: Path) -> None:
    made = lead(bench).backup(tmp_path / "a.backup")
    whole, rng, broken = made.file.read_bytes(), random.Random(3), tmp_path / "broken"
    shutil.copy(purge_list_of(made.file), tmp_path / "broken.purged")
    for number in range(_FLIPS):
        content = bytearray(whole)
        # Every second flip in the header, where there is most to parse.
        place = rng.randrange(len(whole) if number % 2 else 700)
        content[place] ^= 1 << rng.randrange(8)
        broken.write_bytes(content if number % 5 else content[: rng.randrange(len(whole))])
        with pytest.raises(ReviewerError) as caught:
            restore(bench, broken, tmp_path / "restored")
        assert caught.value.exit_code in (2, 4)
        assert not (tmp_path / "restored").exists()
    assert not list(tmp_path.glob(".*"))


_KILLED = """
import os, signal, sys
from pathlib import Path
from reviewer.clips import backup_file, seal
from reviewer.clips.keys import KdfParameters
from reviewer.files import NewFile
from reviewer.workspace import open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

left, write, keep = [int(sys.argv[3])], seal.SealedWriter.write, NewFile.keep
def count():
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
def counted(self, data):
    count()
    write(self, data)
def kept(self):
    count()
    keep(self)
seal.SealedWriter.write, NewFile.keep = counted, kept
workspace = open_workspace(Path(sys.argv[1]), clock=FakeClock(), parameters=KdfParameters.cheap())
workspace.sign_in(LEAD, PASSPHRASE).lead.backup(Path(sys.argv[2]))
print(int(sys.argv[3]) - left[0])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.timeout(60 + 10 * KILLS)
def test_a_killed_backup_leaves_nothing_that_looks_whole(
    forked_python: ForkedPython, bench: Bench, tmp_path: Path
) -> None:
    bench.sign_out(LEAD)
    (tmp_path / "backups").mkdir()
    target = tmp_path / "backups" / "a.backup"

    def run(die_at: int) -> "subprocess.CompletedProcess[str]":
        return forked_python.run(_KILLED, bench.workspace.path, target, die_at)

    done = run(1_000_000)
    assert done.returncode == 0, done.stderr
    calls = int(done.stdout)
    for path in (tmp_path / "backups").iterdir():
        path.unlink()
    moments = [random.SystemRandom().randint(1, calls) for _ in range(KILLS)]
    for die_at in sorted({1, 2, calls // 2, calls - 1, calls}) + moments:
        assert run(die_at).returncode == -signal.SIGKILL
        assert not target.exists()
    assert run(1_000_000).returncode == 0
    assert not list(bench.workspace.path.glob(".backup-*"))
    assert restore(bench, target, tmp_path / "restored").purged == 0
