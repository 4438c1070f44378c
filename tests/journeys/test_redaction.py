"""Personal data is marked, muted for everybody, confirmed, and gone: from sound, texts and drafts."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from reviewer.audio.io.flac import FlacStream
from reviewer.audio.io.muted_sound import MutedSound
from reviewer.clips.alignments import Alignment
from reviewer.clips.seal import SealContext, unseal
from reviewer.errors import Damaged, NotAllowed, Refused, Unavailable
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.annotation import Flag, PersonalDataKind, PersonalDataSpan
from reviewer.model.clip import ContentKind
from reviewer.model.clock import to_iso
from reviewer.model.event import HeardRange
from reviewer.model.hypothesis import Word
from reviewer.model.intervals import Span
from reviewer.model.redaction import HearingReason, RedactionSource, RedactionState
from reviewer.model.task import Lease, VerdictKind
from reviewer.queue.sqlite import SqliteQueue
from reviewer.session.draft_versions import VersionReason
from reviewer.session.listening_record import heard_in
from reviewer.session.muted_span import MutedSpan
from reviewer.session.redactions import Redactions, propose
from reviewer.transcript.aligned_texts import AlignedText
from tests.benches.lead import Replaced
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, annotation, hear, make_bench

FRAMES = 40_000
WORDS = ["my", "code", "is", "tango", "nine", "papa", "thank", "you"]
TEXT = " ".join(WORDS)
SPAN = Span(15_000, 30_000)
"""Of the words "tango nine papa": each word lasts 5000 frames."""
NAME = PersonalDataKind.NAME


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """One clip of five seconds, whose draft has word times; everybody has agreed."""
    made = make_bench(tmp_path, drafts=())
    folder = tmp_path / "in"
    folder.mkdir()
    noise = np.random.default_rng(5).integers(-9000, 9000, (FRAMES, 1)).astype(np.int16)
    soundfile.write(folder / "clip.wav", noise, 8000, "PCM_16")
    recorded = made.clock.now() - timedelta(days=30)
    row = {
        "audio": "clip.wav",
        "product": "translator",
        "locale": "en-US",
        "recorded_at": to_iso(recorded),
        "consent_product": "translator",
        "consent_granted_at": to_iso(recorded - timedelta(days=10)),
        "source_id": "source-0001",
        "speaker": "voice-1",
        "reference": "key-7",
        "draft": TEXT,
        "words": [
            {"word": word, "start": place * 0.625, "end": (place + 1) * 0.625}
            for place, word in enumerate(WORDS)
        ],
    }
    manifest = folder / "manifest.jsonl"
    manifest.write_text(json.dumps(row) + "\n", encoding="utf-8")
    report = made.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    assert report.accepted == 1, report
    made.agree(ANA, BEN, QUINN, LEAD)
    yield made
    made.workspace.close()


def noise_of(bench: Bench) -> np.ndarray:
    samples, _ = soundfile.read(
        bench.workspace.path.parent / "in" / "clip.wav", dtype="int16", always_2d=True
    )
    return samples


def marked(bench: Bench, *, text: str = TEXT, flags: tuple[Flag, ...] = ()) -> str:
    """Ana marks the span and hands in the clip; gives the redaction's id."""
    work = bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    work.redactions.mark(lease, SPAN.start, SPAN.end, NAME)
    work.submit(lease, annotation(text, *flags, frames=FRAMES))
    work.close(lease)
    return redactions(bench)[0].id


def redactions(bench: Bench) -> tuple:
    lead = bench.person(LEAD).lead
    (clip_id,) = bench.imported()
    return lead.redactions.of_clip(lead.identity, clip_id)


def confirmed(bench: Bench, redaction: str) -> RedactionState:
    lead = bench.person(LEAD).lead
    return lead.redactions.confirm(lead.identity, redaction).state


def review(bench: Bench) -> Lease:
    """Quinn claims the review of the clip."""
    qa = bench.person(QUINN).qa
    qa.draw()
    return qa.work.claim()


def accepted_text(bench: Bench) -> str:
    """What Ana reads of her work."""
    return bench.work(ANA).history(1)[0].text


