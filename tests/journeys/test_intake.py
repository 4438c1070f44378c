"""Imports into a real workspace, with a decoder that costs nothing."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reviewer.access.log_search import every_row
from reviewer.audio.decode.decoder import Decoded
from reviewer.clips.repository import PurgeReason
from reviewer.errors import NotAllowed, Notice, Refused, ReviewerError, Unavailable
from reviewer.lead.import_history import report_of
from reviewer.lead.intake_report import IntakeOptions, IntakeReport
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.messages import command_catalogue
from reviewer.model.clip import ClipState
from reviewer.model.clock import to_iso
from reviewer.model.event import CLIP_IDS, Action
from reviewer.model.hypothesis import Word
from reviewer.session.due_purges import destroy_clip
from tests.benches.lead import TRANSCRIBE, LeadBench
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, make_bench
from tests.factories import a_keyring, a_manifest_row
from tests.fakes.decoder import FakeDecoder
from tests.unit.test_manifest_fields import GOOD

SPOKEN_NUMBER = "call four one five five five five two six seven one"


class Imports:
    """A workspace without clips, and a folder of files to import."""

    def __init__(self, folder: Path) -> None:
        self.bench = LeadBench(folder / "ws")
        self.unit = self.bench.unit
        self.keyring = self.bench.lead.keyring
        self.folder = folder / "offered"
        self.folder.mkdir()
        self.decoder = FakeDecoder()
        self.progress: list[tuple[int, int]] = []

    def write(self, *rows: dict[str, Any], name: str = "m.jsonl") -> Path:
        for row in rows:
            path = self.folder / str(row.get("audio", "none"))
            if not path.exists():
                path.write_bytes(f"sound of {row.get('audio')}".encode())
        manifest = self.folder / name
        manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return manifest

    def run(
        self, *rows: dict[str, Any], options: IntakeOptions | None = None, decoder: FakeDecoder | None = None
    ) -> IntakeReport:
        return self.bench.intake(decoder or self.decoder).import_manifest(
            self.bench.lead,
            self.write(*rows),
            options or IntakeOptions(),
            lambda *done: self.progress.append(done),
        )

    def actions(self) -> list[str]:
        return [row.event().action.value for row in self.unit.log.rows()]

    def events(self, *actions: Action) -> list[Any]:
        rows = [row.event() for row in self.unit.log.rows()]
        return [event for event in rows if event.action in actions]

    def sealed(self) -> set[str]:
        return {path.name.split(".")[0] for path in (self.bench.folder / "clips").glob("*")}


@pytest.fixture
def imports(tmp_path: Path) -> Iterator[Imports]:
    made = Imports(tmp_path)
    yield made
    made.bench.close()


def a_line(number: int, **changes: Any) -> dict[str, Any]:
    return GOOD | {"audio": f"{number}.wav", "source_id": f"source-{number}"} | changes


def codes(report: IntakeReport) -> list[str]:
    return [row.code.value if row.code else row.outcome.value for row in report.rows]


SAID = [
    {"word": "hello", "start": 0, "end": 0.25, "confidence": 0.5},
    {"word": "there", "start": 0.2501, "end": 9},
]
IN_FRAMES = (Word("hello", 0, 2000, 0.5), Word("there", 2001, 8000, None))


@pytest.mark.parametrize(
    ("changes", "hypotheses"),
    [
        ({}, []),
        ({"draft": "hello there"}, [("hello there", (), "manifest")]),
        ({"words": SAID}, [("hello there", IN_FRAMES, "manifest")]),
    ],
    ids=["without a draft", "with a draft", "with words and their times"],
)
def test_a_good_line_becomes_a_sealed_clip_in_the_queue(
    imports: Imports, changes: dict[str, Any], hypotheses: list[object]
) -> None:
    report = imports.run(a_line(1, **changes))
    (row,) = report.rows
    assert (report.accepted, row.line, row.audio, row.notice) == (1, 1, "1.wav", None)
    assert imports.sealed() == {row.clip}
    assert imports.unit.queue.clip_state(row.clip) is ClipState.READY
    assert imports.unit.content.audio(imports.keyring, row.clip).read() == b"sound of 1.wav"
    found = imports.unit.hypotheses.of_clip(imports.keyring, row.clip)
    assert [(each.text, each.words, each.engine) for each in found] == hypotheses


def test_words_after_the_end_of_the_recording_are_told(imports: Imports) -> None:
    rounded = [SAID[0], {"word": "there", "start": 0.5, "end": 1.4}]
    report = imports.run(a_line(1, words=SAID), a_line(2, words=rounded), a_line(3))
    assert [[note.code for note in row.notes] for row in report.rows] == [["WORDS_BEYOND_END"], [], []]


def test_a_clip_keeps_its_facts_and_only_hashes_of_where_it_came_from(imports: Imports) -> None:
    (row,) = imports.run(a_line(1, source_id="same", speaker="same")).rows
    clip = imports.unit.clips.get(row.clip)
    assert (clip.product, clip.locale) == ("translator", "en-US")
    assert clip.purge_at == clip.recorded_at + timedelta(days=730)
    hashes = {clip.source_hash, clip.speaker_hash, clip.samples_hash}
    assert {len(each) for each in hashes} == {64}
    assert len(hashes) == 3


def test_no_source_speaker_text_file_name_or_field_name_is_in_the_workspace_or_its_log(
    imports: Imports,
) -> None:
    canaries = a_line(1, source_id="canarysource", speaker="canaryvoice", draft="canarydraft")
    imports.run(canaries, a_line(2, canaryfield="x"), a_line(3, audio="canary.wav"))
    for path in imports.bench.folder.rglob("*"):
        if path.is_file():
            assert b"canary" not in path.read_bytes()


def test_voices_and_sources_of_the_same_name_do_not_share_a_hash(imports: Imports) -> None:
    (row,) = imports.run(a_line(1, source_id="same", speaker="same")).rows
    clip = imports.unit.clips.get(row.clip)
    assert clip.source_hash != clip.speaker_hash


def test_the_hashes_of_a_workspace_hang_on_its_key() -> None:
    row, decoded = a_manifest_row(), Decoded((), b"", 8000, 1, 8000, b"d" * 32, ())
    one, other = (KeyedHashes(a_keyring(hash_key=key * 32)) for key in (b"1", b"2"))
    assert one.of_source_id(row.source_id) != other.of_source_id(row.source_id)
    assert one.of_speaker(row) != other.of_speaker(row)
    spellings = ("Jos\u00e9", "Jose\u0301", "\u200eJos\u00e9\u200f")
    assert len({one.of_speaker(replace(row, speaker=spelling)) for spelling in spellings}) == 1
    assert one.of_samples(decoded) != other.of_samples(decoded)


def test_every_line_has_its_report_row_in_order(imports: Imports) -> None:
    report = imports.run(
        a_line(1),
        a_line(2, product="xbox", consent_product="xbox"),
        a_line(3, consent_product=None),
        a_line(4, speaker="jane@example.org"),
        a_line(5, draft=SPOKEN_NUMBER),
        a_line(6, extra=1),
        a_line(7, recorded_at="2026-01-01"),
        a_line(8, source_id="source-1"),
    )
    assert codes(report) == [
        "accepted",
        "PRODUCT_NOT_ELIGIBLE",
        "CONSENT_MISSING",
        "IDENTIFIER_FOUND",
        "PII_FLAGGED",
        "UNKNOWN_FIELD",
        "BAD_VALUE",
        "DUPLICATE",
    ]
    assert [row.line for row in report.rows] == list(range(1, 9))
    assert (report.accepted, report.refused, report.quarantined) == (1, 6, 1)


def test_the_printed_object_has_the_names_of_the_design(imports: Imports) -> None:
    (imports.folder / "1.wav").write_bytes(b"odd")
    body = imports.run(a_line(1), a_line(2, product="xbox")).to_json(command_catalogue())
    assert set(body) == {"accepted", "refused", "quarantined", "rows"}
    assert set(body["rows"][0]) == {"line", "audio", "outcome", "code", "sentence", "clip"}
    assert body["rows"][0]["sentence"] == "The recording is silent."
    assert body["rows"][1] | {"sentence": ""} == {
        "line": 2,
        "audio": "2.wav",
        "outcome": "refused",
        "code": "PRODUCT_NOT_ELIGIBLE",
        "sentence": "",
        "clip": "",
    }


def test_audio_is_only_opened_when_every_cheaper_rule_let_the_line_pass(imports: Imports) -> None:
    imports.run(a_line(1, product="xbox"), a_line(2, speaker="a@example.org"), a_line(3))
    assert imports.decoder.asked == ["3.wav"]


def test_a_source_that_is_here_already_is_not_even_decoded(imports: Imports) -> None:
    imports.run(a_line(1))
    assert codes(imports.run(a_line(2, source_id="source-1"))) == ["DUPLICATE"]
    assert imports.decoder.asked == ["1.wav"]


def test_the_same_sound_under_another_name_is_a_duplicate(imports: Imports) -> None:
    for name in ("2.wav", "3.wav"):
        (imports.folder / name).write_bytes(b"sound of 1.wav")
    assert codes(imports.run(a_line(1), a_line(2))) == ["accepted", "DUPLICATE"]
    assert codes(imports.run(a_line(3))) == ["DUPLICATE"]


def test_a_link_out_of_the_folder_that_came_after_the_gate_is_refused(imports: Imports) -> None:
    manifest, file = imports.write(a_line(1)), imports.folder / "1.wav"

    def exchange() -> bool:
        file.rename(imports.folder.with_name("secret.wav"))
        file.symlink_to(imports.folder.with_name("secret.wav"))
        return False

    intake = imports.bench.intake(imports.decoder)
    report = intake.import_manifest(imports.bench.lead, manifest, IntakeOptions(), cancelled=exchange)
    assert (codes(report), imports.decoder.asked) == (["BAD_VALUE"], [])


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_line_is_compared_with_all_lines_before_it_also_after_their_commit(
    imports: Imports, dry_run: bool
) -> None:
    lines = [a_line(number) for number in range(70)]
    lines += [a_line(70, source_id="source-0"), a_line(71, audio="1.wav"), a_line(72, audio="72.wav")]
    report = imports.run(*lines, options=IntakeOptions(dry_run=dry_run))
    assert codes(report)[69:] == ["accepted", "DUPLICATE", "DUPLICATE", "accepted"]
    assert [row.notice and row.notice.code for row in report.rows[70:72]] == [
        "DUPLICATE_SOURCE",
        "DUPLICATE_AUDIO",
    ]
    assert [row.line for row in report.rows] == list(range(1, 74))


def test_a_refused_line_does_not_make_the_next_one_a_duplicate(imports: Imports) -> None:
    (imports.folder / "1.wav").write_bytes(b"bad TOO_LONG")
    assert codes(imports.run(a_line(1), a_line(2, source_id="source-1"))) == ["TOO_LONG", "accepted"]


@pytest.mark.parametrize("code", ["UNDECODABLE", "EMPTY_AUDIO", "TOO_LONG", "TOO_LONG_SECONDS"])
def test_what_the_decoder_refuses_is_refused_and_the_rest_goes_on(imports: Imports, code: str) -> None:
    (imports.folder / "1.wav").write_bytes(f"bad {code}".encode())
    report = imports.run(a_line(1), a_line(2))
    assert codes(report) == [code.removesuffix("_SECONDS"), "accepted"]
    assert report.rows[0].notice == Notice(code)


def test_nobody_is_given_a_clip_from_the_end_of_its_consent_on(imports: Imports) -> None:
    ends = imports.bench.clock.now() + timedelta(hours=1)
    imports.run(a_line(1, consent_withdrawn_at=to_iso(ends)))
    imports.bench.clock.advance(3600)
    assert imports.unit.queue.claim(imports.bench.ids[ANA], TRANSCRIBE, key="k1") is None


def test_a_clip_with_personal_data_is_sealed_but_nobody_can_claim_it(imports: Imports) -> None:
    (row,) = imports.run(a_line(1, draft=SPOKEN_NUMBER)).rows
    queue = imports.unit.queue
    assert imports.sealed() == {row.clip}
    assert queue.clip_state(row.clip) is ClipState.QUARANTINED
    assert queue.claim(imports.bench.ids[ANA], TRANSCRIBE, key="k1") is None


def test_a_start_and_an_end_and_each_line_are_logged_by_id_and_code_only(imports: Imports) -> None:
    report = imports.run(a_line(1), a_line(2, product="xbox"), a_line(3, draft=SPOKEN_NUMBER))
    first = imports.actions().index("import.started")
    assert imports.actions()[first:] == [
        "import.started",
        "clip.refused",
        "clip.imported",
        "clip.quarantined",
        "import.ended",
    ]
    start, refused, imported, quarantined, end = imports.events(*Action)[first:]
    assert refused.reason == "PRODUCT_NOT_ELIGIBLE"
    assert refused.detail == {"import": start.object, "lines": [2]}
    assert (imported.detail["lines"], imported.detail[CLIP_IDS]) == ([1], [report.rows[0].clip])
    assert (quarantined.detail[CLIP_IDS], quarantined.reason) == ([report.rows[2].clip], "PII_FLAGGED")
    assert end.detail == {"accepted": 1, "refused": 1, "quarantined": 1, "not_drawn": 0, "dry_run": False}


def test_progress_ends_at_all_lines(imports: Imports) -> None:
    imports.run(a_line(1), a_line(2, product="xbox"), a_line(3))
    assert imports.progress[0] == (0, 3)
    assert imports.progress[-1] == (3, 3)
    assert imports.progress == sorted(imports.progress)


def test_a_dry_run_reports_the_same_changes_nothing_and_is_logged_as_one(imports: Imports) -> None:
    (imports.folder / "3.wav").write_bytes(b"sound of 1.wav")
    orphan = imports.bench.folder / "clips" / "c00.audio.sealed"
    orphan.write_bytes(b"x")
    rows = [a_line(1), a_line(2, product="xbox"), a_line(3), a_line(4, draft=SPOKEN_NUMBER)]
    dry = imports.run(*rows, options=IntakeOptions(dry_run=True))
    assert imports.sealed() == {"c00"}
    assert imports.unit.clips.ids() == set()
    assert {row.clip for row in dry.rows} == {""}
    assert imports.actions()[-2:] == ["import.started", "import.ended"]
    assert imports.events(Action.IMPORT_STARTED)[0].detail["dry_run"] is True
    assert codes(dry) == codes(imports.run(*rows))
    assert not orphan.exists()


def test_a_sample_takes_so_many_of_those_the_cheap_rules_let_pass(imports: Imports) -> None:
    rows = [a_line(n, product="xbox" if n % 2 else "windows", consent_product="windows") for n in range(20)]
    report = imports.run(*rows, options=IntakeOptions(sample=4, seed=7))
    assert (report.accepted, report.refused, report.not_drawn) == (4, 10, 6)
    assert imports.progress[-1] == (20, 20)
    assert report.to_json(command_catalogue())["not_drawn"] == 6


def test_a_sample_takes_the_same_clips_until_they_are_here_and_then_others(imports: Imports) -> None:
    rows = [a_line(n) for n in range(12)]
    options = IntakeOptions(sample=4, seed=7)
    drawn = []
    for one in (replace(options, dry_run=True), options, options, options, options):
        report = imports.run(*rows, options=one)
        drawn.append({row.line for row in report.rows})
        assert report.refused == 0
    assert drawn[0] == drawn[1]
    assert set().union(*drawn) == set(range(1, 13))
    assert [len(each) for each in drawn] == [4, 4, 4, 4, 0]


def test_a_sample_draws_a_source_that_stands_twice_once(imports: Imports) -> None:
    report = imports.run(a_line(1), a_line(2, source_id="source-1"), options=IntakeOptions(sample=2))
    assert (report.accepted, report.refused, report.not_drawn) == (1, 0, 1)


def test_a_sample_that_makes_no_sense_is_refused_before_anything(imports: Imports) -> None:
    with pytest.raises(Refused, match="STRATUM_UNKNOWN"):
        imports.run(a_line(1), options=IntakeOptions(sample=1, stratify=("draft",)))
    assert "import.started" not in imports.actions()


def test_a_cancelled_import_keeps_what_is_in_and_goes_on_next_time(imports: Imports) -> None:
    rows = [a_line(n) for n in range(1, 61)]
    report = imports.bench.intake(imports.decoder).import_manifest(
        imports.bench.lead,
        imports.write(*rows),
        IntakeOptions(),
        cancelled=lambda: len(imports.decoder.asked) >= 2,
    )
    assert report.was_cancelled
    assert 2 <= report.accepted < 60
    assert report.to_json(command_catalogue())["cancelled"] is True
    assert imports.events(Action.IMPORT_ENDED)[-1].outcome == "cancelled"
    again = codes(imports.run(*rows))
    assert again == ["DUPLICATE"] * report.accepted + ["accepted"] * (60 - report.accepted)


def test_a_contractor_imports_nothing(imports: Imports) -> None:
    ana = imports.bench.sign_in.sign_in(ANA, PASSPHRASE)
    with pytest.raises(NotAllowed):
        imports.bench.intake(imports.decoder).import_manifest(ana, imports.write(a_line(1)), IntakeOptions())
    assert imports.sealed() == set()


def test_a_signed_out_lead_imports_nothing(tmp_path: Path, imports: Imports) -> None:
    bench = make_bench(tmp_path / "other", drafts=())
    lead, manifest = bench.person(LEAD).lead, imports.write(a_line(1))
    bench.sign_out(LEAD)
    with bench.workspace, pytest.raises(Refused, match="SIGNED_OUT"):
        lead.import_manifest(manifest, IntakeOptions())
    assert bench.events("import.started") == []


@pytest.mark.parametrize("error", [Unavailable("DISK_FULL"), Refused("SIGNED_OUT")])
def test_a_failure_that_is_no_files_fault_ends_the_import_and_the_log_says_so(
    imports: Imports, error: ReviewerError
) -> None:
    class Failing(FakeDecoder):
        def decode(self, path: Path, limits: Any, out: Any) -> Any:
            if self.asked:
                raise error
            return super().decode(path, limits, out)

    with pytest.raises(type(error)):
        imports.run(a_line(1), a_line(2), decoder=Failing())
    end = imports.events(Action.IMPORT_ENDED)[-1]
    assert (end.outcome, end.detail["accepted"]) == ("failed", 1)
    assert imports.sealed() == imports.unit.clips.ids()


def test_voices_do_not_come_in_a_row(imports: Imports) -> None:
    report = imports.run(*[a_line(n, speaker=f"voice-{n // 4}") for n in range(12)])
    voices = {row.clip: (row.line - 1) // 4 for row in report.rows}
    ordered = imports.unit.database.rows("SELECT clip_id FROM task ORDER BY priority DESC, sort_key, id")
    queue = [voices[row["clip_id"]] for row in ordered]
    assert all(len(set(queue[at : at + 4])) > 1 for at in range(len(queue) - 3))


def test_many_refused_lines_are_all_logged(imports: Imports) -> None:
    imports.run(*[a_line(n, product="xbox") for n in range(450)])
    listed = [event.detail["lines"] for event in imports.events(Action.CLIP_REFUSED)]
    assert [line for lines in listed for line in lines] == list(range(1, 451))
    assert len(listed) == 2


def test_a_reference_is_sealed_with_its_clip_and_given_back(imports: Imports) -> None:
    with_one, without = imports.run(a_line(1, reference="canary-key-7"), a_line(2)).rows
    unit, keyring = imports.unit, imports.keyring
    assert unit.references.of_clip(keyring, with_one.clip) == "canary-key-7"
    assert unit.references.of_clip(keyring, without.clip) == ""
    for path in imports.bench.folder.rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes()


def test_a_reference_is_gone_with_the_key_of_its_clip(imports: Imports) -> None:
    (row,) = imports.run(a_line(1, reference="key-7")).rows
    destroy_clip(imports.unit, imports.bench.lead, row.clip, PurgeReason.RETENTION_ENDED, by_date=False)
    assert imports.unit.references.of_clip(imports.keyring, row.clip) == ""


def test_a_reference_that_names_somebody_is_refused(imports: Imports) -> None:
    report = imports.run(a_line(1, reference="jane@example.com"), a_line(2, reference="+49 30 1234567"))
    assert codes(report) == ["IDENTIFIER_FOUND"] * 2


def test_where_consent_is_on_record_stands_in_the_log_and_in_past_reports(imports: Imports) -> None:
    manifest = imports.write(*({"wave": f"{n}.wav", "key": f"k{n}", "audio": f"{n}.wav"} for n in (1, 2)))
    mapping = imports.folder / "mapping.toml"
    constants = "\n".join(
        f'{name} = "{GOOD[name]}"' for name in ("product", "locale", "recorded_at", "speaker")
    )
    mapping.write_text(
        f'[fields]\naudio = "wave"\nsource_id = "key"\n[constants]\n{constants}\n[consent]\n'
        'from = "Signed forms of the spring campaign"\nproduct = "translator"\n'
        "granted_at = 2021-03-01T00:00:00Z\n",
        encoding="utf-8",
    )
    report = imports.bench.intake(imports.decoder).import_manifest(
        imports.bench.lead, manifest, IntakeOptions(mapping=mapping)
    )
    (started,) = imports.events(Action.IMPORT_STARTED)
    assert report.accepted == 2
    assert (started.detail["source"], started.detail["consent_from"]) == ("manifest", report.consent_from)
    assert started.detail["mapping"] == hashlib.sha256(mapping.read_bytes()).hexdigest()
    past = report_of(partial(every_row, imports.unit.database), started.object)
    assert (past.accepted, past.consent_from) == (2, "Signed forms of the spring campaign")
