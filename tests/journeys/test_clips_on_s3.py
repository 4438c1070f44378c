"""The whole line with the clips in a bucket: imported, heard, exported, purged."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from reviewer.errors import Damaged, Unavailable
from reviewer.lead.clip_preparation import PreparingProcess
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.task import VerdictKind
from tests.benches.workspace import ANA, LEAD, PROJECT, QUINN, Bench, make_bench, write_clips
from tests.fakes.clock import FakeClock
from tests.fakes.s3_servers import BUCKET, KEY_ID, SECRET, rclone_command, rclone_server

pytest.importorskip("obstore")
if rclone_command() is None:
    pytest.skip("no rclone here", allow_module_level=True)

WORKERS_FROM = 64


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with rclone_server(tmp_path / "service") as made:
        yield made


@pytest.fixture
def bucket(endpoint: str, tmp_path: Path) -> Path:
    """The folder in which the service keeps its objects."""
    return tmp_path / "service" / BUCKET


@pytest.fixture
def bench(endpoint: str, tmp_path: Path) -> Iterator[Bench]:
    """Three clips in the bucket, four people; not a copy, whose objects another test would share."""
    made = make_bench(tmp_path, project=project_at(endpoint), clock=FakeClock())
    yield made
    made.workspace.close()


def project_at(endpoint: str) -> str:
    return (
        f'{PROJECT}[clips]\nurl = "s3://{BUCKET}/sealed"\nendpoint = "{endpoint}"\nregion = "eu-central-1"\n'
    )


def objects(bucket: Path) -> list[Path]:
    return sorted(path for path in bucket.rglob("*") if path.is_file())


def local_files(bench: Bench) -> list[Path]:
    return list((bench.workspace.path / "clips").iterdir())


def test_a_clip_goes_from_the_bucket_to_the_ear_to_a_set_and_is_gone_after_its_purge(
    bench: Bench, bucket: Path, tmp_path: Path
) -> None:
    assert len({path.parent.name for path in objects(bucket)}) == 3
    assert not local_files(bench)
    assert not any(path.read_bytes().startswith(b"fLaC") for path in objects(bucket))
    bench.agree(ANA, QUINN)
    work = bench.work(ANA)
    lease = work.claim()
    assert lease is not None
    opened = work.open(lease)
    sound = opened.samples.read(0, opened.clip.frames)
    noise = [np.random.default_rng(number).integers(-9000, 9000, (8000, 1)) for number in range(3)]
    assert any(np.array_equal(sound, np.asarray(each, np.int16)) for each in noise)
    work.close(lease)
    work.release(lease)
    bench.submitted(ANA, "hello there")
    bench.reviewed(QUINN, "hello there", VerdictKind.ACCEPTED)
    lead = bench.person(LEAD).lead
    bench.agree(LEAD)
    assert lead.export(tmp_path / "set", ("csv",)).clips == 1
    assert lead.purge(["source-0000", "source-0001", "source-0002"]).purged
    assert not objects(bucket)
    assert not local_files(bench)
    assert lead.verify_log().ok


def test_workers_write_beside_and_the_import_brings_their_files_to_the_bucket(
    bench: Bench, bucket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopted: list[str] = []
    ask = PreparingProcess.ask

    def noted(self: PreparingProcess, paths: Sequence[Path]) -> None:
        adopted.extend(path.name for path in paths)
        ask(self, paths)

    monkeypatch.setattr(PreparingProcess, "ask", noted)
    manifest = write_clips(tmp_path / "more", bench.clock, [""] * (WORKERS_FROM + 3), (400, 1))
    text = manifest.read_text().replace("source-", "later-")
    manifest.write_text(text)
    report = bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    assert report.accepted == WORKERS_FROM + 3
    assert len(adopted) == WORKERS_FROM + 3
    assert len({path.parent.name for path in objects(bucket)}) == 3 + WORKERS_FROM + 3
    assert not local_files(bench)


def test_an_object_that_was_changed_is_damage_and_never_sound(bench: Bench, bucket: Path) -> None:
    bench.agree(ANA)
    work = bench.work(ANA)
    lease = work.claim()
    assert lease is not None
    (audio,) = [path for path in objects(bucket) if lease.clip_id in path.parts and "audio" in path.name]
    sealed = audio.read_bytes()
    audio.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(Damaged):
        work.open(lease)
    audio.write_bytes(sealed)
    assert work.open(lease).clip.frames == 8000


def test_an_import_into_a_bucket_that_refuses_it_imports_nothing(
    bench: Bench, bucket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    other = bench.another_window()  # the first has its credentials already
    before, imported = objects(bucket), bench.imported()
    manifest = write_clips(tmp_path / "more", bench.clock, [""] * 2, (500, 1))
    manifest.write_text(manifest.read_text().replace("source-", "later-"))
    with pytest.raises(Unavailable):
        other.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    assert (objects(bucket), bench.imported()) == (before, imported)
    assert not local_files(bench)
    other.workspace.close()