def sealed_in_file(bench: Bench) -> dict[str, list[bytes]]:
    with bench.database() as database:
        return {
            table: [row["sealed"] for row in database.rows(f"SELECT sealed FROM {table}")]
            for table in ("annotation", "draft", "draft_version", "hypothesis", "late_draft")
        }


def test_a_marked_span_is_silent_at_once_where_it_was_marked(bench: Bench) -> None:
    work = bench.work(ANA)
    lease = work.claim()
    before = work.open(lease)
    assert before.samples.read(SPAN.start, SPAN.end).any()
    muted = work.redactions.mark(lease, SPAN.start, SPAN.end, NAME)
    assert not muted.samples.read(SPAN.start - 1200, SPAN.end + 1200).any()
    assert np.array_equal(muted.samples.read(0, 13_800), noise_of(bench)[:13_800])
    lows, highs = muted.peaks.columns(0, SPAN.start, SPAN.end, 10)
    assert not lows.any()
    assert not highs.any()
    assert work.beat(lease).task_id == lease.task_id


def test_a_marked_span_is_silent_for_whoever_opens_the_clip_next(bench: Bench) -> None:
    marked(bench)
    opened = bench.person(QUINN).qa.work.open(review(bench))
    assert not opened.samples.read(SPAN.start, SPAN.end).any()
    assert opened.samples.read(0, 10_000).any()
    assert [one.state for one in opened.redactions] == [RedactionState.PROPOSED]
    assert not opened.peaks.columns(0, SPAN.start, SPAN.end, 10)[1].any()


def test_a_reference_is_sealed_under_the_new_key_of_a_redacted_clip(bench: Bench) -> None:
    assert confirmed(bench, marked(bench)) is RedactionState.APPLIED
    lead = bench.person(LEAD).lead
    (clip_id,) = bench.imported()
    assert lead._unit.references.of_clip(lead.identity.keyring, clip_id) == "key-7"


def test_spans_of_the_annotation_are_muted_when_it_is_handed_in(bench: Bench) -> None:
    work = bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    span = PersonalDataSpan(SPAN.start, SPAN.end, NAME)
    work.submit(lease, replace(annotation(TEXT, frames=FRAMES), spans=(span,)))
    work.close(lease)
    assert [(one.start, one.end, one.kind) for one in redactions(bench)] == [(SPAN.start, SPAN.end, NAME)]


def test_a_rejected_span_is_heard_again(bench: Bench) -> None:
    redaction = marked(bench)
    lead = bench.person(LEAD).lead
    assert lead.redactions.reject(lead.identity, redaction).state is RedactionState.REJECTED
    opened = bench.person(QUINN).qa.work.open(review(bench))
    assert np.array_equal(opened.samples.read(0, FRAMES), noise_of(bench))


def test_after_confirmation_the_samples_are_gone_from_the_stored_clip(bench: Bench) -> None:
    assert confirmed(bench, marked(bench)) is RedactionState.APPLIED
    (done,) = redactions(bench)
    opened = bench.person(QUINN).qa.work.open(review(bench))
    after, before = opened.samples.read(0, FRAMES), noise_of(bench)
    assert not after[SPAN.start : SPAN.end].any()
    assert np.array_equal(after[: done.removed_start], before[: done.removed_start])
    assert np.array_equal(after[done.removed_end :], before[done.removed_end :])
    assert (done.removed_end - done.removed_start) % 2000 == 0
    assert not opened.peaks.columns(0, SPAN.start, SPAN.end, 10)[1].any()


def test_the_old_key_and_the_old_files_are_gone(bench: Bench) -> None:
    redaction = marked(bench)
    clips = bench.workspace.path / "clips"
    files = {path.name: path.read_bytes() for path in clips.iterdir()}
    with bench.database() as database:
        old_key = database.value("SELECT wrapped_key FROM clip")
        old = sealed_in_file(bench)
    confirmed(bench, redaction)
    now = {path.name: path.read_bytes() for path in clips.iterdir()}
    assert len(now) == len(files)
    assert not set(now) & set(files)
    assert not set(now.values()) & set(files.values())
    new = sealed_in_file(bench)
    assert old["annotation"]
    assert not [blob for table, blobs in new.items() for blob in blobs if blob in old[table]]
    everything = b"".join(path.read_bytes() for path in bench.workspace.path.rglob("*") if path.is_file())
    assert old_key not in everything
    assert old["annotation"][0] not in everything


