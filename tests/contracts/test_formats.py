import builtins
import csv
import io
import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.io.flac import encode_flac
from reviewer.audio.samples import Samples
from reviewer.errors import Refused, Unavailable
from reviewer.formats import csv_table, nemo, passport
from reviewer.formats.dataset import Utterance, utterance_id
from reviewer.formats.output_folder import (
    MARKER,
    PlannedFolder,
    Removal,
    is_gone,
    moved_into_place,
    plan_folder,
    remove_unfinished,
    require_free,
    temporary_folder,
    unmark,
)
from reviewer.formats.validation import decoded_length, has_only_samples, text_problem
from reviewer.messages import command_catalogue
from reviewer.model.annotation import Flag
from tests.benches.sets import write_sounds

FORMATS = (nemo, csv_table)


def flac(frames: int, rate_hz: int = 16_000) -> bytes:
    noise = np.random.default_rng(frames).integers(-9000, 9000, (frames, 1)).astype(np.int16)
    return encode_flac(Samples(rate_hz, noise))


def a_row(number: int = 1, **changes: object) -> Utterance:
    frames = 1600 + number
    speaker = f"ab{number:02d}"
    row = Utterance(
        id=utterance_id(speaker, f"c{number}", 0, round(frames / 16)),
        clip_id=f"c{number}",
        speaker=speaker,
        locale="en-US",
        product="translator",
        frames=frames,
        rate_hz=16_000,
        channels=1,
        text="yes it is",
        text_verbatim="Yes, [laugh] it is.",
        labels={"speakers": "one", "noise": ("music", "wind"), "overlap": False, "loud": 3},
        flags=frozenset({Flag.DISTRESSING}),
        schema_version="default@1",
        conventions_version="en-US@1",
        flac=lambda: flac(frames),
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def a_set(folder: Path, rows: list[Utterance]) -> Path:
    folder.mkdir(exist_ok=True)
    write_sounds(folder, rows)
    for table in FORMATS:
        table.write(folder, sorted(rows, key=lambda row: row.id))
    return folder


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return a_set(tmp_path / "set", [a_row(2), a_row(1), a_row(3, text="", text_verbatim="[noise]")])


def manifest(folder: Path, name: str = "manifest.jsonl") -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def table(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / csv_table.NAME).read_text(encoding="utf-8"))))


def test_utterance_id_has_fixed_width_times() -> None:
    assert utterance_id("ab12", "c9", 0, 3450) == "ab12-c9-0000000-0003450"


@pytest.mark.parametrize(
    ("speaker", "clip", "start"), [("a_b", "c", 0), ("A", "c", 0), ("a", "", 0), ("a", "c", -1)]
)
def test_utterance_id_refuses_what_would_sort_wrongly(speaker: str, clip: str, start: int) -> None:
    with pytest.raises(ValueError, match="utterance id"):
        utterance_id(speaker, clip, start, 10)


@given(
    st.integers(1, 10_000_000),
    st.sampled_from([8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000]),
)
def test_duration_gives_the_frames_back(frames: int, rate_hz: int) -> None:
    assert round(a_row(frames=frames, rate_hz=rate_hz).duration * rate_hz) == frames


def test_what_was_written_is_valid_and_its_clips_are_flac_with_samples_only(good: Path) -> None:
    assert nemo.validate(good) + csv_table.validate(good) == []
    assert decoded_length(first_clip(good)) == (1601, 16_000)
    assert has_only_samples(first_clip(good))


def test_nemo_rows_are_sorted_and_say_what_a_trainer_reads(good: Path) -> None:
    first, second = manifest(good)
    assert first == {
        "audio_filepath": "clips/ab01-c1-0000000-0000100.flac",
        "duration": 1601 / 16_000,
        "text": "yes it is",
        "lang": "en-US",
        "speaker": "ab01",
        "sampling_rate": 16_000,
        "id": "ab01-c1-0000000-0000100",
    }
    assert str(second["id"]).startswith("ab02")
    (without_text,) = manifest(good, "manifest_nospeech.jsonl")
    assert (without_text["text"], str(without_text["id"])[:4]) == ("", "ab03")


