"""Imports into a real workspace, with a decoder that costs nothing."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reviewer.errors import NotAllowed, Refused, Unavailable
from reviewer.lead.intake import Intake, IntakeOptions, IntakeReport
from reviewer.model.clip import ClipState
from reviewer.model.event import Action
from reviewer.privacy.offer import Code
from tests.fakes.decoder import FakeDecoder
from tests.unit.test_manifest_fields import GOOD
from tests.benches.workspace import ANA, LEAD, Bench, make_bench

SPOKEN_NUMBER = "call four one five five five five two six seven one"


class Imports:
    """A workspace without clips, and a folder of files to offer."""

    def __init__(self, folder: Path) -> None:
        self.bench: Bench = make_bench(folder, drafts=())
        self.folder = folder / "offered"
        self.folder.mkdir()
        self.decoder = FakeDecoder()
        self.told: list[tuple[int, int]] = []

    def offer(self, *rows: dict[str, Any], name: str = "m.jsonl") -> Path:
        for row in rows:
            path = self.folder / str(row.get("audio", "none"))
            if not path.exists():
                path.write_bytes(f"sound of {row.get('audio')}".encode())
        manifest = self.folder / name
        manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return manifest

    def intake(self, **changes: Any) -> Intake:
        workspace = self.bench.workspace
        parts = {
            "vault": workspace.vault,
            "catalogue": workspace.catalogue,
            "queue": workspace.queue,
            "ledger": workspace.ledger,
            "database": workspace.database,
            "decoder": self.decoder,
            "project": workspace.project,
            "clock": self.bench.clock,
        }
        return Intake(**(parts | changes))

    def run(
        self, *rows: dict[str, Any], options: IntakeOptions | None = None, **changes: Any
    ) -> IntakeReport:
        identity = self.bench.person(LEAD).identity
        return self.intake(**changes).run(
            identity, self.offer(*rows), options or IntakeOptions(), lambda *done: self.told.append(done)
        )

    def actions(self) -> list[str]:
        return [row.event().action.value for row in self.bench.workspace.ledger.rows()]

    def events(self, *actions: Action) -> list[Any]:
        rows = [row.event() for row in self.bench.workspace.ledger.rows()]
        return [event for event in rows if event.action in actions]

    def sealed(self) -> set[str]:
        return self.bench.workspace.store.clip_ids()


@pytest.fixture
def imports(tmp_path: Path) -> Iterator[Imports]:
    made = Imports(tmp_path)
    made.bench.person(LEAD)
    yield made
    made.bench.workspace.close()


def a_line(number: int, **changes: Any) -> dict[str, Any]:
    return GOOD | {"audio": f"{number}.wav", "source_id": f"source-{number}"} | changes


def codes(report: IntakeReport) -> list[str]:
    return [row.code.value if row.code else row.outcome.value for row in report.rows]


def test_a_good_line_becomes_a_sealed_clip_in_the_queue(imports: Imports) -> None:
    report = imports.run(a_line(1, draft="hello there"))
    (row,) = report.rows
    workspace = imports.bench.workspace
    assert (report.accepted, row.line, row.audio, row.sentence) == (1, 1, "1.wav", "")
    assert imports.sealed() == {row.clip}
    assert workspace.queue.clip_state(row.clip) is ClipState.READY
    keyring = imports.bench.person(LEAD).identity.keyring
    assert workspace.vault.asr_draft(keyring, row.clip) == "hello there"
    assert workspace.vault.audio(keyring, row.clip).read() == b"sound of 1.wav"


def test_a_clip_keeps_its_facts_and_only_hashes_of_where_it_came_from(imports: Imports) -> None:
    (row,) = imports.run(a_line(1)).rows
    clip = imports.bench.workspace.catalogue.get(row.clip)
    assert (clip.product, clip.locale) == ("translator", "en-US")
    assert clip.purge_at == clip.recorded_at + timedelta(days=730)
    hashes = {clip.source_hash, clip.speaker_hash, clip.samples_hash}
    assert {len(each) for each in hashes} == {64}
    assert len(hashes) == 3


def test_the_source_and_the_speaker_are_nowhere_in_the_workspace(imports: Imports) -> None:
    imports.run(a_line(1, source_id="canarysource", speaker="canaryvoice", draft="canarydraft"))
    for path in imports.bench.workspace.path.rglob("*"):
        if path.is_file():
            assert b"canary" not in path.read_bytes()


def test_voices_and_sources_of_the_same_name_do_not_share_a_hash(imports: Imports) -> None:
    (row,) = imports.run(a_line(1, source_id="same", speaker="same")).rows
    clip = imports.bench.workspace.catalogue.get(row.clip)
    assert clip.source_hash != clip.speaker_hash


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
    body = imports.run(a_line(1), a_line(2, product="xbox")).to_json()
    assert set(body) == {"accepted", "refused", "quarantined", "rows"}
    assert set(body["rows"][0]) == {"line", "audio", "outcome", "code", "sentence", "clip"}
    assert body["rows"][0]["sentence"] == "It sounds odd."
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
    (imports.folder / "2.wav").write_bytes(b"sound of 1.wav")
    assert codes(imports.run(a_line(1), a_line(2))) == ["accepted", "DUPLICATE"]


def test_a_refused_line_does_not_make_the_next_one_a_duplicate(imports: Imports) -> None:
    (imports.folder / "1.wav").write_bytes(b"bad TOO_LONG")
    assert codes(imports.run(a_line(1), a_line(2, source_id="source-1"))) == ["TOO_LONG", "accepted"]


@pytest.mark.parametrize("code", ["UNDECODABLE", "EMPTY_AUDIO", "TOO_LONG"])
def test_what_the_decoder_refuses_is_refused_and_the_rest_goes_on(imports: Imports, code: str) -> None:
    (imports.folder / "1.wav").write_bytes(f"bad {code}".encode())
    report = imports.run(a_line(1), a_line(2))
    assert codes(report) == [code, "accepted"]
    assert report.rows[0].sentence == "This cannot be decoded."


def test_a_clip_with_personal_data_is_sealed_but_nobody_can_claim_it(imports: Imports) -> None:
    (row,) = imports.run(a_line(1, draft=SPOKEN_NUMBER)).rows
    queue = imports.bench.workspace.queue
    assert imports.sealed() == {row.clip}
    assert queue.clip_state(row.clip) is ClipState.QUARANTINED
    assert queue.claim(imports.bench.person(ANA).identity.person.id) is None


def test_words_alone_are_the_draft(imports: Imports) -> None:
    words = [{"word": word, "start": 0, "end": 1} for word in ("hello", "there")]
    (row,) = imports.run(a_line(1, words=words)).rows
    keyring = imports.bench.person(LEAD).identity.keyring
    assert imports.bench.workspace.vault.asr_draft(keyring, row.clip) == "hello there"


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
    assert refused.detail == {"import": start.object, "line": 2}
    assert imported.object == report.rows[0].clip
    assert (quarantined.object, quarantined.reason) == (report.rows[2].clip, "PII_FLAGGED")
    assert end.detail == {"accepted": 1, "refused": 1, "quarantined": 1, "not_drawn": 0, "dry_run": False}


def test_the_log_holds_no_file_name_field_name_or_text(imports: Imports) -> None:
    imports.run(a_line(1, draft="canary words"), a_line(2, canaryfield="x"), a_line(3, audio="canary.wav"))
    assert all(b"canary" not in row.body for row in imports.bench.workspace.ledger.rows())


def test_progress_ends_at_all_lines(imports: Imports) -> None:
    imports.run(a_line(1), a_line(2, product="xbox"), a_line(3))
    assert imports.told[0] == (0, 3)
    assert imports.told[-1] == (3, 3)
    assert imports.told == sorted(imports.told)


def test_a_dry_run_reports_the_same_and_keeps_nothing(imports: Imports) -> None:
    (imports.folder / "3.wav").write_bytes(b"sound of 1.wav")
    rows = [a_line(1), a_line(2, product="xbox"), a_line(3), a_line(4, draft=SPOKEN_NUMBER)]
    dry = imports.run(*rows, options=IntakeOptions(dry_run=True))
    assert imports.sealed() == set()
    assert imports.bench.workspace.catalogue.ids() == set()
    assert {row.clip for row in dry.rows} == {""}
    assert codes(dry) == codes(imports.run(*rows))


def test_a_dry_run_is_logged_as_one_and_its_lines_are_not(imports: Imports) -> None:
    imports.run(a_line(1), a_line(2, product="xbox"), options=IntakeOptions(dry_run=True))
    assert imports.actions()[-2:] == ["import.started", "import.ended"]
    assert imports.events(Action.IMPORT_STARTED)[0].detail["dry_run"] is True


def test_a_dry_run_leaves_orphans_where_they_are(imports: Imports) -> None:
    orphan = imports.bench.workspace.path / "clips" / "c00.audio.sealed"
    orphan.write_bytes(b"x")
    imports.run(a_line(1), options=IntakeOptions(dry_run=True))
    assert orphan.exists()
    imports.run(a_line(1))
    assert not orphan.exists()


def test_a_sample_takes_so_many_of_those_the_cheap_rules_let_pass(imports: Imports) -> None:
    rows = [a_line(n, product="xbox" if n % 2 else "windows", consent_product="windows") for n in range(20)]
    report = imports.run(*rows, options=IntakeOptions(sample=4, seed=7))
    assert (report.accepted, report.refused, report.not_drawn) == (4, 10, 6)
    assert imports.told[-1] == (20, 20)
    assert report.to_json()["not_drawn"] == 6


def test_a_sample_again_takes_the_same_clips(imports: Imports) -> None:
    rows = [a_line(n) for n in range(12)]
    options = IntakeOptions(sample=4, seed=7)
    first, second = imports.run(*rows, options=options), imports.run(*rows, options=options)
    assert [row.line for row in first.rows] == [row.line for row in second.rows]
    assert codes(second) == ["DUPLICATE"] * 4


def test_a_sample_that_makes_no_sense_is_refused_before_anything(imports: Imports) -> None:
    with pytest.raises(Refused, match="stratified"):
        imports.run(a_line(1), options=IntakeOptions(sample=1, stratify=("draft",)))
    assert "import.started" not in imports.actions()


def test_a_cancelled_import_keeps_what_is_in_and_goes_on_next_time(imports: Imports) -> None:
    rows = [a_line(n) for n in range(1, 6)]
    identity = imports.bench.person(LEAD).identity
    report = imports.intake().run(
        identity, imports.offer(*rows), IntakeOptions(), cancelled=lambda: len(imports.decoder.asked) >= 2
    )
    assert (report.accepted, report.was_cancelled, report.to_json()["cancelled"]) == (2, True, True)
    assert imports.events(Action.IMPORT_ENDED)[-1].outcome == "cancelled"
    assert codes(imports.run(*rows)) == ["DUPLICATE"] * 2 + ["accepted"] * 3


def test_a_contractor_imports_nothing(imports: Imports) -> None:
    with pytest.raises(NotAllowed):
        imports.intake().run(imports.bench.person(ANA).identity, imports.offer(a_line(1)), IntakeOptions())
    assert imports.sealed() == set()


def test_a_signed_out_lead_imports_nothing(imports: Imports) -> None:
    lead = imports.bench.person(LEAD)
    manifest = imports.offer(a_line(1))
    imports.bench.workspace.sign_out(lead)
    with pytest.raises(Refused):
        lead.lead.import_manifest(manifest, IntakeOptions())
    assert imports.sealed() == set()


class FullDisk(FakeDecoder):
    """Fails for a reason that is no file's fault."""

    def decode(self, path: Path, limits: Any) -> Any:
        if len(self.asked) == 1:
            raise Unavailable("No space is left.", "Make room.")
        return super().decode(path, limits)