def test_text_and_draft_lose_the_words_and_the_log_still_verifies(bench: Bench) -> None:
    confirmed(bench, marked(bench))
    assert accepted_text(bench) == "my code is [pii:name] thank you"
    bench.reviewed(QUINN, "my code is [pii:name] thank you", VerdictKind.RETURNED, comment="again")
    work = bench.work(ANA)
    opened = work.open(work.claim())
    assert opened.hypotheses[0].text == "my code is [pii:name] thank you"
    assert opened.returned is not None
    assert opened.returned.comment == "again"
    assert bench.person(LEAD).lead.verify_log().ok
    assert redactions(bench)[0].is_text_open is False


def test_aligned_words_tell_which_words_go_and_the_others_keep_their_times(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, drafts=[""], shape=(FRAMES, 1))
    bench.agree(ANA, LEAD)
    work, lead = bench.work(ANA), bench.person(LEAD).lead
    lease = work.claim()
    hear(work, lease)
    work.redactions.mark(lease, SPAN.start, SPAN.end, NAME)
    typed = annotation(TEXT, frames=FRAMES)
    receipt = work.submit(lease, typed)
    work.close(lease)
    (segment,) = typed.segments
    said = tuple(Word(word, 5000 * place, 5000 * (place + 1)) for place, word in enumerate(WORDS))
    aligned = AlignedText(segment.id, 0, FRAMES, TEXT, said)
    unit, keyring = lead._unit, lead.identity.keyring
    unit.alignments.add(
        keyring, typed, Alignment(receipt.annotation_id, lease.clip_id, "aligner", "1", (aligned,))
    )
    (redaction,) = lead.redactions.of_clip(lead.identity, lease.clip_id)
    lead.redactions.confirm(lead.identity, redaction.id)
    (now,) = bench.workspace._access.texts.read(
        lead.identity, [unit.queue.annotation(receipt.annotation_id)], "test"
    )
    assert now.text_verbatim == "my code is [pii:name] thank you"
    kept = unit.alignments.get(keyring, receipt.annotation_id, now)
    words = [word.text for each in kept.texts for word in each.words]
    assert words[:2] == ["my", "code"]
    assert words[-1] == "you"
    assert not set(words) & {"tango", "nine", "papa"}
    bench.workspace.close()


def test_a_comment_a_version_and_an_unfinished_text_are_sealed_again(bench: Bench) -> None:
    marked(bench)
    bench.reviewed(QUINN, TEXT, VerdictKind.RETURNED, comment="listen again")
    work = bench.work(ANA)
    lease = work.claim()
    work.open(lease)
    work.save_draft(lease, annotation(f"{TEXT} indeed", frames=FRAMES), 1)
    denied = replace(annotation(f"{TEXT} truly", frames=FRAMES), denied=frozenset({"tango nine"}))
    work.keep_version(lease, denied, VersionReason.REPLACED)
    work.close(lease)
    confirmed(bench, redactions(bench)[0].id)
    opened = work.open(lease)
    assert opened.draft is not None
    assert opened.draft.text_verbatim == "my code is [pii:name] thank you indeed"
    assert opened.draft_history is not None
    assert opened.draft_history.past == ()
    assert opened.returned is not None
    assert opened.returned.comment == "listen again"
    texts = [version.annotation.text_verbatim for version in work.versions(lease)]
    assert "my code is [pii:name] thank you truly" in texts
    assert not [text for text in texts if "tango" in text]
    assert not [version for version in work.versions(lease) if version.annotation.denied]
    assert bench.person(LEAD).lead.verify_log().ok


