"""Exports by choice: cut sets, other audio, splits, previews, and the verification of what lies on disk."""

import hashlib
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from reviewer.audio.io.flac import encode_flac, read_canonical
from reviewer.audio.samples import Samples
from reviewer.errors import Refused, Unavailable
from reviewer.formats import passport
from reviewer.formats.validation import decoded_length
from reviewer.lead.export import NothingToExport
from reviewer.lead.foreign_sets import verify_foreign_set
from reviewer.lead.set_options import AudioForm, SetOptions
from reviewer.model.annotation import Annotation, Segment
from reviewer.model.event import Action
from tests.benches.clips import add_clip
from tests.benches.lead import LeadBench
from tests.benches.workspace import ANA
from tests.factories import a_clip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LeadBench]:
    made = LeadBench(tmp_path / "ws")
    made.agree()
    made.add_clip("c1")
    segments = (
        Segment("a", 100, 500, "One.", "A"),
        Segment("b", 700, 1100, "[unclear]", "B"),
        Segment("c", 1200, 1600, "Three.", "A"),
    )
    made.submit_annotation(made.claim(), Annotation(segments))
    made.accept_all()
    made.accepted("c2", "yes it is")
    yield made
    made.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "set"


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]


def stored(bench: LeadBench, clip_id: str) -> bytes:
    with bench.unit.content.audio(bench.lead.keyring, clip_id) as stream:
        return stream.read()


def test_stored_audio_leaves_byte_for_byte(bench: LeadBench, out: Path) -> None:
    assert bench.run_export(out).left_out == {"tag_unclear": 1}
    (row,) = rows(out)
    assert (out / row["audio_filepath"]).read_bytes() == stored(bench, "c2")


def test_a_cut_set_keeps_the_segments_that_can_be_read(bench: LeadBench, out: Path) -> None:
    result = bench.run_export(out, options=SetOptions(cut=True, margin_ms=5))
    assert (result.clips, result.rows, result.left_out) == (2, 3, {})
    assert result.rows_left_out == {"segments": {"tag_unclear": 1}}
    samples = read_canonical(io.BytesIO(stored(bench, "c1"))).data
    by_text = {row["text"]: row for row in rows(out)}
    for text, start, end in (("one", 20, 580), ("three", 1120, 1600)):
        data, _ = soundfile.read(out / by_text[text]["audio_filepath"], dtype="int16", always_2d=True)
        assert np.array_equal(data, samples[start:end])
    assert verify_foreign_set(out) == []


@pytest.mark.parametrize(
    ("options", "rate_hz"),
    [
        (SetOptions(audio=AudioForm.WAV), 16_000),
        (SetOptions(audio=AudioForm.OPUS), 16_000),
        (SetOptions(audio=AudioForm.OPUS, rate_hz=48_000, cut=True), 48_000),
        (SetOptions(rate_hz=8_000), 8_000),
        (SetOptions(rate_hz=44_100, mono=True, cut=True), 44_100),
        (SetOptions(channel=1, audio=AudioForm.WAV), 16_000),
    ],
)
def test_audio_of_another_form_is_as_long_as_its_row_says(
    bench: LeadBench, out: Path, options: SetOptions, rate_hz: int
) -> None:
    bench.run_export(out, options=options)
    found = rows(out)
    for row in found:
        assert row["audio_filepath"].endswith(f".{options.audio}")
        assert row["sampling_rate"] == rate_hz
        assert decoded_length(out / row["audio_filepath"]) == (round(row["duration"] * rate_hz), rate_hz)
    assert verify_foreign_set(out) == []
    bench.run_export(out.with_name("again"), options=options)
    for path in sorted(out.rglob("*")):
        if path.is_file() and path.name != passport.NAME:
            assert path.read_bytes() == (out.with_name("again") / path.relative_to(out)).read_bytes(), path


def test_a_channel_that_a_clip_has_not_is_refused(bench: LeadBench, out: Path) -> None:
    with pytest.raises(Refused, match="EXPORT_CHANNEL_MISSING"):
        bench.run_export(out, options=SetOptions(channel=2))
    assert not out.exists()
    with pytest.raises(Refused, match="EXPORT_CHANNEL_MISSING"):
        bench.export().preview(bench.lead, ("nemo",), options=SetOptions(channel=2))


def test_each_format_of_a_set_has_tags_as_it_shows_them(bench: LeadBench, out: Path) -> None:
    bench.accepted("c3", "[laugh] uh yes [noise] it is")
    bench.export().export_set(bench.lead, out, ("nemo", "kaldi", "stm", "common-voice"))
    for name, text in (
        ("manifest.jsonl", '"uh yes it is"'),
        ("kaldi/all/text", " <v-noise> uh yes <noise> it is\n"),
        ("stm/all.stm", " (%hesitation) yes it is\n"),
        ("common-voice/en-US/validated.tsv", "\tuh yes it is\t"),
    ):
        assert text in (out / name).read_text(encoding="utf-8")
    (facts,) = json.loads((out / passport.NAME).read_text(encoding="utf-8"))["conventions"].values()
    assert facts["format_tags"]["kaldi"]["noise"] == "<noise>"
    assert verify_foreign_set(out) == []


