import csv
import hashlib
import io
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reviewer.errors import Damaged, NdaRequired, NotAllowed, Refused, Unavailable
from reviewer.formats import csv_table, nemo, passport
from reviewer.formats.dataset import Utterance
from reviewer.formats.readback import decoded_length
from reviewer.lead import export as export_module
from reviewer.model.annotation import Flag
from reviewer.model.clip import ClipState
from tests.exports import LEAD_NAME, ExportBench, a_contractor


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ExportBench]:
    (tmp_path / "ws").mkdir()
    made = ExportBench(tmp_path / "ws")
    made.enrol()
    made.agree()
    yield made
    made.database.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "sets").mkdir()
    return tmp_path / "sets" / "first"


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]


def passport_of(out: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((out / passport.NAME).read_text(encoding="utf-8"))
    return body


def test_accepted_work_becomes_a_set_that_reads_back(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "Yes, [laugh] it is.", speakers="one")
    bench.accepted("c2", "", Flag.NO_SPEECH)
    result = bench.run(out)
    assert (result.folder, result.clips, result.left_out) == (out, 2, {})
    assert nemo.validate(out) + csv_table.validate(out) + passport.validate(out) == []
    (row,) = rows(out)
    assert (row["text"], row["lang"]) == ("yes it is", "en-US")
    assert decoded_length(out / row["audio_filepath"]) == (1600, 16_000)
    table = list(csv.DictReader(io.StringIO((out / csv_table.NAME).read_text(encoding="utf-8"))))
    assert {line["text_verbatim"] for line in table} == {"Yes, [laugh] it is.", ""}
    assert {line["label_speakers"] for line in table} == {"one", ""}


def test_seconds_and_passport_hash_are_those_of_the_files(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.accepted("c2", "no")
    result = bench.run(out)
    assert result.seconds == round((1600 + 1601) / 16_000, 3)
    assert result.passport_sha256 == hashlib.sha256((out / passport.NAME).read_bytes()).hexdigest()


def test_clips_of_an_export_are_marked_and_remembered(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.add_clip("c2")
    result = bench.run(out)
    assert bench.queue.clip_state("c1") is ClipState.EXPORTED
    assert bench.queue.clip_state("c2") is ClipState.READY
    (kept,) = bench.database.rows("SELECT * FROM export")
    assert (kept["person_id"], kept["formats"]) == ("p9", "nemo,csv")
    assert kept["passport_sha256"] == result.passport_sha256
    assert bench.database.rows("SELECT clip_id FROM export_clip") == [{"clip_id": "c1"}]


def test_work_that_was_exported_can_be_exported_again(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.run(out)
    assert bench.run(out.with_name("second")).clips == 1


def test_checkpoint_comes_first_and_both_ends_are_logged(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    before = bench.ledger.head().size
    result = bench.run(out)
    acts = bench.acts()[before:]
    assert [act for act, _, _ in acts] == ["checkpoint", "export.started", "export.ended"]
    last = list(bench.ledger.rows())[-1].event()
    assert last.detail["passport_sha256"] == result.passport_sha256
    assert last.detail["clips"] == 1


def test_passport_holds_versions_counts_and_the_end_of_the_log(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.add_clip("c2")
    bench.run(out, "words = 1")
    body = passport_of(out)
    assert (body["schema"], body["conventions"], body["profile"]["id"]) == (
        "default@1",
        "en-US@1",
        "training@1",
    )
    assert body["annotated_under"] == {"default@1 en-US@1": 1}
    assert body["agreement"]["version"] == "1.0"
    assert len(body["agreement"]["sha256"]) == 64
    assert (body["where"], body["left_out"], body["formats"]) == (
        "words = 1",
        {"not_accepted": 1},
        {"nemo": "1", "csv": "1"},
    )
    told = next(row for row in bench.ledger.rows(since=body["log_size"]))
    assert (told.event().action, told.hash.hex()) == ("export.started", body["log_hash"])
    assert body["checkpoint"] == bench.database.value(
        "SELECT note FROM checkpoint WHERE size = ?", (body["log_size"] - 1,)
    )


def test_passport_names_nobody_and_no_place(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.run(out)
    text = (out / passport.NAME).read_text(encoding="utf-8")
    for secret in (LEAD_NAME, '"p9"', "Person p1", str(out.parent), "speaker-1", "source c1"):
        assert secret not in text  # an id in quotes: what is signed has any two letters in it some day


def test_speaker_is_another_name_than_inside_and_the_same_for_all_their_clips(
    bench: ExportBench, out: Path
) -> None:
    for number, speaker in enumerate(("voice a", "voice a", "voice b"), start=1):
        bench.add_clip(f"c{number}", speaker_hash=speaker)
        bench.submit("p1", "yes")
    bench.accept_all()
    bench.run(out)
    speakers = [row["speaker"] for row in rows(out)]
    assert len(set(speakers)) == 2
    assert sorted(speakers.count(one) for one in set(speakers)) == [1, 2]


def test_clips_of_nobody_known_are_speakers_of_their_own(bench: ExportBench, out: Path) -> None:
    for number in (1, 2):
        bench.add_clip(f"c{number}", speaker_hash="")
        bench.submit("p1", "yes")
    bench.accept_all()
    bench.run(out)
    assert len({row["speaker"] for row in rows(out)}) == 2


def test_split_set_has_no_speaker_in_two_splits(bench: ExportBench, out: Path) -> None:
    for number in range(12):
        bench.add_clip(f"c{number}", speaker_hash=f"voice {number % 6}")
        bench.submit("p1", "yes")
    bench.accept_all()
    bench.run(out, split=True)
    table = list(csv.DictReader(io.StringIO((out / csv_table.NAME).read_text(encoding="utf-8"))))
    homes = {
        row["speaker"]: {other["split"] for other in table if other["speaker"] == row["speaker"]}
        for row in table
    }
    assert all(len(splits) == 1 and splits <= {"train", "dev", "test"} for splits in homes.values())
    assert not (out / "manifest.jsonl").exists()


def test_every_clip_is_either_in_the_set_or_counted_with_its_reason(bench: ExportBench, out: Path) -> None:
    bench.accepted("c01", "yes it is")
    for name, text, flags in (
        ("c02", "yes", (Flag.PERSONAL_DATA,)),
        ("c03", "yes", (Flag.UNUSABLE,)),
        ("c04", "ja", (Flag.WRONG_LANGUAGE,)),
        ("c05", "my name is [pii:name]", ()),
        ("c06", "it is [unclear]", ()),
        ("c07", "say [foreign:de]", ()),
        ("c08", "call five five five one two three four five six seven", ()),
        ("c09", "", (Flag.DISTRESSING,)),
        ("c10", "no", ()),
    ):
        bench.accepted(name, text, *flags)
    for name in ("c11", "c12", "c13"):
        bench.accepted(name, "yes it is")
    bench.withdraw_consent("c11")
    bench.end_retention("c12")
    bench.queue.withdraw_clip("c13", "legal")
    bench.add_clip("c14", quarantined=True)
    bench.add_clip("c15")
    bench.submit("p1", "yes it is")
    result = bench.run(out, "words > 1")
    assert result.left_out == {
        "flag_personal_data": 1,
        "flag_unusable": 1,
        "flag_wrong_language": 1,
        "tag_pii": 1,
        "tag_unclear": 1,
        "tag_foreign": 1,
        "personal_data_found": 1,
        "no_text": 1,
        "filtered": 1,
        "consent_withdrawn": 1,
        "retention_over": 1,
        "purged": 1,
        "quarantined": 1,
        "not_accepted": 1,
    }
    assert result.clips + sum(result.left_out.values()) == 15
    assert bench.opener.opened == ["c01"]


def test_personal_data_in_an_answer_leaves_the_clip_out(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.accepted("c2", "yes", accent="like ana at example dot com")
    assert bench.run(out).left_out == {"personal_data_found": 1}


def test_work_that_qa_returned_is_left_out(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.add_clip("c2")
    bench.submit("p1", "no")
    bench.queue.draw(lambda _submission: True)
    bench.database.execute("UPDATE task SET state = 'returned' WHERE clip_id = 'c2'")
    assert bench.run(out).left_out == {"returned": 1}


def test_passes_that_agree_are_one_row_and_those_that_differ_are_none(bench: ExportBench, out: Path) -> None:
    for clip_id in ("c1", "c2"):
        bench.add_clip(clip_id, passes=2)
    for person, texts in (("p1", ("Yes.", "right")), ("p2", ("yes", "wrong"))):
        for text in texts:
            bench.submit(person, text)
    bench.accept_all()
    result = bench.run(out)
    assert (result.clips, result.left_out) == (1, {"passes_differ": 1})


def test_clip_with_one_pass_still_open_is_not_accepted(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.add_clip("c2", passes=2)
    bench.submit("p1", "yes")
    bench.accept_all()
    assert bench.run(out).left_out == {"not_accepted": 1}


def test_contractor_may_not_export(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    with pytest.raises(NotAllowed):
        bench.export().run(a_contractor(bench), out, ("nemo",))
    assert_untouched(bench, out)


def test_lead_without_a_live_agreement_may_not_export(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.database.execute("DELETE FROM nda_acknowledgement")
    with pytest.raises(NdaRequired):
        bench.run(out)
    assert_untouched(bench, out)


@pytest.mark.parametrize(
    ("formats", "where", "words"),
    [
        (("nemo", "mp3"), None, "mp3 is no format"),
        ((), None, "No format"),
        (("nemo",), "words = ", "not understood"),
    ],
)
def test_order_that_cannot_be_carried_out_is_refused_at_once(
    bench: ExportBench, out: Path, formats: tuple[str, ...], where: str | None, words: str
) -> None:
    bench.accepted("c1", "yes")
    with pytest.raises(Refused, match=words):
        bench.export().run(bench.lead, out, formats, where)
    assert_untouched(bench, out)


def test_folder_that_exists_is_refused_and_left_alone(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    out.mkdir()
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Refused, match="there already"):
        bench.run(out)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_nothing_to_export_is_refused_with_the_counts(bench: ExportBench, out: Path) -> None:
    bench.add_clip("c1")
    with pytest.raises(Refused, match="no accepted work") as caught:
        bench.run(out)
    assert "1 not accepted" in caught.value.hint
    assert bench.acts()[-1] == ("export.ended", "failed", "Refused")
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Damaged("The clip does not decode."), "Damaged"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (Refused("Consent was withdrawn."), "Refused"),
    ],
)
def test_export_that_fails_half_way_leaves_nothing_but_its_log_rows(
    bench: ExportBench, out: Path, error: BaseException, reason: str
) -> None:
    bench.accepted("c1", "yes")
    bench.accepted("c2", "yes")
    bench.opener.fails_at = {"c2": error}
    with pytest.raises(type(error)):
        bench.run(out)
    assert_failed(bench, out, reason)


def test_disk_error_is_unavailable_and_leaves_nothing(
    bench: ExportBench, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        VERSION = "1"

        def write(self, folder: Path, utterances: object) -> None:
            raise OSError(28, "No space left on device")

        def validate(self, folder: Path) -> list[str]:
            return []

    bench.accepted("c1", "yes")
    monkeypatch.setitem(export_module.FORMATS, "nemo", Full())
    with pytest.raises(Unavailable, match="could not be written"):
        bench.run(out)
    assert_failed(bench, out, "Unavailable")


def test_set_that_does_not_read_back_is_never_called_done(
    bench: ExportBench, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Careless:
        VERSION = "1"

        def write(self, folder: Path, utterances: list[Utterance]) -> None:
            nemo.write(folder, utterances[:-1])
            (folder / utterances[0].path).unlink()

        def validate(self, folder: Path) -> list[str]:
            return nemo.validate(folder)

    bench.accepted("c1", "yes")
    bench.accepted("c2", "yes")
    monkeypatch.setitem(export_module.FORMATS, "nemo", Careless())
    with pytest.raises(Damaged, match="does not read back"):
        bench.run(out)
    assert_failed(bench, out, "Damaged")


def test_set_loses_its_name_when_its_rows_cannot_be_committed(bench: ExportBench, out: Path) -> None:
    class Stubborn:
        def __getattr__(self, name: str) -> object:
            return getattr(bench.queue, name)

        def mark_exported(self, clip_ids: object) -> None:
            raise Unavailable("The workspace file could not be written.")

    bench.accepted("c1", "yes")
    with pytest.raises(Unavailable):
        bench.export(queue=Stubborn()).run(bench.lead, out, ("nemo",))
    assert_failed(bench, out, "Unavailable")


def test_audio_that_is_not_what_the_catalogue_says_stops_the_export(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.database.execute("UPDATE clip SET frames = frames + 1")
    with pytest.raises(Damaged, match="not what the workspace says"):
        bench.run(out)
    assert_failed(bench, out, "Damaged")


def test_only_its_owner_may_enter_the_set(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.run(out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


def test_progress_is_told_clip_by_clip(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "yes")
    bench.accepted("c2", "no")
    seen: list[tuple[int, int]] = []
    bench.run(out, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_same_workspace_at_the_same_moment_gives_the_same_bytes(
    bench: ExportBench, out: Path, tmp_path: Path
) -> None:
    for number in range(3):
        bench.accepted(f"c{number}", f"yes {'really ' * number}it is", noise=("music",))
    one, other = bench.copy(tmp_path / "a"), bench.copy(tmp_path / "b")
    one.run(out)
    other.run(out.with_name("second"))
    files = sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    assert len(files) == 6
    for file in files:
        assert (out / file).read_bytes() == (out.with_name("second") / file).read_bytes(), file
    one.database.close()
    other.database.close()


def test_what_was_typed_is_nowhere_but_in_the_set(bench: ExportBench, out: Path) -> None:
    bench.accepted("c1", "kookaburra laughs", accent="wallaroo")
    bench.run(out)
    found = [path.name for path in bench.folder.rglob("*") if path.is_file() and holds_canary(path)]
    assert found == []
    assert b"kookaburra" in (out / "manifest.jsonl").read_bytes()


def holds_canary(path: Path) -> bool:
    data = path.read_bytes()
    return any(canary in data for canary in (b"kookaburra", b"wallaroo", b"fLaC", b"RIFF"))


def assert_untouched(bench: ExportBench, out: Path) -> None:
    assert list(out.parent.iterdir()) == []
    assert bench.opener.opened == []
    assert "export.started" not in [act for act, _, _ in bench.acts()]


def assert_failed(bench: ExportBench, out: Path, reason: str) -> None:
    assert list(out.parent.iterdir()) == []
    assert bench.acts()[-1] == ("export.ended", "failed", reason)
    assert bench.database.rows("SELECT * FROM export") == []
    assert bench.queue.clip_state("c1") is ClipState.FINAL