def test_while_somebody_has_the_clip_open_it_stays_muted_and_is_redacted_afterwards(bench: Bench) -> None:
    redaction = marked(bench)
    qa = bench.person(QUINN).qa
    lease = review(bench)
    qa.work.open(lease)
    assert confirmed(bench, redaction) is RedactionState.CONFIRMED
    qa.work.close(lease)
    lead = bench.person(LEAD).lead
    assert lead.redactions.apply_all(lead.identity) == 1
    assert redactions(bench)[0].state is RedactionState.APPLIED


def test_a_clip_that_is_opened_while_its_new_sound_is_made_is_redacted_afterwards(bench: Bench) -> None:
    redaction = marked(bench)
    qa, lead = bench.person(QUINN).qa, bench.person(LEAD).lead
    lease = review(bench)
    content = lead._unit.content

    def replace_late(*given: Any, **named: Any) -> None:
        qa.work.open(lease)
        content.replace(*given, **named)

    unit = replace(lead._unit, content=Replaced(content, replace=replace_late))
    late = Redactions(unit, bench.workspace._access)
    assert late.confirm(lead.identity, redaction).state is RedactionState.CONFIRMED
    qa.work.save_draft(lease, annotation("typed meanwhile", frames=FRAMES), 1)
    qa.work.close(lease)
    assert lead.redactions.apply_all(lead.identity) == 1
    again = qa.work.open(lease)
    assert again.draft is not None
    assert again.draft.text_verbatim == "typed meanwhile"


def test_qa_decides_about_the_clip_at_hand(bench: Bench) -> None:
    redaction = marked(bench)
    qa = bench.person(QUINN).qa
    lease = review(bench)
    qa.work.open(lease)
    for other in (replace(lease, clip_id="c9"), lease):
        with pytest.raises(Refused, match="NO_REDACTION"):
            qa.work.redactions.decide(other, redaction if other is not lease else "r9", is_confirmed=True)
    assert redactions(bench)[0].state is RedactionState.PROPOSED
    muted = qa.work.redactions.decide(lease, redaction, is_confirmed=True)
    assert [one.state for one in muted.redactions] == [RedactionState.CONFIRMED]
    qa.work.close(lease)
    qa.draw()
    assert redactions(bench)[0].state is RedactionState.APPLIED


def test_contractors_decide_nothing(bench: Bench) -> None:
    redaction = marked(bench)
    lead, ana = bench.person(LEAD).lead, bench.person(ANA).identity
    with pytest.raises(NotAllowed):
        lead.redactions.confirm(ana, redaction)
    with pytest.raises(NotAllowed):
        lead.redactions.reject(ana, redaction)
    with pytest.raises(NotAllowed):
        lead.redactions.of_clip(ana, redactions(bench)[0].clip_id)


def test_a_colleague_who_has_the_clip_open_loses_sight_of_it_and_no_text(bench: Bench) -> None:
    redaction = marked(bench)
    lead = bench.person(LEAD).lead
    lead.redactions.reject(lead.identity, redaction)
    qa = bench.person(QUINN).qa
    lease = review(bench)
    qa.work.open(lease)
    qa.work.beat(lease)
    with bench.database() as database:
        database.execute("UPDATE redaction SET state = 'proposed'")
    with pytest.raises(Refused) as refused:
        qa.work.beat(lease)
    assert refused.value.code == "CLIP_MUTED"
    qa.work.save_draft(lease, annotation("typed just now", frames=FRAMES), 2)
    again = qa.work.open(lease)
    assert again.draft is not None
    assert again.draft.text_verbatim == "typed just now"