def test_every_split_has_its_own_manifest(tmp_path: Path) -> None:
    rows = [a_row(1, split="train"), a_row(2, split="dev"), a_row(3, split="dev", text="")]
    folder = a_set(tmp_path / "set", rows)
    assert [row["speaker"] for row in manifest(folder, "manifest_train.jsonl")] == ["ab01"]
    assert [row["speaker"] for row in manifest(folder, "manifest_dev.jsonl")] == ["ab02"]
    assert [row["speaker"] for row in manifest(folder, "manifest_nospeech_dev.jsonl")] == ["ab03"]
    assert nemo.validate(folder) == []


def test_csv_has_both_texts_flags_and_labels_and_an_empty_cell_where_there_is_none(tmp_path: Path) -> None:
    row, without = table(a_set(tmp_path / "set", [a_row(1), a_row(2, labels={})]))
    assert (row["text"], row["text_verbatim"]) == ("yes it is", "Yes, [laugh] it is.")
    assert (row["flags"], row["audio"]) == ("distressing", "clips/ab01-c1-0000000-0000100.flac")
    assert (row["label_speakers"], row["label_noise"]) == ("one", "music|wind")
    assert (row["label_overlap"], row["label_loud"]) == ("false", "3")
    assert without["label_speakers"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+49", "-absolu", "@here", "＝cmd", "'cause", "'=x"])
def test_cell_that_could_be_a_formula_is_made_safe_and_comes_back(tmp_path: Path, text: str) -> None:
    folder = a_set(tmp_path / "set", [a_row(1, text_verbatim=text)])
    cell = table(folder)[0]["text_verbatim"]
    assert cell == f"'{text}"
    assert csv_table.plain_cell(cell) == text
    assert csv_table.validate(folder) == []


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("a.wav;=cmd|' /C calc'!A0", "a.wav;'=cmd|' /C calc'!A0"),
        ("a; @SUM(1)", "a; '@SUM(1)"),
        ("\t=1", "\t'=1"),
        ("a\r\n-1", "a\r\n'-1"),
        (" =1", " '=1"),
        ("a-b; c", "a-b; c"),
    ],
)
def test_no_part_of_a_shown_cell_is_a_formula_whatever_separates_lists(text: str, cell: str) -> None:
    assert csv_table.shown_cell(text) == cell


def test_a_shown_cell_imports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = []
    real = builtins.__import__

    def noted(name: str, *rest: Any, **more: Any) -> Any:
        imported.append(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", noted)
    csv_table.shown_cell("=1+1")
    monkeypatch.undo()
    assert imported == []


@given(st.text(max_size=20))
def test_every_value_comes_back_from_its_cell(value: str) -> None:
    assert csv_table.plain_cell(csv_table.safe_cell(value)) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("plain words", ""),
        ("", ""),
        ("cafe\u0301", "SET_TEXT_NOT_NFC"),
        ("zero\u200bwidth", "SET_TEXT_INVISIBLE"),
        ("می\u200cخواهم", ""),
        ("क्\u200dष", ""),
        ("na\u200cive", "SET_TEXT_INVISIBLE"),
        ("two  spaces", "SET_TEXT_SPACES"),
        (" led", "SET_TEXT_SPACES"),
        ("non\u00a0breaking", "SET_TEXT_SPACES"),
        ("tab\tbed", "SET_TEXT_INVISIBLE"),
    ],
)
def test_a_text_that_no_set_may_hold_has_a_code(text: str, code: str) -> None:
    assert text_problem(text) == code


def edit_manifest(change: Callable[[list[dict[str, object]]], None]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        rows = manifest(folder)
        change(rows)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / "manifest.jsonl").write_text(text, encoding="utf-8")

    return edit


