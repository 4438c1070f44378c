"""Exports: which clips go into a set, what its passport says, and what a failed export leaves behind."""

import csv
import hashlib
import io
import json
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reviewer.errors import Damaged, NdaRequired, NotAllowed, Refused, ReviewerError, Unavailable
from reviewer.formats import csv_table, nemo, passport
from reviewer.formats.catalogue import FORMATS
from reviewer.formats.dataset import Utterance
from reviewer.formats.validation import decoded_length
from reviewer.lead.export import NothingToExport
from reviewer.lead.set_options import SetOptions
from reviewer.model.annotation import Annotation, Flag, PersonalDataKind, PersonalDataSpan, Segment
from reviewer.model.clip import ClipState
from reviewer.model.event import Action
from reviewer.model.redaction import Redaction, RedactionSource, RedactionState
from reviewer.model.task import TaskKind
from reviewer.session.unit_of_work import UnitOfWork
from tests.benches.lead import LeadBench, Replaced
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LeadBench]:
    made = LeadBench(tmp_path / "ws")
    made.agree()
    yield made
    made.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "sets").mkdir()
    return tmp_path / "sets" / "first"


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]


def table(out: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((out / csv_table.NAME).read_text(encoding="utf-8"))))


def passport_of(out: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((out / passport.NAME).read_text(encoding="utf-8"))
    return body


def assert_untouched(bench: LeadBench, out: Path) -> None:
    assert list(out.parent.iterdir()) == []
    assert [act for act, _, _ in bench.acts() if act in ("export.started", "clip.opened")] == []


def assert_failed(bench: LeadBench, out: Path, reason: str) -> None:
    """Nothing stays of an export that failed but its rows in the log."""
    assert list(out.parent.iterdir()) == []
    assert bench.acts()[-1] == ("export.ended", "failed", reason)
    assert bench.unit.database.rows("SELECT state FROM export") == [{"state": "failed"}]
    assert bench.unit.exports.exports_of(["c1", "c2"]) == []
    assert bench.unit.queue.clip_state("c1") is ClipState.FINAL


def with_audio(bench: LeadBench, before: Callable[[str], object]) -> UnitOfWork:
    """The unit of work, where ``before`` is called with a clip before its audio is unsealed."""

    def hold_keys(keyring: Any, clip_ids: Any) -> Any:
        held = bench.unit.content.hold_keys(keyring, clip_ids)

        def audio(clip_id: str) -> bytes:
            before(clip_id)
            return held.audio(clip_id)

        return Replaced(held, audio=audio)

    return bench.replaced(content=Replaced(bench.unit.content, hold_keys=hold_keys))


# What a set holds


def test_accepted_work_becomes_a_set_that_validates(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "Yes, [laugh] it is.", speakers="one")
    bench.accepted("c2", "", Flag.NO_SPEECH)
    seen: list[tuple[int, int]] = []
    result = bench.run_export(out, progress=lambda done, total: seen.append((done, total)))
    assert (result.folder, result.clips, result.left_out) == (out, 2, {})
    assert nemo.validate(out) + csv_table.validate(out) + passport.validate(out) == []
    (row,) = rows(out)
    assert (row["text"], row["lang"]) == ("yes it is", "en-US")
    assert decoded_length(out / row["audio_filepath"]) == (1600, 16_000)
    assert {line["text_verbatim"] for line in table(out)} == {"Yes, [laugh] it is.", ""}
    assert {line["label_speakers"] for line in table(out)} == {"one", ""}
    assert result.seconds == round((1600 + 1601) / 16_000, 3)
    assert result.passport_sha256 == hashlib.sha256((out / passport.NAME).read_bytes()).hexdigest()
    assert seen == [(1, 2), (2, 2)]
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


def test_the_annotation_that_left_is_remembered_and_the_clip_is_marked(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.add_clip("c2")
    bench.run_export(out)
    assert bench.unit.queue.clip_state("c1") is ClipState.EXPORTED
    assert bench.unit.queue.clip_state("c2") is ClipState.READY
    (accepted,) = bench.unit.queue.accepted()
    (record,) = bench.unit.exports.exports_of(["c1", "c2"])
    assert (record.formats, record.clips) == (("nemo", "csv"), ("c1",))
    items = bench.unit.database.rows("SELECT clip_id, annotation_id FROM export_item")
    assert items == [{"clip_id": "c1", "annotation_id": accepted.id}]
    assert bench.run_export(out.with_name("second")).clips == 1


def test_rows_of_the_log_come_in_order_and_before_anything_is_unsealed(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    before = bench.unit.log.head().size
    result = bench.run_export(out)
    events = [row.event() for row in bench.unit.log.rows(since=before + 1)]
    assert [event.action for event in events] == [
        Action.CHECKPOINT,
        Action.EXPORT_STARTED,
        Action.TEXT_OPENED,
        Action.CLIP_OPENED,
        Action.EXPORT_ENDED,
    ]
    assert (events[-1].detail["passport_sha256"], events[-1].detail["clips"]) == (result.passport_sha256, 1)
    for event in events[2:4]:
        assert (event.object, event.detail["purpose"], event.detail["clip_ids"]) == ("", "export", ["c1"])
    assert [row.seq for row in bench.unit.log.about("c1")] == [before + 3, before + 4]


def test_passport_holds_versions_counts_and_the_end_of_the_log_and_names_nobody(
    bench: LeadBench, out: Path
) -> None:
    bench.accepted("c1", "yes")
    bench.add_clip("c2")
    bench.run_export(out, "words = 1")
    body = passport_of(out)
    assert (body["schema"], body["conventions"]["en-US@2"]["id"]) == ("default@1", "training@2")
    assert body["annotated_under"] == {"default@1 en-US@1": 1}
    assert body["agreement"]["version"] == "1.0"
    assert len(body["agreement"]["sha256"]) == 64
    assert (body["where"], body["left_out"], body["formats"]) == (
        "words = 1",
        {"not_accepted": 1},
        {"nemo": nemo.VERSION, "csv": csv_table.VERSION},
    )
    # Size and hash are of one row, which is the export's start, though the real access wrote others after it.
    row = next(iter(bench.unit.log.rows(since=body["log_size"])))
    assert (row.event().action, row.hash.hex()) == ("export.started", body["log_hash"])
    assert bench.unit.log.head().size > body["log_size"]
    assert body["checkpoint"] == bench.unit.database.value(
        "SELECT note FROM checkpoint WHERE size = ?", (body["log_size"] - 1,)
    )
    text = (out / passport.NAME).read_text(encoding="utf-8")
    for secret in (LEAD, ANA, *bench.ids.values(), str(out.parent), "speaker-1", "source c1"):
        assert secret not in text


def test_speakers_have_one_pseudonym_each_and_stay_in_one_split(bench: LeadBench, out: Path) -> None:
    for number in range(12):
        bench.add_clip(f"c{number:02}", speaker_hash=f"voice {number % 5}" if number < 10 else "")
        bench.submit(ANA, "yes")
    bench.accept_all()
    bench.run_export(out, options=SetOptions(split=(80, 10, 10)))
    found = table(out)
    splits = {
        row["speaker"]: {one["split"] for one in found if one["speaker"] == row["speaker"]} for row in found
    }
    assert len(splits) == 5 + 2  # clips without a known speaker are speakers of their own
    assert all(len(each) == 1 and each <= {"train", "dev", "test"} for each in splits.values())
    assert "voice" not in "".join(splits)
    assert not (out / "manifest.jsonl").exists()


def test_a_clip_is_normalised_by_the_conventions_of_its_own_locale(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "Yes.")
    bench.add_clip("c2", locale="de-DE")
    bench.submit(ANA, "Die Straße.")
    bench.accept_all()
    bench.run_export(out)
    assert {row["text"] for row in rows(out)} == {"yes", "die straße"}
    assert set(passport_of(out)["conventions"]) == {"en-US@2", "de-DE@2"}


def test_same_workspace_at_the_same_moment_gives_the_same_bytes(
    bench: LeadBench, out: Path, tmp_path: Path
) -> None:
    for number in range(3):
        bench.accepted(f"c{number}", f"yes {'really ' * number}it is", noise=("music",))
    folders = [tmp_path / "copy", tmp_path / "other"]
    copy = bench.copy(folders[0] / "ws")
    size = copy.unit.log.head().size
    copy.run_export(out)
    copy.close()
    other = LeadBench(bench.folder, clock=type(bench.clock)(bench.clock.now()))
    assert other.unit.log.head().size == size
    other.run_export(out.with_name("second"))
    other.close()
    files = sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    assert {path.name for path in files} >= {"README.md", "SHA256SUMS", "durations.svg"}
    for file in files:
        if file.name != passport.NAME:  # its checkpoint is signed anew
            assert (out / file).read_bytes() == (out.with_name("second") / file).read_bytes(), file


# What is left out


def test_every_clip_is_either_in_the_set_or_counted_with_its_reason(bench: LeadBench, out: Path) -> None:
    bench.accepted("c01", "yes it is")
    for name, text, flags in (
        ("c02", "yes", (Flag.PERSONAL_DATA,)),
        ("c03", "yes", (Flag.UNUSABLE,)),
        ("c04", "ja", (Flag.WRONG_LANGUAGE,)),
        ("c05", "my name is [pii:name]", ()),
        ("c06", "it is [Unclear]", ()),
        ("c07", "say [foreign:de]", ()),
        ("c08", "call five five five one two three four five six seven", ()),
        ("c09", "", (Flag.DISTRESSING,)),
        ("c10", "no", ()),
    ):
        bench.accepted(name, text, *flags)
    for name in ("c11", "c12", "c13"):
        bench.accepted(name, "yes it is")
    bench.accepted("c16", "yes it is", accent="like ana at example dot com")
    bench.withdraw_consent("c11")
    bench.end_retention("c12")
    bench.unit.queue.withdraw_clip("c13", "legal")
    bench.add_clip("c14", quarantined=True)
    bench.add_clip("c15")
    bench.submit(ANA, "yes it is")
    for name, kind, state in (("c17", "task", "returned"), ("c18", "queue_clip", "with_lead")):
        bench.add_clip(name)
        bench.unit.database.execute(f"UPDATE {kind} SET state = ? WHERE clip_id = ?", (state, name))
    result = bench.run_export(out, "words > 1")
    assert result.left_out == {
        "flag_personal_data": 1,
        "flag_unusable": 1,
        "flag_wrong_language": 1,
        "tag_pii": 1,
        "tag_unclear": 1,
        "tag_foreign": 1,
        "personal_data_found": 2,
        "no_text": 1,
        "filtered": 1,
        "consent_withdrawn": 1,
        "retention_over": 1,
        "purged": 1,
        "quarantined": 1,
        "not_accepted": 1,
        "returned": 1,
        "with_lead": 1,
    }
    assert result.clips + sum(result.left_out.values()) == 18
    assert bench.opened(Action.CLIP_OPENED) == {"c01"}
    assert bench.opened(Action.TEXT_OPENED).isdisjoint({"c11", "c12", "c13", "c14", "c15"})


def test_passes_that_agree_are_one_row_with_the_flags_of_all(bench: LeadBench, out: Path) -> None:
    flagged = {"text": "yes", "flags": (Flag.DISTRESSING,), "labels": {"noise": ("wind", "music")}}
    bench.accepted_twice("c1", {"text": "Yes.", "labels": {"noise": ("music", "wind")}}, flagged)
    result = bench.run_export(out, 'flag("distressing")')
    assert (result.clips, result.left_out) == (1, {})
    (row,) = table(out)
    assert row["flags"] == "distressing"
    final = bench.unit.queue.final("c1")
    item = bench.unit.database.value("SELECT annotation_id FROM export_item")
    assert final.annotation_id == item


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({"text": "no"}, "passes_differ"),
        ({"text": "yes", "labels": {"speakers": "two"}}, "labels_differ"),
        ({"text": "yes", "labels": {"speakers": "one", "accent": "none"}}, "labels_differ"),
        ({"text": "yes", "labels": {}}, "labels_differ"),
        ({"text": "yes", "flags": (Flag.UNUSABLE,)}, "flag_unusable"),
        ({"text": "yes [pii:name]"}, "tag_pii"),
        (
            {"text": "yes", "labels": {"speakers": "one", "accent": "ana at example dot com"}},
            "personal_data_found",
        ),
        ({"text": "yes", "flags": (Flag.DISTRESSING,)}, "filtered"),
    ],
)
def test_one_pass_is_enough_to_leave_a_clip_out(
    bench: LeadBench, out: Path, second: dict[str, Any], reason: str
) -> None:
    bench.accepted("c1", "yes")
    bench.accepted_twice(
        "c2", {"text": "yes", "labels": {"speakers": "one"}}, {"labels": {"speakers": "one"}, **second}
    )
    assert bench.run_export(out, 'not flag("distressing")').left_out == {reason: 1}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"spans": (PersonalDataSpan(10, 20),)}, "personal_data_found"),
        ({"segments": (Segment("s1", 0, 1600, "yes", flags=frozenset({"unusable"})),)}, "flag_unusable"),
        (
            {
                "segments": (
                    Segment("s1", 0, 500, "it is four one five five five", "A"),
                    Segment("s2", 500, 1000, "wait a moment please i have to look for a pen", "B"),
                    Segment("s3", 1000, 1600, "five five two six seven one", "A"),
                )
            },
            "personal_data_found",
        ),
        (
            {"segments": (Segment("s1", 0, 1600, "yes", labels={"note": "ana@example.org"}),)},
            "personal_data_found",
        ),
    ],
)
def test_spans_and_what_is_said_of_a_segment_count_too(
    bench: LeadBench, out: Path, changes: dict[str, Any], reason: str
) -> None:
    bench.accepted("c1", "yes")
    bench.add_clip("c2")
    bench.submit_annotation(bench.claim(), replace(Annotation.of_text("yes", 1600), **changes))
    bench.accept_all()
    assert bench.run_export(out).left_out == {reason: 1}