def test_what_is_typed_to_the_old_sound_is_not_saved_beside_the_new_one(bench: Bench) -> None:
    redaction = marked(bench)
    qa = bench.person(QUINN).qa
    lease = review(bench)
    qa.work.open(lease)
    qa.work.save_draft(lease, annotation(TEXT, frames=FRAMES), 1)
    bench.clock.advance(3600)  # a machine that slept: nobody sees its window any more
    assert confirmed(bench, redaction) is RedactionState.APPLIED
    with pytest.raises(Refused) as refused:
        qa.work.save_draft(lease, annotation(TEXT, frames=FRAMES), 2)
    assert refused.value.code == "CLIP_REDACTED"
    for late in (qa.work.beat, lambda each: qa.work.save_draft(each, annotation(TEXT, frames=FRAMES), 3)):
        with pytest.raises(Refused) as refused:  # the window closes it, and tries to save once more
            late(lease)
        assert refused.value.code == "CLIP_REDACTED"
    again = qa.work.open(qa.work.resume())
    assert again.draft is not None
    assert "tango" not in again.draft.text_verbatim
    qa.work.save_draft(again.lease, annotation("goes on", frames=FRAMES), 4)


def test_a_span_outside_the_clip_is_refused(bench: Bench) -> None:
    work = bench.work(ANA)
    lease = work.claim()
    with pytest.raises(Refused, match="CLIP_NOT_OPEN"):
        work.redactions.mark(lease, SPAN.start, SPAN.end, NAME)
    work.open(lease)
    with pytest.raises(Refused) as refused:
        work.redactions.mark(lease, 0, FRAMES + 1, NAME)
    assert refused.value.code == "SPAN_OUTSIDE_CLIP"
    assert redactions(bench) == ()


def test_a_span_is_marked_once_and_once_more_by_who_heard_it_after_a_rejection(bench: Bench) -> None:
    redaction = marked(bench)
    lead, unit = bench.person(LEAD).lead, bench.workspace._unit
    clip = unit.clips.get(redactions(bench)[0].clip_id)

    def again(source: RedactionSource) -> bool:
        with unit.transaction():
            return propose(unit, lead.identity, clip, SPAN, NAME, source) is not None

    assert not any(again(source) for source in RedactionSource)
    lead.redactions.reject(lead.identity, redaction)
    assert not again(RedactionSource.DRAFT)
    assert again(RedactionSource.LISTENER)
    assert sorted(one.state for one in redactions(bench)) == ["proposed", "rejected"]


def test_an_incident_row_names_the_redaction(bench: Bench) -> None:
    redaction = marked(bench)
    confirmed(bench, redaction)
    (incident,) = bench.events("incident.personal_data")
    assert incident.detail["redactions"] == [redaction]
    actions = [event.action for event in bench.events() if event.action.startswith("redaction.")]
    assert actions == ["redaction.proposed", "redaction.confirmed", "redaction.applied"]


def finished(bench: Bench, text: str) -> None:
    bench.reviewed(QUINN, text, VerdictKind.ACCEPTED)


def exported(bench: Bench) -> dict[str, int] | Path:
    out = bench.workspace.path.parent / f"set{len(list(bench.workspace.path.parent.iterdir()))}"
    bench.person(LEAD).lead.export(out, ["nemo"])
    return out


def test_a_clip_is_not_exported_before_somebody_decided(bench: Bench) -> None:
    marked(bench)
    finished(bench, TEXT)
    with pytest.raises(Refused) as refused:
        exported(bench)
    assert refused.value.left_out == {"redaction_pending": 1}


def test_an_exported_clip_has_no_sample_of_the_span(bench: Bench) -> None:
    marked(bench, flags=(Flag.PERSONAL_DATA,))
    finished(bench, TEXT)
    confirmed(bench, redactions(bench)[0].id)
    out = exported(bench)
    (file,) = out.rglob("*.flac")
    samples, _ = soundfile.read(file, dtype="int16", always_2d=True)
    (done,) = redactions(bench)
    assert samples.shape == (FRAMES, 1)
    assert not samples[SPAN.start : SPAN.end].any()
    assert np.array_equal(samples[done.removed_end :], noise_of(bench)[done.removed_end :])
    words = {word for path in out.rglob("*.json*") for word in path.read_text(encoding="utf-8").split('"')}
    assert not [word for word in words if "tango" in word]


def test_a_clip_whose_words_nobody_can_tell_is_held_back_after_redaction(bench: Bench) -> None:
    marked(bench, text="something else entirely was typed here by somebody")
    finished(bench, "x")
    confirmed(bench, redactions(bench)[0].id)
    with pytest.raises(Refused) as refused:
        exported(bench)
    assert refused.value.left_out == {"redacted_text_open": 1}


