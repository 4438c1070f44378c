"""After real work nothing that was heard, typed or named lies readable on the disk or in a log."""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.errors import LeaseLost
from reviewer.model.annotation import Flag
from reviewer.model.task import SkipReason, VerdictKind
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, annotation, hear, make_bench
from tests.fakes.clock import FakeClock

TYPED = "kanarienvogel typed by the contractor"
DRAFTED = "kanarienvogel half a draft"
LATE = "kanarienvogel came too late"
BLIND = "kanarienvogel typed blind by qa"
COMMENT = "kanarienvogel said in a comment"
LABELLED = "kanarienvogel as a label"
ASR = "kanarienvogel from the recogniser"
FLAC, WAV = b'fLaC\x80\x00\x00"', b"WAVEfmt "  # four bytes alone turn up in what is sealed, now and then
FORBIDDEN = (b"kanarienvogel", b"clip0.wav", b"clip1.wav", b"source-0000", b"voice-0", FLAC, WAV)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of its own, so that everything in it came from this journey."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def worked(tmp_path: Path, temporary: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Bench]:
    """A workspace in which every kind of content was made: drafts, work, late work, checks, comments."""
    caplog.set_level(logging.DEBUG)
    bench = make_bench(
        tmp_path, drafts=(ASR, ASR + " two", "", ""), clock=FakeClock()
    )  # made here, not a copy
    bench.agree(ANA, BEN, QUINN)
    ana, ben = bench.work(ANA), bench.work(BEN)
    first = ana.claim()
    hear(ana, first)
    ana.save_draft(first, annotation(DRAFTED), 1)
    ana.submit(first, annotation(TYPED, accent=LABELLED))
    lapsing = ana.claim()
    ana.save_draft(lapsing, annotation(LATE), 2)
    bench.clock.advance(31 * 60)
    taken = ben.claim()
    assert taken.task_id == lapsing.task_id
    with pytest.raises(LeaseLost):
        ana.submit(lapsing, annotation(LATE, Flag.DISTRESSING))
    ben.skip(taken, SkipReason.TECHNICAL)
    held = ben.claim()
    ben.open(held)
    ben.save_draft(held, annotation(DRAFTED, Flag.DISTRESSING, accent=LABELLED), 1)
    bench.reviewed(QUINN, BLIND, VerdictKind.RETURNED, COMMENT)
    yield bench
    bench.workspace.close()


def found_in(folder: Path) -> list[str]:
    """Which forbidden bytes stand in which file's content or name."""
    found = []
    for file in folder.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        found += [
            f"{bad!r} in {file.relative_to(folder)}"
            for bad in FORBIDDEN
            if bad.lower() in content.lower() or bad.lower() in str(file.relative_to(folder)).lower().encode()
        ]
    return found


def test_no_file_of_the_workspace_or_the_temporary_folder_holds_content(
    worked: Bench, temporary: Path, tmp_path: Path
) -> None:
    assert (worked.workspace.path / "workspace.db").stat().st_size > 0
    assert any((worked.workspace.path / "clips").rglob("*"))
    assert found_in(worked.workspace.path) + found_in(temporary) == []
    (tmp_path / "leak").mkdir()
    (tmp_path / "leak" / "leak.bin").write_bytes(b"...Kanarienvogel..." + FLAC)
    assert len(found_in(tmp_path / "leak")) == 2


def test_no_log_line_holds_content(worked: Bench, caplog: pytest.LogCaptureFixture) -> None:
    text = caplog.text.lower().encode()
    assert [bad for bad in FORBIDDEN if bad.lower() in text] == []


def test_no_row_of_the_access_log_holds_content_or_names(worked: Bench) -> None:
    bodies = b"".join(row.body for row in worked.workspace._unit.log.rows()).lower()
    assert len(bodies) > 10_000
    secrets = (*FORBIDDEN, ANA.encode(), LEAD.encode(), PASSPHRASE.encode())
    assert [bad for bad in secrets if bad.lower() in bodies] == []


def test_everything_made_can_still_be_read_by_those_who_may(worked: Bench) -> None:
    ana = worked.work(ANA)
    assert [past.text for past in ana.history()] == [LATE, TYPED]
    again = ana.claim()
    returned = ana.open(again).returned
    assert returned.comment == COMMENT
    ben = worked.work(BEN)
    held = ben.resume()
    assert ben.open(held).draft is not None


def test_files_of_the_workspace_are_the_owners_alone(worked: Bench) -> None:
    loose = [file.name for file in worked.workspace.path.rglob("*") if file.stat().st_mode & 0o077]
    assert loose == []
