"""A clip too long to be decoded at once: opened, read where it is wanted, closed, damaged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.audio.io.flac import FlacStream
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import Damaged
from reviewer.model.event import Action
from reviewer.model.task import Lease
from reviewer.session.open_clip import OpenClip
from tests.benches.workspace import ANA, Bench, make_bench

_SHAPE = (928_000, 8)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Two minutes in eight channels: neither sound nor peaks are kept in memory."""
    made = make_bench(tmp_path, drafts=[""], shape=_SHAPE)
    made.agree(ANA)
    yield made
    made.sign_out(ANA)
    made.workspace.close()


def _opened(bench: Bench) -> tuple[Lease, OpenClip]:
    work = bench.work(ANA)
    lease = work.claim()
    return lease, work.open(lease)


def test_it_is_read_where_it_is_wanted_and_sounds_as_it_was_brought_in(bench: Bench) -> None:
    lease, opened = _opened(bench)
    whole = opened.samples.read(0, opened.samples.frames)
    least, most = opened.peaks.columns(0, 0.0, 6_400.0, 100)
    assert isinstance(opened.samples, FlacStream)
    assert opened.peaks.stored is not None
    assert whole.shape == _SHAPE
    assert (least == whole[:6_400, 0].reshape(100, 64).min(axis=1)).all()
    assert (most == whole[:6_400, 0].reshape(100, 64).max(axis=1)).all()
    assert (opened.samples.read(3_000, 3_010) == whole[3_000:3_010]).all()
    bench.work(ANA).close(lease)


def test_once_it_left_the_screen_its_files_are_let_go_and_it_is_silent(bench: Bench) -> None:
    lease, opened = _opened(bench)
    assert opened.samples.read(0, 100).any()
    assert len(_objects_held()) == 2
    bench.work(ANA).close(lease)
    assert _objects_held() == []
    assert not opened.samples.read(0, 8_000).any()


@pytest.mark.parametrize("damaged", [("audio",), ("audio", "peaks")])
def test_a_changed_bit_of_its_audio_refuses_it_though_its_peaks_are_damaged_too(
    bench: Bench, tmp_path: Path, damaged: tuple[str, ...]
) -> None:
    lease, _ = _opened(bench)
    bench.work(ANA).close(lease)
    for kind in damaged:
        _change_a_bit(_object(tmp_path, kind))
    with pytest.raises(Damaged):
        bench.work(ANA).open(lease)


def test_damaged_peaks_are_made_anew_and_the_log_says_so_each_time(bench: Bench, tmp_path: Path) -> None:
    lease, first = _opened(bench)
    work = bench.work(ANA)
    whole = first.samples.read(0, 8_000)
    kept = _object(tmp_path, "peaks")
    sealed = kept.read_bytes()

    for damage in (_change_a_bit, Path.unlink):
        kept.write_bytes(sealed)
        damage(kept)
        found = kept.read_bytes() if kept.exists() else None
        work.close(lease)
        drawn = work.open(lease).peaks
        lows, highs = drawn.columns(0, 0.0, 7_680.0, 30)

        assert (lows == whole[:7_680, 0].reshape(30, 256).min(axis=1)).all()
        assert (highs == whole[:7_680, 0].reshape(30, 256).max(axis=1)).all()
        assert (kept.read_bytes() if kept.exists() else None) == found
        opening, told = bench.events()[-2:]
        assert (opening.action, told.action) == (Action.CLIP_OPENED, Action.PEAKS_DAMAGED)
        assert told.object == lease.clip_id
        assert told.reason


def test_a_short_clip_keeps_no_peaks_and_is_drawn_from_its_samples(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, drafts=[""], shape=(16_000, 2))
    bench.agree(ANA)
    lease, opened = _opened(bench)
    assert opened.peaks.to_bytes() == PeakPyramid.from_samples(opened.samples.read(0, 16_000)).to_bytes()
    kinds = {file.name.split(".")[1] for file in (tmp_path / "ws" / "clips").iterdir()}
    assert kinds == {"audio", "speech"}
    assert Action.PEAKS_DAMAGED not in [event.action for event in bench.events()]
    bench.work(ANA).close(lease)
    bench.sign_out(ANA)
    bench.workspace.close()


def _object(folder: Path, kind: str) -> Path:
    (file,) = (folder / "ws" / "clips").glob(f"*.{kind}.sealed")
    return file


def _objects_held() -> list[Path]:
    return [file for file in Path("/dev/fd").iterdir() if file.resolve().suffix == ".sealed"]


def _change_a_bit(file: Path) -> None:
    sealed = file.read_bytes()
    file.write_bytes(sealed[:-40] + bytes([sealed[-40] ^ 1]) + sealed[-39:])