@pytest.mark.parametrize(
    ("text", "marks", "left_out"),
    [
        ("I am [pii:name] and my number is [pii:id]", [(100, 700), (400, 900)], {"tag_pii": 1}),
        ("I am [pii:name] and my number is [pii:id]", [(100, 700), (1200, 1500)], {}),
        ("my number is [pii:id] [pii:id] here", [(100, 700), (400, 900)], {}),
        ("my number is [pii:id] [pii:id] here", [(100, 700), (1200, 1500)], {}),
        ("my number is [pii:id] [pii:id] here", [(100, 700)], {"tag_pii": 1}),
        ("my number is [pii:id] [pii:id] [pii:id] here", [(100, 700), (400, 900)], {"tag_pii": 1}),
        ("my number is [pii:id] [pii:id] here", [], {"tag_pii": 1}),
    ],
)
def test_each_tag_for_personal_data_needs_a_stretch_of_removed_sound(
    bench: LeadBench, out: Path, text: str, marks: list[tuple[int, int]], left_out: dict[str, int]
) -> None:
    bench.accepted("c1", "yes")
    bench.accepted("c2", text)
    for number, (start, end) in enumerate(marks):
        bench.unit.redactions.add(
            Redaction(
                f"r{number}", "c2", start, end, PersonalDataKind.NUMBER, RedactionSource.LISTENER,
                RedactionState.APPLIED, bench.ids[ANA], bench.clock.now(),
                removed_start=start, removed_end=end,
            )
        )  # fmt: skip
    assert bench.run_export(out).left_out == left_out