def test_the_tag_of_an_earlier_redaction_does_not_stand_for_a_later_one(bench: Bench) -> None:
    confirmed(bench, marked(bench, text="my code is tango nine papa Anna"))
    finished(bench, "my code is [pii:name] Anna")
    lead = bench.person(LEAD).lead
    unit, (clip_id,) = lead._unit, bench.imported()
    with unit.transaction():
        later = propose(
            unit, lead.identity, unit.clips.get(clip_id), Span(36_500, 39_000), NAME, RedactionSource.LISTENER
        )
    assert later is not None
    confirmed(bench, later.id)
    assert [one.is_text_open for one in redactions(bench)] == [False, True]
    with pytest.raises(Refused) as refused:
        exported(bench)
    assert refused.value.left_out == {"redacted_text_open": 1}


def test_a_prefetched_clip_is_opened_anew_when_it_was_muted_meanwhile(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, drafts=["", ""], shape=(FRAMES, 1), project="[queue]\npasses = 2\n")
    bench.agree(ANA, BEN)
    ana, ben = bench.work(ANA), bench.work(BEN)
    lease = ana.claim()
    hear(ana, lease)
    assert ana.prefetch() is not None
    theirs = ben.claim()
    while theirs.clip_id == lease.clip_id:
        hear(ben, theirs)
        ben.submit(theirs, annotation("one", frames=FRAMES))
        ben.close(theirs)
        theirs = ben.claim()
    ben.open(theirs)
    ben.redactions.mark(theirs, SPAN.start, SPAN.end, NAME)
    ana.submit(lease, annotation("one", frames=FRAMES))
    ana.close(lease)
    following = ana.claim()
    assert following.clip_id == theirs.clip_id
    assert not ana.open(following).samples.read(SPAN.start, SPAN.end).any()


def test_an_incident_names_the_exports_that_had_the_clip(bench: Bench) -> None:
    work = bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    work.submit(lease, annotation(TEXT, frames=FRAMES))
    work.close(lease)
    finished(bench, TEXT)
    exported(bench)
    lead = bench.person(LEAD).lead
    lead.held_back.redact(lead.identity, lease.clip_id, SPAN, NAME)
    (incident,) = bench.events("incident.personal_data")
    (export,) = bench.events("export.ended")
    assert incident.detail["exports"] == [export.object]


def test_a_clip_that_may_not_be_opened_any_more_holds_no_draw_up(bench: Bench) -> None:
    redaction = marked(bench)
    qa = bench.person(QUINN).qa
    lease = review(bench)
    qa.work.open(lease)
    confirmed(bench, redaction)
    qa.work.close(lease)
    bench.clock.advance(3600 * 24 * 900)  # retention is over
    bench.sign_out(QUINN)
    bench.agree(QUINN)
    bench.person(QUINN).qa.draw()
    assert redactions(bench)[0].state is RedactionState.CONFIRMED


def test_while_a_queue_elsewhere_does_not_answer_the_span_stays_muted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    redaction = marked(bench)
    monkeypatch.setattr(SqliteQueue, "answers_at_once", False)
    with monkeypatch.context() as patch:
        patch.setattr(SqliteQueue, "begin_redaction", away)
        assert confirmed(bench, redaction) is RedactionState.CONFIRMED
    with monkeypatch.context() as patch:
        patch.setattr(SqliteQueue, "replace_seals", away)
        bench.person(LEAD).lead.redactions.apply_all(bench.person(LEAD).identity)
    assert redactions(bench)[0].state is RedactionState.CONFIRMED
    assert accepted_text(bench) == TEXT  # under its old key, which is kept as long
    monkeypatch.setattr(SqliteQueue, "answers_at_once", True)  # the queue was moved home meanwhile
    assert bench.person(LEAD).lead.redactions.apply_all(bench.person(LEAD).identity) == 1
    assert redactions(bench)[0].state is RedactionState.APPLIED
    assert accepted_text(bench) == "my code is [pii:name] thank you"