def test_a_preview_writes_nothing_and_opens_no_audio(bench: LeadBench, out: Path) -> None:
    found = bench.export().preview(bench.lead, ("nemo",), options=SetOptions(cut=True))
    assert (found.clips, found.row_count, len(found.rows)) == (2, 3, 3)
    assert found.rows_left_out == {"segments": {"tag_unclear": 1}}
    assert bench.opened(Action.TEXT_OPENED) == {"c1", "c2"}
    assert bench.opened(Action.CLIP_OPENED) == set()
    assert bench.unit.database.rows("SELECT * FROM export") == []
    result = bench.run_export(out, options=SetOptions(cut=True))
    assert (result.rows, result.seconds) == (found.row_count, found.seconds)


def _only(bench: LeadBench, out: Path, name: str) -> Path:
    bench.export().export_set(bench.lead, out, (name,))
    return out


def test_a_preview_knows_the_size_of_what_goes_out_as_it_is_stored(bench: LeadBench, out: Path) -> None:
    found = bench.export().preview(bench.lead, ("nemo",))
    bench.run_export(out)
    sizes = [path.stat().st_size for path in (out / "clips").iterdir()]
    assert (found.audio_bytes, found.is_estimated) == (sum(sizes), False)
    assert bench.export().preview(bench.lead, ("azure",)).audio_bytes == sum(
        path.stat().st_size for path in _only(bench, out.with_name("azure"), "azure").rglob("*.wav")
    )
    both = bench.export().preview(bench.lead, ("webdataset", "librispeech", "csv"))
    assert (both.audio_bytes, both.is_estimated) == (2 * found.audio_bytes, False)
    assert bench.export().preview(bench.lead, ("nemo",), options=SetOptions(cut=True)).is_estimated
    assert bench.export().preview(bench.lead, ("nemo",), options=SetOptions(audio=AudioForm.WAV)).is_estimated


def test_a_cancelled_export_leaves_nothing(bench: LeadBench, out: Path) -> None:
    done: list[int] = []
    with pytest.raises(Unavailable, match="EXPORT_CANCELLED"):
        bench.run_export(
            out,
            options=SetOptions(cut=True),
            progress=lambda number, _all: done.append(number),
            is_cancelled=lambda: bool(done),
        )
    assert done == [1]
    assert not [path for path in out.parent.iterdir() if path == out or "partial" in path.name]
    assert bench.acts()[-1] == ("export.ended", "failed", "EXPORT_CANCELLED")


def test_a_format_that_holds_no_row_is_no_set(bench: LeadBench, out: Path) -> None:
    with pytest.raises(NothingToExport):
        bench.export().export_set(bench.lead, out, ("ctm",))
    assert not out.exists()


def test_a_profile_or_filter_that_is_none_is_refused_before_anything_is_opened(
    bench: LeadBench, out: Path
) -> None:
    size = bench.unit.log.head().size
    for where, options, code in (
        (None, SetOptions(profile="none"), "PROFILE_UNKNOWN"),
        ('recorded >= "2026-13-01"', SetOptions(), "FILTER_DAY_UNKNOWN"),
        ('locale = "english"', SetOptions(), "FILTER_LOCALE_UNKNOWN"),
    ):
        with pytest.raises(Refused, match=code):
            bench.run_export(out, where, options=options)
    assert bench.unit.log.head().size == size
    assert bench.run_export(out, 'locale = "EN-us" and words = 3').clips == 1


def test_a_set_is_verified_by_its_passport_and_by_its_formats(bench: LeadBench, out: Path) -> None:
    bench.run_export(out, options=SetOptions(split=(80, 10, 10)))
    assert verify_foreign_set(out) == []
    sums = (out / passport.SUMS).read_text(encoding="utf-8").splitlines()
    for line in sums:
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    listed = {line.partition("  ")[2] for line in sums}
    assert {"README.md", "plots/durations.svg", "utterances.csv"} < listed
    (clip,) = (out / "clips").iterdir()
    clip.write_bytes(clip.read_bytes()[:-9])
    assert {problem.code for problem in verify_foreign_set(out)} >= {"SET_FILE_CHANGED"}
    (out / passport.NAME).write_text("{}", encoding="utf-8")
    assert [problem.code for problem in verify_foreign_set(out)] == ["SET_FILE_UNREADABLE"]