LIKELY = "five five five two six seven one"
CERTAIN = "four one five five five five two six seven one"


@pytest.mark.parametrize(
    ("text", "denied", "left_out"),
    [
        (LIKELY, LIKELY, {}),
        (LIKELY, "one two three four five six seven", {"personal_data_found": 1}),
        (CERTAIN, CERTAIN, {"personal_data_found": 1}),
    ],
)
def test_likely_personal_data_passes_where_its_author_said_no_and_is_counted(
    bench: LeadBench, out: Path, text: str, denied: str, left_out: dict[str, int]
) -> None:
    bench.accepted("c1", "yes")
    bench.add_clip("c2")
    work = replace(Annotation.of_text(f"the code is {text}", 1600), denied=frozenset({denied}))
    bench.submit_annotation(bench.claim(), work)
    bench.accept_all()
    assert bench.run_export(out).left_out == left_out
    assert passport_of(out)["personal_data_denied"] == (0 if left_out else 1)
    assert "denied" not in (out / "manifest.jsonl").read_text(encoding="utf-8")


def test_the_no_of_one_pass_does_not_count_for_another(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.add_clip("c2", passes=2)
    plain = Annotation.of_text(f"the code is {LIKELY}", 1600)
    bench.submit_annotation(bench.claim(ANA), replace(plain, denied=frozenset({LIKELY})))
    bench.submit_annotation(bench.claim(BEN), plain)
    bench.accept_all()
    assert bench.run_export(out).left_out == {"personal_data_found": 1}


def test_adjudicated_annotation_leaves_where_passes_differ(bench: LeadBench, out: Path) -> None:
    bench.accepted_twice("c1", {"text": "yes"}, {"text": "no"})
    bench.unit.queue.add_adjudication("c1")
    lease = bench.claim(QUINN, TaskKind.ADJUDICATE)
    bench.submit_annotation(lease, Annotation.of_text("maybe", 1600))
    assert bench.run_export(out).left_out == {}
    assert [row["text"] for row in rows(out)] == ["maybe"]
    final = bench.unit.queue.final("c1")
    assert bench.unit.database.value("SELECT annotation_id FROM export_item") == final.annotation_id


def test_clip_with_an_open_or_returned_pass_is_left_out(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.add_clip("c2", passes=2)
    bench.submit(ANA, "yes")
    bench.accept_all()
    result = bench.run_export(out)
    assert (result.clips, result.left_out) == (1, {"not_accepted": 1})


# Who may, and what may be asked for


@pytest.mark.parametrize(("name", "days", "error"), [(ANA, 0, NotAllowed), (LEAD, 366, NdaRequired)])
def test_neither_a_contractor_nor_a_lead_without_a_live_agreement_exports(
    bench: LeadBench, out: Path, name: str, days: int, error: type[Refused]
) -> None:
    bench.accepted("c1", "yes")
    who = bench.lead if name == LEAD else bench.sign_in.sign_in(name, PASSPHRASE)
    bench.clock.advance(days * 86_400)
    with pytest.raises(error):
        bench.export().export_set(who, out, ("nemo",))
    assert_untouched(bench, out)


def test_signed_out_lead_exports_nothing_while_somebody_else_is_signed_in(
    bench: LeadBench, out: Path
) -> None:
    bench.accepted("c1", "yes")
    bench.sign_in.sign_out(bench.lead)
    bench.sign_in.sign_in(BEN, PASSPHRASE)
    size = bench.unit.log.head().size
    with pytest.raises(Refused, match="SIGNED_OUT"):
        bench.run_export(out)
    assert bench.unit.log.head().size == size
    assert_untouched(bench, out)


@pytest.mark.parametrize(
    ("formats", "where", "code"),
    [
        (("nemo", "mp3"), None, "UNKNOWN_FORMAT"),
        ((), None, "NO_FORMAT"),
        (("nemo",), "words = ", "FILTER_VALUE_NEEDED"),
    ],
)
def test_order_that_cannot_be_carried_out_is_refused_at_once(
    bench: LeadBench, out: Path, formats: tuple[str, ...], where: str | None, code: str
) -> None:
    bench.accepted("c1", "yes")
    with pytest.raises(Refused, match=code):
        bench.export().export_set(bench.lead, out, formats, where)
    assert_untouched(bench, out)


def test_folder_that_exists_is_refused_and_left_alone(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    out.mkdir()
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Refused, match="OUTPUT_EXISTS"):
        bench.run_export(out)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
    assert not [act for act, _, _ in bench.acts() if act.startswith("export.")]


def test_nothing_to_export_is_refused_with_the_counts(bench: LeadBench, out: Path) -> None:
    bench.add_clip("c1")
    with pytest.raises(NothingToExport) as caught:
        bench.run_export(out)
    assert caught.value.left_out == {"not_accepted": 1}
    assert bench.acts()[-1] == ("export.ended", "failed", "NOTHING_TO_EXPORT")
    assert list(out.parent.iterdir()) == []


# What a failure leaves


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Damaged("UNDECODABLE"), "UNDECODABLE"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (Refused("CONSENT_ENDED"), "CONSENT_ENDED"),
    ],
)
def test_export_that_fails_half_way_leaves_nothing_but_its_log_rows(
    bench: LeadBench, out: Path, error: BaseException, reason: str
) -> None:
    bench.accepted("c1", "yes")
    bench.accepted("c2", "yes")

    def audio(clip_id: str) -> None:
        if clip_id == "c2":
            raise error

    unit = with_audio(bench, audio)
    with pytest.raises(type(error)):
        bench.export(unit=unit).export_set(bench.lead, out, ("nemo", "csv"))
    assert_failed(bench, out, reason)