def away(*_arguments: object, **_named: object) -> None:
    raise Unavailable("QUEUE_UNREACHABLE")


def test_a_changed_digest_is_found_after_a_redaction(bench: Bench) -> None:
    confirmed(bench, marked(bench))
    lead = bench.person(LEAD).lead
    assert lead.verify_log().ok
    with bench.database() as database:
        database.execute("INSERT INTO resealing (clip_id) SELECT id FROM clip")
        database.execute("UPDATE annotation SET digest = x'00'")
        database.execute("DELETE FROM resealing")
    finding = lead.verify_log()
    assert (finding.ok, finding.notice.code) == (False, "ANNOTATION_DIFFERS")


def test_a_text_sealed_before_the_redaction_does_not_pass_for_the_present_one(bench: Bench) -> None:
    redaction = marked(bench)
    with bench.database() as database:
        before = database.row("SELECT digest, sealed FROM annotation")
    confirmed(bench, redaction)
    with bench.database() as database:
        database.execute("INSERT INTO resealing (clip_id) SELECT id FROM clip")
        database.execute("UPDATE annotation SET digest = ?, sealed = ?", (before["digest"], before["sealed"]))
        database.execute("DELETE FROM resealing")
    assert not bench.person(LEAD).lead.verify_log().ok
    with pytest.raises(Damaged):
        bench.work(ANA).history(1)


def test_a_long_clip_is_muted_by_range(tmp_path: Path) -> None:
    frames = 2_200_000  # more than is decoded at once
    bench = make_bench(tmp_path, drafts=["a"], shape=(frames, 1))
    bench.agree(ANA)
    work = bench.work(ANA)
    lease = work.claim()
    opened = work.open(lease)
    assert isinstance(opened.samples, FlacStream)
    muted = work.redactions.mark(lease, 1_000_000, 1_100_000, NAME)
    assert isinstance(muted.samples, MutedSound)
    part = muted.samples.read(990_000, 1_110_000)
    assert part[:8000].any()
    assert not part[8800:111_200].any()
    assert part[111_200:].any()
    assert muted.peaks.columns(0, 0, 900_000, 10)[1].all()
    assert not muted.peaks.columns(0, 1_000_000, 1_090_000, 10)[1].any()
    work.close(lease)
    assert not muted.samples.read(0, 1000).any()
    bench.workspace.close()


def test_the_old_key_opens_nothing_that_is_there_now(bench: Bench) -> None:
    """A copy of the key made before does not help: everything was sealed again."""
    redaction = marked(bench)
    lead = bench.person(LEAD).lead
    content = lead._unit.content
    (clip_id,) = bench.imported()
    old = content._key(lead.identity.keyring, clip_id)
    confirmed(bench, redaction)
    for path in (bench.workspace.path / "clips").iterdir():
        kind = ContentKind(path.name.split(".")[1])
        with pytest.raises(Damaged):
            unseal(old, SealContext(content._workspace_id, clip_id, kind), path.read_bytes())
    assert isinstance(bench.work(ANA).history(1)[0].text, str)


def test_an_annotation_cannot_be_changed_outside_of_a_redaction(bench: Bench) -> None:
    marked(bench)
    with bench.database() as database, pytest.raises(Exception, match="append-only"):
        database.execute("UPDATE annotation SET sealed = x'00', digest = x'00'")


def hear_muted(bench: Bench, redaction: str, name: str = QUINN) -> MutedSpan:
    person = bench.person(name)
    use_case = Redactions(person.lead._unit, bench.workspace._access)
    return use_case.hear(person.identity, redaction, HearingReason.CONTENT)


def opened_review(bench: Bench) -> tuple[str, Lease]:
    redaction, lease = marked(bench), review(bench)
    bench.person(QUINN).qa.work.open(lease)
    return redaction, lease