def edit_bytes(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return edit


def first_clip(folder: Path) -> Path:
    return folder / "clips" / "ab01-c1-0000000-0000100.flac"


def with_metadata(data: bytes, then: bytes = b"") -> bytes:
    """With a comment after the first block, and other blocks after the comment."""
    kind = b"\x04" if then else b"\x84"
    return data[:4] + b"\x00" + data[5:42] + kind + b"\x00\x00\x08" + bytes(8) + then + data[42:]


NEMO_DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "missing manifest": (lambda f: [p.unlink() for p in f.glob("*.jsonl")], "NEMO_NO_MANIFEST"),
    "byte order mark": (edit_bytes("manifest.jsonl", lambda b: b"\xef\xbb\xbf" + b), "SET_FILE_BOM"),
    "not UTF-8": (edit_bytes("manifest.jsonl", lambda b: b + b"\xff\n"), "SET_FILE_NOT_UTF8"),
    "CRLF": (edit_bytes("manifest.jsonl", lambda b: b.replace(b"\n", b"\r\n")), "SET_FILE_LINE_ENDS"),
    "no final line end": (edit_bytes("manifest.jsonl", lambda b: b[:-1]), "SET_FILE_LAST_LINE_END"),
    "not JSON": (edit_bytes("manifest.jsonl", lambda b: b"{\n" + b), "SET_NOT_JSON"),
    "not an object": (edit_bytes("manifest.jsonl", lambda b: b"[]\n" + b), "SET_NOT_JSON"),
    "key missing": (edit_manifest(lambda r: r[0].pop("lang")), "SET_WRONG_KEYS"),
    "key too many": (edit_manifest(lambda r: r[0].update(name="Ana")), "SET_WRONG_KEYS"),
    "duration as text": (edit_manifest(lambda r: r[0].update(duration="1")), "SET_WRONG_TYPES"),
    "duration of zero": (edit_manifest(lambda r: r[0].update(duration=0.0)), "SET_DURATION_MISMATCH"),
    "duration one sample off": (
        edit_manifest(lambda r: r[0].update(duration=1602 / 16_000)),
        "SET_CLIP_DURATION",
    ),
    "text gone": (edit_manifest(lambda r: r[0].update(text="")), "NEMO_TEXT_MISSING"),
    "text in parts": (edit_manifest(lambda r: r[0].update(text="cafe\u0301")), "SET_TEXT_NOT_NFC"),
    "two spaces": (edit_manifest(lambda r: r[0].update(text="a  b")), "SET_TEXT_SPACES"),
    "not sorted": (edit_manifest(lambda r: r.reverse()), "SET_NOT_SORTED"),
    "same id twice": (edit_manifest(lambda r: r.append(r[1])), "SET_ID_TWICE"),
    "other speaker": (edit_manifest(lambda r: r[0].update(speaker="zz")), "SET_ID_WITHOUT_SPEAKER"),
    "bad id": (edit_manifest(lambda r: r[0].update(id="ab01_c1")), "SET_ID_MALFORMED"),
    "absolute path": (edit_manifest(lambda r: r[0].update(audio_filepath="/etc/passwd")), "SET_CLIP_PATH"),
    "path out of the set": (
        edit_manifest(lambda r: r[0].update(audio_filepath="clips/../x.flac")),
        "SET_CLIP_PATH",
    ),
    "clip missing": (lambda f: first_clip(f).unlink(), "SET_CLIP_UNREADABLE"),
    "clip empty": (lambda f: first_clip(f).write_bytes(b""), "SET_CLIP_UNREADABLE"),
    "clip cut short": (lambda f: first_clip(f).write_bytes(flac(800)), "SET_CLIP_DURATION"),
    "clip cut off": (lambda f: first_clip(f).write_bytes(flac(1601)[:-10]), "SET_CLIP_UNREADABLE"),
    "metadata": (lambda f: first_clip(f).write_bytes(with_metadata(flac(1601))), "SET_CLIP_METADATA"),
    "metadata before padding": (
        lambda f: first_clip(f).write_bytes(with_metadata(flac(1601), b"\x81\x00\x00\x00")),
        "SET_CLIP_METADATA",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", NEMO_DAMAGE)
def test_damaged_manifest_is_found(good: Path, kind: str) -> None:
    damage, code = NEMO_DAMAGE[kind]
    damage(good)
    assert code in [problem.code for problem in nemo.validate(good)]


CSV_DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "byte order mark": (lambda b: b"\xef\xbb\xbf" + b, "SET_FILE_BOM"),
    "CRLF": (lambda b: b.replace(b"\n", b"\r\n"), "SET_FILE_LINE_ENDS"),
    "empty": (lambda b: b"", "SET_FILE_EMPTY"),
    "unclosed quote": (lambda b: b + b'"x', "SET_NOT_CSV"),
    "renamed column": (lambda b: b.replace(b"text_verbatim", b"verbatim", 1), "SET_WRONG_COLUMNS"),
    "short record": (lambda b: b + b"x,y\n", "SET_WRONG_CELL_COUNT"),
    "formula": (lambda b: b.replace(b"yes it is", b"=1+1", 1), "SET_FORMULA"),
    "two spaces": (lambda b: b.replace(b"yes it is", b"yes  it is", 1), "SET_TEXT_SPACES"),
    "number as text": (lambda b: b.replace(b",16000,", b",fast,", 1), "SET_NOT_NUMBERS"),
    "other frames": (lambda b: b.replace(b",1601,", b",1701,", 1), "SET_DURATION_MISMATCH"),
    "other clip": (lambda b: b.replace(b"clips/ab01", b"clips/ab09", 1), "SET_CLIP_PATH"),
}


@pytest.mark.parametrize("kind", CSV_DAMAGE)
def test_damaged_table_is_found(good: Path, kind: str) -> None:
    damage, code = CSV_DAMAGE[kind]
    edit_bytes(csv_table.NAME, damage)(good)
    assert code in [problem.code for problem in csv_table.validate(good)]


@pytest.mark.parametrize("table", FORMATS, ids=lambda table: table.__name__)
def test_validators_never_repeat_what_was_said(tmp_path: Path, table: ModuleType) -> None:
    folder = a_set(tmp_path / "set", [a_row(1, text="canary  bird", text_verbatim="canary\u200bbird")])
    first_clip(folder).unlink()
    problems = table.validate(folder)
    assert problems
    assert "canary" not in repr(problems)
    assert all(command_catalogue().words(problem).sentence for problem in problems)


@pytest.mark.parametrize("name", ["manifest.jsonl", "utterances.csv"])
def test_a_set_is_never_written_over(good: Path, name: str) -> None:
    with pytest.raises(FileExistsError):
        (nemo if name.endswith("jsonl") else csv_table).write(good, [a_row(1)])


def a_passport() -> passport.Passport:
    return passport.Passport(
        export_id="e1", made_at="2026-11-02T09:00:00Z", made_by="ab12", app_version="0.1.0", project="Calls",
        formats={"nemo": "1"}, where=None, options={}, schema="default@1", schemas={},
        conventions={"en-US@1": {"id": "training@1"}},
        annotated_under={"default@1 en-US@1": 3},
        agreement={"version": "1.0"},
        clips=3, rows=3, rows_without_text=1, statistics={}, rows_left_out={}, personal_data_denied=0,
        seconds=0.3, left_out={"filtered": 2}, log_size=9, log_hash="00", checkpoint="note",
    )  # fmt: skip


def test_passport_names_every_file_with_its_hash_and_verifies(good: Path) -> None:
    digest = passport.write(good, a_passport())
    body = json.loads((good / passport.NAME).read_text(encoding="utf-8"))
    assert len(digest) == 64
    assert {file["path"] for file in body["files"]} == {
        str(path.relative_to(good))
        for path in good.rglob("*")
        if path.is_file() and path.name != passport.NAME
    }
    assert body["left_out"] == {"filtered": 2}
    assert passport.validate(good) == []


def without_formats(data: bytes) -> bytes:
    return json.dumps({**json.loads(data), "formats": {}}).encode()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda f: first_clip(f).unlink(), "SET_FILE_MISSING"),
        (lambda f: (f / "notes.txt").write_text("x"), "SET_FILE_NOT_LISTED"),
        (lambda f: (f / ".reviewer-unfinished").write_text("x"), "SET_FILE_NOT_LISTED"),
        (edit_bytes("manifest.jsonl", lambda b: b.replace(b"yes", b"not")), "SET_FILE_CHANGED"),
        (lambda f: (f / passport.NAME).unlink(), "SET_FILE_UNREADABLE"),
        (edit_bytes(passport.NAME, lambda b: b"{}"), "SET_FILE_UNREADABLE"),
        (edit_bytes(passport.NAME, without_formats), "SET_FILE_UNREADABLE"),
    ],
)
def test_set_that_differs_from_its_passport_is_found(
    good: Path, damage: Callable[[Path], None], code: str
) -> None:
    passport.write(good, a_passport())
    damage(good)
    assert [problem.code for problem in passport.validate(good)] == [code]


