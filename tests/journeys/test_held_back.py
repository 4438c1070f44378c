"""A lead decides about clips in quarantine, and about finished work that an export holds back."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.errors import NotAllowed, Refused
from reviewer.lead.export import NothingToExport
from reviewer.lead.held_back import HeldBack
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.annotation import Flag, PersonalDataKind
from reviewer.model.event import HeardRange
from reviewer.model.held_back import HeldBackClip, HeldCode, HeldState, ReleaseReason
from reviewer.model.intervals import Span
from reviewer.model.people import Identity, Role
from reviewer.model.redaction import RedactionSource, RedactionState
from reviewer.model.task import VerdictKind
from tests.benches.spoken import FRAMES_A_WORD, write_spoken
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, annotation, hear, make_bench

NUMBER = "four one five five five five two six seven one"
LIKELY = "five five five two six seven one"
"""Not certain: work with it goes in after a question."""
TEXT = f"my number is {NUMBER} please"
SPAN = Span(3 * FRAMES_A_WORD, 13 * FRAMES_A_WORD)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path, drafts=())
    made.agree(LEAD, ANA, BEN, QUINN)
    yield made
    made.workspace.close()


def quarantined(bench: Bench, text: str = TEXT, *, with_times: bool = True) -> str:
    """Imports a clip in whose draft something is found; gives its id."""
    manifest = write_spoken(bench.workspace.path.parent / "in", bench.clock, [text], with_times=with_times)
    report = bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    assert report.quarantined == 1, report
    return report.rows[0].clip


def finished(bench: Bench, text: str, *flags: Flag, denied: frozenset[str] = frozenset()) -> str:
    """Imports a harmless clip, and lets Ana and Quinn finish it; gives its id."""
    manifest = write_spoken(
        bench.workspace.path.parent / "in", bench.clock, ["nothing to see here"], name="plain"
    )
    report = bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    work = bench.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    work.submit(lease, replace(annotation(text, *flags, frames=opened.clip.frames), denied=denied))
    work.close(lease)
    bench.reviewed(QUINN, text, VerdictKind.ACCEPTED)
    return report.rows[0].clip


def desk(bench: Bench) -> tuple[HeldBack, Identity]:
    lead = bench.person(LEAD).lead
    return lead.held_back, lead.identity


def held(bench: Bench) -> tuple[HeldBackClip, ...]:
    held_back, identity = desk(bench)
    return held_back.clips(identity)


def clip_state(bench: Bench) -> dict[str, int]:
    return bench.person(LEAD).lead.overview().counts.clips


def left_out(bench: Bench) -> dict[str, int]:
    out = bench.workspace.path.parent / f"set{len(list(bench.workspace.path.parent.iterdir()))}"
    try:
        return bench.person(LEAD).lead.export(out, ["nemo"]).left_out
    except NothingToExport as nothing:
        return dict(nothing.left_out)


def test_words_with_times_are_proposed_as_spans_and_muted_from_the_start(bench: Bench) -> None:
    clip_id = quarantined(bench)
    (one,) = held(bench)
    assert (one.clip.id, one.state, one.codes) == (
        clip_id,
        HeldState.QUARANTINED,
        (HeldCode.DRAFT, HeldCode.PENDING),
    )
    assert [(find.kind, find.start, find.end) for find in one.finds] == [("phone", SPAN.start, SPAN.end)]
    (redaction,) = one.redactions
    assert (redaction.span, redaction.source, redaction.kind) == (
        SPAN,
        RedactionSource.DRAFT,
        PersonalDataKind.NUMBER,
    )
    held_back, identity = desk(bench)
    opened = held_back.open(identity, clip_id)
    assert not opened.sound.samples.read(SPAN.start, SPAN.end).any()
    assert opened.sound.samples.read(0, 10_000).any()
    held_back.close(identity, clip_id)


def test_a_draft_without_times_is_held_back_with_its_kind_and_no_span(bench: Bench) -> None:
    quarantined(bench, with_times=False)
    (one,) = held(bench)
    assert [(find.kind, find.start) for find in one.finds] == [("phone", None)]
    assert one.redactions == ()


def test_the_overview_counts_what_is_held_back(bench: Bench) -> None:
    quarantined(bench)
    assert bench.person(LEAD).lead.overview().held_back == 1


def test_content_is_shown_only_after_a_row_and_listing_opens_nothing(bench: Bench) -> None:
    clip_id = quarantined(bench)
    held(bench)
    assert bench.events("clip.opened", "text.opened") == []
    held_back, identity = desk(bench)
    opened = held_back.open(identity, clip_id)
    assert opened.hypotheses[0].text == TEXT
    (row,) = bench.events("clip.opened")
    assert (row.object, row.detail["purpose"]) == (clip_id, "held")
    held_back.close(identity, clip_id)
    assert len(bench.events("clip.closed")) == 1


def test_a_redacted_clip_leaves_quarantine_without_its_words(bench: Bench) -> None:
    clip_id = quarantined(bench)
    held_back, identity = desk(bench)
    (redaction,) = held_back.redact(identity, clip_id)
    assert redaction.state is RedactionState.APPLIED
    assert held(bench) == ()
    assert clip_state(bench) == {"ready": 1}
    opened = bench.work(ANA).open(bench.work(ANA).claim())
    assert opened.hypotheses[0].text == "my number is [pii:id] please"
    assert not opened.samples.read(SPAN.start, SPAN.end).any()
    assert bench.person(LEAD).lead.verify_log().ok


def test_a_span_of_the_leads_own_is_redacted_and_a_draft_that_still_holds_something_waits(
    bench: Bench,
) -> None:
    clip_id = quarantined(bench, f"{TEXT} or write to {NUMBER}", with_times=False)
    held_back, identity = desk(bench)
    held_back.redact(identity, clip_id, SPAN, PersonalDataKind.NUMBER)
    assert clip_state(bench) == {"ready": 1}


def test_a_release_needs_a_decision_about_what_is_muted(bench: Bench) -> None:
    clip_id = quarantined(bench)
    held_back, identity = desk(bench)
    with pytest.raises(Refused) as refused:
        held_back.release(identity, clip_id, ReleaseReason.NOT_PERSONAL)
    assert refused.value.code == "REDACTION_PENDING"
    lead = bench.person(LEAD).lead
    lead.redactions.reject(identity, held(bench)[0].redactions[0].id)
    held_back.release(identity, clip_id, ReleaseReason.NOT_PERSONAL)
    assert held(bench) == ()
    assert clip_state(bench) == {"ready": 1}
    (row,) = bench.events("held.released")
    assert (row.object, row.reason) == (clip_id, "not_personal")


def test_a_dropped_draft_is_gone_and_the_clip_still_waits(bench: Bench) -> None:
    clip_id = quarantined(bench, with_times=False)
    held_back, identity = desk(bench)
    assert held_back.drop_drafts(identity, clip_id) == 1
    assert [one.clip.id for one in held(bench)] == [clip_id]
    held_back.release(identity, clip_id, ReleaseReason.CHECKED)
    assert bench.work(ANA).open(bench.work(ANA).claim()).hypotheses == ()


def test_a_clip_in_quarantine_is_handed_to_one_contractor_without_the_draft(bench: Bench) -> None:
    clip_id = quarantined(bench, with_times=False)
    held_back, identity = desk(bench)
    with pytest.raises(Refused):
        held_back.reassign(identity, clip_id, QUINN)
    held_back.reassign(identity, clip_id, BEN)
    assert bench.work(ANA).claim() is None
    lease = bench.work(BEN).claim()
    assert lease.clip_id == clip_id
    assert bench.work(BEN).open(lease).hypotheses == ()
    assert held(bench) == ()


def test_a_purged_clip_is_gone_from_the_list(bench: Bench) -> None:
    clip_id = quarantined(bench)
    held_back, identity = desk(bench)
    report = held_back.purge(identity, clip_id)
    assert report.purged == ((clip_id, "personal_data"),)
    assert held(bench) == ()
    assert clip_state(bench) == {"purged": 1}


def corrected(line: str) -> str:
    """The line of a manifest without the number in its draft."""
    line = line.replace(NUMBER, "a b c d e f g h i j")
    for said, other in zip(NUMBER.split(), "abcdefghij", strict=True):
        line = line.replace(f'"word": "{said}"', f'"word": "{other}"', 1)
    for said in set(NUMBER.split()):
        line = line.replace(f'"word": "{said}"', '"word": "x"')
    return line


@pytest.mark.parametrize("has_audio", [True, False])
def test_a_corrected_line_in_the_same_manifest_comes_in_if_its_audio_does(
    bench: Bench, has_audio: bool
) -> None:
    quarantined(bench)
    lead = bench.person(LEAD).lead
    manifest = bench.workspace.path.parent / "in" / "spoken.jsonl"
    line = manifest.read_text(encoding="utf-8").strip().replace("spoken-0000", "spoken-0001")
    other = bytearray((manifest.parent / json.loads(line)["audio"]).read_bytes())
    other[-2] ^= 1
    (manifest.parent / "other.wav").write_bytes(other)
    wrong = json.dumps(json.loads(line) | {"audio": "other.wav"})
    right = json.dumps(json.loads(corrected(wrong)) | ({} if has_audio else {"audio": "none.wav"}))
    manifest.write_text(f"{wrong}\n{right}\n", encoding="utf-8")
    report = lead.import_manifest(manifest, IntakeOptions())
    outcomes = [(row.outcome, row.code) for row in report.rows]
    if has_audio:
        assert outcomes == [("refused", "DUPLICATE"), ("accepted", None)]
    else:
        assert outcomes == [("quarantined", "PII_FLAGGED"), ("refused", "UNDECODABLE")]


def test_a_corrected_line_replaces_a_clip_in_quarantine(bench: Bench) -> None:
    clip_id = quarantined(bench)
    lead = bench.person(LEAD).lead
    folder = bench.workspace.path.parent / "in"
    again = lead.import_manifest(folder / "spoken.jsonl", IntakeOptions())
    assert [row.code for row in again.rows] == ["DUPLICATE"]  # the same line corrects nothing
    manifest = folder / "spoken.jsonl"
    manifest.write_text(corrected(manifest.read_text(encoding="utf-8")), encoding="utf-8")
    report = lead.import_manifest(manifest, IntakeOptions())
    assert report.accepted == 1, report
    assert report.rows[0].clip != clip_id
    assert clip_state(bench) == {"purged": 1, "ready": 1}
    assert held(bench) == ()
    (row,) = bench.events("clip.purged")
    assert (row.object, row.reason) == (clip_id, "replaced")
    assert lead.verify_log().ok
    assert lead.purge(["spoken-0000"]).purged == ((report.rows[0].clip, "consent_withdrawn"),)


def test_a_line_for_a_clip_that_is_not_in_quarantine_stays_a_duplicate(bench: Bench) -> None:
    finished(bench, "harmless words")
    lead = bench.person(LEAD).lead
    report = lead.import_manifest(bench.workspace.path.parent / "in" / "plain.jsonl", IntakeOptions())
    assert [row.code for row in report.rows] == ["DUPLICATE"]


def test_finished_work_with_a_number_is_listed_and_released_for_the_export(bench: Bench) -> None:
    clip_id = finished(bench, f"call {LIKELY}")
    (one,) = held(bench)
    assert (one.clip.id, one.state, one.codes, one.kinds) == (
        clip_id,
        HeldState.FINISHED,
        (HeldCode.TEXT,),
        ("phone",),
    )
    assert left_out(bench) == {"personal_data_found": 1}
    held_back, identity = desk(bench)
    held_back.release(identity, clip_id, ReleaseReason.PUBLIC)
    assert held(bench) == ()
    assert left_out(bench) == {}


def test_finished_work_whose_author_said_no_is_not_held_back(bench: Bench) -> None:
    finished(bench, f"call {LIKELY}", denied=frozenset({LIKELY, "words of an earlier version"}))
    assert held(bench) == ()
    assert left_out(bench) == {}


def test_a_no_comes_back_with_returned_work_without_words_that_are_not_in_it(bench: Bench) -> None:
    manifest = write_spoken(bench.workspace.path.parent / "in", bench.clock, ["nothing here"], name="plain")
    bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    work = bench.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    said = frozenset({LIKELY, "words of an earlier version"})
    work.submit(lease, replace(annotation(f"call {LIKELY}", frames=opened.clip.frames), denied=said))
    work.close(lease)
    bench.reviewed(QUINN, "nothing here", VerdictKind.RETURNED, comment="listen")
    bench.sign_out(ANA)
    returned = bench.work(ANA).open(bench.work(ANA).claim()).returned
    assert returned.annotation.denied == {LIKELY}


def test_finished_work_is_redacted_and_exported_without_the_number(bench: Bench) -> None:
    clip_id = finished(bench, f"call {LIKELY}", Flag.PERSONAL_DATA)
    held_back, identity = desk(bench)
    held_back.redact(identity, clip_id, Span(5000, 15_000), PersonalDataKind.NUMBER)
    assert held(bench) == ()
    assert left_out(bench) == {}


def test_words_that_nobody_can_tell_wait_until_somebody_looked(bench: Bench) -> None:
    clip_id = finished(bench, "hello Anna Kowalska")
    held_back, identity = desk(bench)
    held_back.redact(identity, clip_id, Span(9000, 14_000), PersonalDataKind.NAME)
    (one,) = held(bench)
    assert one.codes == (HeldCode.TEXT_OPEN,)
    assert left_out(bench) == {"redacted_text_open": 1}
    held_back.release(identity, clip_id, ReleaseReason.CHECKED)
    assert left_out(bench) == {}


def test_finished_work_is_handed_to_qa_whose_text_counts(bench: Bench) -> None:
    clip_id = finished(bench, f"call {LIKELY}")
    held_back, identity = desk(bench)
    invited = bench.person(LEAD).lead.add_person("Vera Second", Role.QA)
    bench.workspace.enrol("Vera Second", invited.code, "correct horse battery")
    with pytest.raises(Refused):
        held_back.reassign(identity, clip_id, BEN)
    held_back.reassign(identity, clip_id, "Vera Second")
    assert held(bench) == ()
    bench.agree("Vera Second")
    work = bench.work("Vera Second")
    lease = work.claim()
    assert lease.clip_id == clip_id
    opened = hear(work, lease)
    work.submit(lease, annotation("call me", frames=opened.clip.frames))
    work.close(lease)
    assert held(bench) == ()
    assert left_out(bench) == {}


def test_work_of_which_the_submission_was_returned_does_not_wait_for_the_lead(bench: Bench) -> None:
    manifest = write_spoken(bench.workspace.path.parent / "in", bench.clock, ["nothing here"], name="plain")
    bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    bench.submitted(ANA, f"call {LIKELY}")
    assert held(bench) == ()
    bench.reviewed(QUINN, "nothing here", VerdictKind.RETURNED, comment="listen")
    assert held(bench) == ()


def test_only_leads_see_and_decide(bench: Bench) -> None:
    clip_id = quarantined(bench)
    held_back, _ = desk(bench)
    for name in (ANA, QUINN):
        identity = bench.person(name).identity
        for act in (
            held_back.clips,
            lambda who: held_back.open(who, clip_id),
            lambda who: held_back.release(who, clip_id, ReleaseReason.PUBLIC),
            lambda who: held_back.redact(who, clip_id),
            lambda who: held_back.purge(who, clip_id),
        ):
            with pytest.raises(NotAllowed):
                act(identity)


def test_a_clip_that_is_not_held_back_is_refused_by_name(bench: Bench) -> None:
    clip_id = finished(bench, "harmless words")
    held_back, identity = desk(bench)
    with pytest.raises(Refused) as refused:
        held_back.release(identity, clip_id, ReleaseReason.PUBLIC)
    assert refused.value.code == "NOT_HELD_BACK"


# While a clip is open


def revoke_elsewhere(bench: Bench, _clip_id: str) -> None:
    invitation = bench.person(LEAD).lead.add_person("Vera Second", Role.LEAD)
    bench.workspace.enrol("Vera Second", invitation.code, PASSPHRASE)
    bench.person("Vera Second").lead.revoke(LEAD)


ENDINGS: dict[str, Callable[[Bench, str], object]] = {
    "ACCOUNT_CHANGED": revoke_elsewhere,
    "NDA_REQUIRED": lambda bench, _clip_id: bench.clock.advance(400 * 86_400),
    "PURGED": lambda bench, clip_id: desk(bench)[0].purge(desk(bench)[1], clip_id),
    "CLIP_REDACTED": lambda bench, clip_id: desk(bench)[0].redact(desk(bench)[1], clip_id),
}


@pytest.mark.parametrize("code", ENDINGS)
def test_an_open_clip_is_closed_at_the_next_beat_once_a_condition_has_ended(bench: Bench, code: str) -> None:
    clip_id = quarantined(bench)
    held_back, identity = desk(bench)
    held_back.open(identity, clip_id)
    held_back.beat(identity, clip_id)
    ENDINGS[code](bench, clip_id)
    with pytest.raises(Refused) as caught:
        held_back.beat(identity, clip_id)
    assert caught.value.code == code
    assert [(row.object, row.reason) for row in bench.events("clip.put_away")] == [(clip_id, code)]
    with pytest.raises(Refused):
        held_back.heard(identity, clip_id, [HeardRange(0, 10)])
    assert bench.events("clip.heard") == []


def test_a_sign_out_closes_what_is_open(bench: Bench) -> None:
    clip_id = quarantined(bench)
    held_back, identity = desk(bench)
    held_back.open(identity, clip_id)
    bench.sign_out(LEAD)
    assert [row.object for row in bench.events("clip.closed")] == [clip_id]
    with pytest.raises(Refused, match="SIGNED_OUT"):
        held_back.heard(identity, clip_id, [HeardRange(0, 10)])


def test_nothing_is_logged_as_heard_of_a_clip_that_is_not_open(bench: Bench) -> None:
    clip_id = quarantined(bench)
    held_back, identity = desk(bench)
    with pytest.raises(Refused, match="CLIP_NOT_OPEN"):
        held_back.heard(identity, clip_id, [HeardRange(0, 10)])
    held_back.open(identity, clip_id)
    held_back.heard(identity, clip_id, [HeardRange(0, 10**9)])
    assert bench.events("clip.heard") == []
    held_back.heard(identity, clip_id, [HeardRange(0, 10)])
    held_back.close(identity, clip_id)
    with pytest.raises(Refused, match="CLIP_NOT_OPEN"):
        held_back.heard(identity, clip_id, [HeardRange(0, 10)])
    assert len(bench.events("clip.heard")) == 1


class Asked:
    """A queue that counts what it is asked."""

    def __init__(self, queue: object) -> None:
        self._queue = queue
        self.questions: list[str] = []

    def __getattr__(self, name: str) -> object:
        self.questions.append(name)
        return getattr(self._queue, name)


def test_the_queue_is_asked_for_pages_of_clips_and_about_one_only_for_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewer.lead.held_back._PAGE", 2)
    texts = [f"{TEXT} {word}" for word in ("one", "two", "three")]
    manifest = write_spoken(bench.workspace.path.parent / "in", bench.clock, texts)
    report = bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    clips = [row.clip for row in report.rows]
    clips.append(finished(bench, f"call {LIKELY}"))
    held_back, identity = desk(bench)
    asked = Asked(bench.workspace._unit.queue)
    held_back._unit = replace(held_back._unit, queue=asked)
    assert {one.clip.id for one in held_back.clips(identity)} == set(clips)
    assert asked.questions.count("clip_states") == 2
    assert not {"clip_state", "final", "state_of"} & set(asked.questions)
    assert held_back.count(identity) == 4
    asked.questions.clear()
    assert held_back.get(identity, clips[0]).clip.id == clips[0]
    assert "quarantined" not in asked.questions
    with pytest.raises(Refused) as refused:
        held_back.get(identity, "nothing")
    assert refused.value.code == "NOT_HELD_BACK"