def test_a_failing_disk_ends_the_import_and_the_log_says_so(imports: Imports) -> None:
    with pytest.raises(Unavailable):
        imports.run(a_line(1), a_line(2), decoder=FullDisk())
    end = imports.events(Action.IMPORT_ENDED)[-1]
    assert (end.outcome, end.detail["accepted"]) == ("failed", 1)
    assert imports.sealed() == imports.bench.workspace.catalogue.ids()


def test_a_rule_that_is_not_about_the_clip_ends_the_import(imports: Imports) -> None:
    class Closed(FakeDecoder):
        def decode(self, path: Path, limits: Any) -> Any:
            raise Refused("Nobody is signed in.")

    with pytest.raises(Refused, match="signed in"):
        imports.run(a_line(1), decoder=Closed())


def test_a_file_that_is_not_there_is_refused_by_the_real_decoder(imports: Imports) -> None:
    manifest = imports.offer(a_line(1))
    (imports.folder / "1.wav").unlink()
    report = imports.bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    assert codes(report) == [Code.UNDECODABLE]


def test_voices_do_not_come_in_a_row(imports: Imports) -> None:
    report = imports.run(*[a_line(n, speaker=f"voice-{n // 4}") for n in range(12)])
    workspace = imports.bench.workspace
    voices = {row.clip: (row.line - 1) // 4 for row in report.rows}
    ordered = workspace.database.rows("SELECT clip_id FROM task ORDER BY priority DESC, sort_key, id")
    queue = [voices[row["clip_id"]] for row in ordered]
    assert all(len(set(queue[at : at + 4])) > 1 for at in range(len(queue) - 3))


def test_many_refused_lines_are_all_logged(imports: Imports) -> None:
    imports.run(*[a_line(n, product="xbox") for n in range(450)])
    assert len(imports.events(Action.CLIP_REFUSED)) == 450
    assert imports.bench.person(LEAD).lead.verify_log().ok