def test_the_card_says_what_the_set_consists_of(bench: LeadBench, out: Path) -> None:
    bench.run_export(out, options=SetOptions(cut=True, split=(80, 10, 10)))
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "3 rows of 2 clips" in card
    assert "| en-US | 3 |" in card
    found = json.loads((out / passport.NAME).read_text(encoding="utf-8"))
    assert (found["statistics"]["rows"], found["statistics"]["words"]) == (3, 5)
    assert found["options"]["split"] == [80, 10, 10]
    assert (out / "plots" / "splits.svg").read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"formats": ["nemo"], "files": 5}',
        '{"formats": [["nemo"]], "files": [{"path": 1, "sha256": 1, "bytes": []}]}',
        '{"formats": {}, "files": [{"path": ["a"]}]}',
        "[" * 100_000,
    ],
)
def test_a_passport_that_is_none_is_a_problem_of_the_set(tmp_path: Path, text: str) -> None:
    (tmp_path / passport.NAME).write_text(text, encoding="utf-8")
    assert verify_foreign_set(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes")
def test_links_and_pipes_in_a_set_are_named_and_never_opened(bench: LeadBench, out: Path) -> None:
    bench.run_export(out)
    (out / "manifest.jsonl").unlink()
    os.mkfifo(out / "manifest.jsonl")
    (out / "endless").symlink_to("/dev/zero")
    (out / "plain").symlink_to(out)
    found = [(problem.code, problem.parameters["file"]) for problem in verify_foreign_set(out)]
    assert found == [("SET_FILE_NOT_REGULAR", name) for name in ("endless", "manifest.jsonl", "plain")]


def test_a_format_without_its_package_is_refused_and_not_verified(
    bench: LeadBench, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Refused, match="FORMAT_NEEDS_PACKAGE"):
        bench.export().export_set(bench.lead, out, ("nemo", "parquet"))
    out.mkdir()
    (out / passport.NAME).write_text('{"formats": ["parquet"], "files": []}', encoding="utf-8")
    assert [problem.code for problem in verify_foreign_set(out)] == ["FORMAT_NEEDS_PACKAGE"]


def test_a_format_that_holds_few_of_the_rows_is_written(bench: LeadBench, out: Path) -> None:
    for number in range(3):
        bench.accepted(f"d{number}", f"press #0 {number}")
    result = bench.export().export_set(bench.lead, out, ("kaldi",))
    assert (result.rows, result.empty_formats) == (1, ())
    assert result.rows_left_out["kaldi"]["kaldi_reserved_word"] == 3
    assert (out / "kaldi" / "all" / "text").read_text(encoding="utf-8").endswith(" yes it is\n")


def test_the_format_that_holds_no_row_is_named_beside_one_that_does(bench: LeadBench, out: Path) -> None:
    result = bench.export().export_set(bench.lead, out, ("nemo", "ctm"))
    assert result.empty_formats == ("ctm",)
    assert result.rows_left_out["ctm"]
    assert passport.read(out).formats == ("nemo",)
    assert verify_foreign_set(out) == []


def test_a_set_whose_formats_hold_no_row_is_not_written(bench: LeadBench, out: Path) -> None:
    with pytest.raises(NothingToExport, match="NOTHING_TO_EXPORT") as refused:
        bench.export().export_set(bench.lead, out, ("ctm",))
    assert refused.value.rows_left_out["ctm"]
    assert not out.exists()


def test_no_set_is_written_into_the_workspace(bench: LeadBench, tmp_path: Path) -> None:
    before = sorted(bench.folder.rglob("*"))
    (tmp_path / "way").symlink_to(bench.folder)
    for place in (bench.folder, bench.folder / "clips", tmp_path / "way"):
        with pytest.raises(Refused, match="OUTPUT_IN_WORKSPACE"):
            bench.run_export(place / "set")
    assert sorted(bench.folder.rglob("*")) == before


def test_a_row_says_its_segments_in_the_order_of_time_however_they_were_kept(
    bench: LeadBench, out: Path
) -> None:
    bench.add_clip("c3")
    segments = (Segment("a", 900, 1500, "Two.", "A"), Segment("b", 0, 800, "One,", "A"))
    bench.submit_annotation(bench.claim(), Annotation(segments))
    bench.accept_all()
    bench.run_export(out, formats=("jsonl",))
    texts = {row["id"].split("-")[1]: row["text_verbatim"] for row in map(json.loads, _lines(out))}
    assert texts["c3"] == "One, Two."


def test_kaldi_is_told_which_files_have_more_bits_than_it_reads(bench: LeadBench, out: Path) -> None:
    fine = Samples(16_000, np.full((1600, 1), 1 << 8, np.int32))
    clip = a_clip(id="c3", frames=1600, source_hash="s3", samples_hash="s3")
    add_clip(
        bench.unit.content, bench.lead.keyring, clip, encode_flac(fine), b"",
        lambda: bench.unit.queue.add_clip("c3", passes=1, sort_key=3, quarantined=False),
    )  # fmt: skip
    bench.submit(ANA, "three")
    bench.accept_all()
    bench.run_export(out, formats=("kaldi", "stm"))
    reads = dict(line.split(" ", 1) for line in (out / "kaldi/all/wav.scp").read_text().splitlines())
    programs = {name.split("-")[1]: command.split(" ")[0] for name, command in reads.items()}
    assert programs == {"c2": "flac", "c3": "ffmpeg"}
    assert verify_foreign_set(out) == []


def _lines(out: Path) -> list[str]:
    return (out / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
