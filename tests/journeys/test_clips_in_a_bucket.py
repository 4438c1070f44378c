"""A workspace whose clips lie in a bucket: imported, heard, exported, purged; and the service gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from reviewer.access.verification import verify_file
from reviewer.clips.store import LocalClipStore
from reviewer.db.workspace_meta import read_meta
from reviewer.errors import Unavailable
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from tests.benches.workspace import (
    ANA,
    LEAD,
    PROJECT,
    QUINN,
    Bench,
    annotation,
    claim_and_hear,
    make_bench,
    write_clips,
)
from tests.fakes.clock import FakeClock
from tests.fakes.s3_servers import BUCKET, KEY_ID, SECRET, Network

pytest.importorskip("obstore")
pytest.importorskip("moto")

from reviewer.clips.s3_store import Bucket, S3ClipStore


@pytest.fixture
def network(moto: str) -> Network:
    return Network(moto)


@pytest.fixture
def bench(tmp_path: Path, network: Network, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with network.open() as endpoint:
        place = (
            f'[clips]\nurl = "s3://{BUCKET}/{tmp_path.name}"\nendpoint = "{endpoint}"\nregion = "eu-west-1"\n'
        )
        made = make_bench(tmp_path, drafts=["", "", ""], project=PROJECT + place, clock=FakeClock())
        made.agree(ANA)
        yield made
        made.workspace.close()
        assert verify_file(made.workspace.path / DATABASE_FILE).ok


def test_a_clip_is_taken_in_heard_exported_and_purged(bench: Bench, network: Network, tmp_path: Path) -> None:
    sent = {path for method, path, _ in network.asked if method == "PUT"}
    assert len(sent) == 3  # the sound of three clips, which are too short to keep peaks
    assert not list((bench.workspace.path / "clips").iterdir())
    bench.agree(QUINN, LEAD)
    for text in ("the first", "the second", "the third"):
        bench.submitted(ANA, text)
        bench.reviewed(QUINN, text, VerdictKind.ACCEPTED)
    lead = bench.person(LEAD).lead
    result = lead.export(tmp_path / "set", ["nemo"])
    assert result.rows == 3
    assert all(read_flac(path) for path in (tmp_path / "set" / "clips").iterdir())
    assert len(lead.purge(["source-0001"]).purged) == 1
    with bench.database() as database:
        workspace_id = read_meta(database).workspace_id
    local = LocalClipStore(tmp_path / "local")
    assert len(S3ClipStore(Bucket.of(bench.workspace.project.clips), workspace_id, local).clip_ids()) == 2


def read_flac(path: Path) -> int:
    frames: int = soundfile.info(path).frames
    return frames


def test_while_the_service_is_away_nothing_is_lost_and_nothing_half_taken_in(
    bench: Bench, network: Network, tmp_path: Path
) -> None:
    lease = claim_and_hear(bench.work(ANA))
    network.is_away = True
    bench.work(ANA).save_draft(lease, annotation("typed while it was away"), 1)
    bench.work(ANA).close(lease)
    with pytest.raises(Unavailable):
        bench.work(ANA).open(lease)
    manifest = write_clips(tmp_path / "more", bench.clock, [""] * 5)
    with pytest.raises(Unavailable):
        bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    network.is_away = False
    opened = bench.work(ANA).open(lease)
    assert opened.draft is not None
    assert opened.draft.text_verbatim == "typed while it was away"
    report = bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    assert (report.accepted, report.refused) == (2, 3)  # three were taken in before