def test_temporary_folder_is_the_owners_alone_has_a_marker_and_goes(tmp_path: Path) -> None:
    planned = plan_folder(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    with temporary_folder(planned) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert (folder, folder.parent) == (planned.folder, tmp_path.resolve())
        assert (folder / MARKER).read_text() == planned.marker
        (folder / "clips").mkdir()
        (folder / "clips" / "plain.flac").write_bytes(b"x")
        assert not is_gone(planned)
    assert list(tmp_path.iterdir()) == []
    assert is_gone(planned)


def test_two_plans_for_one_name_have_nothing_in_common(tmp_path: Path) -> None:
    first, second = plan_folder(tmp_path / "out"), plan_folder(tmp_path / "out")
    assert first.out == second.out
    assert (first.folder, first.marker) != (second.folder, second.marker)
    with temporary_folder(first) as mine, temporary_folder(second):
        assert mine.is_dir()


def test_folder_that_was_moved_loses_its_name_only_when_what_follows_fails(tmp_path: Path) -> None:
    out = tmp_path / "out"
    planned = plan_folder(out)
    with pytest.raises(Refused), temporary_folder(planned), moved_into_place(planned):
        raise Refused("SIGNED_OUT")
    assert list(tmp_path.iterdir()) == []
    with temporary_folder(planned), moved_into_place(planned):
        assert not is_gone(planned)
    assert list(tmp_path.iterdir()) == [out]
    unmark(planned)
    assert list(out.iterdir()) == []
    assert is_gone(planned)


def test_disk_that_says_no_is_unavailable(tmp_path: Path) -> None:
    planned = plan_folder(tmp_path / "out")
    with pytest.raises(Unavailable, match="SET_NOT_WRITTEN"), temporary_folder(planned) as folder:
        (folder / "missing" / "file").write_bytes(b"")
    with pytest.raises(Unavailable, match="SET_NOT_WRITTEN"):
        plan_folder(tmp_path / "missing" / "out")


def test_folder_that_came_meanwhile_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    planned = plan_folder(out)
    with temporary_folder(planned):
        out.mkdir()
        with pytest.raises(Refused, match="OUTPUT_EXISTS"), moved_into_place(planned):
            pass
    assert list(tmp_path.iterdir()) == [out]
    assert is_gone(planned)


def killed_in(planned: PlannedFolder, place: Path) -> None:
    """What a process leaves that is killed while it writes, or after it gave the folder its name."""
    (place / "clips").mkdir(parents=True)
    (place / "clips" / "plain.flac").write_bytes(b"x")
    (place / MARKER).write_text(planned.marker)


@pytest.mark.parametrize(("place", "what"), [("folder", Removal.REMOVED), ("out", Removal.WAS_COMPLETE)])
def test_what_a_killed_process_left_is_removed_under_either_name(
    tmp_path: Path, place: str, what: Removal
) -> None:
    planned = plan_folder(tmp_path / "out")
    killed_in(planned, getattr(planned, place))
    assert remove_unfinished(planned) is what
    assert list(tmp_path.iterdir()) == []
    assert remove_unfinished(planned) is Removal.NOT_FOUND


@pytest.mark.parametrize("place", ["folder", "out"])
@pytest.mark.parametrize("marker", [None, "another", ""])
def test_folder_without_the_marker_of_the_plan_is_never_touched(
    tmp_path: Path, place: str, marker: str | None
) -> None:
    planned = plan_folder(tmp_path / "out")
    folder = getattr(planned, place)
    killed_in(planned, folder)
    (folder / MARKER).unlink() if marker is None else (folder / MARKER).write_text(marker)
    assert remove_unfinished(planned) is (Removal.UNREACHABLE if place == "folder" else Removal.NOT_FOUND)
    assert (folder / "clips" / "plain.flac").read_bytes() == b"x"


def test_link_is_not_followed_to_a_folder_with_the_marker(tmp_path: Path) -> None:
    planned = plan_folder(tmp_path / "out")
    killed_in(planned, tmp_path / "elsewhere")
    planned.folder.symlink_to(tmp_path / "elsewhere")
    assert remove_unfinished(planned) is Removal.NOT_FOUND
    assert (tmp_path / "elsewhere" / "clips" / "plain.flac").exists()


@pytest.mark.parametrize("left", [(), (f".{MARKER}.0011.tmp",)])
def test_folder_killed_before_its_marker_was_written_is_removed(
    tmp_path: Path, left: tuple[str, ...]
) -> None:
    planned = plan_folder(tmp_path / "out")
    planned.folder.mkdir()
    for name in left:
        (planned.folder / name).write_bytes(b"half")
    assert remove_unfinished(planned) is Removal.REMOVED
    assert list(tmp_path.iterdir()) == []


def test_disk_that_is_not_there_is_told_from_a_folder_that_is_gone(tmp_path: Path) -> None:
    disk, mounted = tmp_path / "disk", tmp_path / "mounted"
    disk.mkdir()
    planned = plan_folder(disk / "out")
    killed_in(planned, planned.folder)
    disk.rename(mounted)
    assert remove_unfinished(planned) is Removal.UNREACHABLE
    disk.mkdir()  # the empty folder on which it is mounted
    assert remove_unfinished(planned) is Removal.UNREACHABLE
    disk.rmdir()
    mounted.rename(disk)
    assert remove_unfinished(planned) is Removal.REMOVED


def test_removal_that_is_killed_goes_on_because_the_marker_goes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = plan_folder(tmp_path / "out")
    killed_in(planned, planned.folder)
    (planned.folder / "passport.json").write_text("{}")
    seen: list[bool] = []

    def told(path: Path, *arguments: Any, **options: Any) -> None:
        if path.name != MARKER:
            seen.append((planned.folder / MARKER).exists())
        unlink(path, *arguments, **options)

    unlink = Path.unlink
    monkeypatch.setattr(Path, "unlink", told)
    assert remove_unfinished(planned) is Removal.REMOVED
    assert seen
    assert all(seen)


def test_existing_name_or_missing_parent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, code in (
        ("out", "OUTPUT_EXISTS"),
        ("link", "OUTPUT_EXISTS"),
        ("missing/out", "OUTPUT_PARENT_MISSING"),
    ):
        with pytest.raises(Refused, match=code):
            require_free(tmp_path / name)