def test_without_a_log_row_no_clip_is_unsealed_for_an_export(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "yes")

    def record(event: Any) -> int:
        if event.action is Action.CLIP_OPENED:
            raise Unavailable("DISK_FULL")
        return bench.unit.log.record(event)

    unsealed: list[str] = []
    unit = replace(with_audio(bench, unsealed.append), log=Replaced(bench.unit.log, record=record))
    with pytest.raises(Unavailable):
        bench.export(unit=unit).export_set(bench.lead, out, ("nemo",))
    assert unsealed == []
    assert_failed(bench, out, "DISK_FULL")


class Careless:
    """A format that leaves out a row, or does ``after`` with the folder once its validator has looked."""

    VERSION = "1"
    HAS_OWN_AUDIO = False

    def __init__(self, *, drops: int = 0, after: Callable[[Path], None] = lambda _folder: None) -> None:
        self._drops = drops
        self._after = after

    def problem(self, utterance: Utterance) -> str:
        return nemo.problem(utterance)

    def write(self, folder: Path, utterances: Any) -> None:
        kept: list[Utterance] = list(utterances)
        nemo.write(folder, kept[: len(kept) - self._drops])
        if self._drops:
            (folder / kept[0].path).unlink()

    def validate(self, folder: Path) -> Any:
        problems = nemo.validate(folder)
        self._after(folder)
        return problems