def test_qa_hears_the_muted_span_with_a_second_around_it_after_a_row_that_says_why(bench: Bench) -> None:
    redaction, lease = opened_review(bench)
    work = bench.person(QUINN).qa.work
    heard = work.redactions.hear(lease, redaction, HearingReason.KIND)
    row = bench.events("clip.opened")[-1]
    assert (row.detail["purpose"], row.detail["why"], row.detail["redaction"]) == ("muted", "kind", redaction)
    assert row.detail["span"] == [SPAN.start - 8000, SPAN.end + 8000]
    assert np.array_equal(heard.samples.data, noise_of(bench)[SPAN.start - 8000 : SPAN.end + 8000])
    clip = bench.workspace._access.opened(bench.person(QUINN).identity, lease.clip_id)
    assert not clip.samples.read(SPAN.start, SPAN.end).any()


def test_what_is_heard_of_a_muted_span_is_a_row_and_counts_for_no_work(bench: Bench) -> None:
    redaction, lease = opened_review(bench)
    work = bench.person(QUINN).qa.work
    work.redactions.hear(lease, redaction, HearingReason.KIND)
    work.redactions.heard(redaction, [HeardRange(SPAN.start, SPAN.end, 100)])
    row = bench.events("clip.heard")[-1]
    assert (row.detail["purpose"], row.detail["redaction"]) == ("muted", redaction)
    assert heard_in(work._unit.log.about(lease.clip_id), lease.person_id, lease.task_id) == ()


def test_nobody_says_that_they_heard_a_muted_span_that_they_did_not_open(bench: Bench) -> None:
    redaction, lease = opened_review(bench)
    bench.person(QUINN).qa.work.redactions.hear(lease, redaction, HearingReason.KIND)
    lead, rows = bench.person(LEAD), len(bench.events("clip.heard"))
    with pytest.raises(Refused, match="CLIP_NOT_OPEN"):
        lead.lead.redactions.heard(lead.identity, redaction, [HeardRange(SPAN.start, SPAN.end, 100)])
    assert len(bench.events("clip.heard")) == rows


def test_who_marked_a_span_and_contractors_do_not_hear_it(bench: Bench) -> None:
    qa = bench.person(QUINN).qa
    first, lease = opened_review(bench)
    qa.work.redactions.mark(lease, 1000, 2000, NAME)
    own = next(one.id for one in redactions(bench) if one.id != first)
    with pytest.raises(Refused) as refused:
        hear_muted(bench, own)
    assert refused.value.code == "MUTED_BY_YOURSELF"
    with pytest.raises(NotAllowed):
        hear_muted(bench, first, ANA)
    assert "muted" not in [row.detail.get("purpose") for row in bench.events("clip.opened")]


def test_other_muted_parts_near_the_span_stay_silent(bench: Bench) -> None:
    first, lease = opened_review(bench)
    bench.person(QUINN).qa.work.redactions.mark(lease, 10_000, 11_000, NAME)
    heard = hear_muted(bench, first)
    assert not heard.samples.data[10_000 - heard.first : 11_000 - heard.first].any()
    assert heard.samples.data[SPAN.start - heard.first :].any()


def test_a_muted_span_is_heard_in_an_open_clip_only(bench: Bench) -> None:
    redaction, lease = opened_review(bench)
    bench.person(QUINN).qa.work.close(lease)
    for name in (QUINN, LEAD):
        with pytest.raises(Refused) as refused:
            hear_muted(bench, redaction, name)
        assert refused.value.code == "CLIP_NOT_OPEN"
    lead = bench.person(LEAD)
    lead.lead.held_back.open(lead.identity, lease.clip_id)
    assert hear_muted(bench, redaction, LEAD).samples.data.any()


@pytest.mark.parametrize("state", [RedactionState.CONFIRMED, RedactionState.REJECTED])
def test_once_it_is_decided_nobody_hears_a_muted_span_any_more(bench: Bench, state: RedactionState) -> None:
    redaction, lease = opened_review(bench)
    work = bench.person(QUINN).qa.work
    work.redactions.decide(lease, redaction, is_confirmed=state is RedactionState.CONFIRMED)
    with pytest.raises(Refused) as refused:
        hear_muted(bench, redaction)
    assert refused.value.code == "REDACTION_DECIDED"