class FullDisk(Careless):
    def write(self, folder: Path, utterances: Any) -> None:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("format_", "code"),
    [
        (Careless(drops=1), "SET_CLIP_UNREADABLE"),
        (Careless(after=lambda folder: (folder / "extra.txt").touch()), "SET_FILE_NOT_LISTED"),
        (Careless(after=lambda folder: (folder / "manifest.jsonl").unlink()), "SET_FILE_MISSING"),
        (
            Careless(after=lambda folder: (folder / "manifest.jsonl").write_text("{}\n") and None),
            "SET_FILE_CHANGED",
        ),
        (FullDisk(), "SET_NOT_WRITTEN"),
    ],
)
def test_set_that_cannot_be_written_or_does_not_validate_is_not_kept(
    bench: LeadBench, out: Path, format_: Careless, code: str
) -> None:
    bench.accepted("c1", "yes")
    bench.accepted("c2", "yes")
    with pytest.raises(Unavailable if code == "SET_NOT_WRITTEN" else Damaged, match=code):
        bench.export(formats={**FORMATS, "nemo": format_}).export_set(bench.lead, out, ("nemo",))
    assert_failed(bench, out, code)


def test_set_loses_its_name_when_its_rows_cannot_be_committed(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "yes")

    def finish(export_id: str, digest: str) -> None:
        bench.unit.exports.finish(export_id, digest)
        # A reference to nothing that SQLite looks at in the COMMIT, which then fails.
        bench.unit.database.execute("PRAGMA defer_foreign_keys = ON")
        bench.unit.database.execute(
            "INSERT INTO export_item (export_id, clip_id, annotation_id) VALUES (?, 'nothing', 'a1')",
            (export_id,),
        )

    unit = bench.replaced(exports=Replaced(bench.unit.exports, finish=finish))
    with pytest.raises((sqlite3.Error, ReviewerError)):
        bench.export(unit=unit).export_set(bench.lead, out, ("nemo",))
    assert bench.acts()[-1][:2] == ("export.ended", "failed")
    assert list(out.parent.iterdir()) == []
    assert bench.unit.exports.exports_of(["c1"]) == []


def test_audio_that_differs_from_its_record_stops_the_export(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.unit.database.execute("UPDATE clip SET frames = frames + 1")
    with pytest.raises(Damaged, match="AUDIO_MISMATCH"):
        bench.run_export(out)
    assert_failed(bench, out, "AUDIO_MISMATCH")
